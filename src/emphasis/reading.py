"""The statement as one reads it: sections, numbered units, coded words marked by theme; all text is escaped."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from emphasis.codebook import ActName, Codebook
from emphasis.coding import Coding
from emphasis.errors import InputError
from emphasis.segments import Segments
from emphasis.wording import percent

Row = dict[Hashable, Any]


@dataclass(frozen=True)
class Reading:
    """A text for people: as HTML, and as plain text that says the same."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def plain(segments: Segments) -> Reading:
    """Return the statements with their sections and numbered units."""
    return _reading(segments, {}, {})


def marked(segments: Segments, coding: Coding, codebook: Codebook) -> Reading:
    """Return the statements with each coded word marked.

    A mark carries the number of its theme, which the legend explains, so that nothing depends on colour;
    behind each unit stand its themes, or "uncoded".
    """
    numbers = {theme: i + 1 for i, theme in enumerate(codebook.labels)}
    matches: dict[tuple[str, int], list[Row]] = {}
    for row in coding.evidence.to_dict("records"):
        matches.setdefault((row["statement_id"], row["unit_id"]), []).append(row)
    legend = [f"{n} {codebook.labels[theme]}" for theme, n in numbers.items()]
    reading = _reading(
        segments, numbers, {key: sorted(rows, key=_by_place) for key, rows in matches.items()}, codebook.labels
    )
    html = f"<p><strong>Legend.</strong> {' · '.join(escape(entry) for entry in legend)}</p>\n{reading.html}"
    return Reading(html, f"Legend. {' · '.join(legend)}\n\n{reading.text}")


def _by_place(row: Row) -> tuple[int, int]:
    return row["start"], -row["end"]


def _reading(
    segments: Segments,
    numbers: dict[str, int],
    matches: dict[tuple[str, int], list[Row]],
    labels: dict[str, str] | None = None,
) -> Reading:
    html, text = [], []
    headings = segments.sections.set_index(["statement_id", "section_id"])["label"].to_dict()
    several = len(segments.statements) > 1
    last = (None, None)
    for unit in segments.units.to_dict("records"):
        section = (unit["statement_id"], unit["section_id"])
        if several and section[0] != last[0]:
            html.append(f"<h3>{escape(section[0])}</h3>")
            text.append(f"\n{section[0]}")
        if section != last:
            level = "h4" if several else "h3"
            html.append(f"<{level}>{escape(headings[section])}</{level}>")
            text.append(f"\n{headings[section]}")
        last = section
        own = matches.get((unit["statement_id"], unit["unit_id"]), [])
        themes = sorted({row["theme"] for row in own}, key=lambda theme: numbers[theme])
        said = "" if labels is None else f"[{', '.join(labels[theme] for theme in themes) or 'uncoded'}]"
        body = list(_runs(unit, own, numbers))
        marked_html = "".join(
            f"<mark>{escape(run)}</mark><sup>{note}</sup>" if note else escape(run) for run, note in body
        )
        marked_text = "".join(f"{run}({note})" if note else run for run, note in body)
        html.append(
            f"<p><small>{unit['unit_id']}</small> <bdi>{marked_html}</bdi> <small><em>{escape(said)}</em></small></p>"
        )
        text.append(f"{unit['unit_id']:>3} {' '.join(marked_text.split())} {said}".rstrip())
    return Reading("\n".join(html), "\n".join(text).strip())


def _runs(unit: Row, matches: list[Row], numbers: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the unit's text in runs, each with the numbers of the themes whose match ends there.

    Matches that overlap are shown as one run, from where the first begins to where the last ends.
    """
    at, text = unit["start"], unit["text"]
    for start, end, themes in _merged(matches):
        yield text[at - unit["start"] : start - unit["start"]], ""
        yield (
            text[start - unit["start"] : end - unit["start"]],
            ", ".join(str(n) for n in sorted({numbers[theme] for theme in themes})),
        )
        at = end
    yield text[at - unit["start"] :], ""


def _merged(matches: list[Row]) -> list[tuple[int, int, list[str]]]:
    merged: list[tuple[int, int, list[str]]] = []
    for row in matches:
        if merged and row["start"] < merged[-1][1]:
            start, end, themes = merged[-1]
            merged[-1] = (start, max(end, row["end"]), [*themes, row["theme"]])
        else:
            merged.append((row["start"], row["end"], [row["theme"]]))
    return merged


def themes_of_units(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Return one row a unit: statement_id, unit_id, text, themes (labels) and evidence (words by theme), or empty."""
    found: dict[tuple[str, int], dict[str, dict[str, None]]] = {}
    for row in coding.evidence.to_dict("records"):
        unit = found.setdefault((row["statement_id"], row["unit_id"]), {})
        unit.setdefault(codebook.labels[row["theme"]], {})[row["evidence"]] = None
    table = segments.units[["statement_id", "unit_id", "text"]]
    own = [found.get(key, {}) for key in zip(table["statement_id"], table["unit_id"], strict=True)]
    said = ["; ".join(f"{label}: {', '.join(words)}" for label, words in themes.items()) for themes in own]
    return table.assign(themes=[", ".join(themes) for themes in own], evidence=said)


def undertakings(
    segments: Segments, coding: Coding, codebook: Codebook, *, acts: Sequence[ActName] = ("commits", "offers", "asks")
) -> Reading:
    """Quote every unit of these acts, an act at a time, with the words that say so marked, its agent and its themes."""
    units = themes_of_units(segments, coding, codebook).merge(segments.units[["statement_id", "unit_id", "start"]])
    units = units.merge(coding.acts, on=["statement_id", "unit_id"], suffixes=("", "_act"))
    several = len(segments.statements) > 1
    html, text = [], []
    for act in acts:
        own = units[units["act"] == act].to_dict("records")
        label = f"{codebook.acts[act].label if act in codebook.acts else act} ({len(own)})"
        quotes = [list(_quote(row, several)) for row in own]
        html += [f"<h3>{escape(label)}</h3>", "<ul>", *(_item(*map(escape, quote)) for quote in quotes), "</ul>"]
        text += [label, *(f"{quote[0]} {' '.join(''.join(quote[1:4]).split())} [{quote[4]}]" for quote in quotes)]
    return Reading("\n".join(html), "\n".join(text))


def _quote(row: Row, several: bool) -> Iterator[str]:
    """Yield a unit's number, its text before, in and after the formula, and who acts on which themes."""
    yield f"{row['statement_id']} {row['unit_id']}" if several else str(row["unit_id"])
    length = len(row["text"])
    formula = [row["start_act"] - row["start"], row["end"] - row["start"]] if row["evidence_act"] else [length, length]
    for start, end in pairwise([0, *formula, length]):
        yield row["text"][start:end]
    yield f"{AGENTS[row['agent']]}; {row['themes'] or 'uncoded'}"


def _item(number: str, before: str, words: str, after: str, said: str) -> str:
    quote = f"<bdi>{before}{words and f'<mark>{words}</mark>'}{after}</bdi>"
    return f"<li><small>{number}</small> {quote} <small><em>[{said}]</em></small></li>"


AGENTS = {
    "issuer": "by the issuer",
    "counterpart": "by the other side",
    "both": "by both sides",
    "other": "by another",
    "": "no agent",
}


def paragraph(text: str) -> Reading:
    """Return a text as a paragraph."""
    return Reading(f"<p>{escape(text)}</p>", text)


def table(frame: pd.DataFrame, columns: dict[str, str]) -> Reading:
    """Return columns of a table for people, under the names given.

    Shares as per cent, other numbers with one decimal, missing as –. Of several statements
    the first column says which. Raises InputError for a column that the table lacks.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InputError(f"the table has no column {missing[0]!r}; it has {', '.join(map(str, frame.columns))}")
    if "statement_id" in frame and frame["statement_id"].nunique() > 1:
        columns = {"statement_id": "Statement"} | columns
    rows = list(zip(*([_cell(column, value) for value in frame[column]] for column in columns), strict=True))
    return _table(list(columns.values()), rows, "<td>")


def facts(frame: pd.DataFrame, columns: dict[str, str]) -> Reading:
    """Return a table turned on its side: one row a column of it, one column a row of it."""
    rows = [(name, *(_cell(column, value) for value in frame[column])) for column, name in columns.items()]
    heads = [f"Statement {n}" for n in range(1, len(frame) + 1)] if len(frame) > 1 else ["Statement"]
    return _table(["", *heads], rows, '<th scope="row">')


def _table(heads: list[str], rows: Sequence[Sequence[str]], first: str) -> Reading:
    """Return rows as a table; `first` opens the first cell of a row."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in heads)
    lines = []
    for row in rows:
        lead, rest = f"{first}{escape(row[0])}</{first[1:3]}>", "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        lines.append(f"<tr>{lead}{rest}</tr>")
    body = "\n".join(lines)
    text = "\n".join(" | ".join(cells) for cells in [heads, *rows])
    return Reading(f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>", text)


FACTS = {
    "title": "Title", "actor": "Speaker", "issuer": "Published by", "country": "Country",
    "date": "Date of the occasion", "published": "Published", "genre": "Kind of text", "language": "Language",
    "language_from": "Language from",
}  # fmt: skip
EMPHASIS = {
    "rank": "Rank", "label": "Theme", "n_units": "Units", "of_units": "Of", "share_units": "Share",
    "share_units_low": "From", "share_units_high": "To", "share_units_min": "Range from", "share_units_max": "Range to",
}  # fmt: skip
WORDS = {
    "label": "Theme", "share_words": "Share of words", "share_words_low": "From", "share_words_high": "To",
    "n_mentions": "Mentions", "mentions_per_1000": "Per thousand words",
}  # fmt: skip
PLACE = {"label": "Theme", "first": "First at", "mean_position": "Mean position", "concentration": "Concentration"}
UNDERTAKEN = {
    "label": "Theme", "n_units": "Units", "n_commits": "Commits", "n_offers": "Offers", "undertaken": "Undertaken",
    "n_joint": "Joint", "named_per_unit": "Named per unit",
}  # fmt: skip
DIFFERENCES = {
    "label": "Theme", "other_label": "Against", "difference": "Difference in points", "difference_low": "From",
    "difference_high": "To", "is_apart": "Distinguishable",
}  # fmt: skip


def _cell(column: str, value: object) -> str:
    if value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if column.startswith("difference"):
        return f"{100 * float(str(value)):.0f}".replace("-", "−")
    if column.startswith(SHARES):
        return percent(float(str(value)))
    if isinstance(value, float):
        return f"{value:,.{2 if abs(value) < TWO_DECIMALS else 1}f}".replace("-", "−")
    return f"{value:,}" if isinstance(value, int) else str(value)


SHARES = ("share", "undertaken")  # how columns begin that hold shares of a whole
TWO_DECIMALS = 10  # smaller numbers have two decimals, larger ones one
