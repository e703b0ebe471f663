# make run     everything set up, the demo network filled, served on http://127.0.0.1:8000 (PORT changes it)
# make test    everything set up, all checks and tests
# make bench   measures a real installation (minutes; FULL=1 up to 2,000,000 bookings) into docs/performance.md
# make lock    the locked versions anew, from pyproject.toml

PYTHON ?= python3
BIN := .venv/bin
MADE := .venv/.made-$(shell .venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
STATE = $(shell (cat $(1) pyproject.toml; pwd) | cksum | cut -d' ' -f1)
READY := .venv/.ready-$(call STATE,requirements.txt)
READY_TO_TEST := .venv/.ready-to-test-$(call STATE,requirements-dev.txt)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# What was compiled is kept, whatever the environment says: taking the tests' assertions apart takes longer than most tests.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
INSTALL_NAHWERK := $(INSTALL) --no-deps --no-build-isolation --editable . && $(BIN)/python -m compileall -q app

.PHONY: run test test-long bench lint types format catalogue lock clean

run: $(READY)
	@exec $(BIN)/nahwerk serve --demo

test: $(READY_TO_TEST) lint types
	$(PYTEST)

test-long: $(READY_TO_TEST)
	$(PYTEST) -m "long or not long"

bench: $(READY_TO_TEST)
	$(BIN)/python -m tests.bench

lint: $(READY_TO_TEST)
	$(BIN)/python -m ruff check app tests piccolo_conf.py
	$(BIN)/python -m ruff format --check app tests piccolo_conf.py

types: $(READY_TO_TEST)
	$(BIN)/python -m mypy

format: $(READY_TO_TEST)
	$(BIN)/python -m ruff check --fix app tests piccolo_conf.py
	$(BIN)/python -m ruff format app tests piccolo_conf.py

catalogue: $(READY_TO_TEST)
	$(BIN)/python -m babel.messages.frontend -q extract -F docs/babel.cfg -k marked --sort-output --no-location --no-wrap -o .catalogue.pot app templates
	$(BIN)/python -m babel.messages.frontend -q update -i .catalogue.pot -D nahwerk -d app/locales -l en --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date
	@rm .catalogue.pot

lock: $(MADE)
	$(INSTALL) uv
	$(BIN)/python -m uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/python -m uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" -c requirements-dev.txt pyproject.toml -o requirements.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

# A .venv that was left half made, or whose Python is gone or another one now, is made anew.
$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nahwerk needs Python 3.11 or later, and %s is %s. PYTHON=... names another." % (sys.executable, sys.version.split()[0]))'
	@echo "Setting up .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -c 'import sys; open(".venv/.made-%d.%d" % sys.version_info[:2], "w").close()'

# Made again when the versions change, or when the folder was moved: scripts name it.
$(READY): $(MADE)
	@echo "Installing packages (once)"
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL_NAHWERK)
	@touch $@

$(READY_TO_TEST): $(MADE)
	@echo "Installing packages for the tests (once)"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@$(INSTALL_NAHWERK)
	@touch $@ $(READY)
