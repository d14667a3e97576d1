# Needs only Python >= 3.11 and make: uv is set up in .uv/ where there is none.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen
SIM := .cache/grocery-sim
SIM_SEEDS ?= 1124
SEEDS ?= 1 2 3 4 5 6 7 8 9 10

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .uv || { echo "python3 -m venv does not work: install the package python3-venv, or uv."; exit 1; }
	@.uv/bin/pip install --quiet uv

setup: $(filter .uv/bin/uv,$(UV)) ## Install everything from the lock file
	@$(UV) sync --frozen --quiet

demo: setup ## Load and check the sample of a small chain (under a minute)
	@$(RUN) workbench demo

lint: setup ## Style
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup ## Types, strict
	$(RUN) mypy

imports: setup ## The direction of imports
	$(RUN) lint-imports

check: lint types imports unit ## Style, types, imports and tests

unit: setup simulated ## Tests, in about a quarter of an hour on two cores
	$(RUN) pytest -n 2 --dist loadgroup -m "not slow" --cov --cov-report= --cov-fail-under=0

slow: setup simulated ## Tests that take long, and coverage of both: killed processes, many writers, runs made again
	$(RUN) pytest -n 2 --dist loadgroup -m slow --cov --cov-append --cov-report=term:skip-covered

test: check slow ## All that must pass

# A retail simulator that nobody here wrote; its metadata asks for a newer numpy than Python 3.11 has, hence --no-deps.
simulated: setup ## A simulated grocery's year for the tests (a minute, once)
	@test -d $(SIM)/grocery_sim || $(UV) pip install --quiet --no-deps --target $(SIM) grocery-sim==0.1.7 pulp==3.3.2
	@for seed in $(SIM_SEEDS); do \
	  test -d .cache/grocery-sim-data/$$seed || $(RUN) python tests/real/make_grocery_sim.py $$seed .cache/grocery-sim-data/$$seed; \
	done

rules: setup ## Lint the rules and run their cases
	$(RUN) workbench rule lint
	$(RUN) workbench rule test

score: setup ## What the rules find of what is planted in simulated chains, by recall and precision
	$(RUN) python bench/score.py --seeds $(SEEDS)

docs: setup ## Write the dictionary and the pages of rules and models
	$(RUN) python docs/make_docs.py

bench-ingest: setup ## Ingest against a bare typed insert, 1 and 10 million rows
	$(RUN) python bench/ingest.py

bench-incremental: setup ## A check after one night's load against a check of everything
	$(RUN) python bench/incremental.py

clean: ## Remove what can be made again
	rm -rf .venv .uv .cache .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build var

.PHONY: help setup demo lint types imports check unit slow test simulated rules score docs bench-ingest bench-incremental clean
