"""Files: written whole or not at all, read strictly, and by one module only."""

import ast
import errno
import os
import re
import resource
import stat
from pathlib import Path

import pytest

from emphasis import files
from emphasis.errors import FaultyFileError, InputError

SRC = Path(__file__).resolve().parents[1] / "src" / "emphasis"

# What touches the disk, by the name that is called. A table is written by `to_csv` into a buffer.
TOUCHES = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "touch", "chmod"),
    *("read_csv", "read_parquet", "read_json", "to_parquet", "to_json", "to_excel", "to_pickle", "fdopen"),
    *("copy2", "copyfile", "copytree", "rmtree", "move", "rmdir", "symlink_to", "mkstemp", "fromfile"),
}
# Calls of these names that are not what they seem, or must be: each with its reason.
ALLOWED = {
    r"Image\.open\(BytesIO\(": "a picture in memory",
    r"page\.open\(": "a page of the canvas, on which a chart is drawn",
    r"keep\.unlink\(": "the copy of a notebook that papermill itself writes, and that is no result",
}


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def kept(tmp_path):
    """A file with former bytes."""
    path = tmp_path / "table.csv"
    path.write_bytes(b"former\n")
    return path


def test_write_makes_the_folders_above(tmp_path):
    """A file is written with its bytes as they are, also where its folder is not there yet."""
    path = tmp_path / "data" / "study" / "units.csv"
    files.write(path, "a,“b”\r\n\n")
    assert path.read_bytes() == "a,“b”\r\n\n".encode()


def test_write_replaces(kept):
    """Writing again replaces all bytes and leaves no other file behind."""
    files.write(kept, b"new")
    assert kept.read_bytes() == b"new"
    assert [path.name for path in kept.parent.iterdir()] == ["table.csv"]


def test_the_temporary_file_stands_beside(kept, monkeypatch):
    """The temporary file stands in the folder of the file, since no rename leads from one disk to another whole."""
    renamed = []
    monkeypatch.setattr(Path, "replace", lambda temporary, target: renamed.append((temporary.parent, target)))
    files.write(kept, b"new")
    assert renamed == [(kept.parent, kept)]


def test_written_files_follow_the_umask(kept):
    """A written file may be read by whom the umask lets read, not by its writer alone."""
    umask = os.umask(0o027)
    try:
        files.write(kept, b"new")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640


def test_a_write_that_breaks_off_leaves_the_former_bytes(kept):
    """A disk that takes the first bytes and refuses the rest leaves the former file, and nothing beside it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # the kernel itself breaks off: EFBIG, as ENOSPC
    try:
        with pytest.raises(InputError, match=r"table\.csv: cannot be written: .*; what was there is unchanged"):
            files.write(kept, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert kept.read_bytes() == b"former\n"
    assert [path.name for path in kept.parent.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("step", ["tempfile.mkstemp", "os.fdopen", "pathlib.Path.replace"])
def test_a_full_disk_is_named(kept, monkeypatch, step):
    """A full disk, at whatever step it shows, leaves the former file, and the error says so."""
    monkeypatch.setattr(step, full_disk)  # a disk that is really full needs a mount
    with pytest.raises(InputError, match=r"table\.csv: cannot be written: No space left on device"):
        files.write(kept, b"new")
    monkeypatch.undo()
    assert kept.read_bytes() == b"former\n"
    assert [path.name for path in kept.parent.iterdir()] == ["table.csv"]


def test_an_interrupt_leaves_the_former_bytes(kept, monkeypatch):
    """Ctrl-C between writing and renaming leaves the former file, and no temporary one."""

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write(kept, b"new")
    assert kept.read_bytes() == b"former\n"
    assert [path.name for path in kept.parent.iterdir()] == ["table.csv"]


def test_a_file_in_the_place_of_a_folder_is_named(kept):
    """A folder that cannot be made, since a file stands there, is an error that names it."""
    with pytest.raises(InputError, match=r"cannot be written: (Not a directory|File exists)"):
        files.write(kept / "units.csv", b"new")
    with pytest.raises(InputError, match="the folder cannot be made"):
        files.make_folder(kept / "study")


def test_a_missing_file_is_named(tmp_path):
    """Reading what is not there names the file and the reason."""
    with pytest.raises(InputError, match=r"units\.csv: cannot be read: No such file"):
        files.read_bytes(tmp_path / "units.csv")


def test_canonical_text_keeps_what_was_published():
    """Line ends become LF, the BOM goes, control characters become a space; every other character stays."""
    published = "\ufeffa\r\nb\rc\td\x01e\x0cf’ “g” 和平 😀\n\n".encode()
    assert files.canonical(published, path=Path("a.txt")) == "a\nb\nc\td e\nf’ “g” 和平 😀\n\n"


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        (b"peace\nand \xff", "2:5", "byte 0xff is not UTF-8; save the file as UTF-8"),
        ("é".encode() + b"\xe9", "1:2", "byte 0xe9 is not UTF-8"),
        (b"peace\nand\n\0", "3:1", "a NUL byte"),
        ("peace".encode("utf-16"), "1:1", "byte 0xff"),
    ],
)
def test_what_is_no_text_is_a_fault_with_its_place(data, place, said):
    """Bytes that are not of the encoding, and NUL, are faults with line and column of the first of them."""
    with pytest.raises(FaultyFileError) as caught:
        files.canonical(data, path=Path("a.txt"))
    assert str(caught.value).startswith(f"a.txt:{place}: ")
    assert said in str(caught.value)


def test_an_unknown_encoding_is_named():
    """An encoding that Python does not know is refused with examples of those it knows."""
    with pytest.raises(InputError, match="no encoding is called 'latin-nine'; write utf-8, cp1252"):
        files.canonical(b"peace", path=Path("a.txt"), encoding="latin-nine")


def calls(path):
    """Yield each call in a module: its name and its source."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield name, node


def test_one_module_reads_and_writes_files():
    """No module but files opens, reads, writes, moves or removes a file; what seems to is listed with a reason."""
    found = [
        (path.name, ast.unparse(node))
        for path in sorted(SRC.glob("*.py"))
        if path.name != "files.py"
        for name, node in calls(path)
        if name in TOUCHES and not ast.unparse(node.func).startswith("files.")
    ]
    assert [call for call in found if not re.match("|".join(ALLOWED), call[1])] == []


def test_tables_are_written_into_a_buffer():
    """`to_csv`, `savefig` and `save` get a buffer that was made as one, never a path."""
    for path in sorted(SRC.glob("*.py")):
        made = {"io.StringIO()", "io.BytesIO()", "BytesIO()"}
        buffers = {
            ast.unparse(node.targets[0])
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Assign) and ast.unparse(node.value) in made
        }
        given = {
            ast.unparse(node.args[0])
            for name, node in calls(path)
            if name in {"to_csv", "savefig", "save"} and node.args
        }
        assert given <= buffers | {"BytesIO()", "io.BytesIO()"}, path.name
