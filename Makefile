# Khabar: `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run stop status test lint types format chaos benchmarks quality train schemas lock clean

# The first of these that is 3.11 or newer; `make PYTHON=…` names another.
PYTHON = $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)
VENV := .venv/bin
PATHS ?= services shared deploy tests
ARGS ?=

need_python = python='$(PYTHON)'; test -n "$$python" || { echo "make: no Python of version 3.11 or newer was found: \
	install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python $@" >&2; exit 1; }
need_data = @test -n "$$KHABAR_DATA" || { echo "make: set KHABAR_DATA to the folder of labelled data (the one that holds topics/)" >&2; exit 1; }
runtime = @$(need_python); $$python -I deploy/local/setup.py runtime
dev = @$(need_python); $$python -I deploy/local/setup.py dev

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## the Python environment alone, with .venv/bin/khabar in it
	$(runtime)

run: ## start everything on this machine, push sample articles, tell the page's address (ARGS=--help: options)
	$(runtime)
	@$(VENV)/python -m deploy.local run $(ARGS)

stop: ## stop what `make run ARGS=--detach` left running
	@test -x $(VENV)/python || { echo "Khabar does not run: there is no environment yet (make run)"; exit 1; }
	@$(VENV)/python -m deploy.local stop

status: ## what runs, and where
	@test -x $(VENV)/python || { echo "Khabar does not run: there is no environment yet (make run)"; exit 1; }
	@$(VENV)/python -m deploy.local status

test: ## every test but chaos, benchmarks and quality, on real Kafka and Redis of their own (ARGS for pytest)
	$(dev)
	$(VENV)/python -m pytest tests --ignore=tests/chaos --ignore=tests/benchmarks --ignore=tests/quality $(ARGS)

lint: ## ruff: faults and formatting
	$(dev)
	$(VENV)/ruff check $(PATHS)
	$(VENV)/ruff format --check $(PATHS)

types: ## mypy --strict
	$(dev)
	$(VENV)/mypy $(PATHS)

format: ## rewrite the code in the project's format
	$(dev)
	$(VENV)/ruff check --fix-only --quiet $(PATHS)
	$(VENV)/ruff format $(PATHS)

chaos: ## kill -9 everything at random under load; nothing may be lost or come twice (many minutes)
	$(dev)
	$(VENV)/python -m pytest tests/chaos $(ARGS)

benchmarks: ## what an article costs, service by service
	$(dev)
	$(VENV)/python -m pytest tests/benchmarks $(ARGS)

quality: ## floors on labelled data; KHABAR_DATA names the folder
	$(need_data)
	$(dev)
	$(VENV)/python -m pytest tests/quality $(ARGS)

train: ## rebuild the classifier's weights from labelled data; KHABAR_DATA names the folder
	$(need_data)
	$(dev)
	$(VENV)/khabar train topics --data "$$KHABAR_DATA"
	$(VENV)/khabar train countries --data "$$KHABAR_DATA"

schemas: ## write the JSON Schemas and the AsyncAPI document anew after a change of the contracts
	$(dev)
	$(VENV)/python -m shared.contracts docs/contracts

lock: ## resolve the lock files anew (needs the program uv)
	@command -v uv >/dev/null || { echo "make: uv is not installed: see its documentation, or pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --no-emit-index-url --extra local -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --no-emit-index-url --extra local --extra train --extra dev -o requirements-dev.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --no-emit-index-url -o requirements-image.lock
	echo 'setuptools>=77' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --no-emit-index-url -o deploy/image/build.lock

clean: ## remove all that was made here: data, downloads, the environment
	@if test -x $(VENV)/python; then $(VENV)/python -m deploy.local clean; else rm -rf .local; fi
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
