"""The rules of text: what a token is, where a sentence ends. Applied once to each distinct piece of text.

A piece is a run of characters without white space, with the white space that stands before it. The rules:

- a token is a run of letters and digits, with apostrophes, hyphens and (between digits) points and commas
  inside: ``one-China``, ``80th``, ``1,000``; single letters with points are one token: ``U.S.``, ``H.E.``;
- its form is NFKC, case-folded, with ’ as '; a possessive 's is not part of it: ``China's`` has the form
  ``china``;
- a token with hyphens has parts, which look-up sees beside the whole;
- a run of Chinese characters is cut into words by rjieba;
- a chunk that ends in . ! ? (and closing quotes or brackets) ends a sentence where the next chunk begins
  with a capital, a digit or an opening quote; 。！？ end one anywhere; a listed abbreviation or
  an initial never does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from emphasis.languages import Language


class End(IntEnum):
    """Whether a chunk ends a sentence."""

    NO = 0
    BEFORE_START = 1  # where the next chunk may start one
    ALWAYS = 2
    BEFORE_LETTER = 3  # as "No.": not before a digit


class Start(IntEnum):
    """Whether a chunk may start a sentence."""

    NO = 0
    LETTER = 1  # a capital, a letter without case, an opening quote
    DIGIT = 2
    SMALL = 3  # a small letter: no start, and before it a line end parts no paragraphs


@dataclass(frozen=True)
class Part:
    """A form and its half-open offsets."""

    start: int
    end: int
    form: str


@dataclass(frozen=True)
class Token(Part):
    """A running word; `opens` and `closes` tell that nothing stands between it and its chunk's edge or neighbour."""

    parts: tuple[Part, ...]  # itself where it has no hyphen
    opens: bool
    closes: bool


@dataclass(frozen=True)
class Chunk:
    """A run of text that no white space and no sentence end divides; offsets count from the piece's first character."""

    start: int
    end: int
    ends: End
    starts: Start
    is_terminated: bool  # ends in any punctuation that a heading would not have
    tokens: tuple[Token, ...]


_MARKS = r"[\p{M}\u00ad\u200c\u200d\u2060]*+"
_INITIALISM = r"(?:\p{L}\.){2,}(?![\p{L}\p{N}])"
_LETTER = rf"[[\p{{L}}\p{{N}}]--\p{{Han}}]{_MARKS}"
_WORD = rf"(?:{_INITIALISM}|(?:{_LETTER}|(?<=\p{{Nd}})[.,](?=\p{{Nd}}))+)"
_HYPHEN = "[-‐‑]"
_TOKEN = regex.compile(rf"{_WORD}(?:(?:['’ʼ＇]|{_HYPHEN}){_WORD})*|\p{{Han}}+", regex.V1)
_PART = regex.compile(r"[^‐‑-]+")
_HAN = regex.compile(r"\p{Han}")
_POSSESSIVE = regex.compile(r"['’ʼ＇][sS]$")
_APOSTROPHE = regex.compile(r"['’ʼ＇]")
_HYPHENS = regex.compile(r"[‐‑]")
_IGNORED = regex.compile(r"\p{Cf}")
_CLOSERS = r"""["'”’»›)\]」』）》〉】]*"""
_CHUNK = regex.compile(rf"[^\s。！？]*[。！？]+{_CLOSERS}|[^\s。！？]+")
_ENDING = regex.compile(rf"(?P<core>.*?)(?P<mark>[.!?。！？]+){_CLOSERS}$", regex.S)
_TERMINATED = regex.compile(rf"[.!?:;,…。！？：；，、]{_CLOSERS}$")
_OPENING = regex.compile(r"""^["'“‘„«‹¿¡(\[「『（《〈【]*""")
_QUOTES = frozenset("\"'“‘„«‹¿¡「『")
_INITIAL = regex.compile(r"\p{L}")


def fold(text: str) -> str:
    """Return the form that is counted and matched: NFKC, case-folded, ’ as ', every hyphen as -, nothing invisible."""
    form = _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _HYPHENS.sub("-", _APOSTROPHE.sub("'", form)))


def tokenise(text: str) -> list[Token]:
    """Return the tokens of `text` in order, with offsets into it."""
    tokens = list(_tokens(text))
    before = [_gap(text, 0, t.start) for t in tokens[:1]]
    between = [_gap(text, a.end, b.start) for a, b in pairwise(tokens)]
    after = [_gap(text, t.end, len(text)) for t in tokens[-1:]]
    gaps = [not gap for gap in (*before, *between, *after)]
    return [Token(t.start, t.end, t.form, t.parts, *gaps[i : i + 2]) for i, t in enumerate(tokens)]


def _gap(text: str, end: int, start: int) -> str:
    """Return what stands between two tokens but white space and the mark of a possessive: ``'s``, ``'`` after an s."""
    gap = _POSSESSIVE.sub("", text[end:start].rstrip()).strip()
    return "" if _APOSTROPHE.fullmatch(gap) and text[:end].endswith(("s", "S")) else gap


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        if _HAN.match(match[0]):
            yield from _words(match[0], match.start())
        else:
            whole = _part(match[0], match.start())
            parts = [_part(part[0], match.start() + part.start()) for part in _PART.finditer(match[0])]
            yield Token(whole.start, whole.end, whole.form, tuple(parts) if len(parts) > 1 else (whole,), True, True)


def _part(raw: str, at: int) -> Part:
    bare = _POSSESSIVE.sub("", raw)
    return Part(at, at + len(bare), fold(bare))


def _words(run: str, at: int) -> Iterator[Token]:
    import rjieba  # loads its dictionary of words: only where a text is Chinese

    for word in rjieba.cut(run):
        part = Part(at, at + len(word), fold(word))
        yield Token(part.start, part.end, part.form, (part,), True, True)
        at = part.end


def chunks(piece: str, language: Language) -> list[Chunk]:
    """Return the chunks of a piece, none where it is white space only."""
    return [_chunk(match[0], match.start(), language) for match in _CHUNK.finditer(piece)]


def _chunk(text: str, at: int, language: Language) -> Chunk:
    tokens = tuple(
        Token(
            t.start + at,
            t.end + at,
            t.form,
            tuple(Part(p.start + at, p.end + at, p.form) for p in t.parts),
            t.opens,
            t.closes,
        )
        for t in tokenise(text)
    )
    return Chunk(at, at + len(text), _end(text, language), _start(text), _TERMINATED.search(text) is not None, tokens)


def _end(text: str, language: Language) -> End:
    match = _ENDING.match(text)
    if match is None:
        return End.NO
    if match["mark"] != ".":
        return End.ALWAYS if match["mark"][-1] in "。！？" else End.BEFORE_START
    core = fold(_OPENING.sub("", match["core"]))
    if core in language.numbered:
        return End.BEFORE_LETTER
    return End.NO if core in language.abbreviations or _INITIAL.fullmatch(core) else End.BEFORE_START


def _start(text: str) -> Start:
    opening = _OPENING.match(text)
    bare = text[opening.end() :] if opening else text
    if bare[:1].isdigit():
        return Start.DIGIT
    if text[:1] in _QUOTES or (bare[:1].isalpha() and not bare[:1].islower()):
        return Start.LETTER
    return Start.SMALL if bare[:1].islower() else Start.NO
