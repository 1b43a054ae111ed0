"""Looking patterns up and coding units: against quanteda, against our own plain reference, and by law."""

import pandas as pd
import pytest
import reference
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emphasis import codebook, coding, segments, statements
from emphasis.errors import FaultyFileError, InputError

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


def test_parts_of_compounds_are_found(divide, book):
    """`chin*` finds the China of One-China in s6 at its own offsets: here we differ from quanteda, on purpose."""
    coded = coding.code(divide(SENTENCES[5]), book({"china": ["chin*"]}))
    assert [(row.start, row.end, row.evidence) for row in coded.evidence.itertuples()] == [
        (4, 9, "China"),
        (32, 37, "China"),
    ]


# Against the reference


def rows(coded, number=1):
    """Return the evidence of a statement as the reference writes it."""
    own = coded.evidence[coded.evidence["statement_id"] == f"s{number}"]
    return sorted(own[["unit_id", "theme", "pattern", "start", "end"]].itertuples(index=False, name=None))


@settings(max_examples=40)
@given(corpus=reference.corpora, themes=reference.codebooks, nested=st.sampled_from(["theme", "codebook"]))
@example(["One-China peace"], {"a": ["one-china", "china peace", "one *"]}, "theme")
@example(["peace china-latin trade"], {"a": ["chin*", "peace *"], "b": ["latin trade"]}, "codebook")
def test_evidence_is_that_of_the_reference(look_up, corpus, themes, nested):
    """On any text and codebook the engine finds, pattern by pattern, what the plain reference finds."""
    _, coded = look_up(corpus, themes, nested=nested)
    for number, text in enumerate(corpus, start=1):
        assert rows(coded, number) == reference.evidence(text, themes, nested)


@given(corpus=reference.corpora, themes=reference.codebooks)
def test_one_engine_for_one_and_for_many(look_up, corpus, themes):
    """Statements coded together are coded as each is alone, so that a corpus changes no number of a statement."""
    _, together = look_up(corpus, themes)
    for number, text in enumerate(corpus, start=1):
        assert rows(together, number) == rows(look_up([text], themes)[1])


@given(corpus=reference.corpora, themes=reference.codebooks, data=st.data())
def test_the_order_of_patterns_changes_no_coding(look_up, corpus, themes, data):
    """Whichever pattern of a theme is written first, the same units carry the theme, by the same words."""
    shuffled = {theme: data.draw(st.permutations(own)) for theme, own in themes.items()}
    (_, first), (_, second) = look_up(corpus, themes), look_up(corpus, shuffled)
    pd.testing.assert_frame_equal(first.codings, second.codings)
    pd.testing.assert_frame_equal(first.evidence.drop(columns="pattern"), second.evidence.drop(columns="pattern"))


@given(corpus=reference.corpora, themes=reference.codebooks)
def test_evidence_holds_its_words(look_up, corpus, themes):
    """The offsets of each match cut its words out of the text, inside its unit, and no match is listed twice."""
    divided, coded = look_up(corpus, themes)
    units = divided.units.set_index(["statement_id", "unit_id"])
    for row in coded.evidence.itertuples():
        unit = units.loc[(row.statement_id, row.unit_id)]
        assert divided.texts[row.statement_id][row.start : row.end] == row.evidence != ""
        assert unit["start"] <= row.start < row.end <= unit["end"]
    assert not coded.evidence.duplicated(["statement_id", "unit_id", "theme", "pattern", "start", "end"]).any()


@given(corpus=reference.corpora, themes=reference.codebooks)
def test_nesting_only_takes_away(look_up, corpus, themes):
    """`nested: codebook` only takes matches away, never the last of a unit, and none where there is one theme."""
    (_, by_theme), (_, by_codebook) = (look_up(corpus, themes, nested=nested) for nested in ("theme", "codebook"))
    keys = list(by_theme.evidence)
    kept, every = (set(coded.evidence[keys].itertuples(index=False, name=None)) for coded in (by_codebook, by_theme))
    assert kept <= every
    assert {row[:2] for row in kept} == {row[:2] for row in every}
    assert len(themes) > 1 or kept == every


# Hand-made cases


def evidence_of(divided, made, **kwargs):
    found = coding.code(divided, made, **kwargs).evidence
    return list(zip(found["theme"], found["pattern"], found["evidence"], strict=True))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
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
    ],
)
def test_what_a_pattern_finds(divide, book, pattern, text, found):
    """A glob fits one whole form, folded; a phrase fits forms that follow each other in one unit."""
    assert [words for *_, words in evidence_of(divide(text), book({"a": [pattern]}))] == found


def test_chinese_is_looked_up_word_by_word(divide, book):
    """A Chinese pattern is cut into words as the text is, and fits them in order."""
    found = evidence_of(
        divide("中国反对强权政治。坚持一个中国原则。", language="zh"),
        book({"a": ["强权政治"], "b": ["中国"]}, language="zh"),
    )
    assert found == [("b", "中国", "中国"), ("a", "强权政治", "强权政治"), ("b", "中国", "中国")]


def test_longest_pattern_first(divide, book):
    """Within a theme the longer phrase takes its words, also from a shorter one that begins before it."""
    made = book({"a": ["global security", "security initiative for all", "initiative"]})
    assert [words for *_, words in evidence_of(divide("The global security initiative for all."), made)] == [
        "security initiative for all"
    ]


def test_a_tie_of_patterns_goes_to_the_first_of_the_file(divide, book):
    """Two patterns of a theme that fit the same words leave one match, under the pattern that is written first."""
    divided = divide("Trade grows.")
    assert evidence_of(divided, book({"a": ["trade", "trad*"]})) == [("a", "trade", "Trade")]
    assert evidence_of(divided, book({"a": ["trad*", "trade"]})) == [("a", "trad*", "Trade")]


def test_equal_matches_of_two_themes_both_count(divide, book):
    """A match is dropped only inside a longer one: two themes that fit the same words both keep theirs."""
    made = book({"a": ["trade war"], "b": ["trade war*"], "c": ["war"]})
    assert evidence_of(divide("A trade war."), made, nested="codebook") == [
        ("a", "trade war", "trade war"),
        ("b", "trade war*", "trade war"),
    ]
    assert len(evidence_of(divide("A trade war."), made)) == 3


def test_overlap_without_nesting_counts_twice(divide, book):
    """Matches of two themes that overlap, neither inside the other, both count under either policy."""
    made = book({"a": ["global trade"], "b": ["trade war"]})
    for nested in ("theme", "codebook"):
        assert len(evidence_of(divide("A global trade war."), made, nested=nested)) == 2


def test_all_units_and_none(divide, book):
    """Where every unit matches each is coded; where none does both tables are empty and keep their columns."""
    divided = divide("Peace now. Peace then.")
    full, empty = coding.code(divided, book({"a": ["peace"]})), coding.code(divided, book({"a": ["war"]}))
    assert full.codings["unit_id"].tolist() == [1, 2]
    assert empty.codings.empty
    assert empty.evidence.empty
    assert list(empty.codings) == list(full.codings) == ["statement_id", "unit_id", "theme", "coder", "n_evidence"]
    assert list(empty.evidence) == list(full.evidence)


def test_codings_count_their_evidence(seed_coding):
    """A coding is a unit with a theme, its n_evidence the matches behind it; together they are all the evidence."""
    keys = ["statement_id", "unit_id", "theme"]
    counted = seed_coding.evidence.groupby(keys).size()
    given_counts = seed_coding.codings.set_index(keys)["n_evidence"]
    assert counted.sort_index().to_dict() == given_counts.sort_index().to_dict()
    assert set(seed_coding.codings["coder"]) == {"codebook"}


def test_rows_stand_in_reading_order(seed_coding, diplomacy):
    """Evidence is sorted by place, codings by unit and then by the codebook's order of themes."""
    found, place = seed_coding.evidence, list(diplomacy.themes)
    assert found["start"].is_monotonic_increasing
    order = [(row.unit_id, place.index(row.theme)) for row in seed_coding.codings.itertuples()]
    assert order == sorted(order)


def test_each_language_has_its_own_patterns(divide, book):
    """In a corpus of two languages a pattern is sought only in statements of its own language."""
    theme = {"label": "A", "definition": "d", "include": "i", "exclude": "e", "examples": {}}
    theme["patterns"] = {"en": ["peace"], "es": ["paz", "pan"]}
    made = codebook.Codebook(
        codebook="c", title="t", version="1", description="d", languages=["en", "es"], themes={"a": theme}
    )
    divided = divide("Peace, paz.", "Paz, peace.", "Pan and peace.", language=["en", "es", "en"])
    found = coding.code(divided, made).evidence
    assert list(zip(found["statement_id"], found["evidence"], strict=True)) == [
        ("s1", "Peace"),
        ("s2", "Paz"),
        ("s3", "peace"),
    ]


def test_a_language_without_patterns_is_refused(divide, book):
    """A statement in a language that the codebook has no pattern for is an error that names the language."""
    with pytest.raises(InputError, match="'small' has no patterns for the language 'es'"):
        coding.code(divide("La paz es de todos.", language="es"), book({"a": ["peace"]}))


def test_another_nesting_is_refused(divide, book):
    """A nesting policy that does not exist is refused with those that do."""
    with pytest.raises(InputError, match="nested is 'key'; allowed are: theme, codebook"):
        coding.code(divide("Peace."), book({"a": ["peace"]}), nested="key")


def test_titles_are_coded_apart(root, seed, seed_coding, diplomacy, book):
    """The title's themes are found, in a table of its own; a statement without a title has none."""
    titles = coding.code_titles(root, seed, book({"relation": ["shared future", "solidarity"], "trade": ["trade"]}))
    assert titles.to_dict("records") == [
        {"statement_id": seed["statement_id"][0], "theme": "relation", "coder": "codebook", "n_evidence": 2}
    ]
    assert list(coding.code_titles(root, seed.assign(title=""), diplomacy)) == list(titles)
    assert coding.code_titles(root, seed.assign(title=""), diplomacy).empty
    assert seed_coding.evidence["start"].min() >= seed["body"][0]


def test_the_seed_names_lac_countries(seed_segments, book):
    """The seed says "LAC countries" eleven times, and "(LAC) countries" once: look-up minds no bracket."""
    found = [words for *_, words in evidence_of(seed_segments, book({"lac": ["lac countries"]}))]
    assert sorted(set(found)) == ["LAC countries", "LAC) countries"]
    assert found.count("LAC countries") == 11


# Every theme's examples


def test_the_shipped_codebook_passes_its_check(root):
    """Each example of the codebook is coded with its theme, and no counterexample is."""
    assert coding.check(root, codebook.path_of(root, "diplomacy")) == []


CHECKED = """codebook: small
title: A small codebook
version: "1"
description: d
languages: [en]
themes:
  peace:
    label: Peace
    definition: d
    include: i
    exclude: e
    patterns:
      en: [peace, ceasefire*]
    examples:
      en:
        - We want peace.
        - We want quiet.
    counterexamples:
      en:
        - The ceasefire, a peace of sorts, holds.
        - The war goes on.
"""


def test_examples_are_executed(root, tmp_path):
    """A failing example and a failing counterexample are faults with line and column, and the words that fired."""
    path = tmp_path / "small.yml"
    path.write_text(CHECKED)
    assert [str(fault) for fault in coding.check(root, path)] == [
        f"{path}:17:11: this example is not coded `peace`: no pattern of it is in 'We want quiet.'",
        f"{path}:20:11: this counterexample is coded `peace`, by the words: ceasefire; peace",
    ]


def test_a_file_out_of_order_is_not_checked(root, tmp_path):
    """Where the file itself is wrong, check raises its faults rather than coding examples with half a codebook."""
    path = tmp_path / "small.yml"
    path.write_text(CHECKED.replace("label:", "lable:"))
    with pytest.raises(FaultyFileError, match="unknown key `lable`"):
        coding.check(root, path)


# The statements of ../shared


def test_the_shared_statements_load_divide_and_code(root, shared, desk, diplomacy):
    """All 44 shared statements divide with offsets that hold, in the language said; the English ones are coded."""
    said = pd.read_csv(shared / "statements" / "metadata.csv", dtype=str).set_index("doc_id")["language"]
    folder = desk.seeds / "statements"
    for statement_id in said.index:
        (folder / f"{statement_id}.txt").symlink_to(shared / "statements" / "txt" / f"{statement_id}.txt")
    said.rename_axis("statement_id").reset_index().to_csv(folder / "statements.csv", index=False)
    loaded = statements.load(desk, ["*"])
    divided = segments.segment(root, loaded)
    assert len(loaded) == 44
    assert loaded.set_index("statement_id")["language"].to_dict() == said.to_dict()
    assert set(loaded["language_from"]) == {"metadata"}
    for table, column in ((divided.units, "text"), (divided.sections, None)):
        for row in table.to_dict("records"):
            piece = divided.texts[row["statement_id"]][row["start"] : row["end"]]
            assert piece.strip() == piece != ""
            assert column is None or piece == row[column]
    english = segments.segment(root, loaded[loaded["language"] == "en"].reset_index(drop=True))
    found = coding.code(english, diplomacy)
    assert found.codings["statement_id"].nunique() == 37
    for row in found.evidence.itertuples():
        assert english.texts[row.statement_id][row.start : row.end] == row.evidence
