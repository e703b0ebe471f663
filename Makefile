# make run     everything set up, the demo network filled, served on http://127.0.0.1:8000 (PORT changes it)
# make test    everything set up, all checks and tests
# make lock    the locked versions anew, from pyproject.toml

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready-$(shell cat requirements.txt pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
READY_TO_TEST := .venv/.ready-to-test-$(shell cat requirements-dev.txt pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: run test test-long bench lint types format catalogue lock clean

run: $(READY)
	@exec $(BIN)/nahwerk serve --demo

test: $(READY_TO_TEST) lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-long: $(READY_TO_TEST)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "long or not long"

lint: $(READY_TO_TEST)
	$(BIN)/ruff check app tests piccolo_conf.py
	$(BIN)/ruff format --check app tests piccolo_conf.py

types: $(READY_TO_TEST)
	$(BIN)/mypy

format: $(READY_TO_TEST)
	$(BIN)/ruff check --fix app tests piccolo_conf.py
	$(BIN)/ruff format app tests piccolo_conf.py

catalogue: $(READY_TO_TEST)
	$(BIN)/pybabel -q extract -F docs/babel.cfg -k marked --sort-output --no-location --no-wrap -o .catalogue.pot app templates
	$(BIN)/pybabel -q update -i .catalogue.pot -D nahwerk -d app/locales -l en --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date
	@rm .catalogue.pot

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" -c requirements-dev.txt pyproject.toml -o requirements.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nahwerk needs Python 3.11 or later; PYTHON=... names one")'
	@echo "Setting up .venv"
	@$(PYTHON) -m venv .venv

$(READY): | .venv/bin/python
	@echo "Installing packages (once)"
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(READY_TO_TEST): | .venv/bin/python
	@echo "Installing packages for the tests (once)"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(READY)
