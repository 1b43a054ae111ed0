"""Terms: how often types and phrases occur, where, and in what company."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emphasis import languages
from emphasis.coding import Coding
from emphasis.errors import InputError
from emphasis.matching import Index, joined, resolve
from emphasis.paths import Root
from emphasis.patterns import words
from emphasis.segments import Segments
from emphasis.tokens import tokenise
from emphasis.vocabulary import Flags, Ints, starts

Floats = NDArray[np.float64]
Sort = Literal["position", "left", "right", "node"]

CONTEXT = 60  # characters of left and right context in a concordance


def stop_words(root: Root, segments: Segments) -> frozenset[str]:
    """Return the stop words of the statements' language; InputError where there are several languages."""
    codes = list(segments.statements["language"].unique())
    if len(codes) > 1:
        raise InputError(f"words of {', '.join(codes)} are not counted together; make a study of each language")
    return languages.load(root, codes[0]).stop_words


def _tally(where: Ints, kind: Ints, shape: tuple[int, int]) -> Any:
    """Count how often each kind occurs in each place: a sparse matrix, places × kinds."""
    from scipy.sparse import coo_array

    return coo_array((np.ones(len(kind), np.int64), (where, kind)), shape=shape).tocsr()


def _spread(where: Ints, kind: Ints, shape: tuple[int, int]) -> Ints:
    """Return in how many places each kind occurs."""
    return np.bincount(_tally(where, kind, shape).indices, minlength=shape[1])


def frequencies(segments: Segments, *, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Count every type: one row a type, commonest first, ties in alphabetical order.

    Columns: type, n (tokens, a hyphenated one counted whole), per_1000 (n per 1,000 tokens of all
    statements), n_sections and n_statements that hold it, rank (1 + the number of commoner types),
    is_stop_word, n_inside_compounds (times it is a part of a hyphenated token), dp and dp_norm (its
    `dispersion` over the sections of all statements), written (as the text writes it where it first occurs
    inside a unit, else at its head). The n sum to the number of tokens.
    """
    types, kind = segments.vocabulary.types, segments.token[:, 2]
    statement = segments.unit_statement[segments.token_unit]
    sections = _tally(segments.unit_section[segments.token_unit], kind, (len(segments.sections), len(types)))
    n = sections.sum(axis=0)
    compound = np.bincount(segments.part_token)[segments.part_token] > 1
    dp, dp_norm = dispersion(sections, segments.sections["n_tokens"])
    table = pd.DataFrame(
        {
            "type": types,
            "n": n,
            "per_1000": 1000 * n / max(1, len(kind)),
            "n_sections": np.bincount(sections.indices, minlength=len(types)),
            "n_statements": _spread(statement, kind, (len(segments.statements), len(types))),
            "rank": pd.Series(n).rank(method="min", ascending=False).astype(int),
            "is_stop_word": [form in stop_words for form in types],
            "n_inside_compounds": np.bincount(segments.part[compound, 2], minlength=len(types)),
            "dp": dp,
            "dp_norm": dp_norm,
        }
    )
    table = table[table["n"] > 0]
    opens = np.diff(segments.token_unit, prepend=-1) != 0
    order = np.argsort(opens, kind="stable")
    first = order[np.unique(kind[order], return_index=True)[1]]
    table = table.assign(written=_as_written(segments, first, first))
    return table.sort_values(["n", "type"], ascending=[False, True], ignore_index=True)


def _as_written(segments: Segments, first: Ints, last: Ints) -> list[str]:
    """Return the text from one token to another, white space as one space."""
    texts = segments.statements["text"].to_numpy()[segments.unit_statement[segments.token_unit[first]]]
    spans = zip(texts, segments.token[first, 0].tolist(), segments.token[last, 1].tolist(), strict=True)
    return [" ".join(text[start:end].split()) for text, start, end in spans]


def dispersion(counts: ArrayLike, sizes: ArrayLike) -> tuple[Floats, Floats]:
    """Measure how unevenly things are spread over parts: DP and DPnorm of each, 0 even, 1 all in the smallest.

    DP = ½ Σ |o − e| over the parts: o the share of the thing's occurrences in a part, e the part's share of
    the whole (Gries 2008, International Journal of Corpus Linguistics 13, 403–437); DPnorm = DP / (1 − the
    least e) (Lijffijt & Gries 2012, the same journal 17, 147–149). `counts` are whole numbers, parts × things,
    dense or a sparse matrix of scipy; `sizes` are those of the parts. Empty for a thing that does not occur,
    and where there is only one part. Sums are of whole numbers, so that an even spread is 0 to the last digit.

    >>> [round(float(measure[0]), 4) for measure in dispersion([[1], [2], [3], [4], [5]], [9, 10, 10, 10, 11])]
    [0.18, 0.2195]
    """
    from scipy.sparse import coo_array

    matrix, size = coo_array(counts), np.asarray(sizes, np.int64)
    (part, thing), n, total = matrix.coords, matrix.sum(axis=0), size.sum()
    expected = size[part] * n[thing]  # of a part without the thing |o − e| is e, and all e sum to one
    gaps = coo_array((np.abs(matrix.data * total - expected) - expected, (part, thing)), shape=matrix.shape)
    twice = gaps.sum(axis=0) + n * total
    base = np.where((n > 0) & (np.count_nonzero(size) > 1), 2.0 * n, np.nan)
    return twice / (base * total), twice / (base * (total - size[size > 0].min()))


def by_section(segments: Segments, *, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Count types within each section: one row a type of a section, without stop words and types that have no letter.

    Columns: statement_id, section_id, label, type, n, per_1000 (of the section's tokens), tf_idf = n · ln(S
    / s), where s of the statement's S sections hold the type; 0 where all do; n_elsewhere (in the statement's
    other sections) and `log_ratio` of the section against them, empty where there are none. Sections of one
    text are no samples: there is no test. Sorted by section, then tf_idf falling, then type.
    """
    shape = len(segments.sections), len(segments.vocabulary.types)
    counts = _tally(segments.unit_section[segments.token_unit], segments.token[:, 2], shape).tocoo()
    section, kind = counts.coords
    table: pd.DataFrame = segments.sections[["statement_id", "section_id", "label"]].iloc[section].rename_axis("place")
    table = table.assign(type=np.array(segments.vocabulary.types, dtype=object)[kind], n=counts.data)
    size = segments.sections["n_tokens"].to_numpy()[section]
    whole = segments.statements.set_index("statement_id")[["n_sections", "n_tokens"]].loc[table["statement_id"]]
    found = table.groupby(["statement_id", "type"])["n"]
    table["per_1000"] = 1000 * table["n"] / size
    table["tf_idf"] = table["n"] * np.log(whole["n_sections"].to_numpy() / found.transform("size"))
    table["n_elsewhere"] = found.transform("sum") - table["n"]
    rest = whole["n_tokens"].to_numpy() - size
    table["log_ratio"] = log_ratio(table["n"], table["n_elsewhere"], sizes=(size, np.where(rest > 0, rest, np.nan)))
    content = ~table["type"].isin(stop_words) & table["type"].str.contains(r"[^\W\d_]")
    return table[content].sort_values(["place", "tf_idf", "type"], ascending=[True, False, True], ignore_index=True)


def log_ratio(n_target: ArrayLike, n_reference: ArrayLike, *, sizes: tuple[ArrayLike, ArrayLike]) -> Floats:
    """Return the log ratio of target to reference, elementwise: 1 where target has it twice as often.

    It is log₂ of (n_target / its size) / (n_reference / its size), with 0.5 put for a count of zero and for no other
    (Hardie 2014). `sizes` are the tokens of target and reference.

    >>> float(log_ratio(8, 2, sizes=(1000, 1000)))
    2.0
    """
    target, reference = (np.where(np.equal(n, 0), 0.5, n) for n in (n_target, n_reference))
    ratio: Floats = np.log2(target / np.asarray(sizes[0])) - np.log2(reference / np.asarray(sizes[1]))
    return ratio


def diversity(segments: Segments, *, window: int = 50) -> pd.DataFrame:
    """Measure how varied the words of each statement are: one row a statement, in the order given.

    Columns: statement_id, n_tokens, n_types, ttr = n_types / n_tokens, which falls as a text grows, so that it
    compares texts of one length only; mattr, the mean of the same ratio over every run of `window` neighbouring
    tokens, which does not depend on length (Covington & McFall 2010, Journal of Quantitative Linguistics 17,
    94–100), empty for a text shorter than the window; window. Raises InputError for a window below one.
    """
    if type(window) is not int or window < 1:
        raise InputError(f"window is {window!r}; allowed are whole numbers from 1")
    statement = segments.unit_statement[segments.token_unit]
    n = np.bincount(statement, minlength=len(segments.statements))
    place = np.arange(len(statement)) - starts(n)[statement]
    before = _place_before(statement * len(segments.vocabulary.types) + segments.token[:, 2], place)
    # A token adds a type to the windows that hold it and begin after the last token of its type.
    begins = np.maximum(before, place - window) + 1
    adds = np.minimum(place, n[statement] - window) - begins + 1
    types_of_windows = np.bincount(statement, weights=np.maximum(adds, 0), minlength=len(n))
    n_types = np.bincount(statement[before < 0], minlength=len(n))
    table = pd.DataFrame({"statement_id": segments.statements["statement_id"], "n_tokens": n, "n_types": n_types})
    n_windows = np.where(n >= window, n - window + 1, np.nan)
    return table.assign(ttr=n_types / n, mattr=types_of_windows / (window * n_windows), window=window)


def _place_before(kind: Ints, place: Ints) -> Ints:
    """Return the place of the last token of the same kind before each, -1 where there is none."""
    order = np.argsort(kind, kind="stable")
    again = np.flatnonzero(np.diff(kind[order]) == 0)
    before = np.full(len(kind), -1)
    before[order[again + 1]] = place[order[again]]
    return before


def ngrams(
    segments: Segments, *, sizes: tuple[int, ...] = (2, 3, 4), stop_words: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Count phrases of neighbouring tokens that occur twice or more: one row a phrase, commonest and longest first.

    A phrase crosses no punctuation and no unit, and neither begins nor ends with a stop word. Columns:
    phrase, size (tokens), n, n_sections, n_statements, written (as the text first writes it). Ties in
    alphabetical order.
    """
    is_stop = np.array([form in stop_words for form in segments.vocabulary.types], bool)
    tables = [_ngrams(segments, size, is_stop) for size in sizes]
    return pd.concat(tables).sort_values(["n", "size", "phrase"], ascending=[False, False, True], ignore_index=True)


def _unbroken(segments: Segments, size: int) -> Ints:
    """Return where so many neighbouring tokens begin: in one unit, parted by no punctuation."""
    parted = (np.diff(segments.token_unit, prepend=-1) != 0) | (segments.token[:, 3] == 0)
    run = np.cumsum(parted)
    ends = run[size - 1 :]
    return np.flatnonzero(ends == run[: len(ends)])


def _ngrams(segments: Segments, size: int, is_stop: Flags) -> pd.DataFrame:
    kind, at = segments.token[:, 2], _unbroken(segments, size)
    at = at[~is_stop[kind[at]] & ~is_stop[kind[at + size - 1]]]
    key = kind[at]
    for gap in range(1, size):
        key = np.unique(key * len(is_stop) + kind[at + gap], return_inverse=True)[1]
    _, first, which, n = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    recurs = n > 1
    begins = at[first[recurs]]
    rows = kind[begins[:, None] + np.arange(size)]
    unit = segments.token_unit[at]
    return pd.DataFrame(
        {
            "phrase": [" ".join(segments.vocabulary.types[i] for i in row) for row in rows.tolist()],
            "size": size,
            "n": n[recurs],
            "n_sections": _spread(segments.unit_section[unit], which, (len(segments.sections), len(n)))[recurs],
            "n_statements": _spread(segments.unit_statement[unit], which, (len(segments.statements), len(n)))[recurs],
            "written": _as_written(segments, begins, begins + size - 1),
        }
    )


def collocations(segments: Segments, *, window: int = 2, stop_words: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Measure which words keep company: one row a pair that occurs twice or more, strongest first, no stop words.

    A pair is two tokens in reading order among `window` neighbours (2: side by side; up to 10) that no unit's end
    and no punctuation parts. Columns: pair; n; n_first and n_second, the tokens of its words; then nltk's measures
    over all N tokens, with f = n / (window − 1) as nltk's finder has it (Church & Hanks 1990), so that f is at most
    the frequency of either word: log_likelihood (G² of four cells, Dunning 1993; great too where a pair is rarer
    than chance has it, pmi is then below zero; empty where a word so fills the text that its pair with itself has
    no four cells), pmi = log₂(f · N / (n_first · n_second)), t_score = (f − n_first · n_second / N) / √f; and
    log_dice = 14 + log₂(2n / (n_first + n_second)) (Rychlý 2008), 14 where neighbours always stand together. Sorted
    by log_likelihood falling, then pair. Raises InputError for another window.
    """
    if type(window) is not int or not 2 <= window <= 10:
        raise InputError(f"window is {window!r}; allowed are whole numbers from 2 to 10")
    from nltk.collocations import BigramAssocMeasures

    finder, nltk = _finder(segments, window, stop_words), BigramAssocMeasures
    measures = _log_likelihood, nltk.pmi, nltk.student_t
    rows = [
        (" ".join(pair), n, *map(finder.word_fd.get, pair), *(finder.score_ngram(m, *pair) for m in measures))
        for pair, n in finder.ngram_fd.items()
    ]
    table = pd.DataFrame(rows, columns=["pair", "n", "n_first", "n_second", "log_likelihood", "pmi", "t_score"])
    table["log_dice"] = 14 + np.log2(2 * table["n"] / (table["n_first"] + table["n_second"]))
    return table.sort_values(["log_likelihood", "pair"], ascending=[False, True], ignore_index=True)


def _finder(segments: Segments, window: int, stop_words: frozenset[str]) -> Any:
    """Return nltk's finder of pairs, filled with the counts of all words and of the pairs that recur."""
    from nltk.collocations import BigramCollocationFinder, FreqDist

    types, kind = segments.vocabulary.types, segments.token[:, 2]
    begins = [_unbroken(segments, gap + 1) for gap in range(1, window)]
    first, second = np.concatenate(begins), np.concatenate([at + gap for gap, at in enumerate(begins, start=1)])
    counts = _tally(kind[first], kind[second], (len(types), len(types))).tocoo()
    recurring = zip(*(rows[counts.data > 1].tolist() for rows in (*counts.coords, counts.data)), strict=True)
    pairs = {(types[a], types[b]): n for a, b, n in recurring if not stop_words & {types[a], types[b]}}
    n = dict(zip(types, np.bincount(kind, minlength=len(types)).tolist(), strict=True))
    return BigramCollocationFinder(FreqDist(n), FreqDist(pairs), window_size=window)


def _log_likelihood(n: float, margins: tuple[int, int], total: int) -> float:
    """Return nltk's G², or nothing where the fourth cell would fall below zero."""
    from nltk.collocations import BigramAssocMeasures

    if sum(margins) - n > total:
        return np.nan
    return float(BigramAssocMeasures.likelihood_ratio(n, margins, total))


def concordance(
    segments: Segments, nodes: list[str], *, coding: Coding | None = None, sort: Sort = "position"
) -> pd.DataFrame:
    """Return the lines of left context, node and right context for each pattern of `nodes`, node by node.

    A node is a pattern as in a codebook, so it is found inside hyphenated tokens too. Columns: node,
    statement_id, unit_id, start, end, left, match, right (up to 60 characters, white space as one space),
    themes of the unit (where `coding` is given). The lines of a node are sorted by position (reading order), by
    the words to the left read outward from the node, by the words to the right, or by those of the node itself,
    all without regard to case and punctuation, ties by position. Raises InputError for a node without a word and for
    another sort.
    """
    if any(not words(node) for node in nodes):
        raise InputError(f"the nodes of a concordance are {nodes!r}; each must hold at least one word")
    if sort not in get_args(Sort):
        raise InputError(f"sort is {sort!r}; allowed are: {', '.join(get_args(Sort))}")
    index = Index(segments)
    matches = index.find(nodes)
    per_node = (matches.take(matches.pattern == number) for number in range(len(nodes)))
    found = joined(resolve(own, n_parts=len(segments.part)) for own in per_node)
    units = segments.units.iloc[index.part_unit[found.first]]
    start, end = segments.part[found.first, 0], segments.part[found.last - 1, 1]
    spans = zip(units["statement_id"], start.tolist(), end.tolist(), strict=True)
    lines = [_line(segments.texts[statement], *span) for statement, *span in spans]
    table = units[["statement_id", "unit_id"]].reset_index(drop=True).assign(start=start, end=end)
    table.insert(0, "node", [nodes[i] for i in found.pattern])
    table[["left", "match", "right"]] = pd.DataFrame(lines, columns=["left", "match", "right"])
    if coding is not None:
        themes = coding.codings.groupby(["statement_id", "unit_id"])["theme"].agg(", ".join)
        table["themes"] = table.join(themes, on=["statement_id", "unit_id"])["theme"].fillna("")
    keys = [(node, _sort_key(line, sort)) for node, line in zip(found.pattern.tolist(), lines, strict=True)]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def _sort_key(line: tuple[str, str, str], sort: Sort) -> list[str]:
    """Return the words by which a line is sorted."""
    left, match, right = line
    text = {"position": "", "left": left, "right": right, "node": match}[sort]
    forms = [token.form for token in tokenise(text)]
    return forms[::-1] if sort == "left" else forms


def _line(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the context left of a node, the node, and the context right of it, cut between words."""
    low, high = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if low > 0 and not text[low - 1].isspace():
        low = next((i for i in range(low, start) if text[i].isspace()), low)
    if high < len(text) and not text[high].isspace():
        high = next((i for i in range(high, end, -1) if text[i].isspace()), high)
    left, match, right = (" ".join(part.split()) for part in (text[low:start], text[start:end], text[end:high]))
    return left, match, right
