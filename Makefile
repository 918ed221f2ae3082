PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
HOME_DIR ?= data

.PHONY: help run test test-fast dash serve lint format texts bench lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.done ## set up, make the demo organisation, run a night, tell how to look at it
	$(BIN)/sqm demo --home $(HOME_DIR)
	$(BIN)/sqm nightly --home $(HOME_DIR) --as-of 2026-10-31 || test $$? -eq 4
	@echo
	@echo "Ask:   $(BIN)/sqm metric delivery_on_time_share --by region --grain month"
	@echo "State: $(BIN)/sqm status"
	@echo "Look:  make serve  (dashboards on http://127.0.0.1:8501, Dagster on http://127.0.0.1:3000)"

test: $(VENV)/dev.done ## set up and run all tests
	$(BIN)/pytest -q -n auto --dist loadfile

test-fast: $(VENV)/dev.done ## run the tests that take seconds
	$(BIN)/pytest -q -n auto --dist loadfile -m "not slow"

dash: serve ## the same as serve

serve: $(VENV)/run.done ## start dashboards, Dagster pages and schedule on loopback; Ctrl-C stops
	$(BIN)/sqm serve --home $(HOME_DIR)

lint: $(VENV)/dev.done ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.done ## put style and formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

texts: $(VENV)/dev.done ## bring the Chinese messages of the dashboards up to date with the sources
	$(BIN)/pybabel -q extract -k _ -k n_:1,2 --no-location --sort-output --no-wrap \
		--project=sqm -o $(VENV)/sqm.pot dashboards
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		--no-wrap -i $(VENV)/sqm.pot -d dashboards/locale -D sqm -l zh

bench: $(VENV)/dev.done ## measure speed and memory, as ratios
	$(BIN)/python -m benchmarks.nightly
	$(BIN)/python -m benchmarks.intake
	$(BIN)/python -m benchmarks.clocks
	$(BIN)/python -m benchmarks.charts
	$(BIN)/python -m benchmarks.metric
	$(BIN)/python -m benchmarks.dashboards

lock: $(UV) ## pin what pyproject.toml asks for, with hashes
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url -q -o requirements.lock
	$(UV) pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url -q -c requirements.lock \
		-o requirements-dev.lock

clean: ## remove what was installed and made
	rm -rf $(VENV) $(HOME_DIR)/landing $(HOME_DIR)/store

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade uv

# Compiled at install: commands start three times faster than from source.
$(VENV)/run.done: requirements.lock pyproject.toml | $(UV)
	$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/dev.done: requirements-dev.lock pyproject.toml | $(UV)
	$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.lock
	$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@ $(VENV)/run.done
