"""The divisions of statements: sections, units and tokens, each with its offsets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from emphasis import languages
from emphasis.errors import InputError
from emphasis.languages import Language
from emphasis.paths import Root
from emphasis.structure import KINDS, Structure, structure
from emphasis.vocabulary import Flags, Ints, Vocabulary

Unit = Literal["sentence", "paragraph", "section"]

LABEL_CHARACTERS = 40


@dataclass(frozen=True)
class Segments:
    """Statements divided; the ids in every table count from 1 within the statement.

    Attributes
    ----------
    statements : one row a statement: what `statements.load` gives, then is_wrapped (its lines are hard-
        wrapped), n_sections, n_units, n_tokens; in the order given.
    sections : one row a section: statement_id, section_id, kind (preamble, point, heading, paragraph),
        label, heading, start, end, n_units, n_tokens.
    units : one row a unit: statement_id, section_id, unit_id, is_heading, start, end, n_tokens, text.
    vocabulary : the types by number.
    languages : the word lists of each statement's language, by its code.
    token, part : matrices of integers, one row a token or part: start, end, type; for tokens then joins: no
        punctuation parts it from the token before. A token with hyphens has several parts, any other is its own.
    token_unit, part_token : the row of `units` of each token, the row of `token` of each part.
    """

    statements: pd.DataFrame
    sections: pd.DataFrame
    units: pd.DataFrame
    vocabulary: Vocabulary
    languages: Mapping[str, Language]
    token: Ints
    token_unit: Ints
    part: Ints
    part_token: Ints

    @cached_property
    def texts(self) -> dict[str, str]:
        """The canonical text of each statement, by id."""
        return dict(zip(self.statements["statement_id"], self.statements["text"], strict=True))

    @cached_property
    def unit_statement(self) -> Ints:
        """The row of `statements` of each unit."""
        return np.asarray(pd.Index(self.statements["statement_id"]).get_indexer(self.units["statement_id"]), np.int64)

    def in_language(self, code: str) -> Flags:
        """Mark the units of the statements in a language."""
        marked: Flags = (self.statements["language"] == code).to_numpy()[self.unit_statement]
        return marked

    @cached_property
    def unit_section(self) -> Ints:
        """The row of `sections` of each unit."""
        opens = (
            self.units[["statement_id", "section_id"]]
            .ne(self.units[["statement_id", "section_id"]].shift())
            .any(axis=1)
        )
        return np.cumsum(opens.to_numpy()) - 1

    @cached_property
    def tokens(self) -> pd.DataFrame:
        """One row a token: statement_id, section_id, unit_id, token_id, start, end, type."""
        table = self.units[["statement_id", "section_id", "unit_id"]].iloc[self.token_unit].reset_index(drop=True)
        token_id = table.groupby("statement_id", sort=False).cumcount() + 1
        types = np.array(self.vocabulary.types, dtype=object)[self.token[:, 2]]
        return table.assign(token_id=token_id, start=self.token[:, 0], end=self.token[:, 1], type=types)


def segment(root: Root, statements: pd.DataFrame, *, unit: Unit = "sentence") -> Segments:
    """Divide statements into sections, units and tokens; the rules are those of `structure` and `tokens`.

    Units without a word are left out. Raises InputError for a `unit` that is none of sentence, paragraph,
    section, and for a statement without a word.
    """
    if unit not in get_args(Unit):
        raise InputError(f"unit is {unit!r}; allowed are: {', '.join(get_args(Unit))}")
    vocabulary = Vocabulary()
    run = (statements["language"] != statements["language"].shift()).cumsum()  # consecutive statements of one language
    divided = [_divide(root, group.reset_index(drop=True), vocabulary, unit) for _, group in statements.groupby(run)]
    n_units = np.cumsum([0, *(len(d.units) for d in divided)])
    n_tokens = np.cumsum([0, *(len(d.token) for d in divided)])
    return Segments(
        statements=pd.concat([d.statements for d in divided], ignore_index=True),
        sections=pd.concat([d.sections for d in divided], ignore_index=True),
        units=pd.concat([d.units for d in divided], ignore_index=True),
        vocabulary=vocabulary,
        languages={code: language for d in divided for code, language in d.languages.items()},
        token=np.concatenate([d.token for d in divided]),
        token_unit=np.concatenate([d.token_unit + n for d, n in zip(divided, n_units, strict=False)]),
        part=np.concatenate([d.part for d in divided]),
        part_token=np.concatenate([d.part_token + n for d, n in zip(divided, n_tokens, strict=False)]),
    )


def unit_positions(segments: Segments) -> pd.DataFrame:
    """Return `units` with their position, from 1, in the reading order of all statements."""
    return segments.units.assign(position=np.arange(1, len(segments.units) + 1))


def section_positions(segments: Segments) -> pd.DataFrame:
    """Return `sections` with first and last, the positions of their first and last unit."""
    last = segments.sections["n_units"].cumsum()
    return segments.sections.assign(first=last - segments.sections["n_units"] + 1, last=last)


def _divide(root: Root, statements: pd.DataFrame, vocabulary: Vocabulary, unit: Unit) -> Segments:
    """Divide statements of one language."""
    language = languages.load(root, str(statements["language"].iloc[0]))
    texts = statements["text"].tolist()
    found = structure(vocabulary.scan(texts, language, begin=statements["body"].tolist()), texts, language)
    _refuse_wordless(found, statements)
    begins = {"sentence": found.sentence, "paragraph": found.paragraph, "section": found.section}[unit]
    used, token_unit = np.unique((np.cumsum(begins) - 1)[found.scan.token_chunk], return_inverse=True)
    n_tokens = np.bincount(token_unit, minlength=len(used))
    first, last = (edge[used] for edge in _edges(begins))
    section = (np.cumsum(found.section) - 1)[first]
    sections = _sections(found, statements).assign(
        n_units=np.bincount(section), n_tokens=np.bincount(section, weights=n_tokens).astype(np.int64)
    )
    units = _units(found, statements, first, last).assign(
        section_id=sections["section_id"].to_numpy()[section], n_tokens=n_tokens
    )
    return Segments(
        statements=_counted(statements, found, sections),
        sections=sections[_SECTION_COLUMNS],
        units=units[_UNIT_COLUMNS],
        vocabulary=vocabulary,
        languages={language.language: language},
        token=found.scan.tokens,
        token_unit=token_unit,
        part=found.scan.parts,
        part_token=found.scan.part_token,
    )


_SECTION_COLUMNS = ["statement_id", "section_id", "kind", "label", "heading", "start", "end", "n_units", "n_tokens"]
_UNIT_COLUMNS = ["statement_id", "section_id", "unit_id", "is_heading", "start", "end", "n_tokens", "text"]


def _refuse_wordless(found: Structure, statements: pd.DataFrame) -> None:
    without = np.setdiff1d(np.arange(len(statements)), found.scan.document)
    if len(without):
        raise InputError(f"the statement {statements['statement_id'][without[0]]!r} holds no word; it must hold one")


def _edges(begins: Flags) -> tuple[Ints, Ints]:
    """Return the first and the last chunk of each division that begins where `begins` is true."""
    first = np.flatnonzero(begins)
    return first, np.append(first[1:], len(begins)) - 1


def _spans(found: Structure, statements: pd.DataFrame, first: Ints, last: Ints) -> pd.DataFrame:
    """Return the statement, the offsets and the text of divisions given by their first and last chunks."""
    document = found.scan.document[first]
    start, end, texts = found.scan.start[first], found.scan.end[last], statements["text"].tolist()
    table = statements[["statement_id"]].iloc[document].reset_index(drop=True).assign(start=start, end=end)
    places = zip(document.tolist(), start.tolist(), end.tolist(), strict=True)
    return table.assign(text=[texts[row][a:b] for row, a, b in places])


def _heading_ends(found: Structure) -> Ints:
    """Return the last chunk of each section's first sentence, which is the heading of a point or a block."""
    first, last = _edges(found.sentence)
    return last[np.searchsorted(first, np.flatnonzero(found.section))]


def _sections(found: Structure, statements: pd.DataFrame) -> pd.DataFrame:
    first, last = _edges(found.section)
    table = _spans(found, statements, first, last)
    table["section_id"] = table.groupby("statement_id", sort=False).cumcount() + 1
    table["kind"] = np.array(KINDS, dtype=object)[found.kind]
    heading = _spans(found, statements, first, _heading_ends(found))["text"]
    table["heading"] = heading.where(table["kind"].isin(["point", "heading"]), "")
    table["label"] = [
        words
        or {"preamble": "Preamble", "paragraph": f"Paragraph {number}"}.get(kind)
        or textwrap.shorten(text, LABEL_CHARACTERS, placeholder=" …")
        for words, kind, number, text in zip(found.label, table["kind"], table["section_id"], heading, strict=True)
    ]
    return table


def _units(found: Structure, statements: pd.DataFrame, first: Ints, last: Ints) -> pd.DataFrame:
    table = _spans(found, statements, first, last)
    table["unit_id"] = table.groupby("statement_id", sort=False).cumcount() + 1
    announced = np.isin(found.kind, [KINDS.index("point"), KINDS.index("heading")])
    ends = dict(
        zip(np.flatnonzero(found.section)[announced].tolist(), _heading_ends(found)[announced].tolist(), strict=True)
    )
    table["is_heading"] = [ends.get(a) == b for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    return table


def _counted(statements: pd.DataFrame, found: Structure, sections: pd.DataFrame) -> pd.DataFrame:
    totals = sections.groupby("statement_id").agg(
        n_sections=("section_id", "size"), n_units=("n_units", "sum"), n_tokens=("n_tokens", "sum")
    )
    return statements.assign(is_wrapped=found.is_wrapped).join(totals, on="statement_id")
