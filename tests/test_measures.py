"""Emphasis: shares, intervals, positions and ranks, against scipy, the plain reference, and numbers by hand."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from emphasis import coding, measures
from emphasis.errors import InputError

# Ten sentences: peace in four, trade in three, both in one of these, nothing in four. 30 words.
TEN = (
    "We want peace. They make peace. Peace pays all. Trade brings peace. Trade pays all. Trade grows now. "
    "We met yesterday. They met today. All went home. Night came early."
)
THEMES = {"order": ["peace"], "money": ["trade"], "health": ["vaccine*"]}


@pytest.fixture(scope="module")
def ten(divide, book):
    """The ten sentences with their coding and its codebook."""
    divided, made = divide(TEN), book(THEMES)
    return divided, coding.code(divided, made), made


# Wilson's interval


@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 23), (1, 23), (9, 23), (12, 23), (22, 23), (23, 23), (5, 5000)]
)
def test_wilson_is_that_of_scipy(k, n):
    """The interval is scipy's, at every count from none to all."""
    low, high = measures.wilson(k, n)
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert (low, high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_wilson_as_published():
    """Newcombe (1998, Statistics in Medicine 17, 857-872, table I, method 3) prints these four intervals."""
    low, high = measures.wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


def test_wilson_is_the_95_per_cent_interval():
    """Z is the 97.5 % point of the normal distribution."""
    assert pytest.approx(norm.ppf(0.975)) == measures.Z


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_laws_of_wilson(counts):
    """The interval lies in [0, 1], holds its share, mirrors that of the rest, and narrows as the base grows."""
    k, n = counts
    low, high = measures.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    mirrored_low, mirrored_high = measures.wilson(n - k, n)
    assert (low, high) == (pytest.approx(1 - mirrored_high, abs=1e-12), pytest.approx(1 - mirrored_low, abs=1e-12))
    wide, narrow = (np.subtract(*measures.wilson(k * times, n * times)[::-1]) for times in (1, 4))
    assert narrow < wide
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5), ([1, 6], [5, 5])])
def test_wilson_of_what_is_no_share(k, n):
    """A count above its base or below none, and an empty base, are refused."""
    with pytest.raises(InputError, match="it needs a base of one or more, and a count between none and all of it"):
        measures.wilson(k, n)


# Emphasis


def test_emphasis_by_hand(ten):
    """Ten sentences by hand: units, shares, words split between themes, mentions, ranks; zeros keep their row."""
    table = measures.emphasis(*ten).set_index("theme")
    assert table.index.tolist() == ["order", "money", "health"]
    assert table["n_units"].tolist() == [4, 3, 0]
    assert table["of_units"].tolist() == [10, 10, 10]
    assert table["share_units"].tolist() == [4 / 10, 3 / 10, 0]
    assert table["share_words"].tolist() == [pytest.approx(float(Fraction(n) / 30)) for n in (10.5, 7.5, 0)]
    assert table["n_mentions"].tolist() == [4, 3, 0]
    assert table["mentions_per_1000"].tolist() == [pytest.approx(1000 * n / 30) for n in (4, 3, 0)]
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["label"].tolist() == ["Order", "Money", "Health"]
    assert table.loc["health", ["share_units_low", "share_units_high", "first", "mean_position"]].isna().all()
    bounds = binomtest(4, 10).proportion_ci(method="wilson")
    assert table.loc["order", ["share_units_low", "share_units_high"]].tolist() == pytest.approx(
        [bounds.low, bounds.high]
    )


def test_places_are_those_of_the_middles(ten):
    """`first` is the middle of a theme's first unit, from 0 at the text's first character to 1 at its last."""
    table = measures.emphasis(*ten).set_index("theme")
    middles = [
        (TEN.index(s) + len(s) / 2) / len(TEN) for s in ("Trade brings peace.", "Trade pays all.", "Trade grows now.")
    ]
    assert table["first"]["order"] == pytest.approx(len("We want peace.") / 2 / len(TEN))
    assert table["first"]["money"] == pytest.approx(middles[0])
    assert table["mean_position"]["money"] == pytest.approx(sum(middles) / 3)


@given(reference.corpora, reference.codebooks)
def test_shares_are_those_of_the_reference(divide, book, quick, corpus, themes):
    """Units, shares of units and of words, and mentions are those of the plain reference, statement by statement."""
    divided, made = divide(*corpus, root=quick), book(themes)
    table = measures.emphasis(divided, coding.code(divided, made), made)
    columns = ["n_units", "share_units", "share_words", "n_mentions"]
    for number, text in enumerate(corpus, start=1):
        own = table[table["statement_id"] == f"s{number}"].set_index("theme")[columns]
        for theme, expected in reference.shares(text, themes).items():
            assert own.loc[theme].tolist() == pytest.approx([float(value) for value in expected])


@given(reference.corpora, reference.codebooks)
def test_shares_of_words_sum_to_one(look_up, book, corpus, themes):
    """Shares of words, with the words of uncoded units, sum to one in each statement."""
    divided, coded = look_up(corpus, themes)
    table = measures.emphasis(divided, coded, book(themes))
    units = divided.units.merge(
        coded.codings[["statement_id", "unit_id"]].drop_duplicates(), how="left", indicator=True
    )
    uncoded = units[units["_merge"] == "left_only"].groupby("statement_id")["n_tokens"].sum()
    n_tokens = divided.statements.set_index("statement_id")["n_tokens"]
    total = table.groupby("statement_id")["share_words"].sum() + (uncoded / n_tokens).reindex(n_tokens.index).fillna(0)
    assert total.to_numpy() == pytest.approx(1)


@given(reference.corpora, reference.codebooks)
def test_several_statements_are_measured_as_each_alone(look_up, book, corpus, themes):
    """A statement's rows are the same in a corpus as alone."""
    together = measures.emphasis(*look_up(corpus, themes), book(themes))
    for number, text in enumerate(corpus, start=1):
        alone = measures.emphasis(*look_up([text], themes), book(themes)).drop(columns="statement_id")
        own = together[together["statement_id"] == f"s{number}"].drop(columns="statement_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone)


def test_ties_share_a_rank(divide, book):
    """Themes with as many units share the rank, in the codebook's order; the next rank is left out."""
    divided, made = divide(TEN.replace("Peace pays all. ", "") + " Done."), book({"c": ["early"], **THEMES})
    table = measures.emphasis(divided, coding.code(divided, made), made)
    assert list(zip(table["theme"], table["n_units"], table["rank"], strict=True)) == [
        ("order", 3, 1),
        ("money", 3, 1),
        ("c", 1, 3),
        ("health", 0, 4),
    ]


def test_few_units_are_not_ranked(divide, book):
    """A statement of nine units has shares and no ranks, one of ten has ranks."""
    made = book(THEMES)
    for n, is_ranked in ((9, False), (10, True)):
        divided = divide("Peace now. " * n)
        table = measures.emphasis(divided, coding.code(divided, made), made)
        assert table["rank"].notna().all() == is_ranked
        assert table["share_units"].tolist() == [1, 0, 0]


def test_all_and_none(divide, book):
    """Where every unit carries the theme the share is one up to its bound; where none does all rows stay, at zero."""
    divided = divide("Peace now. Peace then.")
    table = measures.emphasis(divided, coding.code(divided, book({"order": ["peace"]})), book({"order": ["peace"]}))
    assert table[["share_units", "share_units_high", "share_words"]].to_numpy().tolist() == [[1, 1, 1]]
    none = book({"health": ["vaccine"], "money": ["trade"]})
    empty = measures.emphasis(divided, coding.code(divided, none), none)
    assert empty[["theme", "n_units", "n_mentions"]].to_numpy().tolist() == [["health", 0, 0], ["money", 0, 0]]
    assert list(empty) == list(table)


def test_one_unit(divide, book):
    """In a text of one sentence a theme stands in the middle."""
    divided, made = divide("Peace now."), book({"order": ["peace"]})
    row = measures.emphasis(divided, coding.code(divided, made), made).iloc[0]
    assert (row["n_units"], row["of_units"], row["first"], row["mean_position"]) == (1, 1, 0.5, 0.5)


def test_the_seed_has_all_its_themes(seed_segments, seed_coding, diplomacy):
    """The seed's table has a row for each theme of the codebook, on a base of 23, sorted by units."""
    table = measures.emphasis(seed_segments, seed_coding, diplomacy)
    assert sorted(table["theme"]) == sorted(diplomacy.themes)
    assert set(table["of_units"]) == {23}
    assert table["n_units"].is_monotonic_decreasing
    assert math.fsum(table["n_units"]) == len(seed_coding.codings)


# Over statements


def test_the_mean_weighs_statements_alike(divide, book):
    """Of several statements a theme's share is the mean of theirs, whatever their lengths, and has no interval."""
    made = book(THEMES)
    divided = divide(TEN, "Trade pays. Trade grows.")
    own = measures.emphasis(divided, coding.code(divided, made), made)
    table = measures.average(own)
    money = own.loc[own["theme"] == "money", "share_units"].tolist()
    assert table["theme"].tolist() == ["money", "order", "health"]
    assert table[["n_units", "of_units", "n_statements"]].to_numpy().tolist() == [[5, 12, 2], [4, 12, 2], [0, 12, 2]]
    assert table["share_units"].tolist() == pytest.approx([sum(money) / 2, 4 / 10 / 2, 0])
    assert set(table["statement_id"]) == {measures.ALL}
    assert table["rank"].isna().all(), "two sentences are too few to rank"
    assert table[["share_units_low", "share_units_high"]].isna().all(axis=None)


def test_a_mean_is_ranked_where_every_statement_is(divide, book):
    """One statement of nine units leaves the mean without ranks; ten in each give them."""
    made = book(THEMES)
    for n, is_ranked in ((9, False), (10, True)):
        divided = divide(TEN, "Trade pays. " * n)
        table = measures.average(measures.emphasis(divided, coding.code(divided, made), made))
        assert table["rank"].notna().tolist() == [is_ranked] * 3
        assert table["share_units"].tolist() == pytest.approx([(3 / 10 + 1) / 2, 4 / 10 / 2, 0])


def test_equal_means_tie(divide, book):
    """Means that are equal but for rounding share a rank, and stand as in the first statement."""
    made = book({"a": ["apple"], "b": ["bread"]})
    texts = [" ".join(["Apple."] * a + ["Bread."] * b + ["Rest."] * (10 - a - b)) for a, b in ((1, 2), (2, 1), (4, 4))]
    divided = divide(*texts)
    table = measures.average(measures.emphasis(divided, coding.code(divided, made), made))
    assert table["rank"].tolist() == [1, 1]
    assert table["theme"].tolist() == ["b", "a"]


def test_of_one_statement_the_mean_is_its_own(ten):
    """Of one statement the table is its own."""
    table = measures.emphasis(*ten)
    own = measures.average(table)
    assert own["n_statements"].tolist() == [1, 1, 1]
    pd.testing.assert_frame_equal(own.drop(columns="n_statements"), table)


# By section, by unit


@given(reference.corpora, reference.codebooks)
def test_sections_sum_to_the_statement(look_up, book, corpus, themes):
    """Units of a theme over the sections sum to those of the statement, and every theme stands in every section."""
    divided, coded = look_up(corpus, themes)
    table = measures.themes_by_section(divided, coded, book(themes))
    whole = measures.emphasis(divided, coded, book(themes)).set_index(["statement_id", "theme"])
    sums = table.groupby(["statement_id", "theme"], sort=False)[["n_units", "of_units"]].sum()
    assert sums.loc[whole.index].to_numpy().tolist() == whole[["n_units", "of_units"]].to_numpy().tolist()
    assert len(table) == len(themes) * len(divided.sections)


def test_sections_by_hand(divide, book):
    """A theme has a row for each section, with its units there and the section's own base."""
    divided, made = (
        divide("Peace now. Trade now.\n\nPeace. Peace. Rest."),
        book({"money": ["trade"], "order": ["peace"]}),
    )
    table = measures.themes_by_section(divided, coding.code(divided, made), made)
    assert table[["theme", "section_label", "n_units", "of_units"]].to_numpy().tolist() == [
        ["order", "Paragraph 1", 1, 2],
        ["order", "Paragraph 2", 2, 3],
        ["money", "Paragraph 1", 1, 2],
        ["money", "Paragraph 2", 0, 3],
    ]


@given(reference.corpora, reference.codebooks)
def test_none_one_several_sum_to_all(look_up, corpus, themes):
    """Units with no theme, one and several are all units."""
    divided, coded = look_up(corpus, themes)
    table = measures.themes_per_unit(divided, coded)
    assert table["themes"].tolist() == ["none", "one", "several"]
    assert table["n_units"].sum() == len(divided.units)
    assert set(table["of_units"]) == {len(divided.units)}


def test_none_one_several_by_hand(ten):
    """Of the ten sentences four carry nothing, five one theme, one both."""
    assert measures.themes_per_unit(*ten[:2])["n_units"].tolist() == [4, 5, 1]


def test_positions_of_themes(divide, book):
    """Themes stand at the places of their units in the reading order of all statements."""
    divided = divide("Trade. Peace.", "Rest. Peace and trade.")
    table = measures.theme_positions(divided, coding.code(divided, book(THEMES)))
    assert sorted(table.itertuples(index=False, name=None)) == [("money", 1), ("money", 4), ("order", 2), ("order", 4)]
