# Everything starts here. `make demo` and `make test` set up what they need in .venv.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint fmt bench serve lock translations clean

# Most tests start processes of the service: with this set each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# The newest Python from 3.11 on that really runs (a version manager's shim may exist and refuse).
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "COIL Bridge needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	@# setuptools warns at length of a folder named like the package, which is how it should be here
	PYTHONWARNINGS=ignore $(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.runtime ## Start a consortium of three simulated Moodles and the service; prints one URL
	@$(BIN)/python -m coil_bridge.demo $(ARGS)

test: $(VENV)/.dev ## Run every test this machine can run
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: lint ## Lint, types, import rules and the documentation's own tests
	$(BIN)/python -m pytest tests/docs -q

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## Measure: pages, feeds and launches a second, building feeds, memory
	@$(BIN)/python -m tests.benchmarks $(ARGS)

serve: $(VENV)/.runtime ## Run web and worker side by side with the settings of this machine
	@$(BIN)/coil-bridge serve $(ARGS)

lock: $(BIN)/python ## Resolve the lock files anew (needs uv in .venv: make installs it)
	$(PIP) install uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra demo pyproject.toml -o requirements.lock --custom-compile-command "make lock"
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock --custom-compile-command "make lock"

translations: $(VENV)/.dev ## Extract, update and compile the translations
	$(BIN)/pybabel -q extract -F pyproject.toml -k lazy_gettext -k mark -o $(VENV)/messages.pot \
		--project coil-bridge --no-location --sort-output coil_bridge connectors
	$(BIN)/pybabel -q update -i $(VENV)/messages.pot -d coil_bridge/translations --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d coil_bridge/translations

clean: ## Remove what make made
	rm -rf $(VENV) var build *.egg-info
