"""All reading and writing of files: decode strictly, write whole or not at all, hash."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from emphasis.errors import Fault, FaultyFileError, InputError

_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file; InputError names the file and the reason where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def canonical(data: bytes, *, path: Path, encoding: str = "utf-8") -> str:
    """Decode `data` strictly into canonical text: LF, no BOM, no C0 control but LF and TAB.

    Code points stay as published; a form feed or vertical tab ends a line, any other C0 control is replaced
    by one space, so that offsets count what is there. NUL and bytes that are not of the encoding are faults
    with their line and column.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        came = f"byte 0x{data[error.start]:02x} is not {encoding.upper()}"
        cure = "save the file as UTF-8, or name its encoding in the column `encoding` of statements.csv"
        raise FaultyFileError([_fault(path, before, f"{came}; {cure}")]) from error
    except LookupError as error:
        raise InputError(f"{path}: no encoding is called {encoding!r}; write utf-8, cp1252, gb18030 …") from error
    if "\0" in text:
        raise FaultyFileError(
            [_fault(path, text[: text.index("\0")], "a NUL byte; this is no plain text, save it as UTF-8 text")]
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(lambda control: "\n" if control[0] in "\x0b\x0c" else " ", text)


def _fault(path: Path, before: str, message: str) -> Fault:
    return Fault(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"), message)


def read_text(path: Path, *, encoding: str = "utf-8") -> str:
    """Return the canonical text of a file (see `canonical`)."""
    return canonical(read_bytes(path), path=path, encoding=encoding)


def write(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed.

    Text is written as UTF-8 as it stands. On a full disk or in a read-only folder the former file stays, and
    InputError names the file and the reason.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written: {error.strerror or error}; what was there is unchanged"
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it where they are missing; raise InputError with the reason where that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: the folder cannot be made: {error.strerror or error}") from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
