# Every target sets up what is missing first: `.venv` and `node_modules`, from the lock files. Needs bash and Python >= 3.11.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup lint fmt test cov artifacts docs bench
BIN := .venv/bin

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## install what is missing (about a minute and a half the first time, then nothing)
	@source scripts/bootstrap && bootstrap requirements-dev.lock

lint: setup  ## check style, types and imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: setup  ## format the Python files and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test:  ## run the tests that are not slow, or T="tests/ledger -k merkle"
	scripts/test $(T)

cov:  ## run all tests, and count the Python lines they run
	scripts/test --coverage

artifacts: setup  ## compile the contracts and build the scripts of the pages
	$(BIN)/python -m mydata_ledger.scripts.compile
	$(BIN)/python -m mydata_ledger.scripts.bundle

docs: setup  ## write the pages that are made from code: settings.md, faults.md, services.md
	$(BIN)/python -m mydata_ledger.scripts.settings
	$(BIN)/python -m tests.ledger.faults
	$(BIN)/python -m testing.capabilities

bench: setup  ## list the benches, or run one: B=gas
	bench/run $(B)
