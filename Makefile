# Each command makes its own virtual environment when it is missing or older than pyproject.toml.
PYTHON ?= python3
VENV ?= .venv
READY := $(VENV)/.ready
export PATH := $(abspath $(VENV)/bin):$(PATH)

.PHONY: demo test test-lowest lint bench soak

demo: $(READY)
	backsweep demo

# Two processes, each with whole files, so that what a file compiles or trains once is not done twice.
test: $(READY)
	python -m pytest -n 2 --dist loadfile

lint: $(READY)
	ruff check .
	ruff format --check .
	pyright --pythonpath $(VENV)/bin/python
	lint-imports

bench: $(READY)
	python benchmarks/bench.py

# Ten million runs, and a sweep killed twenty times: about five minutes.
soak: $(READY)
	python benchmarks/soak.py

# The oldest releases that pyproject.toml allows, in an environment of their own.
test-lowest:
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --upgrade pip
	.venv-lowest/bin/python -m pip install --quiet -e '.[dev]' -c tests/lowest.txt
	.venv-lowest/bin/python -m pytest -n 2 --dist loadfile

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "backsweep needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade pip
	$(VENV)/bin/python -m pip install --quiet -e '.[dev]'
	touch $@
