"""YAML files that people write, read with the place of every value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from emphasis import files
from emphasis.errors import Fault, FaultyFileError

Place = tuple[str | int, ...]

# Ends of a line to YAML, but to no editor: as spaces they leave the lines of faults right.
_BREAKS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), " ")


@dataclass(frozen=True)
class Document:
    """The content of a YAML file, and the line and column (from 1) of each key and item in it."""

    path: Path
    data: Any
    places: dict[Place, tuple[int, int]]
    sha256: str
    text: str

    def fault(self, place: Place, message: str) -> Fault:
        """Return a fault at `place`, or at the nearest place above it that the file holds."""
        while place and place not in self.places:
            place = place[:-1]
        line, column = self.places.get(place, (1, 1))
        return Fault(str(self.path), line, column, message)

    def fault_inside(self, place: Place, value: str, offset: int, message: str) -> Fault:
        """Return a fault `offset` characters into the text `value` that stands at `place`, however it is quoted."""
        line, column = self.places[place]
        at = sum(len(row) + 1 for row in self.text.split("\n")[: line - 1]) + column - 1
        if self.text[at] in "|>":
            at = self.text.index("\n", at)
        elif self.text[at] in "'\"":
            at += 1
        for character in value[:offset]:  # what stands between is white space, or the mark of a quote
            at = at if character.isspace() else max(at, self.text.find(character, at) + 1)
        rest = self.text[at:]
        at += len(rest) - len(rest.lstrip()) if value[offset:].strip() else 0
        before = self.text[:at]
        return Fault(str(self.path), before.count("\n") + 1, len(before) - before.rfind("\n"), message)


def load(path: Path, *, loader: type[yaml.SafeLoader] | type[yaml.BaseLoader] = yaml.BaseLoader) -> Document:
    """Read a YAML file whose top is a mapping; every scalar is text unless another `loader` is given.

    Raises FaultyFileError with line and column for what YAML cannot read (a tab, an open quote), for a key
    that stands twice, for an alias (a file could grow without bound by them) and for a top that is no
    mapping.
    """
    raw = files.read_bytes(path)
    text = files.canonical(raw, path=path).translate(_BREAKS)
    try:
        reader = loader(text)
        node = reader.get_single_node()
        places, faults = _places(node, path)
        if not isinstance(node, yaml.MappingNode):
            faults.append(
                Fault(str(path), 1, 1, "the file is empty or no mapping; it must hold lines of the form `key: value`")
            )
        if faults:
            raise FaultyFileError(faults)
        return Document(path, reader.construct_document(node), places, files.sha256(raw), text)
    except yaml.MarkedYAMLError as error:
        raise FaultyFileError([_yaml_fault(error, path, text)]) from error
    except ReaderError as error:
        before = text[: error.position]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FaultyFileError(
            [Fault(str(path), *place, f"the character U+{error.character:04X} is not allowed")]
        ) from error
    except RecursionError as error:
        raise FaultyFileError([Fault(str(path), 1, 1, "lists or mappings are nested too deeply")]) from error


def _yaml_fault(error: yaml.MarkedYAMLError, path: Path, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    if line < len(lines) and "\t" in lines[line][: column + 1]:
        return Fault(str(path), line + 1, lines[line].index("\t") + 1, "a tab; YAML is indented by spaces only")
    return Fault(str(path), line + 1, column + 1, f"not YAML: {error.problem or error.context}")


def _places(top: yaml.Node | None, path: Path) -> tuple[dict[Place, tuple[int, int]], list[Fault]]:
    places: dict[Place, tuple[int, int]] = {}
    faults: list[Fault] = []
    seen: set[int] = set()
    stack: list[tuple[Place, yaml.Node]] = [((), top)] if top is not None else []
    while stack:
        place, node = stack.pop()
        if id(node) in seen:
            faults.append(_node_fault(path, node, "an alias (*) of this value is used; write the value out each time"))
            continue
        seen.add(id(node))
        for key, marked, value in _children(node):
            if (*place, key) in places:
                faults.append(_node_fault(path, marked, f"the key `{key}` stands twice here; keep one"))
                continue
            places[*place, key] = (marked.start_mark.line + 1, marked.start_mark.column + 1)
            stack.append(((*place, key), value))
    return places, faults


def _children(node: yaml.Node) -> list[tuple[str | int, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), key, value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(i, item, item) for i, item in enumerate(node.value)]
    return []


def _node_fault(path: Path, node: yaml.Node, message: str) -> Fault:
    return Fault(str(path), node.start_mark.line + 1, node.start_mark.column + 1, message)
