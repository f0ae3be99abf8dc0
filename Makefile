# Every target does all its own set-up; it needs Python 3.11 or newer with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest --upgrade --quiet \
  --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/build.in

.DEFAULT_GOAL := help
.PHONY: help report test bench lock clean

help:  ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

report: $(VENV)/report.stamp  ## Simulate a community, collect its logs, build its site
	$(BIN)/gatepost demo $(DEMO)

test: $(VENV)/test.stamp  ## ruff, mypy --strict, pytest
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

bench: $(VENV)/test.stamp  ## The benchmarks, one JSON line each
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Gatepost needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo 'This Python has no venv: on Debian, apt-get install python3-venv'; rm -rf $(VENV); exit 1; }

# The stamp is newer than what was installed; a changed lock file installs again.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: $(VENV)/bin/python  ## Pin the newest dependencies anew, by version and hash
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --output-file requirements/report.txt pyproject.toml
	$(COMPILE) --output-file requirements/test.txt --extra test pyproject.toml
	$(COMPILE) --output-file requirements/explain.txt --constraint requirements/report.txt requirements/explain.in

clean:  ## Remove what was made here
	rm -rf build dist $(VENV)
