"""Coding: which units carry which themes, and the words that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from emphasis import codebook as codebooks
from emphasis.codebook import Codebook, Example, words
from emphasis.errors import Fault, InputError
from emphasis.matching import Index, Matches, inside_longer, resolve
from emphasis.paths import Root
from emphasis.segments import Segments, segment

Nested = Literal["theme", "codebook"]
CODER = "codebook"  # who decided, where the rules did


@dataclass(frozen=True)
class Coding:
    """What a codebook found in segments.

    Attributes
    ----------
    evidence : one row a match: statement_id, unit_id, theme, pattern, start, end, evidence (the words at
        these offsets); sorted by place in the statements, then theme in the order of the codebook.
    codings : one row a decision that a unit carries a theme: statement_id, unit_id, theme, coder,
        n_evidence; same order.
    """

    evidence: pd.DataFrame
    codings: pd.DataFrame


def code(segments: Segments, codebook: Codebook, *, nested: Nested = "theme") -> Coding:
    """Find the codebook's patterns in every unit.

    Within a theme a token serves one match: longest pattern first, then left to right. Across themes every
    match counts, unless `nested` is ``codebook``: then a match inside a longer one of another theme is
    dropped. Raises InputError for another `nested`, and for a statement whose language has no patterns.
    """
    if nested not in get_args(Nested):
        raise InputError(f"nested is {nested!r}; allowed are: {', '.join(get_args(Nested))}")
    patterns, matches = _matches(Index(segments), codebook)
    if nested == "codebook":
        matches = matches.take(~inside_longer(matches))
    evidence = _evidence(segments, codebook, patterns, matches)
    return Coding(evidence, _decisions(evidence, codebook))


def code_titles(root: Root, statements: pd.DataFrame, codebook: Codebook, *, nested: Nested = "theme") -> pd.DataFrame:
    """Code the titles apart, so that they count in no share.

    Returns one row a theme of a title, with the columns of `codings` but for the unit.
    """
    titled = statements[statements["title"] != ""]
    if titled.empty:
        return pd.DataFrame(columns=["statement_id", "theme", "coder", "n_evidence"])
    titles = segment(root, titled.assign(text=titled["title"], body=0), unit="section")
    codings = code(titles, codebook, nested=nested).codings
    return codings.groupby(["statement_id", "theme", "coder"], sort=False)["n_evidence"].sum().reset_index()


def _matches(index: Index, codebook: Codebook) -> tuple[list[tuple[str, str]], Matches]:
    """Return theme and pattern of every language used, and the matches that count, numbered by these."""
    languages = index.segments.statements["language"]
    part_language = languages.to_numpy()[index.segments.unit_statement[index.part_unit]]
    patterns: list[tuple[str, str]] = []
    kept: list[Matches] = []
    for language in dict.fromkeys(languages):
        own = codebook.patterns(language)
        found = index.find([pattern for _, pattern in own])
        found = found.take(part_language[found.first] == language)
        kept += [
            Matches(m.pattern + len(patterns), m.first, m.last) for m in _by_theme(own, found, len(index.part_unit))
        ]
        patterns += own
    columns = [np.concatenate([getattr(m, name) for m in kept]) for name in ("pattern", "first", "last")]
    return patterns, Matches(*columns)


def _by_theme(patterns: list[tuple[str, str]], found: Matches, n_parts: int) -> Iterator[Matches]:
    """Yield, for each theme, the matches that remain when its tokens are covered once."""
    length = np.array([len(words(pattern)) for _, pattern in patterns])
    theme = np.unique([theme for theme, _ in patterns], return_inverse=True)[1]
    for number in range(int(theme.max()) + 1):
        own = found.take(theme[found.pattern] == number)
        yield resolve(own, length=length[own.pattern], n_parts=n_parts)


def _evidence(
    segments: Segments, codebook: Codebook, patterns: list[tuple[str, str]], matches: Matches
) -> pd.DataFrame:
    place = {theme: i for i, theme in enumerate(codebook.themes)}
    rank = np.array([place[theme] for theme, _ in patterns], np.int64)[matches.pattern]
    matches = matches.take(np.lexsort((rank, matches.last, matches.first)))
    units = segments.units.iloc[segments.token_unit[segments.part_token[matches.first]]]
    start, end = segments.part[matches.first, 0], segments.part[matches.last - 1, 1]
    statement = units["statement_id"].to_numpy()
    text = [segments.texts[s][a:b] for s, a, b in zip(statement, start.tolist(), end.tolist(), strict=True)]
    fired = [patterns[i] for i in matches.pattern]
    columns = {
        "theme": [t for t, _ in fired],
        "pattern": [p for _, p in fired],
        "start": start,
        "end": end,
        "evidence": text,
    }
    return units[["statement_id", "unit_id"]].reset_index(drop=True).assign(**columns)


def _decisions(evidence: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    place = evidence["theme"].map({theme: i for i, theme in enumerate(codebook.themes)}).to_numpy()
    statement = pd.factorize(evidence["statement_id"])[0]
    ordered = evidence.iloc[np.lexsort((place, evidence["unit_id"], statement))]
    codings = ordered.groupby(["statement_id", "unit_id", "theme"], sort=False).size().reset_index(name="n_evidence")
    codings.insert(3, "coder", CODER)
    return codings


def check(root: Root, path: Path) -> list[Fault]:
    """Return a fault for each example that is not coded with its theme, and each counterexample that is.

    Raises FaultyFileError where the file itself is not in order.
    """
    book, document = codebooks.read(path)
    examples = list(codebooks.examples(book))
    found = _words_found(root, book, examples)
    faults = []
    for i, example in enumerate(examples):
        words_found = found.get((str(i), example.theme), "")
        if words_found and example.is_counter:
            message = f"this counterexample is coded `{example.theme}`, by the words: {words_found}"
            faults.append(document.fault(example.place, message))
        if not words_found and not example.is_counter:
            message = f"this example is not coded `{example.theme}`: no pattern of it is in {example.text!r}"
            faults.append(document.fault(example.place, message))
    return faults


def _words_found(root: Root, book: Codebook, examples: Sequence[Example]) -> dict[tuple[str, str], str]:
    """Return the words that coded each example (by its number) with each theme."""
    if not examples:
        return {}
    rows = {"statement_id": [str(i) for i in range(len(examples))], "title": "", "body": 0}
    table = pd.DataFrame(rows | {"language": [e.language for e in examples], "text": [e.text for e in examples]})
    coded = code(segment(root, table, unit="section"), book).evidence
    found: dict[tuple[str, str], str] = {}
    for key, words_found in coded.groupby(["statement_id", "theme"])["evidence"]:
        found[str(key[0]), str(key[1])] = "; ".join(words_found)
    return found
