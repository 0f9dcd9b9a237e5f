"""Reading foreign JSON takes work in proportion to its size."""

import pytest

from backsweep.results.disk import plain
from backsweep.results.disk.plain import parsed


class Key(str):
    """A key that counts how often keys are compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Key.compared += 1
        return str.__eq__(self, other)


def test_a_key_that_stands_twice_is_named():
    with pytest.raises(ValueError, match=r"^the key 'b' occurs twice$"):
        parsed(b'{"a": 1, "b": {"a": 2}, "c": 3, "b": 4}')


def test_the_last_of_many_keys_is_found_to_stand_twice_without_comparing_all_with_all():
    names = [f"key {number}" for number in range(1000)]
    pairs = [(Key(name), 0) for name in [*names, names[-1]]]
    Key.compared = 0
    with pytest.raises(ValueError, match="'key 999' occurs twice"):
        plain._each_key_once(pairs)
    assert Key.compared < 10
