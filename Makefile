# Two commands matter: `make demo` and `make test`. Both set everything up on a machine with git, make and Python 3.11+.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
UV := uv==0.13.9
# Tests wait for servers, clocks and browsers more than they compute.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
PATHS := domain storage crawler matching alerts app tests benchmarks

.PHONY: demo test check docs fmt lock pictures setup

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…" >&2; exit 1; }
	@test -x "$(BIN)/python" || $(PYTHON) -m venv "$(VENV)"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check "$(UV)"
	@"$(BIN)/python" -m uv pip install --quiet --compile-bytecode --python "$(BIN)/python" --require-hashes -r requirements-dev.lock
	@"$(BIN)/python" -m uv pip install --quiet --python "$(BIN)/python" --no-deps --no-build-isolation -e .
	@"$(BIN)/python" -m compileall -q domain storage crawler matching alerts app || true
	@touch "$(STAMP)"

demo: $(STAMP)
	@"$(BIN)/python" -m app.cli demo

test: $(STAMP)
	@"$(BIN)/python" -m pytest -q -n $(WORKERS) --dist worksteal --cov --cov-report=term

check: $(STAMP)
	@"$(BIN)/python" -m ruff check $(PATHS)
	@"$(BIN)/python" -m ruff format --check $(PATHS)
	@"$(BIN)/python" -m mypy
	@"$(BIN)/python" -m pytest -q tests/test_house.py

docs: $(STAMP)
	@"$(BIN)/python" -m app.cli sources list --markdown > docs/sources.md.new
	@mv docs/sources.md.new docs/sources.md

fmt: $(STAMP)
	@"$(BIN)/python" -m ruff check --fix-only --quiet $(PATHS)
	@"$(BIN)/python" -m ruff format $(PATHS)

# The README's pictures of the demo, which really runs for them, and of the mails as they look.
pictures: $(STAMP)
	@"$(BIN)/python" -m app.demo.pictures docs/pictures
	@"$(BIN)/python" -m app.demo.mail_pictures docs/pictures

# Both locks: what an installation needs, and what a developer needs. Hashes, and no address of any index.
lock: $(STAMP)
	@"$(BIN)/python" -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-index-url --extra postgresql pyproject.toml -o requirements.lock
	@"$(BIN)/python" -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-index-url --extra postgresql --extra dev pyproject.toml -o requirements-dev.lock
