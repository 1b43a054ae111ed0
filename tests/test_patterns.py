"""Patterns and rules as people write them: how they are read, and where and how a fault in one is told."""

import time

import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st

from emphasis import patterns
from emphasis.patterns import RuleError

KINDS = {"neither": "not", "both": "and", "either": "or"}


def tree(text):
    """Return a rule, as it is read, in the form of the reference."""

    def branch(rule):
        if rule.kind in {"words", "theme"}:
            return rule.kind, rule.text
        parts = [branch(part) for part in rule.parts]
        if rule.kind == "near":
            return ("before" if rule.is_ordered else "near", rule.within, *parts)
        return KINDS[rule.kind], *parts

    return branch(patterns.parse(text))


def fault(text):
    """Return the place and the message of what is wrong with a rule."""
    with pytest.raises(RuleError) as error:
        patterns.parse(text)
    return error.value.offset, str(error.value)


# Patterns


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("Latin America*", ("latin", "america*")),
        ("one-China", ("one-china",)),
        ("colo?r", ("colo?r",)),
        ("China’s  backyard", ("china", "backyard")),
        ("u.s.", ("u.s.",)),
        ("moderni?ation, of", ("moderni?ation", "of")),
        ("人类命运共同体", ("人类", "命运", "共同体")),
        ("—", ()),
    ],
)
def test_words_of_a_pattern(pattern, words):
    """A pattern is tokenised as the text is; wildcards stay inside their word."""
    assert patterns.words(pattern) == words


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [("", "an empty pattern"), ("— …", "an empty pattern"), ("*", "wildcards alone"), ("? **", "wildcards alone")],
)
def test_a_pattern_has_a_letter(pattern, wrong):
    """A pattern without a word would find nothing, one of wildcards everything: both are told."""
    assert patterns.fault_of(pattern).startswith(wrong)
    assert patterns.fault_of(f"{pattern} a") == ""


# The grammar

A, B, C, D = (("words", letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('"a"', A),
        ("theme:human_rights2", ("theme", "human_rights2")),
        ('"theme:a"', ("words", "theme:a")),
        ('"a and b"', ("words", "a and b")),
        ('"a" or "b" and "c"', ("or", A, ("and", B, C))),
        ('"a" and "b" or "c"', ("or", ("and", A, B), C)),
        ('("a" or "b") and "c"', ("and", ("or", A, B), C)),
        ('"a" and "b" and "c"', ("and", A, B, C)),
        ('not "a" and "b"', ("and", ("not", A), B)),
        ('"b" and not ("a" or "c")', ("and", B, ("not", ("or", A, C)))),
        ('"b" and not "a" near/3 "c"', ("and", B, ("not", ("near", 3, A, C)))),
        ('"b" and not not "a"', ("and", B, ("not", ("not", A)))),
        ('"a" and "b" near/2 "c" or "d"', ("or", ("and", A, ("near", 2, B, C)), D)),
        ('"a" near/2 ("b" or theme:c)', ("near", 2, A, ("or", B, ("theme", "c")))),
        ('"a" near/007 "b"', ("near", 7, A, B)),
        ('((("a")))', A),
    ],
)
def test_what_a_rule_means(text, read):
    """`near` and `before` bind closest, then not, and, or; parentheses bind over all."""
    assert tree(text) == read


@pytest.mark.parametrize(
    "text",
    [
        '"a" AND NOT "b" NEAR/3 "c" Or "d"',
        '"a"and not"b"near/3"c"or"d"',
        ' "a"\n  and\tnot\n"b"   near/3\n\n"c" or\u00a0"d"\n',
    ],
)
def test_case_and_space_change_nothing(text):
    """Keywords stand in any case; white space and line breaks between the parts mean nothing, and may be left out."""
    assert tree(text) == ("or", ("and", A, ("not", ("near", 3, B, C))), D)


@settings(max_examples=100)
@given(reference.rules(("a", "b")))
def test_parentheses_that_change_nothing_may_be_left_out(rule):
    """A rule with every parenthesis, and with those only that precedence needs, is read as the rule that was meant."""
    assert tree(reference.write(rule)) == tree(reference.write(rule, full=True)) == rule


def test_leaves_stand_in_reading_order():
    """The words and themes of a rule are given from left to right, each with its place in the rule."""
    text = '"a" and not (theme:b or "c" near/2 "a")'
    assert [(leaf.kind, leaf.text, leaf.offset) for leaf in patterns.parse(text).leaves()] == [
        ("words", "a", 0),
        ("theme", "b", 13),
        ("words", "c", 24),
        ("words", "a", 35),
    ]


# Faults: ¦ marks the place where the fault is told

ANY = 'words in double quotes ("…"), theme: with a theme\'s name, (, not'
JOIN = "and, or, near/n, before/n"


def at_mark(marked):
    return marked.replace("¦", ""), marked.index("¦")


@pytest.mark.parametrize(
    ("marked", "came", "wanted"),
    [
        ('("a" and "b"¦', "the end of the rule", JOIN + ", )"),
        ('("a" and "b"¦ \n ', "the end of the rule", JOIN + ", )"),
        ('"a" and ("b" or ("c")¦', "the end of the rule", JOIN + ", )"),
        ('"a"¦) and "b"', "') and \"b\"'", JOIN + ", the end of the rule"),
        ("(¦)", "')'", ANY),
        ("¦", "the end of the rule", ANY),
        ('"a" and¦', "the end of the rule", ANY),
        ('¦and "a"', "'and \"a\"'", ANY),
        ('"a" and ¦or "b"', "'or \"b\"'", ANY),
        ('"a" ¦"b"', "'\"b\"'", JOIN + ", the end of the rule"),
        ('"a" ¦near "b"', "'near \"b\"'", JOIN + ", the end of the rule"),
        ('"a" ¦near/ 3 "b"', "'near/ 3 \"b\"'", JOIN + ", the end of the rule"),
        ('"a" ¦near/-1 "b"', "'near/-1 \"b\"'", JOIN + ", the end of the rule"),
        ('"a" near/1¦.5 "b"', "'.5 \"b\"'", ANY.removesuffix(", not")),
        ('"a" near/5 ¦not "b"', "'not \"b\"'", ANY.removesuffix(", not")),
        ('"a" near/5¦', "the end of the rule", ANY.removesuffix(", not")),
        ('"a" near/5 "b" ¦near/5 "c"', "'near/5 \"c\"'", "and, or, the end of the rule"),
        ('("a" near/5 "b" ¦before/1 "c")', "'before/1 \"c\")'", "and, or, )"),
        ('"a" ¦order "b"', "'order \"b\"'", JOIN + ", the end of the rule"),
        ('"a" ¦andes "b"', "'andes \"b\"'", JOIN + ", the end of the rule"),
        ('"a" and ¦notable "b"', "'notable \"b\"'", ANY),
        ('"a" ¦&& "b"', "'&& \"b\"'", JOIN + ", the end of the rule"),
        ("¦theme:", "'theme:'", ANY),
        ("¦theme: economy", "'theme: economy'", ANY),
        ("¦Theme:economy", "'Theme:economy'", ANY),
        ("¦theme:Economy", "'theme:Economy'", ANY),
        ('"a" and ¦“b” or “c”', "'“b” or “c”'", ANY),
        ("¦'a' and 'b'", "\"'a' and 'b'\"", ANY),
        ('"a" and ¦"b', "'\"b'", ANY),
        ('"a" and ¦"b\nc"', "'\"b\\nc\"'", ANY),
        ("¦climate and not business climate", "'climate and not busi'", ANY),
    ],
)
def test_what_the_grammar_does_not_allow(marked, came, wanted):
    """An error of grammar tells the place, what stands there, and each thing that may stand there instead."""
    text, offset = at_mark(marked)
    assert fault(text) == (offset, f"here stands {came}; expected: {wanted}")


NOT_NEAR = "only words have a place to be {} to; on a side of {} write words, themes or `or` of them"
WORDLESS = "by this `not` the rule can hold where none of its words stands; join it to words by `and`"


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ('"a" ¦near/0 "b"', "near/0: the distance is 0; it must be 1 (side by side) or more"),
        ('"a" ¦Before/00 "b"', "Before/00: the distance is 0; it must be 1 (side by side) or more"),
        ('"a" or ¦""', "an empty pattern; write one or more words, with * and ? for unknown letters"),
        ('"a" or ¦" — "', "an empty pattern; write one or more words, with * and ? for unknown letters"),
        ('"a" or ¦"*"', "wildcards alone fit every word; write at least one letter"),
        ('(¦"a" and "b") near/3 "c"', NOT_NEAR.format("near", "near/3")),
        ('"c" before/3 (¦not "b")', NOT_NEAR.format("before", "before/3")),
        ('"c" before/3 (¦"a" near/2 "b")', NOT_NEAR.format("before", "before/3")),
        ('(theme:a or ¦"a" before/2 "b") near/3 "c"', NOT_NEAR.format("near", "near/3")),
        ('"c" near/3 ("a" or (¦"b" and "d"))', NOT_NEAR.format("near", "near/3")),
        ('¦not "a"', WORDLESS),
        ('"a" or ¦not "b"', WORDLESS),
        ('"a" and "b" or ("c" or ¦not "d")', WORDLESS),
        ('¦not "a" and not "b"', WORDLESS),
        ('¦not not "a"', WORDLESS),
        ('"a"' + " " * 997 + "¦ ", "the rule has 1,001 characters; allowed are 1,000"),
    ],
)
def test_what_has_no_meaning(marked, message):
    """What the grammar allows and yet means nothing is told at its place, with what is allowed."""
    text, offset = at_mark(marked)
    assert fault(text) == (offset, message)


def test_a_rule_may_be_long():
    """A rule of a thousand characters is read, however many parts it has."""
    assert len(tree(" or ".join(['"a"'] * 143))) == 144
    assert tree('"a" and ' + "not " * 247 + '"b"')[0] == "and"
    assert tree("(" * 490 + '"a"' + ")" * 490) == A


PIECES = [
    '"a"',
    '"b*"',
    "theme:a",
    "and",
    "or",
    "not",
    "near/2",
    "before/1",
    "near/0",
    "(",
    ")",
    " ",
    "\n",
    '"',
    "*",
    "“",
]


@settings(max_examples=300)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join), st.text(max_size=60), st.binary()))
def test_any_text_is_read_or_refused(text):
    """Whatever text stands as a rule, it is read, or refused with a place inside it, and at once."""
    text = text if isinstance(text, str) else text.decode("latin-1")
    began = time.monotonic()
    try:
        read = patterns.parse(text)
    except RuleError as error:
        assert 0 <= error.offset <= len(text)
        assert str(error)
    else:
        assert list(read.leaves())
    assert time.monotonic() - began < 1


def test_long_hostile_rules_end_soon():
    """A rule of the greatest length, made to be hard, is read or refused within a second."""
    began = time.monotonic()
    for piece in ("(", '("a" near/1 ', '("a" or ', 'not ("a" and ', '"' + "*a" * 400 + '" or ', '"a" near/2 ' * 2):
        for text in (piece * (1000 // len(piece)), piece * (900 // len(piece)) + '"a"'):
            try:
                patterns.parse(text)
            except RuleError as error:
                assert error.offset <= len(text)
    assert time.monotonic() - began < 2
