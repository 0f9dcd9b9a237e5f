"""The cache of machine code: damaged files are compiled again, and folders that others may write to are not used."""

import hashlib
import os
import subprocess
import sys

import pytest

from backsweep.kernels.lanes import compile as made
from backsweep.kernels.lanes.cache import CodeFolder

PART = ("gradient_descent", "float64", False)
ROOT = hasattr(os, "getuid") and os.getuid() == 0


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache folder, from which a part is loaded anew each time."""
    folder = CodeFolder(tmp_path / "code")
    monkeypatch.setattr(made, "CODE", folder)
    monkeypatch.setattr(made, "_made", {})
    return folder


def load():
    made._made.clear()
    return made.PARTS[PART[0]]._address(PART[1])


def only_file(folder):
    [file] = folder.path.iterdir()
    return file


def flipped(content, place):
    return bytes(byte ^ (1 << 3 if at == place else 0) for at, byte in enumerate(content))


def test_a_damaged_file_is_compiled_again(folder):
    assert load()
    file = only_file(folder)
    whole = file.read_bytes()
    assert made.is_ready(*PART)
    damages = [flipped(whole, place) for place in (0, 31, 32, len(whole) // 2, len(whole) - 1)]
    for damaged in [*damages, b"", whole[:20], whole[:-1], whole + b"x", b"\x00" * len(whole)]:
        file.write_bytes(damaged)
        made._made.clear()
        assert not made.is_ready(*PART)
        assert load()
        assert made.is_ready(*PART)
        content = only_file(folder).read_bytes()
        assert hashlib.sha256(f"code/{file.name}\0".encode() + content[32:]).digest() == content[:32]


def test_code_of_another_function_or_of_other_sources_is_not_loaded(folder):
    assert load()
    file = only_file(folder)
    for path in (file.with_name("squares-float64.code"), folder.path.with_name("other") / file.name):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(file.read_bytes())
        assert CodeFolder(path.parent).read(path.name) is None
    assert folder.read(file.name)


def test_an_intact_file_is_loaded_and_not_compiled(folder, monkeypatch):
    load()

    def refuse(*arguments):
        raise AssertionError("compiled")

    monkeypatch.setattr(made.CFunc, "_compile_uncached", refuse)
    assert load()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_in_the_place_of_a_file_is_replaced_without_waiting(folder):
    os.mkfifo(folder.path / "part.code")
    assert folder.read("part.code") is None
    folder.write("part.code", b"code")
    assert folder.read("part.code") == b"code"


@pytest.mark.posix
def test_only_its_owner_writes_a_folder_and_all_may_read_it(folder):
    """Root compiles while it builds an image, and the user who runs the image reads the files."""
    load()
    assert folder.path.stat().st_mode & 0o777 == 0o755
    assert only_file(folder).stat().st_mode & 0o777 == 0o644


@pytest.mark.posix
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(folder, mode):
    load()
    folder.path.chmod(mode)
    found = CodeFolder(folder.path)
    assert found.trouble == "others can write to it"
    name = only_file(folder).name
    assert found.read(name) is None
    found.write("another", b"x")
    assert [file.name for file in folder.path.iterdir()] == [name]


@pytest.mark.skipif(not ROOT, reason="only root can give folders away")
def test_a_folder_of_another_user_is_not_used(tmp_path):
    (tmp_path / "code").mkdir(mode=0o755)
    os.chown(tmp_path / "code", 12345, 12345)
    assert CodeFolder(tmp_path / "code").trouble == "it belongs to another user"


@pytest.mark.posix
def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "code").symlink_to(tmp_path / "elsewhere")
    found = CodeFolder(tmp_path / "code")
    found.write("a", b"x")
    assert found.trouble == "it is not a folder"
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_read_only_folder_is_read(folder, monkeypatch):
    folder.write("a", b"content")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write anywhere
    found = CodeFolder(folder.path)
    assert (found.trouble, found.read("a")) == ("it is read-only", b"content")


AS_ANOTHER = """
import os, sys
from pathlib import Path
from backsweep.kernels.lanes import compile as made
os.setresuid(12345, 12345, 0)
made.CODE = made.CodeFolder(Path(sys.argv[1]))
print(made.CODE.read("a"), made.why_not_kept())
"""


@pytest.mark.skipif(not ROOT, reason="only root may take another's place")
def test_others_read_what_root_has_compiled(public_path):
    folder = CodeFolder(public_path / "code")
    folder.write("a", b"content")
    for mode, found, message in (
        (0o755, b"content", "(it is read-only), so each process compiles what is missing there: set NUMBA_CACHE_DIR"),
        (0o700, None, "(it cannot be read), so each process compiles its own: set NUMBA_CACHE_DIR"),
    ):
        folder.path.chmod(mode)
        command = [sys.executable, "-c", AS_ANOTHER, folder.path]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.startswith(f"{found} machine code cannot be kept in {folder.path} {message}")


HOMELESS = """
import os, pathlib, sys
os.setreuid(54321, os.geteuid()) if sys.argv[1] == "unknown" else None
import platformdirs
def refuse(*_, **__):
    raise RuntimeError("could not determine the home directory")
if sys.argv[1] == "raising":
    platformdirs.user_cache_path = refuse
if sys.argv[1] == "as it is written":  # by earlier releases of platformdirs
    platformdirs.user_cache_path = lambda name: pathlib.Path("~/.cache") / name
from backsweep.kernels import why_not_kept
from backsweep.sweep.run.data_files import _home
print(_home(), why_not_kept())
"""


UNKNOWN = pytest.param("unknown", marks=pytest.mark.skipif(not ROOT, reason="only root may be a user unknown"))


@pytest.mark.parametrize("home", [UNKNOWN, "raising", "as it is written"])
def test_a_user_without_a_home_can_train(home, tmp_path):
    """As in a container whose user has only a number."""
    without = {"HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in without}
    command = [sys.executable, "-c", HOMELESS, home]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "(this user has no home folder), so each process compiles its own: set NUMBA_CACHE_DIR" in done.stdout
    assert done.stdout.startswith("None ") or home != "unknown"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_windows_holds_is_left_where_it_is_the_same(folder, monkeypatch):
    """Another process has compiled the same file, and a third has it open."""
    folder.write("a", b"content")

    def refuse(*_):
        raise PermissionError(13, "being used by another process")

    monkeypatch.setattr(made.Path, "replace", refuse)
    folder.write("a", b"content")
    assert (folder.trouble, folder.read("a")) == (None, b"content")
    folder.write("b", b"content")
    assert folder.trouble == "being used by another process"
    assert [path.name for path in folder.path.iterdir()] == ["a"]


def test_line_endings_do_not_change_the_hash_of_sources(tmp_path):
    """Git converts them on Windows; otherwise a client there would refuse its workers on Linux."""
    hashes = []
    for name, end in (("unix", "\n"), ("windows", "\r\n")):
        for folder in ("package/inner", "ground"):
            (tmp_path / name / folder).mkdir(parents=True)
            (tmp_path / name / folder / "a.py").write_text("one\ntwo\n", newline=end)
        hashes.append(made._sources_hash(tmp_path / name / "package", tmp_path / name / "ground"))
    assert hashes[0] == hashes[1]


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from backsweep.kernels.lanes import compile as made; from backsweep.kernels import why_not_kept
assert made.PARTS["gradient_descent"].address("float64")
print(sorted(path.name for path in made.CODE.path.iterdir()), why_not_kept())
"""


@pytest.mark.posix
def test_a_full_disk_is_named_and_nothing_is_left_or_put_elsewhere(tmp_path):
    """A limit on file sizes stands in for a full disk."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", FULL], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"[] machine code cannot be kept in {tmp_path / 'code'}/kernels-")
    assert "(File too large)" in done.stdout
    assert "set NUMBA_CACHE_DIR to a folder that you can write to" in done.stdout
