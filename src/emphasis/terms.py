"""Terms: how often types and phrases occur, where, and in what company."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emphasis import languages
from emphasis.codebook import words
from emphasis.coding import Coding
from emphasis.errors import InputError
from emphasis.matching import Index, Matches, resolve
from emphasis.paths import Root
from emphasis.segments import Segments
from emphasis.vocabulary import Flags, Ints

CONTEXT = 60  # characters of left and right context in a concordance


def stop_words(root: Root, segments: Segments) -> frozenset[str]:
    """Return the stop words of the statements' language; InputError where there are several languages."""
    codes = list(segments.statements["language"].unique())
    if len(codes) > 1:
        raise InputError(f"words of {', '.join(codes)} are not counted together; make a study of each language")
    return languages.load(root, codes[0]).stop_words


def frequencies(segments: Segments, *, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Count every type: one row a type, commonest first, ties in alphabetical order.

    Columns: type, n (tokens, a hyphenated one counted whole), per_1000 (n per 1,000 tokens of all
    statements), n_sections and n_statements that hold it, rank (1 + the number of commoner types),
    is_stop_word, n_inside_compounds (times it is a part of a hyphenated token). The n sum to the number of
    tokens.
    """
    types = segments.vocabulary.types
    n = np.bincount(segments.token[:, 2], minlength=len(types))
    compound = np.bincount(segments.part_token, minlength=len(segments.token))[segments.part_token] > 1
    table = pd.DataFrame(
        {
            "type": types,
            "n": n,
            "per_1000": 1000 * n / max(1, len(segments.token)),
            "n_sections": _spread(segments.token[:, 2], segments.unit_section[segments.token_unit], len(types)),
            "n_statements": _spread(segments.token[:, 2], segments.unit_statement[segments.token_unit], len(types)),
            "rank": pd.Series(n).rank(method="min", ascending=False).astype(int),
            "is_stop_word": [form in stop_words for form in types],
            "n_inside_compounds": np.bincount(segments.part[compound, 2], minlength=len(types)),
        }
    )
    return table[table["n"] > 0].sort_values(["n", "type"], ascending=[False, True], ignore_index=True)


def _spread(kind: Ints, where: Ints, n_kinds: int) -> Ints:
    """Return in how many places each kind occurs."""
    pairs = np.unique(np.stack([kind, where], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_kinds)


def by_section(segments: Segments, *, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Count types within each section: one row a type of a section, without stop words and types that have no letter.

    Columns: statement_id, section_id, label, type, n, per_1000 (of the section's tokens), tf_idf = n · ln(S
    / s), where s of the statement's S sections hold the type; 0 where all do. Sorted by section, then
    tf_idf falling, then type.
    """
    section = segments.unit_section[segments.token_unit]
    pairs, n = np.unique(np.stack([section, segments.token[:, 2]], axis=1), axis=0, return_counts=True)
    table = (
        segments.sections[["statement_id", "section_id", "label", "n_tokens"]].iloc[pairs[:, 0]].reset_index(drop=True)
    )
    table = table.assign(type=np.array(segments.vocabulary.types, dtype=object)[pairs[:, 1]], n=n)
    table["per_1000"] = 1000 * table["n"] / table.pop("n_tokens")
    holding = table.groupby(["statement_id", "type"])["section_id"].transform("size")
    sections = segments.sections.groupby("statement_id").size().reindex(table["statement_id"]).to_numpy()
    table["tf_idf"] = table["n"] * np.log(sections / holding)
    content = ~table["type"].isin(stop_words) & table["type"].str.contains(r"[^\W\d_]")
    order = table[content].assign(place=pd.factorize(table.loc[content, "statement_id"])[0])
    order = order.sort_values(
        ["place", "section_id", "tf_idf", "type"], ascending=[True, True, False, True], ignore_index=True
    )
    return order.drop(columns="place")


def ngrams(
    segments: Segments, *, sizes: tuple[int, ...] = (2, 3, 4), stop_words: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Count phrases of neighbouring tokens that occur twice or more: one row a phrase, commonest and longest first.

    A phrase crosses no punctuation and no unit, and neither begins nor ends with a stop word. Columns:
    phrase, size (tokens), n, n_sections, n_statements. Ties in alphabetical order.
    """
    is_stop = np.array([form in stop_words for form in segments.vocabulary.types], bool)
    tables = [_ngrams(segments, size, is_stop) for size in sizes]
    return pd.concat(tables).sort_values(["n", "size", "phrase"], ascending=[False, False, True], ignore_index=True)


def _joined(segments: Segments) -> Flags:
    """Tell of each token but the last whether the next one is its neighbour: in its unit, parted by no punctuation."""
    joined: Flags = (np.diff(segments.token_unit) == 0) & (segments.token[1:, 3] > 0)
    return joined


def _ngrams(segments: Segments, size: int, is_stop: Flags) -> pd.DataFrame:
    kind = segments.token[:, 2]
    joined = _joined(segments)
    at = np.arange(max(0, len(kind) - size + 1))
    for gap in range(size - 1):
        at = at[joined[at + gap]]
    at = at[~is_stop[kind[at]] & ~is_stop[kind[at + size - 1]]]
    key = kind[at]
    for gap in range(1, size):
        key = np.unique(key * len(is_stop) + kind[at + gap], return_inverse=True)[1]
    _, first, which, n = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    recurs = n > 1
    rows = kind[at[first[recurs]][:, None] + np.arange(size)]
    unit = segments.token_unit[at]
    return pd.DataFrame(
        {
            "phrase": [" ".join(segments.vocabulary.types[i] for i in row) for row in rows.tolist()],
            "size": size,
            "n": n[recurs],
            "n_sections": _spread(which, segments.unit_section[unit], len(n))[recurs],
            "n_statements": _spread(which, segments.unit_statement[unit], len(n))[recurs],
        }
    )


def collocations(segments: Segments, *, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Measure which neighbours keep company: one row a pair that occurs twice or more, strongest first, no stop words.

    Pairs cross no punctuation and no unit. Columns: pair, n, n_first, n_second (times its words are first and
    second of a pair), log_likelihood (G² of the four-cell table, Dunning 1993, by nltk). Ties in alphabetical order.
    """
    from nltk.metrics.association import BigramAssocMeasures

    types, joined = segments.vocabulary.types, _joined(segments)
    kind = segments.token[:, 2]
    n_first = dict(zip(types, np.bincount(kind[:-1][joined], minlength=len(types)).tolist(), strict=True))
    n_second = dict(zip(types, np.bincount(kind[1:][joined], minlength=len(types)).tolist(), strict=True))
    pairs = ngrams(segments, sizes=(2,), stop_words=stop_words)
    rows = []
    for phrase, n in zip(pairs["phrase"], pairs["n"].tolist(), strict=True):
        first, second = (margin[word] for margin, word in zip((n_first, n_second), phrase.split(" "), strict=True))
        score = BigramAssocMeasures.likelihood_ratio(n, (first, second), int(joined.sum()))
        rows.append((phrase, n, first, second, float(score)))
    table = pd.DataFrame(rows, columns=["pair", "n", "n_first", "n_second", "log_likelihood"])
    return table.sort_values(["log_likelihood", "pair"], ascending=[False, True], ignore_index=True)


def concordance(segments: Segments, nodes: list[str], *, coding: Coding | None = None) -> pd.DataFrame:
    """Return the lines of left context, node and right context for each pattern of `nodes`, in reading order.

    A node is a pattern as in a codebook, so it is found inside hyphenated tokens too. Columns: node,
    statement_id, unit_id, start, end, left, match, right (up to 60 characters, white space as one space),
    themes of the unit (where `coding` is given). Raises InputError for a node without a word.
    """
    if any(not words(node) for node in nodes):
        raise InputError(f"the nodes of a concordance are {nodes!r}; each must hold at least one word")
    index = Index(segments)
    matches = index.find(nodes)
    per_node = [matches.take(matches.pattern == i) for i in range(len(nodes))]
    length = [np.full(len(m.first), len(words(node))) for m, node in zip(per_node, nodes, strict=True)]
    resolved = [resolve(m, length=n, n_parts=len(segments.part)) for m, n in zip(per_node, length, strict=True)]
    resolved = resolved or [matches]
    found = Matches(*(np.concatenate([getattr(m, c) for m in resolved]) for c in ("pattern", "first", "last")))
    units = segments.units.iloc[index.part_unit[found.first]]
    start, end = segments.part[found.first, 0], segments.part[found.last - 1, 1]
    lines = [
        _line(segments.texts[s], a, b)
        for s, a, b in zip(units["statement_id"], start.tolist(), end.tolist(), strict=True)
    ]
    table = units[["statement_id", "unit_id"]].reset_index(drop=True).assign(start=start, end=end)
    table.insert(0, "node", [nodes[i] for i in found.pattern])
    table[["left", "match", "right"]] = pd.DataFrame(lines, columns=["left", "match", "right"])
    if coding is not None:
        themes = coding.codings.groupby(["statement_id", "unit_id"])["theme"].agg(", ".join)
        table["themes"] = table.join(themes, on=["statement_id", "unit_id"])["theme"].fillna("")
    return table


def _line(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the context left of a node, the node, and the context right of it, cut between words."""
    low, high = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if low > 0 and not text[low - 1].isspace():
        low = next((i for i in range(low, start) if text[i].isspace()), low)
    if high < len(text) and not text[high].isspace():
        high = next((i for i in range(high, end, -1) if text[i].isspace()), high)
    left, match, right = (" ".join(part.split()) for part in (text[low:start], text[start:end], text[end:high]))
    return left, match, right
