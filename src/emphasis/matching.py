"""Finding patterns and rules in text: globs over types, phrases and proximity over arrays of parts.

Matches that overlap are resolved by the rules of quanteda's tokens_lookup.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import regex

from emphasis.errors import InputError
from emphasis.patterns import Rule, words
from emphasis.segments import Segments
from emphasis.vocabulary import Flags, Ints


@dataclass(frozen=True)
class Matches:
    """Matches as arrays, one entry a match.

    Attributes
    ----------
    pattern : the number of what matched.
    first, last : its parts, from `first` up to before `last`.
    length : the words of the pattern; the longest goes first where matches overlap.
    """

    pattern: Ints
    first: Ints
    last: Ints
    length: Ints

    def take(self, keep: Flags | Ints) -> Matches:
        """Return the matches that `keep` marks or numbers."""
        return Matches(self.pattern[keep], self.first[keep], self.last[keep], self.length[keep])

    def numbered(self, number: int) -> Matches:
        """Return the same places as matches of another number."""
        return replace(self, pattern=np.full(len(self.first), number))


def joined(matches: Iterable[Matches]) -> Matches:
    """Return several runs of matches as one."""
    runs = [*matches, Matches(*(np.zeros(0, np.int64) for _ in fields(Matches)))]
    return Matches(*(np.concatenate([getattr(run, field.name) for run in runs]) for field in fields(Matches)))


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
        low = bisect_left(forms, stem)
        if glob == stem:
            return order[low : bisect_right(forms, stem)]
        high = bisect_left(forms, stem + "\U0010ffff") if stem else len(forms)
        if glob == stem + "*":
            return order[low:high]
        fits = regex.compile("".join({"*": ".*", "?": "."}.get(c, regex.escape(c)) for c in glob), regex.S).fullmatch
        return order[[i for i in range(low, high) if fits(forms[i])]]

    def find(self, patterns: Sequence[str]) -> Matches:
        """Return every match of every pattern, overlapping or not."""
        phrases = [words(pattern) for pattern in patterns]
        fitting = {glob: self.types(glob) for glob in {word for phrase in phrases for word in phrase}}
        found = [self._find([fitting[word] for word in phrase]) for phrase in phrases]
        return joined(
            Matches(np.full(len(first), number), first, last, np.full(len(first), len(phrase)))
            for number, (phrase, (first, last)) in enumerate(zip(phrases, found, strict=True))
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


class SlowExpressionError(InputError):
    """A regular expression took too long in one unit, and was stopped."""

    def __init__(self, expression: str, text: str) -> None:
        """Keep the expression; name it and the head of the unit."""
        self.expression = expression
        super().__init__(
            f"the regular expression {expression!r} took more than {SECONDS} s on {text[:40]!r} and was stopped; "
            "write it so that it does not try the same letters over and over"
        )


def spans(segments: Segments, expression: str, language: str) -> tuple[Ints, Ints, Ints]:
    """Return what a regular expression finds in a language: the unit, the start and the end (offsets) of each place.

    It sees each unit as published, with its capitals. Raises SlowExpressionError where one unit takes longer than
    `SECONDS`.
    """
    found = regex.compile(expression, regex.V1)
    starts, texts = segments.units["start"].tolist(), segments.units["text"].tolist()
    places: list[tuple[int, int, int]] = []
    for unit in np.flatnonzero(segments.in_language(language)).tolist():
        try:
            matches = [match.span() for match in found.finditer(texts[unit], timeout=SECONDS) if match[0]]
        except TimeoutError as error:
            raise SlowExpressionError(expression, texts[unit]) from error
        places += [(unit, starts[unit] + start, starts[unit] + end) for start, end in matches]
    return tuple(np.array(places, np.int64).reshape(-1, 3).T)  # type: ignore[return-value]  # a row each


def search(index: Index, expression: str, language: str) -> Matches:
    """Return what a regular expression finds as matches of the words that it touches; see `spans`."""
    unit, low, high = spans(index.segments, expression, language)
    begin, end = index.segments.part[:, 0], index.segments.part[:, 1]
    base = np.append(0, np.cumsum(np.bincount(index.part_unit, minlength=len(index.segments.units))))
    bounds = zip(unit.tolist(), low.tolist(), high.tolist(), strict=True)
    places = [
        (base[u] + np.searchsorted(end[base[u] : base[u + 1]], a, "right"),
         base[u] + np.searchsorted(begin[base[u] : base[u + 1]], b, "left"))
        for u, a, b in bounds
    ]  # fmt: skip
    first, last = np.array(places, np.int64).reshape(-1, 2).T
    found = Matches(np.zeros(len(first), np.int64), first, last, last - first)
    return found.take(first < last)


SECONDS = 2  # that a regular expression may take in one unit


@dataclass(frozen=True)
class Firing:
    """Where a rule, or a part of one, holds: one flag a unit; and the words that say so."""

    holds: Flags
    words: Matches

    def within(self, holds: Flags, index: Index) -> Firing:
        """Return the same in units that `holds` marks."""
        return Firing(holds, self.words.take(holds[index.part_unit[self.words.first]]))


def fire(rule: Rule, index: Index, leaf: Callable[[Rule], Matches]) -> Firing:
    """Return where a rule holds and by which words; `leaf` gives the matches of its words and themes.

    ``and`` and ``or`` keep the words of every side that holds, ``near`` and ``before`` those with another near enough.
    """
    if rule.kind in {"words", "theme"}:
        return _firing(leaf(rule), index)
    sides = [fire(part, index, leaf) for part in rule.parts]
    if rule.kind == "neither":
        return Firing(~sides[0].holds, sides[0].words.take(np.zeros(0, np.int64)))
    if rule.kind == "near":
        return _firing(_near(sides[0].words, sides[1].words, rule, index), index)
    every = np.logical_and if rule.kind == "both" else np.logical_or
    holds: Flags = every.reduce([side.holds for side in sides])
    return Firing(holds, joined(side.words for side in sides)).within(holds, index)


def _firing(found: Matches, index: Index) -> Firing:
    holds: Flags = np.zeros(len(index.segments.units), bool)
    holds[index.part_unit[found.first]] = True
    return Firing(holds, found)


def _near(left: Matches, right: Matches, rule: Rule, index: Index) -> Matches:
    """Return the matches of either side that one of the other follows or precedes closely enough."""
    before, after = _followed(left, right, rule.within, index)
    if not rule.is_ordered:
        also_after, also_before = _followed(right, left, rule.within, index)
        before, after = before | also_before, after | also_after
    return joined([left.take(before), right.take(after)])


def _followed(left: Matches, right: Matches, within: int, index: Index) -> tuple[Flags, Flags]:
    """Mark the matches of `left` that one of `right` follows within so many tokens, and those that follow so."""
    token, unit = index.segments.part_token, index.part_unit
    within = min(within, len(token))  # a number of any size can be written
    # Each match may look as far as the token so many after its last, or before its first, within its unit.
    ahead = np.searchsorted(token, token[left.last - 1] + within, "right")
    ahead = np.minimum(ahead, np.searchsorted(unit, unit[left.first], "right"))
    back = np.searchsorted(token, token[right.first] - within, "left")
    back = np.maximum(back, np.searchsorted(unit, unit[right.first], "left"))
    starts, ends = np.sort(right.first), np.sort(left.last)
    followed: Flags = np.searchsorted(starts, ahead) > np.searchsorted(starts, left.last)
    follows: Flags = np.searchsorted(ends, right.first, "right") > np.searchsorted(ends, back, "right")
    return followed, follows


def resolve(matches: Matches, *, n_parts: int) -> Matches:
    """Keep the matches of one theme that cover each token once.

    The longest pattern comes first, then the leftmost match, then the order of the file. Sorted by place.
    """
    covered = np.zeros(n_parts + 1, bool)
    kept: list[Ints] = []
    for words_long in sorted(set(matches.length.tolist()), reverse=True):
        level = np.flatnonzero(matches.length == words_long)
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
