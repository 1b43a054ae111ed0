"""The engine: distinct pieces numbered once, text work once per piece, arrays for what grows with the text.

Texts are cut at white space; each distinct piece is tokenised once, in Python (`emphasis.tokens`). What is
known of a piece is kept in ragged tables (a piece has chunks, a chunk has tokens, a token has parts), and
the text itself becomes arrays of integers gathered from them. One statement is a corpus of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emphasis.languages import Language
from emphasis.tokens import chunks

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class _Ragged:
    """Rows of numbers that belong to an owner each; kept as arrays, to which only what is new is added."""

    def __init__(self, width: int) -> None:
        self._new_counts: list[int] = []
        self._new_rows: list[tuple[int, ...]] = []
        self._count = np.zeros(0, np.int64)
        self._rows = np.zeros((0, width), np.int64)

    def __len__(self) -> int:
        """Return the number of owners."""
        return len(self._count) + len(self._new_counts)

    def add(self, rows: Iterable[tuple[int, ...]]) -> None:
        """Give the next owner its rows."""
        before = len(self._new_rows)
        self._new_rows.extend(rows)
        self._new_counts.append(len(self._new_rows) - before)

    def arrays(self) -> tuple[Ints, Ints, Ints]:
        """Return each owner's first row, its count, and the rows as a matrix."""
        if self._new_counts:
            new = np.array(self._new_rows, np.int64).reshape(-1, self._rows.shape[1])
            self._rows = np.concatenate([self._rows, new])
            self._count = np.append(self._count, self._new_counts)
            self._new_rows, self._new_counts = [], []
        return starts(self._count), self._count, self._rows


@dataclass
class Vocabulary:
    """Distinct pieces and types, numbered in the order in which they first occur; grows with every batch.

    Attributes
    ----------
    types : the forms of tokens and of their parts, by number.
    """

    types: list[str] = field(default_factory=list)
    _type_numbers: dict[str, int] = field(default_factory=dict)
    _piece_numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _chunks: _Ragged = field(default_factory=lambda: _Ragged(5))  # of a piece: start, end, ends, starts, is_terminated
    _tokens: _Ragged = field(default_factory=lambda: _Ragged(5))  # of a chunk: start, end, type, opens, closes
    _parts: _Ragged = field(default_factory=lambda: _Ragged(3))  # of a token: start, end, type

    def number(self, form: str) -> int:
        """Return the number of a type, a new one where it is new."""
        number = self._type_numbers.setdefault(form, len(self.types))
        if number == len(self.types):
            self.types.append(form)
        return number

    def _piece(self, piece: str, language: Language) -> int:
        key = (language.language, piece)
        number = self._piece_numbers.setdefault(key, len(self._piece_numbers))
        if number == len(self._chunks):
            found = chunks(piece, language)
            self._chunks.add((c.start, c.end, c.ends, c.starts, c.is_terminated) for c in found)
            for chunk in found:
                self._tokens.add((t.start, t.end, self.number(t.form), t.opens, t.closes) for t in chunk.tokens)
                for token in chunk.tokens:
                    self._parts.add((p.start, p.end, self.number(p.form)) for p in token.parts)
        return number

    def scan(self, texts: Sequence[str], language: Language, *, begin: Sequence[int]) -> Scan:
        """Return the chunks, tokens and parts of each text from its offset `begin` on, as arrays."""
        pieces, which, at, document = _cut([text[offset:] for text, offset in zip(texts, begin, strict=True)])
        at = at + np.array(begin, np.int64)[document]
        numbers = np.array([self._piece(piece, language) for piece in pieces], np.int64)
        g = numbers[which] if len(which) else which
        first, count, rows = self._chunks.arrays()
        place = np.repeat(np.arange(len(g)), count[g])  # the piece of each chunk
        chunk = expand(first[g], count[g])
        newlines = np.cumsum(np.array([piece.startswith("\n") for piece in pieces], np.int64)[which])
        tokens, token_chunk, token_number = self._gather(self._tokens, chunk, at[place])
        joins = np.append(False, tokens[:-1, 4] & tokens[1:, 3] & (np.diff(token_chunk) <= 1))[: len(tokens)]
        parts, part_token, _ = self._gather(self._parts, token_number, at[place][token_chunk])
        c = rows[chunk]
        return Scan(
            vocabulary=self,
            document=document[place],
            start=c[:, 0] + at[place],
            end=c[:, 1] + at[place],
            ends=c[:, 2],
            starts=c[:, 3],
            is_terminated=c[:, 4].astype(bool),
            newlines=np.diff(newlines[place], prepend=0),
            tokens=np.column_stack([tokens[:, :3], joins]),
            token_chunk=token_chunk,
            parts=parts,
            part_token=part_token,
        )

    @staticmethod
    def _gather(table: _Ragged, owners: Ints, at: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the owners' rows, offsets moved by each owner's place `at`; each row's owner; its number."""
        first, count, rows = table.arrays()
        numbers = expand(first[owners], count[owners])
        owner = np.repeat(np.arange(len(owners)), count[owners])
        moved = rows[numbers]
        moved[:, :2] += at[owner, None]
        return moved, owner, numbers


@dataclass(frozen=True)
class Scan:
    """Texts as arrays: one entry a chunk; `tokens` and `parts` are matrices with one row each."""

    vocabulary: Vocabulary
    document: Ints
    start: Ints
    end: Ints
    ends: Ints
    starts: Ints
    is_terminated: Flags
    newlines: Ints  # line ends between the chunk before and this one
    tokens: Ints  # start, end, type, joins: no punctuation parts it from the token before
    token_chunk: Ints
    parts: Ints  # start, end, type
    part_token: Ints


def starts(count: Ints) -> Ints:
    """Return where each run of `count` entries begins when the runs stand one after the other."""
    return np.cumsum(count) - count


def expand(first: Ints, count: Ints) -> Ints:
    """Return first[0], first[0] + 1, … (count[0] of them), then the same of each further run."""
    return np.repeat(first - starts(count), count) + np.arange(int(count.sum()))


def _cut(texts: Sequence[str]) -> tuple[list[str], Ints, Ints, Ints]:
    """Cut texts before each white-space byte; return the distinct pieces, and each place's piece, offset and text."""
    encoded = [text.encode("utf-8") for text in texts]
    data = np.frombuffer(b"".join(encoded), np.uint8)
    length = np.array([len(e) for e in encoded], np.int64)
    begin = starts(length)
    cut = data <= ord(" ")
    cut[begin[length > 0]] = True
    at = np.flatnonzero(cut)
    offsets = np.append(at, len(data)).astype(np.int64)
    buffers: list[Any] = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    coded = pa.Array.from_buffers(pa.large_string(), len(at), buffers).dictionary_encode()
    characters = np.cumsum((data & 0xC0) != 0x80) - 1  # the code point at each byte
    document = np.searchsorted(begin[length > 0], at, side="right") - 1
    document = np.flatnonzero(length > 0)[document] if len(at) else document
    origin = characters[begin[document]] if len(at) else at
    return (coded.dictionary.to_pylist(), np.asarray(coded.indices, np.int64), characters[at] - origin, document)
