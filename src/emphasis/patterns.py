"""What people write to find words: patterns of word globs, and rules that join patterns by a small grammar.

A pattern is one or more words, with * for any letters and ? for one. A rule joins patterns in double quotes, and
themes, by ``and``, ``or``, ``not``, ``near/n`` (at most n words apart, side by side being 1), ``before/n`` (the same,
in this order) and parentheses: ``"climate" and not "investment climate"``. ``near`` and ``before`` bind closest, then
``not``, ``and``, ``or``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from emphasis.errors import InputError
from emphasis.tokens import tokenise

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# Rare letters that stand for wildcards, so that the tokeniser keeps a glob whole.
_WILD = {"*": "\ua60b", "?": "\ua60c"}
LONGEST = 1_000  # characters of a rule

GRAMMAR = r"""
?start: either
?either: both (OR both)*
?both: part (AND part)*
?part: NOT part -> neither | near
?near: leaf | leaf NEAR leaf
?leaf: WORDS -> words | THEME -> theme | "(" either ")"
WORDS: /"[^"\n]*"/
THEME: /theme:[a-z][a-z0-9_]*/
NEAR: /(near|before)\/[0-9]+/i
AND: /and\b/i
OR: /or\b/i
NOT: /not\b/i
%ignore /\s+/
"""
# What the grammar expects, in the order in which an error names it.
EXPECTED = {
    "WORDS": 'words in double quotes ("…")', "THEME": "theme: with a theme's name", "LPAR": "(", "NOT": "not",
    "AND": "and", "OR": "or", "NEAR": "near/n, before/n", "RPAR": ")", "$END": "the end of the rule",
}  # fmt: skip

Kind = Literal["words", "theme", "neither", "both", "either", "near"]


class RuleError(InputError):
    """A rule cannot be read; `offset` is the place in it, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        """Keep the place of the error."""
        self.offset = offset
        super().__init__(message)


@dataclass(frozen=True)
class Rule:
    """A rule, or a part of one: `words` and `theme` have a `text`, `near` a distance, all others only their parts."""

    kind: Kind
    parts: tuple[Rule, ...] = ()
    text: str = ""
    within: int = 0
    is_ordered: bool = False  # before/n
    offset: int = 0  # in the text of the whole rule

    def leaves(self) -> Iterator[Rule]:
        """Yield the words and themes of the rule, from left to right."""
        if self.kind in {"words", "theme"}:
            yield self
        for part in self.parts:
            yield from part.leaves()

    @property
    def wordless(self) -> Rule | None:
        """The ``not`` by which the rule can hold without a word that says so; None where there is none."""
        if self.kind == "neither":
            return self
        found = [part.wordless for part in self.parts]
        return None if self.kind == "both" and not all(found) else next(filter(None, found), None)


@cache
def words(pattern: str) -> tuple[str, ...]:
    """Return the word globs of a pattern, tokenised as text is: ``latin`` and ``america*`` of ``Latin America*``."""
    lettered = pattern.replace("*", _WILD["*"]).replace("?", _WILD["?"])
    return tuple(token.form.replace(_WILD["*"], "*").replace(_WILD["?"], "?") for token in tokenise(lettered))


def fault_of(pattern: str) -> str:
    """Return what is wrong with a pattern and what is allowed; nothing where it is in order."""
    if not words(pattern):
        return "an empty pattern; write one or more words, with * and ? for unknown letters"
    if all(set(word) <= {"*", "?"} for word in words(pattern)):
        return "wildcards alone fit every word; write at least one letter"
    return ""


@cache
def parse(text: str) -> Rule:
    """Return the rule that `text` writes.

    Raises RuleError, with the place and what is expected there, for what the grammar does not allow, for a distance of
    0, for anything but words, themes and ``or`` of them
    on a side of ``near`` or ``before``, and for a rule that can hold without any word.
    """
    from lark.exceptions import UnexpectedInput

    if len(text) > LONGEST:
        raise RuleError(f"the rule has {len(text):,} characters; allowed are {LONGEST:,}", LONGEST)
    try:
        rule = _rule(_parser().parse(text))
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    if rule.wordless:
        message = "by this `not` the rule can hold where none of its words stands; join it to words by `and`"
        raise RuleError(message, rule.wordless.offset)
    return rule


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr")


def _syntax_error(text: str, error: Any) -> RuleError:
    is_end = getattr(getattr(error, "token", None), "type", "") == "$END"
    at = len(text.rstrip()) if is_end else error.pos_in_stream
    before: Any = _parser().parse_interactive(text[:at])  # the error's own list lacks what may follow a closed part
    before.exhaust_lexer()
    wanted = ", ".join(words for name, words in EXPECTED.items() if name in before.accepts())
    came = "the end of the rule" if is_end else repr(text[at:][:20])
    return RuleError(f"here stands {came}; expected: {wanted}", at)


def _rule(tree: Tree[Token]) -> Rule:
    """Return a parsed tree as a rule."""
    kind, first = cast("Kind", str(tree.data)), tree.children[0]
    if kind in {"words", "theme"}:
        token = cast("Token", first)
        text = token[1:-1] if kind == "words" else token.removeprefix("theme:")
        wrong = fault_of(text) if kind == "words" else ""
        if wrong:
            raise RuleError(wrong, token.start_pos or 0)
        return Rule(kind, text=text, offset=token.start_pos or 0)
    parts = tuple(_rule(child) for child in tree.children if not isinstance(child, str))
    if kind == "near":
        return _near(parts, cast("Token", tree.children[1]))
    return Rule(kind, parts, offset=cast("Token", first).start_pos or 0 if kind == "neither" else parts[0].offset)


def _near(parts: tuple[Rule, ...], token: Token) -> Rule:
    name, within = token.lower().split("/")
    if int(within) < 1:
        raise RuleError(f"{token}: the distance is 0; it must be 1 (side by side) or more", token.start_pos or 0)
    for wrong in filter(None, map(_placeless, parts)):
        message = f"only words have a place to be {name} to; on a side of {token} write words, themes or `or` of them"
        raise RuleError(message, wrong.offset)
    return Rule("near", parts, within=int(within), is_ordered=name == "before", offset=parts[0].offset)


def _placeless(rule: Rule) -> Rule | None:
    return (
        rule if rule.kind not in {"words", "theme", "either"} else next(filter(None, map(_placeless, rule.parts)), None)
    )
