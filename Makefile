# Two commands matter: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= python3
# As many test processes as there are processors, or WORKERS=4.
WORKERS ?= logical
DEALS ?= 10000,100000
BIN := .venv/bin
PACKAGES := kit org pipeline imports analytics forecasting process coaching hiring salesmgr workbench
# `check` judges the defaults, whatever the shell it runs in has set.
DEFAULTS := env -u INSECURE_HTTP -u DEBUG -u ALLOWED_HOSTS -u TRUST_FORWARDED_PROTO

# What is held to every branch, and the share of lines and branches that tests reach. The aim is
# 100 % there and 95 % elsewhere; until it is met, no change may lower what was reached.
STRICT := kit/*,*/metrics/*,*/metrics.py,*/services/*,*/services.py,*/rules.py
STRICT_REACHED := 97
REACHED := 96
# Servers, demo and benchmarks run as processes of their own, which are not measured.
UNMEASURED := workbench/*

# Kept, so that not every process of a test run compiles and rewrites each test module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo quick test suite coverage check bench bench-million servers stop environment

demo:
	@$(PYTHON) scripts/environment.py requirements-demo.txt
	@$(BIN)/python -m workbench.devstack demo

# Between two commits, in under two minutes: what a machine can judge without running anything, the
# tests without a database, and those of what changed since the branch left main, or SINCE=<commit>.
quick: environment
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --quick

test: check suite

# Every test, or one share of them, as in `make suite SHARD=2/3`.
suite: environment
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(if $(SHARD),--shard $(SHARD))

# Apart from `test`, since measuring makes everything take half as long again. Browser and fault
# tests are left out: they run the product in threads and processes that are not measured.
coverage: environment
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not browser and not stack" --cov --cov-report=
	$(BIN)/coverage report --include "$(STRICT)" --fail-under $(STRICT_REACHED)
	$(BIN)/coverage report --omit "$(STRICT),$(UNMEASURED)" --fail-under $(REACHED)

check: environment
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates kit/templates
	$(DEFAULTS) $(BIN)/python -m workbench.devstack run $(BIN)/python manage.py makemigrations --check
	$(DEFAULTS) $(BIN)/python -m workbench.devstack run $(BIN)/python manage.py check_sql --fresh
	$(DEFAULTS) $(BIN)/python manage.py check --deploy --fail-level WARNING

# The sizes are a list, as in `make bench DEALS=10000,100000,1000000`.
bench: environment
	$(BIN)/python -m workbench.devstack run \
		$(BIN)/python manage.py bench --deals $(DEALS) --write docs/benchmarks.md

# A million deals, a hundred thousand of them open: the two pages that read the most of the history.
bench-million: environment
	$(BIN)/python -m workbench.devstack run \
		$(BIN)/python manage.py bench --deals 1000000 --months 23 --repetitions 10 \
		--only changes review --write docs/benchmarks-million.md

# This checkout's PostgreSQL and Valkey in the foreground, for work with manage.py.
servers: environment
	@$(BIN)/python -m workbench.devstack servers

# Ends what a demo, `servers` or a test run that was killed has left running.
stop:
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m workbench.devstack stop
	@[ ! -x $(BIN)/python ] || SALESMGR_VAR=$${SALESMGR_VAR:-var}/tests $(BIN)/python -m workbench.devstack stop

environment:
	@$(PYTHON) scripts/environment.py requirements-dev.txt
