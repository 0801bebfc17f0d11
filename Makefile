# Two commands matter: `make demo` and `make test`. Both set everything up on a machine with git, make and Python 3.11+.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
UV := uv==0.13.9
# Tests wait for servers, clocks and browsers more than they compute.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
# What tests run against and no installation needs, each in a place of its own: a Matrix server, a mail server.
PEERS := .peers
PATHS := domain storage crawler matching alerts app tests benchmarks

.PHONY: demo test check docs fmt lock peers pictures setup

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

test: $(STAMP) peers
	@"$(BIN)/python" -m pytest -q -n $(WORKERS) --dist worksteal --cov --cov-report=term

# Where one cannot be had (no network, no npm, no build for this machine), that is said here and its tests are skipped.
peers: $(STAMP)
	@$(MAKE) --silent $(PEERS)/matrix/.ready || echo "No Matrix server here: its tests are skipped" >&2
	@$(MAKE) --silent $(PEERS)/mail/.ready || echo "No maildev here: its test is skipped" >&2

$(PEERS)/matrix/.ready: tests/peers/matrix.lock
	@echo "Setting up a Matrix server for the tests (once)"
	@"$(BIN)/python" -m uv venv --quiet --clear --python "$(BIN)/python" "$(@D)"
	@"$(BIN)/python" -m uv pip install --quiet --compile-bytecode --python "$(@D)/bin/python" --require-hashes \
	  --only-binary :all: -r tests/peers/matrix.lock
	@touch "$@"

$(PEERS)/mail/.ready: tests/peers/package.json tests/peers/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not installed" >&2; exit 1; }
	@echo "Setting up maildev for the tests (once)"
	@rm -rf "$(@D)" && mkdir -p "$(@D)" && cp tests/peers/package.json tests/peers/package-lock.json "$(@D)"
	@npm ci --prefix "$(@D)" --ignore-scripts --no-audit --no-fund --silent
	@touch "$@"

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

# The locks: what an installation needs, what a developer needs, and what the tests' peers need, which are never
# installed with either. Hashes, and no address of any index.
lock: $(STAMP)
	@"$(BIN)/python" -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-index-url --extra postgresql pyproject.toml -o requirements.lock
	@"$(BIN)/python" -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-index-url --extra postgresql --extra dev pyproject.toml -o requirements-dev.lock
	@"$(BIN)/python" -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-index-url tests/peers/matrix.in -o tests/peers/matrix.lock
	@cd tests/peers && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit \
	  --no-fund --silent
