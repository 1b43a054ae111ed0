"""Files that people write: YAML with the place of every fault, the schema of a codebook, its patterns and examples."""

import pytest
import yaml
from pydantic import ValidationError

from emphasis import codebook, documents, languages
from emphasis.errors import FaultyFileError, InputError

SOUND = """codebook: small
title: A small codebook
version: "1.0"
description: d
languages: [en]
themes:
  peace:
    label: Peace
    definition: d
    include: i
    exclude: e
    patterns:
      en:
        - peace
        - ceasefire*
    examples:
      en:
        - We want peace.
"""


@pytest.fixture
def write(tmp_path):
    """Write a codebook, the sound one with some text replaced, and return its path."""

    def written(old="", new="", text=SOUND):
        assert old in text
        path = tmp_path / "small.yml"
        path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        return path

    return written


def faults_of(read, path):
    """Return the faults that reading a file raises, as (line, column, message)."""
    with pytest.raises(FaultyFileError) as error:
        read(path)
    assert {fault.path for fault in error.value.faults} == {str(path)}
    return [(fault.line, fault.column, fault.message) for fault in error.value.faults]


# YAML


def test_every_value_is_text(write):
    """A file is read as text: no number, date or NO in it changes its type."""
    document = documents.load(write(text="a: NO\nb: 1.0\nc: [2025-05-13, 007, ~]\n"))
    assert document.data == {"a": "NO", "b": "1.0", "c": ["2025-05-13", "007", "~"]}


def test_another_loader_gives_types(write):
    """With a loader of its own a study is read with YAML's types."""
    assert documents.load(write(text="a: 7\n"), loader=yaml.SafeLoader).data == {"a": 7}


def test_places_count_from_one(write):
    """Each key and item has its line and column, both from 1; what has none falls back to what holds it."""
    document = documents.load(write())
    assert document.places["codebook",] == (1, 1)
    assert document.places["themes", "peace", "patterns", "en", 1] == (15, 11)
    assert document.fault(("themes", "peace", "colour", 3), "m").line == 7
    assert (document.fault(("nowhere",), "m").line, document.fault(("nowhere",), "m").column) == (1, 1)


def test_the_hash_is_that_of_the_bytes(write):
    """A document knows the SHA-256 of its file, comments and all."""
    assert documents.load(write()).sha256 != documents.load(write(text=SOUND + "# a comment\n")).sha256


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\n\tb: 2\n", 2, 1, "a tab; YAML is indented by spaces only"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "the key `a` stands twice here; keep one"),
        ("a:\n  b: 1\n  b: 2\n", 3, 3, "the key `b` stands twice here; keep one"),
        ("a: &x [1]\nb: *x\n", 1, 4, "an alias (*) of this value is used; write the value out each time"),
        ("a: &x [*x]\n", 1, 4, "an alias (*) of this value is used; write the value out each time"),
        ('a: "open\n', 2, 1, "not YAML: found unexpected end of stream"),
        ("a: b: c\n", 1, 5, "not YAML: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2\n", 2, 1, "not YAML: but found another document"),
        ("? [a, b]\n: c\n", 1, 3, "not YAML: found unhashable key"),
        ("- a\n", 1, 1, "the file is empty or no mapping; it must hold lines of the form `key: value`"),
        ("", 1, 1, "the file is empty or no mapping; it must hold lines of the form `key: value`"),
        ("# only words\n", 1, 1, "the file is empty or no mapping; it must hold lines of the form `key: value`"),
    ],
    ids=[
        "tab",
        "key",
        "inner key",
        "alias",
        "loop",
        "quote",
        "colons",
        "two",
        "key is a list",
        "list",
        "empty",
        "comment",
    ],
)
def test_what_yaml_cannot_hold(write, text, line, column, message):
    """What is no YAML, or could mean two things, is told with its line and column."""
    assert faults_of(documents.load, write(text=text)) == [(line, column, message)]


@pytest.mark.parametrize(("text", "message"), [("a: 1\nb: \x7f\n", "U+007F"), ("a: 1\nb: \ufffe\n", "U+FFFE")])
def test_characters_that_yaml_forbids(write, text, message):
    """A character that YAML does not allow is named, with its line and column."""
    assert faults_of(documents.load, write(text=text)) == [(2, 4, f"the character {message} is not allowed")]


def test_nesting_without_end(write):
    """Brackets nested thousands deep are a fault of the file, not a crash."""
    [(_, _, message)] = faults_of(documents.load, write(text="a: " + "[" * 3000 + "]" * 3000))
    assert message == "lists or mappings are nested too deeply"


def test_bytes_that_are_no_text(tmp_path):
    """A YAML file in another encoding is told like any other text, with line, column and byte."""
    path = tmp_path / "small.yml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    [(line, column, message)] = faults_of(documents.load, path)
    assert (line, column) == (2, 7)
    assert message.startswith("byte 0xe9 is not UTF-8")


def test_a_file_that_is_not_there(tmp_path):
    """A missing YAML file is named with the reason."""
    with pytest.raises(InputError, match=r"gone\.yml: cannot be read: No such file or directory"):
        documents.load(tmp_path / "gone.yml")


# The schema


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "title: A",
            "titel: A",
            ["1:1: the key `title` is missing; it must be there", "2:1: unknown key `titel`; allowed"],
        ),
        ("    label: Peace\n", "", ["7:3: the key `label` is missing; it must be there"]),
        ("definition: d", "definition: d\n    hue: red", ["10:5: unknown key `hue`; allowed are: label, definition,"]),
        ("- ceasefire*", '- ""', ["15:11: `themes.peace.patterns.en.1` is '': an empty pattern; write one or more"]),
        ("- ceasefire*", "- — …", ["15:11: `themes.peace.patterns.en.1` is '— …': an empty pattern"]),
        ("- ceasefire*", '- "* ?"', ["15:11: `themes.peace.patterns.en.1` is '* ?': wildcards alone fit every word"]),
        ("- ceasefire*", "- PEACE", ["15:11: the pattern `PEACE` stands twice in peace; keep one"]),
        ("  peace:\n", "  A b:\n", ["7:3: `themes.A b` is 'A b': a theme's name is made of small letters"]),
        ("label: Peace", f"label: {'P' * 25}", [f"8:5: `themes.peace.label` is '{'P' * 25}': String should have"]),
        ("label: Peace", "label: [P]", ["8:5: `themes.peace.label` is ['P']; it must be text"]),
        ("examples:\n      en", "examples:\n      es", ["17:7: the language `es` is not in `languages`; allowed are:"]),
        ("- We want peace.", "- —", ["18:11: `themes.peace.examples.en.0` is '—': no word; write a sentence"]),
        ("[en]", "[en, es]", ["5:17: no theme has patterns for the language `es`; write some, or take it out"]),
        ("[en]", "[]", ["5:1: `languages` is []; it must be one or more"]),
        ("[en]", "en", ["5:1: `languages` is 'en'; it must be a list, lines that begin with -"]),
        ("codebook: small", "codebook: large", ["1:1: `codebook` is 'large'; it must be the file's name, small"]),
        ("  peace:\n", "  peace: {}\n  peace:\n", ["8:3: the key `peace` stands twice here; keep one"]),
    ],
)
def test_faults_of_a_codebook(write, old, new, expected):
    """Each fault of a codebook is told with line, column, what came and what is allowed."""
    found = [f"{line}:{column}: {message}" for line, column, message in faults_of(codebook.read, write(old, new))]
    assert [said[: len(start)] for said, start in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize("old", ["themes:\n", "patterns:\n      en:\n        - peace\n        - ceasefire*\n"])
def test_text_where_a_mapping_is_wanted(write, old):
    """Text in place of a mapping is told in words of the file, not of the program."""
    text = SOUND.partition(old)[0] + f"{old.partition(':')[0]}: none\n"
    text += "" if old.startswith("themes") else SOUND.partition(old)[2]
    [(_, _, message)] = faults_of(codebook.read, write(text=text))
    assert message.endswith(" is 'none'; it must be a mapping, lines of the form `key: value`")


def test_two_themes_of_one_label(write):
    """Two themes with the same label, which no chart could tell apart, are each told with the place."""
    other = "  war:\n" + SOUND.partition("  peace:\n")[2]
    found = faults_of(codebook.read, write(text=SOUND + other))
    message = "the label 'Peace' stands at two themes; give each its own"
    assert found == [(8, 5, message), (20, 5, message)]


def test_all_faults_at_once(write):
    """Faults are told all together, in the order of their lines."""
    path = write(
        text=SOUND.replace("label: Peace", "lable: Peace").replace("- ceasefire*", '- ""').replace("title:", "titel:")
    )
    assert [line for line, *_ in faults_of(codebook.read, path)] == [1, 2, 7, 8, 15]


def test_a_word_list_is_checked_too(desk):
    """A language's file with an unknown key is told with its line, like any file that people write."""
    path = desk.seeds / "languages" / "en.yml"
    path.write_text("language: en\nname: English\nstop_words: [the]\nstopwords: [a]\n", encoding="utf-8")
    [(line, column, message)] = faults_of(lambda _: languages.load(desk, "en"), path)
    assert (line, column) == (4, 1)
    assert message.startswith("unknown key `stopwords`; allowed are: language, name, abbreviations")


def test_a_codebook_is_found_by_stem_or_path(root, write):
    """A codebook is named by its stem in seeds/codebooks, or by a path."""
    assert codebook.load(root, "diplomacy").codebook == "diplomacy"
    assert codebook.load(root, str(write())).codebook == "small"


def test_a_codebook_that_is_not_there(root):
    """A name without a file is refused with the names there are."""
    with pytest.raises(InputError, match=r"no codebook is called 'diplomatic' in .*; there are: diplomacy"):
        codebook.load(root, "diplomatic")


def test_a_codebook_is_never_changed(book):
    """A codebook that was read is fixed: no notebook can alter it for the next."""
    with pytest.raises(ValidationError):
        book({"a": ["peace"]}).title = "Another"


# Patterns, examples, themes


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("Latin America*", ["latin", "america*"]),
        ("one-China", ["one-china"]),
        ("colo?r", ["colo?r"]),
        ("China’s  backyard", ["china", "backyard"]),
        ("u.s.", ["u.s."]),
        ("moderni?ation, of", ["moderni?ation", "of"]),
        ("人类命运共同体", ["人类", "命运", "共同体"]),
        ("—", []),
    ],
)
def test_words_of_a_pattern(pattern, words):
    """A pattern is tokenised as the text is; wildcards stay inside their word."""
    assert codebook.words(pattern) == words


def test_patterns_stand_in_the_order_of_the_file(write):
    """Patterns come theme by theme as written, and a language without any is refused."""
    made = codebook.read(write())[0]
    assert made.patterns("en") == [("peace", "peace"), ("peace", "ceasefire*")]
    with pytest.raises(InputError, match="the codebook 'small' has no patterns for the language 'es'"):
        made.patterns("es")


def test_the_same_pattern_in_two_themes(write):
    """A pattern may stand in two themes: only within one it would count for nothing."""
    other = "  war:\n" + SOUND.partition("  peace:\n")[2].replace("label: Peace", "label: War")
    assert list(codebook.read(write(text=SOUND + other))[0].labels.items()) == [("peace", "Peace"), ("war", "War")]


def test_examples_know_their_place(write):
    """Examples and counterexamples come in order, each with the place to which a fault will point."""
    made, document = codebook.read(
        write("      en:\n        - We", "      en:\n        - They want peace.\n        - We")
    )
    found = list(codebook.examples(made))
    assert [(example.theme, example.text, example.is_counter) for example in found] == [
        ("peace", "They want peace.", False),
        ("peace", "We want peace.", False),
    ]
    assert [document.places[example.place] for example in found] == [(18, 11), (19, 11)]


def test_themes_for_people(diplomacy):
    """The table of themes has a row for each of the nine, with the number of its patterns."""
    table = codebook.themes(diplomacy)
    nine = "sovereignty economy security exchange governance solidarity environment health rights"
    assert table["theme"].tolist() == nine.split()
    assert table["n_patterns"].sum() == len(diplomacy.patterns("en"))
    assert (table["n_patterns"] > 0).all()


def test_the_seed_is_declared_in_sample(diplomacy, seed):
    """The codebook says that its words were sought in the seed too, so that its shares are marked in-sample."""
    assert seed["statement_id"][0] in diplomacy.built_on


def test_every_theme_of_ours_is_tried_on_both_sides(root):
    """Each of the nine themes of the shipped codebook has two examples or more and a counterexample or more."""
    themes = codebook.load(root, "diplomacy").themes
    assert len(themes) == 9
    assert all(len(theme.examples["en"]) >= 2 and theme.counterexamples["en"] for theme in themes.values())
