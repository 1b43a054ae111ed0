"""The error family: what can be wrong, told so that a person can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EmphasisError(Exception):
    """Something went wrong that we can name; the message is for people."""


class InputError(EmphasisError):
    """An argument, a file or a value is not what is allowed."""


class RunError(EmphasisError):
    """A notebook stopped with an error; names the notebook, the cell and the error."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file: where it stands, what came and what is allowed."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Return ``path:line:column: message``, the form editors and terminals link."""
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class FaultyFileError(InputError):
    """A file that people wrote has one or more faults; the message lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of their lines."""
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
