# Two commands matter: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= python3
WORKERS ?= logical
RUN := .venv/bin/python

.PHONY: demo test check servers stop setup

setup: .venv/ready

.venv/ready: requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

# For development: keep this checkout's PostgreSQL and Valkey running in the foreground.
servers: setup
	$(RUN) -m salesmgr.devstack servers

stop: setup
	$(RUN) -m salesmgr.devstack stop

test: setup
	.venv/bin/pytest -n $(WORKERS)
