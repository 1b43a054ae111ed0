"""Where paragraphs, sections and sentences begin: decided on arrays, one entry a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from emphasis.languages import Language
from emphasis.tokens import End, Start
from emphasis.vocabulary import Flags, Ints, Scan

WRAPPED_BREAKS = 3  # fewest line ends before a small letter for a text to count as hard-wrapped
HEADING_TOKENS = 12  # a heading on a line of its own has no more words than this,
HEADING_CHARACTERS = 90  # and no more characters

KINDS = ("preamble", "point", "heading", "paragraph")


@dataclass(frozen=True)
class Structure:
    """What begins at each chunk, and what kind of section each section is.

    Attributes
    ----------
    scan : the chunks, those of paragraphs without a word left out.
    is_wrapped : one entry a text: its lines are hard-wrapped.
    paragraph, section, sentence : one entry a chunk: one begins here.
    kind, label : one entry a section: its place in `KINDS`; the words that open a point, else empty.
    """

    scan: Scan
    is_wrapped: Flags
    paragraph: Flags
    section: Flags
    sentence: Flags
    kind: Ints
    label: list[str]


def structure(scan: Scan, texts: Sequence[str], language: Language) -> Structure:
    """Find where paragraphs, sections and sentences begin in scanned texts.

    A paragraph ends at a blank line, and at any line end of a text whose lines are not hard-wrapped. A
    section is a numbered point, or the block under a heading on a line of its own (two or more of either;
    the kind that opens first), else a paragraph; before the first point or heading stands the preamble.
    Sections and paragraphs end the sentence.
    """
    is_wrapped = _is_wrapped(scan, len(texts))
    paragraph = _first(scan.document) | (scan.newlines >= 2) | ((scan.newlines == 1) & ~is_wrapped[scan.document])
    number = np.cumsum(paragraph) - 1
    words = np.bincount(number[scan.token_chunk], minlength=int(number[-1]) + 1 if len(number) else 0)
    keep = words[number] > 0
    scan, paragraph = _keep(scan, keep), paragraph[keep]
    opens, kind, label = _sections(scan, paragraph, texts, language)
    ends, starts = np.roll(scan.ends, 1), scan.starts
    may_start = (starts == Start.LETTER) | (starts == Start.DIGIT)
    ended = (
        (ends == End.ALWAYS)
        | ((ends == End.BEFORE_START) & may_start)
        | ((ends == End.BEFORE_LETTER) & (starts == Start.LETTER))
    )
    section: Flags = np.zeros(len(paragraph), bool)
    section[np.flatnonzero(paragraph)[opens]] = True
    return Structure(scan, is_wrapped, paragraph, section, paragraph | ended, kind, label)


def _first(document: Ints) -> Flags:
    first: Flags = np.diff(document, prepend=-1) != 0
    return first


def _keep(scan: Scan, keep: Flags) -> Scan:
    columns = ("document", "start", "end", "ends", "starts", "is_terminated", "newlines")
    token_chunk = (np.cumsum(keep) - 1)[scan.token_chunk]
    return replace(scan, token_chunk=token_chunk, **{name: getattr(scan, name)[keep] for name in columns})


def _is_wrapped(scan: Scan, n_texts: int) -> Flags:
    """Tell which texts are hard-wrapped: half their line ends, at least three, stand before a small letter."""
    single = (scan.newlines == 1) & ~_first(scan.document)
    broken = single & (scan.starts == Start.SMALL)
    breaks = np.bincount(scan.document[broken], minlength=n_texts)
    lines = np.bincount(scan.document[single], minlength=n_texts)
    wrapped: Flags = (breaks >= WRAPPED_BREAKS) & (2 * breaks >= lines)
    return wrapped


def _sections(scan: Scan, paragraph: Flags, texts: Sequence[str], language: Language) -> tuple[Flags, Ints, list[str]]:
    """Return for each paragraph whether a section opens there, and for each section its kind and label."""
    first = np.flatnonzero(paragraph)
    document = scan.document[first]
    points = _points(document, scan.start[first], texts, language)
    is_point = np.isin(np.arange(len(first)), list(points))
    is_heading = _headings(scan, paragraph)
    by_point, by_heading = (
        _opens_first(document, is_point, len(texts)),
        _opens_first(document, is_heading, len(texts)),
    )
    uses_points = (by_point < by_heading)[document]
    uses_headings = (by_heading < by_point)[document]
    point, heading = is_point & uses_points, is_heading & uses_headings
    opens = np.where(uses_points, point, np.where(uses_headings, heading, True)) | _first(document)
    kind = np.select([point, heading, uses_points | uses_headings], [1, 2, 0], 3)[opens]
    label = [points[i] if point[i] else "" for i in np.flatnonzero(opens).tolist()]
    return opens, kind, label


def _opens_first(document: Ints, opens: Flags, n_texts: int) -> Ints:
    """Return for each text the first paragraph that opens, or one past all where there are fewer than two."""
    none = len(document)
    first = np.full(n_texts, none)
    np.minimum.at(first, document[opens], np.flatnonzero(opens))
    return np.where(np.bincount(document[opens], minlength=n_texts) >= 2, first, none)


def _headings(scan: Scan, paragraph: Flags) -> Flags:
    """Tell which paragraphs are headings: one short line that ends in no punctuation, with text under it."""
    first = np.flatnonzero(paragraph)
    last = np.append(first[1:], len(paragraph))[: len(first)] - 1
    number = np.cumsum(paragraph) - 1
    words = np.bincount(number[scan.token_chunk], minlength=len(first))
    lines = np.add.reduceat(np.where(paragraph, 0, scan.newlines), first) if len(first) else first
    document, may_start = scan.document[first], np.isin(scan.starts[first], [Start.LETTER, Start.DIGIT])
    short = (words <= HEADING_TOKENS) & (scan.end[last] - scan.start[first] <= HEADING_CHARACTERS)
    like = short & (lines == 0) & ~scan.is_terminated[last] & may_start
    after_like = np.append(False, like[:-1])[: len(like)] & ~_first(document)
    last_text = np.full(int(document.max(initial=-1)) + 1, -1)
    np.maximum.at(last_text, document[~like], np.flatnonzero(~like))
    headings: Flags = like & ~after_like & (np.arange(len(like)) < last_text[document])
    return headings


def _points(document: Ints, start: Ints, texts: Sequence[str], language: Language) -> dict[int, str]:
    """Return the paragraphs that open a point (First, Second, … in order, two or more), with the opening words."""
    found: list[list[tuple[int, str, int]]] = []
    last_document = -1
    for paragraph, (text, at) in enumerate(zip(document.tolist(), start.tolist(), strict=True)):
        opening = language.opens_point(texts[text], at)
        if opening is None:
            continue
        number, words = opening
        follows = bool(found) and text == last_document and found[-1][-1][2] > 0
        if number == 1:
            found.append([(paragraph, words, 1)])
        elif follows and number in {0, found[-1][-1][2] + 1}:
            found[-1].append((paragraph, words, number))
        last_document = text
    return {paragraph: words for chain in found if len(chain) > 1 for paragraph, words, _ in chain}
