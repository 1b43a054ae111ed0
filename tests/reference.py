"""Look-up and counts a second time, in plain Python: slow, short, written from the method's pages 2, 3 and 5.

It knows spaces, blank lines and simple punctuation; abbreviations, Chinese and numbered points have tests with expected
values of their own.
"""

import re
import unicodedata
from collections import Counter
from fractions import Fraction
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
    """A match of a theme's pattern: the parts `first` up to before `last` of a unit, and its place in the text."""

    theme: str
    pattern: str
    first: int
    last: int
    start: int
    end: int


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


def matches_of_theme(theme, patterns, unit):
    """Return a theme's matches in a unit: longest pattern first, then left to right; each part serves once."""
    parts = [part for _, own in unit for part in own]
    found = []
    for number, pattern in enumerate(patterns):
        globs = [form(raw) for raw in pattern.split()]
        for first in range(len(parts)):
            found += [(-len(globs), first, -last, number) for last in ends(globs, first, unit)]
    covered, kept = set(), []
    for _, first, last, number in sorted(found):
        if covered.isdisjoint(range(first, -last)):
            covered |= set(range(first, -last))
            kept.append(Match(theme, patterns[number], first, -last, parts[first].start, parts[-last - 1].end))
    return kept


def look_up(unit, themes, nested="theme"):
    """Return all matches in a unit; with `codebook`, those inside a longer match of another theme are dropped."""
    found = [match for theme, patterns in themes.items() for match in matches_of_theme(theme, patterns, unit)]
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
        for match in look_up(unit, themes, nested)
    )


def frequencies(text):
    """Return how often each form runs through a text, a compound counted whole."""
    return Counter(token.form for unit in sentences(text) for token, _ in unit)


def inside_compounds(text):
    """Return how often each form is a part of a compound."""
    return Counter(part.form for unit in sentences(text) for _, parts in unit if len(parts) > 1 for part in parts)


def shares(text, themes):
    """Return for each theme: units that carry it, share of units, share of words, mentions."""
    units = sentences(text)
    found = [look_up(unit, themes) for unit in units]
    carried = [{match.theme for match in own} for own in found]
    n_tokens = sum(len(unit) for unit in units)
    result = {}
    for theme in themes:
        n_units = sum(theme in own for own in carried)
        words = sum(Fraction(len(unit), len(own)) for unit, own in zip(units, carried, strict=True) if theme in own)
        n_mentions = sum(match.theme == theme for own in found for match in own)
        result[theme] = n_units, Fraction(n_units, len(units)), Fraction(words) / n_tokens, n_mentions
    return result


# Random texts and codebooks to try both on

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
