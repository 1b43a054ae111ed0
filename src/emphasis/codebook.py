"""The codebook: themes with definitions, patterns, and examples that are executed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from emphasis import documents, schema
from emphasis.documents import Document
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root
from emphasis.tokens import tokenise

if TYPE_CHECKING:
    import pandas as pd

_WILD = {
    "*": "\ua60b",
    "?": "\ua60c",
}  # rare letters that stand for wildcards, so that the tokeniser keeps a glob whole


def _pattern_with_words(pattern: str) -> str:
    if not words(pattern):
        raise ValueError("an empty pattern; write one or more words, with * and ? for unknown letters")
    if all(set(word) <= {"*", "?"} for word in words(pattern)):
        raise ValueError("wildcards alone fit every word; write at least one letter")
    return pattern


def _sentence(text: str) -> str:
    if not tokenise(text):
        raise ValueError("no word; write a sentence")
    return text


def _identifier(name: str) -> str:
    if not regex.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError("a theme's name is made of small letters, digits and _, and begins with a letter")
    return name


Text = Annotated[str, Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(_pattern_with_words)]
ByLanguage = dict[str, list[Annotated[str, AfterValidator(_sentence)]]]


class Theme(BaseModel):
    """One category: what it covers, and the patterns by which it is found, by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, Field(min_length=1, max_length=24)]
    definition: Text
    include: Text
    exclude: Text
    sources: list[Text] = []
    patterns: Annotated[dict[str, list[Pattern]], Field(min_length=1)]
    examples: ByLanguage
    counterexamples: ByLanguage = {}


class Codebook(BaseModel):
    """The written list of themes; their order is that of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codebook: Text
    title: Text
    version: Text
    description: Text
    languages: Annotated[list[Text], Field(min_length=1)]
    built_on: list[Text] = []
    themes: Annotated[dict[Annotated[str, AfterValidator(_identifier)], Theme], Field(min_length=1)]

    @property
    def labels(self) -> dict[str, str]:
        """The label of each theme, in the order of the file."""
        return {name: theme.label for name, theme in self.themes.items()}

    def patterns(self, language: str) -> list[tuple[str, str]]:
        """Return each theme and pattern of a language, in the file's order; raise InputError where there is none."""
        found = [(name, pattern) for name, theme in self.themes.items() for pattern in theme.patterns.get(language, [])]
        if not found:
            raise InputError(
                f"the codebook {self.codebook!r} has no patterns for the language {language!r}; "
                f"it has patterns for: {', '.join(self.languages)}"
            )
        return found


@dataclass(frozen=True)
class Example:
    """A sentence that must be coded with a theme, or, a counterexample, must not."""

    theme: str
    language: str
    text: str
    is_counter: bool
    place: documents.Place


def words(pattern: str) -> list[str]:
    """Return the word globs of a pattern, tokenised as text is: ``latin`` and ``america*`` of ``Latin America*``."""
    lettered = pattern.replace("*", _WILD["*"]).replace("?", _WILD["?"])
    return [_globbed(token.form) for token in tokenise(lettered)]


def _globbed(form: str) -> str:
    return form.replace(_WILD["*"], "*").replace(_WILD["?"], "?")


def path_of(root: Root, name: str) -> Path:
    """Return the file of a codebook: a stem in seeds/codebooks, or a path."""
    path = Path(name)
    return root.path / path if path.suffix in {".yml", ".yaml"} else root.seeds / "codebooks" / f"{name}.yml"


def load(root: Root, name: str) -> Codebook:
    """Return the codebook called `name`.

    Raises InputError where there is none, FaultyFileError with all that is wrong in it.
    """
    return read(path_of(root, name))[0]


def read(path: Path) -> tuple[Codebook, Document]:
    """Return a codebook and the document it stands in, which knows the line of each value."""
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.yml"))) or "none"
        raise InputError(f"no codebook is called {path.stem!r} in {path.parent}; there are: {there}")
    document = documents.load(path)
    book = schema.validate(Codebook, document)
    faults = [*_misnamed(book, document), *_unlisted(book, document)]
    if faults:
        raise FaultyFileError(faults)
    return book, document


def _misnamed(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault where the codebook is not called as its file, or two themes share a label."""
    if book.codebook != document.path.stem:
        message = f"`codebook` is {book.codebook!r}; it must be the file's name, {document.path.stem}"
        yield document.fault(("codebook",), message)
    labels = list(book.labels.values())
    for name, theme in book.themes.items():
        if labels.count(theme.label) > 1:
            message = f"the label {theme.label!r} stands at two themes; give each its own"
            yield document.fault(("themes", name, "label"), message)


def _unlisted(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault for each language that the codebook does not list, and each pattern that stands twice."""
    for i, language in enumerate(book.languages):
        if not any(language in theme.patterns for theme in book.themes.values()):
            yield document.fault(
                ("languages", i), f"no theme has patterns for the language `{language}`; write some, or take it out"
            )
    for name, theme in book.themes.items():
        for part in ("patterns", "examples", "counterexamples"):
            for language in getattr(theme, part):
                if language not in book.languages:
                    allowed = ", ".join(book.languages)
                    message = f"the language `{language}` is not in `languages`; allowed are: {allowed}"
                    yield document.fault(("themes", name, part, language), message)
        for language, patterns in theme.patterns.items():
            seen: dict[tuple[str, ...], str] = {}
            for i, pattern in enumerate(patterns):
                same = seen.setdefault(tuple(words(pattern)), pattern)
                if same is not pattern:
                    yield document.fault(
                        ("themes", name, "patterns", language, i),
                        f"the pattern `{pattern}` stands twice in {name}; keep one",
                    )


def themes(book: Codebook) -> pd.DataFrame:
    """Return the themes for people: one row a theme, columns theme, label, definition, n_patterns of all languages."""
    import pandas as pd

    rows = [
        (name, theme.label, theme.definition.strip(), sum(len(patterns) for patterns in theme.patterns.values()))
        for name, theme in book.themes.items()
    ]
    return pd.DataFrame(rows, columns=["theme", "label", "definition", "n_patterns"])


def examples(book: Codebook) -> Iterator[Example]:
    """Yield every example and counterexample of a codebook."""
    for name, theme in book.themes.items():
        for is_counter, part in ((False, "examples"), (True, "counterexamples")):
            for language, texts in getattr(theme, part).items():
                for i, text in enumerate(texts):
                    yield Example(name, language, text, is_counter, ("themes", name, part, language, i))
