"""Sensitivity: whether the order of themes survives other choices than those of the study."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from emphasis.codebook import Codebook
from emphasis.coding import Nested, counted, left_out
from emphasis.measures import RANKED_UNITS, shares
from emphasis.paths import Root
from emphasis.resampling import Floats
from emphasis.segments import Unit, segment

Variant = tuple[str, str, list[Floats]]  # choice, the same in words, and for each order of the themes it gives: shares

_UNITS: tuple[Unit, ...] = ("sentence", "paragraph")  # not the section, which is often of one theme
_OTHER_NESTED: dict[Nested, tuple[Nested, str]] = {
    "theme": ("codebook", "longest match only"),
    "codebook": ("theme", "matches inside others too"),
}
_TYPES = dict.fromkeys(["choice", "variant", "theme", "label"], "str") | {
    "share": "float64",
    "rank_best": "Int64",
    "rank_worst": "Int64",
    "tau_b": "float64",
}


def sensitivity(
    root: Root, statements: pd.DataFrame, codebook: Codebook, *, unit: Unit = "sentence", nested: Nested = "theme"
) -> pd.DataFrame:
    """Order the themes again under one other choice at a time: one row a theme of a variant.

    Columns: choice (default, measure, unit, headings, nesting, theme, pattern); variant, the same in words; theme,
    label; share, what the variant measures, of several statements the mean; rank_best and rank_worst, 1 + the number of
    themes with more; tau_b of the variant's order and the default's over the themes present in either (Kendall 1945,
    Biometrika 33, 239–251), empty where one of them is no order.

    ``any one pattern left out`` stands for as many orders as patterns and rules fired: it has no share, the best and
    the worst rank, and the least tau_b; elsewhere both ranks are one. A theme left out has neither share nor rank, but
    still covers its words. A theme that is absent throughout has no rank. There is no row for headings where no unit
    or every unit is one, and no row at all where a statement is below ten units, whose themes are not ranked; other
    units of which a statement has fewer than ten have neither share nor rank. Sorted by
    choice as above, then themes as in `measures.average`. Raises InputError as `segment` and `code` do.
    """
    variants = list(_variants(root, statements, codebook, unit, nested))
    if not variants:
        return pd.DataFrame(columns=list(_TYPES)).astype(_TYPES)
    default = variants[0][2]
    order = np.lexsort((-default[0][0], -_means(default)[0]))  # ties stand as in the first statement
    table = pd.concat([_rows(codebook, variant, default).iloc[order] for variant in variants], ignore_index=True)
    absent = table.groupby("theme")["share"].transform("max") == 0
    table.loc[absent, ["rank_best", "rank_worst"]] = np.nan
    return table.astype(_TYPES)


def _variants(
    root: Root, statements: pd.DataFrame, codebook: Codebook, unit: Unit, nested: Nested
) -> Iterator[Variant]:
    """Yield the default and each variant; nothing where a statement is too short to rank."""
    segments = segment(root, statements, unit=unit)
    if segments.statements["n_units"].min() < RANKED_UNITS:
        return
    matches, is_heading = counted(segments, codebook, nested=nested), segments.units["is_heading"].to_numpy()
    default = shares(segments, matches)
    yield "default", f"share of {unit}s", [default["share_units"]]
    yield "measure", "share of words", [default["share_words"]]
    yield "measure", "mentions per 1,000 words", [default["mentions_per_1000"]]
    for other in [other for other in _UNITS if other != unit]:
        again = segment(root, statements, unit=other)
        few = again.statements["n_units"].min() < RANKED_UNITS
        share = shares(again, counted(again, codebook, nested=nested))["share_units"]
        yield "unit", f"{other}s" + (" (too few)" if few else ""), [share * np.nan if few else share]
    if is_heading.any() and not is_heading.all():
        yield "headings", "without headings", [shares(segments, matches, kept=~is_heading)["share_units"]]
    policy, words = _OTHER_NESTED[nested]
    yield "nesting", words, [shares(segments, counted(segments, codebook, nested=policy))["share_units"]]
    for theme in codebook.doubtful:
        is_left = np.array(list(codebook.themes)) == theme
        yield "theme", f"without {codebook.labels[theme]}", [np.where(is_left, np.nan, default["share_units"])]
    left = [shares(segments, rest)["share_units"] for *_, rest in left_out(segments, codebook, nested=nested)]
    if left:
        yield "pattern", "any one pattern left out", left


def _means(orders: list[Floats]) -> Floats:
    """Return the means over statements, orders × themes; those that are equal but for rounding tie."""
    return np.array([values.mean(axis=0) for values in orders]).round(12)


def _rows(codebook: Codebook, variant: Variant, default: list[Floats]) -> pd.DataFrame:
    """Return the rows of one variant, themes as in the codebook."""
    choice, words, orders = variant
    means = _means(orders)
    ranks = np.where(np.isnan(means), np.nan, 1 + (means[:, None] > means[:, :, None]).sum(axis=2))
    taus = [_tau_b(_means(default)[0], order) for order in means]
    columns = {
        "choice": choice,
        "variant": words,
        "theme": list(codebook.labels),
        "label": list(codebook.labels.values()),
        "share": np.nan if choice == "pattern" else means[0],
        "rank_best": ranks.min(axis=0),
        "rank_worst": ranks.max(axis=0),
        "tau_b": min((tau for tau in taus if not np.isnan(tau)), default=np.nan),
    }
    return pd.DataFrame(columns)


def _tau_b(default: Floats, other: Floats) -> float:
    """Return Kendall's tau-b of two orders over the themes present in either; NaN where one of them is no order."""
    from scipy.stats import kendalltau

    kept = ((default > 0) | (other > 0)) & ~np.isnan(other)
    return float(kendalltau(default[kept], other[kept]).statistic) if kept.sum() > 1 else np.nan
