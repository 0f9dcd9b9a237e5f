# Each command makes its own virtual environment when it is missing or older than pyproject.toml.
PYTHON ?= python3
VENV ?= .venv
READY := $(VENV)/.ready
export PATH := $(abspath $(VENV)/bin):$(PATH)

.PHONY: demo test test-all test-lowest coverage lint bench bench-compare bench-baseline roofline peers docs dist soak fuzz

demo: $(READY)
	backsweep demo

# Two processes, each with whole files, so that what a file compiles or trains once is not done twice. What takes longest, such
# as other processors and more examples, is left to test-all; some of each kind of check remains.
test: $(READY)
	python -m pytest -n 2 --dist loadfile -m "not long"

test-all: $(READY)
	python -m pytest -n 2 --dist loadfile

# All processes that the tests start are counted, those among them that run the kernels without the JIT: lines of machine code
# cannot be. The rest is reported apart, so that neither makes up for the other. Two tests are left out: where nothing can be
# written, neither can be what was counted.
coverage: $(READY)
	coverage erase
	coverage run -m pytest -n 2 --dist loadfile \
		--deselect tests/sweep/cli/test_main.py::test_a_folder_that_may_not_be_written_is_said \
		--deselect tests/sweep/cli/test_main.py::test_a_full_disk_is_said_and_nothing_is_lost
	coverage combine --quiet
	coverage report --include 'kernels/*'
	coverage report --omit 'kernels/*'

lint: $(READY)
	ruff check .
	ruff format --check .
	pyright --pythonpath $(VENV)/bin/python
	lint-imports

bench: $(READY)
	python benchmarks/bench.py

# Whether anything has become slower than the stored baseline, beside the bare kernel; and another baseline.
bench-compare: $(READY)
	python benchmarks/regressions.py compare

bench-baseline: $(READY)
	python benchmarks/regressions.py baseline

# The kernels beside what this core's own sigmoids, multiply-adds, loads and stores allow.
roofline: $(READY)
	python benchmarks/roofline.py

# The same networks trained by backsweep, NumPy, scikit-learn, PyTorch and JAX, in an environment of their own: a quarter of an
# hour, on a machine with nothing else to do. Writes benchmarks/PEERS.md, and its short table into README.md.
peers: .venv-peers/.ready
	.venv-peers/bin/python benchmarks/peers/compare.py
	.venv-peers/bin/python benchmarks/peers/compare.py --readme

.venv-peers/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade pip
	.venv-peers/bin/python -m pip install --quiet -e '.[peers]'
	touch $@

# Without the advertisement of its successor that Material prints.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict

dist: $(READY)
	python -m build

# Ten million runs, and a sweep killed twenty times: about five minutes.
soak: $(READY)
	python benchmarks/soak.py

# Specs, data files, results folders and command lines that nobody meant, for half an hour; then sweeps killed at random moments
# on every backend. What is found is printed with the seed that repeats it: make fuzz SEED=7 FIRST=1234 CASES=1
MINUTES ?= 30
fuzz: $(READY)
	cd tests && python -m fuzz.run --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(FIRST),--first $(FIRST)) \
		$(if $(CASES),--cases $(CASES)) $(if $(KINDS),--kinds $(KINDS))
	$(if $(FIRST),,cd tests && python -m fuzz.kills $(if $(SEED),--seed $(SEED)))

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
