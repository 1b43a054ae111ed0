"""Checking what people wrote before anything runs.

Studies, the statements they name, codebooks and their examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from emphasis import codebook as codebooks
from emphasis import coding, documents, parameters, study
from emphasis.coding import Nested
from emphasis.documents import Document
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root
from emphasis.segments import Unit
from emphasis.statements import load


def faults(root: Root, name: str) -> list[Fault]:
    """Return every fault of a study, or of a codebook, by its stem or path.

    InputError where there is neither.
    """
    study_path, codebook_path = study.path_of(root, name), codebooks.path_of(root, name)
    is_path = Path(name).suffix in {".yml", ".yaml"}
    try:
        if study_path.exists() and not (is_path and "themes" in documents.load(study_path).data):
            return _study_faults(root, name)
        if codebook_path.exists():
            return coding.check(root, codebook_path)
    except FaultyFileError as error:
        return error.faults
    raise InputError(
        f"there is no study and no codebook called {name!r} in seeds/studies and seeds/codebooks"
    )


def _study_faults(root: Root, name: str) -> list[Fault]:
    """Return the faults of a study's file, of what it names, and of its codebook."""
    values = study.load(root, name)
    document = documents.load(study.path_of(root, name))
    defaults = {key: parameter.default for key, parameter in parameters.all_declared(root).items()}
    return [*_values(document, values), *_named(root, document, defaults | values)]


def _values(document: Document, values: Mapping[str, Any]) -> list[Fault]:
    allowed = {"unit": get_args(Unit), "nested": get_args(Nested)}
    return [
        document.fault((key,), f"`{key}` is {values[key]!r}; allowed are: {', '.join(choices)}")
        for key, choices in allowed.items()
        if key in values and values[key] not in choices
    ]


def _named(root: Root, document: Document, values: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of what a study names; at the study's own line where the thing is not there."""
    found: list[Fault] = []
    for place, ask in (
        (("statements",), lambda: load(root, values["statements"], language=values["language"])),
        (
            ("codebook",),
            lambda: found.extend(coding.check(root, codebooks.path_of(root, values["codebook"]))),
        ),
    ):
        try:
            ask()
        except FaultyFileError as error:
            found.extend(error.faults)
        except InputError as error:
            found.append(document.fault(place, str(error)))
    return found


def require(root: Root, values: Mapping[str, Any]) -> None:
    """Raise FaultyFileError or InputError unless the statements and the codebook of a run are in order."""
    load(root, values["statements"], language=values.get("language", ""))
    wrong = coding.check(root, codebooks.path_of(root, values["codebook"]))
    if wrong:
        raise FaultyFileError(wrong)
