# Everything a developer runs. A bare machine needs python3 (3.11+, with venv), cargo, make and a C compiler.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WHEELS := build/wheel
ACCURACY_SEEDS := 7 8
ACCURACY_BLOCKS := 500
ACCURACY_BULK_TXS := 200000
WEIGHTS_SEEDS := 101 102
WEIGHTS_BLOCKS := 600

# Runs a talkative command; what it says is shown only when it fails.
quietly = $(1) > build/step.log 2>&1 || { cat build/step.log >&2; exit 1; }

# What maturin tells the bindings' build scripts; told to cargo too, or each would make the other build them anew.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
CARGO = PYO3_CONFIG_FILE="$(firstword $(wildcard $(CURDIR)/target/maturin/pyo3-config-*.txt))" cargo

# Folders too: their times tell of files that were removed.
RUST_SOURCES := Cargo.toml Cargo.lock $(shell find crates -type d -o -name '*.rs' -o -name 'Cargo.toml')
PYTHON_SOURCES := pyproject.toml README.md LICENSE CHANGELOG.md $(shell find src -not -name '*.pyc' -not -name __pycache__)

.PHONY: help demo test check bench soak accuracy change-weights build lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## build, then index, screen and trace a small chain on which an exchange is robbed
	@$(BIN)/coalface demo build/demo

test: build ## run all Rust and Python tests
	@$(CARGO) test --quiet --release --locked --workspace
	@$(BIN)/python -m pytest

check: build ## run all formatters, linters and type checkers; changes nothing
	@cargo fmt --all --check
	@$(CARGO) clippy --quiet --release --locked --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --release --locked --workspace --no-deps
	@$(BIN)/ruff check --quiet --no-cache
	@$(BIN)/ruff format --quiet --no-cache --check
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m mypy.stubtest --concise coalface._core
	@echo "check: clean"

bench: build $(VENV)/.installed-bench ## measure speed beside its floor and beside other programs
	@$(BIN)/python benches/energy.py
	@$(BIN)/python benches/labels.py
	@$(BIN)/python benches/run.py
	@$(BIN)/python benches/scan.py
	@$(BIN)/python benches/lookup.py
	@$(BIN)/python benches/clusters.py
	@$(BIN)/python benches/trace.py
	@$(BIN)/python benches/peers.py

soak: build ## run the long random tests
	@COALFACE_SOAK=1 $(CARGO) test --quiet --release --locked --workspace
	@COALFACE_SOAK=1 $(BIN)/python -m pytest -m soak

accuracy: build ## build every scenario twice, score it, and write docs/accuracy.md and its table anew
	@rm -rf build/accuracy build/accuracy-bulk && mkdir -p build/accuracy
	@for scenario in $$($(BIN)/coalface range list); do for seed in $(ACCURACY_SEEDS); do \
		$(BIN)/coalface range build $$scenario build/accuracy/$$scenario-$$seed --seed $$seed --blocks $(ACCURACY_BLOCKS); \
	done; done
	@$(BIN)/coalface range bulk build/accuracy-bulk --txs $(ACCURACY_BULK_TXS) --seed $(firstword $(ACCURACY_SEEDS)) > /dev/null
	@$(BIN)/python -m coalface.range.score.publish build/accuracy/* --bulk build/accuracy-bulk

change-weights: build ## fit the weights of the change rules on made-up chains of seeds of their own, and write their table anew
	@rm -rf build/change-weights && mkdir -p build/change-weights
	@for scenario in coinjoins everything hash-rental pools services theft-mixer; do for seed in $(WEIGHTS_SEEDS); do \
		$(BIN)/coalface range build $$scenario build/change-weights/$$scenario-$$seed --seed $$seed --blocks $(WEIGHTS_BLOCKS); \
	done; done
	@$(BIN)/python -m coalface.range.calibrate.change_weights build/change-weights/*

build: $(VENV)/.installed-wheel ## build the wheel and install it into .venv
	@:

lock: ## write requirements.lock and requirements-bench.lock anew
	@$(PYTHON) -m venv build/lock-venv
	@build/lock-venv/bin/pip --disable-pip-version-check --quiet install pip-tools
	@for name in requirements requirements-bench; do \
		env -u PIP_FIND_LINKS build/lock-venv/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras \
			--no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			--output-file $$name.lock $$name.in; \
	done

clean: ## remove everything that was built
	@rm -rf $(VENV) build target .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

# Each of the following files says that its step is done. That of the wheel has the time at which the step began, so
# that a file saved during the build counts as new.

$(VENV)/.installed-requirements: requirements.lock
	@echo "python: installing the locked requirements into $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit("error: Python 3.11 or later is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/.installed-bench: requirements-bench.lock $(VENV)/.installed-requirements
	@$(PIP) install --require-hashes --requirement requirements-bench.lock
	@touch $@

$(VENV)/.installed-wheel: $(VENV)/.installed-requirements $(RUST_SOURCES) $(PYTHON_SOURCES)
	@echo "coalface: building the wheel"
	@rm -rf $(WHEELS)
	@mkdir -p $(WHEELS) && touch build/started
	@$(call quietly,$(BIN)/maturin build --release --locked --compatibility linux --interpreter $(BIN)/python --out $(WHEELS))
	@$(call quietly,$(BIN)/maturin sdist --out $(WHEELS))
	@$(PIP) install --no-deps --no-index --force-reinstall $(WHEELS)/*.whl
	@mv build/started $@
