"""Charts of emphasis: a table and a finding in, a picture with its alt text out.

A chart function counts nothing that its table does not hold: shares and intervals come from `measures`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from emphasis.canvas import (
    BAND,
    EDGE,
    FAINT,
    FOCUS,
    GAP,
    INK,
    NO_UNIT,
    POINT,
    QUIET,
    RULE,
    SMALL,
    VALUE,
    Chart,
    Headings,
    Margins,
    Page,
    house_style,
    open_page,
    render,
)
from emphasis.errors import InputError
from emphasis.findings import count, percent, plural
from emphasis.grids import Grid, draw_grid, grid_of
from emphasis.layout import Column, Rows, draw_sections, fit_sections, length, open_rows, say_no_unit, ticks

HEIGHT = 240  # of a plot without rows


# Emphasis by theme


def emphasis(table: pd.DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
    """Draw how large a share of a statement's units carries each theme, with its interval.

    Parameters
    ----------
    table : DataFrame
        One row a theme, drawn in the order given: `theme`, `label`, `n_units`, `of_units` (the same in every
        row), `share_units`, `share_units_low`, `share_units_high` (0 to 1; the band may be missing).
        A theme with no unit keeps its row.
    finding : str
        The sentence that the chart shows.
    source : str
        The line below the chart.
    unit : str
        What was coded, in the singular.

    Raises
    ------
    InputError
        If a column is missing, or `of_units` differs between rows.
    """
    _require(table, "table", "theme label n_units of_units share_units share_units_low share_units_high")
    if table["of_units"].nunique() > 1:
        raise InputError(f"of_units must be the same in every row; got {sorted(set(table['of_units']))}")
    subtitle = (
        f"Share of {plural(unit)} coded with each theme; bands are 95% Wilson intervals; "
        f"a {unit} can carry several themes"
    )
    alt = _sentences(finding, "Emphasis by theme", _emphasis_words(table, unit))
    with house_style(alt + source):
        return render(_emphasis_figure(table, Headings(finding, subtitle, source)), finding, alt)


def _emphasis_words(table: pd.DataFrame, unit: str) -> list[str]:
    """Return each theme's values in words."""
    words = []
    columns = "label n_units of_units share_units share_units_low share_units_high"
    for label, n, of_units, *shares in _records(table, columns):
        share, low, high = map(_share, shares)
        band = f", interval {low} to {high}" if n and pd.notna(shares[1]) else ""
        words.append(f"{label} {n} of {count(of_units, unit)} ({share}){band}")
    return words


def _emphasis_figure(table: pd.DataFrame, headings: Headings) -> Figure:
    """Lay out dots on bands, one row a theme."""
    base = "of " + str(table["of_units"].iloc[0]) if len(table) else ""
    columns = [
        Column("Share", [_share(share) for share in table["share_units"]], VALUE),
        Column(base, [str(n) for n in table["n_units"]], colour=QUIET),
    ]
    rows = Rows(list(table["label"]), list(table["n_units"] == 0), columns)
    page = open_rows(headings, rows, above=26, below=22)
    coded = table.assign(y=rows.middles)[table["n_units"] > 0]
    share, low, high = (100 * coded["share_units" + end].astype(float) for end in ("", "_low", "_high"))
    _scale(page, max(share.max(), high.max()), "%")
    page.axes.hlines(coded["y"], low, high, color=BAND, linewidth=11 * POINT, capstyle="butt", zorder=2)
    # A white rim keeps the dot apart from its band.
    area = (13 * POINT) ** 2
    page.axes.scatter(share, coded["y"], area, FOCUS, edgecolors="white", linewidths=2 * POINT, zorder=3)
    _say_no_unit(page, rows)
    return page.figure


# Where themes stand


def xray(  # noqa: PLR0913 - three tables of different rows, and the words
    themes: pd.DataFrame,
    marks: pd.DataFrame,
    sections: pd.DataFrame,
    *,
    finding: str,
    source: str,
    unit: str = "sentence",
) -> Chart:
    """Draw where in the text each theme occurs: one mark a coded unit, in reading order.

    Parameters
    ----------
    themes : DataFrame
        One row a theme, drawn in the order given: `theme`, `label`, `n_units`. Zeros stay.
    marks : DataFrame
        One row a theme of a coded unit: `theme`, `position` (from 1).
    sections : DataFrame
        One row a section, in reading order: `label`, `first`, `last` (positions of its units, both included).
    finding, source, unit : str
        As in `emphasis`.

    Raises
    ------
    InputError
        If a column is missing, a mark's theme has no row in `themes`, or its position is in no section.
    """
    _require(themes, "themes", "theme label n_units")
    _require(marks, "marks", "theme position")
    _require(sections, "sections", "label first last")
    _require_known(marks, themes)
    _require_inside(marks, sections)
    subtitle = f"One mark per coded {unit}, in reading order; shading separates the sections"
    words = _xray_words(themes, marks, sections, unit)
    alt = _sentences(finding, f"{plural(unit).capitalize()} by theme and section", words)
    with house_style(alt + source):
        headings = Headings(finding, subtitle, source)
        return render(_xray_figure(themes, marks, sections, headings=headings, unit=unit), finding, alt)


def _xray_words(themes: pd.DataFrame, marks: pd.DataFrame, sections: pd.DataFrame, unit: str) -> list[str]:
    """Return each theme's number of units, in all and in each section that has any."""
    total = count(length(sections), unit)
    words = []
    for theme, label, n in _records(themes, "theme label n_units"):
        positions = marks["position"][marks["theme"] == theme]
        counts = [
            (section, int(positions.between(first, last).sum()))
            for section, first, last in _records(sections, "label first last")
        ]
        where = ", ".join(f"{section} {in_section}" for section, in_section in counts if in_section)
        words.append(f"{label} {n} of {total}" + (f" ({where})" if where else ""))
    return words


def _xray_figure(
    themes: pd.DataFrame, marks: pd.DataFrame, sections: pd.DataFrame, *, headings: Headings, unit: str
) -> Figure:
    """Lay out one row of marks a theme over shaded sections."""
    totals = Column("Total", [str(n) for n in themes["n_units"]], VALUE)
    rows = Rows(list(themes["label"]), list(themes["n_units"] == 0), [totals])
    strip = fit_sections(sections, rows.margins(0, 0))
    page = open_rows(strip.explained(headings), rows, above=strip.height, below=44)
    draw_sections(page, strip, sections, unit)
    axes = page.axes
    middles = dict(zip(themes["theme"], rows.middles, strict=True))
    coded = [middles[theme] for theme in themes.loc[themes["n_units"] > 0, "theme"]]
    axes.hlines(coded, *axes.get_xlim(), color=RULE, linewidth=1.5 * POINT, zorder=1)
    x, y, reach = marks["position"], marks["theme"].map(middles), 0.34 * rows.pitch
    _draw_strokes(page, x, y - reach, y + reach, widths=(1.2, 9))
    _say_no_unit(page, rows)
    return page.figure


def theme_by_section(table: pd.DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
    """Draw how many units of each section carry each theme, as a grid of counts.

    The themes with the most units of a section are framed.

    Parameters
    ----------
    table : DataFrame
        One row a theme in a section: `theme`, `label`, `section_label`, `n_units`, `of_units` (units of the
        section). Themes in the order drawn, within each theme all sections in reading order, zeros included.
    finding, source, unit : str
        As in `emphasis`.

    Raises
    ------
    InputError
        If a column is missing, or themes differ in their sections.
    """
    _require(table, "table", "theme label section_label n_units of_units")
    grid = grid_of(table)
    subtitle = f"Number of {plural(unit)} with the theme in each section; framed: the section's leading theme"
    alt = _sentences(finding, "Themes by section", _grid_words(grid, unit))
    with house_style(alt + source):
        return render(draw_grid(grid, Headings(finding, subtitle, source), unit), finding, alt)


def _grid_words(grid: Grid, unit: str) -> list[str]:
    """Return each section's base and the themes it has, in words; then the themes in no section."""
    words = []
    for section, base, counts in zip(grid.sections, grid.bases, grid.counts.T, strict=True):
        present = ", ".join(f"{label} {n}" for label, n in zip(grid.labels, counts, strict=True) if n)
        words.append(f"{section} ({count(base, unit)}): {present or NO_UNIT}")
    absent = [label for label, counts in zip(grid.labels, grid.counts, strict=True) if not counts.any()]
    return words + ([f"{NO_UNIT} in any section: {', '.join(absent)}"] if absent else [])


# Counts and lengths


def bars(table: pd.DataFrame, *, finding: str, source: str, subtitle: str) -> Chart:
    """Draw a ranking of terms: a bar and its count each.

    Parameters
    ----------
    table : DataFrame
        One row a term, drawn in the order given: `type`, `n`; a `note` beside it if there is that column.
    finding, source : str
        As in `emphasis`.
    subtitle : str
        What was counted.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _require(table, "table", "type n")
    notes = list(table["note"].fillna("")) if "note" in table else [""] * len(table)
    terms = zip(table["type"], table["n"], notes, strict=True)
    words = [f"{term} {n} ({note})" if note else f"{term} {n}" for term, n, note in terms]
    alt = _sentences(finding, subtitle, words)
    with house_style(alt + source):
        return render(_bars_figure(table, notes, Headings(finding, subtitle, source)), finding, alt)


def _bars_figure(table: pd.DataFrame, notes: Sequence[str], headings: Headings) -> Figure:
    """Lay out one bar a term, its count and note at the right."""
    columns = [Column("Count", [str(n) for n in table["n"]], VALUE)]
    if any(notes):
        columns.append(Column("", notes, SMALL, QUIET))
    rows = Rows(list(table["type"]), list(table["n"] == 0), columns)
    page = open_rows(headings, rows, above=26, below=22)
    _scale(page, table["n"].max())
    page.axes.barh(rows.middles, table["n"], height=0.55 * rows.pitch, color=FOCUS)
    return page.figure


def lengths(units: pd.DataFrame, sections: pd.DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
    """Draw how long each unit is, in reading order, with the median.

    Parameters
    ----------
    units : DataFrame
        One row a unit: `position` (from 1), `n_tokens`.
    sections : DataFrame
        As in `xray`.
    finding, source, unit : str
        As in `emphasis`.

    Raises
    ------
    InputError
        If a column is missing, or a unit's position is in no section.
    """
    _require(units, "units", "position n_tokens")
    _require(sections, "sections", "label first last")
    _require_inside(units, sections)
    subtitle = f"Words in each {unit}, in reading order; shading separates the sections; the line is the median"
    alt = _sentences(finding, f"Words in each {unit} by section", _length_words(units, sections, unit))
    with house_style(alt + source):
        headings = Headings(finding, subtitle, source)
        return render(_lengths_figure(units, sections, headings, unit), finding, alt)


def _length_words(units: pd.DataFrame, sections: pd.DataFrame, unit: str) -> list[str]:
    """Return each section's number of units with their least and greatest length, then the median of all."""
    words = []
    for label, first, last in _records(sections, "label first last"):
        tokens = units["n_tokens"][units["position"].between(first, last)]
        reach = f", {tokens.min()} to {tokens.max()} words" if len(tokens) else ""
        words.append(f"{label} {count(len(tokens), unit)}{reach}")
    median = f"median of {count(len(units), unit)} {units['n_tokens'].median():g} words"
    return [*words, median] if len(units) else []


def _lengths_figure(units: pd.DataFrame, sections: pd.DataFrame, headings: Headings, unit: str) -> Figure:
    """Lay out one upright bar a unit over shaded sections, and the median across them."""
    margins = Margins(EDGE + 44, EDGE + 64, 0, 44)
    strip = fit_sections(sections, margins)
    page = open_page(strip.explained(headings), margins._replace(above=strip.height), HEIGHT)
    draw_sections(page, strip, sections, unit)
    if units.empty:
        say_no_unit(page, HEIGHT)
        return page.figure
    axes, tokens = page.axes, units["n_tokens"]
    steps, median = ticks(tokens.max()), tokens.median()
    axes.set(ylim=(0, steps[-1]), yticks=steps)
    axes.hlines(steps, *axes.get_xlim(), color=RULE, linewidth=POINT, zorder=1)
    _draw_strokes(page, units["position"], 0 * tokens, tokens, widths=(0.5, 24))
    for colour, width in (("white", 4), (INK, 1.5)):  # a white edge keeps the line visible across bars
        axes.axhline(median, color=colour, linewidth=width * POINT, zorder=4)
    height = HEIGHT * (1 - median / steps[-1])
    page.write_lines(page.width + GAP, height, ["median", f"{median:g}"], SMALL)
    return page.figure


# Words and marks that charts share


def _sentences(finding: str, what: str, words: Sequence[str]) -> str:
    """Return alt text: the finding as a sentence, then what the chart shows and its values."""
    stop = "" if finding.endswith((".", "!", "?", "。")) else "."
    return f"{finding}{stop} {what}: {'; '.join(words) or NO_UNIT}."


def _records(table: pd.DataFrame, columns: str) -> Iterator[tuple[Any, ...]]:
    """Return the named columns row by row."""
    return table[columns.split()].itertuples(index=False, name=None)


def _share(share: float | None) -> str:
    """Return a share as findings write it; there is none where there is no unit at all."""
    return "–" if share is None or math.isnan(share) else percent(share)


def _scale(page: Page, highest: float, mark: str = "") -> None:
    """Set the x axis from zero to just above the highest value, with a rule at each number."""
    steps = ticks(highest if highest > 0 else 0)
    page.axes.set_xlim(0, steps[-1])
    page.axes.set_xticks(steps, [f"{step}{mark}" for step in steps])
    page.axes.tick_params(length=0)
    page.axes.spines["bottom"].set_visible(False)
    page.axes.grid(axis="x")


def _draw_strokes(
    page: Page, positions: pd.Series, starts: pd.Series, ends: pd.Series, *, widths: tuple[float, float]
) -> None:
    """Draw an upright stroke at each unit's position, as wide as there is room between the two widths."""
    left, right = page.axes.get_xlim()
    narrowest, widest = widths
    width = min(widest, max(narrowest, 0.7 * page.width / (right - left))) * POINT
    lines = [[(x, start), (x, end)] for x, start, end in zip(positions, starts, ends, strict=True)]
    page.axes.add_collection(LineCollection(lines, colors=FOCUS, linewidths=width, capstyle="butt", zorder=3))


def _say_no_unit(page: Page, rows: Rows) -> None:
    """Write "no unit" where a theme's marks would be."""
    for middle, is_empty in zip(rows.middles, rows.is_empty, strict=True):
        if is_empty:
            page.write_lines(GAP, middle, [NO_UNIT], SMALL, color=FAINT)


# Faults of the input


def _require(table: pd.DataFrame, name: str, columns: str) -> None:
    """Refuse a table that lacks a column."""
    if missing := [column for column in columns.split() if column not in table]:
        raise InputError(f"{name} lacks {', '.join(missing)}; it needs {columns.replace(' ', ', ')}")


def _require_inside(table: pd.DataFrame, sections: pd.DataFrame) -> None:
    """Refuse positions outside the sections."""
    outside = table["position"][~table["position"].between(1, length(sections))]
    if len(outside):
        raise InputError(f"position {outside.iloc[0]} is in no section; allowed are 1 to {length(sections)}")


def _require_known(marks: pd.DataFrame, themes: pd.DataFrame) -> None:
    """Refuse marks of a theme that has no row."""
    unknown = marks["theme"][~marks["theme"].isin(themes["theme"])]
    if len(unknown):
        raise InputError(f"theme {unknown.iloc[0]!r} of marks has no row in themes")
