"""Emphasis: shares, intervals, positions and ranks, against scipy, the plain reference, and numbers by hand."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from emphasis import coding, crosstabs, measures
from emphasis.errors import InputError
from emphasis.resampling import Bootstrap

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


@pytest.mark.slow
def test_the_coverage_of_wilson():
    """At 23 units, over shares from .02 to .98, the interval holds the true share in 94 to 97 % of samples.

    Exactly, by the chances of each count on a fine grid, and in 200,000 samples (standard error 0.05 points).
    """
    counts = np.arange(24)
    low, high = measures.wilson(counts, 23)
    p = np.linspace(0.02, 0.98, 20_001)[:, None]
    exact = (binom.pmf(counts, 23, p) * ((low <= p) & (p <= high))).sum(axis=1).mean()
    generator = np.random.default_rng(11)
    drawn = generator.uniform(0.02, 0.98, 200_000)
    k = generator.binomial(23, drawn)
    simulated = ((low[k] <= drawn) & (drawn <= high[k])).mean()
    assert 0.94 < exact < 0.97
    assert simulated == pytest.approx(exact, abs=0.002)


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
    """A statement's rows are the same in a corpus as alone, with what is drawn for them."""
    known = [{"statement_id": [f"s{number}"]} for number in range(1, len(corpus) + 1)]
    alone = [look_up([text], themes, columns=own) for text, own in zip(corpus, known, strict=True)]
    together = look_up(corpus, themes)
    for measure in (measures.emphasis, measures.differences):
        tables = [measure(*own, book(themes), draws=100) for own in alone]
        pd.testing.assert_frame_equal(measure(*together, book(themes), draws=100), pd.concat(tables, ignore_index=True))


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
    """Where every unit carries every theme each share is one, up to its bound; where none does each row stays, at 0."""
    divided, made = divide("Peace and trade. Trade and peace."), book({"order": ["peace"], "money": ["trade"]})
    table = measures.emphasis(divided, coding.code(divided, made), made)
    assert table[["share_units", "share_units_high", "share_words"]].to_numpy().tolist() == [[1, 1, 0.5]] * 2
    assert table[["share_words_low", "share_words_high"]].to_numpy().tolist() == [[0.5, 0.5]] * 2
    none = book({"health": ["vaccine"], "money": ["coin"]})
    empty = measures.emphasis(divided, coding.code(divided, none), none)
    assert empty[["theme", "n_units", "n_mentions"]].to_numpy().tolist() == [["health", 0, 0], ["money", 0, 0]]
    assert list(empty) == list(table)
    assert empty.dtypes.tolist() == table.dtypes.tolist()
    counted = ["n_units", "of_units", "share_units", "share_words", "n_mentions", "mentions_per_1000"]
    assert empty.drop(columns=["statement_id", "theme", "label", *counted]).isna().all(axis=None)


def test_one_unit(divide, book):
    """In a text of one sentence a theme stands in the middle; resampling and leaving out say nothing of it."""
    divided, made = divide("Peace now."), book({"order": ["peace"]})
    row = measures.emphasis(divided, coding.code(divided, made), made).iloc[0]
    assert (row["n_units"], row["of_units"], row["first"], row["mean_position"]) == (1, 1, 0.5, 0.5)
    assert (row["share_units_low"], row["share_units_high"]) == (pytest.approx(1 / (1 + measures.Z**2)), 1), (
        "of one of one Wilson's lower bound is 1 / (1 + z²)"
    )
    ranges = ["share_units_min", "share_units_max", "share_words_low", "share_words_high", "concentration", "rank"]
    assert row[ranges].isna().all()


@given(reference.corpora, reference.codebooks)
def test_bounds_are_those_of_plain_loops(look_up, book, corpus, themes):
    """The bounds of a share of words are the 2.5 and 97.5 % points of shares counted draw by draw, unit by unit."""
    divided, coded = look_up(corpus, themes)
    table = measures.emphasis(divided, coded, book(themes), draws=100, seed=4).set_index(["statement_id", "theme"])
    carried = coded.codings.groupby(["statement_id", "unit_id"])["theme"].agg(set).to_dict()
    for name, units in divided.units.groupby("statement_id"):
        own = [(carried.get((name, row.unit_id), set()), row.n_tokens) for row in units.itertuples()]
        times = Bootstrap(100, seed=4).sums(np.eye(len(own)), name).tolist()
        for theme in themes:
            shares = [
                sum(n * size / len(said) for n, (said, size) in zip(draw, own, strict=True) if theme in said)
                / sum(n * size for n, (_, size) in zip(draw, own, strict=True))
                for draw in times
            ]
            bounds = table.loc[(name, theme), ["share_words_low", "share_words_high"]].tolist()
            if table["n_units"][name, theme] and len(own) > 1:
                assert bounds == pytest.approx(np.percentile(shares, [2.5, 97.5]).tolist())
            else:
                assert np.isnan(bounds).all()


@pytest.mark.parametrize("draws", [0, 50, 2_000_000])
@pytest.mark.parametrize("measure", [measures.emphasis, measures.differences, measures.difference_between])
def test_draws_have_bounds(ten, measure, draws):
    """Whatever is resampled refuses too few draws and too many."""
    with pytest.raises(InputError, match=rf"draws is {draws}; allowed are: whole numbers from 100 to 1,000,000"):
        measure(*ten, draws=draws)


# Four sections of 3, 2, 1 and 4 units; peace in 2, 2, 0, 1 of them, trade in the last four.
FOUR = "Peace. Peace. Rest.\n\nPeace. Peace.\n\nRest.\n\nTrade and peace. Trade. Trade. Trade."


def test_a_section_left_out_by_hand(divide, book):
    """The range goes from the least to the greatest share that is left when one section is taken away."""
    divided, made = divide(FOUR), book(THEMES)
    table = measures.emphasis(divided, coding.code(divided, made), made).set_index("theme")
    ranges = table[["share_units_min", "share_units_max"]]
    assert ranges.loc["order"].tolist() == [min(3 / 7, 3 / 8, 5 / 9, 4 / 6), max(3 / 7, 3 / 8, 5 / 9, 4 / 6)]
    assert ranges.loc["money"].tolist() == [0, 4 / 7]
    assert ranges.loc["health"].isna().all()


@given(reference.corpora, reference.codebooks)
def test_a_section_left_out_is_a_text_without_it(look_up, book, corpus, themes):
    """The range holds the share, and its ends are shares of a text that lacks a section."""
    divided, coded = look_up(corpus, themes)
    table = measures.emphasis(divided, coded, book(themes), draws=100)
    grid = crosstabs.themes_by_section(divided, coded, book(themes))
    for row in table[table["n_units"] > 0].itertuples():
        own = grid[(grid["statement_id"] == row.statement_id) & (grid["theme"] == row.theme)]
        left = (row.n_units - own["n_units"]) / (row.of_units - own["of_units"])
        assert np.isnan(row.share_units_min) == np.isnan(row.share_units_max) == (len(own) == 1)
        if len(own) > 1:
            assert (row.share_units_min, row.share_units_max) == pytest.approx((left.min(), left.max()))
            assert row.share_units_min - 1e-12 <= row.share_units <= row.share_units_max + 1e-12


def test_concentration_by_hand(divide, book):
    """Concentration is DPnorm over the sections; below five units of the theme, or of one section, it is empty."""
    divided, made = divide(FOUR), book(THEMES)
    table = measures.emphasis(divided, coding.code(divided, made), made).set_index("theme")
    gaps = [abs(Fraction(own, 5) - Fraction(size, 10)) for own, size in ((2, 3), (2, 2), (0, 1), (1, 4))]
    assert table["concentration"]["order"] == pytest.approx(float(sum(gaps) / 2 / (1 - Fraction(1, 10))))
    assert np.isnan(table["concentration"]["money"]), "four units are too few"
    one = divide(FOUR.replace("\n\n", " "))
    assert measures.emphasis(one, coding.code(one, made), made)["concentration"].isna().all()


def test_concentration_as_published(divide, book):
    """Of the example of Gries (2008), 1, 2, 3, 4, 5 of 9, 10, 10, 10, 11, DPnorm is .22 (Lijffijt & Gries 2012)."""
    parts = [(1, 9), (2, 10), (3, 10), (4, 10), (5, 11)]
    text = "\n\n".join("Peace. " * own + "Rest. " * (size - own) for own, size in parts)
    divided, made = divide(text), book({"order": ["peace"]})
    row = measures.emphasis(divided, coding.code(divided, made), made).iloc[0]
    assert row["concentration"] == pytest.approx(0.2195121951219512)


ACTS = pd.DataFrame(
    [
        ("s1", 1, "commits", "issuer"),  # order
        ("s1", 2, "commits", "both"),  # order
        ("s1", 3, "offers", "both"),  # order
        ("s1", 4, "offers", "issuer"),  # order and money
        ("s1", 5, "endorses", "issuer"),  # money
        ("s1", 6, "commits", "other"),  # money
        ("s1", 7, "commits", "issuer"),  # nothing
        *(("s1", unit, "states", "") for unit in (8, 9, 10)),
    ],
    columns=["statement_id", "unit_id", "act", "agent"],
)
NAMED = pd.DataFrame(
    [("s1", 1, "amount"), ("s1", 1, "date"), ("s1", 4, "initiative"), ("s1", 4, "institution"), ("s1", 5, "name")],
    columns=["statement_id", "unit_id", "kind"],
)


@pytest.fixture(scope="module")
def telling(ten, book):
    """The ten sentences, with a codebook that looks for named things."""
    divided, coded, _ = ten
    return divided, coded, book(THEMES, named={"amount": ["million"]})


def test_what_is_undertaken_by_hand(telling):
    """The issuer's commitments and offers count among a theme's units, those of both sides apart; others do not."""
    divided, coded, made = telling
    table = measures.emphasis(divided, replace(coded, acts=ACTS, named=NAMED), made).set_index("theme")
    columns = ["n_commits", "n_offers", "n_joint", "undertaken", "named_per_unit"]
    assert table.loc["order", columns].tolist() == [1, 1, 2, 2 / 4, 4 / 4]
    assert table.loc["money", columns].tolist() == [0, 1, 0, 1 / 3, 2 / 3]
    assert table.loc["health", columns[:3]].tolist() == [0, 0, 0]
    assert table.loc["health", columns[3:]].isna().all()


def test_without_acts_nothing_is_undertaken_or_not(telling):
    """Where no acts are coded their columns are empty; what is named still counts."""
    divided, coded, made = telling
    table = measures.emphasis(divided, replace(coded, acts=ACTS[:0], named=NAMED), made).set_index("theme")
    assert table[["n_commits", "n_offers", "n_joint", "undertaken"]].isna().all(axis=None)
    assert table["named_per_unit"]["order"] == 4 / 4
    coded_acts = measures.emphasis(divided, replace(coded, acts=ACTS, named=NAMED), made).set_index("theme")
    assert table.dtypes.tolist() == coded_acts.dtypes.tolist()


def in_english_too(found):
    """Return themes, acts or kinds of names with the Spanish words in English as well."""
    return {
        name: part.model_copy(update={"patterns": part.patterns | {"en": part.patterns["es"]}})
        for name, part in found.items()
    }


@pytest.mark.parametrize("looked_for", ["acts", "named"])
def test_what_is_not_looked_for_in_a_language_is_empty(divide, book, looked_for):
    """Of a language without formulas, or without named things, the columns are empty and not zero; the rest counts."""
    parts = {"acts": {"commits": ["will"]}, "named": {"amount": ["million"]}}
    made = book(THEMES, language="es", agents={"issuer": ["we"]}, **parts)
    told = {part: in_english_too(getattr(made, part)) for part in ("themes", "acts", "named") if part != looked_for}
    made = made.model_copy(update=told | {"agents": {"issuer": {"en": ["we"], "es": ["we"]}}})
    divided = divide(*["We will bring peace. A million for peace."] * 2, language=["en", "es"])
    table = measures.emphasis(divided, coding.code(divided, made), made).set_index(["theme", "statement_id"])
    columns = ["n_commits", "n_offers", "n_joint", "undertaken", "named_per_unit"]
    known = [1, 0, 0, 1 / 2, 1 / 2]
    is_empty = [(column == "named_per_unit") == (looked_for == "named") for column in columns]
    order, absent = table.loc["order", columns], table.loc["health", columns]
    assert order.loc["s2"].tolist() == known
    assert order.loc["s1"].isna().tolist() == is_empty
    assert order.loc["s1"].dropna().tolist() == [n for n, empty in zip(known, is_empty, strict=True) if not empty]
    assert absent.loc["s2", columns[:3]].tolist() == [0, 0, 0] and absent.loc["s2", columns[3:]].isna().all()
    assert absent.loc["s1", columns[:3]].isna().tolist() == is_empty[:3]
    assert table["n_units"]["order"].tolist() == [2, 2]


def test_the_seed_has_all_its_themes(seed_segments, seed_coding, diplomacy):
    """The seed's table has a row for each theme of the codebook, on a base of 23, sorted by units."""
    table = measures.emphasis(seed_segments, seed_coding, diplomacy)
    assert sorted(table["theme"]) == sorted(diplomacy.themes)
    assert set(table["of_units"]) == {23}
    assert table["n_units"].is_monotonic_decreasing
    assert math.fsum(table["n_units"]) == len(seed_coding.codings)


# Differences


def test_differences_by_hand(ten):
    """Each pair of themes with a unit of either has a row, the higher share first; a pair of none has no row."""
    table = measures.differences(*ten)
    assert table[["theme", "label", "other", "other_label"]].to_numpy().tolist() == [
        ["order", "Order", "money", "Money"],
        ["order", "Order", "health", "Health"],
        ["money", "Money", "health", "Health"],
    ]
    assert table["difference"].tolist() == pytest.approx([1 / 10, 4 / 10, 3 / 10])
    assert set(table["statement_id"]) == {"s1"}
    assert table["is_apart"].tolist() == [False, True, False]


@given(
    reference.codebooks, st.lists(st.sampled_from(["Peace.", "China trade.", "Peace trade."]), min_size=10, max_size=14)
)
def test_differences_are_those_of_plain_loops(look_up, book, themes, sentences):
    """Differences of two themes are taken within each draw; they are apart where the interval excludes zero."""
    divided, coded = look_up([" ".join(sentences)], themes)
    n = len(divided.units)
    times = Bootstrap(100, seed=3).sums(np.eye(n), "s1").tolist()
    units = {theme: set(own["unit_id"]) for theme, own in coded.codings.groupby("theme")}
    shares = {t: [sum(draw[unit - 1] for unit in units.get(t, ())) / n for draw in times] for t in themes}
    table = measures.differences(divided, coded, book(themes), draws=100, seed=3)
    for row in table.itertuples():
        drawn = [a - b for a, b in zip(shares[row.theme], shares[row.other], strict=True)]
        low, high = np.percentile(drawn, [2.5, 97.5])
        assert (row.difference_low, row.difference_high) == (pytest.approx(low), pytest.approx(high))
        assert row.is_apart == (row.difference_low > 0 or row.difference_high < 0)
        assert row.difference == pytest.approx((len(units[row.theme]) - len(units.get(row.other, ()))) / n)
        assert row.difference >= 0
    ranked = measures.emphasis(divided, coded, book(themes), draws=100).set_index("theme")["n_units"]
    expected = [pair for pair in combinations(ranked.index, 2) if ranked[pair[0]] > 0]
    assert list(zip(table["theme"], table["other"], strict=True)) == expected


def test_equal_themes_are_never_apart(divide, book):
    """Of two themes that the same units carry the difference is zero in every draw."""
    divided, made = divide("Peace trade. " * 5 + "Rest. " * 5), book({"a": ["peace"], "b": ["trade"]})
    (row,) = measures.differences(divided, coding.code(divided, made), made).itertuples()
    assert (row.theme, row.other, row.is_apart) == ("a", "b", False)
    assert (row.difference, row.difference_low, row.difference_high) == (0, 0, 0)


def test_differences_of_what_is_not_ranked(divide, book):
    """A statement below ten units, and one without a coding, have no row; the others keep theirs."""
    made = book({"order": ["peace"], "money": ["trade"]})
    divided = divide("Peace. " * 9, "Peace. " * 10, "Rest. " * 10)
    table = measures.differences(divided, coding.code(divided, made), made)
    assert table[["statement_id", "theme", "other", "difference"]].to_numpy().tolist() == [["s2", "order", "money", 1]]
    short = divide("Peace. " * 9)
    empty = measures.differences(short, coding.code(short, made), made)
    assert len(empty) == 0
    assert list(empty) == list(table)
    assert table["is_apart"].dtype == empty["is_apart"].dtype == bool


def test_two_statements_are_drawn_apart(divide, book):
    """The difference of two statements is taken over the draws of each: those of its own id."""
    divided, made = divide(TEN, "Peace. " * 5 + "Trade. " * 6), book(THEMES)
    table = measures.difference_between(divided, coding.code(divided, made), made, seed=2)
    assert table[["theme", "label", "target", "reference"]].to_numpy().tolist() == [
        ["order", "Order", "s1", "s2"],
        ["money", "Money", "s1", "s2"],
    ]
    assert table["difference"].tolist() == pytest.approx([4 / 10 - 5 / 11, 3 / 10 - 6 / 11])
    first = Bootstrap(seed=2).sums(np.eye(10), "s1")[:, :4].sum(axis=1) / 10
    second = Bootstrap(seed=2).sums(np.eye(11), "s2")[:, :5].sum(axis=1) / 11
    low, high = np.percentile(first - second, [2.5, 97.5])
    assert table.loc[0, ["difference_low", "difference_high"]].tolist() == pytest.approx([low, high])
    assert table["is_apart"].tolist() == [False, False]


def test_swapping_target_and_reference_flips_the_sign(divide, book):
    """With the statements the other way round each difference and its bounds change their sign, no verdict moves."""
    made, texts = book(THEMES), {"a": TEN, "b": "Peace. " * 12}
    one, other = (
        measures.difference_between(divided, coding.code(divided, made), made)
        for divided in (divide(*(texts[name] for name in names), statement_id=list(names)) for names in ("ab", "ba"))
    )
    assert one["difference"].tolist() == pytest.approx((-other["difference"]).tolist())
    assert one["difference_low"].tolist() == pytest.approx((-other["difference_high"]).tolist())
    assert one["is_apart"].tolist() == other["is_apart"].tolist() == [True, False]


def test_between_what_is_too_short_there_is_no_row(divide, book):
    """Where one of two statements is below ten units there is no row, and the columns stay."""
    made = book(THEMES)
    long, short = divide(TEN, TEN), divide(TEN, "Peace. " * 9)
    rows, none = (measures.difference_between(divided, coding.code(divided, made), made) for divided in (long, short))
    assert (len(rows), len(none)) == (2, 0)
    assert list(rows) == list(none)


@pytest.mark.parametrize("n", [1, 3])
def test_a_difference_is_between_two(divide, book, n):
    """One statement, or three, are refused."""
    divided, made = divide(*[TEN] * n), book(THEMES)
    with pytest.raises(InputError, match=f"a difference was asked for of {n} statements; it is between two"):
        measures.difference_between(divided, coding.code(divided, made), made)


# Shares of some units


def test_shares_of_the_units_kept(divide, book):
    """Shares of some units are those of a text of them alone; a statement that keeps none has no row."""
    divided, made = divide("Rest.", TEN), book(THEMES)
    coded = coding.code(divided, made)
    matches = coding.mentions(divided, coded.codings, made)
    kept = divided.units["text"].str.startswith("T").to_numpy()
    found = measures.shares(divided, matches, kept=kept)
    alone = divide(" ".join(divided.units["text"][kept]))
    expected = measures.shares(alone, coding.mentions(alone, coding.code(alone, made).codings, made))
    assert {name: values.tolist() for name, values in found.items()} == {
        name: values.tolist() for name, values in expected.items()
    }
    assert found["n_units"].tolist() == [[2, 3, 0]]
    assert found["of_units"].tolist() == [[5, 5, 5]]


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


def test_equal_means_tie(ten):
    """Means that are equal but for rounding share a rank, and stand as in the first statement."""
    table = measures.emphasis(*ten)[:2]
    both = pd.concat([table, table.assign(statement_id="s2")], ignore_index=True)
    means = measures.average(both.assign(share_units=[0.3, 0.1 + 0.2] * 2))
    assert means["rank"].tolist() == [1, 1]
    assert means["theme"].tolist() == ["order", "money"]


def test_of_one_statement_the_mean_is_its_own(ten):
    """Of one statement the table is its own."""
    table = measures.emphasis(*ten)
    own = measures.average(table)
    assert own["n_statements"].tolist() == [1, 1, 1]
    pd.testing.assert_frame_equal(own.drop(columns="n_statements"), table)
