"""Look-up: what the entries of a codebook find in the statements of one language, before overlaps are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emphasis.codebook import Entry
from emphasis.matching import Index, Matches, fire, joined, search
from emphasis.patterns import Rule, parse


@dataclass(frozen=True)
class Lookup:
    """What entries find: matches are numbered by their entries.

    Attributes
    ----------
    plain : the matches of patterns and regular expressions.
    quoted : by their words, the matches of what rules hold in quotes.
    """

    index: Index
    entries: Sequence[Entry]
    plain: Matches
    quoted: Mapping[str, Matches]

    def of_rule(self, number: int, themes: Mapping[str, Matches]) -> Matches:
        """Return the words by which a rule holds, given the matches of the themes that it may name."""

        def leaf(part: Rule) -> Matches:
            """Return the matches of quoted words, or of a theme."""
            return self.quoted[part.text] if part.kind == "words" else themes.get(part.text, joined([]))

        return fire(parse(self.entries[number].text), self.index, leaf).words.numbered(number)

    @cached_property
    def rules(self) -> dict[str, list[int]]:
        """The numbers of the rules of each theme or act."""
        numbers: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            if entry.way == "rule":
                numbers.setdefault(entry.name, []).append(number)
        return numbers


def look_up(index: Index, entries: Sequence[Entry], language: str) -> Lookup:
    """Find all that these entries write, in the statements of their language."""
    patterns = [i for i, entry in enumerate(entries) if entry.way == "pattern"]
    rules = [parse(entry.text) for entry in entries if entry.way == "rule"]
    quoted = list(dict.fromkeys(leaf.text for rule in rules for leaf in rule.leaves() if leaf.kind == "words"))
    found = index.find([entries[i].text for i in patterns] + quoted)
    found = found.take(index.segments.in_language(language)[index.part_unit[found.first]])
    raw = [search(index, entry.text, language).numbered(i) for i, entry in enumerate(entries) if entry.way == "regex"]
    bounds = np.searchsorted(found.pattern, np.arange(len(patterns), len(patterns) + len(quoted) + 1))
    plain = found.take(np.arange(bounds[0]))
    numbers = np.array(patterns, np.int64)[plain.pattern]
    return Lookup(
        index,
        entries,
        joined([Matches(numbers, plain.first, plain.last, plain.length), *raw]),
        {text: found.take(np.arange(*bounds[i : i + 2])) for i, text in enumerate(quoted)},
    )
