# Meeting Finder. `make run` serves the site with demo data; `make test` passes all tests. Nothing else is needed by hand.
.DEFAULT_GOAL := help
.PHONY: help install run test check fix bench screenshots lock

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: .venv/installed node_modules/.installed ## Set up the environment: Python packages by hash, front-end packages by lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Meeting Finder needs Python 3.11 or newer: set PYTHON=...")'
	$(PYTHON) -m venv .venv

# The locks name every package, so pip resolves nothing; it would look for newest ones of extras, which have no hash.
.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing Python packages ..."
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing Python packages for tests ..."
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

node_modules/.installed: package-lock.json
	@if command -v npm >/dev/null; then \
	  echo "Installing front-end packages ..."; npm ci --ignore-scripts --silent && touch $@; \
	else \
	  echo "npm is not here: going on without front-end packages."; \
	fi

run: install ## Set everything up and serve the site with demo meetings
	@$(BIN)/finder init --demo
	@exec $(BIN)/finder serve --worker

test: .venv/installed-dev node_modules/.installed ## Run every test; what the machine lacks is skipped and named
	$(BIN)/pytest -n auto --dist loadgroup -q $(ARGS)

check: .venv/installed-dev ## Look at style, types, structure, templates and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	@folder=$$(mktemp -d) && FINDER_DATABASE_URL=sqlite:///$$folder/check.db sh -c \
	  '$(BIN)/alembic upgrade head && $(BIN)/alembic check'; status=$$?; rm -rf $$folder; exit $$status

fix: .venv/installed-dev ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

bench: .venv/installed-dev ## Measure: ratios within one run, as a table and as build/bench.json
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: .venv/installed-dev ## Make the pictures of the documentation from the running site
	$(BIN)/python -m tests.screenshots

lock: ## Resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements-dev.lock
