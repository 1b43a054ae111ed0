"""Checking what people wrote before anything runs: studies, statements, codebooks and their examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from emphasis import codebook as codebooks
from emphasis import coding, documents, files, languages, parameters, study
from emphasis.coding import Nested
from emphasis.documents import Document
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root
from emphasis.resampling import LEAST_DRAWS, MOST_DRAWS
from emphasis.segments import Unit, segment
from emphasis.statements import load, metadata
from emphasis.terms import Sort


def faults(root: Root, name: str) -> list[Fault]:
    """Return every fault of a study or a codebook, by its stem or path; raise InputError where there is neither."""
    is_path = Path(name).suffix in {".yml", ".yaml"}
    name = str(Path(name).resolve()) if is_path else name
    study_path, codebook_path = study.path_of(root, name), codebooks.path_of(root, name)
    try:
        if study_path.exists() and not (is_path and "themes" in documents.load(study_path).data):
            return _study_faults(root, name)
        if codebook_path.exists():
            return coding.check(root, codebook_path)
    except FaultyFileError as error:
        return error.faults
    raise InputError(f"there is no study and no codebook called {name!r} in seeds/studies and seeds/codebooks")


def _study_faults(root: Root, name: str) -> list[Fault]:
    """Return the faults of a study's file, of what it names, and of its codebook."""
    document, wrong = study.read(root, name)
    known = parameters.all_declared(root)
    sound = {key: v for key, v in document.data.items() if key in known and parameters.is_of_type(v, known[key].type)}
    defaults = {key: parameter.default for key, parameter in known.items()}
    return sorted([*wrong, *_values(document, sound), *_named(root, document, defaults | sound), *_orphans(root)])


def _values(document: Document, values: Mapping[str, Any]) -> list[Fault]:
    return [document.fault((key,), message) for key, message in _not_allowed(values)]


def _not_allowed(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, choices in (("unit", get_args(Unit)), ("nested", get_args(Nested)), ("sort", get_args(Sort))):
        if key in values and values[key] not in choices:
            yield key, f"`{key}` is {values[key]!r}; allowed are: {', '.join(choices)}"
    for key, (least, most) in (("draws", (LEAST_DRAWS, MOST_DRAWS)), ("window", (2, 10))):
        if key in values and not least <= values[key] <= most:
            yield key, f"`{key}` is {values[key]!r}; allowed are whole numbers from {least:,} to {most:,}"


def _named(root: Root, document: Document, values: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of what a study names; at the study's own line where the thing is not there."""
    found: list[Fault] = []
    for key, ask in (("statements", _readable), ("codebook", _sound)):
        try:
            found.extend(ask(root, values) if values[key] else [])
        except FaultyFileError as error:
            found.extend(error.faults)
        except InputError as error:
            found.append(document.fault((key,), str(error)))
    return found


def _orphans(root: Root) -> list[Fault]:
    """Return a fault for each row of statements.csv that has no text: a typo in its id would lose its metadata."""
    path = root.seeds / "statements" / "statements.csv"
    try:
        lost = [name for name in metadata(path) if not path.with_name(f"{name}.txt").exists()]
    except FaultyFileError:
        return []  # already told
    lines = files.read_text(path).splitlines() if lost else []
    places = [next((n for n, line in enumerate(lines, 1) if name in line.split(",")), 1) for name in lost]
    message = "the row {0!r} has no text; there must be a file {0}.txt"
    return [Fault(str(path), n, 1, message.format(name)) for n, name in zip(places, lost, strict=True)]


def _readable(root: Root, values: Mapping[str, Any]) -> list[Fault]:
    """Read and divide the statements, and see that the codebook has patterns for their languages."""
    statements = load(root, values["statements"], language=values["language"])
    segment(root, statements)
    if values["language"]:
        languages.load(root, values["language"])
    if codebooks.path_of(root, values["codebook"]).exists():
        book = codebooks.load(root, values["codebook"])
        for _, row in statements.drop_duplicates("language").iterrows():
            try:
                book.entries(row["language"])
            except InputError as error:
                raise InputError(f"{row['statement_id']}: {error} (language from: {row['language_from']})") from error
    return []


def _sound(root: Root, values: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of the codebook and its examples."""
    return coding.check(root, codebooks.path_of(root, values["codebook"]))


def require(root: Root, values: Mapping[str, Any]) -> None:
    """Raise FaultyFileError or InputError unless the parameters, statements and codebook of a run are in order."""
    for _, message in _not_allowed(values):
        raise InputError(message)
    wrong = [*_readable(root, values), *_sound(root, values)]
    if wrong:
        raise FaultyFileError(wrong)
