"""Tables for people: a caption, plain heads, values in words, links to the themes and units in the reading view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from emphasis.codebook import Codebook
from emphasis.errors import InputError
from emphasis.reading import CODED, Reading, anchor, isolated
from emphasis.segments import Segments
from emphasis.wording import day, percent

FOLDED = 15  # longer tables are folded
TURNED = 3  # facts of more statements have a row for each
MISSING = "–"


def table(frame: pd.DataFrame, columns: dict[str, str], *, caption: str, segments: Segments | None = None) -> Reading:
    """Return columns of a table for people, under the heads given.

    A key such as ``n_units of of_units`` puts two columns into one cell, with the word between them. Shares as per
    cent, other numbers with two decimals or, from ten, one; missing as –. The first column names the row where no
    value in it stands twice. Labels of themes lead to the theme in the reading view; with the `segments` of the study
    unit numbers lead to the unit, and words of the text say their language. Of several statements the first
    column says which. More than 15 rows are folded. Raises InputError for a column that the table lacks.
    """
    missing = [name for key in columns for name in key.split()[::2] if name not in frame]
    if missing:
        raise InputError(f"the table has no column {missing[0]!r}; it has {', '.join(map(str, frame.columns))}")
    statements = frame if segments is None else segments.statements
    if "statement_id" in frame and statements["statement_id"].nunique() > 1:
        columns = {"statement_id": "Statement"} | columns
    kinds = [_class(frame, key) for key in columns]
    first = frame[next(iter(columns)).partition(" ")[0]]
    opening = [TH if first.is_unique else TD, *[TD] * (len(columns) - 1)]
    cells = [
        _tagged(_column(frame, key, segments), tag.format(kind))
        for key, tag, kind in zip(columns, opening, kinds, strict=True)
    ]
    return _table([*map(_head, columns.values(), kinds)], list(zip(*cells, strict=True)), caption)


def facts(frame: pd.DataFrame, columns: dict[str, str], *, caption: str) -> Reading:
    """Return those of `columns` that a table has, turned on its side: one row a column, one column a row of it.

    A table of more than three rows is not turned.
    """
    columns = {key: name for key, name in columns.items() if key in frame}
    if len(frame) > TURNED:
        return table(frame, columns, caption=caption)
    names = [_tagged([escape(name)], TH.format("")) for name in columns.values()]
    rows = [(*name, *_tagged(_column(frame, key), TD.format(""))) for name, key in zip(names, columns, strict=True)]
    heads = [f"Statement {n}" for n in range(1, len(frame) + 1)] if len(frame) > 1 else ["Statement"]
    return _table(["<td></td>", *map(_head, heads)], rows, caption)


def _facts(frame: pd.DataFrame, key: str) -> list[str]:
    """Return the cells of a fact; names and titles keep their own direction of writing, and a title its language."""
    languages = frame["language"] if key == "title" and "language" in frame else [""] * len(frame)
    return [
        isolated(day(_cell(key, value)) if key in DAYS else _cell(key, value), language)
        for value, language in zip(frame[key], languages, strict=True)
    ]


def concordance(lines: pd.DataFrame, codebook: Codebook, segments: Segments, *, caption: str) -> Reading:
    """Return the lines of `terms.concordance`, the nodes below one another, the themes by their labels."""
    themes = [", ".join(codebook.labels[theme] for theme in own.split(", ") if own) for own in lines["themes"]]
    return table(lines.assign(themes=themes), CONCORDANCE, caption=caption, segments=segments)


def provenance(frame: pd.DataFrame, *, caption: str) -> Reading:
    """Return what a run rests on (`Run.provenance`): one row a file with its SHA-256, one of all parameters."""
    is_file = frame["what"] != "parameter"
    parameters = pd.DataFrame([("parameters", "; ".join(frame["which"][~is_file]), "")], columns=frame.columns)
    return table(pd.concat([frame[is_file], parameters]), PROVENANCE, caption=caption)


TH, TD = '<th scope="row"{}>', "<td{}>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Reading:
    lines = [f"<tr>{''.join(row)}</tr>" for row in rows]
    said = escape(caption)
    head = [f"<caption>{said}</caption>", f"<thead><tr>{''.join(heads)}</tr></thead>"]
    html = "\n".join(["<table>", *head, "<tbody>", *lines, "</tbody>", "</table>"])
    if len(rows) > FOLDED:
        html = f'<details class="rows"><summary>{said} ({len(rows):,} rows)</summary>\n{html}\n</details>'
    return Reading(html)


def _head(name: str, kind: str = "") -> str:
    return f'<th scope="col"{kind}>{escape(name)}</th>'


def _class(frame: pd.DataFrame, key: str) -> str:
    """Return the class of a column's cells, as an attribute: of numbers, and of what stands beside a node."""
    column = frame[key.partition(" ")[0]]
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return ' class="number"' if is_number else CLASSES.get(key, "")


CLASSES = {"left": ' class="before"', "right": ' class="after"'}


def _tagged(cells: Sequence[str], opening: str) -> list[str]:
    return [f"{opening}{cell}</{opening[1:3]}>" for cell in cells]


def _column(frame: pd.DataFrame, key: str, segments: Segments | None = None) -> list[str]:
    """Return the cells of a column, or of columns with words between them, as HTML."""
    name, *rest = key.split()
    cells = _cells(frame, name, segments)
    for word, other in zip(rest[::2], rest[1::2], strict=True):
        pairs = zip(cells, _cells(frame, other, segments), strict=True)
        cells = [a if b == MISSING else f"{a} {word} {b}" for a, b in pairs]
    return cells


def _cells(frame: pd.DataFrame, name: str, segments: Segments | None) -> list[str]:
    texts = [_cell(name, value) for value in frame[name]]
    cells = [escape(text) for text in texts]
    if THEMES.get(name) in frame:
        seen = frame["n_units"] > 0 if "n_units" in frame else [True] * len(frame)
        link = f'<a href="{CODED}#theme-{{}}">{{}}</a>'
        given = zip(frame[THEMES[name]], cells, seen, strict=True)
        return [link.format(escape(theme), cell) if is_found else cell for theme, cell, is_found in given]
    if name == "unit_id" and segments is not None:
        several = len(segments.statements) > 1
        places = [anchor(*place, several) for place in zip(frame["statement_id"], frame["unit_id"], strict=True)]
        return [f'<a href="{CODED}#{place}">{cell}</a>' for place, cell in zip(places, cells, strict=True)]
    if name in OF_THE_TEXT and segments is not None:
        cells = [isolated(*each) for each in zip(texts, _languages(frame, segments), strict=True)]
    return [FORMS.get(name, "{}").format(cell) for cell in cells]


def _languages(frame: pd.DataFrame, segments: Segments) -> list[str]:
    """Return the language of each row; a table of no statement is of one language, that of all."""
    languages = segments.statements.set_index("statement_id")["language"]
    if "statement_id" in frame:
        return frame["statement_id"].map(languages).tolist()
    return [languages.iloc[0]] * len(frame)


THEMES = {"label": "theme", "other_label": "other"}  # columns of labels, and those with the theme of each
OF_THE_TEXT = {"left", "match", "right", "type", "written", "phrase", "pair", "heading", "text", "name"}
DAYS = {"date", "published", "retrieved"}
FORMS = {"sha256": '<code class="hash">{}</code>', "match": "<strong>{}</strong>"}


def _cell(column: str, value: object) -> str:
    """Return a value for people, as its column's name says."""
    if value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value)):
        return MISSING
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

FACTS = {
    "title": "Title", "actor": "Speaker", "issuer": "Published by", "country": "Country", "occasion": "Occasion",
    "date": "Date of the occasion", "published": "Published", "genre": "Kind of text", "language": "Language",
    "language_from": "Language from", "source": "Source", "licence": "Licence", "retrieved": "Retrieved",
}  # fmt: skip
EMPHASIS = {
    "label": "Theme", "rank": "Rank", "n_units of of_units": "Units", "share_units": "Share",
    "share_units_low to share_units_high": "Interval", "share_units_min to share_units_max": "Range",
}  # fmt: skip
WORDS = {
    "label": "Theme", "share_words": "Share of words", "share_words_low to share_words_high": "Interval",
    "n_mentions": "Mentions", "mentions_per_1000": "Per thousand words",
}  # fmt: skip
PLACE = {"label": "Theme", "first": "First at", "mean_position": "Mean position", "concentration": "Concentration"}
UNDERTAKEN = {
    "label": "Theme", "n_units": "Units", "n_commits": "Commits", "n_offers": "Offers", "undertaken": "Undertaken",
    "n_joint": "Joint", "named_per_unit": "Named per unit",
}  # fmt: skip
DIFFERENCES = {
    "label": "Theme", "other_label": "Against", "difference": "Points", "difference_low to difference_high": "Interval",
    "is_apart": "Apart",
}  # fmt: skip
CONCORDANCE = {"unit_id": "Unit", "left": "Left", "match": "Node", "right": "Right", "themes": "Themes"}
PROVENANCE = {"what": "What", "which": "Which", "sha256": "SHA-256"}
