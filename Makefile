# Two commands on a bare machine: `make run` and `make test`. Each sets up all that it needs,
# as root or as an ordinary user, and needs no network after its first time.

VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
RUN_OPTIONS ?= --demo
DATABASES ?= sqlite,$(or $(DATABASE_URL),postgresql)
PYTEST_OPTIONS ?=
SECONDS ?= 300
CHAOS_OPTIONS ?=
# two processes, each with servers of its own; a server that is given from outside is not shared
PROCESSES ?= $(if $(DATABASE_URL),0,2)
LOCK_OPTIONS ?=
FUZZ ?= 10000

BIN = $(VENV)/bin
ENGLISH = casework/translations/en/LC_MESSAGES/messages
WORDS = $(ENGLISH).mo
PIP_INSTALL = $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
  --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options $(LOCK_OPTIONS)

.PHONY: help run test access fuzz adversary chaos check lock catalogue clean

help:
	@echo "make run      the service with demonstration data; PORT=8001, HOST=0.0.0.0, CASEWORK_DATA=folder"
	@echo "make test     the whole suite; DATABASES=sqlite, PYTEST_OPTIONS='-k words'"
	@echo "make adversary   every byte, row and history of what is sealed changed in turn; the suite takes a sample"
	@echo "make access   every role in every relation at every route; the suite takes one for each verdict"
	@echo "make fuzz     $(FUZZ) requests made up from the description of the API, as every role; FUZZ=50000"
	@echo "make chaos    workers and servers killed while the service sends; SECONDS=600, CHAOS_OPTIONS='--seed 7'"
	@echo "make check    lint, formatting, types, import contracts"
	@echo "make lock     resolve requirements*.in anew; LOCK_OPTIONS=--upgrade for newer versions"
	@echo "make catalogue   collect the words that people see into the English catalogue"
	@echo "make clean    remove the environment and caches; data in var/ stays"

run: $(VENV)/run.stamp $(WORDS)
	@exec $(BIN)/casework up --host $(HOST) --port $(PORT) $(RUN_OPTIONS)

test: $(VENV)/test.stamp $(WORDS)
	@exec $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --database "$(DATABASES)" \
	  $(PYTEST_OPTIONS)

# the tests of the suite that try a sample of every byte, row and history, with all of them;
# and every piece of rubbish on each database, which share them in the suite
adversary: $(VENV)/test.stamp $(WORDS)
	@ADVERSARY=1 exec $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --database "$(DATABASES)" \
	  tests/adversary tests/casework/filing tests/casework/journal \
	  tests/casework/api/test_no_request_breaks.py tests/casework/web/test_no_address_breaks.py $(PYTEST_OPTIONS)

# the suite takes somebody for each route and verdict; this every role in every relation
access: $(VENV)/test.stamp
	@ACCESS=1 exec $(BIN)/python -m pytest --database "$(DATABASES)" tests/access $(PYTEST_OPTIONS)

# the suite makes up some 500 requests, always the same; this new ones each time
fuzz: $(VENV)/test.stamp
	@FUZZ=$(FUZZ) exec $(BIN)/python -m pytest -s --database "$(DATABASES)" tests/access/test_fuzz.py $(PYTEST_OPTIONS)

chaos: $(VENV)/test.stamp $(WORDS)
	@exec $(BIN)/python -m tests.chaos --seconds $(SECONDS) $(CHAOS_OPTIONS)

check: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(VENV)/test.stamp
	$(PIP_COMPILE) --output-file requirements.lock requirements.in
	$(PIP_COMPILE) --constraint requirements.lock --output-file requirements-dev.lock requirements-dev.in

$(WORDS): $(ENGLISH).po | $(VENV)/run.stamp
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@

catalogue: $(VENV)/run.stamp
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _ -k gettext --no-location --sort-output -o build.pot .
	$(BIN)/pybabel -q update --input-file build.pot --output-file $(ENGLISH).po --locale en --no-fuzzy-matching --omit-header
	@rm build.pot

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the service needs into $(VENV) (the first time takes a minute or two) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing what tests and checks need into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# The lock was resolved for Python 3.11; newer ones are tried when it is not there.
$(BIN)/python:
	@mkdir -p $(VENV) 2>/dev/null && test -w $(VENV) || { \
	  echo "$(VENV) cannot be written by $$(id -un). Choose another place: make $(MAKECMDGOALS) VENV=folder" >&2; exit 1; }
	@for python in python3.11 python3 python3.12 python3.13; do \
	  $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  exec $$python -m venv --clear $(VENV); \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3 python3-venv)." >&2; exit 1
