# Two commands do everything: `make app` runs Defect Lens, `make test` passes its tests.
PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
SET_UP := .venv/.set-up
# The data sets, where they lie beside the checkout; without them the app runs all the same.
export DEFECT_APP_DATA ?= $(wildcard ../shared/data)
# glibc keeps a heap for each thread that ever asked: two are enough here, and save 50 MB once all models are loaded.
export MALLOC_ARENA_MAX ?= 2

.PHONY: app test bench setup lint

app: setup
	$(BIN)/python -m streamlit run defect_app/server.py

test: setup lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: setup
	$(BIN)/python -m defect_app bench

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(SET_UP)

$(SET_UP): requirements.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@
