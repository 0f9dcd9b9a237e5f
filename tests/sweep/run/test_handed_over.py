"""Threads hand over what they have trained themselves: nothing waits until joblib looks for it."""

import time
from threading import get_ident
from types import SimpleNamespace

import pytest

from backsweep.sweep.run.through_joblib import through_joblib
from backsweep.sweep.run.workers import workers

SPANS = [(run, run + 1) for run in range(7)]


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch):
    """Between two looks joblib sleeps."""

    def sleep(seconds):
        raise AssertionError("joblib looks for batches")

    monkeypatch.setattr("joblib.parallel.time", SimpleNamespace(**{**vars(time), "sleep": sleep}))


def through_threads(spans, train, jobs):
    with workers("threads", jobs, None) as found:
        yield from through_joblib(iter(spans), train, found)


def trained(span):
    time.sleep(0.01)
    return span


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", range(len(SPANS) + 1))
def test_every_batch_comes_once(jobs, count):
    assert sorted(through_threads(SPANS[:count], trained, jobs)) == SPANS[:count]


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_what_a_thread_raises_is_raised_where_batches_are_written(error):
    def train(span):
        if span == SPANS[2]:
            raise error(str(span))
        return trained(span)

    with pytest.raises(error, match="2, 3"):
        list(through_threads(SPANS, train, 2))


def test_whoever_writes_may_stop_early():
    batches = through_threads(SPANS, trained, 2)
    assert next(batches) in SPANS
    batches.close()


@pytest.mark.parametrize("count", range(4))
def test_without_semaphores_joblib_trains_in_the_thread_that_asks(count, monkeypatch):
    monkeypatch.setattr("joblib._parallel_backends.mp", None)
    thread = get_ident()

    def train(span):
        assert get_ident() == thread
        return span

    assert list(through_threads(SPANS[:count], train, 1)) == SPANS[:count]


def spans_that_end(count):
    yield from SPANS[:count]
    raise MemoryError("no room for the next")


@pytest.mark.parametrize("semaphores", [True, False])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_spans_that_raise_end_the_sweep(count, semaphores, monkeypatch):
    if not semaphores:
        monkeypatch.setattr("joblib._parallel_backends.mp", None)
    found = []
    with pytest.raises(MemoryError, match="no room"):
        found.extend(through_threads(spans_that_end(count), trained, 2))
