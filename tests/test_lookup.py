"""Looking patterns, rules and expressions up: against quanteda, against our own plain reference, and by hand."""

import json
import time

import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emphasis import codebook, coding, matching
from emphasis.errors import InputError
from emphasis.matching import SlowExpressionError

# Six sentences and four dictionaries looked up by tokens_lookup of quanteda 4.3.1 (default: glob, case-insensitive;
# nested_scope "key", then "dictionary"); the behaviours are asserted in its tests/testthat/test-tokens_lookup.R (issues
# 388, 502, 970). Counts are those of s1 to s6, by theme.
SENTENCES = (
    "The People's Republic of China and the Community of Latin American and Caribbean States held a forum.",
    "China supports the Global Security Initiative, the Global Development Initiative and the Belt and "
    "Road Initiative.",
    "the global security initiative is global security for all; Global SECURITY matters",
    "Latin America and Latin American countries oppose power politics and interference in internal affairs.",
    "mutual learning among civilizations; exchanges and mutual learning; learning",
    "One-China principle and the one China principle, the Taiwan question",
)
DICTIONARIES = {
    "overlap within a theme": {
        "security": ["global security", "global security initiative", "security"],
        "dev": ["development", "global development"],
    },
    "overlap across themes": {
        "gsi": ["global security initiative"],
        "security": ["security", "global security"],
        "initiative": ["initiative"],
    },
    "glob": {"lac": ["latin america*", "caribbean"], "china": ["chin*"], "learn": ["learn*", "mutual learn*"]},
    "hyphen": {"onechina": ["one china", "one-china"], "principle": ["principle"]},
}
COUNTS = {
    ("overlap within a theme", "theme"): {"security": [0, 1, 3, 0, 0, 0], "dev": [0, 1, 0, 0, 0, 0]},
    ("overlap within a theme", "codebook"): {"security": [0, 1, 3, 0, 0, 0], "dev": [0, 1, 0, 0, 0, 0]},
    ("overlap across themes", "theme"): {
        "gsi": [0, 1, 1, 0, 0, 0],
        "security": [0, 1, 3, 0, 0, 0],
        "initiative": [0, 3, 1, 0, 0, 0],
    },
    ("overlap across themes", "codebook"): {
        "gsi": [0, 1, 1, 0, 0, 0],
        "security": [0, 0, 2, 0, 0, 0],
        "initiative": [0, 2, 0, 0, 0, 0],
    },
    ("glob", "theme"): {"lac": [2, 0, 0, 2, 0, 0], "china": [1, 1, 0, 0, 0, 1], "learn": [0, 0, 0, 0, 3, 0]},
    ("glob", "codebook"): {"lac": [2, 0, 0, 2, 0, 0], "china": [1, 1, 0, 0, 0, 1], "learn": [0, 0, 0, 0, 3, 0]},
    ("hyphen", "theme"): {"onechina": [0, 0, 0, 0, 0, 2], "principle": [0, 0, 0, 0, 0, 2]},
    ("hyphen", "codebook"): {"onechina": [0, 0, 0, 0, 0, 2], "principle": [0, 0, 0, 0, 0, 2]},
}
# The one deliberate difference: look-up sees a hyphenated token whole and in parts, so that `chin*` of the theme
# `china` fits the China of "One-China" in s6, which quanteda sees whole only.
ALSO_IN_PARTS = {"glob": ("china", 5)}


def counts_of(coded, themes, n_statements):
    """Return the number of matches by theme and statement."""
    counts = {theme: [0] * n_statements for theme in themes}
    for row in coded.evidence.itertuples():
        counts[row.theme][int(row.statement_id[1:]) - 1] += 1
    return counts


@pytest.mark.parametrize(("name", "nested"), COUNTS)
def test_matches_are_those_of_quanteda(divide, book, name, nested):
    """Look-up finds what quanteda's tokens_lookup finds, but for parts of compounds, which are found besides."""
    coded = coding.code(divide(*SENTENCES, unit="section"), book(DICTIONARIES[name]), nested=nested)
    expected = {theme: list(counts) for theme, counts in COUNTS[name, nested].items()}
    if name in ALSO_IN_PARTS:
        theme, statement = ALSO_IN_PARTS[name]
        expected[theme][statement] += 1
    assert counts_of(coded, expected, len(SENTENCES)) == expected


def test_the_shared_file_is_these_figures(divide, book, shared):
    """Each case of the shared file is one of those above; matches come in its order too, under either policy."""
    file = json.loads((shared / "validation" / "dictionary_lookup.json").read_text())
    assert tuple(file["input"].values()) == SENTENCES
    assert [case["dictionary"] for case in file["cases"]] == list(DICTIONARIES.values())
    divided = divide(*SENTENCES, unit="section")
    for case, (name, themes) in zip(file["cases"], DICTIONARIES.items(), strict=True):
        for nested, scope in (("theme", "nested_scope_key"), ("codebook", "nested_scope_dictionary")):
            counts = {theme: [case[scope]["counts"][s][theme] for s in file["input"]] for theme in themes}
            assert counts == COUNTS[name, nested]
            found = coding.code(divided, book(themes), nested=nested).evidence
            rank = found["theme"].map(
                list(themes).index
            )  # quanteda puts the first theme first where two begin together
            found = found.iloc[np.lexsort((rank, found["start"], found["statement_id"]))]
            if name in ALSO_IN_PARTS:
                found = found.drop(found.index[(found["statement_id"] == "s6") & (found["start"] == 4)])
            told = [(s, theme) for s in file["input"] for theme in case[scope]["tokens"][s]]
            assert list(zip(found["statement_id"], found["theme"], strict=True)) == told


def test_parts_of_compounds_are_found(divide, book):
    """`chin*` finds the China of One-China in s6 at its own offsets: here we differ from quanteda, on purpose."""
    coded = coding.code(divide(SENTENCES[5]), book({"china": ["chin*"]}))
    assert [(row.start, row.end, row.evidence) for row in coded.evidence.itertuples()] == [
        (4, 9, "China"),
        (32, 37, "China"),
    ]


# Against the reference


def agree(look_up, corpus, themes, nested):
    """Assert that evidence and codings are those of the reference, statement by statement."""
    _, coded = look_up(corpus, reference.written(themes), nested=nested)
    carried = {(row.statement_id, row.unit_id, row.theme, row.n_evidence) for row in coded.codings.itertuples()}
    expected = set()
    for number, text in enumerate(corpus, start=1):
        found = reference.evidence(text, themes, nested)
        assert reference.rows(coded, number) == found
        units = [(unit, theme) for unit, theme, *_ in found]
        expected |= {(f"s{number}", *unit, units.count(unit)) for unit in units}
    assert carried == expected


@settings(max_examples=20)
@given(corpus=reference.corpora, themes=reference.ruled(), nested=st.sampled_from(["theme", "codebook"]))
@example(["One-China peace"], {"a": reference.Theme(["one-china", "china peace", "one *"])}, "theme")
@example(
    ["peace china-latin trade"],
    {"a": reference.Theme(["chin*", "peace *"]), "b": reference.Theme(["latin trade"])},
    "codebook",
)
@example(
    ["Peace trade. Peace one way two trades peace China"],
    {
        "b": reference.Theme(["trade"], [("near", 3, ("theme", "a"), ("or", ("words", "trad*"), ("theme", "a")))]),
        "a": reference.Theme([], [("and", ("words", "peace"), ("not", ("words", "china trad*")))], ["[Tt]wo"]),
    },
    "theme",
)
def test_evidence_is_that_of_the_reference(look_up, corpus, themes, nested):
    """On any text and codebook the engine finds, entry by entry, what the plain reference finds, in each statement."""
    agree(look_up, corpus, themes, nested)


@pytest.mark.slow
@settings(max_examples=150)
@given(corpus=reference.corpora, themes=reference.ruled(), nested=st.sampled_from(["theme", "codebook"]))
def test_evidence_is_that_of_the_reference_at_length(look_up, corpus, themes, nested):
    """The same on many more texts and codebooks."""
    agree(look_up, corpus, themes, nested)


@settings(max_examples=3)
@given(corpus=reference.corpora, themes=reference.ruled())
def test_one_engine_for_one_and_for_many(look_up, corpus, themes):
    """Statements coded together are coded as each is alone, so that a corpus changes no number of a statement."""
    _, together = look_up(corpus, reference.written(themes))
    for number, text in enumerate(corpus, start=1):
        assert reference.rows(together, number) == reference.rows(look_up([text], reference.written(themes))[1])


@settings(max_examples=5)
@given(corpus=reference.corpora, themes=reference.codebooks, data=st.data())
def test_the_order_of_patterns_changes_no_coding(look_up, corpus, themes, data):
    """Whichever pattern of a theme is written first, the same units carry the theme, by the same words."""
    shuffled = {theme: data.draw(st.permutations(own)) for theme, own in themes.items()}
    (_, first), (_, second) = look_up(corpus, themes), look_up(corpus, shuffled)
    pd.testing.assert_frame_equal(first.codings, second.codings)
    pd.testing.assert_frame_equal(first.evidence.drop(columns="pattern"), second.evidence.drop(columns="pattern"))


# Hand-made cases


def triples(coded):
    """Return the theme, the entry and the words of each match."""
    return list(coded.evidence[["theme", "pattern", "evidence"]].itertuples(index=False, name=None))


@pytest.fixture(scope="session")
def found_in(look_up):
    """Look themes up in one text of the quick language."""
    return lambda text, themes, **more: triples(look_up([text], themes, **more)[1])


@pytest.fixture(scope="session")
def found_by_each(look_up):
    """Return for each entry and text, given as many of either, the words that the entry finds in the text."""

    def found(way, entries, texts, **more):
        themes = {f"t{number}": {way: [entry]} for number, entry in enumerate(entries, start=1)}
        evidence = look_up(texts, themes | more)[1].evidence
        words = {f"s{number}": [] for number in range(1, len(texts) + 1)}
        for row in evidence[evidence["theme"].str[1:] == evidence["statement_id"].str[1:]].itertuples():
            assert row.pattern == entries[int(row.theme[1:]) - 1]
            words[row.statement_id].append(row.evidence)
        return list(words.values())

    return found


PATTERNS = [
    ("china", "China’s aim, China's aim, CHINA’S aim", ["China", "China", "CHINA"]),
    ("people's republic", "the People’s Republic", ["People’s Republic"]),
    ("latin america", "China-Latin America ties", ["Latin America"]),
    ("one china", "the one-China principle", ["one-China"]),
    ("one-china", "the one China principle", []),
    ("peop* * people", "People-to-People forum", ["People-to-People"]),
    ("china latin*", "China, Latin America", ["China, Latin"]),
    ("peace war", "Peace. War.", []),
    ("peac?", "peace, peaceful", ["peace"]),
    ("peac*", "peace, peaceful, peac, apeace", ["peace", "peaceful", "peac"]),
    ("tra*", "𝐓𝐫𝐚𝐝𝐞 and 𝒯rade", ["𝐓𝐫𝐚𝐝𝐞", "𝒯rade"]),
    ("peace", "🕊️ peace 🕊️peace", ["peace", "peace"]),
    ("café", "Cafe\u0301 CAFÉ", ["Cafe\u0301", "CAFÉ"]),
    ("u.s.", "The U.S. and the U.S.-led talks", ["U.S.", "U.S."]),
    ("strasse", "Straße", ["Straße"]),
    ("fin*", "ﬁnance", ["ﬁnance"]),
    ("belt and road", "Belt\u00a0and\u2009Road", ["Belt\u00a0and\u2009Road"]),
]


def test_what_a_pattern_finds(found_by_each):
    """A glob fits one whole form, folded; a phrase fits forms that follow each other in one unit."""
    patterns, texts, _ = zip(*PATTERNS, strict=True)
    assert list(zip(patterns, texts, found_by_each("patterns", patterns, texts), strict=True)) == PATTERNS


def test_chinese_is_looked_up_word_by_word(divide, book):
    """A Chinese pattern is cut into words as the text is, and fits them in order."""
    divided = divide("中国反对强权政治。坚持一个中国原则。", language="zh")
    coded = coding.code(divided, book({"a": ["强权政治"], "b": ["中国"]}, language="zh"))
    assert triples(coded) == [("b", "中国", "中国"), ("a", "强权政治", "强权政治"), ("b", "中国", "中国")]


def test_longest_pattern_first(found_in):
    """Within a theme the longer phrase takes its words, also from a shorter one that begins before it."""
    themes = {"a": ["global security", "security initiative for all", "initiative"]}
    assert [words for *_, words in found_in("The global security initiative for all.", themes)] == [
        "security initiative for all"
    ]


def test_a_tie_of_patterns_goes_to_the_first_of_the_file(found_in):
    """Two patterns of a theme that fit the same words leave one match, under the pattern that is written first."""
    assert found_in("Trade grows.", {"a": ["trade", "trad*"]}) == [("a", "trade", "Trade")]
    assert found_in("Trade grows.", {"a": ["trad*", "trade"]}) == [("a", "trad*", "Trade")]
    ways = {"regex": ["Trade"], "rules": ['"trade"'], "patterns": ["trad*"]}
    assert found_in("Trade grows.", {"a": ways}) == [("a", "trad*", "Trade")]


def test_equal_matches_of_two_themes_both_count(found_in):
    """A match is dropped only inside a longer one: two themes that fit the same words both keep theirs."""
    themes = {"a": ["trade war"], "b": ["trade war*"], "c": ["war"]}
    assert found_in("A trade war.", themes, nested="codebook") == [
        ("a", "trade war", "trade war"),
        ("b", "trade war*", "trade war"),
    ]
    assert len(found_in("A trade war.", themes)) == 3


def test_overlap_without_nesting_counts_twice(found_in):
    """Matches of two themes that overlap, neither inside the other, both count under either policy."""
    themes = {"a": ["global trade"], "b": ["trade war"]}
    for nested in ("theme", "codebook"):
        assert len(found_in("A global trade war.", themes, nested=nested)) == 2


# Rules


RULES = [
    # near and before: whole tokens, from the last of the earlier match to the first of the later
    ('"trade" near/1 "war"', "A trade war.", "trade/war"),
    ('"trade" near/1 "war"', "A trade and war.", ""),
    ('"trade" near/2 "war"', "War, trade and war.", "War/trade/war"),
    ('"trade" before/1 "war"', "War, trade, war.", "trade/war"),
    ('"trade" before/9 "war"', "War and trade.", ""),
    ('"global trade" before/2 "war"', "The global trade and war.", "global trade/war"),
    ('"global trade" before/2 "war"', "The global trade and a war.", ""),
    ('"trade" near/2 "war"', "Trade, people-to-people, war.", "Trade/war"),
    ('"china" near/1 "latin"', "The China-Latin America forum.", "China/Latin"),
    ('"china" near/1 "forum"', "The China-Latin forum.", "China/forum"),
    ('"trade" near/99999999999999999999 "war"', "War and so on and so on and trade.", "War/trade"),
    # a match is no partner of one that it overlaps, nor of itself
    ('"global trade" near/5 "trade war"', "A global trade war.", ""),
    ('"peace" near/5 "peac*"', "Peace at last.", ""),
    ('"peace" near/5 "peac*"', "Peace brings peace.", "Peace/peace"),
    ('"peace" before/5 "peace"', "Peace brings peace.", "Peace/peace"),
    # each side keeps the matches that have a partner
    ('"trade" near/1 "war"', "War of trade, trade war, war.", "trade/war"),
    ('("trade" or "aid") before/2 ("war" or theme:c)', "Aid and calm, trade war.", "Aid/calm/trade/war"),
    # and, or: the words of every side that holds
    ('"trade" and "war"', "Trade pays, war costs, trade.", "Trade/war/trade"),
    ('"trade" and "war"', "Trade pays. War costs.", ""),
    ('"trade" or "war" and "peace"', "War and trade.", "trade"),
    ('"trade" or "war" and "peace"', "War, trade, peace.", "War/trade/peace"),
    ('("trade" or "war") and "peace"', "War and peace.", "War/peace"),
    # not: no words, and only this unit
    ('"trade" and not "war"', "Trade pays. War.", "Trade"),
    ('"trade" and not "war"', "Trade pays, war costs.", ""),
    ('"trade" and not ("war" near/1 "cold")', "Trade in a cold place of war.", "Trade"),
    ('"trade" and not not "war"', "Trade, war.", "Trade"),
    ('"trade" and ("peace" or not "war")', "Trade, peace, war.", "Trade/peace"),
    # themes
    ('theme:c and "war"', "Calm after war.", "Calm/war"),
    ('theme:c and not "war"', "Calm, after all.", "Calm"),
    ('"war" and not theme:c', "Calm after war. War.", "War"),
    ('theme:c near/2 "war"', "Calm as war.", "Calm/war"),
    ('"Belt and Road" or "U.S."', "The Belt and\u00a0Road of the U.S.", "Belt and\u00a0Road/U.S."),
]


def test_what_a_rule_finds(found_by_each):
    """A rule holds in a unit by the words that its definition says, and each match names the rule that fired."""
    rules, texts, _ = zip(*RULES, strict=True)
    words = map("/".join, found_by_each("rules", rules, texts, c=["calm"]))
    assert list(zip(rules, texts, words, strict=True)) == RULES


def test_the_words_of_a_rule_are_covered_like_a_pattern(found_in):
    """What a rule fires by is covered once with the theme's patterns: most words first, then left, then the file."""
    rule = '"trade" and "peace talks" and "then"'
    themes = {"a": {"patterns": ["trade war", "peace"], "rules": [rule]}}
    assert found_in("A trade war, then peace, then peace talks.", themes) == [
        ("a", "trade war", "trade war"),
        ("a", rule, "then"),
        ("a", "peace", "peace"),
        ("a", rule, "then"),
        ("a", rule, "peace talks"),
    ]


def test_a_rule_names_a_theme_as_it_counts(found_in):
    """`theme:` stands for the matches that count in that theme: a covered pattern is none of them."""
    themes = {"a": {"rules": ['theme:c near/1 "talks"']}, "c": ["peace talks ahead", "peace"]}
    assert found_in("Peace talks.", themes)[0] == ("a", 'theme:c near/1 "talks"', "Peace")
    assert {theme for theme, *_ in found_in("Peace talks ahead.", themes)} == {"c"}


def test_a_rule_and_its_theme_are_not_nested(found_in):
    """A theme that fires by another's words leaves them to both: under `nested: codebook` equal matches both count."""
    themes = {"a": {"rules": ['theme:c and "now"']}, "c": ["peace"]}
    found = found_in("Peace now.", themes, nested="codebook")
    assert [(theme, words) for theme, _, words in found] == [("a", "Peace"), ("c", "Peace"), ("a", "now")]


@pytest.mark.parametrize(("unit", "coded"), [("sentence", ["Trade", "Trade"]), ("paragraph", ["Trade"])])
def test_a_rule_is_tried_on_the_unit_of_the_study(found_in, unit, coded):
    """In a study of paragraphs a rule sees a paragraph, and `not` reaches as far."""
    text, themes = "Trade pays. War costs.\n\nTrade grows. Peace too.", {"a": {"rules": ['"trade" and not "war"']}}
    assert [words for *_, words in found_in(text, themes, unit=unit)] == coded


def test_rules_of_another_language_are_not_tried(divide, book):
    """A rule of one language finds nothing in a statement of another, nor does the theme that it names."""
    theme = {"label": "A", "definition": "d", "include": "i", "exclude": "e", "examples": {}}
    themes = {
        "a": theme
        | {"patterns": {"es": ["paz"]}, "rules": {"en": ['theme:b and not "war"']}, "regex": {"en": ["PAN"]}},
        "b": theme | {"label": "B", "patterns": {"en": ["peace"], "es": ["peace"]}},
    }
    made = codebook.Codebook(
        codebook="c", title="t", version="1", description="d", languages=["en", "es"], themes=themes
    )
    divided = divide("Peace, paz, PAN.", "Peace, paz, PAN.", language=["en", "es"])
    found = coding.code(divided, made).evidence
    assert list(zip(found["statement_id"], found["theme"], found["evidence"], strict=True)) == [
        ("s1", "a", "Peace"),
        ("s1", "b", "Peace"),
        ("s1", "a", "PAN"),
        ("s2", "b", "Peace"),
        ("s2", "a", "paz"),
    ]


# Regular expressions


EXPRESSIONS = [
    ("PEACE", "Peace, PEACE, peace.", ["PEACE"]),
    ("(?i)peace", "Peace, PEACE.", ["Peace", "PEACE"]),
    ("eac", "A peaceful end.", ["peaceful"]),
    ("e w", "The peace we want.", ["peace we"]),
    (r"\$ ?\d+", "It costs $ 66 now, $7.", ["66", "7"]),
    ("China", "China’s aim, China-Latin ties.", ["China", "China"]),
    ("-L", "China-Latin ties.", ["Latin"]),
    ("a-L", "China-Latin ties.", ["China-Latin"]),
    ("’s", "China’s aim.", []),
    (r"[,.] ?|\b|x*|$", "Peace, now.", []),
    ("(?=now)", "Peace, now.", []),
    (", n", "Peace, now.", ["now"]),
    ("^now", "Peace. now.\n\nnow", ["now"]),
    ("peace.*war", "peace. War and peace, war.", ["peace, war"]),
    ("[[a-z]--[aeiou]]{4}", "The strength of it.", ["strength"]),
    ("📈|é", "A café 📈.", ["café"]),
]


def test_what_a_regular_expression_finds(found_by_each):
    """An expression sees a unit as published, with capitals and marks; it counts by the words it touches, if any."""
    expressions, texts, _ = zip(*EXPRESSIONS, strict=True)
    assert list(zip(expressions, texts, found_by_each("regex", expressions, texts), strict=True)) == EXPRESSIONS


def test_an_expression_counts_by_the_words_it_touches(found_in):
    """Among the theme's matches that of an expression is as long as the words that it touches."""
    themes = {"a": {"patterns": ["trade war", "long trade war now"], "regex": ["g t.*r n"]}}
    assert found_in("A long trade war now.", themes) == [("a", "long trade war now", "long trade war now")]
    assert found_in("A strong trade war now.", themes) == [("a", "g t.*r n", "strong trade war now")]


EXPLODING = "(a+)+$"


def test_an_expression_that_explodes_is_stopped(found_in, monkeypatch):
    """An expression that would run for ages is stopped after the seconds allowed, and the error names it."""
    assert found_in("An aaa", {"a": {"regex": [EXPLODING]}}) == [("a", EXPLODING, "aaa")]
    monkeypatch.setattr(matching, "SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(
        InputError, match=r"the regular expression '\(a\+\)\+\$' took more than 0.1 s on 'Aaaa"
    ) as error:
        found_in("A" + "a" * 5000 + "!", {"a": {"regex": [EXPLODING]}})
    assert time.monotonic() - began < 3
    assert isinstance(error.value, SlowExpressionError)
    assert error.value.expression == EXPLODING


def test_an_expression_is_tried_on_units_of_its_language(divide, monkeypatch):
    """An expression never sees a unit of another language: one that would explode there costs nothing."""
    monkeypatch.setattr(matching, "SECONDS", 0.1)
    divided = divide("A" + "a" * 5000 + "!", "An aaa", "Aa", language=["es", "en", "en"])
    assert [column.tolist() for column in matching.spans(divided, EXPLODING, "en")] == [[1, 2], [3, 1], [6, 2]]
    found = matching.search(matching.Index(divided), EXPLODING, "en")
    assert divided.part[found.first, :2].tolist() == [[3, 6], [0, 2]]
    assert not len(matching.search(matching.Index(divided), EXPLODING, "fr").first)
    with pytest.raises(SlowExpressionError):
        matching.spans(divided, EXPLODING, "es")
