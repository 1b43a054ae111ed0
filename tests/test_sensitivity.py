"""Sensitivity: orders under other choices by hand, against the plain reference, and at the edges."""

import math
import time
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from emphasis import coding, measures
from emphasis.errors import InputError
from emphasis.segments import segment
from emphasis.sensitivity import sensitivity

# Eleven sentences in four paragraphs, three of them headings; 22 words. Peace in four, trade in five, both in one.
FOUR = (
    "Peace now. Peace then.\n\nFirst, expand trade. Peace and trade. Rest.\n\n"
    "Second, expand trade. Trade grows. Rest.\n\nThird, expand trade. Rest. Peace."
)
HEADED = "\n\n".join([FOUR] * 3)  # the same shares, in paragraphs enough to rank
ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"]
HEADINGS = "\n\n".join(f"{ordinal}, expand trade." for ordinal in ORDINALS)
THEMES = {"health": ["vaccine*"], "bond": ["peace and trade"], "order": ["peace"], "money": ["trade"]}
CHOICES = ["default", "measure", "unit", "headings", "nesting", "theme", "pattern"]


def statements(*texts):
    """Return texts as statements: s1, s2 and so on."""
    ids = [f"s{number}" for number in range(1, len(texts) + 1)]
    return pd.DataFrame({"statement_id": ids, "title": "", "language": "en", "body": 0, "text": list(texts)})


@pytest.fixture(scope="module")
def headed(root, book):
    """The table of the eleven sentences three times over, `order` doubtful."""
    made = book(THEMES).model_copy(update={"doubtful": ["order"]})
    return sensitivity(root, statements(HEADED), made)


def of(table, variant, column, themes=("money", "order", "bond", "health")):
    """Return a column of one variant, theme by theme; None where it is empty."""
    values = table[table["variant"] == variant].set_index("theme").loc[list(themes), column]
    return [None if pd.isna(value) else value for value in values]


def test_shares_by_hand(headed):
    """Each variant's shares are those of its own units, words or matches."""
    assert of(headed, "share of sentences", "share") == pytest.approx([5 / 11, 4 / 11, 1 / 11, 0])
    assert of(headed, "share of words", "share") == pytest.approx([12 / 22, 6 / 22, 1 / 22, 0])
    assert of(headed, "mentions per 1,000 words", "share") == pytest.approx([5000 / 22, 4000 / 22, 1000 / 22, 0])
    assert of(headed, "paragraphs", "share") == pytest.approx([3 / 4, 3 / 4, 1 / 4, 0])
    assert of(headed, "without headings", "share") == pytest.approx([2 / 8, 4 / 8, 1 / 8, 0])
    assert of(headed, "longest match only", "share") == pytest.approx([4 / 11, 3 / 11, 1 / 11, 0])
    assert of(headed, "without Order", "share", ["money", "bond", "health"]) == pytest.approx([5 / 11, 1 / 11, 0])
    assert of(headed, "without Order", "share", ["order"]) == [None]
    assert of(headed, "any one pattern left out", "share") == [None] * 4


def test_ranks_by_hand(headed):
    """A rank is 1 + the themes with more; one pattern left out gives the best and the worst of three orders."""
    present = ("money", "order", "bond")
    expected = {
        "share of sentences": [1, 2, 3],
        "share of words": [1, 2, 3],
        "mentions per 1,000 words": [1, 2, 3],
        "paragraphs": [1, 1, 3],
        "without headings": [2, 1, 3],
        "longest match only": [1, 2, 3],
        "without Order": [1, None, 2],
    }
    for variant, ranks in expected.items():
        assert of(headed, variant, "rank_best", present) == ranks
        assert of(headed, variant, "rank_worst", present) == ranks
    assert of(headed, "any one pattern left out", "rank_best", present) == [1, 1, 2]
    assert of(headed, "any one pattern left out", "rank_worst", present) == [3, 3, 3]


def test_a_theme_absent_throughout_has_no_rank(headed):
    """A theme that is nowhere keeps its rows, with a share of zero and no rank."""
    absent = headed[headed["theme"] == "health"]
    assert len(absent) == headed["variant"].nunique()
    assert absent[["rank_best", "rank_worst"]].isna().all(axis=None)


def test_tau_by_hand(headed):
    """tau-b is (like − unlike) / pairs where nothing ties; with ties it is divided by the root of what is not tied."""
    taus = headed.drop_duplicates("variant").set_index("variant")["tau_b"]
    assert taus.to_dict() == pytest.approx(
        {
            "share of sentences": 1,
            "share of words": 1,
            "mentions per 1,000 words": 1,
            "paragraphs": 2 / math.sqrt(3 * 2),
            "without headings": 1 / 3,
            "longest match only": 1,
            "without Order": 1,
            "any one pattern left out": -1 / 3,
        }
    )


def test_rows_stand_in_order(headed):
    """The default comes first, the choices in their order, in each the themes as by default."""
    assert headed["choice"].drop_duplicates().tolist() == CHOICES
    for _, rows in headed.groupby("variant"):
        assert rows["theme"].tolist() == ["money", "order", "bond", "health"]
        assert rows["label"].tolist() == ["Money", "Order", "Bond", "Health"]


# Against the plain reference


def ranks_of(shares: Mapping[str, float]) -> dict[str, int]:
    """Return 1 + the number of themes with a higher share."""
    return {theme: 1 + sum(other > own + 1e-9 for other in shares.values()) for theme, own in shares.items()}


def tau_b(one, other):
    """Return Kendall's tau-b of the themes present in either, by its definition: pair by pair."""
    present = [theme for theme in one if one[theme] > 0 or other[theme] > 0]
    signs = [
        [(a > b + 1e-9) - (b > a + 1e-9) for a, b in combinations([shares[theme] for theme in present], 2)]
        for shares in (one, other)
    ]
    both = math.prod(sum(sign != 0 for sign in own) for own in signs)
    return sum(a * b for a, b in zip(*signs, strict=True)) / math.sqrt(both) if both else None


def shares_of(texts, themes, measure):
    """Return the mean over texts of a measure of each theme: 1 the share of units, 2 of words."""
    own = [reference.shares(text, themes) for text in texts]
    return {theme: float(sum(shares[theme][measure] for shares in own) / len(own)) for theme in themes}


SENTENCES = ("China peace. ", "Peace of trade. ", "Trades. ", "One-China. ", "Rest. ", "Trade, trade. ", "People. ")
long_texts = st.lists(st.sampled_from(SENTENCES), min_size=10, max_size=13).map("".join)


@given(st.lists(long_texts, min_size=1, max_size=2), reference.codebooks)
def test_orders_are_those_of_the_reference(quick, book, texts, themes):
    """The default, the words and every pattern left out give the shares, ranks and tau-b of the plain reference."""
    table = sensitivity(quick, statements(*texts), book(themes))
    default = shares_of(texts, themes, 1)
    absent = {theme for theme in themes if default[theme] == 0}
    for variant, measure in (("share of sentences", 1), ("share of words", 2)):
        expected = shares_of(texts, themes, measure)
        assert of(table, variant, "share", themes) == pytest.approx(list(expected.values()))
        assert of(table, variant, "tau_b", themes)[0] == pytest.approx(tau_b(default, expected))
        ranks = [None if theme in absent else rank for theme, rank in ranks_of(expected).items()]
        assert of(table, variant, "rank_best", themes) == of(table, variant, "rank_worst", themes) == ranks
    fired = {match[1:3] for text in texts for match in reference.evidence(text, themes)}
    left = [
        shares_of(texts, themes | {theme: [other for other in themes[theme] if other != pattern]}, 1)
        for theme, pattern in fired
    ]
    assert ("pattern" in set(table["choice"])) == bool(left)
    if left:
        ranks = pd.DataFrame([ranks_of(shares) for shares in left]).drop(columns=list(absent))
        assert of(table, "any one pattern left out", "rank_best", ranks) == ranks.min().tolist()
        assert of(table, "any one pattern left out", "rank_worst", ranks) == ranks.max().tolist()
        taus = [tau for shares in left if (tau := tau_b(default, shares)) is not None]
        assert of(table, "any one pattern left out", "tau_b", themes)[0] == pytest.approx(min(taus, default=None))


# Against emphasis


@pytest.mark.parametrize(("unit", "others"), [("sentence", ["paragraph"]), ("section", ["sentence", "paragraph"])])
def test_other_units_are_those_of_emphasis(root, book, unit, others):
    """The default is the mean emphasis of the study's unit, in its order; each other unit has that unit's shares."""
    texts = statements("Peace. Rest.\n\n" * 11 + "Trade.", "Peace and trade. Rest.\n\nPeace. Trade.\n\n" * 6)
    made = book(THEMES)
    table = sensitivity(root, texts, made, unit=unit)
    for variant, choice in [(f"share of {unit}s", unit), *((f"{other}s", other) for other in others)]:
        divided = segment(root, texts, unit=choice)
        expected = measures.average(measures.emphasis(divided, coding.code(divided, made), made, draws=100))
        assert of(table, variant, "share", expected["theme"]) == pytest.approx(expected["share_units"].tolist())
    assert table[table["choice"] == "unit"]["variant"].drop_duplicates().tolist() == [f"{other}s" for other in others]


def test_the_default_of_the_seed(root, seed, seed_segments, seed_coding, diplomacy):
    """Of the seed the default is the emphasis of 04: its shares, order and ranks; and every choice can be made."""
    table = sensitivity(root, seed, diplomacy)
    expected = measures.emphasis(seed_segments, seed_coding, diplomacy)
    default = table[table["choice"] == "default"].set_index("theme")
    assert default.index.tolist() == expected["theme"].tolist()
    assert default["share"].tolist() == pytest.approx(expected["share_units"].tolist())
    seen = expected["n_units"].to_numpy() > 0
    assert default["rank_best"][seen].tolist() == expected["rank"][seen].tolist()
    assert table["choice"].drop_duplicates().tolist() == CHOICES
    (few,) = table[table["choice"] == "unit"]["variant"].unique()
    assert few == "paragraphs (too few)", "the seed has six"
    assert table.loc[table["variant"] == few, ["share", "rank_best", "rank_worst", "tau_b"]].isna().all(axis=None)


def test_ties_over_statements_stand_as_in_the_first(root, book):
    """Means that are equal but for rounding share a rank, in the order of `average`."""
    made = book({"a": ["apple"], "b": ["bread"]})
    texts = [" ".join(["Apple."] * a + ["Bread."] * b + ["Rest."] * (10 - a - b)) for a, b in ((1, 3), (2, 2), (3, 1))]
    table = sensitivity(root, statements(*texts), made)
    assert table["theme"][:2].tolist() == ["b", "a"]
    assert table["rank_best"][:2].tolist() == [1, 1]
    assert np.isnan(table["tau_b"][0]), "two themes that tie are no order"


# Edges


@pytest.mark.parametrize(
    ("texts", "variant"),
    [
        ([FOUR], "paragraphs (too few)"),
        (["Peace. Trade.\n\n" * 9], "paragraphs (too few)"),
        (["Peace. Trade.\n\n" * 10], "paragraphs"),
        (["Peace. Trade.\n\n" * 10, FOUR], "paragraphs (too few)"),
    ],
)
def test_other_units_that_are_too_few_have_no_order(root, book, texts, variant):
    """Of other units any statement needs ten; else they keep their rows, with neither share nor rank nor tau-b."""
    table = sensitivity(root, statements(*texts), book(THEMES))
    rows = table[table["choice"] == "unit"]
    assert rows["variant"].unique().tolist() == [variant]
    assert rows["theme"].tolist() == table["theme"][:4].tolist()
    is_empty = rows[["share", "rank_best", "rank_worst"]].isna()[rows["theme"].isin(["money", "order"])]
    assert is_empty.to_numpy().tolist() == [[variant != "paragraphs"] * 3] * 2
    assert rows["tau_b"].isna().all() or variant == "paragraphs"


def test_too_few_units_leave_the_other_ranks(root, book, headed):
    """Beside paragraphs that are too few, every other variant has the ranks it has beside enough of them."""
    made = book(THEMES).model_copy(update={"doubtful": ["order"]})
    few = sensitivity(root, statements(FOUR), made)
    others = [table[table["choice"] != "unit"].reset_index(drop=True) for table in (few, headed)]
    pd.testing.assert_frame_equal(*others)


def test_the_other_nesting_policy(root, book):
    """Where the longest match alone counts, the other choice counts the matches inside it too."""
    table = sensitivity(root, statements(HEADED), book(THEMES), nested="codebook")
    assert of(table, "share of sentences", "share") == pytest.approx([4 / 11, 3 / 11, 1 / 11, 0])
    assert of(table, "matches inside others too", "share") == pytest.approx([5 / 11, 4 / 11, 1 / 11, 0])
    assert of(table, "paragraphs", "share") == pytest.approx([3 / 4, 2 / 4, 1 / 4, 0])


def test_patterns_are_left_out_under_the_policy_of_the_study(root, book):
    """Where the longest match alone counts, `peace` stays second without `trade`; else it would be first."""
    text = statements("Peace and trade. " * 4 + "Trade. " * 3 + "Peace. " * 2 + "Rest.")
    table = sensitivity(root, text, book(THEMES), nested="codebook")
    assert of(table, "any one pattern left out", "rank_best", ["bond", "money", "order"]) == [1, 1, 2]
    other = sensitivity(root, text, book(THEMES))
    assert of(other, "any one pattern left out", "rank_best", ["bond", "money", "order"]) == [2, 1, 1]


@pytest.mark.parametrize(("text", "is_heading"), [("Peace. " * 10, False), (HEADINGS, True)])
def test_headings_are_left_out_where_there_are_some(root, book, text, is_heading):
    """A text without a heading, and one of headings alone, have no such variant."""
    assert set(segment(root, statements(text)).units["is_heading"]) == {is_heading}
    assert "headings" not in set(sensitivity(root, statements(text), book(THEMES))["choice"])


def test_only_what_is_doubtful_is_left_out(root, book):
    """Each doubtful theme is a variant; a codebook that doubts none has no such variant."""
    made = book(THEMES)
    assert "theme" not in set(sensitivity(root, statements(HEADED), made)["choice"])
    doubting = made.model_copy(update={"doubtful": ["order", "money"]})
    table = sensitivity(root, statements(HEADED), doubting)
    assert table[table["choice"] == "theme"]["variant"].drop_duplicates().tolist() == ["without Order", "without Money"]
    assert of(table, "without Money", "rank_best", ("money", "order", "bond")) == [None, 1, 2]


def test_a_short_statement_has_no_order(root, book):
    """One statement of nine units leaves the table empty, with its columns and types."""
    made = book(THEMES)
    rows = sensitivity(root, statements("Peace. " * 10), made)
    none = sensitivity(root, statements("Peace. " * 10, "Peace. " * 9), made)
    assert (len(rows) > 0, len(none)) == (True, 0)
    assert none.dtypes.to_dict() == rows.dtypes.to_dict()


def test_none_coded(root, book):
    """Where no theme is found every share is zero, nothing is ranked, and there is no pattern to leave out."""
    table = sensitivity(root, statements("Rest.\n\n" * 10), book(THEMES))
    assert table["choice"].drop_duplicates().tolist() == ["default", "measure", "unit", "nesting"]
    assert (table["share"] == 0).all()
    assert table[["rank_best", "rank_worst", "tau_b"]].isna().all(axis=None)


def test_all_coded_with_all(root, book):
    """Where every unit carries every theme all themes tie at the first rank, and there is no order to compare."""
    table = sensitivity(root, statements("Peace and trade.\n\n" * 10), book({"a": ["peace"], "b": ["trade"]}))
    shares = table[table["choice"].isin(["default", "unit", "nesting"])]
    assert (shares[["share", "rank_best", "rank_worst"]] == 1).all(axis=None)
    assert table["tau_b"].isna().all()


def test_a_statement_of_headings_alone_leaves_the_mean(root, book):
    """Without headings a statement that holds nothing else is left out; the mean is that of the others."""
    table = sensitivity(root, statements(HEADINGS, HEADED), book(THEMES))
    assert of(table, "without headings", "share") == pytest.approx([2 / 8, 4 / 8, 1 / 8, 0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"unit": "word"}, "unit is 'word'; allowed are: sentence, paragraph, section"),
        ({"nested": "both"}, "nested is 'both'; allowed are: theme, codebook"),
    ],
)
def test_choices_that_there_are_not(root, book, given, message):
    """A unit and a policy that there are not are refused."""
    with pytest.raises(InputError, match=message):
        sensitivity(root, statements(HEADED), book(THEMES), **given)


def test_leaving_out_seventy_patterns_is_quick(root, seed, diplomacy, monkeypatch):
    """Beyond looking up, 70 patterns left out of the seed cost less than half a second."""
    left = [("theme", "pattern", np.full((23, len(diplomacy.themes)), n % 3)) for n in range(70)]
    taken = []
    for chosen in ([], left):
        monkeypatch.setattr("emphasis.sensitivity.left_out", lambda *_, chosen=chosen, **__: iter(chosen))
        start = time.process_time()
        sensitivity(root, seed, diplomacy)
        taken.append(time.process_time() - start)
    assert taken[1] - taken[0] < 0.5
