"""Finding patterns in text: globs over types, phrases over arrays of parts.

Matches that overlap are resolved by the rules of quanteda's tokens_lookup.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex

from emphasis.codebook import words
from emphasis.segments import Segments
from emphasis.vocabulary import Flags, Ints


@dataclass(frozen=True)
class Matches:
    """Matches as arrays, one entry a match: which pattern, and its parts from `first` up to before `last`."""

    pattern: Ints
    first: Ints
    last: Ints

    def take(self, keep: Flags | Ints) -> Matches:
        """Return the matches that `keep` marks or numbers."""
        return Matches(self.pattern[keep], self.first[keep], self.last[keep])


@dataclass(frozen=True)
class Index:
    """The places of types in segments, seen as steps from one part to a later one.

    Each part is a step, and each hyphenated token as a whole is one. Look-up walks from step to step, so that it sees a
    hyphenated token whole and in parts; a phrase stays within one unit.
    """

    segments: Segments

    @cached_property
    def part_unit(self) -> Ints:
        """The unit of each part."""
        return self.segments.token_unit[self.segments.part_token]

    @cached_property
    def whole(self) -> tuple[Ints, Ints]:
        """For each part: the type of the compound that begins there, else -1; the part after it."""
        part_token = self.segments.part_token
        count = np.bincount(part_token, minlength=len(self.segments.token))
        begins = np.diff(part_token, prepend=-1) != 0
        compound = begins & (count[part_token] > 1)
        kind = np.where(compound, self.segments.token[part_token, 2], -1)
        return kind, np.arange(len(part_token)) + count[part_token]

    @cached_property
    def _places(self) -> tuple[Ints, Ints, Ints]:
        """Return the steps sorted by type: where each type's begin, the part each starts from, the part it leads to."""
        kind, after = self.whole
        compound = np.flatnonzero(kind >= 0)
        types = np.concatenate([self.segments.part[:, 2], kind[compound]])
        origin = np.concatenate([np.arange(len(kind)), compound])
        target = np.concatenate([np.arange(1, len(kind) + 1), after[compound]])
        order = np.argsort(types, kind="stable")
        bounds = np.searchsorted(types[order], np.arange(len(self.segments.vocabulary.types) + 1))
        return bounds, origin[order], target[order]

    @cached_property
    def _sorted_types(self) -> tuple[list[str], Ints]:
        types = self.segments.vocabulary.types
        order = sorted(range(len(types)), key=types.__getitem__)
        return [types[i] for i in order], np.array(order, np.int64)

    def types(self, glob: str) -> Ints:
        """Return the numbers of the types that a word glob fits, in no order that matters."""
        stem = glob.split("*", maxsplit=1)[0].split("?", maxsplit=1)[0]
        forms, order = self._sorted_types
        low, high = bisect_left(forms, stem), bisect_left(forms, stem + "\U0010ffff") if stem else len(forms)
        fits = regex.compile("".join({"*": ".*", "?": "."}.get(c, regex.escape(c)) for c in glob), regex.S).fullmatch
        return order[[i for i in range(low, high) if fits(forms[i])]]

    def find(self, patterns: Sequence[str]) -> Matches:
        """Return every match of every pattern, overlapping or not."""
        phrases = [words(pattern) for pattern in patterns]
        fitting = {glob: self.types(glob) for glob in {word for phrase in phrases for word in phrase}}
        found = [self._find([fitting[word] for word in phrase]) for phrase in phrases]
        number = np.repeat(np.arange(len(patterns)), [len(first) for first, _ in found])
        return Matches(
            number, *(np.concatenate([spans[i] for spans in found] or [np.zeros(0, np.int64)]) for i in (0, 1))
        )

    def _find(self, phrase: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Return where a phrase begins and ends, each of its words given as the types that fit it."""
        bounds, origin, target = self._places
        rows = np.concatenate(
            [np.arange(bounds[t], bounds[t + 1]) for t in phrase[0]] or [np.zeros(0, np.int64)]
        ).astype(np.int64)
        first, now = origin[rows], target[rows]
        kind, after = self.whole
        for types in phrase[1:]:
            inside = now < len(kind)
            first, now = first[inside], now[inside]
            by_part, by_whole = np.isin(self.segments.part[now, 2], types), np.isin(kind[now], types)
            first, now = (
                np.concatenate([first[by_part], first[by_whole]]),
                np.concatenate([now[by_part] + 1, after[now[by_whole]]]),
            )
        within = self.part_unit[first] == self.part_unit[now - 1]
        return first[within], now[within]


def resolve(matches: Matches, *, length: Ints, n_parts: int) -> Matches:
    """Keep the matches of one theme that cover each token once.

    The longest pattern comes first, then the leftmost match, then the order of the file. `length` is the
    number of words of each match's pattern. Sorted by place.
    """
    covered = np.zeros(n_parts + 1, bool)
    kept: list[Ints] = []
    for words_long in sorted(set(length.tolist()), reverse=True):
        level = np.flatnonzero(length == words_long)
        level = level[np.lexsort((matches.pattern[level], -matches.last[level], matches.first[level]))]
        taken = np.cumsum(covered)
        first, last = matches.first[level], matches.last[level]
        level = level[taken[last - 1] == np.where(first > 0, taken[first - 1], 0)]
        level = level[_leftmost(matches.first[level], matches.last[level])]
        for start, end in zip(matches.first[level].tolist(), matches.last[level].tolist(), strict=True):
            covered[start:end] = True
        kept.append(level)
    chosen = np.concatenate(kept or [np.zeros(0, np.int64)])
    return matches.take(chosen[np.argsort(matches.first[chosen])])


def _leftmost(first: Ints, last: Ints) -> Flags:
    """Mark, in matches sorted by place, those that begin after every marked one before them has ended."""
    keep = np.ones(len(first), bool)
    reach = 0
    for i, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        keep[i] = start >= reach
        reach = end if keep[i] else reach
    return keep


def inside_longer(matches: Matches) -> Flags:
    """Mark the matches that lie inside a longer one (of another theme, since within a theme none overlap)."""
    spans = np.unique(np.stack([matches.first, -matches.last], axis=1), axis=0)
    reach = np.maximum.accumulate(np.append(0, -spans[:-1, 1]))[: len(spans)]
    inner = {(int(a), int(-b)) for a, b in spans[-spans[:, 1] <= reach]}
    return np.array([span in inner for span in zip(matches.first.tolist(), matches.last.tolist(), strict=True)], bool)
