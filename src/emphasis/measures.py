"""Emphasis: how much of a statement each theme takes, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emphasis.codebook import Codebook
from emphasis.coding import Coding, mentions
from emphasis.errors import InputError
from emphasis.named import COUNTED
from emphasis.resampling import Bootstrap, Floats, intervals
from emphasis.segments import Segments
from emphasis.terms import dispersion
from emphasis.vocabulary import Flags, Ints

Z = 1.959963984540054  # the 97.5 % point of the standard normal distribution: 95 % intervals
ALL = "all"  # the statement_id of a mean over statements
RANKED_UNITS = 10  # a statement of fewer units is not ranked
SPREAD_UNITS = 5  # a theme of fewer units has no concentration


def wilson(k: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
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


def emphasis(
    segments: Segments, coding: Coding, codebook: Codebook, *, draws: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Measure the emphasis of every theme in every statement: one row a theme of a statement.

    Columns: statement_id, theme, label; n_units that carry the theme, of_units (all units n); share_units =
    n_units / n with its Wilson bounds share_units_low and share_units_high; share_units_min and share_units_max, the
    range of the share when each section in turn is left out (no interval; empty with one section); share_words (tokens
    of units that carry it, split equally among each unit's themes, / all tokens) with share_words_low and
    share_words_high (units resampled within the statement, 95 %; empty of one unit); n_mentions and mentions_per_1000
    (matches per 1,000 tokens); first and mean_position (of the middles of its units in the text, 0 to 1); concentration
    of its units over the sections (DPnorm of `terms.dispersion`, a section's size being its units; empty below five
    units or with one section); n_commits and n_offers (units with that act of the issuer), n_joint (with either act of
    both sides), undertaken = (n_commits + n_offers) / n_units, all four empty where no acts are coded; named_per_unit
    (amounts, dates, initiatives and institutions in its units / n_units); rank (1 + the number of themes with more
    units; empty below ten units).

    A theme without a unit keeps its row: counts and shares of zero, and what there is nothing to say of, empty. Sorted
    by statement as given, then n_units falling, then the codebook's order. Raises InputError for `draws` or a `seed`
    that `resampling.Bootstrap` refuses.
    """
    bootstrap = Bootstrap(draws, seed)
    matches = mentions(segments, coding.codings, codebook)
    carries = matches > 0
    each = [
        _places(units, own) | _over_sections(units, own) | _resampled(units, own, bootstrap)
        for units, own in _each(segments, carries)
    ]
    measured = {name: np.stack([own[name] for own in each]) for name in each[0]}
    table = _table(segments, codebook, shares(segments, matches) | measured | _undertaken(segments, coding, carries))
    table["share_units_low"], table["share_units_high"] = wilson(table["n_units"], table["of_units"])
    table["undertaken"] = (table["n_commits"] + table["n_offers"]) / table["n_units"]
    table["named_per_unit"] = table["n_named"] / table["n_units"]
    table[_OF_UNITS] = table[_OF_UNITS].where(table["n_units"] > 0)
    table = table[_COLUMNS].astype(dict.fromkeys(["n_commits", "n_offers", "n_joint"], "Int64"))
    told, language = table["statement_id"], segments.statements.set_index("statement_id")["language"]
    table.loc[~told.isin(coding.acts["statement_id"]), ["n_commits", "n_offers", "n_joint", "undertaken"]] = np.nan
    table.loc[~told.map(language).map(codebook.has_names), "named_per_unit"] = np.nan
    return table


_COLUMNS = [
    "statement_id", "theme", "label", "n_units", "of_units", "share_units", "share_units_low", "share_units_high",
    "share_units_min", "share_units_max", "share_words", "share_words_low", "share_words_high", "n_mentions",
    "mentions_per_1000", "first", "mean_position", "concentration", "n_commits", "n_offers", "n_joint", "undertaken",
    "named_per_unit", "rank",
]  # fmt: skip
_OF_UNITS = [  # what there is nothing to say of where a theme has no unit
    "share_units_low", "share_units_high", "share_units_min", "share_units_max", "share_words_low", "share_words_high",
    "first", "mean_position", "concentration", "undertaken", "named_per_unit",
]  # fmt: skip


def shares(segments: Segments, matches: Ints, *, kept: Flags | slice = slice(None)) -> dict[str, Floats]:
    """Return what matches, units × themes, come to: each measure of `emphasis` a matrix of statements × themes.

    The measures are n_units, of_units, share_units, share_words, n_mentions and mentions_per_1000, over the units
    `kept`; a statement that keeps none has no row.
    """
    statement = np.unique(segments.unit_statement[kept], return_inverse=True)[1]
    n_tokens, matches = segments.units["n_tokens"].to_numpy()[kept], matches[kept]
    n_units, n_mentions = _totals(statement, matches > 0), _totals(statement, matches)
    of_units, of_tokens = np.bincount(statement)[:, None], np.bincount(statement, n_tokens)[:, None]
    return {
        "n_units": n_units,
        "of_units": np.broadcast_to(of_units, n_units.shape),
        "share_units": n_units / of_units,
        "share_words": _totals(statement, _words(matches > 0, n_tokens)) / of_tokens,
        "n_mentions": n_mentions,
        "mentions_per_1000": 1000 * n_mentions / of_tokens,
    }


def _totals(group: Ints, values: Floats | Ints | Flags) -> Floats:
    """Return the sums of the columns of `values` over the rows of each group: groups × columns."""
    return np.stack([np.bincount(group, column) for column in values.T], axis=1)


def _words(carries: Flags, n_tokens: Ints) -> Floats:
    """Return the tokens of each unit that fall to each of its themes, equally."""
    split: Floats = carries * (n_tokens / np.maximum(carries.sum(axis=1), 1))[:, None]
    return split


def _each(segments: Segments, carries: Flags) -> Iterator[tuple[pd.DataFrame, Flags]]:
    """Yield each statement's units, and which themes they carry."""
    for _, units in segments.units.groupby("statement_id", sort=False):
        yield units, carries[units.index]


def _places(units: pd.DataFrame, carries: Flags) -> dict[str, Floats]:
    """Return where in one statement the middles of each theme's units are."""
    start, end = units["start"].to_numpy(), units["end"].to_numpy()
    middle = (((start + end) / 2 - start[0]) / (end[-1] - start[0]))[:, None]
    return {
        "first": np.where(carries, middle, np.inf).min(axis=0),
        "mean_position": (carries * middle).sum(axis=0) / np.maximum(carries.sum(axis=0), 1),
    }


def _over_sections(units: pd.DataFrame, carries: Flags) -> dict[str, Floats]:
    """Return the range of each theme's share in one statement without one of its sections, and its concentration."""
    section, n_units, n = units["section_id"].to_numpy(), carries.sum(axis=0), len(units)
    counts, sizes = _totals(section - 1, carries), np.bincount(section)[1:]
    left = (n_units - counts) / np.where(sizes < n, n - sizes, np.nan)[:, None]
    concentration = np.where(n_units >= SPREAD_UNITS, dispersion(counts, sizes)[1], np.nan)
    return {"share_units_min": left.min(axis=0), "share_units_max": left.max(axis=0), "concentration": concentration}


def _resampled(units: pd.DataFrame, carries: Flags, bootstrap: Bootstrap) -> dict[str, Floats]:
    """Return the interval of each theme's share of the words of one statement."""
    n_tokens = units["n_tokens"].to_numpy()
    drawn = bootstrap.sums(np.column_stack([_words(carries, n_tokens), n_tokens]), units["statement_id"].iloc[0])
    bounds = np.array(intervals((drawn[:, :-1] / drawn[:, -1:]).T))
    low, high = bounds if len(units) > 1 else bounds * np.nan  # one unit is drawn again and again
    return {"share_words_low": low, "share_words_high": high}


def _undertaken(segments: Segments, coding: Coding, carries: Flags) -> dict[str, Floats]:
    """Count, in the units of each theme, the acts by which something is undertaken, and the named things."""
    acts, named = coding.acts, coding.named
    is_commitment, is_offer = acts["act"] == "commits", acts["act"] == "offers"
    counted = {
        "n_commits": acts[is_commitment & (acts["agent"] == "issuer")],
        "n_offers": acts[is_offer & (acts["agent"] == "issuer")],
        "n_joint": acts[(is_commitment | is_offer) & (acts["agent"] == "both")],
        "n_named": named[named["kind"].isin(COUNTED)],
    }
    return {
        name: _totals(segments.unit_statement, carries * _per_unit(segments, rows)) for name, rows in counted.items()
    }


def _per_unit(segments: Segments, rows: pd.DataFrame) -> Ints:
    """Return how many of a table's rows each unit has, as a column."""
    keys = ["statement_id", "unit_id"]
    unit = pd.MultiIndex.from_frame(segments.units[keys]).get_indexer(pd.MultiIndex.from_frame(rows[keys]))
    return np.bincount(unit, minlength=len(segments.units))[:, None]


def _table(segments: Segments, codebook: Codebook, measured: dict[str, Floats]) -> pd.DataFrame:
    """Return measures, matrices of statements × themes, as a table with ranks, sorted as `emphasis` is."""
    table = segments.statements[["statement_id"]].merge(_themes(codebook), how="cross")
    table = table.assign(**{name: values.ravel() for name, values in measured.items()})
    table = table.astype({name: "int64" for name in measured if name.startswith(("n_", "of_"))})
    table["rank"] = _rank(table, table["of_units"])
    order = np.lexsort((-table["n_units"], np.arange(len(table)) // len(codebook.themes)))
    return table.iloc[order].reset_index(drop=True)


def _themes(codebook: Codebook) -> pd.DataFrame:
    return pd.DataFrame({"theme": list(codebook.labels), "label": list(codebook.labels.values())})


def _rank(table: pd.DataFrame, shortest: pd.Series[int]) -> pd.Series[int]:
    rank = table.groupby("statement_id")["share_units"].rank(method="min", ascending=False)
    return rank.where(shortest >= RANKED_UNITS).astype("Int64")


def differences(
    segments: Segments, coding: Coding, codebook: Codebook, *, draws: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Tell which themes of a statement rank apart: one row a pair of themes with a unit of either.

    Columns: statement_id, theme, label (of the higher share; of equal ones the first in the codebook), other,
    other_label, difference (of share_units), difference_low and difference_high (95 %: units resampled within the
    statement, both themes over the same draws), is_apart (the interval excludes zero). Sorted by statement, theme and
    other, in the order of `emphasis`. A statement below ten units is not ranked, and has no row. Raises InputError as
    `emphasis` does.
    """
    bootstrap, themes = Bootstrap(draws, seed), _themes(codebook).to_numpy()
    tables = []
    for units, carries in _each(segments, mentions(segments, coding.codings, codebook) > 0):
        share, drawn = carries.mean(axis=0), _drawn(units, carries, bootstrap)
        ranked = combinations(np.argsort(-share, kind="stable").tolist(), 2)
        pairs = [(a, b) for a, b in ranked if share[a] > 0 and len(units) >= RANKED_UNITS]
        a, b = np.array(pairs, np.int64).reshape(-1, 2).T
        names = pd.DataFrame(np.hstack([themes[a], themes[b]]), columns=["theme", "label", "other", "other_label"])
        names.insert(0, "statement_id", units["statement_id"].iloc[0])
        compared = _compared(share[a] - share[b], (drawn[:, i] - drawn[:, j] for i, j in pairs))
        tables.append(names.assign(**compared))
    return pd.concat(tables, ignore_index=True)


def difference_between(
    segments: Segments, coding: Coding, codebook: Codebook, *, draws: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Tell on which themes two statements differ: one row a theme with a unit in either, in the codebook's order.

    Columns: theme, label, target and reference (the ids of the first statement and of the second), difference (of
    share_units, target less reference), difference_low and difference_high (95 %: units resampled within each
    statement, independent draws), is_apart (the interval excludes zero). No row where either is below ten units.
    Raises InputError where there are not two statements, and as `emphasis` does.
    """
    bootstrap, ids = Bootstrap(draws, seed), segments.statements["statement_id"].tolist()
    if len(ids) != 2:
        raise InputError(f"a difference was asked for of {len(ids):,} statements; it is between two")
    (_, a), (_, b) = each = list(_each(segments, mentions(segments, coding.codings, codebook) > 0))
    target, reference = (_drawn(units, carries, bootstrap) for units, carries in each)
    kept = np.flatnonzero((a.any(axis=0) | b.any(axis=0)) & (min(len(a), len(b)) >= RANKED_UNITS))
    compared = _compared((a.mean(axis=0) - b.mean(axis=0))[kept], (target[:, t] - reference[:, t] for t in kept))
    themes = _themes(codebook).iloc[kept].reset_index(drop=True)
    return themes.assign(target=ids[0], reference=ids[1], **compared)


def _drawn(units: pd.DataFrame, carries: Flags, bootstrap: Bootstrap) -> Floats:
    """Return each theme's share of the units of one statement in each draw."""
    return bootstrap.sums(carries, units["statement_id"].iloc[0]) / len(units)


def _compared(difference: Floats, drawn: Iterable[Floats]) -> dict[str, Floats | Flags]:
    """Return differences with the intervals of their draws, and whether these exclude zero."""
    low, high = intervals(drawn)
    is_apart = (low > 0) | (high < 0)
    return {"difference": difference, "difference_low": low, "difference_high": high, "is_apart": is_apart}


def average(table: pd.DataFrame) -> pd.DataFrame:
    """Take each theme's mean share over the statements: one row a theme, columns theme to rank as in `emphasis`.

    n_units and of_units are sums over all n_statements. The mean has no interval, since units of different statements
    are no one sample, and no rank where a statement is too short for one. Of one statement the table is its own. Sorted
    by share falling; ties stand as in the first statement.
    """
    n = table["statement_id"].nunique()
    if n == 1:
        return table.assign(n_statements=1)
    means = table.groupby(["theme", "label"], sort=False).agg(
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


def ordered_themes(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Return the themes in the order of `average` without drawing anything: columns theme, label and n_units."""
    measured = shares(segments, mentions(segments, coding.codings, codebook))
    return average(_table(segments, codebook, measured))[["theme", "label", "n_units"]]
