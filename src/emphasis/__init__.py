"""Emphasis: what a diplomatic statement emphasises, how much, and how sure we are.

The modules are loaded when they are first used: ``import emphasis as em``, then ``em.statements.load(...)``.
"""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Load the module `name` of this package when it is first asked for."""
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return import_module(f"emphasis.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"emphasis.{name}":
            raise
        raise AttributeError(f"emphasis has no module {name!r}") from error
