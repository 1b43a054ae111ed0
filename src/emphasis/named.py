"""Named things: amounts, dates, initiatives and institutions, and every other capitalised name of several words."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile
from typing import get_args

import numpy as np
import pandas as pd
import regex

from emphasis.codebook import Codebook, NamedKind
from emphasis.languages import Language
from emphasis.matching import Index, spans
from emphasis.tokens import fold

TYPES = {"kind": "str", "start": "int64", "end": "int64", "name": "str"}
COLUMNS = ["statement_id", "unit_id", *TYPES]
COUNTED = get_args(NamedKind)
NAME = "name"  # a capitalised name of no kind that the codebook knows: listed, never counted

_WORD = r"\p{Lu}[\p{L}\p{M}\p{N}]*(?:[’'.‐‑-][\p{L}\p{M}\p{N}]+)*(?:(?<=\.\p{Lu})\.)?"  # U.S. with its last point

Place = tuple[int, int, int, str]  # unit, start, end, kind


def find(index: Index, codebook: Codebook) -> pd.DataFrame:
    """List the named things of every unit: one row each, in reading order, none inside another.

    They are what the codebook's `named` patterns and regular expressions find, and capitalised names of two words or
    more; such a name is of the kind one of whose `heads` it holds, else of the kind ``name``. Of two that overlap the
    longer counts, then the first, then that of the codebook. Columns: statement_id, unit_id, kind (``amount``,
    ``date``, ``initiative``, ``institution``, ``name``), start, end (offsets), name (the words).
    """
    segments = index.segments
    kept = _apart(
        place for code, language in segments.languages.items() for place in _places(index, codebook, code, language)
    )
    table = segments.units.iloc[[unit for unit, *_ in kept]][["statement_id", "unit_id"]].reset_index(drop=True)
    texts = segments.texts
    named = [
        (kind, start, end, texts[statement][start:end])
        for statement, (_, start, end, kind) in zip(table["statement_id"], kept, strict=True)
    ]
    return pd.concat([table, pd.DataFrame(named, columns=[*TYPES]).astype(TYPES)], axis=1)


def _places(index: Index, codebook: Codebook, code: str, language: Language) -> Iterator[Place]:
    """Yield what patterns, expressions and capitals find, the kinds in the codebook's order; overlaps and all."""
    segments = index.segments
    is_own = segments.in_language(code)
    for kind, named in codebook.named.items():
        found = index.find(named.patterns.get(code, []))
        found = found.take(is_own[index.part_unit[found.first]])
        begin, end = segments.part[found.first, 0], segments.part[found.last - 1, 1]
        runs = [
            (index.part_unit[found.first], begin, end),
            *(spans(segments, raw, code) for raw in named.regex.get(code, [])),
        ]
        for run in runs:
            yield from ((*place, kind) for place in zip(*(column.tolist() for column in run), strict=True))
    capitals = Capitals(language, {kind: named.heads.get(code, []) for kind, named in codebook.named.items()})
    starts, texts = segments.units["start"].tolist(), segments.units["text"].tolist()
    for unit in np.flatnonzero(is_own).tolist():
        at = starts[unit]
        yield from ((unit, at + start, at + end, kind) for start, end, kind in capitals.names(texts[unit]))


def _apart(places: Iterable[Place]) -> list[Place]:
    """Return the places of which none overlaps a longer one of its unit; ties go to the first, then by kind."""
    kept: list[Place] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    ordered = sorted(dict.fromkeys(places), key=lambda place: (place[0], place[1] - place[2], place[1]))
    for unit, start, end, kind in ordered:
        own = taken.setdefault(unit, [])
        at = bisect(own, (start, end))
        if (at == 0 or own[at - 1][1] <= start) and (at == len(own) or end <= own[at][0]):
            kept.append((unit, start, end, kind))
            own.insert(at, (start, end))
    return sorted(kept)


class Capitals:
    """The capitalised names of a language, and the words that tell their kinds."""

    def __init__(self, language: Language, heads: Mapping[NamedKind, Sequence[str]]) -> None:
        """Compile what links and joins the words of a name, and the heads of each kind."""
        links, join = (_any(map(_glob, listed)) for listed in (language.name_links, language.name_joins))
        self._run = regex.compile(rf"\b{_WORD}(?:\s+(?:(?:{links}|{join})\s+)?{_WORD})+")
        self._join = regex.compile(rf"\s+{join}\s+")
        self._heads = {kind: regex.compile(rf"\b{_any(map(_glob, own))}\b", regex.I) for kind, own in heads.items()}
        self._stop_words = language.stop_words

    def names(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind of each capitalised name of two words or more.

        A join (and) belongs to a name only where a head stands after it and none before: Trade and Industry Forum.
        """
        for run in self._run.finditer(text):
            edges = [edge for join in self._join.finditer(text, *run.span()) for edge in join.span()]
            pieces: list[tuple[int, int]] = []
            bounds = [run.start(), *edges, run.end()]
            for start, end in zip(bounds[::2], bounds[1::2], strict=True):
                is_one = pieces and self._kind(text[slice(*pieces[-1])]) == NAME != self._kind(text[start:end])
                pieces.append((pieces.pop()[0], end) if is_one else (start, end))
            for start, end in pieces:
                found = regex.finditer(_WORD, text, pos=start, endpos=end)
                capitals = list(dropwhile(lambda word: fold(word[0]) in self._stop_words, found))
                if len(capitals) > 1:
                    name = regex.sub("['’]s?$", "", text[capitals[0].start() : end])
                    yield capitals[0].start(), capitals[0].start() + len(name), self._kind(name)

    def _kind(self, name: str) -> str:
        return next((kind for kind, head in self._heads.items() if head.search(name)), NAME)


def _any(expressions: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(expressions)) or '(?!)'})"


def _glob(word: str) -> str:
    return "".join({"*": r"\w*", "?": r"\w", " ": r"\s+"}.get(c, regex.escape(c)) for c in word)
