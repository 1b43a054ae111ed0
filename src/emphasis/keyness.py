"""Keyness: how far a type is commoner in a target than in a reference."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emphasis.errors import InputError
from emphasis.terms import Floats, log_ratio
from emphasis.vocabulary import Ints

STATEMENTS = 2  # in which a type must occur to be tested
LEVEL = 0.05  # the chance that any of the intervals behind lrc misses


def keyness(target: pd.DataFrame, reference: pd.DataFrame, *, prior: float = 500.0, minimum: int = 5) -> pd.DataFrame:
    """Compare how often types occur in a target and in a reference: one row a type, the target's most typical first.

    Both are tables with the columns type, n and n_statements, as `terms.frequencies` gives them; rows of one type are
    added, and the sum of n is the size. A type is tested if it occurs `minimum` times and in two statements, target
    and reference together. Columns: type, n_target, n_reference, per_1000_target and per_1000_reference (of the
    tokens of each), n_statements_target, n_statements_reference, then those of `measure`. Sorted by lrc falling, then
    log_ratio falling, then type: the reference's most typical stand last. Raises InputError for a table that lacks a
    column or holds no token, for a `minimum` below one and for a `prior` that is not above zero.
    """
    if not (minimum >= 1 and prior > 0):
        raise InputError(f"minimum is {minimum!r} and prior {prior!r}; allowed are 1 or more, and more than 0")
    sides = {"target": target, "reference": reference}
    sizes = _size("target", target), _size("reference", reference)
    row, types = pd.factorize(pd.concat([target["type"], reference["type"]]))
    rows = dict(zip(sides, np.split(row, [len(target)]), strict=True))
    counts = {
        f"{name}_{side}": np.bincount(rows[side], table[name], len(types)).astype(np.int64)
        for name in ("n", "n_statements")
        for side, table in sides.items()
    }
    spread = counts["n_statements_target"] + counts["n_statements_reference"]
    is_tested = (counts["n_target"] + counts["n_reference"] >= minimum) & (spread >= STATEMENTS)
    table = pd.DataFrame({"type": types} | counts)[is_tested].sort_values("type", ignore_index=True)
    for place, side, size in zip((3, 4), sides, sizes, strict=True):
        table.insert(place, f"per_1000_{side}", 1000 * table[f"n_{side}"] / size)
    measures = measure(table["n_target"].to_numpy(), table["n_reference"].to_numpy(), sizes=sizes, prior=prior)
    # A stable sort, so that ties keep the order of their types.
    order = np.lexsort((-measures["log_ratio"], -measures["lrc"]))
    return pd.concat([table, measures], axis=1).iloc[order].reset_index(drop=True)


def _size(name: str, table: pd.DataFrame) -> int:
    """Return the number of tokens of a table of counts that has what keyness needs."""
    if not {"type", "n", "n_statements"} <= set(table) or table["n"].sum() < 1:
        raise InputError(
            f"{name} has {len(table)} rows and the columns {', '.join(map(str, table))}; "
            "it needs type, n and n_statements, and one token or more"
        )
    return int(table["n"].sum())


def measure(n_target: Ints, n_reference: Ints, *, sizes: tuple[int, int], prior: float = 500.0) -> pd.DataFrame:
    """Measure the keyness of words by their counts in target and reference: one row a word, in the order given.

    `sizes` are all tokens of target and reference, those of other words too. Above zero is typical of the target.
    Columns: log_likelihood (`log_likelihood`), p (of G² in the χ² distribution of one degree of freedom), p_adjusted
    (for the words tested: Benjamini & Hochberg 1995), log_ratio (`terms.log_ratio`), lrc
    (`conservative_log_ratio`), z (of `log_odds`, a word's prior being `prior` · its share of both texts together).
    """
    from scipy.special import erfc
    from scipy.stats import false_discovery_control

    g2 = log_likelihood(n_target, n_reference, sizes=sizes)
    p = erfc(np.sqrt(np.abs(g2) / 2))
    share = (n_target + n_reference) / sum(sizes)
    return pd.DataFrame(
        {
            "log_likelihood": g2,
            "p": p,
            "p_adjusted": false_discovery_control(p),
            "log_ratio": log_ratio(n_target, n_reference, sizes=sizes),
            "lrc": conservative_log_ratio(n_target, n_reference, sizes=sizes, n_tests=max(1, len(p))),
            "z": log_odds(n_target, n_reference, sizes=sizes, prior=prior * share, prior_total=prior)[2],
        }
    )


def log_likelihood(n_target: Ints, n_reference: Ints, *, sizes: tuple[int, int]) -> Floats:
    """Return signed G² of word × text, elementwise: 2 Σ o · ln(o / e) over the four cells, with no correction.

    Below zero where the word is rarer in the target (Dunning 1993, Computational Linguistics 19, 61–74).
    """
    from scipy.special import rel_entr

    word, total = n_target + n_reference, sum(sizes)
    g2 = np.zeros(len(word))
    for n, size in zip((n_target, n_reference), sizes, strict=True):
        g2 += rel_entr(n, word * (size / total)) + rel_entr(size - n, (total - word) * (size / total))
    signed: Floats = 2 * np.maximum(g2, 0) * np.sign(n_target * sizes[1] - n_reference * sizes[0])
    return signed + 0.0  # no −0


def conservative_log_ratio(n_target: Ints, n_reference: Ints, *, sizes: tuple[int, int], n_tests: int = 1) -> Floats:
    """Return LRC, elementwise: the bound nearest zero of an interval of the log ratio, 0 where it spans zero.

    Given a word's n occurrences, those in the target are binomial; the exact 95 % interval of their share
    (Clopper & Pearson 1934), with Bonferroni's correction for `n_tests`, becomes one of log₂ of the relative risk
    (Evert 2022). Each word must occur.
    """
    from scipy.special import betaincinv

    is_above = n_target * sizes[1] > n_reference * sizes[0]
    more, less = np.where(is_above, (n_target, n_reference), (n_reference, n_target))
    # Only the lower bound on the side where the word is commoner can differ from zero; equal counts share theirs.
    width = less.max(initial=0) + 1
    counts, which = np.unique(more * width + less, return_inverse=True)
    share = betaincinv(counts // width, counts % width + 1, LEVEL / 2 / n_tests)[which]
    scale = np.where(is_above, sizes[1] / sizes[0], sizes[0] / sizes[1])
    bound = np.log2(share / (1 - share) * scale)
    return np.where(bound > 0, np.where(is_above, bound, -bound), 0.0)


def log_odds(
    n_target: Ints, n_reference: Ints, *, sizes: tuple[int, int], prior: ArrayLike, prior_total: float
) -> tuple[Floats, Floats, Floats]:
    """Return the weighted log-odds of target to reference, elementwise: delta, its variance, and z = delta / √variance.

    With the word's prior count α added to each count y, and all words' α₀ to each size N: delta is the difference of
    ln((y + α) / (N + α₀ − y − α)), its variance the sum of 1 / (y + α) (Monroe, Colaresi & Quinn 2008, Political
    Analysis 16, 372–403, equations 16, 20 and 22). Empty for a word that is the only one.
    """
    target, reference = n_target + np.asarray(prior), n_reference + np.asarray(prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = [np.log(y / (size + prior_total - y)) for y, size in zip((target, reference), sizes, strict=True)]
        delta = odds[0] - odds[1]
    variance = 1 / target + 1 / reference
    return delta, variance, delta / np.sqrt(variance)
