"""Emphasis: how much of a statement each theme takes, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emphasis.codebook import Codebook
from emphasis.coding import Coding
from emphasis.errors import InputError
from emphasis.segments import Segments, unit_positions

Z = 1.959963984540054  # the 97.5 % point of the standard normal distribution: 95 % intervals
ALL = "all"  # the statement_id of a mean over statements
RANKED_UNITS = 10  # a statement of fewer units is not ranked


def wilson(k: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and upper bound of the 95 % Wilson score interval of k of n, elementwise.

    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), p = k/n, within [0, 1] (Wilson 1927, Journal of the
    American Statistical Association 22, 209–212). Raises InputError unless 0 ≤ k ≤ n and n ≥ 1.

    >>> [round(float(bound), 4) for bound in wilson(9, 23)]
    [0.2216, 0.5921]
    """
    counts, totals = np.asarray(k, np.float64), np.asarray(n, np.float64)
    if np.any(totals < 1) or np.any(counts < 0) or np.any(counts > totals):
        raise InputError(
            f"an interval of {k!r} of {n!r} was asked for; "
            "it needs a base of one or more, and a count between none and all of it"
        )
    p = counts / totals
    middle = p + Z**2 / (2 * totals)
    half = Z * np.sqrt(p * (1 - p) / totals + Z**2 / (4 * totals**2))
    scale = 1 + Z**2 / totals
    low = np.where(counts == 0, 0.0, (middle - half) / scale)
    high = np.where(counts == totals, 1.0, (middle + half) / scale)
    return low, high


def emphasis(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Measure the emphasis of every theme in every statement: one row a theme of a statement.

    Columns: statement_id, theme, label; n_units that carry the theme, of_units (all units n); share_units =
    n_units / n with its Wilson bounds share_units_low and share_units_high (empty where no unit carries it:
    there is no band to read); share_words (tokens of units that carry it, split equally among each unit's
    themes, / all tokens); n_mentions and mentions_per_1000 (matches per 1,000 tokens); first and
    mean_position (of the middles of its units in the text, 0 to 1); rank (1 + the number of themes with
    more units; empty below ten units). Themes without a unit keep their row. Sorted by statement as given,
    then n_units falling, then the codebook's order.
    """
    units = _theme_units(segments, coding, codebook)
    base = segments.statements[["statement_id", "n_units", "n_tokens"]].rename(
        columns={"n_units": "of_units", "n_tokens": "of_tokens"}
    )
    grid = base.merge(
        pd.DataFrame({"theme": list(codebook.labels), "label": list(codebook.labels.values())}), how="cross"
    )
    sums = units.groupby(["statement_id", "theme"]).agg(
        n_units=("unit_id", "size"),
        words=("words", "sum"),
        n_mentions=("n_evidence", "sum"),
        first=("position", "min"),
        mean_position=("position", "mean"),
    )
    table = grid.join(sums, on=["statement_id", "theme"])
    counts = ["n_units", "n_mentions"]
    table[counts] = table[counts].fillna(0).astype(np.int64)
    low, high = wilson(table["n_units"], table["of_units"])
    seen = table["n_units"] > 0
    table = table.assign(
        share_units=table["n_units"] / table["of_units"],
        share_units_low=pd.Series(low, index=table.index).where(seen),
        share_units_high=pd.Series(high, index=table.index).where(seen),
        share_words=table["words"].fillna(0.0) / table["of_tokens"],
        mentions_per_1000=1000 * table["n_mentions"] / table["of_tokens"],
    )
    table["rank"] = _rank(table, table["of_units"])
    place = {statement: i for i, statement in enumerate(segments.statements["statement_id"])}
    order = np.lexsort((np.arange(len(table)), -table["n_units"], table["statement_id"].map(place)))
    return table.iloc[order][_COLUMNS].reset_index(drop=True)


_COLUMNS = [
    "statement_id", "theme", "label", "n_units", "of_units", "share_units", "share_units_low",
    "share_units_high", "share_words", "n_mentions", "mentions_per_1000", "first", "mean_position", "rank",
]  # fmt: skip


def _theme_units(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Return the codings with each unit's relative position and the words that fall to the theme."""
    keys = ["statement_id", "unit_id"]
    bounds = segments.units.groupby("statement_id").agg(first_start=("start", "min"), last_end=("end", "max"))
    units = segments.units[[*keys, "start", "end", "n_tokens"]].join(bounds, on="statement_id")
    units["position"] = ((units["start"] + units["end"]) / 2 - units["first_start"]) / (
        units["last_end"] - units["first_start"]
    )
    table = coding.codings.merge(units[[*keys, "position", "n_tokens"]], on=keys)
    table["words"] = table["n_tokens"] / table.groupby(keys)["theme"].transform("size")
    return table


def _rank(table: pd.DataFrame, shortest: pd.Series[int]) -> pd.Series[int]:
    rank = table.groupby("statement_id")["share_units"].rank(method="min", ascending=False)
    return rank.where(shortest >= RANKED_UNITS).astype("Int64")


def average(table: pd.DataFrame) -> pd.DataFrame:
    """Take each theme's mean share over the statements: one row a theme, columns theme to rank as in `emphasis`.

    n_units and of_units are sums over all n_statements. The mean has no interval, since units of different statements
    are no one sample, and no rank where a statement is too short for one. Of one statement the table is its own. Sorted
    by share falling; ties stand as in the first statement.
    """
    n = table["statement_id"].nunique()
    if n == 1:
        return table.assign(n_statements=1)
    groups = table.groupby(["theme", "label"], sort=False)
    means = groups.agg(
        n_units=("n_units", "sum"),
        of_units=("of_units", "sum"),
        share_units=("share_units", "mean"),
        shortest=("of_units", "min"),
    )
    means = means.round({"share_units": 12}).reset_index()
    means = means.assign(statement_id=ALL, n_statements=n, share_units_low=np.nan, share_units_high=np.nan)
    means["rank"] = _rank(means, means["shortest"])
    order = means.sort_values("share_units", ascending=False, kind="stable", ignore_index=True)
    return order[[*(column for column in _COLUMNS if column in order), "n_statements"]]


def theme_positions(segments: Segments, coding: Coding) -> pd.DataFrame:
    """Return where in the reading order each theme stands: one row a coding, columns theme and position (from 1)."""
    units = unit_positions(segments)[["statement_id", "unit_id", "position"]]
    return coding.codings.merge(units, on=["statement_id", "unit_id"])[["theme", "position"]]


def themes_by_section(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Count units by theme and section: one row a theme of a section, none left out.

    Columns: statement_id, theme, label, section_id, section_label (of several statements numbered by statement:
    ``2 First``), n_units that carry the theme, of_units of the section. Sorted by theme as in `average`, then as in
    `sections`.
    """
    keys = ["statement_id", "section_id"]
    sections = segments.sections[[*keys, "label", "n_units"]].set_axis([*keys, "section_label", "of_units"], axis=1)
    if len(segments.statements) > 1:
        number = pd.factorize(sections["statement_id"])[0] + 1
        sections["section_label"] = [f"{n} {label}" for n, label in zip(number, sections["section_label"], strict=True)]
    ranked = average(emphasis(segments, coding, codebook))[["theme", "label"]]
    coded = coding.codings.merge(segments.units[[*keys, "unit_id"]], on=["statement_id", "unit_id"])
    counts = coded.groupby(["theme", *keys]).size().rename("n_units")
    table = ranked.merge(sections, how="cross").join(counts, on=["theme", *keys])
    table["n_units"] = table["n_units"].fillna(0).astype(np.int64)
    return table[["statement_id", "theme", "label", "section_id", "section_label", "n_units", "of_units"]]


def themes_per_unit(segments: Segments, coding: Coding) -> pd.DataFrame:
    """Count units by the number of themes they carry: one row for none, one, several.

    The columns are themes, n_units and of_units.
    """
    carried = coding.codings.groupby(["statement_id", "unit_id"]).size()
    n = len(segments.units)
    one, several = int((carried == 1).sum()), int((carried > 1).sum())
    return pd.DataFrame(
        {"themes": ["none", "one", "several"], "n_units": [n - one - several, one, several], "of_units": n}
    )
