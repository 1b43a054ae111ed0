"""Charts of emphasis: a table and a finding in, a picture with its alt text out.

A chart function counts nothing that its table does not hold: shares, intervals and ranks come from `measures`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from pandas import DataFrame

from emphasis import canvas
from emphasis.canvas import GAP, INK, LABEL, NO_UNIT, POINT, VALUE, Chart, Page, house_style, render, write
from emphasis.errors import InputError
from emphasis.wording import count, percent, plural

# Emphasis by theme

BAND = ["share_units_low", "share_units_high"]
RANGE = ["share_units_min", "share_units_max"]


def emphasis(table: DataFrame, *, finding: str, source: str, unit: str = "sentence") -> Chart:
    """Draw how large a share of a statement's units carries each theme, with its interval and its range.

    Parameters
    ----------
    table : DataFrame
        One row a theme, drawn in the order given: `theme`, `label`, `n_units`, `of_units` (the same in every
        row), `share_units`, `share_units_low`, `share_units_high` (0 to 1; the band may be missing). The columns
        `share_units_min`, `share_units_max`, the range when each section in turn is left out, may be absent.
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
    ranged = table.reindex(columns=table.columns.union(RANGE, sort=False))
    n = _statements(table)
    parts = [f"Share of {plural(unit)} coded with each theme" + (f", mean of {n} statements" if n > 1 else "")]
    notes = {"bands are 95% Wilson intervals": BAND, "thin lines are ranges when each section is left out": RANGE}
    parts += [note for note, columns in notes.items() if ranged[columns].notna().any(axis=None)]
    subtitle = "; ".join([*parts, f"a {unit} can carry several themes"])
    words = _emphasis_words(ranged, unit)
    return _chart((finding, subtitle, source), "Emphasis by theme", words, table, _draw_emphasis, ranged)


def _statements(table: DataFrame) -> int:
    """Return of how many statements the shares are the mean."""
    return int(table["n_statements"].max()) if "n_statements" in table and len(table) else 1


def _emphasis_words(table: DataFrame, unit: str) -> list[str]:
    """Return each theme's values in words."""
    words, single = [], _statements(table) == 1
    for label, n, base, *shares in _records(table, ["label", "n_units", "of_units", "share_units", *BAND, *RANGE]):
        share, low, high, least, most = map(_share, shares)
        words.append(f"{label} {n} of {count(base, unit)} ({share})" if single else f"{label} {share}")
        words[-1] += f", interval {low} to {high}" if n and low != "–" else ""
        words[-1] += f", range {least} to {most}" if n and least != "–" else ""
    return words


def _share(share: float) -> str:
    """Return a share as findings write it; there is none where there is no unit at all."""
    return "–" if math.isnan(share) else percent(share)


def _draw_emphasis(page: Page, table: DataFrame) -> None:
    """Draw dots on bands, a thin line for the range below, one row a theme."""
    values = {"Share": table["share_units"].map(_share)}
    values |= {f"of {table['of_units'].iloc[0]}": table["n_units"]} if _statements(table) == 1 else {}
    rows = page.lay_rows(list(table["label"]), list(table["n_units"]), values)
    axes = page.lay_plot(rows)
    coded = table.assign(y=rows.middles)[table["n_units"] > 0]
    share, low, high, least, most = (100 * coded[name].astype(float) for name in ["share_units", *BAND, *RANGE])
    canvas.draw_scale(axes, np.nanmax([0, *share, *high, *most]), "%")
    axes.hlines(coded["y"], low, high, color=canvas.BAND, linewidth=11 * POINT, capstyle="butt", zorder=2)
    axes.hlines(coded["y"] + 10, least, most, color=canvas.QUIET, linewidth=1.5 * POINT, capstyle="butt", zorder=3)
    # A white rim keeps the dot apart from its band.
    axes.scatter(share, coded["y"], 95, canvas.FOCUS, edgecolors="white", linewidths=2 * POINT, zorder=4, clip_on=False)


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
    n = max(sections["last"], default=0)
    known = {"theme": (themes["theme"], "themes"), "position": (range(1, n + 1), "sections")}
    for name, (allowed, table) in known.items():
        if len(unknown := marks[name][~marks[name].isin(allowed)]):
            raise InputError(f"{name} {unknown.iloc[0]} is not in {table}")
    subtitle = f"One mark per coded {unit}, in reading order; shading separates the sections"
    what = f"{plural(unit).capitalize()} by theme and section"
    words = _xray_words(themes, marks, sections, count(n, unit))
    drawn = _marks_of(themes, marks, sections)
    return _chart((finding, subtitle, source), what, words, drawn, _draw_xray, themes, marks, sections, unit)


def _marks_of(themes: DataFrame, marks: DataFrame, sections: DataFrame) -> DataFrame:
    """Return what is drawn in one table: one row a mark; of a theme without any, its names alone."""
    within = sections["label"].to_numpy()[np.searchsorted(sections["last"], marks["position"])]
    placed = marks[["theme", "position"]].astype({"theme": str, "position": "Int64"}).assign(section=within)
    return themes[["theme", "label"]].astype(str).merge(placed, how="left", on="theme")


def _xray_words(themes: DataFrame, marks: DataFrame, sections: DataFrame, total: str) -> list[str]:
    """Return each theme's number of units, in all and in each section that has any."""
    words = []
    for theme, label, n in _records(themes, ["theme", "label", "n_units"]):
        at = marks["position"][marks["theme"] == theme]
        spans = _records(sections, ["label", "first", "last"])
        where = ", ".join(f"{name} {k}" for name, *ends in spans if (k := at.between(*ends).sum()))
        words.append(f"{label} {n} of {total}" + (f" ({where})" if where else ""))
    return words


def _draw_xray(page: Page, themes: DataFrame, marks: DataFrame, sections: DataFrame, unit: str) -> None:
    """Draw one row of marks a theme over sections shaded in turn, numbers of units at the foot."""
    rows = page.lay_rows(list(themes["label"]), list(themes["n_units"]), {"Total": themes["n_units"]})
    firsts, lasts = (sections[column].to_numpy(float) for column in ("first", "last"))
    n, sizes = max(lasts, default=1), lasts - firsts + 1
    scale = rows.room / n
    heads = canvas.fit_heads(list(sections["label"]), (firsts + lasts - 1) / 2 * scale, sizes * scale, rows.room)
    axes = page.lay_plot(rows, heads, below=44)
    axes.set(xlim=(0.5, n + 0.5), xlabel=f"{unit.capitalize()} number", yticks=rows.middles[themes["n_units"] > 0])
    axes.grid(axis="y")
    axes.spines["bottom"].set_visible(True)
    axes.bar(firsts[::2] - 0.5, rows.height, sizes[::2], align="edge", color=canvas.SHADE, zorder=0)
    distance = (canvas.width_of(f"{n:.0f}", canvas.SMALL) + 6) / scale
    axes.set_xticks([*(firsts[i] for i in canvas.apart(firsts, distance) if firsts[i] <= n - distance), n])
    y, reach = marks["theme"].map(dict(zip(themes["theme"], rows.middles, strict=True))), 0.34 * min(rows.pitch, 36)
    thick = np.clip(0.7 * scale, 1, 9) * POINT
    axes.vlines(marks["position"], y - reach, y + reach, colors=canvas.FOCUS, linewidth=thick, zorder=3)


# Grids


class _Cell(NamedTuple):
    """A cell of a grid: what it says, the longest wording first, and how."""

    words: tuple[str, ...]
    colour: str = canvas.FAINT
    kind: canvas.Type = LABEL
    fill: Any = None
    frame: float = 0


def grid(table: DataFrame, *, finding: str, source: str, columns: str, unit: str = "sentence") -> Chart:
    """Draw how many units of each section, or of each act, carry each theme: a grid of counts.

    The theme with the most units of a column is framed; where several have as many, none is.

    Parameters
    ----------
    table : DataFrame
        One row a theme in a column: `theme`, `label`, the column's label (`section_label`, `act_label`), `n_units`,
        `of_units` (all units of the column). Themes in the order drawn, within each theme all columns in their
        order, zeros included.
    columns : str
        What a column is, in the singular: ``section`` or ``act``, or anything else whose labels the table holds.
    finding, source, unit : str
        As in `emphasis`.

    Raises
    ------
    InputError
        If a column is missing, or themes differ in their columns.
    """
    _require(table, "table", f"theme label {columns}_label n_units of_units")
    parts = [part for _, part in table.groupby("theme", sort=False)]
    heads = [list(_records(part, [f"{columns}_label", "of_units"])) for part in parts]
    if any(other != heads[0] for other in heads):
        raise InputError(f"table must hold the same {plural(columns)}, in the same order, for every theme")
    labels = [part["label"].iloc[0] for part in parts]
    counts = DataFrame([list(part["n_units"]) for part in parts], labels, heads[0] if heads else None)
    subtitle = f"{plural(unit).capitalize()} of each {columns} that carry the theme"
    subtitle += "; framed: the leading theme, if there is one"
    words = _grid_words(counts, columns, unit)
    return _chart((finding, subtitle, source), f"Themes by {columns}", words, table, _draw_grid, counts, unit)


def _grid_words(counts: DataFrame, columns: str, unit: str) -> list[str]:
    """Return each column's base and the themes it has, in words; then the themes in no column."""
    words = []
    for (name, base), column in zip(counts.columns.to_numpy(), counts.to_numpy().T, strict=True):
        present = ", ".join(f"{label} {n}" for label, n in zip(counts.index, column, strict=True) if n)
        words.append(f"{name} ({count(base, unit)}): {present or NO_UNIT}")
    absent = counts.index[~counts.any(axis=1)]
    return words + [f"{NO_UNIT} in any {columns}: {', '.join(absent)}"] * (len(absent) > 0)


def _draw_grid(page: Page, counts: DataFrame, unit: str) -> None:
    """Draw a cell a count (rows: themes; columns: their names and bases), the bases below."""
    names, bases = zip(*counts.columns, strict=True)
    totals = [*counts.sum(axis=1), sum(bases)]
    most = counts.to_numpy().max(initial=1)
    columns = [
        [*(_count_cell(n, base, n / most, is_leader=base > 1 and sum(column >= n) == 1) for n in column), _base(base)]
        for base, column in zip(bases, counts.to_numpy().T, strict=True)
    ]
    labels = [*counts.index, f"All {plural(unit)}"]
    _draw_cells(page, page.lay_rows(labels, totals, {"Total": totals}, wanted=_room_for(columns)), names, columns)


def _base(n: int) -> _Cell:
    return _Cell((str(n),), canvas.QUIET)


def _count_cell(n: int, base: int, depth: float, *, is_leader: bool) -> _Cell:
    """Shade a cell by its count as a share of the highest, name its base where it fits, frame it if it leads."""
    if not n:
        return _Cell(("–",))
    colour = "black" if depth < 0.76 else "white"  # whichever stands out more
    fill = colormaps["Blues"](0.08 + 0.84 * depth)
    return _Cell((f"{n} of {base}", str(n)), colour, VALUE if is_leader else LABEL, fill, 2 * is_leader)


def _room_for(columns: Sequence[Sequence[_Cell]]) -> float:
    """Return the width that columns of cells take side by side, in CSS pixels."""
    return len(columns) * (GAP + max(canvas.width_of(cell.words[-1], VALUE) for column in columns for cell in column))


def _draw_cells(page: Page, rows: canvas.Rows, names: Sequence[str], columns: Sequence[Sequence[_Cell]]) -> None:
    """Draw columns of cells under their names; more columns than fit side by side stand in panels."""
    n = len(columns)
    per_panel = math.ceil(n / math.ceil(_room_for(columns) / rows.room))
    panels, places = np.divmod(np.arange(n), per_panel)
    width = rows.room / per_panel
    heads = canvas.fit_heads(names, (places + 0.5) * width, np.full(n, width), rows.room)
    tops = panels * (heads.height + rows.height + 2 * GAP)
    axes = page.lay_plot(rows, heads._replace(tops=tops), below=0)
    axes.set_xlim(0, rows.room)
    wide, high = width - 3, rows.pitch - 3
    for x, top, column in zip(heads.centres, tops, columns, strict=True):
        for y, has_unit, cell in zip(top + rows.middles, rows.counts, column, strict=True):
            if cell.fill:
                style = {"facecolor": cell.fill, "edgecolor": INK, "linewidth": cell.frame * POINT}
                axes.add_artist(Rectangle((x - wide / 2, y - high / 2), wide, high, **style))
            words = next((words for words in cell.words if canvas.width_of(words, VALUE) < wide), cell.words[-1])
            write(axes, x, y, words if has_unit else "", cell.kind, color=cell.colour, ha="center")


# Sensitivity

ENDS = ["rank_best", "rank_worst"]


def ranks(table: DataFrame, *, finding: str, source: str) -> Chart:
    """Draw each theme's rank under each choice of method, so that the claims which survive stand out.

    A rank that differs from the default's is tinted, bold and has an arrow; Kendall's tau-b stands below each variant,
    the range of its ranks beside each theme.

    Parameters
    ----------
    table : DataFrame
        One row a theme under a variant: `choice`, `variant`, `theme`, `label`, `rank_best`, `rank_worst` (from 1; empty
        where there is no rank), `tau_b` (of the variant; empty if there is none). The first variant is the default.
        Themes and variants are drawn in the order in which they first occur.
    finding, source : str
        As in `emphasis`.

    Raises
    ------
    InputError
        If a column is missing, or a theme has two rows under a variant.
    """
    _require(table, "table", "choice variant theme label rank_best rank_worst tau_b")
    if table.duplicated(["choice", "variant", "theme"]).any():
        raise InputError("table must hold one row a theme under a variant")
    ranked = table.astype(dict.fromkeys(ENDS, float))
    themes = ranked.groupby("theme", sort=False).agg({"label": "first", "rank_best": "min", "rank_worst": "max"})
    groups = list(ranked.groupby(["choice", "variant"], sort=False))
    names = [f"{choice}: {variant}" if choice == "default" else variant for (choice, variant), _ in groups]
    taus = [f"{part['tau_b'].max():.2f}".replace("nan", "–").replace("-", "−") for _, part in groups]
    ends = [part.set_index("theme").reindex(themes.index)[ENDS].to_numpy() for _, part in groups]
    words = [f"{label} {_rank(*pair)}" for label, *pair in _records(themes, ["label", *ENDS])]
    words += [f"Kendall's tau-b of {name} {tau}" for name, tau in zip(names, taus, strict=True)]
    subtitle = "Rank under each choice; tinted: above (▲), below (▼) or around (↕) default"
    subtitle += "; a row without tint keeps its rank under every choice"
    what = "Ranks over all choices"
    return _chart((finding, subtitle, source), what, words, table, _draw_ranks, themes, names, taus, ends)


def _rank(best: float, worst: float) -> str:
    """Return a rank or a range of ranks in words."""
    return "–" if math.isnan(best) else f"{best:.0f}" + (f"–{worst:.0f}" if worst > best else "")


def _draw_ranks(page: Page, themes: DataFrame, names: list[str], taus: list[str], ends: list[canvas.Numbers]) -> None:
    """Draw a cell a rank, tau-b below each variant."""
    default = np.nan_to_num(ends[0], nan=np.inf)
    columns = [[*map(_rank_cell, own, default), _Cell((tau,), INK)] for tau, own in zip(taus, ends, strict=True)]
    columns[0] = [cell._replace(colour=INK) for cell in columns[0]]
    reach = [_rank(*pair) for pair in _records(themes, ENDS)]
    counts = [*(themes["rank_best"] > 0), True]
    labels = [*themes["label"], "Kendall's tau-b"]
    rows = page.lay_rows(labels, counts, {"Overall": [*reach, ""]}, wanted=_room_for(columns))
    _draw_cells(page, rows, names, columns)


def _rank_cell(ends: canvas.Numbers, default: canvas.Numbers) -> _Cell:
    """Tint a rank that is not the default's, an arrow telling where to."""
    arrow = ("", "▲", "▼", "↕")[np.less(ends, default).any() + 2 * np.greater(ends, default).any()]
    words = (arrow + _rank(*ends),)
    return _Cell(words, INK, VALUE, canvas.TINT) if arrow else _Cell(words)


# Counts


def bars(table: DataFrame, *, finding: str, source: str, subtitle: str) -> Chart:
    """Draw a ranking of terms: a bar and its count each.

    Parameters
    ----------
    table : DataFrame
        One row a term, drawn in the order given: `written`, `n`.
    finding, source : str
        As in `emphasis`.
    subtitle : str
        What was counted.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _require(table, "table", "written n")
    words = [f"{term} {n}" for term, n in _records(table, ["written", "n"])]
    return _chart((finding, subtitle, source), subtitle, words, table, _draw_bars, table)


def _draw_bars(page: Page, table: DataFrame) -> None:
    """Draw one bar a term, its count at the right."""
    rows = page.lay_rows(list(table["written"]), list(table["n"]), {"Count": table["n"]})
    axes = page.lay_plot(rows)
    canvas.draw_scale(axes, table["n"].max())
    axes.barh(rows.middles, table["n"], height=0.55 * min(rows.pitch, 36), color=canvas.FOCUS)


# What charts share


def _chart(
    headings: Sequence[str], what: str, words: Sequence[str], table: DataFrame, draw: Callable[..., None], *given: Any
) -> Chart:
    """Draw what is given, or that there is nothing to draw; the alt text is the finding and the values in words."""
    finding = headings[0]
    stop = "" if finding.endswith((".", "!", "?", "。")) else "."
    alt = f"{finding}{stop} {what}: {'; '.join(words) or NO_UNIT}."
    with house_style(alt + "".join(headings)):
        wide = Page(Figure(), canvas.WIDE, headings)
        narrow = Page(Figure(), canvas.NARROW, ("", *headings[1:]))
        for page in (wide, narrow):
            draw(page, *given) if words else page.lay_plot(page.lay_rows([NO_UNIT], [None], {}), below=0)
        return render(wide.figure, narrow.figure, finding=finding, alt=alt, table=table)


def _records(table: DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Return the named columns row by row."""
    return table[columns].itertuples(index=False, name=None)


def _require(table: DataFrame, name: str, columns: str) -> None:
    """Refuse a table that lacks a column."""
    if missing := [column for column in columns.split() if column not in table]:
        raise InputError(f"{name} lacks {', '.join(missing)}; it needs {columns.replace(' ', ', ')}")
