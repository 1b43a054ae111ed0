"""The word lists of a language: abbreviations, ordinals that open a point, stop words."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated
from unicodedata import normalize

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict

from emphasis import documents, schema
from emphasis.errors import InputError
from emphasis.paths import Root
from emphasis.tokens import fold, tokenise

OPENING = 60  # characters at the head of a paragraph in which an ordinal is looked for
COVERAGE = 0.15  # least share of tokens that stop words cover, for a language to be guessed


Words = Annotated[frozenset[str], AfterValidator(lambda words: frozenset(map(fold, words)))]


class Language(BaseModel):
    """One file of ``seeds/languages``; words are lower case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    name: str
    abbreviations: Words = frozenset()
    numbered: Words = frozenset()  # abbreviations only before a digit
    ordinals: dict[int, list[str]] = {}
    last: list[str] = []
    stop_words: Words
    negations: Words = frozenset()  # before a formula of support they make it one of opposition
    clauses: Words = (
        frozenset()
    )  # words that open a clause, so that the subject before them is not that of what follows
    name_links: Words = frozenset()  # small words inside a capitalised name: of, of the
    name_joins: Words = frozenset()  # those that join two words of a name, or two names: and

    @cached_property
    def _point(self) -> regex.Pattern[str]:
        """Match what opens a point: an ordinal and a comma or colon; Chinese 一是 needs neither."""
        words = sorted(
            (word for forms in (*self.ordinals.values(), self.last) for word in forms), key=len, reverse=True
        )
        spaced = "|".join(regex.escape(word) for word in words if not regex.match(r"\p{Han}", word)) or "(?!)"
        han = "|".join(regex.escape(word) for word in words if regex.match(r"\p{Han}", word)) or "(?!)"
        return regex.compile(rf"(?P<word>{spaced})\s*[,:、，：]|(?P<word>{han})[、，：]?", regex.I | regex.V1)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: n for n, forms in self.ordinals.items() for word in forms} | dict.fromkeys(self.last, 0)

    def opens_point(self, text: str, at: int) -> tuple[int, str] | None:
        """Return the number (0 for "finally") and the words of an ordinal that opens a point at `at`."""
        match = self._point.match(normalize("NFC", text[at : at + OPENING]))
        return (self._numbers[match["word"].casefold()], match["word"]) if match else None


def load(root: Root, code: str) -> Language:
    """Return the language with this code; InputError lists the codes there are."""
    path = root.seeds / "languages" / f"{code}.yml"
    if code not in available(root):
        raise InputError(f"no language is called {code!r} in seeds/languages; there are: {', '.join(available(root))}")
    return schema.validate(Language, documents.load(path))


def available(root: Root) -> list[str]:
    """Return the codes of the languages that seeds/languages holds, sorted."""
    return sorted(path.stem for path in (root.seeds / "languages").glob("*.yml"))


def guess(root: Root, text: str) -> str:
    """Return the language of a text: Chinese by its script, else that whose stop words cover most tokens.

    The first 20,000 characters count. Raises InputError where the best covers less than 15 % of the tokens: then the
    language must be said.
    """
    head = text[:20_000]
    if 2 * len(regex.findall(r"\p{Han}", head)) > len(regex.findall(r"\p{L}", head)) and "zh" in available(root):
        return "zh"
    forms = [token.form for token in tokenise(head)]
    if not forms:
        raise InputError("the language cannot be guessed: there is no word")
    known = {code: load(root, code).stop_words for code in available(root)}
    covered = {code: sum(form in stop_words for form in forms) for code, stop_words in known.items()}
    best = max(sorted(covered), key=lambda code: covered[code])
    if covered[best] < COVERAGE * len(forms):
        share = f"{covered[best] / len(forms):.0%}"
        raise InputError(
            f"the language cannot be guessed: {best} is nearest, its stop words cover {share} of the words; "
            "name the language in statements.csv"
        )
    return best
