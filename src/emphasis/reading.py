"""The statement as one reads it: sections, numbered units, coded words marked by theme; all text is escaped."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from emphasis.codebook import Codebook
from emphasis.coding import Coding
from emphasis.errors import InputError
from emphasis.findings import percent
from emphasis.segments import Segments

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
    "label": "Theme", "n_units": "Units", "of_units": "Of", "share_units": "Share", "share_units_low": "From",
    "share_units_high": "To", "share_words": "Share of words", "mentions_per_1000": "Mentions per thousand words",
    "rank": "Rank",
}  # fmt: skip


def _cell(column: str, value: object) -> str:
    if value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if column.startswith("share"):
        return percent(float(str(value)))
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
