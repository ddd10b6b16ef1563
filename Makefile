# The one door to this project. Needs make and Python 3.11 or later, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all:
LOCK := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header \
	--no-emit-package dlib --no-emit-package face-recognition-models --no-emit-package opencv-python

.DEFAULT_GOAL := help
.PHONY: help run demo client test check fix bench mutants fuzz faults lock clean

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
		printf '  make %-6s %s\n' "$$name" "$$text"; done

run: .venv/installed ## start everything on this machine; PORT and DATA_DIR may be set
	@exec $(BIN)/python manage.py up

demo: .venv/installed ## load the benign demo case into what `make run` is running
	@exec $(BIN)/python manage.py demo

client: .venv/installed ## pack icse-upload into one file, var/icse-upload.pyz, which needs Python alone
	@$(BIN)/python -m exchange.packing

test: .venv/installed-dev ## the whole suite, on servers and a browser of its own
	@$(BIN)/python -m tests.programs
	$(BIN)/pytest --numprocesses auto --dist loadfile

check: .venv/installed-dev ## format, lint, types, imports between rooms, templates, migrations, deployment files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/pytest tests/architecture --quiet

fix: .venv/installed-dev ## let the tools repair what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint templates --reformat --quiet

bench: .venv/installed-dev ## measure against peers; ICSE_CORPUS names a folder of pictures
	$(BIN)/python -m bench

mutants: .venv/installed-dev ## take away one rule about access at a time and see that a test fails; takes an hour
	$(BIN)/python -m tests.mutants

fuzz: .venv/installed-dev ## read a thousand mutants of every kind of file in the decoder's sandbox; takes ten minutes
	$(BIN)/python -m tests.hostile.fuzz

faults: .venv/installed-dev ## break a whole installation in every way of the table; takes half an hour
	$(BIN)/python -m tests.faults

lock: ## resolve requirements*.in anew (needs uv and a package index)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean: ## remove what can be made again; the data under var/ stays, except that of the tests
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/test
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=..." >&2; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "The module venv is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	@echo "installing requirements.txt"
	@$(INSTALL) --requirement requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "installing requirements-dev.txt"
	@$(INSTALL) --requirement requirements-dev.txt
	@touch $@
