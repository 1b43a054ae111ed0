"""Files that people write: YAML with the place of every fault, the schema of a codebook, its patterns and examples."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
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
EVERY_WAY = """    regex:
      en:
        - PEACE!
    rules:
      en:
        - '"truce" and "war"'
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
    """Brackets nested a thousand deep are a fault of the file, not a crash."""
    [(_, _, message)] = faults_of(documents.load, write(text="a: " + "[" * 1000 + "]" * 1000))
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
        ("- ceasefire*", "- PEACE", ["15:11: `PEACE` stands in line 14 already; keep one"]),
        (
            "- ceasefire*",
            """- '"peace" and "war"'""",
            ['15:11: `themes.peace.patterns.en.1` is \'"peace" and "war"\': a pattern has no quotes; if this is'],
        ),
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


def test_the_other_parts_are_read(write):
    """Acts, agents and named things stand beside the themes."""
    made = codebook.read(write(text=SOUND + PARTS))[0]
    assert made.acts["asks"].patterns == {"en": ["call on", "urge*"]}
    assert made.agents == {"both": {"en": ["both sides"]}}
    assert made.named["amount"].heads == {"en": ["fund"]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  asks:", "  begs:", "20:3: `acts.begs` is 'begs': allowed are: 'commits', 'offers', 'asks', "),
        ("  amount:", "  sum:", "32:3: `named.sum` is 'sum': allowed are: 'amount', 'date', 'initiative' or"),
        ("  both:", "  all:", "29:3: `agents.all` is 'all': allowed are: 'issuer', 'counterpart' or 'both'"),
        ("  both:\n    en", "  both:\n    es", "30:5: the language `es` is not in `languages`; allowed are: en"),
        ("en: [We call on you.]", "es: [We call on you.]", "25:7: the language `es` is not in `languages`; allowed"),
        ("en: [We wait.]", 'en: ["—"]', "27:12: `acts.asks.counterexamples.en.0` is '—': no word; write a sentence"),
        ("[both sides]", "[both sides, '*']", "30:22: `agents.both.en.1` is '*': wildcards alone fit every word"),
        ("[euro*]", '[""]', "36:12: `named.amount.patterns.en.0` is '': an empty pattern; write one or more words"),
        ("[fund]", '["? ?"]', "38:12: `named.amount.heads.en.0` is '? ?': wildcards alone fit every word"),
        ("    heads:", "    rules:", "37:5: unknown key `rules`; allowed are: label, definition, patterns, regex,"),
    ],
)
def test_the_other_parts_are_checked_too(write, old, new, expected):
    """Acts, agents and named things have the checks of themes: keys, languages, patterns, and their own names."""
    [(line, column, said)] = faults_of(codebook.read, write(old, new, text=SOUND + PARTS))
    assert f"{line}:{column}: {said}"[: len(expected)] == expected


PARTS = """acts:
  asks:
    label: Asks
    definition: d
    patterns: {en: [call on, urge*]}
    examples:
      en: [We call on you.]
    counterexamples:
      en: [We wait.]
agents:
  both:
    en: [both sides]
named:
  amount:
    label: Amounts
    definition: d
    patterns:
      en: [euro*]
    heads:
      en: [fund]
    examples:
      en: [It is a euro.]
"""


def test_a_formula_is_of_one_act(write):
    """A formula that stands in two acts, where the unit could not be said to do one thing, is told at the second."""
    acts = "acts:\n" + "".join(
        f"  {act}: {{label: {act}, definition: d, examples: {{}}, patterns: {{en: [{formulas}]}}}}\n"
        for act, formulas in (("offers", "ready to, willing"), ("commits", "will, Ready  TO"), ("asks", "urge, urge"))
    )
    assert faults_of(codebook.read, write(text=SOUND + acts)) == [
        (21, 80, "`Ready  TO` stands in line 20 already (offers); a formula is of one act; keep one"),
        (22, 74, "`urge` stands in line 22 already; keep one"),
    ]


def test_what_stands_twice(write):
    """A rule or an expression that stands twice in a theme is told; in another theme, or way, it may."""
    twice = EVERY_WAY.replace("- PEACE!", "- PEACE!\n        - Peace!\n        - PEACE!")
    twice = twice.replace('and "war"\'', 'and "war"\'\n        - \'"truce" and "war"\'')
    assert faults_of(codebook.read, write("    examples:", twice + "    examples:")) == [
        (20, 11, "`PEACE!` stands in line 18 already; keep one"),
        (24, 11, '`"truce" and "war"` stands in line 23 already; keep one'),
    ]
    every = SOUND.replace("    examples:", EVERY_WAY.replace("PEACE!", "peace") + "    examples:")
    other = "  war:\n" + every.partition("  peace:\n")[2].replace("label: Peace", "label: War")
    assert len(codebook.read(write(text=every + other))[0].entries("en")) == 8


def test_a_rule_or_an_expression_is_of_one_act(write):
    """In two acts a rule or an expression is told as a formula is, with the line and the act where it stands first."""
    acts = "acts:\n" + "".join(
        f"""  {act}:
    label: {act}
    definition: d
    examples: {{}}
    rules: {{en: ['"a" and "b"']}}
    regex: {{en: [A b]}}
"""
        for act in ("offers", "asks")
    )
    of_one = "already (offers); a formula is of one act; keep one"
    assert faults_of(codebook.read, write(text=SOUND + acts)) == [
        (30, 18, f'`"a" and "b"` stands in line 24 {of_one}'),
        (31, 18, f"`A b` stands in line 25 {of_one}"),
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("PEACE(", "not a valid regular expression: missing ) at position 6"),
        ("[a", "not a valid regular expression: unterminated character set at position 2"),
        ("*", "not a valid regular expression: nothing to repeat at position 0"),
        ("(?V0)a", "not a valid regular expression: VERSION0 and VERSION1 flags are mutually incompatible"),
        ("(" * 5000, "not a valid regular expression: maximum recursion depth exceeded"),
        ("a{1000001}", "its repeats multiply to more than 1,000,000"),
        ("(?:(?:a{101}b){100}c){100,}", "its repeats multiply to more than 1,000,000"),
    ],
)
def test_expressions_that_cannot_be(write, expression, message):
    """What is no regular expression, or would fill the memory, is a fault with its line and column."""
    [(line, column, said)] = faults_of(
        codebook.read, write("    examples:", EVERY_WAY.replace("PEACE!", f"'{expression}'") + "    examples:")
    )
    assert (line, column) == (18, 11)
    assert said.partition(": ")[2].startswith(message)


def test_a_theme_must_be_findable(write):
    """A theme that has neither pattern nor rule nor expression is told; a rule alone is enough."""
    bare = SOUND.replace("    patterns:\n      en:\n        - peace\n        - ceasefire*\n", "")
    assert (7, 3, "nothing finds peace; write `patterns`, `rules` or `regex`") in faults_of(
        codebook.read, write(text=bare)
    )
    assert codebook.read(write("    examples:", EVERY_WAY + "    examples:", text=bare))[0].entries("en")


def test_doubtful_themes_are_themes(write):
    """A theme listed as doubtful must be there."""
    found = faults_of(codebook.read, write("themes:", "doubtful: [peace, war]\nthemes:"))
    assert found == [(6, 19, "no theme is called 'war'; there are: peace")]


# Rules, in every form in which YAML can hold one: ¦ marks the place where the fault is told


def plain(rule):
    return rule


def single(rule):
    return "'" + rule.replace("'", "''") + "'"


def double(rule):
    return '"' + rule.replace('"', '\\"') + '"'


def broken(rule):
    """Break a rule into lines wherever a space stands outside of its quotes."""
    parts = rule.split('"')
    return '"'.join(part if i % 2 else part.replace(" ", "\n            ") for i, part in enumerate(parts))


def folded(rule):
    return f">-\n            {broken(rule)}"


def literal(rule):
    return f"|-  # a rule\n            {broken(rule)}"


def double_over_lines(rule):
    return double(broken(rule))


STYLES = [plain, single, double, folded, literal, double_over_lines]
UNREAD = [
    ('("a b" and "c"¦', "here stands the end of the rule; expected: and, or, near/n, before/n, )"),
    ('("it\'s a" or "b") ¦near/0 "c"', "near/0: the distance is 0; it must be 1 (side by side) or more"),
    ('("a" or "b") ¦near "c"', "here stands 'near \"c\"'; expected: and, or, near/n, before/n, the end of the rule"),
    ('("a" or ¦"")', "an empty pattern; write one or more words, with * and ? for unknown letters"),
    ('(¦"*" and "it\'s")', "wildcards alone fit every word; write at least one letter"),
    ('("a") or ¦theme:war', "no theme is called 'war' here; there are: peace"),
    ('¦theme:war and "x"', "no theme is called 'war' here; there are: peace"),
    ('("it\'s" or ¦theme: war)', "here stands 'theme: war)'; expected: words in double quotes"),
    ('("a") or ¦not "b"', "by this `not` the rule can hold where none of its words stands"),
    ('(¦"a" and "b") near/3 "c"', "only words have a place to be near to; on a side of near/3 write"),
    ('("it\'s" near/1 "b" ¦near/2 "c")', "here stands 'near/2 \"c\")'; expected: and, or, )"),
    ('(¦"a" before/1 "b") near/2 "c"', "only words have a place to be near to; on a side of near/2 write"),
    ('("a" or ¦“b”)', "here stands '“b”)'; expected: words in double quotes"),
    ('("a" or "𝒯rade 🕊️") ¦und "b"', "here stands 'und \"b\"'; expected: and, or, near/n"),
]


@pytest.mark.parametrize(
    ("style", "marked", "message"),
    [
        pytest.param(style, marked, message, id=f"{style.__name__} {marked}")
        for style in STYLES
        for marked, message in UNREAD
        if style is not plain or ": " not in marked  # a plain colon and space would make a mapping of it
    ],
)
def test_faults_of_rules_stand_at_their_place(write, style, marked, message):
    """A fault in a rule is told with the line and column where it stands in the file, however YAML quotes the rule."""
    rules = f"    rules:\n      en:\n        - '\"sound\"'\n        - {style(marked)}\n        - '\"sound too\"'\n"
    text = SOUND.replace("    examples:", rules + "    examples:")
    before = text.partition("¦")[0]
    [(line, column, said)] = faults_of(codebook.read, write(text=text.replace("¦", "")))
    said = said.replace("\\n", " ")  # a literal block keeps its line ends
    assert (line, column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert said.startswith(message)


PIECES = ['"a"', '"it\'s"', "theme:war", "and", "not", "near/2", "near/0", "(", ")", "“", "\n", "é"]
RULES = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
)


@settings(max_examples=30)
@given(rule=RULES, style=st.sampled_from([None, "'", '"', "|", ">"]), width=st.sampled_from([20, 1000]))
def test_any_rule_in_any_form_is_read_or_told(tmp_path_factory, rule, style, width):
    """Whatever text stands as a rule, however a program writes it as YAML, it is read, or told at a line of its own."""
    data = yaml.load(SOUND, Loader=yaml.BaseLoader)
    data["themes"]["peace"]["rules"] = {"en": ['"x"', rule]}
    text = yaml.dump(data, default_style=style, width=width, allow_unicode=True, sort_keys=False)
    path = tmp_path_factory.getbasetemp() / "small.yml"
    path.write_text(text, encoding="utf-8")
    try:
        codebook.read(path)
    except FaultyFileError as error:
        top = yaml.compose(text, Loader=yaml.BaseLoader)
        for key in ("themes", "peace", "rules", "en"):
            top = next(value for name, value in top.value if name.value == key)
        lines = range(top.value[1].start_mark.line + 1, top.value[1].end_mark.line + 2)
        assert {fault.line for fault in error.faults} <= set(lines)


def test_a_rule_that_is_too_long(write):
    """A rule of more than a thousand characters is told where the thousand are full."""
    rule = '"a" and ' * 125 + '"b"'
    path = write("    examples:", f"    rules:\n      en:\n        - '{rule}'\n    examples:")
    assert faults_of(codebook.read, path) == [(18, 1012, "the rule has 1,003 characters; allowed are 1,000")]


def test_every_fault_of_every_rule_is_told(write):
    """Each rule that is wrong is told, and each theme that is not there, in acts as in themes."""
    rules = """    rules:
      en: ['theme:war or theme:trade', '"a" "b"']
"""
    acts = """acts:
  asks: {label: Asks, definition: d, examples: {}, rules: {en: ['"a" near/2 theme:peace', 'not "a"']}}
"""
    found = faults_of(codebook.read, write(text=SOUND.replace("    examples:", rules + "    examples:") + acts))
    assert [(line, column, said.partition(";")[0]) for line, column, said in found] == [
        (17, 13, "no theme is called 'war' here"),
        (17, 26, "no theme is called 'trade' here"),
        (17, 45, "here stands '\"b\"'"),
        (22, 77, "no theme is called 'peace' here"),
        (22, 92, "by this `not` the rule can hold where none of its words stands"),
    ]


WAITING = """  war:
    label: War
    definition: d
    include: i
    exclude: e
    rules: {en: ['"gun*" and not theme:trade']}
    examples: {}
  trade:
    label: Trade
    definition: d
    include: i
    exclude: e
    rules: {en: ['theme:peace or theme:war near/2 "trade"']}
    examples: {}
"""


def test_themes_that_wait_for_each_other(write):
    """Themes whose rules name each other in a ring are told, and so is one that names itself; a chain is in order."""
    ring = "themes wait for each other: {}; break the ring"
    found = faults_of(codebook.read, write(text=SOUND + WAITING))
    assert found == [(31, 5, ring.format("trade → war → trade"))]
    found = faults_of(
        codebook.read, write("theme:peace or theme:war", "theme:trade or theme:peace", text=SOUND + WAITING)
    )
    assert found == [(31, 5, "a rule of trade names trade itself; write its words instead")]
    made, _ = codebook.read(write("theme:peace or theme:war", "theme:peace", text=SOUND + WAITING))
    assert codebook.order(made) == ["peace", "trade", "war"]


def test_ends_of_lines_that_only_yaml_sees(write):
    """A line separator pasted into a text moves no fault to another line, and is a space in the text."""
    text = SOUND.replace("definition: d", 'definition: "a\u2028b\u2029\x85c"') + "# \u2028\u2028 pasted\nhue: red\n"
    assert faults_of(codebook.read, write(text=text)) == [(20, 1, EXTRA)]
    made, _ = codebook.read(write(text=text.replace("hue: red\n", "")))
    assert made.themes["peace"].definition == "a b  c"
    rules = "    rules:\n      en: ['(\"a\"']\n    examples:"
    assert [
        place[:2]
        for place in faults_of(codebook.read, write("    examples:", rules, text=text.replace("hue: red\n", "")))
    ] == [(17, 17)]


EXTRA = (
    "unknown key `hue`; allowed are: codebook, title, version, description, languages, built_on, doubtful, themes, "
    "acts, agents, named"
)

# Entries, examples, themes


def test_entries_stand_in_the_order_of_the_file(write):
    """Entries come theme by theme, its patterns, then rules, then expressions, as written; no language without any."""
    made = codebook.read(write("    examples:", EVERY_WAY + "    examples:"))[0]
    assert made.entries("en") == [
        ("peace", "pattern", "peace"),
        ("peace", "pattern", "ceasefire*"),
        ("peace", "rule", '"truce" and "war"'),
        ("peace", "regex", "PEACE!"),
    ]
    with pytest.raises(InputError, match="the codebook 'small' has no patterns for the language 'es'"):
        made.entries("es")


@pytest.mark.parametrize("way", ["patterns", "regex", "heads"])
def test_languages_with_named_things(book, way):
    """Named things are looked for in a language where any kind has a pattern, an expression or a head in it."""
    made = book({"a": ["peace"]}, named={"date": {"patterns": []}, "amount": {way: ["fund"]}})
    assert made.has_names("en")
    assert not made.has_names("es")
    assert not book({"a": ["peace"]}, named={"amount": {way: []}}).has_names("en")
    assert not book({"a": ["peace"]}).has_names("en")


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
    assert [(example.part, example.name, example.text, example.is_counter) for example in found] == [
        ("themes", "peace", "They want peace.", False),
        ("themes", "peace", "We want peace.", False),
    ]
    assert [document.places[example.place] for example in found] == [(18, 11), (19, 11)]


def test_themes_for_people(diplomacy):
    """The table of themes has a row for each of the nine, with the number of its patterns."""
    table = codebook.themes(diplomacy)
    nine = "sovereignty economy security exchange governance solidarity environment health rights"
    assert table["theme"].tolist() == nine.split()
    assert table["n_patterns"].sum() == len(diplomacy.entries("en"))
    assert (table["n_patterns"] > 0).all()


def test_the_seed_is_declared_in_sample(diplomacy, seed):
    """The codebook says that its words were sought in the seed too, so that its shares are marked in-sample."""
    assert seed["statement_id"][0] in diplomacy.built_on


def test_every_theme_of_ours_is_tried_on_both_sides(root):
    """Each of the nine themes of the shipped codebook has two examples or more and a counterexample or more."""
    themes = codebook.load(root, "diplomacy").themes
    assert len(themes) == 9
    assert all(len(theme.examples["en"]) >= 2 and theme.counterexamples["en"] for theme in themes.values())
