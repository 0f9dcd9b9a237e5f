"""Data files made to do harm: refused in one sentence, before anything is unpacked or memory is allocated."""

import io
import os
import struct
import zipfile
from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsweep.errors import DataError
from backsweep.sweep.data.table_forms import MOST_BYTES
from helpers.tasking import AB, COLUMNS, FRAME, data, refused, save

pytestmark = pytest.mark.posix

NPZ = {**AB, "file": "d.npz"}
PARQUET = {**AB, "file": "d.parquet"}
SOUND = np.arange(4.0)


@pytest.fixture(autouse=True)
def little_memory():
    """Check that a test adds less than 2 GB to the peak memory of this process."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000_000  # kB


def header(descr, shape, fill=b""):
    """The bytes of an array file that claims this dtype and shape."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue() + fill


def raw(text):
    """The bytes of an array file whose header is this text."""
    text = text.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def npz(folder, content, method=zipfile.ZIP_DEFLATED, names=("a.npy", "b.npy")):
    with zipfile.ZipFile(folder / "d.npz", "w", method) as archive:
        for name in names:
            archive.writestr(name, header("<f8", (4,), SOUND.tobytes()) if name.startswith("b") else content)


HEADERS = [
    (header("<f8", (10**9,)), "array 'a' of shape (1000000000,) should have 8,000,000,000 bytes, and has 0"),
    (header("<f8", (10**12, 10**12)), "should have"),
    (header("<f8", (-4,), b"\0" * 32), "should have"),
    (header("<U0", (10**12,)), "1,000,000,000,000 rows of 1 columns"),
    (header("<U100000000", (4,)), "should have"),
    (header("|O", (4,), b"\0" * 32), "Object arrays cannot be loaded"),
    (header([("x", "<f8")], (4,), b"\0" * 32), "its type is"),
    (header("<f8", (4,), b"\0" * 40), "should have 32 bytes, and has 40"),
    (header("<U1", (2,), b"\xff\xff\xff\x7f" * 2), "not an NPZ file of plain arrays"),
    (raw("(" * 9000), "not an NPZ file of plain arrays"),
    (raw("{'descr': '<f8', 'fortran_order': False, 'shape': (" + "-" * 9000 + "1,)}"), "not an NPZ file of plain arrays"),
    (raw("[" * 60000), "not an NPZ file of plain arrays"),
    (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "not an NPZ file of plain arrays"),
    (b"\x93NUMPY\x09\x00\x02\x00{}", "not an NPZ file of plain arrays"),
    (b"", "not an NPZ file of plain arrays"),
]


@pytest.mark.parametrize(("content", "message"), HEADERS, ids=range(len(HEADERS)))
def test_headers_of_arrays_that_promise_what_is_not_there(content, message, tmp_path):
    npz(tmp_path, content)
    assert message in refused(tmp_path, NPZ)


def test_the_unpacked_size_of_a_zip_is_bounded(tmp_path):
    with zipfile.ZipFile(tmp_path / "d.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.npy", header("<f8", (4,), SOUND.tobytes()))
        with archive.open("a.npy", "w", force_zip64=True) as file:
            file.write(header("<f8", (2**24 * 4,)))
            for _ in range(8):
                file.write(bytes(2**26))
    assert "array 'a': 67,108,864 rows of 1 columns are 67,108,864 numbers; at most 50,000,000 are allowed" in refused(
        tmp_path, NPZ
    )
    content = bytearray((tmp_path / "d.npz").read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", MOST_BYTES + 1)  # the size in the directory
    (tmp_path / "d.npz").write_bytes(content)
    assert "d.npz: the columns used unpack to 2,147,483,809 bytes; at most 2,147,483,648 are allowed" in refused(tmp_path, NPZ)


def test_zips_with_duplicate_or_wrong_entries(tmp_path):
    sound = header("<f8", (4,), SOUND.tobytes())
    npz(tmp_path, sound)
    assert data(NPZ, tmp_path).inputs[:, 0].tolist() == SOUND.tolist()
    content = (tmp_path / "d.npz").read_bytes()
    for mark, at in ((b"PK\x01\x02", 16), (b"PK\x03\x04", 14)):
        place = content.index(mark) + at
        (tmp_path / "d.npz").write_bytes(content[:place] + b"\1\2\3\4" + content[place + 4 :])
        if mark == b"PK\x01\x02":
            assert "Bad CRC-32" in refused(tmp_path, NPZ)
    npz(tmp_path, sound, zipfile.ZIP_LZMA)
    assert "compressed in a way that NumPy never uses" in refused(tmp_path, NPZ)
    npz(tmp_path, sound, names=("a.npy", "a", "b.npy"))
    assert "2 columns are called 'a'" in refused(tmp_path, NPZ)
    place = content.index(b"PK\x01\x02") + 10
    (tmp_path / "d.npz").write_bytes(content[:place] + b"\x63\0" + content[place + 2 :])
    assert "compressed in a way that NumPy never uses" in refused(tmp_path, NPZ)


def test_a_parquet_file_that_repeats_is_bounded_by_its_footer(tmp_path):
    many = pa.chunked_array([pa.array(np.zeros(2**20))] * 24)
    pq.write_table(pa.table({"a": many, "b": many}), tmp_path / "d.parquet", compression="zstd")
    assert (tmp_path / "d.parquet").stat().st_size < 10**6
    assert "25,165,824 rows of 2 columns are 50,331,648 numbers; at most 50,000,000 are allowed" in refused(tmp_path, PARQUET)


def test_long_text_that_repeats_is_held_once(tmp_path):
    words = pa.DictionaryArray.from_arrays(np.arange(100_000) % 2, pa.array(["x" * 100_000, "y" * 100_000]))
    pq.write_table(pa.table({"a": words, "b": np.arange(100_000.0)}), tmp_path / "d.parquet")
    assert data(PARQUET, tmp_path).inputs[:, 0].sum() == 50_000


def test_one_hot_is_bounded(tmp_path):
    rows = np.arange(60_000)
    np.savez(tmp_path / "d.npz", a=rows % 900, b=rows)
    assert "60,000 rows of 900 columns" in refused(tmp_path, {**NPZ, "categories": "a"})


@pytest.mark.parametrize("kind", ["csv", "parquet", "npz"])
def test_anything_but_a_file_is_refused_at_once(kind, tmp_path):
    os.mkfifo(tmp_path / f"d.{kind}")
    assert "a named pipe, not a file" in refused(tmp_path, {**AB, "file": f"d.{kind}"})
    (tmp_path / f"e.{kind}").symlink_to("/dev/zero")
    assert "a device, not a file" in refused(tmp_path, {**AB, "file": f"e.{kind}"})
    (tmp_path / f"f.{kind}").mkdir()
    assert "a folder, not a file" in refused(tmp_path, {**AB, "file": f"f.{kind}"})


TEXTS = [
    ("a,b\n1,2\n".encode("utf-16"), "its text is in UTF-16; save it in UTF-8"),
    ("a,b\n1,2\n".encode("utf-16-le"), "a NUL byte, which text never contains; is the file in UTF-16? (line 1)"),
    (b"a,b\n1,2\n\xff,4\n", "not text in UTF-8, byte 0xff (line 3)"),
    (b"a,b\n1,\xed\xa0\x80\n", "not text in UTF-8, byte 0xed (line 2)"),
    (b"a,b\n1,2\n3,\0\n", "a NUL byte, which text never contains; is the file in UTF-16? (line 3)"),
    (b'a,b\n1,"2\n' + b"3\n" * 100_000, "not a CSV file: line"),
    (b'"a"x,b\n1,2\n', "not a CSV file: line 1"),
    (b",a,b,\n1,2,3\n", "3 cells; the header has 4"),
]


@pytest.mark.parametrize(("content", "message"), TEXTS, ids=range(len(TEXTS)))
def test_text_that_cannot_be_decoded(content, message, tmp_path):
    (tmp_path / "d.csv").write_bytes(content)
    assert message in refused(tmp_path)


def test_many_columns_take_time_in_proportion(tmp_path):
    names = [f"c{number}" for number in range(30_000)]
    for header_names in (names, ["\ufeff" + names[0], *names[1:]]):
        lines = [",".join(header_names), *(",".join([str(row)] * len(names)) for row in range(2))]
        (tmp_path / "d.csv").write_text("\n".join(lines), encoding="utf-8")
        task = data({"file": "d.csv", "inputs": names[1:], "targets": names[0]}, tmp_path)
        assert task.inputs.shape == (2, len(names) - 1)
    assert "no column 'd'" in refused(tmp_path, {"file": "d.csv", "inputs": [*names[2:], "d"], "targets": names[0]})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_give_a_task_or_a_sentence(tmp_path, data_of):
    kind = data_of.draw(st.sampled_from(["csv", "parquet", "npz"]))
    path = tmp_path / f"data.{kind}"
    content = bytearray((tmp_path / save(tmp_path, FRAME, kind)).read_bytes())
    for _ in range(data_of.draw(st.integers(1, 4))):
        at = data_of.draw(st.integers(0, len(content) - 1))
        content[at : at + data_of.draw(st.integers(0, 3))] = data_of.draw(st.binary(max_size=4))
    path.write_bytes(content)
    with suppress(DataError):  # some bytes are never used
        data({"file": path.name, **COLUMNS}, tmp_path)


def test_empty_names_of_columns_can_be_there(tmp_path):
    pd.DataFrame({"": [1, 2], "a": [1, 2], "b": [3, 4]}).to_csv(tmp_path / "d.csv", index=False)
    assert data(AB, tmp_path).targets.tolist() == [[3], [4]]
