"""Sections, units and their offsets: the structure of texts, the engine's arrays, and the tables made of them."""

import re
import unicodedata

import pandas as pd
import pytest
import reference
from hypothesis import example, given
from hypothesis import strategies as st

from emphasis import segments, vocabulary
from emphasis.errors import InputError


def sections_of(divided):
    return list(zip(divided.sections["kind"], divided.sections["label"], divided.sections["heading"], strict=True))


def units_of(divided):
    return divided.units["text"].tolist()


# Laws


def check_offsets(divided):
    """Assert that the offsets of sections, units, tokens and parts cut out what the tables say."""
    by_unit = divided.units.to_dict("records")
    for row in by_unit:
        assert divided.texts[row["statement_id"]][row["start"] : row["end"]] == row["text"] == row["text"].strip()
    for row in divided.sections.to_dict("records"):
        section = divided.texts[row["statement_id"]][row["start"] : row["end"]]
        assert section == section.strip() != ""
        assert section.startswith(row["heading"])
    text = [divided.texts[by_unit[unit]["statement_id"]] for unit in divided.token_unit]
    tokens = [(t[a:b], kind) for t, (a, b, kind) in zip(text, divided.token[:, :3].tolist(), strict=True)]
    parts = [(text[o][a:b], kind) for o, (a, b, kind) in zip(divided.part_token, divided.part.tolist(), strict=True)]
    for words, kind in tokens + parts:
        assert reference.form(words) == divided.vocabulary.types[kind]


@given(reference.corpora)
def test_offsets_hold(divide, quick, corpus):
    """For any texts, text[start:end] is the words of every section, unit, token and part."""
    check_offsets(divide(*corpus, root=quick))


def test_offsets_of_the_seed_hold(seed_segments):
    """In the seed, whose header stands before its coded text, all offsets are into the whole file."""
    check_offsets(seed_segments)


@given(reference.corpora)
def test_units_are_those_of_the_reference(divide, quick, corpus):
    """Units and their tokens are the sentences of the plain reference, statement by statement."""
    divided = divide(*corpus, root=quick)
    for number, text in enumerate(corpus, start=1):
        own = divided.tokens[divided.tokens["statement_id"] == f"s{number}"]
        found = [list(zip(unit["type"], unit["start"], strict=True)) for _, unit in own.groupby("unit_id")]
        assert found == [[(token.form, token.start) for token, _ in unit] for unit in reference.sentences(text)]


def table_of(divided, name, number):
    """Return the rows of one statement, without its id."""
    table = getattr(divided, name)
    return table[table["statement_id"] == f"s{number}"].drop(columns="statement_id").reset_index(drop=True)


@given(reference.corpora)
@example(["One.\n\nFirst, a.\n\nSecond, b.", "Third, c.", "x", "First, a\nof b\nof c\nof d.\n\nSecond, e."])
def test_several_together_equal_each_alone(divide, quick, corpus):
    """Sections, units and tokens of a statement are the same whether it is divided alone or in a corpus."""
    together = divide(*corpus, root=quick)
    for number, text in enumerate(corpus, start=1):
        alone = divide(text, root=quick)
        for name in ("sections", "units", "tokens"):
            pd.testing.assert_frame_equal(table_of(together, name, number), table_of(alone, name, 1))


@given(st.lists(reference.texts(), min_size=2, max_size=4), st.data())
def test_the_order_of_statements_permutes_the_rows(divide, quick, corpus, data):
    """Statements in another order give the same rows in another order."""
    order = data.draw(st.permutations(range(len(corpus))))
    first, second = divide(*corpus, root=quick), divide(*(corpus[i] for i in order), root=quick)
    for place, i in enumerate(order):
        pd.testing.assert_frame_equal(table_of(first, "tokens", i + 1), table_of(second, "tokens", place + 1))


@given(reference.corpora, st.sampled_from(["sentence", "paragraph", "section"]))
def test_counts_add_up(divide, quick, corpus, unit):
    """Tokens of units sum to those of sections and of statements, whatever the unit; so do units."""
    divided = divide(*corpus, root=quick, unit=unit)
    by_section = divided.units.groupby(["statement_id", "section_id"])["n_tokens"].agg(["size", "sum"]).to_numpy()
    assert (divided.sections[["n_units", "n_tokens"]].to_numpy() == by_section).all()
    assert divided.units["n_tokens"].sum() == divided.statements["n_tokens"].sum() == len(divided.token)
    assert divided.statements["n_units"].sum() == len(divided.units)
    assert divided.statements["n_sections"].sum() == len(divided.sections)


@given(reference.texts())
def test_all_words_are_in_units(divide, quick, text):
    """No word is lost between units: what stands outside of them holds no letter and no digit."""
    outside = list(text)
    for row in divide(text, root=quick).units.itertuples():
        outside[row.start : row.end] = " " * (row.end - row.start)
    assert not re.search(r"[^\W_]", "".join(outside))


def test_a_distinct_piece_is_tokenised_once(divide, monkeypatch):
    """A text of the same words fifty times over costs the text work of its distinct pieces only."""
    seen = []
    chunks = vocabulary.chunks
    monkeypatch.setattr(vocabulary, "chunks", lambda piece, language: seen.append(piece) or chunks(piece, language))
    divided = divide(*["China wants peace, and trade. " * 50] * 3)
    assert len(divided.token) == 3 * 50 * 5
    assert len(seen) == len(set(seen)) <= 2 * 5 + 1
    del seen[:]
    divide("Peace now.", "Paz.", "Peace now.", language=["en", "es", "en"])
    assert sorted(seen) == [" now.", "Paz.", "Peace"]


# Edges


def test_one_word(divide):
    """A statement of one word has one section, one unit, one token."""
    divided = divide("Peace")
    assert divided.statements[["n_sections", "n_units", "n_tokens"]].to_numpy().tolist() == [[1, 1, 1]]
    assert units_of(divided) == ["Peace"]


def test_a_statement_without_a_word_is_refused(divide):
    """A text that holds no word is an error that names the statement."""
    with pytest.raises(InputError, match="the statement 's2' holds no word"):
        divide("Peace.", "… — !")


def test_another_unit_is_refused(divide):
    """A unit that does not exist is refused with those that do."""
    with pytest.raises(InputError, match="unit is 'word'; allowed are: sentence, paragraph, section"):
        divide("Peace.", unit="word")


def test_units_without_a_word_are_left_out(divide):
    """A line of asterisks between paragraphs is no unit and no section."""
    assert units_of(divide("One text.\n\n***\n\nMore text.\n")) == ["One text.", "More text."]


@pytest.mark.parametrize(
    ("text", "language"),
    [("𠀀𠀁。中国🕊️合作。", "zh"), ("🕊️ Peace 𝐓rade. Cafe\u0301 talks.", "en"), ("\u00a0Peace\u00a0now.\u00a0Go.", "en")],
)
def test_offsets_are_code_points(divide, text, language):
    """Offsets count code points, also beside astral characters, combining marks and no-break spaces."""
    divided = divide(text, language=language)
    assert len(divided.units) == 2
    for row in divided.units.itertuples():
        assert text[row.start : row.end] == row.text
    for row in divided.tokens.itertuples():
        assert reference.form(text[row.start : row.end]) == row.type


def test_composed_and_decomposed_texts_count_alike(divide):
    """A text with its accents composed (NFC) has the units and types of the same text with accents apart (NFD)."""
    text = "La política exterior está aquí. Séneca habló. Ángela también."
    composed, decomposed = (divide(unicodedata.normalize(f, text), language="es") for f in ("NFC", "NFD"))
    assert composed.tokens["type"].tolist() == decomposed.tokens["type"].tolist()
    assert composed.units["n_tokens"].tolist() == decomposed.units["n_tokens"].tolist() == [5, 2, 2]


def test_word_lists_meet_decomposed_texts(divide):
    """Abbreviations, initials and ordinals are known with their accents apart (NFD) too."""
    points = "Hola.\n\nPrimero, el núm. 5.\n\nSegundo, É. Macron.\n\nEn último lugar, paz."
    decomposed = divide(unicodedata.normalize("NFD", points), language="es")
    assert decomposed.units["n_tokens"].tolist() == divide(points, language="es").units["n_tokens"].tolist()
    assert len(decomposed.sections) == len(divide(points, language="es").sections)
    sentence = unicodedata.normalize("NFD", "El núm. 5 es claro. É. Macron vino.")
    assert divide(sentence, language="es").units["n_tokens"].tolist() == [5, 3]


# Lines, paragraphs, sections

WRAPPED = "The parties met in\nthe morning and talked\nabout trade. They\nagreed on a\nplan.\n\nThen they left."


def test_hard_wrapped_lines_are_one_paragraph(divide):
    """Line breaks inside sentences part nothing in a text whose lines are hard-wrapped, and the table says so."""
    divided = divide(WRAPPED, unit="paragraph")
    assert units_of(divided) == WRAPPED.split("\n\n")
    assert divided.statements["is_wrapped"].tolist() == [True]
    assert units_of(divide(WRAPPED))[1] == "They\nagreed on a\nplan."


def test_lines_are_paragraphs_otherwise(divide):
    """In a text that is not hard-wrapped any line break ends the paragraph, and with it the sentence."""
    divided = divide("One text\nTwo texts\nThree texts go on.\nFour")
    assert units_of(divided) == ["One text", "Two texts", "Three texts go on.", "Four"]
    assert divided.statements["is_wrapped"].tolist() == [False]


def test_each_text_is_judged_alone(divide):
    """One hard-wrapped text in a corpus leaves the lines of the others alone."""
    divided = divide("One line.\nTwo lines.", WRAPPED, unit="paragraph")
    assert divided.statements["is_wrapped"].tolist() == [False, True]
    assert divided.statements["n_units"].tolist() == [2, 2]


def test_points_open_sections(divide):
    """First, Second, … open sections, with the words that open them; what stands before them is the preamble."""
    divided = divide("Intro.\n\nFirst, act. More.\n\nExtra.\n\nSecond: talk.\n\nFinally, go.")
    assert sections_of(divided) == [
        ("preamble", "Preamble", ""),
        ("point", "First", "First, act."),
        ("point", "Second", "Second: talk."),
        ("point", "Finally", "Finally, go."),
    ]
    assert divided.units["section_id"].tolist() == [1, 2, 2, 2, 3, 4]
    assert divided.units["is_heading"].tolist() == [False, True, False, False, True, True]


@pytest.mark.parametrize(
    "text",
    [
        "Intro.\n\nSecond, b.\n\nFirst, act.\n\nThird, c.",
        "First, act.\n\nThird, c.",
        "First, only this.\n\nThen that.",
        "First we act.\n\nSecond we talk.",
    ],
)
def test_points_out_of_order_open_nothing(divide, text):
    """Ordinals that do not follow each other, stand alone, or are no openings, leave paragraphs as they are."""
    divided = divide(text)
    assert set(divided.sections["kind"]) == {"paragraph"}
    assert units_of(divided) == text.split("\n\n")
    assert divided.sections["label"].tolist()[:2] == ["Paragraph 1", "Paragraph 2"]


def test_two_rounds_of_points(divide):
    """After First and Second another First opens a round of its own."""
    divided = divide("First, act.\n\nSecond, talk.\n\nFirst, rest.\n\nSecond, sleep.")
    assert divided.sections["label"].tolist() == ["First", "Second", "First", "Second"]


def test_points_in_other_languages(divide):
    """Chinese and Spanish points open sections too, in the words of their lists."""
    chinese = divide("王毅发表讲话。\n一是加强合作。\n二是维护和平。", language="zh")
    spanish = divide("Hola a todos.\n\nPrimero, la paz.\n\nEn segundo lugar, el pan.", language="es")
    assert chinese.sections["label"].tolist() == ["Preamble", "一是", "二是"]
    assert spanish.sections["label"].tolist() == ["Preamble", "Primero", "En segundo lugar"]


def test_headings_open_sections(divide):
    """Short lines without a full stop, with text under them, open sections when there are two or more."""
    divided = divide("Trade and growth\nWe trade. We grow.\n\nPeace\n\nWe talk.")
    assert sections_of(divided) == [("heading", "Trade and growth", "Trade and growth"), ("heading", "Peace", "Peace")]
    assert units_of(divided) == ["Trade and growth", "We trade.", "We grow.", "Peace", "We talk."]


def test_a_long_heading_is_shortened_in_its_label(divide):
    """A heading keeps its words, its label as many of them as fit."""
    heading = "On cooperation in trade, investment and many other fields"
    divided = divide(f"{heading}\nWe trade.\n\nPeace\nWe talk.")
    assert divided.sections["heading"][0] == heading
    assert divided.sections["label"][0] == "On cooperation in trade, investment …"


@pytest.mark.parametrize(
    "text", ["Part I\n\nPart II\n\nText goes on.", "Title\n\nText goes on.", "Text goes on.\n\nEnd"]
)
def test_lines_that_are_no_headings(divide, text):
    """One heading alone, lines that follow each other, and a last line open no sections."""
    assert set(divide(text).sections["kind"]) == {"paragraph"}


def test_headings_inside_the_text_of_points(divide):
    """The kind that opens first divides the text; the other stays inside its sections."""
    divided = divide("Aims\n\nText goes.\n\nFirst, act.\n\nSecond, talk.\n\nMeans\n\nText goes on.")
    assert divided.sections["label"].tolist() == ["Aims", "Means"]
    assert divided.sections["n_units"].tolist() == [4, 2]


def test_a_heading_never_melts_into_a_sentence(divide):
    """A heading without a full stop is a unit of its own."""
    assert units_of(divide("Peace\nWe talk.\nTrade\nWe sell."))[:2] == ["Peace", "We talk."]


def test_coarser_units(divide):
    """The unit may be the paragraph or the section; a heading then stands inside it, unless it is all of it."""
    text = "Intro. More.\n\nFirst, act.\n\nExtra.\n\nSecond, talk. Now."
    paragraphs, whole = divide(text, unit="paragraph"), divide(text, unit="section")
    assert units_of(paragraphs) == text.split("\n\n")
    assert paragraphs.units["is_heading"].tolist() == [False, True, False, False]
    assert units_of(whole) == ["Intro. More.", "First, act.\n\nExtra.", "Second, talk. Now."]


def test_positions(divide):
    """Units are numbered through all statements; a section reaches from its first unit's number to its last's."""
    divided = divide("One. Two.\n\nThree.", "Four.")
    assert segments.unit_positions(divided)["position"].tolist() == [1, 2, 3, 4]
    placed = segments.section_positions(divided)
    assert list(zip(placed["first"], placed["last"], strict=True)) == [(1, 2), (3, 3), (4, 4)]


def test_languages_may_alternate(divide):
    """Statements of two languages keep the order given, each divided by its own language's rules."""
    divided = divide("The U.S. Senate met.", "El Sr. Lula habló.", "Mr. Li left.", language=["en", "es", "en"])
    assert divided.statements["statement_id"].tolist() == ["s1", "s2", "s3"]
    assert divided.units["n_tokens"].tolist() == [4, 4, 3]
    check_offsets(divided)


# The seed

FIRST_WORDS = """
On May 13, 2025 | China is ready
First, firmly | The LAC region | China firmly supports | China opposes | The Taiwan question | China hopes and believes
Second, further | China is ready to enhance | China will earnestly | China will also continue
Third, actively | China supports LAC | China is ready to work | China will also provide
Fourth, continue | China will implement | China will continue to host
Fifth, resolutely | This year marks | China is ready to work | China and LAC countries
"""


def test_the_seed(seed_segments):
    """The seed has a preamble and five points with their headings, and 23 sentences that begin with these words."""
    assert sections_of(seed_segments) == [
        ("preamble", "Preamble", ""),
        ("point", "First", "First, firmly support each other's core interests."),
        ("point", "Second", "Second, further deepen practical cooperation in economy and trade."),
        ("point", "Third", "Third, actively carry out cooperation on peace and security."),
        ("point", "Fourth", "Fourth, continue to enhance exchanges and mutual learning among civilizations."),
        ("point", "Fifth", "Fifth, resolutely defend international fairness and justice."),
    ]
    expected = [words.strip() for words in re.split(r"[|\n]", FIRST_WORDS.strip())]
    assert len(expected) == 23
    assert [text[: len(words)] for text, words in zip(units_of(seed_segments), expected, strict=True)] == expected
    assert seed_segments.units["is_heading"].sum() == 5
    assert seed_segments.sections["n_units"].tolist() == [2, 6, 4, 4, 3, 4]


def test_the_seed_counts_its_words_once(seed_segments):
    """The seed's tokens are those that the plain reference finds in its text, and they sum up in every table."""
    row = seed_segments.statements.iloc[0]
    n_tokens = len(reference.tokens(row["text"][row["body"] :]))
    assert n_tokens == row["n_tokens"] == seed_segments.units["n_tokens"].sum() == len(seed_segments.token)
