"""Threads train: each begins its next batch only once its last one was taken, and none is left when the caller stops."""

import threading
import time

import pytest

from backsweep.sweep.run.threads import in_threads


def spans(many):
    return ((k, k + 1) for k in range(many))


@pytest.mark.parametrize("threads", [1, 3])
def test_every_span_is_trained_once_and_none_ahead(threads):
    begun, taken = [], []

    def train(span):
        begun.append(span)
        return span

    for span in in_threads(spans(20), train, threads):
        taken.append(span)
        time.sleep(0.001)
        assert len(begun) - len(taken) < threads
    assert sorted(taken) == list(spans(20))


def test_sizes_may_go_by_all_that_was_taken():
    """A span is asked for after the caller has dealt with the last one, and by the caller's own thread."""
    learned = []

    def asked():
        for k in range(5):
            assert len(learned) == k
            assert threading.current_thread() is threading.main_thread()
            yield k, k + 1

    for start, _ in in_threads(asked(), lambda span: span, 1):
        learned.append(start)
    assert len(learned) == 5


def test_what_fails_in_a_thread_is_raised_where_results_are_taken():
    def fail(span):
        if span[0] == 2:
            raise MemoryError("no room")
        return span

    results = in_threads(spans(9), fail, 1)
    assert [next(results), next(results)] == [(0, 1), (1, 2)]
    with pytest.raises(MemoryError, match="no room"):
        next(results)


def test_no_thread_is_left():
    before = threading.active_count()
    results = in_threads(spans(100), lambda span: span, 4)
    next(results)
    assert threading.active_count() == before + 4
    results.close()
    while threading.active_count() > before:
        time.sleep(0.01)
    assert list(in_threads(spans(0), lambda span: span, 4)) == []
