"""Files that people write, checked against a model; every fault told with its line and column."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from emphasis.documents import Document, Place
from emphasis.errors import Fault, FaultyFileError

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], document: Document) -> Model:
    """Return the document as a `model`; raise FaultyFileError with every fault, what came and what is allowed."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise FaultyFileError([_fault(document, model, problem) for problem in error.errors()]) from error


WANTED = {
    "dict_type": "a mapping, lines of the form `key: value`",
    "model_type": "a mapping, lines of the form `key: value`",
    "list_type": "a list, lines that begin with -",
    "string_type": "text",
    "too_short": "one or more",
}


def _fault(document: Document, model: type[BaseModel], problem: object) -> Fault:
    assert isinstance(problem, dict)  # pydantic's ErrorDetails
    place: Place = tuple(part for part in problem["loc"] if part != "[key]")
    name = ".".join(str(part) for part in place)
    match problem["type"]:
        case "missing":
            message = f"the key `{place[-1]}` is missing; it must be there"
        case "extra_forbidden":
            allowed = ", ".join(_fields(model, place))
            message = f"unknown key `{place[-1]}`; allowed are: {allowed}"
        case kind if kind in WANTED:
            message = f"`{name}` is {_short(problem['input'])}; it must be {WANTED[kind]}"
        case _:
            message = f"`{name}` is {_short(problem['input'])}: {problem['msg'].removeprefix('Value error, ')}"
            message = message.replace("Input should be ", "allowed are: ")
    return document.fault(place, message)


def _fields(model: type[BaseModel], place: Place) -> list[str]:
    """Return the keys that `model` allows where the unknown key of `place` stands."""
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else [model]
        model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), model)
    return list(model.model_fields)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
