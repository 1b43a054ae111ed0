"""Coding: which units carry which themes, and the words that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from emphasis import acts, named
from emphasis import codebook as codebooks
from emphasis.codebook import Codebook, Entry, Example, named_by, order
from emphasis.errors import Fault, InputError
from emphasis.lookup import Lookup, look_up
from emphasis.matching import Index, Matches, SlowExpressionError, inside_longer, joined, resolve
from emphasis.paths import Root
from emphasis.segments import Segments, segment
from emphasis.vocabulary import Ints

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
    acts : one row a unit, its act and agent, with the words that say so; see `acts.code`.
    named : one row an amount, date, initiative, institution or other name; see `named.find`.
    """

    evidence: pd.DataFrame
    codings: pd.DataFrame
    acts: pd.DataFrame
    named: pd.DataFrame


def code(segments: Segments, codebook: Codebook, *, nested: Nested = "theme") -> Coding:
    """Find the codebook's themes, acts and named things in every unit.

    Within a theme a token serves one match: longest pattern first, then left to right; a rule's words are matches as a
    pattern's are. Across themes every match counts, unless `nested` is ``codebook``: then a match inside a longer one
    of another theme is dropped. Raises InputError for another `nested`, and for a statement whose language has no
    patterns.
    """
    index = Index(segments)
    found, matches = _settled(index, codebook, nested)
    evidence = _evidence(segments, codebook, found, matches)
    return Coding(
        evidence=evidence,
        codings=_decisions(evidence, codebook),
        acts=acts.code(index, codebook),
        named=named.find(index, codebook),
    )


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


def _settled(index: Index, codebook: Codebook, nested: Nested) -> tuple[list[Entry], Matches]:
    """Return the entries of every language used, and the matches that count, numbered by these."""
    lookups = _lookups(index, codebook, nested)
    before = np.cumsum([0, *(len(lookup.entries) for lookup in lookups)])
    matches = [_counting(_settle(lookup, codebook), nested) for lookup in lookups]
    moved = [replace(m, pattern=m.pattern + n) for m, n in zip(matches, before, strict=False)]
    return [entry for lookup in lookups for entry in lookup.entries], joined(moved)


def _lookups(index: Index, codebook: Codebook, nested: Nested) -> list[Lookup]:
    """Look up the themes of a codebook in every language used."""
    if nested not in get_args(Nested):
        raise InputError(f"nested is {nested!r}; allowed are: {', '.join(get_args(Nested))}")
    languages = index.segments.statements["language"].unique()
    return [look_up(index, codebook.entries(language), language) for language in languages]


def _settle(
    lookup: Lookup, codebook: Codebook, *, without: int = -1, rest: Mapping[str, Matches] | None = None
) -> dict[str, Matches]:
    """Return the matches of each theme, its tokens covered once.

    With one entry left out of what was settled before (`rest`), only its theme, and those whose rules name it, are
    settled anew.
    """
    names = np.array([entry.name for entry in lookup.entries])[lookup.plain.pattern]
    anew = set(codebook.themes) if rest is None else {lookup.entries[without].name}
    settled = dict(rest or {})
    for theme in order(codebook):
        if theme in anew or not anew.isdisjoint(named_by(codebook.themes[theme])):
            anew.add(theme)
            by_rule = [lookup.of_rule(number, settled) for number in lookup.rules.get(theme, []) if number != without]
            found = joined([lookup.plain.take((names == theme) & (lookup.plain.pattern != without)), *by_rule])
            settled[theme] = resolve(found, n_parts=len(lookup.index.part_unit))
    return settled


def _counting(settled: Mapping[str, Matches], nested: Nested) -> Matches:
    """Return the matches that count: of overlapping themes all, or but those inside a longer match."""
    matches = joined(settled.values())
    return matches.take(~inside_longer(matches)) if nested == "codebook" else matches


def mentions(segments: Segments, codings: pd.DataFrame, codebook: Codebook) -> Ints:
    """Return how often each unit (row, as in `segments.units`) matches each theme (column, as in the codebook)."""
    units = pd.MultiIndex.from_frame(segments.units[["statement_id", "unit_id"]])
    rows = units.get_indexer(pd.MultiIndex.from_frame(codings[["statement_id", "unit_id"]]))
    counts = np.zeros((len(units), len(codebook.themes)), np.int64)
    counts[rows, pd.Index(list(codebook.themes)).get_indexer(pd.Index(codings["theme"]))] = codings["n_evidence"]
    return counts


def counted(segments: Segments, codebook: Codebook, *, nested: Nested = "theme") -> Ints:
    """Return the `mentions` that coding would find, without evidence, acts and names."""
    lookups = _lookups(Index(segments), codebook, nested)
    matches = [_counting(_settle(lookup, codebook), nested) for lookup in lookups]
    counts: Ints = np.sum([_counted(lookup, codebook, m) for lookup, m in zip(lookups, matches, strict=True)], axis=0)
    return counts


def left_out(segments: Segments, codebook: Codebook, *, nested: Nested = "theme") -> Iterator[tuple[str, str, Ints]]:
    """Yield, for each pattern, rule and expression that fires, its theme, its text, and `mentions` without it."""
    lookups = _lookups(Index(segments), codebook, nested)
    whole = [_settle(lookup, codebook) for lookup in lookups]
    counts = [_counted(lookup, codebook, _counting(m, nested)) for lookup, m in zip(lookups, whole, strict=True)]
    for lookup, settled, own in zip(lookups, whole, counts, strict=True):
        others = np.sum(counts, axis=0) - own
        for number in np.unique(joined(settled.values()).pattern).tolist():
            left = _counting(_settle(lookup, codebook, without=number, rest=settled), nested)
            yield lookup.entries[number].name, lookup.entries[number].text, others + _counted(lookup, codebook, left)


def _counted(lookup: Lookup, codebook: Codebook, matches: Matches) -> Ints:
    """Return the mentions of each theme in each unit."""
    place = {theme: i for i, theme in enumerate(codebook.themes)}
    theme = np.array([place[entry.name] for entry in lookup.entries], np.int64)[matches.pattern]
    shape = len(lookup.index.segments.units), len(place)
    cell = lookup.index.part_unit[matches.first] * len(place) + theme
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def _evidence(segments: Segments, codebook: Codebook, found: list[Entry], matches: Matches) -> pd.DataFrame:
    place = {theme: i for i, theme in enumerate(codebook.themes)}
    rank = np.array([place[entry.name] for entry in found], np.int64)[matches.pattern]
    matches = matches.take(np.lexsort((rank, matches.last, matches.first)))
    units = segments.units.iloc[segments.token_unit[segments.part_token[matches.first]]]
    start, end = segments.part[matches.first, 0], segments.part[matches.last - 1, 1]
    statement = units["statement_id"].to_numpy()
    text = [segments.texts[s][a:b] for s, a, b in zip(statement, start.tolist(), end.tolist(), strict=True)]
    fired = [found[i] for i in matches.pattern]
    columns = {
        "theme": [entry.name for entry in fired],
        "pattern": [entry.text for entry in fired],
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
    """Return a fault for each example that is not found to be what it stands under, and each counterexample that is.

    Raises FaultyFileError where the file itself is not in order.
    """
    book, document = codebooks.read(path)
    examples = list(codebooks.examples(book))
    try:
        found = _words_found(root, book, examples)
    except SlowExpressionError as error:
        return [document.fault(codebooks.place_of(book, error.expression), str(error))]
    faults = []
    for i, example in enumerate(examples):
        words_found, coded = found.get((str(i), example.name)), CODED[example.part]
        if words_found is not None and example.is_counter:
            said = f", by the words: {words_found}" if words_found else ""
            faults.append(document.fault(example.place, f"this counterexample is {coded} `{example.name}`{said}"))
        if words_found is None and not example.is_counter:
            message = f"this example is not {coded} `{example.name}`: nothing of it is found in {example.text!r}"
            faults.append(document.fault(example.place, message))
    return faults


CODED: dict[codebooks.Part, str] = {"themes": "coded", "acts": "taken as the act", "named": "found to hold the kind"}


def _words_found(root: Root, book: Codebook, examples: Sequence[Example]) -> dict[tuple[str, str], str]:
    """Return, by the number of an example and what it stands under, the words that say so."""
    if not examples:
        return {}
    rows = {"statement_id": [str(i) for i in range(len(examples))], "title": "", "body": 0}
    table = pd.DataFrame(rows | {"language": [e.language for e in examples], "text": [e.text for e in examples]})
    coded = code(segment(root, table, unit="section"), book)
    columns = {"themes": (coded.evidence, "theme", "evidence"), "acts": (coded.acts, "act", "evidence")}
    columns["named"] = coded.named, "kind", "name"
    found: dict[tuple[str, str], str] = {}
    for part, (frame, name, said) in columns.items():
        for key, words_found in frame.groupby(["statement_id", name])[said]:
            if examples[int(str(key[0]))].part == part:
                found[str(key[0]), str(key[1])] = "; ".join(words_found)
    return found
