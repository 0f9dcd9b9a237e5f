# Each target first sets up the virtual environment that it needs if that is missing or older than pyproject.toml or
# constraints.txt: RUNTIME holds what backsweep itself needs, READY the development tools as well.
PYTHON ?= python3
VENV ?= .venv
RUNTIME := $(VENV)/.runtime
READY := $(VENV)/.ready
export PATH := $(abspath $(VENV)/bin):$(PATH)
# macOS ships make 3.81, which looks for a command in the PATH exported above only where it starts another shell than /bin/sh.
SHELL := /bin/bash

.PHONY: demo test test-all test-arm64 test-nehalem test-lowest lock coverage lint imports bench bench-compare bench-baseline roofline peers docs dist soak fuzz

demo: $(RUNTIME)
	backsweep demo

# Two processes run the tests, each whole files, so that nothing that a file compiles or trains once is done twice. The longest
# tests, such as those of other processors and of more examples, run in test-all only; test keeps some of each kind.
test: $(READY)
	python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long"

test-all: $(READY)
	python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Kernels and whole sweeps on an emulated processor, which must give the same bits and the same files; needs Debian's
# qemu-user-static, and debootstrap for arm64. nehalem is an x86-64 of 2008.
test-arm64 test-nehalem: test-%: $(READY)
	tests/emulated.sh $* .emulated $(VENV)/bin/python

# Counts the lines run in all processes that the tests start. Lines of the kernels count where they run without the JIT, because
# lines of machine code cannot be counted. The kernels and the rest are reported separately, so that neither makes up for the other.
# Two tests are left out: where they let nothing be written, the counts cannot be written either.
coverage: $(READY)
	coverage erase
	coverage run -m pytest -n 2 --dist loadfile --no-loadscope-reorder \
		--deselect tests/sweep/cli/test_main.py::test_a_folder_without_write_permission_is_named \
		--deselect tests/sweep/cli/test_main.py::test_a_full_disk_is_named_and_nothing_is_lost
	coverage combine --quiet
	coverage report --include 'kernels/*'
	coverage report --omit 'kernels/*'

lint: $(READY)
	ruff check .
	ruff format --check .
	pyright --pythonpath $(VENV)/bin/python
	$(MAKE) imports

# import-linter follows imports from folder to folder, so this copies the packages to lie as they install.
imports:
	rm -rf build/imports
	mkdir -p build/imports/backsweep
	cp -r backsweep/*.py kernels results sweep build/imports/backsweep
	cd build/imports && lint-imports --config ../../pyproject.toml

bench: $(READY)
	python benchmarks/bench.py

# bench-compare shows what has become slower than the stored baseline, relative to the bare kernel; bench-baseline stores a new one.
bench-compare: $(READY)
	python benchmarks/regressions.py compare

bench-baseline: $(READY)
	python benchmarks/regressions.py baseline

# Compares the kernels with the speed that this core's sigmoids, multiply-adds, loads and stores allow.
roofline: $(READY)
	python benchmarks/roofline.py

# Trains the same networks with backsweep, NumPy, scikit-learn, PyTorch, JAX and TurbaNet, in a separate environment. This takes a
# quarter of an hour and needs a machine with nothing else to do. It writes benchmarks/PEERS.md, and its short table into README.md.
# `.venv-peers/bin/python benchmarks/peers/compare.py SECTION ...` measures only some of it again.
peers: .venv-peers/.ready
	.venv-peers/bin/python benchmarks/peers/compare.py

# TurbaNet asks for Python 3.12, but its code runs on 3.11.
.venv-peers/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade pip
	.venv-peers/bin/python -m pip install --quiet -e '.[peers]'
	.venv-peers/bin/python -m pip install --quiet --no-deps --ignore-requires-python turbanet==0.3.1
	touch $@

# Builds the site, and suppresses the advertisement that Material prints for its successor.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict

dist: $(READY)
	python -m build

# Trains ten million runs and kills a sweep twenty times; takes about five minutes.
soak: $(READY)
	python benchmarks/soak.py

# Feeds the program hostile specs, data files, results folders and command lines for half an hour, then kills sweeps at random moments on
# every backend. Prints each finding with the seed that repeats it: make fuzz SEED=7 FIRST=1234 CASES=1
MINUTES ?= 30
fuzz: $(READY)
	cd tests && python -m fuzz.run --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(FIRST),--first $(FIRST)) \
		$(if $(CASES),--cases $(CASES)) $(if $(KINDS),--kinds $(KINDS))
	$(if $(FIRST),,cd tests && python -m fuzz.kills $(if $(SEED),--seed $(SEED)))

# Runs the tests with the oldest releases that pyproject.toml allows, in a separate environment.
test-lowest:
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --upgrade pip
	.venv-lowest/bin/python -m pip install --quiet -e '.[dev]' -c tests/lowest.txt
	.venv-lowest/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Tests the newest releases that pyproject.toml allows, and pins those that passed in constraints.txt, from which the other targets
# install.
lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet setuptools -e '.[dev]'
	.venv-lock/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	{ grep '^#' constraints.txt; .venv-lock/bin/python -m pip freeze --exclude-editable --all \
		| grep -vE '^(pip==|nvidia-|cuda-|triton==)' | sed 's/+.*//'; } > .venv-lock/constraints.txt
	mv .venv-lock/constraints.txt constraints.txt

# setuptools comes from constraints.txt too, so that no release newer than the tested ones takes part in setting up.
PIP_INSTALL := $(VENV)/bin/python -m pip install --quiet --constraint constraints.txt

$(RUNTIME): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "backsweep needs Python 3.11 or newer; set PYTHON= to such a python")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP_INSTALL) setuptools
	$(PIP_INSTALL) --no-build-isolation -e .
	touch $@

$(READY): $(RUNTIME)
	$(PIP_INSTALL) --no-build-isolation -e '.[dev]'
	touch $@
