"""Ask, inside a container, whether its program does its work: web, worker or beat.

Standard library only, since it runs every few seconds.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

# Beat writes its schedule every three minutes.
BEAT_SILENCE_SECONDS = 900


def web() -> bool:
    """Return whether /readyz answers 200 under a name that the settings allow."""
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
    connection.request("GET", "/readyz", headers={"Host": name or "localhost"})
    return connection.getresponse().status == http.client.OK


def worker() -> bool:
    """Return whether this container's worker answers through the queue."""
    name = f"celery@{socket.gethostname()}"
    command = ["celery", "-A", "salesmgr", "inspect", "ping", "--timeout", "15", "-d", name]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 -- constant


def beat() -> bool:
    """Return whether beat has written its schedule lately."""
    folder = Path(os.environ["SALESMGR_VAR"])
    written = max((path.stat().st_mtime for path in folder.glob("beat-schedule*")), default=0.0)
    return time.time() - written < BEAT_SILENCE_SECONDS


if __name__ == "__main__":
    questions = {"web": web, "worker": worker, "beat": beat}
    try:
        good = questions[sys.argv[1]]()
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"unhealthy: {error}")
    sys.exit(0 if good else "unhealthy")
