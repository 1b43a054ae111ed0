"""Tokens and sentence ends: what counts as a word, in which form, and which full stop ends a sentence."""

import unicodedata

import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from emphasis.tokens import fold, tokenise


def forms(text):
    return [token.form for token in tokenise(text)]


def ends_of(divide, text, language="en"):
    return divide(text, language=language).units["text"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one-China People-to-People 80th", ["one-china", "people-to-people", "80th"]),
        ("The U.S. and H.E. Mr. Li", ["the", "u.s.", "and", "h.e.", "mr", "li"]),
        ("China's China’s CHINA’S", ["china", "china", "china"]),
        ("countries' countries’", ["countries", "countries"]),
        ("don't don’t o'clock", ["don't", "don't", "o'clock"]),
        ("1,000 3.5 66 RMB66 10.5.3", ["1,000", "3.5", "66", "rmb66", "10.5.3"]),
        ("one‑China one‐China", ["one-china", "one-china"]),
        ("in 2025. The", ["in", "2025", "the"]),
        ("peace, (war) “truce” – and/or…", ["peace", "war", "truce", "and", "or"]),
        ("-lead trail- a--b", ["lead", "trail", "a", "b"]),
        ("Straße STRASSE ﬁnance Ｃｈｉｎａ", ["strasse", "strasse", "finance", "china"]),
        ("re\u00adsume zero\u200bwidth", ["resume", "zero", "width"]),
        ("𝐓𝐫𝐚𝐝𝐞 🕊️ peace", ["trade", "peace"]),
        ("слова 한국어 テスト", ["слова", "한국어", "テスト"]),
        ("… — ! ***", []),
        ("", []),
    ],
)
def test_forms(text, expected):
    """A token is a run of letters and digits; its form is folded, its possessive cut, its punctuation left out."""
    assert forms(text) == expected


def test_chinese_is_cut_into_words():
    """A run of Chinese characters is cut into words; those beside it in another script are tokens of their own."""
    assert forms("中国与拉共体LAC合作") == ["中国", "与", "拉共体", "lac", "合作"]
    assert forms("𠀀𠀁") == ["𠀀𠀁"]


def test_compounds_have_parts():
    """A hyphenated token has its parts, each at its own place; any other token is its only part."""
    compound, simple = tokenise("China’s-led one-China")[1], tokenise("peace")[0]
    assert [(part.form, part.start, part.end) for part in compound.parts] == [("one", 12, 15), ("china", 16, 21)]
    assert [(part.form, part.start, part.end) for part in simple.parts] == [("peace", 0, 5)]
    assert [part.form for part in tokenise("U.S.-led")[0].parts] == ["u.s.", "led"]


def test_the_possessive_is_not_part_of_a_token():
    """The offsets of China's hold China alone, with either apostrophe."""
    for text in ("China's", "China’s"):
        assert [(token.start, token.end) for token in tokenise(text)] == [(0, 5)]


def test_fold_treats_apostrophes_alike():
    """’ and ' are the same in a form, which is folded and composed."""
    assert fold("Don’t") == fold("DON'T") == "don't"
    assert fold("Cafe\u0301") == fold("CAFÉ") == "café"


@given(st.text(max_size=60))
def test_offsets_cut_tokens_out(text):
    """For any text, tokens and parts stand in order, do not overlap, and folding what they cut out gives their form."""
    last = 0
    for token in tokenise(text):
        assert last <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end]) == token.form
        assert token.start <= token.parts[0].start
        assert token.parts[-1].end <= token.end
        assert all(fold(text[part.start : part.end]) == part.form for part in token.parts)
        last = token.end


@given(st.text(alphabet="aeiouñç -'’.,é\u0301\u0303日", max_size=40))
def test_composed_and_decomposed_count_alike(text):
    """The same text with combining marks composed (NFC) and apart (NFD) has the same forms."""
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert forms(composed) == forms(decomposed)


@given(st.lists(st.sampled_from(["China’s", "one-China", "Peace", "café", "80th"]), max_size=8).map(" – ".join))
def test_tokens_are_those_of_the_reference(text):
    """Tokens and their parts are those of the plain reference."""
    parts = [(token.form, [part.form for part in token.parts]) for token in tokenise(text)]
    assert parts == [(token.form, [part.form for part in own]) for token, own in reference.tokens(text)]


# Sentence ends


@pytest.mark.parametrize(
    "text",
    [
        "H.E. Mr. Wang met Dr. Li of the U.S. Congress.",
        "See No. 5 of the list.",
        "Art. 5 and St. Lucia held.",
        "J. F. Smith spoke.",
        "Growth was 3.5 per cent.",
        "They wait... and see.",
        "It is over! said he.",
        "The site.Is here.",
        "The U.N. Charter and the U.S.-led talks.",
        "He (Mr. Li) spoke.",
        "The E.U. Council met the U.A.E. Government and the U.S.A. Team in D.C. Circles.",
    ],
)
def test_one_sentence(divide, text):
    """An abbreviation, an initial, No. before a digit, and a full stop before a small letter end no sentence."""
    assert ends_of(divide, text) == [text]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The answer is no.", "We go."],
        ["Is it?", "Yes!", "It is."],
        ["He said “peace.”", "Then they left."],
        ["They left (in haste.)", "Then it rained."],
        ["He left.", "“Why?”", "Nobody knew."],
        ["They wait...", "Then they go."],
        ["It began in 2024.", "2025 came next."],
        ["We met on Jan. 5.", "In Jan.", "We left."],
        ["They began at 5 p.m.", "The talks went on."],
        ["It is a matter of G.D.P.", "We grow."],
        ["«Sí.»", "¿Qué?", "¡No!", "Él vino."],
        ["Peace.", "(Or war.)", "[Or both.]"],
    ],
    ids=" ".join,
)
def test_sentences(divide, sentences):
    """. ! ? with closing quotes or brackets end a sentence before a capital, a digit or an opening quote."""
    assert ends_of(divide, " ".join(sentences)) == sentences


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "  ", "\t", "\u3000"])
def test_any_white_space_parts_sentences(divide, space):
    """No-break, wide and repeated spaces part words and sentences as a space does."""
    assert ends_of(divide, f"We{space}met.{space}They left.") == [f"We{space}met.", "They left."]


def test_chinese_sentences_need_no_space(divide):
    """。！？ end a sentence without white space, with the quotes that close after them."""
    assert ends_of(divide, "一句。两句！三句？”四句", "zh") == ["一句。", "两句！", "三句？”", "四句"]


def test_each_language_has_its_abbreviations(divide):
    """What ends no sentence is the word list's of the language: `art.` before a digit in Spanish, `Sr.` always."""
    assert ends_of(divide, "El Sr. Lula citó el art. 5 del pacto. Habló.", "es") == [
        "El Sr. Lula citó el art. 5 del pacto.",
        "Habló.",
    ]
