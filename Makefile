# The environment is made once, in .venv, from requirements.lock, and again only when the lock changes.
# Written for GNU make 3.81 and later. `make UV=` uses pip even where uv is installed.

PYTHON ?= python3
STUDY ?= china-celac-2025
UV := $(shell command -v uv 2>/dev/null)

# Packages are taken as they were at this moment; move it, then `make lock`, to bring them up to date.
LOCK_MOMENT := 2026-11-20T00:00:00Z

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
READY := .venv/.installed

# In a container one is root, which JupyterLab wants to be told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run render lab test test-slow test-browser lint check lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile
	@echo 'STUDY=name takes another study of seeds/studies; PYTHON=python3.12 another Python (3.11 or later).'

run: $(READY) ## run the notebooks of a study and render its pages
	$(BIN)/emphasis run "$(STUDY)"

render: $(READY) ## render the pages of a study alone
	$(BIN)/emphasis render "$(STUDY)"

lab: $(READY) ## open the first notebook in JupyterLab
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=. notebooks/01_load_statement.ipynb

test: $(READY) ## run the quick tests
	$(PYTEST) -n 2 -m "not slow and not browser"
	@echo 'Left out: make test-slow (whole runs), make test-browser (needs Chromium).'

test-slow: $(READY) ## run the tests that run whole studies
	$(PYTEST) -n 2 -m "slow and not browser"

test-browser: $(READY) ## run the tests that open pages and JupyterLab in Chromium
	$(PYTEST) -n 2 -m browser

lint: $(READY) ## check style and types: ruff, mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint test ## lint, then the quick tests

lock: ## write requirements.lock from pyproject.toml (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--exclude-newer $(LOCK_MOMENT) --upgrade --generate-hashes --no-header --no-annotate \
		--quiet --output-file requirements.lock

clean: ## remove .venv, caches and generated files that git ignores
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@if git rev-parse --git-dir >/dev/null 2>&1; then git clean -fdXq data notebooks src tests; fi

# Exactly the locked packages, each checked against its hash. The font cache is built here, not in the first chart.
.venv/.locked: requirements.lock
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo '$(PYTHON) is not there; name a Python 3.11 or later: make PYTHON=python3.12' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$("$(PYTHON)" --version) is too old; name a later one: make PYTHON=python3.12" >&2; exit 1; }
ifeq ($(UV),)
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) comes without venv; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
endif
	rm -rf .venv
ifeq ($(UV),)
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements.lock
else
	"$(UV)" venv --quiet --python "$$(command -v "$(PYTHON)")" .venv
	"$(UV)" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
endif
	$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@

# The project itself, editable, built by the locked flit_core.
$(READY): .venv/.locked pyproject.toml
ifeq ($(UV),)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
else
	"$(UV)" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
endif
	@touch $@
