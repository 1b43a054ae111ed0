"""A grid of counts: themes down, sections across, broken into panels where sections are many.

Lengths are CSS pixels, as in `canvas`.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from emphasis.canvas import (
    EDGE,
    FAINT,
    GAP,
    INK,
    LABEL,
    POINT,
    QUIET,
    SMALL,
    VALUE,
    Headings,
    Page,
    open_page,
    width_of,
)
from emphasis.errors import InputError
from emphasis.findings import count
from emphasis.layout import HEAD, NUMBERED, Rows, fold, say_no_unit, widest, write_labels


@dataclass(frozen=True)
class Grid:
    """Counts of themes (rows) in sections (columns), and each section's units."""

    labels: list[str]
    sections: list[str]
    bases: list[int]
    counts: npt.NDArray[np.int64]

    @cached_property
    def is_leading(self) -> npt.NDArray[np.bool_]:
        """Return where a theme has the most units of its section, ties included, but never with none."""
        leaders: npt.NDArray[np.bool_] = self.counts == self.counts.max(axis=0, initial=1)
        return leaders

    @cached_property
    def shades(self) -> npt.NDArray[np.float64]:
        """Return a colour for each count, by its share of the section: white for none, else pale to deep."""
        share = self.counts / np.maximum(self.bases, 1)
        blues: npt.NDArray[np.float64] = colormaps["Blues"](0.08 + 0.84 * share)[..., :3]
        return np.where(self.counts[..., np.newaxis] > 0, blues, 1.0)

    @cached_property
    def rows(self) -> Rows:
        """Return the themes' labels, those in no section in grey."""
        return Rows(self.labels, [not counts.any() for counts in self.counts])


def grid_of(table: pd.DataFrame) -> Grid:
    """Turn rows of a theme in a section into a grid; `charts.theme_by_section` tells the columns."""
    parts = [part for _, part in table.groupby("theme", sort=False)]
    sections = [list(zip(part["section_label"], part["of_units"], strict=True)) for part in parts]
    if any(other != sections[0] for other in sections):
        raise InputError("table must hold the same sections, in the same order, for every theme")
    names, bases = zip(*sections[0], strict=True) if sections else ((), ())
    counts = np.array([part["n_units"].to_numpy() for part in parts], dtype=np.int64)
    labels = [part["label"].iloc[0] for part in parts]
    return Grid(labels, list(names), list(bases), counts.reshape(len(parts), len(names)))


def draw_grid(grid: Grid, headings: Headings, unit: str) -> Figure:
    """Lay out the grid's panels below each other, each with its labels, heads and bases."""
    margins = grid.rows.margins(0, 0)._replace(right=EDGE)
    columns = _fit_columns(grid, margins.plot_width, unit)
    starts = range(0, len(grid.sections), columns.per_panel)
    panel = columns.head + len(grid.labels) * grid.rows.pitch + columns.foot
    height = len(starts) * panel or grid.rows.pitch
    headings = headings._replace(subtitle=headings.subtitle + NUMBERED * columns.is_numbered)
    page = open_page(headings, margins, height)
    page.axes.set_axis_off()
    page.axes.set_xlim(0, page.width)
    for number, start in enumerate(starts):
        _draw_panel(page, grid, columns, start, number * panel)
    if not starts:
        say_no_unit(page, height)
    return page.figure


@dataclass(frozen=True)
class _Columns:
    """How the sections fit: how many in a panel, how wide, what stands in a cell, above and below."""

    per_panel: int
    width: float
    has_bases: bool  # "3 of 4" in a cell; else "3", where columns are narrow
    heads: list[list[str]]
    feet: list[list[str]]
    is_numbered: bool

    @property
    def head(self) -> float:
        """Return the height of the tallest head."""
        return GAP + SMALL.line * max((len(lines) for lines in self.heads), default=0)

    @property
    def foot(self) -> float:
        """Return the height of the tallest foot."""
        return GAP + SMALL.line * max((len(lines) for lines in self.feet), default=0)


def _fit_columns(grid: Grid, room: float, unit: str) -> _Columns:
    """Find the fullest words that fit: cells "3 of 4" need all sections in one panel, heads whole words."""
    per_panel, has_bases = _split(grid, room)
    width = room / per_panel
    heads = [fold(label, width - GAP) for label in grid.sections]
    is_numbered = any(widest(lines) > width - GAP or len(lines) > 3 for lines in heads)
    if is_numbered:
        heads = [[str(number + 1)] for number in range(len(heads))]
    feet = [fold(count(base, unit), width - GAP) for base in grid.bases]
    if max(map(widest, feet), default=0) > width - GAP:
        feet = [[f"of {base}"] for base in grid.bases]
    return _Columns(per_panel, width, has_bases, heads, feet, is_numbered)


def _split(grid: Grid, room: float) -> tuple[int, bool]:
    """Return how many sections stand in one panel, and whether their cells have room for the base."""
    sections = max(1, len(grid.sections))
    cells = {f"{max(counts)} of {base}" for counts, base in zip(grid.counts.T, grid.bases, strict=True)}
    if max((width_of(cell, VALUE) for cell in cells), default=0) + GAP <= room / sections:
        return sections, True
    narrowest = GAP + max(width_of(f"of {base}", SMALL) for base in set(grid.bases))
    return math.ceil(sections / math.ceil(sections / (room // narrowest))), False


def _draw_panel(page: Page, grid: Grid, columns: _Columns, start: int, top: float) -> None:
    """Draw the sections from `start` on, as many as a panel holds, its upper edge at y `top`."""
    rows = grid.rows
    first = top + columns.head
    write_labels(page, rows, first)
    last = first + len(rows.labels) * rows.pitch
    for place, section in enumerate(range(len(grid.sections))[start : start + columns.per_panel]):
        left, centre = place * columns.width, (place + 0.5) * columns.width
        head = columns.heads[section]
        page.write_lines(centre, first - HEAD - (len(head) - 1) * SMALL.line / 2, head, SMALL, ha="center")
        foot = columns.feet[section]
        middle = last + HEAD + (len(foot) - 1) * SMALL.line / 2
        page.write_lines(centre, middle, foot, SMALL, color=QUIET, ha="center")
        for row, middle in enumerate(rows.middles):
            corner = (left + 1.5, first + middle - rows.pitch / 2 + 1.5)
            cell = Rectangle(corner, columns.width - 3, rows.pitch - 3)
            _draw_cell(page, grid, (row, section), cell, columns.has_bases)


def _draw_cell(page: Page, grid: Grid, at: tuple[int, int], cell: Rectangle, has_bases: bool) -> None:
    """Shade a cell by its share of the section, write its and frame it if it leads."""
    n, base, shade = grid.counts[at], grid.bases[at[1]], tuple(grid.shades[at])
    cell.set_facecolor(shade)
    if grid.is_leading[at]:
        cell.set(edgecolor=INK, linewidth=2 * POINT)
    page.axes.add_artist(cell)
    x, y = cell.get_center()
    words = (f"{n} of {base}" if has_bases else str(n)) if n else "–"
    style = VALUE if grid.is_leading[at] else LABEL
    page.write_lines(x, y, [words], style, color=readable_on(shade) if n else FAINT, ha="center")


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance of a colour, 0 black to 1 white (WCAG 2.2)."""
    channels = np.array(colour)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def readable_on(colour: tuple[float, ...]) -> str:
    """Return black or white, whichever stands out more on the colour: at least 4.5:1 on any."""
    light = luminance(colour)
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"
