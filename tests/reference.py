"""Look-up, rules and counts a second time, in plain Python: slow, short, written from the method's pages 2, 3 and 5.

It knows spaces, blank lines and simple punctuation; abbreviations, Chinese and numbered points have tests with expected
values of their own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from hypothesis import strategies as st

WORD = re.compile(r"[^\W_]\u0301?(?:[^\W_]\u0301?)*(?:['’-](?:[^\W_]\u0301?)+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
PARAGRAPH_END = re.compile(r"\n\s*\n")


class Word(NamedTuple):
    """A form and its place in the text."""

    form: str
    start: int
    end: int


class Match(NamedTuple):
    """A match of a theme's entry: the parts `first` up to before `last` of a unit, and its place in the text."""

    theme: str
    pattern: str
    first: int
    last: int
    start: int
    end: int
    length: int


class Span(NamedTuple):
    """The parts `first` up to before `last` of a unit, and the number of words that found them."""

    first: int
    last: int
    length: int


class Theme(NamedTuple):
    """What finds a theme. A rule is a tree: ("near", 3, ("words", "a"), ("not", ("theme", "b"))), kind and parts."""

    patterns: Sequence = ()
    rules: Sequence = ()
    regex: Sequence = ()


def form(raw):
    """Return a word as it is counted: NFKC, case-folded, ’ as ', without the possessive."""
    return re.sub(r"'s$", "", unicodedata.normalize("NFKC", raw).casefold().replace("’", "'"))


def word(raw, start):
    """Return a word at its place; the possessive is not part of it."""
    bare = re.sub(r"['’][sS]$", "", raw)
    return Word(form(raw), start, start + len(bare))


def tokens(text, start=0):
    """Return the running words of a text, each with the parts between its hyphens."""
    found = []
    for match in WORD.finditer(text):
        at = start + match.start()
        parts = [word(part[0], at + part.start()) for part in re.finditer("[^-]+", match[0])]
        found.append((word(match[0], at), parts))
    return found


def divisions(text, end):
    """Yield what stands between the matches of `end`, with its place."""
    at = 0
    for match in end.finditer(text):
        yield text[at : match.start()], at
        at = match.end()
    yield text[at:], at


def sentences(text):
    """Return the tokens of each sentence that has any; a blank line ends a sentence too."""
    return [
        found
        for paragraph, place in divisions(text, PARAGRAPH_END)
        for sentence, at in divisions(paragraph, SENTENCE_END)
        if (found := tokens(sentence, place + at))
    ]


def fits(glob, text):
    """Tell whether a glob fits a whole form: * any letters or none, ? exactly one."""
    if not glob:
        return not text
    if glob[0] == "*":
        return any(fits(glob[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and glob[0] in {"?", text[0]} and fits(glob[1:], text[1:])


def ends(globs, first, unit):
    """Yield the part after each match of the globs that begins at part `first`: compounds whole, and in parts."""
    if not globs:
        yield first
        return
    part = 0
    for token, parts in unit:
        if part == first and len(parts) > 1 and fits(globs[0], token.form):
            yield from ends(globs[1:], first + len(parts), unit)
        if part <= first < part + len(parts) and fits(globs[0], parts[first - part].form):
            yield from ends(globs[1:], first + 1, unit)
        part += len(parts)


def spans(pattern, unit):
    """Return where a pattern fits in a unit."""
    globs = [form(raw) for raw in pattern.split()]
    n_parts = sum(len(parts) for _, parts in unit)
    return {Span(first, last, len(globs)) for first in range(n_parts) for last in ends(globs, first, unit)}


def searched(expression, unit, text):
    """Return the parts that each match of a regular expression touches, in a unit of this text."""
    parts = [part for _, own in unit for part in own]
    low, high = unit[0][0].start, unit[-1][0].end
    touched = [
        [
            number
            for number, part in enumerate(parts)
            if part.start < low + found.end() and low + found.start() < part.end
        ]
        for found in re.finditer(expression, text[low:high])
        if found[0]
    ]
    return {Span(own[0], own[-1] + 1, len(own)) for own in touched if own}


def fired(rule, unit, settled):
    """Return the spans by which a rule holds in a unit; None where it does not hold."""
    kind, *parts = rule
    if kind == "words":
        return spans(*parts, unit) or None
    if kind == "theme":
        return {Span(match.first, match.last, match.length) for match in settled(*parts)} or None
    if kind in {"near", "before"}:
        return near(rule, unit, settled) or None
    found = [fired(part, unit, settled) for part in parts]
    if kind == "not":
        return set() if found == [None] else None
    held = [own for own in found if own is not None]
    return set().union(*held) if held and (kind == "or" or len(held) == len(parts)) else None


def near(rule, unit, settled):
    """Return the spans of either side that have one of the other near enough, counted from token to token."""
    token = [number for number, (_, parts) in enumerate(unit) for _ in parts]
    kind, within, *sides = rule
    lefts, rights = (fired(side, unit, settled) or set() for side in sides)
    pairs = [(a, b, a, b) for a in lefts for b in rights]
    if kind == "near":
        pairs += [(b, a, a, b) for a in lefts for b in rights]
    kept = [
        (a, b)
        for earlier, later, a, b in pairs
        if earlier.last <= later.first and token[later.first] - token[earlier.last - 1] <= within
    ]
    return {span for pair in kept for span in pair}


def settle(name, themes, unit, text):
    """Return a theme's matches in a unit: most words first, then left to right; each part serves once."""
    parts = [part for _, own in unit for part in own]
    theme = themes[name] if isinstance(themes[name], Theme) else Theme(themes[name])
    found = [(pattern, spans(pattern, unit)) for pattern in theme.patterns]
    fire = partial(fired, unit=unit, settled=lambda other: settle(other, themes, unit, text))
    found += [(write(rule), fire(rule) or set()) for rule in theme.rules]
    found += [(raw, searched(raw, unit, text)) for raw in theme.regex]
    every = [(-s.length, s.first, -s.last, number) for number, (_, own) in enumerate(found) for s in own]
    covered, kept = set(), []
    for length, first, last, number in sorted(every):
        if covered.isdisjoint(range(first, -last)):
            covered |= set(range(first, -last))
            place = parts[first].start, parts[-last - 1].end
            kept.append(Match(name, found[number][0], first, -last, *place, -length))
    return kept


def look_up(unit, themes, text, nested="theme"):
    """Return all matches in a unit; with `codebook`, those inside a longer match of another theme are dropped."""
    found = [match for theme in themes for match in settle(theme, themes, unit, text)]
    if nested == "theme":
        return found
    return [match for match in found if not any(is_inside(match, other) for other in found)]


def is_inside(match, other):
    """Tell whether a match lies inside a longer one of another theme."""
    is_longer = other.last - other.first > match.last - match.first
    return other.theme != match.theme and is_longer and other.first <= match.first and match.last <= other.last


def evidence(text, themes, nested="theme"):
    """Return (unit, theme, pattern, start, end) of each match in a text; units count from 1."""
    return sorted(
        (number, match.theme, match.pattern, match.start, match.end)
        for number, unit in enumerate(sentences(text), start=1)
        for match in look_up(unit, themes, text, nested)
    )


def rows(coded, number=1):
    """Return what was coded in the statement of this number as `evidence` does."""
    own = coded.evidence[coded.evidence["statement_id"] == f"s{number}"]
    return sorted(own[["unit_id", "theme", "pattern", "start", "end"]].itertuples(index=False, name=None))


def frequencies(text):
    """Return how often each form runs through a text, a compound counted whole."""
    return Counter(token.form for unit in sentences(text) for token, _ in unit)


def inside_compounds(text):
    """Return how often each form is a part of a compound."""
    return Counter(part.form for unit in sentences(text) for _, parts in unit if len(parts) > 1 for part in parts)


def shares(text, themes):
    """Return for each theme: units that carry it, share of units, share of words, mentions."""
    units = sentences(text)
    found = [look_up(unit, themes, text) for unit in units]
    carried = [{match.theme for match in own} for own in found]
    n_tokens = sum(len(unit) for unit in units)
    result = {}
    for theme in themes:
        n_units = sum(theme in own for own in carried)
        words = sum(Fraction(len(unit), len(own)) for unit, own in zip(units, carried, strict=True) if theme in own)
        n_mentions = sum(match.theme == theme for own in found for match in own)
        result[theme] = n_units, Fraction(n_units, len(units)), Fraction(words) / n_tokens, n_mentions
    return result


# Rules as text

BINDS = {"or": 1, "and": 2, "not": 3, "near": 4, "before": 4, "words": 5, "theme": 5}


def write(rule, floor=0, full=False):
    """Return a rule as text, with the parentheses that it needs where nothing looser than `floor` may stand, or all."""
    kind, *parts = rule
    if kind == "words":
        return f'"{parts[0]}"'
    if kind == "theme":
        return f"theme:{parts[0]}"
    if kind == "not":
        text = f"not {write(parts[0], 3, full)}"
    elif kind in {"near", "before"}:
        within, left, right = parts
        text = f"{write(left, 5, full)} {kind}/{within} {write(right, 5, full)}"
    else:
        text = f" {kind} ".join(write(part, BINDS[kind] + 1, full) for part in parts)
    return f"({text})" if full or BINDS[kind] < floor else text


# Random texts, rules and codebooks to try both on

WORDS = (
    *(
        "China",
        "china",
        "China's",
        "CHINA’s",
        "one-China",
        "China-Latin",
        "people-to-people",
        "Peace",
        "peace",
        "trade",
    ),
    *("trades", "Trading", "80th", "café", "cafe\u0301", "countries'", "Two-way", "way's"),
)
GAPS = (" ", " ", " ", " ", ", ", ". ", "! ", "? ", "; ", " – ", "\u00a0", "  ", "\n\n", " (", ") ", "…  ")
GLOBS = (
    *("china", "chin*", "one-china", "one", "*china", "peace", "trad*", "trade?", "?rade", "caf?", "80th", "people"),
    *("people-to-people", "to", "latin", "china-*", "way", "two", "*", "countries", "china’s", "p*e"),
)


@st.composite
def texts(draw):
    """Draw up to fourteen words with what parts them."""
    words = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), min_size=1, max_size=14))
    return "".join(word + gap for word, gap in words) + draw(st.sampled_from(["peace.", "Trade", "China’s"]))


phrases = st.lists(st.sampled_from(GLOBS), min_size=1, max_size=4).filter(lambda globs: set(globs) != {"*"})
patterns = st.lists(phrases.map(" ".join), min_size=1, max_size=4, unique=True)
codebooks = st.dictionaries(st.sampled_from(["a", "b", "c"]), patterns, min_size=1, max_size=3)
corpora = st.lists(texts(), min_size=1, max_size=4)

quoted = phrases.map(lambda globs: ("words", " ".join(globs[:2]))).filter(lambda words: set(words[1]) - {"*", " "})
EXPRESSIONS = ["[Pp]eace", "C[a-z]+", r"\btra\w*", "China-Latin", "e, ?c", r"\s+", "x*", "[A-Z]+ *[a-z]{2}", "Peace.*e"]


def leaves(names):
    """Draw words, or a theme of these names."""
    return st.one_of(quoted, st.sampled_from(sorted(names)).map(lambda name: ("theme", name))) if names else quoted


def places(names):
    """Draw a part of a rule that has places to be near to."""
    words = st.recursive(leaves(names), lambda inner: _joined("or", inner), max_leaves=3)
    return st.one_of(words, _near(words))


def _near(inner):
    return st.tuples(st.sampled_from(["near", "before"]), st.integers(1, 6), inner, inner)


def _joined(kind, inner):
    return st.lists(inner, min_size=2, max_size=3).map(lambda parts: (kind, *parts))


def rules(names=()):
    """Draw a rule that shows by which words it holds; it may name these themes."""
    part = st.recursive(
        places(names),
        lambda inner: st.one_of(inner.map(lambda one: ("not", one)), _joined("and", inner), _joined("or", inner)),
        max_leaves=3,
    )
    return st.recursive(
        places(names),
        lambda inner: st.one_of(st.tuples(st.just("and"), inner, part), st.tuples(st.just("or"), inner, inner)),
        max_leaves=3,
    )


@st.composite
def ruled(draw):
    """Draw a codebook of one to three themes, in any order, whose rules may name those before them in another order."""
    order = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(1, 3))]
    themes = {}
    for name in order:
        own = draw(st.lists(phrases.map(" ".join), max_size=3, unique=True))
        joined = draw(st.lists(rules(set(themes)), min_size=not own, max_size=2, unique_by=write))
        themes[name] = Theme(own, joined, draw(st.lists(st.sampled_from(EXPRESSIONS), max_size=1)))
    return {name: themes[name] for name in draw(st.permutations(order))}


def written(themes):
    """Return the themes as a codebook holds them: rules as text."""
    return {
        name: {"patterns": theme.patterns, "rules": [write(rule) for rule in theme.rules], "regex": theme.regex}
        for name, theme in themes.items()
    }
