"""Acts: what each unit does with its words, and who undertakes it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import regex

from emphasis.codebook import Codebook, entries
from emphasis.languages import Language
from emphasis.lookup import Lookup, look_up
from emphasis.matching import Index, Matches, joined
from emphasis.patterns import fault_of

COLUMNS = ["statement_id", "unit_id", "act", "agent", "start", "end", "evidence"]
REVERSED = {"offers", "endorses"}  # with `not` before it, one of these opposes
Act = tuple[str, str, int | None, int | None]  # act, agent, start, end
POSSESSIVE = regex.compile(r"['’ʼ＇](?:s\b|(?!\w))", regex.I)
NEAR = 2  # words before a formula among which a `not` is looked for


def code(index: Index, codebook: Codebook) -> pd.DataFrame:
    """Give each unit its act and agent: one row a unit of a language for which the codebook has acts, in reading order.

    A heading `proposes`. Else the formula that starts first decides, the longest of those that start together, then
    the order of the codebook; a negation just before `offers` or `endorses` makes it `opposes`; `commits` needs the
    issuer as agent, alone or with the counterpart; the rest `states`. Columns: statement_id, unit_id, act, agent
    (``issuer``, ``counterpart``, ``both`` or ``other``, by the names that stand in the formula's clause before its
    end, of a rule before its second word; empty without a formula), start, end and evidence (offsets and words of
    the formula; empty without one).
    """
    units = index.segments.units
    rows: dict[int, Act] = {}
    sides = _sides(index, codebook)
    for code_, language in index.segments.languages.items():
        own = entries(codebook.acts, code_)
        if own:
            in_language = np.flatnonzero(index.segments.in_language(code_)).tolist()
            rows |= dict.fromkeys(in_language, ("states", "", None, None))
            lookup = look_up(index, own, code_)
            rows |= dict(_acts(lookup, _first(lookup), sides, language))
    headings = np.flatnonzero(units["is_heading"]).tolist()
    rows |= {row: ("proposes", "", None, None) for row in headings if row in rows}
    return _table(index, dict(sorted(rows.items())))


def _table(index: Index, rows: dict[int, Act]) -> pd.DataFrame:
    units = index.segments.units.iloc[list(rows)][["statement_id", "unit_id"]].reset_index(drop=True)
    acts = pd.DataFrame(list(rows.values()), columns=["act", "agent", "start", "end"])
    acts = acts.astype({"act": "str", "agent": "str", "start": "Int64", "end": "Int64"})
    texts = index.segments.texts
    places = zip(units["statement_id"], acts["start"], acts["end"], strict=True)
    evidence = ["" if pd.isna(start) else texts[statement][start:end] for statement, start, end in places]
    return pd.concat([units, acts], axis=1).assign(evidence=pd.Series(evidence, dtype="str"))[COLUMNS]


def _first(lookup: Lookup) -> Matches:
    """Return of each unit with a formula the one that decides."""
    rules = [number for numbers in lookup.rules.values() for number in numbers]
    found = joined([lookup.plain, *(_whole(lookup.of_rule(number, {}), lookup.index) for number in rules)])
    order = np.lexsort((found.pattern, -found.last, found.first))
    first = np.unique(lookup.index.part_unit[found.first][order], return_index=True)[1]
    return found.take(order[first])


def _whole(found: Matches, index: Index) -> Matches:
    """Return the words of a rule in each unit as one match, from the first to the last of them."""
    unit, where = np.unique(index.part_unit[found.first], return_inverse=True)
    first, last = np.full(len(unit), np.iinfo(np.int64).max), np.zeros(len(unit), np.int64)
    np.minimum.at(first, where, found.first)
    np.maximum.at(last, where, found.last)
    return Matches(found.pattern[: len(unit)], first, last, last - first)


def _sides(index: Index, codebook: Codebook) -> dict[int, list[tuple[int, int, str]]]:
    """Return for each unit the names of the sides in it: first part, offset, side.

    Only whole tokens are names, and none with a possessive: of China's partners, China is not the one who acts.
    """
    segments, texts = index.segments, index.segments.texts
    said: dict[tuple[str, str], list[int]] = {}
    for row, statement in enumerate(segments.statements.to_dict("records")):
        for side in ("issuer", "counterpart"):
            for name in str(statement.get(f"{side}_names", "")).split(";"):
                if not fault_of(name):
                    said.setdefault((side, name.strip()), []).append(row)
        for side, by_language in codebook.agents.items():
            for name in by_language.get(statement["language"], []):
                said.setdefault((side, name), []).append(row)
    found = index.find([name for _, name in said])
    token, unit = segments.part_token, index.part_unit[found.first]
    opens = np.append(True, np.diff(token) != 0)[found.first] if len(token) else found.first > 0
    closes = np.append(np.diff(token) != 0, True)[found.last - 1] if len(token) else found.last > 0
    names: dict[int, list[tuple[int, int, str]]] = {}
    rows = [frozenset(own) for own in said.values()]
    sides = [side for side, _ in said]
    ids = segments.statements["statement_id"].tolist()
    for i in np.flatnonzero(opens & closes).tolist():
        statement, end = segments.unit_statement[unit[i]], segments.part[found.last[i] - 1, 1]
        if statement in rows[found.pattern[i]] and not POSSESSIVE.match(texts[ids[statement]], end):
            place = int(found.first[i]), int(segments.part[found.first[i], 0]), sides[found.pattern[i]]
            names.setdefault(int(unit[i]), []).append(place)
    return names


def _acts(
    lookup: Lookup, formulas: Matches, sides: dict[int, list[tuple[int, int, str]]], language: Language
) -> Iterator[tuple[int, Act]]:
    """Yield for each unit with a formula its number, act, agent and the formula's offsets."""
    segments, unit_of = lookup.index.segments, lookup.index.part_unit
    texts, starts = segments.units["text"].tolist(), segments.units["start"].tolist()
    opener = _clause_opener(language)
    types = segments.vocabulary.types
    for number, first, last in zip(
        formulas.pattern.tolist(), formulas.first.tolist(), formulas.last.tolist(), strict=True
    ):
        unit, act = int(unit_of[first]), lookup.entries[number].name
        start, end = int(segments.part[first, 0]), int(segments.part[last - 1, 1])
        clause = starts[unit] + _clause(texts[unit][: start - starts[unit]], opener)
        near = [p for p in range(max(0, first - NEAR), first) if unit_of[p] == unit and segments.part[p, 0] >= clause]
        negated = [part for part in near if types[segments.part[part, 2]] in language.negations]
        if negated and act in REVERSED:
            act, start = "opposes", int(segments.part[negated[0], 0])
        words = first + 1 if lookup.entries[number].way == "rule" else last  # between the words of a rule are others'
        agent = _agent({side for part, at, side in sides.get(unit, []) if clause <= at and part < words})
        if act == "commits" and agent not in {"issuer", "both"}:
            act = "states"
        yield unit, (act, agent, start, end)


def _agent(sides: set[str]) -> str:
    if "both" in sides or sides >= {"issuer", "counterpart"}:
        return "both"
    return sides.pop() if sides else "other"


def _clause(before: str, opener: regex.Pattern[str]) -> int:
    """Return where the clause begins that a text ends in; an insertion between two marks at its end is passed over."""
    openers = list(opener.finditer(before))
    while len(openers) > 1 and not before[openers[-1].end() :].strip() and not openers[-2][0].isalpha():
        del openers[-2:]
    return openers[-1].end() if openers else 0


def _clause_opener(language: Language) -> regex.Pattern[str]:
    """Match what opens a clause: a mark of punctuation, but for those in 1,000 and 9:30, or a word such as `that`."""
    listed = "|".join(regex.escape(word) for word in sorted(language.clauses)) or "(?!)"
    return regex.compile(rf"[,;:–—()，；：、](?!\d)|\b(?:{listed})\b", regex.I)
