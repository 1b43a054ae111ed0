"""Terms: counts of types and phrases, what is typical of a section, and what words keep company."""

import math
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from nltk.collocations import BigramCollocationFinder
from nltk.metrics.association import BigramAssocMeasures
from scipy.sparse import coo_array, csr_array
from scipy.stats import chi2_contingency

from emphasis import coding, languages, terms
from emphasis.errors import InputError

JOINED = re.compile(r"(['’]s|['’])?\s+")  # what may stand between neighbours
STOP = frozenset({"the", "of", "and", "we"})


def by(table, key, *columns):
    """Return columns of a table by the values of another."""
    return {row[key]: tuple(row[column] for column in columns) for row in table.to_dict("records")}


# Frequencies


@given(reference.corpora)
def test_frequencies_are_those_of_the_reference(divide, quick, corpus):
    """Types, their counts, and how often they stand inside compounds are those of the plain reference."""
    table = terms.frequencies(divide(*corpus, root=quick))
    counted = sum((reference.frequencies(text) for text in corpus), Counter())
    inside = sum((reference.inside_compounds(text) for text in corpus), Counter())
    spread = Counter(kind for text in corpus for kind in reference.frequencies(text))
    expected = {kind: (n, inside[kind], spread[kind]) for kind, n in counted.items()}
    assert by(table, "type", "n", "n_inside_compounds", "n_statements") == expected


@given(reference.corpora)
def test_frequencies_sum_to_tokens(divide, quick, corpus):
    """Counts sum to the number of tokens, rates to 1,000; types stand by count, then by alphabet."""
    divided = divide(*corpus, root=quick)
    table = terms.frequencies(divided)
    assert table["n"].sum() == len(divided.token)
    assert table["per_1000"].sum() == pytest.approx(1000)
    assert list(zip(-table["n"], table["type"], strict=True)) == sorted(zip(-table["n"], table["type"], strict=True))


def test_a_hand_count(divide):
    """A small count by hand: rates, sections, statements, ranks that ties share, stop words, compounds."""
    divided = divide("The trade of China.\n\nChina-LAC trade.", "Peace and trade.")
    table = terms.frequencies(divided, stop_words=STOP)
    columns = ["n", "per_1000", "n_sections", "n_statements", "rank", "is_stop_word", "n_inside_compounds"]
    found = by(table, "type", *columns)
    assert found["trade"] == (3, pytest.approx(1000 * 3 / 9), 3, 2, 1, False, 0)
    assert found["china"] == (1, pytest.approx(1000 * 1 / 9), 1, 1, 2, False, 1)
    assert found["the"] == (1, pytest.approx(1000 * 1 / 9), 1, 1, 2, True, 0)
    assert found["china-lac"][0] == 1
    assert "lac" not in found


def test_one_word_once(divide):
    """A text of one word has one type, at rank 1, with 1,000 per 1,000."""
    assert by(terms.frequencies(divide("Peace!")), "type", "n", "per_1000", "rank") == {"peace": (1, 1000.0, 1)}


def test_the_seed_counts(seed_segments, root):
    """In the seed, counts sum to its tokens, and China leads when stop words are left out."""
    table = terms.frequencies(seed_segments, stop_words=terms.stop_words(root, seed_segments))
    row = seed_segments.statements.iloc[0]
    assert by(table, "type", "n") == {
        kind: (n,) for kind, n in reference.frequencies(row["text"][row["body"] :]).items()
    }
    assert table["n"].sum() == row["n_tokens"]
    assert table.loc[~table["is_stop_word"], "type"].iloc[0] == "china"


def test_stop_words_are_those_of_the_language(divide, root):
    """Stop words are those of the one language that all statements are in."""
    assert terms.stop_words(root, divide("Paz.", "Paz.", language="es")) == languages.load(root, "es").stop_words


def test_words_of_several_languages_are_not_counted_together(divide, root):
    """What is a stop word here is a word there: statements in several languages have no stop words in common."""
    divided = divide("Peace.", "Paz.", "Peace.", language=["en", "es", "en"])
    with pytest.raises(InputError, match=r"^words of en, es are not counted together; make a study of each language$"):
        terms.stop_words(root, divided)


# Dispersion


def test_dispersion_of_gries():
    """Gries 2008: five parts of 9 to 11 words, of which "a" has 1 to 5, give DP .18 and DPnorm .22."""
    dp, dp_norm = terms.dispersion([[1], [2], [3], [4], [5]], [9, 10, 10, 10, 11])
    assert dp.tolist() == [pytest.approx(9 / 50)]
    assert dp_norm.tolist() == [pytest.approx(9 / 41)]


def test_an_even_spread_is_zero():
    """A thing in proportion to its parts has 0 to the last digit; one that is all in the least part has 1."""
    dp, dp_norm = terms.dispersion([[9, 7], [10, 0], [10, 0], [10, 0], [11, 0]], [900, 1000, 1000, 1000, 1100])
    assert dp.tolist() == [0, pytest.approx(1 - 9 / 50)]
    assert dp_norm.tolist() == [0, 1]


def test_no_dispersion():
    """A thing that does not occur, and one in a text of one part, has none; parts without a word are no parts."""
    assert np.isnan(terms.dispersion([[0], [0]], [5, 5])).all()
    assert np.isnan(terms.dispersion([[3]], [5])).all()
    assert np.isnan(terms.dispersion([[3], [0]], [5, 0])).all()
    assert np.array(terms.dispersion([[3], [0], [0]], [5, 5, 0])).tolist() == [[0.5], [1]]
    assert np.shape(terms.dispersion(np.zeros((2, 0), np.int64), [5, 5])) == (2, 0)


def gries(counts, sizes):
    """Return DP and DPnorm by their definition, in fractions."""
    observed = [Fraction(n, sum(counts)) for n in counts]
    expected = [Fraction(size, sum(sizes)) for size in sizes]
    dp = sum(abs(o - e) for o, e in zip(observed, expected, strict=True)) / 2
    return dp, dp / (1 - min(expected))


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3, st.integers(1, 9)), min_size=2, max_size=6))
def test_dispersion_is_its_definition(rows):
    """DP and DPnorm are half the sum of differences of shares, from 0 to 1, whatever form the matrix has."""
    counts, sizes = np.array([row[:3] for row in rows]), [sum(row) for row in rows]
    found = np.array(terms.dispersion(counts, sizes))
    for column, own in enumerate(counts.T.tolist()):
        if sum(own):
            assert found[:, column].tolist() == pytest.approx([float(value) for value in gries(own, sizes)])
            assert 0 <= found[0, column] <= found[1, column] <= 1
        else:
            assert np.isnan(found[:, column]).all()
    for form in (csr_array, coo_array):
        assert np.array_equal(terms.dispersion(form(counts), sizes), found, equal_nan=True)


def test_dispersion_of_types(divide):
    """The dispersion of a type is over the sections of all statements by their tokens, and empty in a text of one."""
    table = terms.frequencies(divide("Peace and trade.\n\nPeace, war, and trade: five.", "Peace alone."))
    found = by(table, "type", "dp", "dp_norm")
    for kind, counts in (("peace", [1, 1, 1]), ("and", [1, 1, 0]), ("alone", [0, 0, 1])):
        assert found[kind] == pytest.approx([float(value) for value in gries(counts, [3, 5, 2])])
    assert found["alone"][1] == 1
    assert terms.frequencies(divide("Peace and trade."))[["dp", "dp_norm"]].isna().all(axis=None)


# Diversity

FIVE = "test text with some text numbers hyphenhere and text punctuations"
TWO = "one one two one one two one"


# MATTR as LexicalRichness (tests/test_lexicalrichness.py) and quanteda.textstats (test-textstat_lexdiv.R) have it
@pytest.mark.parametrize(
    ("text", "window", "expected"), [(FIVE, 5, 9 / 10), (TWO, 2, 5 / 6), (TWO, 3, 2 / 3), (TWO, 4, 1 / 2)]
)
def test_mattr_of_other_packages(divide, text, window, expected):
    """MATTR is what LexicalRichness and quanteda give."""
    assert terms.diversity(divide(text), window=window)["mattr"].tolist() == [pytest.approx(expected)]


@given(reference.corpora, st.integers(1, 9))
def test_mattr_is_its_definition(divide, quick, corpus, window):
    """MATTR is the mean type-token ratio over every window of a statement, and empty where none fits."""
    divided = divide(*corpus, root=quick)
    table = terms.diversity(divided, window=window)
    for row, (_, own) in zip(table.itertuples(), divided.tokens.groupby("statement_id", sort=False), strict=True):
        kinds = own["type"].tolist()
        sizes = [len(set(kinds[at : at + window])) for at in range(len(kinds) - window + 1)]
        assert (row.n_tokens, row.n_types, row.ttr) == (len(kinds), len(set(kinds)), len(set(kinds)) / len(kinds))
        assert row.mattr == pytest.approx(sum(sizes) / window / len(sizes) if sizes else np.nan, nan_ok=True)
    assert table["statement_id"].tolist() == divided.statements["statement_id"].tolist()


def test_length_moves_one_measure(divide):
    """The same words again halve the type-token ratio and leave MATTR as it was; a short text has no MATTR."""
    text = " ".join(f"word{number}" for number in range(60)) + ". "
    table = terms.diversity(divide(text, text * 2, "One word."))
    assert table["ttr"].tolist() == [1, 1 / 2, 1]
    assert table["mattr"].tolist() == pytest.approx([1, 1, np.nan], nan_ok=True)
    assert table["window"].tolist() == [50] * 3


@pytest.mark.parametrize("window", [0, -1, 2.5, 50.0, "50", True])
def test_a_window_of_diversity_is_refused(divide, window):
    """A window is a whole number of tokens, one or more."""
    with pytest.raises(InputError, match=rf"^window is {window!r}; allowed are whole numbers from 1$"):
        terms.diversity(divide("Peace."), window=window)


# Sections


def test_tf_idf_by_hand(divide):
    """tf-idf is n · ln(S / s) over the statement's own S sections, 0 for what stands in all of them."""
    text = "Trade, trade, peace.\n\nPeace and war in 2025.\n\nPeace, trade."
    table = terms.by_section(divide(text, "War."), stop_words=STOP)
    own = table[table["statement_id"] == "s1"]
    found = {(row.section_id, row.type): (row.n, row.per_1000, row.tf_idf) for row in own.itertuples()}
    assert found == {
        (1, "trade"): (2, pytest.approx(1000 * 2 / 3), pytest.approx(2 * math.log(3 / 2))),
        (1, "peace"): (1, pytest.approx(1000 * 1 / 3), 0),
        (2, "war"): (1, pytest.approx(1000 * 1 / 5), pytest.approx(math.log(3))),
        (2, "in"): (1, pytest.approx(1000 * 1 / 5), pytest.approx(math.log(3))),
        (2, "peace"): (1, pytest.approx(1000 * 1 / 5), 0),
        (3, "trade"): (1, pytest.approx(1000 * 1 / 2), pytest.approx(math.log(3 / 2))),
        (3, "peace"): (1, pytest.approx(1000 * 1 / 2), 0),
    }


def test_frequencies_of_quanteda(divide, quick):
    """Counts, ranks and numbers of texts are those of quanteda's textstat_frequency on its own small texts."""
    table = terms.frequencies(divide("a a b b c d", "a d d d", "a a a", root=quick))
    rows = table[["type", "n", "rank", "n_statements"]].itertuples(index=False, name=None)
    assert list(rows) == [("a", 6, 1, 3), ("d", 4, 2, 2), ("b", 2, 3, 1), ("c", 1, 4, 1)]


def test_tf_idf_of_quanteda(divide, quick):
    """tf-idf is that of quanteda's dfm_tfidf on its own three texts, but for the base of the logarithm: e, not 10."""
    table = terms.by_section(divide("a a b c\n\na b b d\n\ne f", root=quick))
    found = {(row.section_id, row.type): row.tf_idf / np.log(10) for row in table.itertuples()}
    assert found == pytest.approx(
        {
            **{(1, "a"): 0.3521825181114, (1, "b"): 0.1760912590557, (1, "c"): 0.4771212547197},
            **{(2, "a"): 0.1760912590557, (2, "b"): 0.3521825181114, (2, "d"): 0.4771212547197},
            **{(3, "e"): 0.4771212547197, (3, "f"): 0.4771212547197},
        },
        abs=1e-9,
    )


def test_sections_are_sorted(divide):
    """Types stand section by section as the statements were given, the most typical first, ties by alphabet."""
    table = terms.by_section(divide("War.\n\nTrade, bread.", "Peace."))
    assert list(zip(table["statement_id"], table["section_id"], table["type"], strict=True)) == [
        ("s1", 1, "war"),
        ("s1", 2, "bread"),
        ("s1", 2, "trade"),
        ("s2", 1, "peace"),
    ]


@given(reference.corpora)
def test_sections_sum_to_the_whole(divide, quick, corpus):
    """Counts by section sum to the frequencies of all types that hold a letter."""
    divided = divide(*corpus, root=quick)
    summed = terms.by_section(divided).groupby("type")["n"].sum().to_dict()
    assert summed == {kind: n for kind, (n,) in by(terms.frequencies(divided), "type", "n").items()}


def test_sections_against_the_rest(divide):
    """A section is compared with the rest of its own statement, 0.5 put for a zero; where there is no rest, not."""
    table = terms.by_section(divide("Trade, trade, peace.\n\nPeace and war in trade.", "Trade, trade."))
    columns = table.set_index(["statement_id", "section_id", "type"])[["n_elsewhere", "log_ratio"]]
    rows = {key: tuple(row) for key, row in zip(columns.index, columns.to_numpy().tolist(), strict=True)}
    assert rows["s1", 1, "trade"] == (1, pytest.approx(math.log2(Fraction(2, 3) / Fraction(1, 5))))
    assert rows["s1", 2, "trade"] == (2, pytest.approx(math.log2(Fraction(1, 5) / Fraction(2, 3))))
    assert rows["s1", 2, "war"] == (0, pytest.approx(math.log2(Fraction(1, 5) / (Fraction(1, 2) / 3))))
    assert rows["s2", 1, "trade"] == (0, pytest.approx(np.nan, nan_ok=True))


@given(reference.corpora)
def test_a_section_and_the_rest_are_the_whole(divide, quick, corpus):
    """What a section has and what the others have are what the statement has."""
    table = terms.by_section(divide(*corpus, root=quick))
    for statement_id, text in zip(table["statement_id"].unique(), corpus, strict=True):
        own = table[table["statement_id"] == statement_id]
        whole = own["type"].map(reference.frequencies(text))
        assert (own["n"] + own["n_elsewhere"] == whole).all()


def test_log_ratio_by_hand():
    """The log ratio counts doublings; a zero, and nothing else, becomes one half (Hardie 2014)."""
    found = terms.log_ratio([8, 2, 0, 25, 7], [2, 8, 12, 0, 2], sizes=(np.array([1, 1, 5, 10, 1]), [1, 1, 20, 30, 1]))
    assert found.tolist() == pytest.approx([2, -2, math.log2(1 / 6), math.log2(150), math.log2(3.5)])


# As written


def test_words_are_shown_as_written(divide):
    """A type is shown as it is written inside a unit where it occurs there, else as at the head of one."""
    table = terms.frequencies(divide("Trade grows. We trade with LAC. China's LAC trade. The\n lac."))
    written = dict(zip(table["type"], table["written"], strict=True))
    assert {form: written[form] for form in ("trade", "lac", "china", "we")} == {
        "trade": "trade",
        "lac": "LAC",
        "china": "China",
        "we": "We",
    }


def test_phrases_are_shown_as_first_written(divide):
    """A phrase is shown as the text first writes it, white space as one space."""
    table = terms.ngrams(divide("LAC  countries grow. The lac countries grow."))
    assert "LAC countries" in set(table["written"])
    assert set(table["phrase"]) >= {"lac countries"}


# Phrases


def test_phrases_by_hand(divide):
    """Phrases recur word for word, longest first among equals; none begins or ends with a stop word."""
    text = "We safeguard the rule of law. They safeguard the rule of law.\n\nThe rule of law."
    table = terms.ngrams(divide(text), stop_words=STOP)
    assert table.drop(columns="written").to_dict("records") == [
        {"phrase": "rule of law", "size": 3, "n": 3, "n_sections": 2, "n_statements": 1},
        {"phrase": "safeguard the rule", "size": 3, "n": 2, "n_sections": 1, "n_statements": 1},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Trade, peace. Trade, peace.",
        "Trade. Peace. Trade. Peace.",
        "(Trade) peace (trade) peace",
        "trade/peace trade/peace",
    ],
)
def test_phrases_cross_no_punctuation(divide, text):
    """Words with punctuation or a sentence end between them are no phrase."""
    assert "trade peace" not in set(terms.ngrams(divide(text))["phrase"])


def test_phrases_cross_possessives_and_line_ends(divide):
    """A possessive, of one or of many, and white space of any kind part no phrase."""
    text = "China's\u00a0efforts and China’s efforts, countries' efforts, countries’\u2003efforts."
    table = terms.ngrams(divide(text), sizes=(2,))
    assert by(table, "phrase", "n") == {"china efforts": (2,), "countries efforts": (2,)}


@given(reference.corpora)
def test_phrases_are_those_of_each_unit(divide, quick, corpus):
    """Phrases and where they stand are what one finds unit by unit, going from neighbour to neighbour."""
    divided = divide(*corpus, root=quick)
    places = {}
    for (statement_id, unit_id), unit in divided.tokens.groupby(["statement_id", "unit_id"], sort=False):
        rows, text = list(unit.itertuples()), divided.texts[statement_id]
        joins = [JOINED.fullmatch(text[a.end : b.start]) is not None for a, b in pairwise(rows)]
        for size in (2, 3, 4):
            for at in range(len(rows) - size + 1):
                if all(joins[at : at + size - 1]):
                    phrase = " ".join(row.type for row in rows[at : at + size])
                    places.setdefault((phrase, size), []).append((statement_id, unit_id))
    section = divided.units.set_index(["statement_id", "unit_id"])["section_id"].to_dict()
    expected = {
        key: (len(found), len({(s, section[s, u]) for s, u in found}), len({s for s, _ in found}))
        for key, found in places.items()
        if len(found) > 1
    }
    table = terms.ngrams(divided)
    assert {(r.phrase, r.size): (r.n, r.n_sections, r.n_statements) for r in table.itertuples()} == expected


@given(reference.corpora)
def test_each_phrase_stands_in_its_texts(divide, quick, corpus):
    """A phrase occurs at most as often as its rarest word, and in no more statements than there are."""
    divided = divide(*corpus, root=quick)
    n = by(terms.frequencies(divided), "type", "n")
    for row in terms.ngrams(divided).itertuples():
        assert row.size == len(row.phrase.split(" "))
        assert 2 <= row.n <= min(n[word][0] for word in row.phrase.split(" "))
        assert row.n_statements <= row.n_sections <= row.n


def test_nothing_recurs(divide):
    """Where no phrase recurs the tables are empty and keep their columns, also in a text of one word."""
    for text in ("Trade brings peace.", "Peace."):
        table, pairs = terms.ngrams(divide(text)), terms.collocations(divide(text))
        assert table.empty
        assert pairs.empty
        assert list(table) == ["phrase", "size", "n", "n_sections", "n_statements", "written"]
        assert list(pairs) == ["pair", "n", "n_first", "n_second", "log_likelihood", "pmi", "t_score", "log_dice"]


def test_the_seed_repeats_lac_countries(seed_segments):
    """The seed's commonest pair of words is "lac countries", eleven times."""
    table = terms.ngrams(seed_segments, sizes=(2,))
    assert table[["phrase", "n"]].iloc[0].tolist() == ["lac countries", 11]


# Company


def log_likelihood(both, first, second, total):
    """Return G² of the four-cell table, from its definition: 2 Σ observed · ln(observed / expected)."""
    cells = [
        (both, first, second),
        (first - both, first, total - second),
        (second - both, total - first, second),
        (total - first - second + both, total - first, total - second),
    ]
    return 2 * sum(n * math.log(Fraction(n * total, row * column)) for n, row, column in cells if n)


# As nltk's collocations.doctest and metrics.doctest print them: Dunning 1993 on 31,777 words; Manning & Schütze 1999,
# 5.3.2 and 5.4, on 14,307,668
@pytest.mark.parametrize(
    ("measure", "counts", "total", "expected"),
    [
        ("likelihood_ratio", (110, 2552, 221), 31_777, 270.72),
        ("likelihood_ratio", (8, 13, 32), 31_777, 95.29),
        ("student_t", (8, 15_828, 4675), 14_307_668, 0.9999),
        ("student_t", (20, 42, 20), 14_307_668, 4.4721),
        ("pmi", (20, 42, 20), 14_307_668, 18.38),
        ("pmi", (20, 15_019, 15_629), 14_307_668, 0.29),
    ],
)
def test_published_measures(measure, counts, total, expected):
    """Nltk's measures, and ours written from their definitions, give the published figures."""
    both, *margins = counts
    tolerance = 0.00006 if measure == "student_t" else 0.005
    assert getattr(BigramAssocMeasures, measure)(both, margins, total) == pytest.approx(expected, abs=tolerance)
    assert DEFINITIONS[measure](*counts, total) == pytest.approx(expected, abs=tolerance)


DEFINITIONS = {
    "likelihood_ratio": log_likelihood,
    "student_t": lambda both, first, second, total: (both - first * second / total) / math.sqrt(both),
    "pmi": lambda both, first, second, total: math.log2(both * total / (first * second)),
    "log_dice": lambda both, first, second, total: 14 + math.log2(2 * both / (first + second)),
}
COUNTS, SCORES = ("n", "n_first", "n_second"), ("log_likelihood", "t_score", "pmi", "log_dice")


def test_collocations_by_hand(divide):
    """Each pair has the measures of its counts among all tokens, here fifteen: by definition, and G² by scipy."""
    text = "Free trade helps. Free trade grows. Free peace, trade. World war. World war. Free speech."
    table = terms.collocations(divide(text))
    assert by(table, "pair", *COUNTS) == {"world war": (2, 2, 2), "free trade": (2, 4, 3)}
    for pair, scores in by(table, "pair", *SCORES).items():
        both, first, second = counts = by(table, "pair", *COUNTS)[pair]
        assert scores == pytest.approx([define(*counts, 15) for define in DEFINITIONS.values()])
        cells = [[both, first - both], [second - both, 15 - first - second + both]]
        g2 = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
        assert scores[0] == pytest.approx(g2)
    assert list(table["pair"]) == ["world war", "free trade"]


def test_one_word_over_and_over(divide):
    """A word that fills the text has no four cells, so its G² with itself is empty; the other measures are numbers."""
    table = terms.collocations(divide("Peace peace peace."))
    assert by(table, "pair", *COUNTS) == {"peace peace": (2, 3, 3)}
    expected = [np.nan, -1 / math.sqrt(2), math.log2(2 / 3), 14 + math.log2(2 / 3)]
    assert table[list(SCORES)].iloc[0].tolist() == pytest.approx(expected, nan_ok=True)


def test_one_pair_over_and_over(divide):
    """Words that occur only together, and fill the text, have the greatest logDice, 14, and finite measures."""
    table = terms.collocations(divide("Trade peace. Trade peace."))
    assert by(table, "pair", *COUNTS) == {"trade peace": (2, 2, 2)}
    assert table[list(SCORES)].iloc[0].tolist() == pytest.approx([8 * math.log(2), 1 / math.sqrt(2), 1, 14])


def test_pairs_within_a_window(divide):
    """A window of three pairs a word with the next two, across no punctuation; nltk's measures count its pairs half."""
    text = "Free and fair trade, free and fair trade."
    table = terms.collocations(divide(text), window=3, stop_words=STOP)
    assert by(table, "pair", "n") == {"free fair": (2,), "fair trade": (2,)}
    for scores in table[list(SCORES)].to_numpy().tolist():
        assert scores == pytest.approx([*(define(1, 2, 2, 8) for define in list(DEFINITIONS.values())[:3]), 14])


@pytest.mark.parametrize("window", [1, 0, 11, 2.0, "2", None])
def test_a_window_of_pairs_is_refused(divide, window):
    """A window of pairs is a whole number of tokens from two to ten."""
    with pytest.raises(InputError, match=rf"^window is {window!r}; allowed are whole numbers from 2 to 10$"):
        terms.collocations(divide("Peace."), window=window)


def unbroken(segments):
    """Yield the types of each run of tokens of a unit with nothing but white space or a possessive between them."""
    for (statement_id, _), unit in segments.tokens.groupby(["statement_id", "unit_id"], sort=False):
        rows = list(unit.itertuples())
        run = [rows[0].type]
        for a, b in pairwise(rows):
            if not JOINED.fullmatch(segments.texts[statement_id][a.end : b.start]):
                yield run
                run = []
            run.append(b.type)
        yield run


def finder_of(segments, window):
    """Return nltk's own finder over the unbroken runs, each followed by as many empty places as keep it apart."""
    padded = [word for run in unbroken(segments) for word in (*run, *[None] * (window - 1))]
    return BigramCollocationFinder.from_words(padded, window_size=window)


def are_of_nltk(table, finder, stop_words=frozenset()):
    """Tell whether a table has the pairs that recur in a finder of nltk, their counts and its scores."""
    finder.apply_freq_filter(2)
    finder.apply_word_filter(lambda word: word in stop_words)
    found = by(table, "pair", *COUNTS, *SCORES[1:3])
    return found == {
        f"{a} {b}": (
            n,
            finder.word_fd[a],
            finder.word_fd[b],
            finder.score_ngram(BigramAssocMeasures.student_t, a, b),
            finder.score_ngram(BigramAssocMeasures.pmi, a, b),
        )
        for (a, b), n in finder.ngram_fd.items()
    }


@given(reference.corpora, st.integers(2, 6))
def test_collocations_are_those_of_nltk(divide, quick, corpus, window):
    """Pairs, counts and scores are those of nltk's finder over the runs that no punctuation and no unit's end parts."""
    divided = divide(*corpus, root=quick)
    table = terms.collocations(divided, window=window, stop_words=frozenset({"peace"}))
    assert are_of_nltk(table, finder_of(divided, window), {"peace"})
    if window == 2:
        assert finder_of(divided, 2).ngram_fd == BigramCollocationFinder.from_documents(unbroken(divided)).ngram_fd


def test_collocations_of_the_seed(seed_segments, root):
    """The seed's pairs have nltk's counts, and G² as scipy has it, strongest first; some words are never apart."""
    stop_words = terms.stop_words(root, seed_segments)
    table = terms.collocations(seed_segments, stop_words=stop_words)
    assert are_of_nltk(table, finder_of(seed_segments, 2), stop_words)
    for both, first, second, g2, log_dice in table[[*COUNTS, "log_likelihood", "log_dice"]].itertuples(index=False):
        cells = [[both, first - both], [second - both, len(seed_segments.token) - first - second + both]]
        assert g2 == pytest.approx(chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic)
        assert log_dice == pytest.approx(DEFINITIONS["log_dice"](both, first, second, None))
    assert table["log_likelihood"].is_monotonic_decreasing
    assert table["log_dice"].max() == 14


# Concordance


def test_lines_in_context(divide, book):
    """Each line has its node, whole words within 60 characters on either side, white space made one, and the themes."""
    text = "We  want\npeace and trade. " + "very " * 20 + "peace"
    divided = divide(text)
    made = book({"order": ["peace"], "money": ["trade"]})
    table = terms.concordance(divided, ["peace", "trade"], coding=coding.code(divided, made))
    assert table[["node", "match", "left"]].to_numpy().tolist() == [
        ["peace", "peace", "We want"],
        ["peace", "peace", " ".join(["very"] * 12)],
        ["trade", "trade", "We want peace and"],
    ]
    assert table["right"].tolist()[:2] == ["and trade. " + " ".join(["very"] * 9), ""]
    assert table["themes"].tolist() == ["order, money"] * 3
    assert [text[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == ["peace", "peace", "trade"]


def test_themes_beside_a_line_are_those_of_its_unit(divide, book):
    """A line shows all themes of its unit, and none where the unit is uncoded."""
    divided = divide("Peace and trade. China waits.")
    coded = coding.code(divided, book({"order": ["peace"], "money": ["trade"]}))
    table = terms.concordance(divided, ["trade", "china"], coding=coded)
    assert table["themes"].tolist() == ["order, money", ""]


def test_lines_inside_compounds(divide):
    """A node is found inside a hyphenated word, which its context completes, and once only where it fits the whole."""
    table = terms.concordance(divide("The one-China principle and China-LAC ties."), ["china*"])
    assert table["left"][0] == "The one-"
    assert table["match"].tolist() == ["China", "China-LAC"]


def test_no_lines(divide):
    """A node that is not found gives an empty table with its columns; a node without a word is refused."""
    table = terms.concordance(divide("Peace."), ["war"])
    assert table.empty
    assert list(table) == ["node", "statement_id", "unit_id", "start", "end", "left", "match", "right"]
    for node in ("", " ", "—"):
        with pytest.raises(InputError, match="each must hold at least one word"):
            terms.concordance(divide("Peace."), ["peace", node])
    assert list(terms.concordance(divide("Peace."), [])) == list(table)


def test_lines_without_spaces(divide):
    """Where no white space stands within reach, as in Chinese, context is cut between characters."""
    text = "中国坚持和平发展" * 20
    lines = terms.concordance(divide(text, language="zh"), ["和平"])
    assert lines["left"].map(len).max() == lines["right"].map(len).max() == 60
    assert lines["left"][0] == "中国坚持"


def test_lines_of_several_statements(divide):
    """Lines come node by node, then in reading order of all statements, and know where they stand."""
    table = terms.concordance(divide("War. Peace.", "Peace."), ["peace", "war"])
    expected = [["peace", "s1", 2], ["peace", "s2", 1], ["war", "s1", 1]]
    assert table[["node", "statement_id", "unit_id"]].to_numpy().tolist() == expected


def test_lines_are_sorted_by_their_words(divide):
    """Left sorts by the words read outward from the node, right by those after it, without case or punctuation."""
    text = "They want peace now. Old peace, again. We want Peace; and war. Peace is old!"
    divided = divide(text)
    in_order = terms.concordance(divided, ["peace"])
    orders = {
        sort: [in_order["start"].tolist().index(at) for at in terms.concordance(divided, ["peace"], sort=sort)["start"]]
        for sort in ("position", "left", "right", "node")
    }
    # outward to the left: "old now", "want they", "want we", "war and"
    assert orders == {"position": [0, 1, 2, 3], "left": [1, 0, 2, 3], "right": [1, 2, 3, 0], "node": [0, 1, 2, 3]}


def test_lines_are_sorted_by_their_node(divide):
    """Node sorts the lines of a pattern by what it matched, ties by position; each pattern keeps its lines together."""
    divided = divide("Trades rise. War, trade. China’s trade. Chinese Trade.", "A trade war.")
    table = terms.concordance(divided, ["war", "trad*"], sort="node")
    assert table[["node", "match", "statement_id", "start"]].to_numpy().tolist() == [
        ["war", "War", "s1", 13],
        ["war", "war", "s2", 8],
        ["trad*", "trade", "s1", 18],
        ["trad*", "trade", "s1", 33],
        ["trad*", "Trade", "s1", 48],
        ["trad*", "trade", "s2", 2],
        ["trad*", "Trades", "s1", 0],
    ]


@pytest.mark.parametrize("sort", ["position", "left", "right", "node"])
def test_sorting_loses_no_line(seed_segments, seed_coding, sort):
    """Every sort holds the same lines with the same themes, numbered from 0."""
    lines = terms.concordance(seed_segments, ["china", "lac"], coding=seed_coding)
    table = terms.concordance(seed_segments, ["china", "lac"], coding=seed_coding, sort=sort)
    assert sorted(map(tuple, table.to_numpy())) == sorted(map(tuple, lines.to_numpy()))
    assert table.index.tolist() == list(range(len(lines)))


def test_chinese_lines_are_sorted_by_words(divide):
    """Where no spaces part words, lines are sorted by the words of the tokeniser, read outward."""
    divided = divide("我们坚持和平。他们希望和平。我们希望和平。", language="zh")
    table = terms.concordance(divided, ["和平"], sort="left")
    assert [left[-4:] for left in table["left"]] == ["我们坚持", "他们希望", "我们希望"]


def test_another_sort_is_refused(divide):
    """A sort that there is not is refused, with those that there are."""
    with pytest.raises(InputError, match=r"^sort is 'up'; allowed are: position, left, right, node$"):
        terms.concordance(divide("Peace."), ["peace"], sort="up")


# quanteda 4.3.1, tests/testthat/test-kwic.R: the first and last word of each match, and what stands before and after
@pytest.mark.parametrize(
    ("text", "nodes", "expected"),
    [
        ("A B C D E F G D H", ["D", "E"], [(4, 4, "A B C", "E F G"), (5, 5, "B C D", "F G D"), (8, 8, "E F G", "H")]),
        (
            "what does the fox say fox",
            ["fox"],
            [(4, 4, "what does the", "say fox"), (6, 6, "what does the fox say", "")],
        ),
        ("A B C D E F G H I J", ["A", "J"], [(1, 1, "", "B C D E F"), (10, 10, "E F G H I", "")]),
        (
            "peace and security cooperation on peace , security and peace",
            ["peace"],
            [(1, 1, "", "and security"), (6, 6, "cooperation on", ", security"), (10, 10, "security and", "")],
        ),
        (
            "the global security initiative and the global development initiative",
            ["global * initiative"],
            [(2, 4, "the", "and the"), (7, 9, "and the", "")],
        ),
    ],
)
def test_lines_are_those_of_quanteda(divide, text, nodes, expected):
    """Matches stand where quanteda's kwic finds them, with the same words beside them."""
    found = terms.concordance(divide(text), nodes).sort_values("start")
    for row, (first, last, before, after) in zip(found.itertuples(), expected, strict=True):
        assert (len(text[: row.start].split()) + 1, len(text[: row.end].split())) == (first, last)
        assert row.left.endswith(before)
        assert row.right.startswith(after)
