.PHONY: setup
setup: .venv/ready

.venv/ready: requirements-dev.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@
