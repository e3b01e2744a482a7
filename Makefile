# The two commands of the README, and what developers use. Everything sets itself up in .venv on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 4
OUT ?= customhouse-out
SOAK_S ?= 3600
PROCESSES ?= 1
TIMES ?= 50

.PHONY: run test lint unit kills matrix foreign steady bench soak clean

run: $(VENV)/.installed
	$(BIN)/customhouse check reference --jobs $(JOBS) --out $(OUT)

test: lint unit kills

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: export CUSTOMHOUSE_PICTURES ?= $(CURDIR)/$(OUT)/pictures
# Neighbours stay with one worker, so that what a module sets up is set up once.
unit: $(VENV)/.installed
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report= --cov-fail-under=0 tests
	$(BIN)/coverage report --fail-under=$(COVERAGE_FLOOR)

# Every mutant against the requirements that name it: does each still catch what it claims to catch?
kills: $(VENV)/.installed
	$(BIN)/customhouse mutants --declared --jobs 6 --out $(OUT)/kills

# Every mutant through everything: is it caught by exactly those? A quarter of an hour, so not part of `test`.
matrix: $(VENV)/.installed
	$(BIN)/customhouse mutants --jobs 6 --out $(OUT)/mutants

# The suite on the reference importer again and again: does any verdict change while nothing else does?
steady: $(VENV)/.installed
	$(BIN)/customhouse steady reference --times $(TIMES) --jobs $(JOBS) --out $(OUT)/steady

# The importers of examples/ that are not shaped like ours, through the whole register: some minutes. The reports are kept.
foreign: export CUSTOMHOUSE_FOREIGN ?= $(CURDIR)/$(OUT)/foreign
foreign: $(VENV)/.installed
	$(BIN)/pytest -n 2 tests/examples/test_foreign.py

# The fakes under ordinary and hostile clients: an hour, or `make soak SOAK_S=60`.
soak: $(VENV)/.installed
	$(BIN)/python -m customhouse_loadtests.endurance --seconds $(SOAK_S) --processes $(PROCESSES) --out $(OUT)/soak

bench: $(VENV)/.installed
	$(BIN)/customhouse bench

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(OUT) build dist *.egg-info

COVERAGE_FLOOR := 95
