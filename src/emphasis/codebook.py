"""The codebook: themes with definitions, patterns, and examples that are executed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, cast, get_args

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from emphasis import documents, patterns, schema
from emphasis.documents import Document
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.paths import Root
from emphasis.tokens import tokenise

if TYPE_CHECKING:
    import pandas as pd


def _pattern_with_words(pattern: str) -> str:
    if wrong := patterns.fault_of(pattern):
        raise ValueError(wrong)
    if '"' in pattern:
        raise ValueError("a pattern has no quotes; if this is a rule, put it under `rules`")
    return pattern


def _expression(raw: str) -> str:
    if prod(max(1, int(n)) for n in regex.findall(r"\{([0-9]{1,9})", raw)) > REPEATS:
        raise ValueError(f"its repeats multiply to more than {REPEATS:,}, and the letters would fill the memory")
    try:
        regex.compile(raw, regex.V1)
    except (regex.error, ValueError, RecursionError) as error:
        raise ValueError(f"not a valid regular expression: {error}") from error
    return raw


REPEATS = 1_000_000  # {n} times {m} … in one regular expression


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
Expression = Annotated[str, AfterValidator(_expression)]
ByLanguage = dict[str, list[Annotated[str, AfterValidator(_sentence)]]]
ActName = Literal["commits", "offers", "asks", "proposes", "endorses", "opposes", "states"]
NamedKind = Literal["amount", "date", "initiative", "institution"]
Side = Literal["issuer", "counterpart", "both"]


class Found(BaseModel):
    """What is found by written words, by language: patterns, and regular expressions as they stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, Field(min_length=1, max_length=24)]
    definition: Text
    patterns: dict[str, list[Pattern]] = {}
    regex: dict[str, list[Expression]] = {}
    examples: ByLanguage
    counterexamples: ByLanguage = {}

    def entries(self, language: str) -> Iterator[tuple[Way, str]]:
        """Yield each pattern of a language, then each rule, then each expression."""
        for way in get_args(Way):
            for text in getattr(self, WAYS[way], {}).get(language, []):
                yield way, text


Way = Literal["pattern", "rule", "regex"]
WAYS = {"pattern": "patterns", "rule": "rules", "regex": "regex"}


class Theme(Found):
    """One category: what it covers, what not, and how it is found."""

    include: Text
    exclude: Text
    sources: list[Text] = []
    rules: dict[str, list[Text]] = {}


class Act(Found):
    """What a unit does with its words: the formulas that say so. `proposes` has headings too, `states` all the rest."""

    rules: dict[str, list[Text]] = {}


class Named(Found):
    """A kind of named thing: how it is written; or the word (`heads`) by which a capitalised name is told as one."""

    heads: dict[str, list[Pattern]] = {}


class Entry(NamedTuple):
    """One written line of a codebook: what it is a sign of (a theme, an act), and how it is to be read."""

    name: str
    way: Way
    text: str


class Codebook(BaseModel):
    """The written list of themes; their order is that of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codebook: Text
    title: Text
    version: Text
    description: Text
    languages: Annotated[list[Text], Field(min_length=1)]
    built_on: list[Text] = []
    doubtful: list[Text] = []  # themes of loose borders: is the order of the others the same without them?
    themes: Annotated[dict[Annotated[str, AfterValidator(_identifier)], Theme], Field(min_length=1)]
    acts: dict[ActName, Act] = {}  # of formulas that start together and are as long, the first in the file decides
    agents: dict[Side, dict[str, list[Pattern]]] = {}  # how a text names its sides, besides the names in its metadata
    named: dict[NamedKind, Named] = {}

    @property
    def labels(self) -> dict[str, str]:
        """The label of each theme, in the order of the file."""
        return {name: theme.label for name, theme in self.themes.items()}

    def has_names(self, language: str) -> bool:
        """Tell whether any kind of named thing is looked for in a language."""
        return any(kind.heads.get(language) or any(kind.entries(language)) for kind in self.named.values())

    def entries(self, language: str) -> list[Entry]:
        """Return what signals each theme in a language, theme by theme; raise InputError where nothing does."""
        found = entries(self.themes, language)
        if not found:
            raise InputError(
                f"the codebook {self.codebook!r} has no patterns for the language {language!r}; "
                f"it has patterns for: {', '.join(self.languages)}"
            )
        return found


def entries(parts: Mapping[Any, Found], language: str) -> list[Entry]:
    """Return every entry of themes, acts or kinds of named things in a language, one after the other."""
    return [Entry(name, way, text) for name, part in parts.items() for way, text in part.entries(language)]


@dataclass(frozen=True)
class Example:
    """A sentence that must be found to be something (a theme, an act, a kind of name), or, a counterexample, not."""

    part: Part
    name: str
    language: str
    text: str
    is_counter: bool
    place: documents.Place


Part = Literal["themes", "acts", "named"]


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
    faults = [fault for look in (_misnamed, _unlisted, _twice, _unruly) for fault in look(book, document)]
    if faults:
        raise FaultyFileError(faults)
    return book, document


def _misnamed(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault where the codebook is not called as its file, two themes share a label, or a theme is not there."""
    if book.codebook != document.path.stem:
        message = f"`codebook` is {book.codebook!r}; it must be the file's name, {document.path.stem}"
        yield document.fault(("codebook",), message)
    labels = list(book.labels.values())
    for name, theme in book.themes.items():
        if labels.count(theme.label) > 1:
            message = f"the label {theme.label!r} stands at two themes; give each its own"
            yield document.fault(("themes", name, "label"), message)
        if not any(entries({name: theme}, language) for language in book.languages):
            message = f"nothing finds {name}; write `patterns`, `rules` or `regex`"
            yield document.fault(("themes", name), message)
    for i, name in enumerate(book.doubtful):
        if name not in book.themes:
            message = f"no theme is called {name!r}; there are: {', '.join(book.themes)}"
            yield document.fault(("doubtful", i), message)


def _unlisted(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault for each language that the codebook does not list, and each that it lists and has no words for."""
    for i, language in enumerate(book.languages):
        if not entries(book.themes, language):
            yield document.fault(
                ("languages", i), f"no theme has patterns for the language `{language}`; write some, or take it out"
            )
    allowed = ", ".join(book.languages)
    fields: list[tuple[documents.Place, Any]] = [(("agents", side), names) for side, names in book.agents.items()]
    fields += [((*place, field), texts) for place, _, found in _parts(book) for field, texts in found]
    for place, by_language in fields:
        for language in by_language if isinstance(by_language, dict) else ():
            if language not in book.languages:
                message = f"the language `{language}` is not in `languages`; allowed are: {allowed}"
                yield document.fault((*place, language), message)


def _parts(book: Codebook) -> Iterator[tuple[documents.Place, str, Found]]:
    """Yield every theme, act and kind of named things, with its place in the file and its name."""
    for part in get_args(Part):
        for name, found in getattr(book, part).items():
            yield (part, name), name, found


def _twice(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault for an entry that stands twice in a theme or kind of name, or at all in the acts."""
    seen: dict[tuple[str, ...], documents.Place] = {}
    for place, name, found in _parts(book):
        scope = "acts" if place[0] == "acts" else name
        for field, language, i, text in _entry_places(found):
            key = patterns.words(text) if field == "patterns" else (text,)
            at = (*place, field, language, i)
            first = seen.setdefault((str(place[0]), scope, field, language, *key), at)
            if first != at:
                where = "" if first[1] == name else f" ({first[1]}); a formula is of one act"
                line = document.places[first][0]
                yield document.fault(at, f"`{text}` stands in line {line} already{where}; keep one")


def _entry_places(found: Found) -> Iterator[tuple[str, str, int, str]]:
    """Yield each written entry with the place of it: field, language, number."""
    for field in WAYS.values():
        for language, texts in getattr(found, field, {}).items():
            yield from ((field, language, i, text) for i, text in enumerate(texts))


def place_of(book: Codebook, expression: str) -> documents.Place:
    """Return the place in the file of a regular expression."""
    return next(
        (*place, field, language, i)
        for place, _, found in _parts(book)
        for field, language, i, text in _entry_places(found)
        if (field, text) == ("regex", expression)
    )


def _unruly(book: Codebook, document: Document) -> Iterator[Fault]:
    """Yield a fault for each rule that cannot be read, names no theme there is, or makes themes wait for each other."""
    for place, _, found in _parts(book):
        for field, language, i, text in _entry_places(found):
            themes = book.themes if place[0] == "themes" else ()
            for offset, message in _rule_faults(text, themes) if field == "rules" else ():
                yield document.fault_inside((*place, field, language, i), text, offset, message)
    try:
        order(book)
    except CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        message = f"themes wait for each other: {ring}; break the ring"
        if len(set(error.args[1])) == 1:
            message = f"a rule of {error.args[1][0]} names {error.args[1][0]} itself; write its words instead"
        yield document.fault(("themes", error.args[1][0], "rules"), message)


def _rule_faults(text: str, themes: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong in a rule that may name these themes: where, and what is allowed."""
    try:
        leaves = list(patterns.parse(text).leaves())
    except patterns.RuleError as error:
        yield error.offset, str(error)
        return
    for leaf in leaves:
        if leaf.kind == "theme" and leaf.text not in themes:
            there = f"there are: {', '.join(themes)}" if themes else "an act's rule has words only"
            yield leaf.offset, f"no theme is called {leaf.text!r} here; {there}"


def order(book: Codebook) -> list[str]:
    """Return the themes so that each stands after those that its rules name."""
    named = {name: [other for other in named_by(theme) if other in book.themes] for name, theme in book.themes.items()}
    return list(TopologicalSorter(named).static_order())


def named_by(theme: Theme) -> list[str]:
    """Return the themes that the rules of a theme name, in the order of the file."""
    found: list[str] = []
    for text in (text for texts in theme.rules.values() for text in texts):
        with suppress(patterns.RuleError):  # told where it stands
            found += [leaf.text for leaf in patterns.parse(text).leaves() if leaf.kind == "theme"]
    return found


def themes(book: Codebook) -> pd.DataFrame:
    """Return the themes for people: one row a theme, columns theme, label, definition, n_patterns of all languages."""
    import pandas as pd

    rows = [
        (name, theme.label, theme.definition.strip(), sum(len(entries({name: theme}, code)) for code in book.languages))
        for name, theme in book.themes.items()
    ]
    return pd.DataFrame(rows, columns=["theme", "label", "definition", "n_patterns"])


def examples(book: Codebook) -> Iterator[Example]:
    """Yield every example and counterexample of a codebook."""
    for place, name, found in _parts(book):
        for is_counter, field in ((False, "examples"), (True, "counterexamples")):
            for language, texts in getattr(found, field).items():
                for i, text in enumerate(texts):
                    part = cast("Part", place[0])
                    yield Example(part, name, language, text, is_counter, (*place, field, language, i))
