"""The parameters that notebooks declare, and values given for them."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emphasis import files
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
NAMES = {
    "str": "text",
    "int": "a whole number from 1",
    "float": "a number",
    "bool": "true or false",
    "list": "a list of texts",
}


@dataclass(frozen=True)
class Parameter:
    """A name that a notebook's cell tagged ``parameters`` declares, with its type and default."""

    name: str
    type: str
    default: Any


def sources(root: Root) -> list[Path]:
    """Return the source notebooks, in the order of their numbers."""
    return sorted(root.notebooks.glob("[0-9][0-9]_*.ipynb"))


def declared(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters that a source notebook declares as ``name: type = default``, one a line.

    The same that ``papermill --help-notebook`` lists; read from the cell's syntax, nothing is run.
    """
    try:
        cells = json.loads(files.read_text(notebook))["cells"]
    except json.JSONDecodeError as error:
        raise FaultyFileError([Fault(str(notebook), error.lineno, error.colno, f"no notebook: {error.msg}")]) from error
    tagged = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    lines = [
        line
        for source in tagged[:1]
        for line in ast.parse(source).body
        if isinstance(line, ast.AnnAssign) and line.value
    ]
    found = [
        Parameter(ast.unparse(line.target), ast.unparse(line.annotation), ast.literal_eval(line.value))
        for line in lines
        if line.value
    ]
    return {parameter.name: parameter for parameter in found}


def all_declared(root: Root) -> dict[str, Parameter]:
    """Return every parameter that any notebook declares, by name."""
    return {name: parameter for notebook in sources(root) for name, parameter in declared(notebook).items()}


def is_of_type(value: object, kind: str) -> bool:
    """Tell whether a parameter of this type takes `value`: true is no number, whole numbers start at 1."""
    if kind == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if isinstance(value, bool):
        return kind == "bool"
    if kind == "int":
        return isinstance(value, int) and value >= 1
    return isinstance(value, (int, float) if kind == "float" else TYPES[kind])


def _count(number: int) -> int:
    if number < 1:
        raise ValueError(number)
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(number)
    return number


def parse(name: str, text: str, known: Mapping[str, Parameter]) -> Any:
    """Return the value that `text` gives the parameter `name`; commas part the items of a list.

    Raises InputError for a name that no notebook declares (so also for one that is no identifier) and for a
    value of another type.
    """
    if name not in known:
        raise InputError(f"no notebook has a parameter {name!r}; there are: {', '.join(sorted(known))}")
    kind = known[name].type
    try:
        match kind:
            case "str":
                return text
            case "list":
                return [item.strip() for item in text.split(",") if item.strip()]
            case "bool":
                return {"true": True, "false": False}[text.lower()]
            case "int":
                return _count(int(text))
            case _:
                return _finite(float(text))
    except (KeyError, ValueError) as error:
        raise InputError(f"the parameter {name} was given {text!r}; it takes {NAMES[kind]}") from error
