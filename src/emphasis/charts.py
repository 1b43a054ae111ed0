"""Charts of emphasis: a table and a finding in, a picture with its alt text out.

A chart function counts nothing that its table does not hold: shares and intervals come from `measures`.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from pandas import DataFrame, Series

from emphasis import canvas
from emphasis.canvas import GAP, NO_UNIT, POINT, Chart, Margins, Page, Rows, house_style, render, write
from emphasis.errors import InputError
from emphasis.findings import count, percent, plural

# Emphasis by theme


def emphasis(table: DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
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
    n = _statements(table)
    mean = f", mean of {n} statements" if n > 1 else ""
    bands = "; bands are 95% Wilson intervals" if table["share_units_low"].notna().any() else ""
    subtitle = f"Share of {plural(unit)} coded with each theme{mean}{bands}; a {unit} can carry several themes"
    words = _emphasis_words(table, unit)
    return _chart((finding, subtitle, source), "Emphasis by theme", words, _draw_emphasis, table)


def _statements(table: DataFrame) -> int:
    """Return of how many statements the shares are the mean."""
    return int(table["n_statements"].max()) if "n_statements" in table and len(table) else 1


def _emphasis_words(table: DataFrame, unit: str) -> list[str]:
    """Return each theme's values in words."""
    words, single = [], _statements(table) == 1
    for label, n, base, *shares in _records(
        table, "label n_units of_units share_units share_units_low share_units_high"
    ):
        share, low, high = map(_share, shares)
        band = f", interval {low} to {high}" if n and not math.isnan(shares[1]) else ""
        words.append(f"{label} {n} of {count(base, unit)} ({share}){band}" if single else f"{label} {share}")
    return words


def _draw_emphasis(page: Page, table: DataFrame) -> None:
    """Draw dots on bands, one row a theme."""
    columns = {"Share": table["share_units"].map(_share)}
    if _statements(table) == 1:
        columns[f"of {table['of_units'].iloc[0]}"] = table["n_units"]
    rows = Rows(list(table["label"]), list(table["n_units"]), columns)
    axes = page.open(rows.margins, rows.height)
    rows.write(axes)
    coded = table.assign(y=rows.middles)[table["n_units"] > 0]
    share, low, high = (100 * coded["share_units" + end].astype(float) for end in ("", "_low", "_high"))
    canvas.draw_scale(axes, "x", np.nanmax([0, *share, *high]), "%")
    axes.hlines(coded["y"], low, high, color=canvas.BAND, linewidth=11 * POINT, capstyle="butt", zorder=2)
    # A white rim keeps the dot apart from its band.
    axes.scatter(share, coded["y"], 95, canvas.FOCUS, edgecolors="white", linewidths=2 * POINT, zorder=3)


# Where themes stand


def xray(  # noqa: PLR0913 - three tables of different rows, and the words
    themes: DataFrame, marks: DataFrame, sections: DataFrame, *, finding: str, source: str, unit: str = "sentence"
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
    _require_known(marks["theme"], set(themes["theme"]), "themes")
    _require_known(marks["position"], _positions(sections), "sections")
    subtitle = f"One mark per coded {unit}, in reading order; shading separates the sections"
    what = f"{plural(unit).capitalize()} by theme and section"
    words = _xray_words(themes, marks, sections, unit)
    return _chart((finding, subtitle, source), what, words, _draw_xray, themes, marks, sections, unit)


def _xray_words(themes: DataFrame, marks: DataFrame, sections: DataFrame, unit: str) -> list[str]:
    """Return each theme's number of units, in all and in each section that has any."""
    total = count(len(_positions(sections)), unit)
    words = []
    for theme, label, n in _records(themes, "theme label n_units"):
        positions = marks["position"][marks["theme"] == theme]
        counts = [(name, positions.between(*ends).sum()) for name, *ends in _records(sections, "label first last")]
        where = ", ".join(f"{name} {in_section}" for name, in_section in counts if in_section)
        words.append(f"{label} {n} of {total}" + (f" ({where})" if where else ""))
    return words


def _draw_xray(page: Page, themes: DataFrame, marks: DataFrame, sections: DataFrame, unit: str) -> None:
    """Draw one row of marks a theme over shaded sections."""
    rows = Rows(list(themes["label"]), list(themes["n_units"]), {"Total": themes["n_units"]})
    axes = canvas.open_text(page, sections, rows.margins, rows.height, unit)
    rows.write(axes)
    coded = rows.middles[themes["n_units"] > 0]
    axes.hlines(coded, *axes.get_xlim(), color=canvas.RULE, linewidth=1.5 * POINT, zorder=1)
    y, reach = marks["theme"].map(dict(zip(themes["theme"], rows.middles, strict=True))), 0.34 * rows.pitch
    _draw_strokes(axes, marks["position"], y - reach, y + reach, widths=(1, 9))


def theme_by_section(table: DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
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
    grid = _grid_of(table)
    subtitle = f"Number of {plural(unit)} with the theme in each section; framed: the section's leading theme"
    words = _grid_words(grid, unit)
    return _chart((finding, subtitle, source), "Themes by section", words, _draw_grid, grid, unit)


class _Grid(NamedTuple):
    """Counts of themes (rows) in sections (columns), and each section's units."""

    labels: list[str]
    sections: list[str]
    bases: list[int]
    counts: npt.NDArray[np.int64]


def _grid_of(table: DataFrame) -> _Grid:
    """Turn rows of a theme in a section into a grid."""
    parts = [part for _, part in table.groupby("theme", sort=False)]
    sections = [list(_records(part, "section_label of_units")) for part in parts]
    if any(other != sections[0] for other in sections):
        raise InputError("table must hold the same sections, in the same order, for every theme")
    names, bases = zip(*sections[0], strict=True) if sections else ((), ())
    counts = np.array([part["n_units"] for part in parts], int).reshape(len(parts), len(names))
    return _Grid([part["label"].iloc[0] for part in parts], list(names), list(bases), counts)


def _grid_words(grid: _Grid, unit: str) -> list[str]:
    """Return each section's base and the themes it has, in words; then the themes in no section."""
    words = []
    for section, base, counts in zip(grid.sections, grid.bases, grid.counts.T, strict=True):
        present = ", ".join(f"{label} {n}" for label, n in zip(grid.labels, counts, strict=True) if n)
        words.append(f"{section} ({count(base, unit)}): {present or NO_UNIT}")
    absent = [label for label, counts in zip(grid.labels, grid.counts, strict=True) if words and not counts.any()]
    return words + ([f"{NO_UNIT} in any section: {', '.join(absent)}"] if absent else [])


def _draw_grid(page: Page, grid: _Grid, unit: str) -> None:
    """Draw cells with counts, the sections' labels above and their units below; many sections stand in panels."""
    rows = Rows([*grid.labels, f"All {plural(unit)}"], [*grid.counts.sum(axis=1), sum(grid.bases)])
    n, room = len(grid.bases), rows.margins.room
    narrowest = GAP + max(canvas.width_of(str(base), canvas.VALUE) for base in grid.bases)
    width = room / math.ceil(n / math.ceil(n * narrowest / room))
    panels, places = np.divmod(np.arange(n), round(room / width))
    heads = canvas.fit_heads(grid.sections, (places + 0.5) * width, np.full(n, width), room)
    tops = panels * (heads.height + rows.height + GAP)
    axes = page.open(rows.margins._replace(above=heads.height, below=0), tops[-1] + rows.height, heads.note)
    axes.set_xlim(0, room)
    heads.write(axes, tops)
    for top in np.unique(tops):
        rows.write(axes, top)
    for x, top, base, counts in zip(heads.centres, tops, grid.bases, grid.counts.T, strict=True):
        write(axes, x, top + rows.middles[-1], str(base), canvas.LABEL, color=canvas.QUIET, ha="center")
        for row in np.flatnonzero(rows.counts[:-1]):
            corner = (x - width / 2 + 1.5, top + row * rows.pitch + 1.5)
            cell = Rectangle(corner, width - 3, rows.pitch - 3, edgecolor=canvas.INK)
            _draw_cell(axes, cell, counts[row], base, leads=counts[row] == counts.max(initial=1))


def _draw_cell(axes: Axes, cell: Rectangle, n: int, base: int, *, leads: bool) -> None:
    """Shade a cell by its share of the section, write its count, with the base where it fits, frame it if it leads."""
    (x, y), colour = cell.get_center(), canvas.FAINT
    if n:
        cell.set(facecolor=colormaps["Blues"](0.08 + 0.84 * n / base), linewidth=2 * POINT * leads)
        axes.add_artist(cell)
        colour = "black" if n / base < 0.76 else "white"  # whichever stands out more
    kind, full = (canvas.VALUE if leads else canvas.LABEL), f"{n} of {base}"
    said = full if n and canvas.width_of(full, canvas.VALUE) < cell.get_width() else str(n or "–")
    write(axes, x, y, said, kind, color=colour, ha="center")


# Counts and lengths


def bars(table: DataFrame, *, finding: str, source: str, subtitle: str) -> Chart:
    """Draw a ranking of terms: a bar and its count each.

    Parameters
    ----------
    table : DataFrame
        One row a term, drawn in the order given: `type`, `n`.
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
    words = [f"{term} {n}" for term, n in _records(table, "type n")]
    return _chart((finding, subtitle, source), subtitle, words, _draw_bars, table)


def _draw_bars(page: Page, table: DataFrame) -> None:
    """Draw one bar a term, its count at the right."""
    rows = Rows(list(table["type"]), list(table["n"]), {"Count": table["n"]})
    axes = page.open(rows.margins, rows.height)
    rows.write(axes)
    canvas.draw_scale(axes, "x", table["n"].max())
    axes.barh(rows.middles, table["n"], height=0.55 * rows.pitch, color=canvas.FOCUS)


def lengths(units: DataFrame, sections: DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
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
    _require_known(units["position"], _positions(sections), "sections")
    subtitle = f"Words in each {unit}, in reading order; shading separates the sections; the line is the median"
    words = _length_words(units, sections, unit) if len(units) else []
    what = f"Words in each {unit} by section"
    return _chart((finding, subtitle, source), what, words, _draw_lengths, units, sections, unit)


def _length_words(units: DataFrame, sections: DataFrame, unit: str) -> list[str]:
    """Return each section's number of units with their least and greatest length, then the median of all."""
    words = []
    for label, first, last in _records(sections, "label first last"):
        tokens = units["n_tokens"][units["position"].between(first, last)]
        reach = f", {tokens.min()} to {tokens.max()} words" if len(tokens) else ""
        words.append(f"{label} {count(len(tokens), unit)}{reach}")
    return [*words, f"median of {count(len(units), unit)} {units['n_tokens'].median():g} words"]


def _draw_lengths(page: Page, units: DataFrame, sections: DataFrame, unit: str) -> None:
    """Draw one upright bar a unit over shaded sections, and the median across them."""
    height, margins, tokens = 240, Margins(left=54, right=74), units["n_tokens"]
    axes = canvas.open_text(page, sections, margins, height, unit)
    top, median = canvas.draw_scale(axes, "y", tokens.max()), tokens.median()
    _draw_strokes(axes, units["position"], 0, tokens, widths=(0, 24))
    for colour, width in (("white", 4), (canvas.INK, 1.5)):  # a white edge keeps the line visible across bars
        axes.axhline(median, color=colour, linewidth=width * POINT, zorder=4)
    write(axes, margins.room + GAP, height * (1 - median / top), f"median\n{median:g}")


# What charts share


def _chart(
    headings: tuple[str, str, str], what: str, words: Sequence[str], draw: Callable[..., None], *given: Any
) -> Chart:
    """Draw what is given, or that there is nothing to draw; the alt text is the finding and the values in words."""
    finding = headings[0]
    stop = "" if finding.endswith((".", "!", "?", "。")) else "."
    alt = f"{finding}{stop} {what}: {'; '.join(words) or NO_UNIT}."
    with house_style(alt + "".join(headings)):
        page = Page(Figure(), *headings)
        if words:
            draw(page, *given)
        else:
            write(page.open(Margins(), height=16), 0, 8, NO_UNIT, color=canvas.FAINT)
        return render(page.figure, finding, alt)


def _records(table: DataFrame, columns: str) -> Iterator[tuple[Any, ...]]:
    """Return the named columns row by row."""
    return table[columns.split()].itertuples(index=False, name=None)


def _positions(sections: DataFrame) -> range:
    """Return the positions of all units of the sections."""
    return range(1, max(sections["last"], default=0) + 1)


def _share(share: float) -> str:
    """Return a share as findings write it; there is none where there is no unit at all."""
    return "–" if math.isnan(share) else percent(share)


def _draw_strokes(axes: Axes, x: Series, low: Series | int, high: Series, *, widths: tuple[int, int]) -> None:
    """Draw an upright stroke at each unit's position, as wide as there is room between the two widths."""
    room = axes.bbox.width * 96 / canvas.DPI / np.ptp(axes.get_xlim())
    axes.vlines(x, low, high, colors=canvas.FOCUS, linewidth=np.clip(0.7 * room, *widths) * POINT, zorder=3)


# Faults of the input


def _require(table: DataFrame, name: str, columns: str) -> None:
    """Refuse a table that lacks a column."""
    if missing := [column for column in columns.split() if column not in table]:
        raise InputError(f"{name} lacks {', '.join(missing)}; it needs {columns.replace(' ', ', ')}")


def _require_known(values: Series, allowed: Collection[Any], name: str) -> None:
    """Refuse a value that another table does not hold."""
    unknown = values[~values.isin(allowed)]
    if len(unknown):
        raise InputError(f"{values.name} {unknown.iloc[0]} is not in {name}")
