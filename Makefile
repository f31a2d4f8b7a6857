# Everything a person or a machine does with this project; each target sets up what it needs.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test test-all check format bench bench-client bench-debates bench-rendering bench-discord picture wheel clean lock

run: .venv/.run  ## The bot on Discord where a token is set; else the chat in the terminal (or from a pipe)
	@$(BIN)/rostrum run

test: .venv/.dev  ## The tests that need nothing but Python
	@$(BIN)/pytest -n 2 -q -r s

test-all: .venv/.dev  ## Everything; root is needed, to mount the disks that are filled
	@test "$$(id -u)" = 0 || { echo "make test-all mounts file systems: run it as root."; exit 1; }
	@ROSTRUM_TEST_ALL=1 $(BIN)/pytest -n 2 -q -r s

check: .venv/.dev  ## Format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/.dev  ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/.dev  ## Search against bm25s and SQLite FTS5, at 10,000 and 100,000 passages
	@$(BIN)/python -m benchmarks.retrieval

bench-client: .venv/.dev  ## The model client against the openai package
	@$(BIN)/python -m benchmarks.client

bench-debates: .venv/.dev  ## What a turn of a debate costs
	@$(BIN)/python -m benchmarks.debates

bench-rendering: .venv/.dev  ## What it costs to make Discord's messages of replies
	@$(BIN)/python -m benchmarks.rendering

bench-discord: .venv/.dev  ## How fast a burst of commands is acknowledged and answered
	@$(BIN)/python -m benchmarks.discord

picture: .venv/.dev  ## Draw the pictures in docs/ anew (those of Discord with chromium)
	@$(BIN)/python docs/picture.py
	@$(BIN)/python docs/discord_picture.py

wheel: .venv/.run  ## A wheel in dist/, with everything that ships
	@$(BIN)/python -m hatchling build -t wheel

clean:  ## Take away what was built; the data folder stays
	@rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

lock: .venv/.dev  ## Renew both lock files from pyproject.toml
	$(BIN)/uv pip compile -q pyproject.toml --group install --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group install --group dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -c requirements.lock -o requirements-dev.lock

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Rostrum needs Python 3.11 or newer."; exit 1; }
	@echo "Setting up .venv (once) …" >&2
	@$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing what Rostrum needs (once) …" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "Installing what the tests need (once) …" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
