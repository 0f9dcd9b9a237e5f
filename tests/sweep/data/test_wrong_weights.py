"""How files are refused that give no weights to start from."""

import io
import zipfile

import numpy as np
import pytest

from backsweep.errors import DataError, SettingError
from backsweep.sweep import Sweep


def test_weights_that_do_not_fit(tmp_path):
    path = tmp_path / "w.npz"

    def refusal(**arrays):
        np.savez(path, **arrays)
        with pytest.raises((DataError, SettingError)) as error:
            Sweep.from_dict({"task": "xor", "model": {"init": {"scheme": "file", "file": str(path)}}}).plan()
        return str(error.value)

    assert "w.npz: array w2 is missing; this network needs w1, w2" in refusal(w1=np.zeros((2, 2)))
    assert "w.npz: array w1: all its numbers must be finite" in refusal(w1=np.full((2, 2), np.nan), w2=np.zeros((1, 2)))
    wrong_shape = refusal(w1=np.zeros((3, 2)), w2=np.zeros((1, 2)))
    assert "model.init = 'file'" in wrong_shape
    assert "its arrays must have the shapes [(2, 2), (1, 2)], not [(3, 2), (1, 2)]" in wrong_shape
    for damage, message in damaged(path):
        path.write_bytes(damage)
        with pytest.raises(DataError, match=rf"model.init.file: .*w.npz: {message}"):
            Sweep.from_dict({"task": "xor", "model": {"init": {"scheme": "file", "file": str(path)}}}).plan()
    with pytest.raises(DataError, match=r"'.*a\\x00.npz': no file can have this name"):
        Sweep.from_dict({"task": "xor", "model": {"init": {"scheme": "file", "file": "a\0.npz"}}}).plan()


def damaged(path):
    """What may be wrong with an .npz: the bytes, and what is said."""
    np.savez_compressed(path, w1=np.zeros((2, 2)), w2=np.zeros((1, 2)))
    sound = path.read_bytes()
    yield b"PK\x03\x04", "not an NPZ file"
    yield b"", "empty"
    middle = sound.index(b"w1.npy") + 30
    yield sound[:middle] + bytes([sound[middle] ^ 255]) + sound[middle + 1 :], "not an NPZ file of plain arrays"
    path.write_bytes(sound)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "text")
    yield path.read_bytes(), "readme.txt is not an array"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("w1.npy", header.getvalue())
    yield path.read_bytes(), "not an NPZ file of plain arrays"
