"""Terms: counts of types and phrases, what is typical of a section, and what words keep company."""

import math
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
import reference
from hypothesis import given
from nltk.metrics.association import BigramAssocMeasures
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


# Phrases


def test_phrases_by_hand(divide):
    """Phrases recur word for word, longest first among equals; none begins or ends with a stop word."""
    text = "We safeguard the rule of law. They safeguard the rule of law.\n\nThe rule of law."
    table = terms.ngrams(divide(text), stop_words=STOP)
    assert table.to_dict("records") == [
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
        assert list(table) == ["phrase", "size", "n", "n_sections", "n_statements"]
        assert list(pairs) == ["pair", "n", "n_first", "n_second", "log_likelihood"]


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


# Dunning 1993, 31,777 words; figures as nltk's collocations.doctest prints them
@pytest.mark.parametrize(("counts", "expected"), [((110, 2552, 221), 270.72), ((8, 13, 32), 95.29)])
def test_log_likelihood_of_dunning(counts, expected):
    """Nltk's measure and our four cells give the published G² of two pairs."""
    both, first, second = counts
    assert log_likelihood(both, first, second, 31777) == pytest.approx(expected, abs=0.005)
    assert BigramAssocMeasures.likelihood_ratio(both, (first, second), 31777) == pytest.approx(expected, abs=0.005)


def test_collocations_by_hand(divide):
    """Each pair has the G² of its four cells among all neighbouring pairs, here eight: by definition and by scipy."""
    text = "Free trade helps. Free trade grows. Free peace, trade. World war. World war. Free speech."
    table = by(terms.collocations(divide(text)), "pair", "n", "n_first", "n_second", "log_likelihood")
    assert table == {
        "world war": (2, 2, 2, pytest.approx(log_likelihood(2, 2, 2, 8))),
        "free trade": (2, 4, 2, pytest.approx(log_likelihood(2, 4, 2, 8))),
    }
    for (both, first, second), pair in (((2, 2, 2), "world war"), ((2, 4, 2), "free trade")):
        cells = [[both, first - both], [second - both, 8 - first - second + both]]
        g2 = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
        assert table[pair][3] == pytest.approx(g2)
    assert list(table) == ["world war", "free trade"]


def test_one_word_over_and_over(divide):
    """A word that only ever follows itself keeps no special company: G² is 0."""
    table = by(terms.collocations(divide("Peace peace peace.")), "pair", "n", "n_first", "n_second", "log_likelihood")
    assert table == {"peace peace": (2, 2, 2, pytest.approx(0))}


def neighbours(segments):
    """Yield each pair of types of a unit with nothing but white space or a possessive between them."""
    for (statement_id, _), unit in segments.tokens.groupby(["statement_id", "unit_id"], sort=False):
        for a, b in pairwise(unit.itertuples()):
            if JOINED.fullmatch(segments.texts[statement_id][a.end : b.start]):
                yield a.type, b.type


def test_collocations_of_the_seed(seed_segments, root):
    """Every collocation of the seed has the counts of its neighbours and the G² that scipy gives, strongest first."""
    table = terms.collocations(seed_segments, stop_words=terms.stop_words(root, seed_segments))
    pairs = Counter(neighbours(seed_segments))
    first, second = (Counter(pair[side] for pair in pairs.elements()) for side in (0, 1))
    for row in table.itertuples():
        a, b = row.pair.split()
        assert (row.n, row.n_first, row.n_second) == (pairs[a, b], first[a], second[b])
        rest = pairs.total() - row.n_first - row.n_second + row.n
        cells = [[row.n, row.n_first - row.n], [row.n_second - row.n, rest]]
        g2 = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
        assert row.log_likelihood == pytest.approx(g2)
    assert not table.empty
    assert table["log_likelihood"].is_monotonic_decreasing


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
