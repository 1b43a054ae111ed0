"""Words for numbers, and what a finding is: a sentence computed from a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from html import escape
from typing import Any, ParamSpec, Self

Given = ParamSpec("Given")


TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # marks that set the direction of writing


class Finding(str):
    """One sentence, which is text wherever text is wanted; it names its id in a notebook's output."""

    finding_id: str

    def __new__(cls, finding_id: str, sentence: str) -> Self:
        """Make a finding of its id and its sentence; what it quotes cannot turn the direction of the rest."""
        finding = super().__new__(cls, TURNING.sub("", sentence))
        finding.finding_id = finding_id
        return finding

    def __repr__(self) -> str:
        """Return the sentence itself, without quotes: this is what a notebook shows."""
        return str(self)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        html = f"<blockquote>{escape(self)}</blockquote>"
        return {"text/html": html, "text/plain": str(self)}, {"emphasis": {"finding": self.finding_id}}


def finding(write: Callable[Given, str]) -> Callable[Given, Finding]:
    """Make of a function that writes a sentence one that gives a finding; its id is the function's name."""

    @wraps(write)
    def find(*args: Given.args, **kwargs: Given.kwargs) -> Finding:
        """Write the sentence and give it its id."""
        return Finding(write.__name__, write(*args, **kwargs))

    return find


# Words for numbers


def count(n: int, noun: str) -> str:
    """Return a number with its noun: ``no sentence``, ``1 sentence``, ``1,200 sentences``."""
    if n == 0:
        return f"no {noun}"
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of a noun: sections, entries, surveys, speeches."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in set("aeiou") else f"{noun}s"


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Return words as a list in prose: ``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def percent(share: float) -> str:
    """Return a share as a whole per cent; what is next to none or all, but is not, as ``<1%`` and ``>99%``."""
    return "<1%" if 0 < share < 0.01 else ">99%" if 0.99 < share < 1 else f"{100 * share:.0f}%"


def day(moment: str) -> str:
    """Return the day of an ISO 8601 date or time as it is read, ``13 May 2025``; any other text stays as it is."""
    try:
        found = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return f"{found.day} {found:%B %Y}"


def do(n: int, verb: str) -> str:
    """Return a verb in the number of its subject: ``keeps``, ``keep``."""
    return f"{verb}s" if n == 1 else verb


def of_the(n: int, total: int, noun: str) -> str:
    """Return ``none of the 5 themes``, ``2 of the 5 themes``, ``all 5 themes``."""
    if n == total:
        return f"the one {noun}" if n == 1 else f"all {total:,} {plural(noun)}"
    return f"{n:,}" * (n > 0) + "none" * (n == 0) + f" of the {count(total, noun)}"


def the(name: str) -> str:
    """Return an office with its article; a name that is no office (a country, a person) stays as it is."""
    office = set(name.casefold().split()) & OFFICES
    return f"the {name}" if office and not name.casefold().startswith("the ") else name


OFFICES = frozenset(
    "ministry department government office presidency embassy mission council secretariat".split()  # noqa: SIM905
)
