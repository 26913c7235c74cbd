# Two commands do everything: `make app` runs Defect Lens, `make test` passes its tests.
PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
# `make app HOST=0.0.0.0` opens the app to the network, `PORT=…` moves it.
HOST ?=
PORT ?=
# The data sets, where they lie beside the checkout; without them the app runs all the same.
export DEFECT_APP_DATA ?= $(wildcard ../shared/data)
# `make test COVERAGE=1` counts lines and branches too, and prints what no test reaches, and each room's share. A room below
# 95 % fails that last step, which is said; without the minus sign before it, it fails the tests.
COVERAGE ?=
# Tests run in so many processes.
WORKERS ?= 2
# glibc keeps a heap for each thread that ever asked: two are enough here, and save 50 MB once all models are loaded.
export MALLOC_ARENA_MAX ?= 2

# Each is set up once: what serves the app, and everything, which holds the former.
APP_SET_UP := .venv/.set-up-app
SET_UP := .venv/.set-up
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-compile
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --group build --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"

.PHONY: app test test-all faults bench pictures setup lint lock wheel image

app: $(or $(wildcard $(SET_UP)),$(APP_SET_UP))
	$(BIN)/python -m defect_app app $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: setup lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(COVERAGE),--cov)
	$(if $(COVERAGE),-$(BIN)/python -m tests.room_coverage)

# Every case of a kind, where `make test` takes one, and every cell of the fault matrix.
test-all: setup lint
	KILLS=12 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --thorough --all-faults

# Every cell of the fault matrix, and the matrix as docs/faults.md has it; `make test` runs the quick cells. As root, for disks.
faults: setup
	$(BIN)/python -m pytest tests/faults --all-faults -q
	$(BIN)/python -m tests.faults

bench: setup
	$(BIN)/python -m defect_app bench

# The documents' pictures anew, from the running app; docs/pictures/pictures.toml says which.
pictures: setup
	$(BIN)/python -m tests.browser.pictures

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

setup: $(SET_UP)

# Both lock files anew from pyproject.toml; what they pin stays, unless the file that it stands in is removed first.
lock: setup
	$(LOCK) --all-extras --output-file requirements.txt
	$(LOCK) --constraints requirements.txt --output-file requirements-app.txt

# The container image, built and tried by buildah; BASE=debootstrap where no registry is at hand.
image:
	BASE=$(BASE) container/build.sh

wheel: setup
	$(BIN)/hatchling build --target wheel

$(BIN)/pip:
	$(PYTHON) -m venv .venv

$(APP_SET_UP): requirements-app.txt pyproject.toml | $(BIN)/uv
$(SET_UP): requirements.txt pyproject.toml | $(BIN)/uv

# uv, from the lock too: it installs with a fifth of pip's processor time, and fetches several packages at once.
$(BIN)/uv: | $(BIN)/pip
	sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > .venv/uv.txt
	$(PIP_INSTALL) --require-hashes -r .venv/uv.txt

# Hashes are checked; the lock is complete, so that nothing is left to resolve. pip steps in where uv gets no packages:
# it alone knows pip's own settings of mirrors. Compiled on every core, but for the libraries' tests.
$(APP_SET_UP) $(SET_UP):
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $< || $(PIP_INSTALL) --require-hashes -r $<
	$(PIP_INSTALL) --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -q -j 0 -x '/tests?/' .venv/lib
	touch $@
