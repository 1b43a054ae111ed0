"""Keyness: G², log ratio, its conservative bound and weighted log-odds, against the literature and scipy."""

import math
import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, chi2_contingency

from emphasis import keyness, terms
from emphasis.errors import InputError

COLUMNS = [
    *("type", "n_target", "n_reference", "per_1000_target", "per_1000_reference"),
    *("n_statements_target", "n_statements_reference"),
    *("log_likelihood", "p", "p_adjusted", "log_ratio", "lrc", "z"),
]
SIGNED = ["log_likelihood", "log_ratio", "lrc", "z"]


def table_of(n, n_statements=2):
    """Return a table of counts as `terms.frequencies` gives it, of types and their n."""
    spread = n_statements if isinstance(n_statements, list) else [n_statements] * len(n)
    return pd.DataFrame({"type": list(n), "n": list(n.values()), "n_statements": spread})


def measured(*counts, sizes, prior=500.0):
    """Measure words given as pairs of counts."""
    target, reference = np.array(counts, np.int64).reshape(-1, 2).T
    return keyness.measure(target, reference, sizes=sizes, prior=prior)


# G², log ratio and LRC of one word, as corpora 0.6 (Evert; R/keyness.R) gives them
EVERT = [
    ((7, 2), (1000, 1000), 2.954494184508, 1.807354922057604, 0),
    ((0, 12), (5000, 20_000), -5.35688575015, -2.584962500721156, 0),
    ((25, 0), (10_000, 30_000), 69.361641948299, 7.22881869049588, 4.237888924087),
]


@pytest.mark.parametrize(("counts", "sizes", "log_likelihood", "log_ratio", "lrc"), EVERT)
def test_the_measures_of_corpora(counts, sizes, log_likelihood, log_ratio, lrc):
    """One word tested alone has the signed G², log ratio and LRC of the R package corpora."""
    row = measured(counts, sizes=sizes).iloc[0]
    assert row["log_likelihood"] == pytest.approx(log_likelihood)
    assert row["log_ratio"] == pytest.approx(log_ratio)
    assert row["lrc"] == pytest.approx(lrc)


# Dunning 1993 on 31,777 words, as nltk's collocations.doctest prints it: with a word, and elsewhere
@pytest.mark.parametrize(("counts", "size", "expected"), [((110, 111), 2552, 270.72), ((8, 24), 13, 95.29)])
def test_log_likelihood_of_dunning(counts, size, expected):
    """G² is that of Dunning's two pairs."""
    found = keyness.log_likelihood(*np.array(counts)[:, None], sizes=(size, 31_777 - size))
    assert found == pytest.approx(expected, abs=0.005)


# Weighted log-odds: delta, variance and z as FightingWords (Hessel), fighting_words_py3.py, gives them
WORDS = ["cooperation", "countries", "development", "freedom", "security", "the"]
TARGET, REFERENCE = np.array([9, 12, 4, 0, 4, 60]), np.array([3, 2, 0, 6, 11, 58])
UNIFORM = [
    (1.0581981, 0.4432137, 1.5894995), (1.8005000, 0.5807764, 2.3625916), (5.9333735, 100.2493766, 0.5925989),
    (-6.5830524, 100.1663894, -0.6577582), (-1.2184211, 0.3402031, -2.0889513), (-0.2418101, 0.0339023, -1.3132876),
]  # fmt: skip
POOLED = [
    (0.3237332, 0.1142857, 0.9576158), (0.4898089, 0.1009615, 1.5415183), (0.6729445, 0.3750000, 1.0989137),
    (-0.7545163, 0.2500000, -1.5090323), (-0.3829493, 0.0910931, -1.2688157), (-0.0802676, 0.0112998, -0.7551012),
]  # fmt: skip


@pytest.mark.parametrize(
    ("prior", "expected"), [(np.full(6, 0.01), UNIFORM), (TARGET + REFERENCE, POOLED)], ids=["uniform", "pooled"]
)
def test_log_odds_of_fighting_words(prior, expected):
    """Delta, variance and z are those of another implementation, with a uniform and with an informative prior."""
    found = keyness.log_odds(TARGET, REFERENCE, sizes=(89, 80), prior=prior, prior_total=prior.sum())
    assert pytest.approx(np.array(expected), rel=1e-4) == np.array(found).T


def test_the_prior_of_a_word_is_its_share_of_both(divide):
    """In the table z has the prior times a word's share of both texts: as large as both, the informative one above."""
    counts = list(zip(TARGET.tolist(), REFERENCE.tolist(), strict=True))
    assert measured(*counts, sizes=(89, 80), prior=169)["z"].tolist() == pytest.approx(
        [z for *_, z in POOLED], rel=1e-4
    )


# Second implementations

counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(any)
vocabularies = st.lists(counts, min_size=1, max_size=5)
surplus = st.tuples(st.integers(1, 500), st.integers(1, 500))


def sizes_of(vocabulary, surplus):
    """Return sizes that hold all words of a vocabulary and others."""
    return tuple(sum(column) + more for column, more in zip(zip(*vocabulary, strict=True), surplus, strict=True))


@given(vocabularies, surplus)
def test_measures_are_those_of_scipy(vocabulary, surplus):
    """G² is scipy's of the four cells, p its tail, p_adjusted the least of p · m / rank from there on."""
    sizes = sizes_of(vocabulary, surplus)
    table = measured(*vocabulary, sizes=sizes)
    for (a, b), g2, p in zip(vocabulary, table["log_likelihood"], table["p"], strict=True):
        cells = [[a, b], [sizes[0] - a, sizes[1] - b]]
        expected = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
        assert abs(g2) == pytest.approx(expected, abs=1e-9)
        assert np.sign(g2) == np.sign(a * sizes[1] - b * sizes[0])
        assert p == pytest.approx(chi2.sf(abs(g2), 1))
    p = sorted(table["p"])
    adjusted = [min(p[k] * len(p) / (k + 1) for k in range(rank, len(p))) for rank in range(len(p))]
    assert sorted(table["p_adjusted"]) == pytest.approx(adjusted)


@given(vocabularies, surplus)
def test_the_conservative_bound_is_that_of_the_exact_interval(vocabulary, surplus):
    """LRC is the bound nearest zero of scipy's exact interval at 95 %, shared among the words tested, as log₂ ratio."""
    sizes = sizes_of(vocabulary, surplus)
    for (a, b), lrc in zip(vocabulary, measured(*vocabulary, sizes=sizes)["lrc"], strict=True):
        interval = binomtest(a, a + b).proportion_ci(1 - 0.05 / len(vocabulary), method="exact")
        odds = [math.inf if p == 1 else p / (1 - p) * sizes[1] / sizes[0] for p in interval]
        low, high = (math.log2(o) if o else -math.inf for o in odds)
        assert lrc == pytest.approx(max(low, 0) or min(high, 0), abs=1e-6)


# Laws


@given(vocabularies, surplus)
def test_swapping_flips_every_sign(vocabulary, surplus):
    """With target and reference swapped every measure changes its sign and nothing else; p stays."""
    sizes = sizes_of(vocabulary, surplus)
    one, other = measured(*vocabulary, sizes=sizes), measured(*[pair[::-1] for pair in vocabulary], sizes=sizes[::-1])
    assert (-one[SIGNED]).to_numpy() == pytest.approx(other[SIGNED].to_numpy(), abs=1e-12)
    assert one[["p", "p_adjusted"]].to_numpy() == pytest.approx(other[["p", "p_adjusted"]].to_numpy())


@given(vocabularies, surplus)
def test_the_conservative_bound_is_nearer_zero(vocabulary, surplus):
    """LRC lies between zero and the log ratio."""
    table = measured(*vocabulary, sizes=sizes_of(vocabulary, surplus))
    assert (table["lrc"].abs() <= table["log_ratio"].abs()).all()
    assert (table["lrc"] * table["log_ratio"] >= 0).all()


@given(vocabularies, surplus, st.integers(2, 5))
def test_more_of_the_same_is_surer(vocabulary, surplus, times):
    """With all counts multiplied, G² is so too, log ratios stay but for zeros, and LRC does not move nearer zero."""
    sizes = sizes_of(vocabulary, surplus)
    assume(all(all(pair) for pair in vocabulary))
    one = measured(*vocabulary, sizes=sizes)
    more = measured(*[(a * times, b * times) for a, b in vocabulary], sizes=(sizes[0] * times, sizes[1] * times))
    assert more["log_likelihood"].to_numpy() == pytest.approx(times * one["log_likelihood"].to_numpy(), abs=1e-9)
    assert more["log_ratio"].to_numpy() == pytest.approx(one["log_ratio"].to_numpy(), abs=1e-12)
    assert (more["lrc"].abs() >= one["lrc"].abs() - 1e-12).all()


def test_the_same_text_has_no_keyness():
    """A text against itself: every measure is 0 to the last digit, p is 1, and types stand in alphabetical order."""
    counts = {"b": 9, "a": 7, "c": 5}
    table = keyness.keyness(table_of(counts), table_of(counts))
    assert table[SIGNED].to_numpy().tolist() == [[0] * 4] * 3
    assert table[["p", "p_adjusted"]].to_numpy().tolist() == [[1] * 2] * 3
    assert table["type"].tolist() == ["a", "b", "c"]


def test_large_counts():
    """Counts of thousands of millions neither overflow nor lose the sign."""
    table = measured((10**8, 10**8), (2 * 10**8, 10**8), sizes=(2 * 10**9, 10**9))
    assert np.sign(table[SIGNED]).to_numpy().tolist() == [[-1] * 4, [0] * 4]
    assert table["log_ratio"].tolist() == pytest.approx([-1, 0])
    assert table["lrc"].tolist() == pytest.approx([-1, 0], abs=1e-3)


def test_rounding_turns_no_sign():
    """Where a word is all but equally common, and rarer in the target, G² is not above zero, and no minus zero."""
    (g2,) = measured((7982, 465), sizes=(345_921, 20_152))["log_likelihood"]
    assert -1e-9 < g2 <= 0
    assert str(g2) != "-0.0"


# The table


def test_the_table_by_hand():
    """Each type of either text has its row, counts and rates, the target's most typical first, ties by alphabet."""
    target = table_of({"peace": 40, "trade": 10, "and": 50})
    reference = table_of({"and": 100, "war": 60, "trade": 20, "bread": 20})
    table = keyness.keyness(target, reference)
    assert list(table) == COLUMNS
    assert table[COLUMNS[:7]].to_numpy().tolist() == [
        ["peace", 40, 0, 400, 0, 2, 0],
        ["and", 50, 100, 500, 500, 2, 2],
        ["trade", 10, 20, 100, 100, 2, 2],
        ["bread", 0, 20, 0, 100, 0, 2],
        ["war", 0, 60, 0, 300, 0, 2],
    ]
    expected = measured((40, 0), (50, 100), (10, 20), (0, 20), (0, 60), sizes=(100, 200))
    pd.testing.assert_frame_equal(table[COLUMNS[7:]], expected)
    assert (table["lrc"].to_numpy() > 0).tolist() == [True, False, False, False, False]
    assert (table["lrc"].to_numpy() < 0).tolist() == [False, False, False, True, True]


def test_evidence_goes_before_size():
    """A common type with a sure, smaller ratio stands before a rare one whose greater ratio may be chance."""
    table = keyness.keyness(table_of({"rare": 5, "peace": 400, "and": 595}), table_of({"peace": 100, "and": 900}))
    assert table["type"].tolist() == ["peace", "rare", "and"]
    assert table["log_ratio"].tolist() == pytest.approx([2, math.log2(10), math.log2(595 / 900)])
    assert np.sign(table["lrc"]).tolist() == [1, 0, -1]


def test_equal_bounds_are_told_apart():
    """Where LRC is the same, here 0, the log ratio decides, then the alphabet."""
    target = table_of({"d": 5, "c": 6, "b": 5, "a": 4})
    table = keyness.keyness(target, table_of({"a": 5, "b": 5, "c": 5, "d": 5}))
    assert table["lrc"].tolist() == [0] * 4
    assert table["type"].tolist() == ["c", "b", "d", "a"]


def test_rare_types_are_not_tested():
    """A type is tested from the minimum on and in two statements, both texts together; sizes count all tokens."""
    target = table_of({"often": 4, "rare": 2, "once": 9, "half": 3}, [1, 1, 1, 1])
    reference = table_of({"often": 6, "rare": 2, "half": 2}, [1, 3, 1])
    table = keyness.keyness(target, reference)
    assert table[["type", "per_1000_target", "per_1000_reference"]].to_numpy().tolist() == [
        ["half", pytest.approx(1000 * 3 / 18), 200],
        ["often", pytest.approx(1000 * 4 / 18), 600],
    ]
    pd.testing.assert_frame_equal(table[COLUMNS[7:]], measured((3, 2), (4, 6), sizes=(18, 10)))
    assert set(keyness.keyness(target, reference, minimum=4)["type"]) == {"often", "half", "rare"}


def test_rows_of_one_type_are_added():
    """A type that stands twice in a table counts with the sum of its rows."""
    twice = pd.concat([table_of({"peace": 3, "war": 2}, 1), table_of({"peace": 4}, 1)])
    assert keyness.keyness(twice, table_of({"war": 9}))[COLUMNS[1:3]].to_numpy().tolist() == [[7, 0], [2, 9]]


def test_nothing_is_tested():
    """Where no type is common enough the table is empty and has its columns."""
    table = keyness.keyness(table_of({"peace": 1}), table_of({"war": 3}))
    assert table.empty
    assert list(table) == COLUMNS


def test_one_type_alone():
    """A type that both texts consist of is equally common in them; it has no odds, so z is empty."""
    table = keyness.keyness(table_of({"peace": 5}), table_of({"peace": 50}))
    assert table[SIGNED].to_numpy().tolist() == [[0, 0, 0, pytest.approx(np.nan, nan_ok=True)]]


def test_keyness_of_statements(divide):
    """Tables of frequencies go in as they are: the words of one's statements against those of another's."""
    target = terms.frequencies(divide("Peace and peace.", "Peace and trade."))
    reference = terms.frequencies(divide("War and war and war.", "War."))
    table = keyness.keyness(target, reference, minimum=3)
    assert table[["type", "n_target", "n_reference"]].to_numpy().tolist() == [
        ["peace", 3, 0],
        ["and", 2, 2],
        ["war", 0, 4],
    ]
    assert table["log_ratio"].tolist() == pytest.approx(
        [math.log2(Fraction(x)) for x in (Fraction(3, 1) / Fraction(1, 2), 1, Fraction(1, 2) / 4)]
    )


WHOLE = {"peace": 5, "war": 5}


@pytest.mark.parametrize(
    ("target", "reference", "options", "message"),
    [
        (
            table_of({}),
            table_of(WHOLE),
            {},
            r"target has 0 rows and the columns type, n, n_statements; it needs .* one",
        ),
        (table_of(WHOLE), table_of({"war": 0}), {}, "reference has 1 rows and .* and one token or more"),
        (
            table_of(WHOLE),
            table_of(WHOLE).drop(columns="n_statements"),
            {},
            "columns type, n; it needs type, n and n_st",
        ),
        (table_of(WHOLE), table_of(WHOLE), {"minimum": 0}, "minimum is 0 and prior 500.0; allowed are 1 or more"),
        (
            table_of(WHOLE),
            table_of(WHOLE),
            {"prior": 0},
            "minimum is 5 and prior 0; allowed are 1 or more, and more than",
        ),
        (table_of(WHOLE), table_of(WHOLE), {"prior": math.nan}, "prior nan"),
    ],
)
def test_what_cannot_be_compared_is_refused(target, reference, options, message):
    """A side without tokens or columns, a minimum of none and a prior of nothing are refused by name."""
    with pytest.raises(InputError, match=message):
        keyness.keyness(target, reference, **options)


# Speed


def test_a_hundred_thousand_types_are_quick():
    """The measures of 100,000 types of two texts of ten million tokens take a fraction of a second."""
    draw = np.random.default_rng(1)
    shares = 1 / np.arange(1, 100_001)
    sides = [draw.multinomial(10_000_000, own / own.sum()) for own in (shares, shares * draw.gamma(3, 1, 100_000))]
    took = []
    for _ in range(3):
        begin = time.perf_counter()
        table = keyness.measure(*sides, sizes=(10_000_000, 10_000_000))
        took.append(time.perf_counter() - begin)
    assert len(table) == 100_000
    assert min(took) < 0.3  # 0.04 s on an idle machine; the bound leaves room for busy ones
