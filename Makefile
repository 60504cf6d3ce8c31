# The two commands: `make demo` and `make test`. Both set everything up on a machine that has only Python, git and make.
# Also: run, bench, screenshots, guide, formats, test-long, installer, lock, clean.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# A Python 3.11 to 3.13 to build the environment with; only `make` with an empty .venv uses it.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$name && break; done)
SEED ?= 0
WORKERS ?= 2
OUT ?= demo-out

VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.set-up
BENCH_VENV := .venv-bench
BENCH_SETUP := $(BENCH_VENV)/.set-up
# Without a screen the window is drawn into memory.
HEADLESS := $(if $(filter Linux,$(shell uname -s)),$(if $(DISPLAY)$(WAYLAND_DISPLAY),,--headless),)

.PHONY: help
help:
	@echo "make demo         set up, then the whole story on the demo scan (SEED=0 OUT=demo-out)"
	@echo "make test         set up, then linters, types, import contracts and tests"
	@echo "make run          the program"
	@echo "make bench        the benchmarks, beside their peers"
	@echo "make bench-distill  the method against its baselines (FULL=1: every task and seed, hours)"
	@echo "make screenshots  the pictures in docs/images"
	@echo "make guide        the sheet of keys in docs/user-guide.md"
	@echo "make formats      docs/formats.md, from the files of the shared data (GF_DATA=folder)"
	@echo "make words        the files of translations, from the source"
	@echo "make test-long    the tests that take minutes"
	@echo "make installer    a folder in dist/ that needs no Python, and its self-test"
	@echo "make lock         requirements.lock from pyproject.toml, newest versions that fit"
	@echo "make clean        remove what was built; keeps .venv (make clean-all removes it too)"

.PHONY: setup
setup: $(SETUP)

$(SETUP): pyproject.toml requirements.lock .ci/setup .ci/system-libraries
	@PYTHON="$(PYTHON)" .ci/setup $(VENV) requirements.lock --with-project

$(BENCH_SETUP): requirements-bench.lock .ci/setup .ci/system-libraries
	@PYTHON="$(PYTHON)" .ci/setup $(BENCH_VENV) requirements-bench.lock

.PHONY: demo
demo: $(SETUP)
	@$(BIN)/python -m gf_desktop demo $(HEADLESS) --seed $(SEED) --out $(OUT)

.PHONY: run
run: $(SETUP)
	@$(BIN)/python -m gf_desktop

.PHONY: lint
lint: $(SETUP)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports

.PHONY: test
test: lint
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: test-long
test-long: $(SETUP)
	@$(BIN)/python -m pytest -m long --timeout 1800

.PHONY: bench
bench: $(SETUP) $(BENCH_SETUP)
	@$(BIN)/python benchmarks/predict.py
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/startup.py --peer-python $(BENCH_VENV)/bin/python
	@$(BIN)/python benchmarks/interaction.py --peer-python $(BENCH_VENV)/bin/python
	@QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/painting_refining.py

# The method against its baselines: minutes, or with FULL=1 hours; a broken run goes on where it stood.
.PHONY: bench-distill
bench-distill: $(SETUP)
	@$(BIN)/python -m training bench $(if $(FULL),--full,--out build/results-quick --work build/bench-quick)

.PHONY: screenshots
screenshots: $(SETUP)
	@$(BIN)/python -m gf_desktop screenshots --out docs/images

# The sheet of keys in the user guide, from the table of actions.
.PHONY: guide
guide: $(SETUP)
	@$(BIN)/python -m gf_desktop.gui.guide_sheet --write docs/user-guide.md

# Every file of the shared data, expected against found; they are not part of the repository.
.PHONY: formats
formats: $(SETUP)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.contract.formats_table

.PHONY: words
words: $(SETUP)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m gf_desktop.gui.source_strings

.PHONY: installer
installer: $(SETUP)
	@$(BIN)/python -m PyInstaller --noconfirm --log-level WARN build_installer.spec
	@du -sm dist/graph-flow-desktop | awk '{print "dist/graph-flow-desktop: " $$1 " MiB"}'
	@cd $${TMPDIR:-/tmp} && env -u PYTHONPATH -u VIRTUAL_ENV $(if $(HEADLESS),QT_QPA_PLATFORM=offscreen,) "$(CURDIR)/dist/graph-flow-desktop/graph-flow-desktop" --selftest

.PHONY: lock
lock: $(SETUP)
	@$(BIN)/python .ci/lock.py requirements.lock '.[dev,installer,research]'
	@$(BIN)/python .ci/lock.py requirements-bench.lock 'napari>=0.6' 'PySide6-Essentials>=6.8,<6.12'

.PHONY: clean
clean:
	rm -rf build dist demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -not -path './$(BENCH_VENV)/*' -prune -exec rm -rf {} +

.PHONY: clean-all
clean-all: clean
	rm -rf $(VENV) $(BENCH_VENV)
