"""Reading statements: the text as published, its header, and what statements.csv says of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from emphasis import files, languages
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root

# What a header calls a country: its code, and the offset of its clock, for "Updated: May 13, 2025 23:00".
COUNTRIES = {"the people's republic of china": ("CHN", "+08:00")}

_DATED = re.compile(r"(?:updated|published|posted|date)\s*:\s*(?P<when>.+)", re.IGNORECASE)
HEADER_LINES = 5
_FORMATS = ("%B %d, %Y %H:%M", "%B %d, %Y", "%d %B %Y %H:%M", "%d %B %Y", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True)
class Statement:
    """One published text and what is known of it; empty text where something is not known."""

    statement_id: str
    title: str = ""
    actor: str = ""
    issuer: str = ""
    country: str = ""
    date: str = ""  # of the occasion, ISO 8601
    published: str = ""  # ISO 8601, with the offset of the issuer's clock
    genre: str = ""
    language: str = ""
    language_from: str = ""  # metadata, parameter or guessed
    sha256: str = ""
    body: int = 0  # offset where the coded text begins; before it stands the header
    text: str = ""  # canonical


def load(root: Root, statement_ids: Sequence[str], *, language: str = "") -> pd.DataFrame:
    """Return the statements with these ids: one row a statement, in the order of the ids.

    An id may be a glob (``UNGD_*``), which stands for all it fits, sorted. Columns: the fields of
    `Statement`, then every other column of statements.csv. `language` is that of statements whose row names
    none; else it is guessed. Raises InputError for an id that fits no file, FaultyFileError for a file
    whose SHA-256 is not the one of its row.
    """
    folder = root.seeds / "statements"
    known = metadata(folder / "statements.csv")
    stems = {path.stem for path in folder.glob("*.txt")} | set(known)
    rows, errors = [], []
    for statement_id in _chosen(statement_ids, stems, folder):
        row, path = known.get(statement_id, {}), folder / f"{statement_id}.txt"
        try:
            more = {key: value for key, value in row.items() if key not in _FIELDS}
            rows.append(asdict(read(root, path, row, language=language)) | more)
        except InputError as error:
            errors.append((path, error))
    if len(errors) == 1:
        raise errors[0][1]
    if errors:
        raise FaultyFileError([fault for path, error in errors for fault in _faults(path, error)])
    return pd.DataFrame(rows).fillna("")


def _faults(path: Path, error: InputError) -> Sequence[Fault]:
    message = str(error).removeprefix(f"{path}: ")
    return error.faults if isinstance(error, FaultyFileError) else [Fault(str(path), 1, 1, message)]


_FIELDS = frozenset(field.name for field in fields(Statement))
_SET_APART = {"statement_id", "language_from", "body", "text"}  # what the program says of a statement, never its row


def _chosen(wanted: Sequence[str], stems: set[str], folder: Path) -> list[str]:
    there = ", ".join(sorted(stems)[:8]) or "none"
    if not wanted or isinstance(wanted, str):
        raise InputError(
            f"statements is {wanted!r}; it must be a list of one or more statement ids of {folder}; there are: {there}"
        )
    chosen: dict[str, None] = {}
    for pattern in wanted:
        fitting = [pattern] if pattern in stems else sorted(stem for stem in stems if fnmatchcase(stem, pattern))
        if not fitting:
            raise InputError(f"no statement is called {pattern!r} in {folder}; there are: {there}")
        chosen |= dict.fromkeys(fitting)
    return list(chosen)


def metadata(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a statements.csv by statement_id, all values as text; none where there is no such file.

    Raises FaultyFileError for a row without id, an id that stands twice, and a row with more or fewer
    fields than the header.
    """
    if not path.exists():
        return {}
    reader = csv.reader(io.StringIO(files.read_text(path)), strict=True)
    rows: dict[str, dict[str, str]] = {}
    faults = []
    try:
        header = next(reader, [])
        for values in filter(None, reader):
            row = dict(zip(header, values, strict=False))
            message = _row_fault(row.get("statement_id", ""), values, header, rows)
            faults += [Fault(str(path), reader.line_num, 1, message)] if message else []
            rows[row.get("statement_id", "")] = row
    except csv.Error as error:
        faults.append(Fault(str(path), reader.line_num, 1, f"not CSV: {error}"))
    if "statement_id" not in header:
        faults = [Fault(str(path), 1, 1, f"the header is {','.join(header)!r}; it must hold the column statement_id")]
    faults += [
        Fault(str(path), 1, 1, f"the column {name} is the program's own; call it otherwise")
        for name in header
        if name in OWN
    ]
    if faults:
        raise FaultyFileError(faults)
    return rows


# Columns that the program adds to the statements table.
OWN = {"language_from", "body", "text", "is_wrapped", "n_sections", "n_units", "n_tokens"}


def _row_fault(statement_id: str, values: Sequence[str], header: Sequence[str], rows: Mapping[str, object]) -> str:
    if len(values) != len(header):
        return f"{len(values)} fields; the header has {len(header)}"
    if statement_id in rows:
        return f"the statement_id {statement_id!r} stands twice; each row needs one of its own"
    if not re.fullmatch(r"\w[\w.-]*", statement_id):
        return f"the statement_id is {statement_id!r}; allowed are letters, digits, _, . and -"
    for column in ("date", "published", "retrieved"):
        if not _is_moment(value := dict(zip(header, values, strict=True)).get(column, "")):
            return f"`{column}` is {value!r}; allowed are a year, YYYY-MM, YYYY-MM-DD or a full time, or nothing"
    return ""


def _is_moment(text: str) -> bool:
    """Tell whether a text is empty, or a year, a month, a day or a time of ISO 8601 with its hyphens."""
    if not re.fullmatch(r"(\d{4}(-\d\d(-\d\d(T.+)?)?)?)?", text):
        return False
    try:
        return not text or bool(
            datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) in {4, 7} else text)
        )
    except ValueError:
        return False


def read(root: Root, path: Path, row: Mapping[str, str], *, language: str = "") -> Statement:
    """Read one statement: its bytes, its header, and over that what its metadata `row` says.

    Raises InputError for a file that is missing, empty, not text, or has another SHA-256 than the row.
    """
    data = files.read_bytes(path)
    sha256 = files.sha256(data)
    if row.get("sha256", sha256) not in {sha256, ""}:
        raise InputError(
            f"{path}: its SHA-256 is {sha256}, but statements.csv says {row['sha256']}; "
            "the text was changed: restore it, or mend the row"
        )
    text = files.canonical(data, path=path, encoding=row.get("encoding") or "utf-8")
    header, body = _header(text)
    body = body or _after_title(text, row.get("title", ""))
    if not text[body:].strip():
        raise InputError(f"{path}: the file holds no text; it must hold a statement's words")
    known = header | {key: value for key, value in row.items() if value and key in _FIELDS - _SET_APART}
    code, source = _language(root, known.get("language", ""), language, text[body:], path)
    return Statement(
        **known | {"statement_id": path.stem, "language": code, "language_from": source, "sha256": sha256},
        body=body,
        text=text,
    )


def _after_title(text: str, title: str) -> int:
    """Return where the text goes on after its first line, if that is the title and no all of the text; else 0."""
    line, _, rest = text.lstrip().partition("\n")
    return len(text) - len(rest) if title and line.strip() == title.strip() and rest.strip() else 0


def _language(root: Root, said: str, otherwise: str, text: str, path: Path) -> tuple[str, str]:
    if said or otherwise:
        return said or otherwise, "metadata" if said else "parameter"
    try:
        return languages.guess(root, text), "guessed"
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _header(text: str) -> tuple[dict[str, str], int]:
    """Return what a ministry's page says above its text, and the offset where the text begins.

    The header is the text's first lines, five at most and none blank between them, down to one that says "Updated: …":
    the issuer, the country, the title, the date, or the last two or three of these. Any other text has none.
    """
    lines: list[str] = []
    at = 0
    for line in text.split("\n"):
        bare = line.strip()
        if len(lines) == HEADER_LINES or (lines and not bare):
            break
        lines += [bare] if bare else []
        dated = _DATED.fullmatch(bare)
        if dated and len(lines) > 1:
            return _said(lines, dated["when"]), at + len(line)
        at += len(line) + 1
    return {}, 0


def _said(lines: Sequence[str], when: str) -> dict[str, str]:
    """Return what the lines of a header say."""
    header = {"title": lines[-2]} | ({"issuer": lines[0]} if len(lines) > 2 else {})
    code, clock = COUNTRIES.get(lines[1].replace("’", "'").casefold(), ("", "")) if len(lines) > 3 else ("", "")
    return {key: value for key, value in (header | {"country": code, "published": _when(when, clock)}).items() if value}


def _when(text: str, clock: str) -> str:
    for form in _FORMATS:
        try:
            moment = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        return moment.strftime("%Y-%m-%dT%H:%M") + clock if "%H" in form else moment.strftime("%Y-%m-%d")
    return ""
