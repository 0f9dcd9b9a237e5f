"""Names that every system takes: those that lead elsewhere or mean something else on some system are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.results.disk.portable import clash_of, fault_of

# As the documentation of Windows lists them, and what Unix and Windows resolve to other folders.
ELSEWHERE = [
    "",
    "/",
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a/..",
    ".",
    "./x",
    "a//b",
    "a/",
    "\\x",
    "a\\..\\x",
    "C:/x",
    "C:x",
    "a:b",
]
ODD = [
    "a\0b",
    "a\nb",
    "a\u202eb",
    "a\x7f",
    "a|b",
    "a?",
    "*",
    "<a>",
    'a"b',
    "a.",
    "a ",
    " a",
    "a./b",
    "\ud800",
    "x" * 256,
    "ä" * 128,
]
DEVICES = ["CON", "con.csv", "data/nul", "nul.tar.gz", "Aux/x.csv", "PRN", "COM1.csv", "lpt9", "com¹.x", "CONIN$", "con .csv"]


@pytest.mark.parametrize("name", ELSEWHERE + ODD + DEVICES)
def test_a_name_that_some_system_does_not_take_has_a_fault(name):
    assert fault_of(name)


@pytest.mark.parametrize(
    "name", ["a", "a.csv", "data/a/b.csv", ".hidden", "console.csv", "com10", "Zahl der Würfe.csv", "数据.npz", "a..b"]
)
def test_other_names_have_none(name):
    assert fault_of(name) is None


@given(st.lists(st.sampled_from(["a", "b", "..", ".", "", "c d", "e.", "\\", "C:"]), max_size=6))
def test_a_name_without_fault_stays_in_its_folder(parts):
    name = "/".join(parts)
    depth = [0]
    for part in name.replace("\\", "/").split("/"):
        depth.append(depth[-1] + {"..": -1, ".": 0, "": 0}.get(part, 1))
    assert fault_of(name) or (min(depth) == 0 and not name.startswith("/"))


CLASHES = [
    ("a", "a"),
    ("a", "A"),
    ("ß", "SS"),
    ("\u00e9", "e\u0301"),
    ("a", "a/b"),
    ("a/b", "a"),
    ("X/b", "x/B"),
    ("A/b", "a/b/c"),
]


@pytest.mark.parametrize("names", CLASHES)
def test_names_that_are_one_on_some_system_clash(names):
    assert clash_of(names) == names[1]


def test_other_names_do_not_clash():
    assert clash_of(["a/b", "a/c", "ab", "b", "A/d"]) is None
