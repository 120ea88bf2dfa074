# make demo    the main job on the embedded lab
# make test    the whole suite
# Both make their own virtual environment under .venv and install what they need.

# The first Python from 3.11 on that is here; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
XDIST ?= 2

# What shows in a minute whether a change holds: architecture, values, parsers, printers, files, rules, grammar.
QUICK := tests/test_architecture.py tests/model tests/intent tests/files tests/compliance tests/outputs tests/fleet \
	tests/parsers/test_samples.py tests/parsers/test_captures.py tests/lab/show tests/lab/device/test_platforms.py \
	tests/lab/device/test_device_grammar.py tests/lab/device/test_device_session.py tests/lab/world/test_topology.py

# Of these folders, what takes half a minute by itself: a browser, and devices that are made to fail each rule.
SLOW := --ignore=tests/outputs/test_page_in_browser.py --ignore=tests/compliance/test_rules_on_devices.py

.PHONY: help demo test quick check format bench test-containers lock clean
help:             ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 20

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed, none was found; name one with PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.lab: pyproject.toml requirements/lab.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/lab.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements/dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@ $(VENV)/.lab

demo: $(VENV)/.lab    ## Audit, apply, trust, report and prove, on the embedded lab
	$(BIN)/smartlic-lab demo

test: $(VENV)/.dev    ## All tests but the containers
	$(BIN)/python -m pytest -n $(XDIST) --dist loadgroup $(PYTEST_ARGS)

quick: $(VENV)/.dev   ## A part of the tests, and ruff, in under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q -n $(XDIST) $(QUICK) $(SLOW) $(PYTEST_ARGS)

check: $(VENV)/.dev   ## Format, lint, strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## Mend the format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-containers: $(VENV)/.dev  ## Build and run the lab and a runner in containers (podman, as root)
	PYTHON=$(BIN)/python tests/containers/run.sh

bench: $(VENV)/.dev   ## Ratios against named peers
	for b in benchmarks/*.py; do $(BIN)/python $$b || exit 1; done

# Exact versions with hashes for this repository's own environment, for every Python that we support at once. Users of
# the package get the ranges of pyproject.toml.
UV := $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' pyproject.toml
lock: | $(BIN)/python  ## Choose the newest versions that pyproject.toml allows (requirements/*.lock)
	$(BIN)/python -m pip install --quiet uv
	$(UV) --extra lab --extra scrapli --output-file requirements/lab.lock
	$(UV) --extra dev --extra pyats --output-file requirements/dev.lock

clean:            ## Remove what the targets above made
	rm -rf $(VENV) build dist demo-output .pytest_cache .mypy_cache .ruff_cache
