"""What stands around a plot: row labels and columns of values, section labels, ticks; and what fits where.

Lengths are CSS pixels, as in `canvas`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from emphasis.canvas import (
    EDGE,
    FAINT,
    GAP,
    INK,
    LABEL,
    NO_UNIT,
    QUIET,
    SHADE,
    SMALL,
    WIDTH,
    Headings,
    Margins,
    Page,
    Type,
    open_page,
    width_of,
    wrap,
)

HEAD = 13  # from the plot up to the middle of the line above it
NUMBERED = "; sections are numbered in reading order"


# Rows


@dataclass(frozen=True)
class Column:
    """Values at the right of a plot, one a row, under a header."""

    header: str
    values: Sequence[str]
    kind: Type = LABEL
    colour: str = INK

    @cached_property
    def lines(self) -> list[list[str]]:
        """Return each value broken into lines, so that a remark cannot crowd the plot out."""
        return [wrap(value, 0.25 * WIDTH, self.kind) for value in self.values]

    @property
    def width(self) -> float:
        """Return the width of the widest line, the header's included."""
        widths = [width_of(line, self.kind) for lines in self.lines for line in lines]
        return max([width_of(self.header, SMALL), *widths])


@dataclass(frozen=True)
class Rows:
    """What stands beside a plot with one row a theme or term; rows that `is_empty` are in grey."""

    labels: Sequence[str]
    is_empty: Sequence[bool]
    columns: Sequence[Column] = ()

    @cached_property
    def lines(self) -> list[list[str]]:
        """Return each label broken into lines that leave most of the page to the plot."""
        return [wrap(label, 0.32 * WIDTH, LABEL) for label in self.labels]

    @property
    def pitch(self) -> float:
        """Return the distance from row to row: closer where there are many, wider where labels take lines."""
        blocks = [self.lines, *(column.lines for column in self.columns)]
        most_lines = max((len(lines) for block in blocks for lines in block), default=1)
        return max(36 if len(self.labels) <= 10 else 28, most_lines * LABEL.line + 8)

    @property
    def middles(self) -> list[float]:
        """Return the y of each row's middle."""
        return [(row + 0.5) * self.pitch for row in range(len(self.labels))]

    def margins(self, above: float, below: float) -> Margins:
        """Return the room that labels and columns need, with what the chart needs above and below."""
        widest = max((width_of(line, LABEL) for lines in self.lines for line in lines), default=0)
        columns = sum(column.width + 2 * GAP for column in self.columns)
        return Margins(EDGE + widest + GAP, EDGE + max(columns, 2 * GAP), above, below)


def open_rows(headings: Headings, rows: Rows, above: float, below: float) -> Page:
    """Lay out a page with labels at the left of the plot, and columns at its right under their headers.

    Without rows the plot says "no unit" and shows no axis.
    """
    page = open_page(headings, rows.margins(above, below), max(1, len(rows.labels)) * rows.pitch)
    if not rows.labels:
        say_no_unit(page, rows.pitch)
    write_labels(page, rows)
    right = page.width
    for column in rows.columns if rows.labels else ():
        right += column.width + 2 * GAP
        page.write_lines(right, -HEAD, [column.header], SMALL, color=QUIET, ha="right")
        for middle, lines, is_empty in zip(rows.middles, column.lines, rows.is_empty, strict=True):
            colour = FAINT if is_empty else column.colour
            page.write_lines(right, middle, lines, column.kind, color=colour, ha="right")
    return page


def say_no_unit(page: Page, height: float) -> None:
    """Say in a plot of this height that there is nothing to draw, and take its axis away."""
    page.axes.set_axis_off()
    page.write_lines(0, height / 2, [NO_UNIT], LABEL, color=FAINT)


def write_labels(page: Page, rows: Rows, start: float = 0) -> None:
    """Write the rows' labels at the left of the plot, the first row beginning at y `start`."""
    for middle, lines, is_empty in zip(rows.middles, rows.lines, rows.is_empty, strict=True):
        colour = FAINT if is_empty else INK
        page.write_lines(-GAP, start + middle, lines, LABEL, color=colour, ha="right")


# What fits


def spaced(centres: Sequence[float], widths: Sequence[float], gap: float = 6) -> list[int]:
    """Return which labels can stand side by side: each that fits, or of every k-th where few would."""
    kept: list[int] = []
    for step in range(1, len(centres) + 1):
        kept = []
        for number in range(0, len(centres), step):
            if all(abs(centres[number] - centres[i]) >= (widths[number] + widths[i]) / 2 + gap for i in kept):
                kept.append(number)
        if len(kept) >= 0.75 * len(range(0, len(centres), step)):
            break
    return kept


def ticks(highest: float) -> list[int]:
    """Return whole numbers from zero to `highest` or just above it, at most five round steps.

    >>> ticks(59), ticks(47), ticks(3), ticks(0)
    ([0, 20, 40, 60], [0, 10, 20, 30, 40, 50], [0, 1, 2, 3], [0, 1])
    """
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(step for step in steps if highest <= 5 * step)
    return [*range(0, max(1, math.ceil(highest)), step), max(1, math.ceil(highest / step)) * step]


# Sections


@dataclass(frozen=True)
class Strip:
    """The sections' labels as they fit above a plot: in words, else numbers, those without room left out."""

    centres: list[float]
    labels: list[list[str]]
    is_numbered: bool

    @property
    def height(self) -> float:
        """Return the room above the plot for the tallest label."""
        return GAP + SMALL.line * max((len(lines) for lines in self.labels), default=1)

    def explained(self, headings: Headings) -> Headings:
        """Return the headings, which say so if the sections are numbered."""
        return headings._replace(subtitle=headings.subtitle + NUMBERED * self.is_numbered)


def fit_sections(sections: pd.DataFrame, margins: Margins) -> Strip:
    """Fit the labels of sections over a plot that leaves these margins."""
    room = margins.plot_width
    scale = room / max(length(sections), 1)
    sizes = list((sections["last"] - sections["first"] + 1) * scale)
    centres = list(((sections["first"] + sections["last"]) / 2 - 0.5) * scale)
    words = [fold(label, size - 4) for label, size in zip(sections["label"], sizes, strict=True)]
    widths = [widest(lines) for lines in words]
    fits = len(spaced(centres, widths)) == len(words) and all(len(lines) <= 3 for lines in words)
    if fits and (not words or centres[-1] + widths[-1] / 2 <= room + GAP):
        return Strip(centres, words, is_numbered=False)
    numbers = [[str(number + 1)] for number in range(len(words))]
    kept = spaced(centres, [widest(lines) for lines in numbers])
    return Strip([centres[i] for i in kept], [numbers[i] for i in kept], is_numbered=True)


def fold(label: str, width: float) -> list[str]:
    """Break a small label into lines of at most `width`, but never inside a word."""
    return wrap(label, max([width, *(width_of(word, SMALL) for word in label.split())]), SMALL)


def widest(lines: Sequence[str]) -> float:
    """Return the width of the widest line of a small label."""
    return max((width_of(line, SMALL) for line in lines), default=0)


def length(sections: pd.DataFrame) -> int:
    """Return the number of units: the last position of the last section."""
    return int(sections["last"].max()) if len(sections) else 0


def draw_sections(page: Page, strip: Strip, sections: pd.DataFrame, unit: str) -> None:
    """Shade every other section, label them, number units at the foot: first of each section, last of all."""
    axes, n = page.axes, length(sections)
    axes.set_xlim(0.5, max(n, 1) + 0.5)
    for first, last in zip(sections["first"][::2], sections["last"][::2], strict=True):
        axes.axvspan(first - 0.5, last + 0.5, color=SHADE, zorder=0)
    for centre, lines in zip(strip.centres, strip.labels, strict=True):
        page.write_lines(centre, -HEAD - (len(lines) - 1) * SMALL.line / 2, lines, SMALL, ha="center")
    axes.set_xticks(_tick_positions([int(first) for first in sections["first"]], n, page.width))
    axes.set_xlabel(f"{unit.capitalize()} number (first of each section, and the last)")


def _tick_positions(firsts: Sequence[int], n: int, width: float) -> list[int]:
    """Return the positions to number: the sections' first units as far as they fit, and the last unit."""
    inner = sorted({first for first in firsts if first < n})
    scale = width / max(n, 1)
    sizes = [width_of(str(position), SMALL) for position in inner]
    kept = [inner[i] for i in spaced([position * scale for position in inner], sizes)]
    free = n - 1.5 * width_of(str(n), SMALL) / scale
    return [*(position for position in kept if position <= free or position == 1), n] if n else []
