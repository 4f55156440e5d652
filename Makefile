# Everything here runs in the project's own .venv; nothing but Python 3.11+ and make is needed beforehand.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
INTENTS := server/src/deskbell_server/turn/intents
LEARNED := $(INTENTS)/data/weights.npz
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
PY_DIRS := clients/python/src/deskbell server/src dashboard/src tests scripts

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*?## "} {printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Deskbell needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "==> making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUN_STAMP): locks/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "==> installing the server, its local engines and the dashboard (about 0.9 GB, once)"
	@$(PIP) --require-hashes --no-deps -r locks/run.txt
	@$(PIP) --require-hashes --no-deps -r locks/build.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): locks/dev.txt $(RUN_STAMP)
	@echo "==> installing what tests and checks need"
	@$(PIP) --require-hashes --no-deps -r locks/dev.txt
	@touch $@

# Learned from text that is in the repository, by code that is, too: neither belongs there twice.
$(LEARNED): $(INTENTS)/data/*.txt $(INTENTS)/training.py $(INTENTS)/network.py $(INTENTS)/neighbours.py \
		$(INTENTS)/features.py $(INTENTS)/words.py | $(RUN_STAMP)
	@rm -f $@
	@$(BIN)/deskbell-server learn-intents

.PHONY: install
install: $(RUN_STAMP) $(LEARNED) ## Install what runs
.PHONY: dev
dev: $(DEV_STAMP) ## Install what tests and checks need

.PHONY: up
up: $(RUN_STAMP) $(LEARNED) ## Run the whole product: Postgres, Redis, demo tenants, server, dashboard (Ctrl-C stops it)
	@exec $(BIN)/deskbell-server up

.PHONY: test
test: $(DEV_STAMP) $(LEARNED) ## Run the tests, four at once: they wait more than they work (ARGS=-n0: one after the other)
	@$(BIN)/python -m pytest -n 4 $(ARGS)

.PHONY: bench
bench: $(DEV_STAMP) $(LEARNED) ## Run the benchmarks
	@$(BIN)/python -m pytest -m benchmark -s tests/benchmarks $(ARGS)

.PHONY: check
check: $(DEV_STAMP) ## Run the static checks
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check.sh

.PHONY: format
format: $(DEV_STAMP) ## Format the code and the protos
	@$(BIN)/ruff check --fix-only --quiet $(PY_DIRS)
	@$(BIN)/ruff format --quiet $(PY_DIRS)
	@$(BIN)/buf format -w

.PHONY: generate
generate: $(DEV_STAMP) ## Write the Python code and the API reference of the protos anew
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/generate.sh

.PHONY: lock
lock: $(DEV_STAMP) ## Resolve the lock files anew
	@$(BIN)/python -m pip install --quiet uv
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/lock.sh $(ARGS)

.PHONY: clean
clean: ## Remove the .venv and caches (not the data)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
