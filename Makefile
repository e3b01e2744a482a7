# The two commands of the README, and what developers use. Everything sets itself up in .venv on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 4
OUT ?= customhouse-out

.PHONY: run test lint unit matrix matrix-intandem matrix-rally bench clean

run: $(VENV)/.installed
	$(BIN)/customhouse check reference --jobs $(JOBS) --out $(OUT)

test: lint unit

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.installed
	$(BIN)/pytest -n 2 --cov --cov-report= --cov-fail-under=0 tests
	$(BIN)/coverage report --fail-under=$(COVERAGE_FLOOR)

matrix: $(VENV)/.installed
	$(BIN)/customhouse mutants --provider intercom --jobs $(JOBS) --out $(OUT)/mutants

# Not part of `test`: they take long on a busy machine.
matrix-intandem: $(VENV)/.installed
	$(BIN)/customhouse mutants --provider intandem --jobs $(JOBS) --out $(OUT)/mutants-intandem

matrix-rally: $(VENV)/.installed
	$(BIN)/customhouse mutants --provider rally --jobs $(JOBS) --out $(OUT)/mutants-rally

bench: $(VENV)/.installed
	$(BIN)/customhouse bench

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(OUT) build dist *.egg-info

COVERAGE_FLOOR := 93
