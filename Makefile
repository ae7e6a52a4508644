# Two commands matter: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= python3
# As many test processes as there are processors, or WORKERS=4.
WORKERS ?= logical
DEALS ?= 10000,100000
BIN := .venv/bin
PACKAGES := kit org pipeline forecasting coaching hiring salesmgr
# `check` judges the defaults, whatever the shell it runs in has set.
DEFAULTS := env -u INSECURE_HTTP -u DEBUG -u ALLOWED_HOSTS -u TRUST_FORWARDED_PROTO

.PHONY: demo test check bench bench-million servers stop environment

demo:
	@$(PYTHON) scripts/environment.py requirements-demo.txt
	@$(BIN)/python -m salesmgr.devstack demo

test: check
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: environment
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates kit/templates
	$(DEFAULTS) $(BIN)/python -m salesmgr.devstack run $(BIN)/python manage.py makemigrations --check
	$(DEFAULTS) $(BIN)/python -m salesmgr.devstack run $(BIN)/python manage.py check_sql --fresh
	$(DEFAULTS) $(BIN)/python manage.py check --deploy --fail-level WARNING

# The sizes are a list, as in `make bench DEALS=10000,100000,1000000`.
bench: environment
	$(BIN)/python -m salesmgr.devstack run \
		$(BIN)/python manage.py bench --deals $(DEALS) --write docs/benchmarks.md

# A million deals, a hundred thousand of them open: the two pages that read the most of the history.
bench-million: environment
	$(BIN)/python -m salesmgr.devstack run \
		$(BIN)/python manage.py bench --deals 1000000 --months 23 --repetitions 10 \
		--only changes review --write docs/benchmarks-million.md

# This checkout's PostgreSQL and Valkey in the foreground, for work with manage.py.
servers: environment
	@$(BIN)/python -m salesmgr.devstack servers

# Ends what a demo or `servers` that was killed has left running.
stop: environment
	@$(BIN)/python -m salesmgr.devstack stop

environment:
	@$(PYTHON) scripts/environment.py requirements-dev.txt
