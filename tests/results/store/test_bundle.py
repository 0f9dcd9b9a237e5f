"""Bundles: what comes out is what went in, byte for byte, and nothing of a hostile one reaches the disk."""

import io
import json
import random
import stat
import zipfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import BacksweepError, FileError, LaterError, ResultsError
from backsweep.results.disk.archive import Archive
from backsweep.results.store.bundle import open_bundle, versions_text, write_bundle
from backsweep.results.store.manifest import COPY, MANIFEST, encoded
from backsweep.results.store.store import Store
from helpers.folders import contents, made, manifest

TOML = 'task = "xor"\n'
VERSIONS = {"python": "3.11.7", "numpy": "2.0.1", "odd": "1\n--index-url https://example.org", "kernels": "f00"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A folder of results, a file of data, and a bundle of both."""
    tree = tmp_path_factory.mktemp("bundle")
    store = made(tree / "r")
    (tree / "r" / "report.html").write_text("a report")
    (tree / "x.csv").write_bytes(bytes(range(256)) * 1000)
    write_bundle(tree / "b.zip", store, store.manifest.spec, TOML, {"data/a/x.csv": tree / "x.csv"})
    return tree


@pytest.fixture
def place(tree, tmp_path):
    """An empty folder beside a file that must stay as it is."""
    (tmp_path / "outside").write_text("outside")
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def untouched(place, *more):
    return contents(place.parent).keys() == {"in", "outside", *more} and (place.parent / "outside").read_text() == "outside"


def members(data):
    """Members of a bundle without its index, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "bundle.json"}


def packed(files, change=lambda _: None, more=(), **index):
    """A bundle of files with a true index; `change` may change each entry; more: further entries, (name, bytes)."""
    listed = {name: {"size": len(data), "sha256": sha256(data).hexdigest()} for name, data in [*files.items(), *more]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        text = json.dumps({"format": 1, "members": listed, **index}).encode()
        for name, data in [*files.items(), *more, ("bundle.json", text)]:
            entry = zipfile.ZipInfo(name)
            change(entry)
            archive.writestr(entry, data)
    return out.getvalue()


def refused(data, place, error=FileError):
    """Open these bytes as a bundle, which must be refused without a trace. Returns the message."""
    (place / "b.zip").write_bytes(data)
    with pytest.raises(error) as caught:
        open_bundle(place / "b.zip", place / "new")
    assert untouched(place, "in/b.zip")
    return str(caught.value)


def test_what_is_unpacked_is_what_was_packed(tree, place):
    open_bundle(tree / "b.zip", place / "new")
    found, before = contents(place / "new"), contents(tree / "r")
    shared = {name for name in before if name.startswith(("shards/", "records/"))}
    assert len(shared) == 6
    assert {name: found[name] for name in shared} == {name: before[name] for name in shared}
    assert found["data/a/x.csv"] == (tree / "x.csv").read_bytes()
    assert found["spec.toml"] == TOML.encode()
    assert "report.html" not in found
    assert Store.open(place / "new").read().equals(Store.open(tree / "r").read())
    assert Store.open(place / "new").damage() == []


def test_the_same_folder_gives_the_same_bytes_also_when_it_was_unpacked(tree, place):
    open_bundle(tree / "b.zip", place / "new")
    store = Store.open(place / "new")
    write_bundle(place / "b.zip", store, store.manifest.spec, TOML, {"data/a/x.csv": place / "new" / "data/a/x.csv"})
    assert (place / "b.zip").read_bytes() == (tree / "b.zip").read_bytes()


def test_other_programs_unpack_it_too(tree, place):
    with zipfile.ZipFile(tree / "b.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(place / "new")
    assert Store.open(place / "new").damage() == []


def test_a_damaged_folder_is_not_bundled(tmp_path):
    store = made(tmp_path / "r")
    shard = next((tmp_path / "r" / "shards").iterdir())
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(ResultsError, match=r"not bundled, because it has damaged files\n.*`backsweep resume"):
        write_bundle(tmp_path / "b.zip", store, store.manifest.spec, TOML, {})
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("name", ["b", "b.csv", "b.zip.txt"])
def test_a_bundle_is_named_as_one(name, tmp_path):
    with pytest.raises(FileError, match=r"must end in \.zip"):
        write_bundle(tmp_path / name, made(tmp_path / "r"), {}, TOML, {})


def test_versions_are_constraints_and_nothing_else():
    lines = versions_text(manifest(versions=VERSIONS)).splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["numpy==2.0.1"]
    assert "https" not in "".join(lines)
    assert "# python==3.11.7" in lines


# ---- hostile bundles

NAMES = ["../x", "/x", "a/../../x", "C:x", "\\x", "con", "data/../x", "data//x", "shards/../../x", "data/x\0.csv", "data/x\n"]
STRANGERS = [
    ".lock",
    ".writer.json",
    "report.html",
    "shards/x.exe",
    "data",
    "shards/a/b.parquet",
    "x/manifest.json",
]
LINK, FIFO, FOLDER = ((kind | 0o777) << 16 for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR))


@pytest.mark.parametrize("name", NAMES + STRANGERS)
def test_a_name_that_no_bundle_has_is_refused(name, tree, place):
    files = members((tree / "b.zip").read_bytes())
    data = (
        packed({**files, "data/!!": b"x"}).replace(b"data/!!", name.encode())
        if len(name) == 7
        else packed({**files, name: b"x"})
    )
    refused(data, place)


@pytest.mark.parametrize("kind", [LINK, FIFO, FOLDER])
def test_links_and_the_like_are_refused(kind, tree, place):
    files = members((tree / "b.zip").read_bytes())
    message = refused(packed(files, lambda entry: setattr(entry, "external_attr", kind)), place)
    assert "no regular file" in message


@pytest.mark.parametrize("names", [("data/x.csv", "data/x.csv"), ("data/x.csv", "data/X.csv"), ("data/x", "data/x/y")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_clash_are_refused(names, tree, place):
    files = members((tree / "b.zip").read_bytes())
    assert "two of its files" in refused(packed(files, more=[(name, b"x") for name in names]), place)


def test_a_zip_bomb_is_refused(tree, place):
    files = members((tree / "b.zip").read_bytes()) | {"data/x.csv": bytes(10**7)}
    deflated = packed(files, lambda entry: setattr(entry, "compress_type", zipfile.ZIP_DEFLATED))
    assert "is compressed" in refused(deflated, place)


def test_members_that_overlap_are_refused(tree, place):
    """All entries of the directory lead to the same bytes, so that a small file would unpack to a large one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data/x", bytes(10**5))
        first = archive.infolist()[0]
        for number in range(100):
            entry = zipfile.ZipInfo(f"data/{number}")
            entry.header_offset, entry.CRC, entry.file_size, entry.compress_size = 0, first.CRC, 10**5, 10**5
            entry.create_version = entry.extract_version = 20
            archive.filelist.append(entry)
    assert "claim to hold" in refused(out.getvalue(), place)


def test_a_disk_without_room_is_noticed_first(tree, place, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(FileError, match=r"only 1,000 are free at .*; choose a folder on another disk with `out`$"):
        open_bundle(tree / "b.zip", place / "new")
    assert untouched(place)


def test_a_later_version_is_named(tree, place):
    files = members((tree / "b.zip").read_bytes())
    assert "format 2" in refused(packed(files, format=2), place, LaterError)


@pytest.mark.parametrize("text", [b"{}", b"\xff\x00", b"[" * 10**5])
def test_a_manifest_that_is_none_is_refused(text, tree, place):
    files = members((tree / "b.zip").read_bytes())
    assert "manifest.json" in refused(packed({**files, MANIFEST: text, COPY: text}), place)


def test_a_manifest_of_a_later_version_is_named(tree, place):
    files = members((tree / "b.zip").read_bytes())
    text = encoded(manifest()).replace(b'"format": 1', b'"format": 3')
    refused(packed({**files, MANIFEST: text, COPY: text}), place, LaterError)


def test_another_content_than_the_index_lists_is_refused(tree, place):
    files = members((tree / "b.zip").read_bytes())
    listed = {name: {"size": len(data), "sha256": sha256(data).hexdigest()} for name, data in files.items()}
    assert "does not match its digest" in refused(packed({**files, "data/a/x.csv": b"other"}, members=listed), place)


@pytest.mark.parametrize("data", [b"", b"PK", b"a,b\n1,2\n", bytes(10**4)])
def test_what_is_no_archive_is_refused(data, place):
    assert "no sound bundle" in refused(data, place)


def test_neither_folders_nor_missing_files_are_bundles(place):
    with pytest.raises(FileError):
        open_bundle(place, place / "new")
    with pytest.raises(FileError, match=r"none\.zip: no such file"):
        open_bundle(place / "none.zip", place / "new")


@given(st.randoms(use_true_random=False), st.integers(1, 3), st.booleans())
def test_a_bundle_with_other_bytes_gives_the_same_files_or_none(tree, tmp_path_factory, rng: random.Random, many, late):
    """Bytes are changed, inserted, left out, or cut off: anywhere, or in the directory at the end."""
    data = bytearray((tree / "b.zip").read_bytes())
    for _ in range(many):
        at = rng.randrange(len(data) - 3000 if late else 0, len(data))
        how = rng.randrange(4)
        data[at : at + (how != 1)] = [bytes([rng.randrange(256)]), bytes(rng.randrange(9)), b"", data[at : at + 1]][how]
        data = data[:at] if how == 3 and rng.random() < 0.3 else data
    place = tmp_path_factory.mktemp("changed")
    (place / "b.zip").write_bytes(data)
    try:
        open_bundle(place / "b.zip", place / "new")
    except BacksweepError:
        assert contents(place).keys() == {"b.zip"}
    else:
        open_bundle(tree / "b.zip", place / "original")
        assert contents(place / "new") == contents(place / "original")


ANYWHERE = st.text(st.sampled_from("./\\:aA \0é"), max_size=8) | st.sampled_from([*NAMES, *STRANGERS])


@given(st.lists(st.tuples(ANYWHERE, st.binary(max_size=9)), max_size=4), st.sampled_from([0, LINK, FOLDER]))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_whatever_leads_out_of_the_folder(tree, tmp_path_factory, more, kind):
    place = tmp_path_factory.mktemp("out") / "in"
    place.mkdir()
    files = members((tree / "b.zip").read_bytes())
    (place / "b.zip").write_bytes(packed(files, lambda entry: setattr(entry, "external_attr", kind), more=more))
    try:
        open_bundle(place / "b.zip", place / "new")
    except BacksweepError:
        assert contents(place.parent).keys() == {"in", "in/b.zip"}
    else:
        assert {name.split("/")[1] for name in contents(place.parent) if "/" in name} == {"b.zip", "new"}
        assert contents(place / "new").keys() - {"data", "data/a", "shards", "records"} == {*files, *(name for name, _ in more)}


def test_an_interrupted_one_leaves_nothing(tree, place, monkeypatch):
    copy, copied = Archive.copy, []

    def interrupted(archive, name, file):
        copied.append(name)
        copy(archive, name, file)
        if len(copied) == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(Archive, "copy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        open_bundle(tree / "b.zip", place / "new")
    assert untouched(place)
