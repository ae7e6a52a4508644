"""How gunicorn serves the application, in `make demo` and in production alike."""

import os

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 10
backlog = 64
# Leaks of libraries end with their process; the jitter keeps the workers from ending at once.
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
# Neither query strings nor cookies: a log must not hold what people searched for.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s bytes %(M)s ms'
control_socket_disable = True
