# `make app` and `make test` are all that a newcomer needs; both set everything up first.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
# Tests that measure how time grows: memory once used stays with the process, as fresh memory costs time of its own.
KEEP_MEMORY := PYTHONMALLOC=malloc MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=2000000000
# uv takes a third of pip's time; where it cannot (it does not read pip's settings of a mirror), pip does the same.
LOCKED := --no-deps --require-hashes -r requirements.lock
# Apart, as a comma within $(if …) ends what it gives.
SIZES := 1000,25000,250000
PIP_QUIET := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq

.DEFAULT_GOAL := help
.PHONY: help install app test soak check fix eval bench screenshots lock browser

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 16

install: $(STAMP)  ## make .venv with the locked packages

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Readout needs Python 3.11 or later; $(PYTHON) is older. Use: make PYTHON=python3.12 app"; exit 1; }
	@echo "Setting up .venv (once, a minute or two) …"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian: apt install python3-venv"; exit 1; }
	@$(PIP_QUIET) --no-deps --require-hashes -r <(awk '/^[^ ]/ { own = /^uv==/ } own' requirements.lock) \
	  && $(BIN)/uv pip install -q --python $(BIN)/python $(LOCKED) \
	  || { echo "… with pip, as uv could not"; $(PIP_QUIET) --no-compile $(LOCKED); }
	@$(BIN)/python -m compileall -q -j 0 -x '/(tests?|kubernetes)/' .venv/lib || true  # on all cores; pip uses one
	@$(PIP_QUIET) --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

app: $(STAMP)  ## read corpus/ into an empty library and open the chat page
	@$(BIN)/readout add --if-empty corpus
	@$(BIN)/streamlit run app.py

test: $(STAMP) browser  ## run all tests, the browser's too
	@$(KEEP_MEMORY) $(BIN)/python -m pytest -m alone
	@$(BIN)/python -m pytest -m "not alone" -n 2 --dist loadfile --no-loadscope-reorder

soak: $(STAMP) browser  ## try each threat many times over (half an hour) and print a table of it
	@$(BIN)/python -m tests.soak

browser: $(STAMP)
	@$(BIN)/python tests/browser/chromium.py

check: $(STAMP)  ## look for faults in style, types and generated documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m cogapp --check README.md corpus/README.md evals/README.md

fix: $(STAMP)  ## mend style and generated documents
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python -m cogapp -r README.md corpus/README.md evals/README.md

eval: $(STAMP)  ## measure retrieval and answers; BENCH=folder of BEIR sets adds those
	@$(BIN)/python -m evals all $(if $(BENCH),--bench $(BENCH))

bench: $(STAMP)  ## measure speed against the usual pipeline; BENCH=folder of sets adds 250,000 passages
	@$(BIN)/python -m evals bench $(if $(BENCH),--passages $(SIZES) --texts $(BENCH)/news-distractors)

screenshots: $(STAMP) browser  ## take the pictures that the README shows
	@$(BIN)/python -m tests.browser.screenshots

lock: $(STAMP)  ## make requirements.lock anew
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --quiet --upgrade --output-file requirements.lock
