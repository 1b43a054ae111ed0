"""Findings: sentences computed from tables.

They choose their words by the numbers; nothing is typed here that could be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, Self

import pandas as pd

Given = ParamSpec("Given")


class Finding(str):
    """One sentence, which is text wherever text is wanted; it names its id in a notebook's output."""

    finding_id: str

    def __new__(cls, finding_id: str, sentence: str) -> Self:
        """Make a finding of its id and its sentence."""
        finding = super().__new__(cls, sentence)
        finding.finding_id = finding_id
        return finding

    def __repr__(self) -> str:
        """Return the sentence itself, without quotes: this is what a notebook shows."""
        return str(self)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/plain": str(self)}, {"emphasis": {"finding": self.finding_id}}


def _finding(write: Callable[Given, str]) -> Callable[Given, Finding]:
    """Make of a function that writes a sentence one that gives a finding; its id is the function's name."""

    @wraps(write)
    def find(*args: Given.args, **kwargs: Given.kwargs) -> Finding:
        """Write the sentence and give it its id."""
        return Finding(write.__name__, write(*args, **kwargs))

    return find


# Words for numbers


def count(n: int, noun: str) -> str:
    """Return a number with its noun: ``no sentence``, ``1 sentence``, ``1,200 sentences``."""
    if n == 0:
        return f"no {noun}"
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of a noun: sections, entries, surveys, speeches."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in set("aeiou") else f"{noun}s"


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Return words as a list in prose: ``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def percent(share: float) -> str:
    """Return a share as a whole per cent; what is next to none or all, but is not, as ``<1%`` and ``>99%``."""
    return "<1%" if 0 < share < 0.01 else ">99%" if 0.99 < share < 1 else f"{100 * share:.0f}%"


def day(moment: str) -> str:
    """Return the day of an ISO 8601 date or time as it is read, ``13 May 2025``; any other text stays as it is."""
    try:
        found = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return f"{found.day} {found:%B %Y}"


def _do(n: int, verb: str) -> str:
    """Return a verb in the number of its subject: ``keeps``, ``keep``."""
    return f"{verb}s" if n == 1 else verb


def _of_the(n: int, total: int, noun: str) -> str:
    """Return ``none of the 5 themes``, ``2 of the 5 themes``, ``all 5 themes``."""
    if n == total:
        return f"the one {noun}" if n == 1 else f"all {total:,} {plural(noun)}"
    return f"{n:,}" * (n > 0) + "none" * (n == 0) + f" of the {count(total, noun)}"


# Whose text, how long


def _noun(statements: pd.DataFrame) -> str:
    """Return what the texts are called: their genre where all share one, else statement."""
    genres = set(statements["genre"])
    return genres.pop() if len(genres) == 1 and "" not in genres else "statement"


def source_line(statements: pd.DataFrame) -> str:
    """Return the line under a chart: whose text this is, and of when; titles are left to the tables."""
    if len(statements) > 1:
        ids = listed(list(statements["statement_id"][:3]) + ["others"] * (len(statements) > 3))
        return f"Source: {count(len(statements), _noun(statements))}: {ids}."
    row = statements.iloc[0]
    when = row["date"] or row["published"]
    kind = f"{_noun(statements)} of {day(when)}" if when else _noun(statements)
    return f"Source: {row['issuer'] or row['actor'] or row['statement_id']}, {kind}."


@_finding
def identity(statements: pd.DataFrame, *, unit: str) -> str:
    """Say who published the text and when, and how long it is (table: statements of segments)."""
    sums = {"word": "n_tokens", unit: "n_units", "section": "n_sections"}
    size = listed([count(int(statements[column].sum()), noun) for noun, column in sums.items()])
    if len(statements) > 1:
        return f"The {count(len(statements), _noun(statements))} together hold {size}."
    row = statements.iloc[0]
    by = f" published by {_the(row['issuer'])}" if row["issuer"] else ""
    country = f" ({row['country']})" if row["country"] and by else ""
    on = f" of {day(row['date'] or row['published'])}" if row["date"] or row["published"] else ""
    return f"The {_noun(statements)}{on}{by}{country} holds {size}."


def _the(name: str) -> str:
    """Return an office with its article; a name that is no office (a country, a person) stays as it is."""
    office = set(name.casefold().split()) & OFFICES
    return f"the {name}" if office and not name.casefold().startswith("the ") else name


OFFICES = {
    "ministry",
    "department",
    "government",
    "office",
    "presidency",
    "embassy",
    "mission",
    "council",
    "secretariat",
}


@_finding
def lengths(units: pd.DataFrame, *, unit: str) -> str:
    """Say how long the units are: the longest, the shortest, the middle."""
    n = units["n_tokens"]
    if len(n) == 1:
        return f"The one {unit} has {count(int(n.iloc[0]), 'word')}."
    if n.min() == n.max():
        return f"All {count(len(n), unit)} have {count(int(n.iloc[0]), 'word')}."
    middle = f"half of them have {n.median():,g} or fewer"
    return f"The longest {unit} has {count(int(n.max()), 'word')}, the shortest {int(n.min()):,}; {middle}."


# Themes


@_finding
def themes_per_unit(table: pd.DataFrame, *, unit: str) -> str:
    """Say how many units carry no theme, one, several."""
    n = dict(zip(table["themes"], table["n_units"].tolist(), strict=True))
    total = int(table["of_units"].iloc[0])
    if n["none"] == total:
        return f"None of the {count(total, unit)} carries a theme of the codebook."
    said = [f"{n[key]:,} {'carries' if n[key] == 1 else 'carry'} {word}" for key, word in _HOW_MANY if n[key]]
    return f"Of {count(total, unit)}, {listed(said)}" + ("." if n["none"] else "; none is left uncoded.")


_HOW_MANY = (("one", "one theme"), ("several", "several"), ("none", "none"))


@_finding
def in_sample(statements: pd.DataFrame, built_on: Sequence[str]) -> str:
    """Say whether the codebook's patterns were built on these statements: then they may fit them too well."""
    seen, n = int(statements["statement_id"].isin(built_on).sum()), len(statements)
    if seen == 0:
        return "The codebook names none of these texts among those that its patterns were built on."
    if n == 1:
        return "The codebook's patterns were built on this text too: its shares are in-sample."
    return f"The codebook's patterns were built on {_of_the(seen, n, 'statement')}: these shares are in-sample."


@_finding
def title_themes(labels: Sequence[str], *, n_titles: int) -> str:
    """Say which themes the titles carry; they are coded apart and count in no share."""
    themes = listed(list(labels)) or "no theme"
    if n_titles == 0:
        return "There is no title."
    if n_titles == 1:
        return f"The title carries {themes}; it counts in no share."
    return f"The {n_titles:,} titles carry {themes}; they count in no share."


@_finding
def spread(table: pd.DataFrame) -> str:
    """Say how the themes spread over the sections: everywhere, in one only (table: themes by section)."""
    keys = ["statement_id", "section_id"]
    n_sections = len(table[keys].drop_duplicates())
    held = table[table["n_units"] > 0].drop_duplicates([*keys, "label"]).groupby("label", sort=False).size()
    if held.empty:
        return "No theme is found in any section."
    if n_sections == 1:
        return f"The text is one section; it carries {count(len(held), 'theme')}."
    everywhere = list(held.index[held == n_sections])
    once = int((held == 1).sum())
    first = f"{listed(everywhere) or 'No theme'} {_do(max(1, len(everywhere)), 'appear')} in every section"
    return f"{first}; {_of_the(once, len(held), 'theme')} found {_do(max(1, once), 'keep')} to a single one."


@_finding
def leading_themes(table: pd.DataFrame, *, unit: str) -> str:
    """Say which theme takes the largest share, with base and interval; a tie is called one.

    The table is that of `measures.average`. No theme leads in a text of fewer units than are ranked.
    """
    top = table[(table["share_units"] == table["share_units"].max()) & (table["n_units"] > 0)]
    base = count(int(table["of_units"].iloc[0]), unit)
    if top.empty:
        return f"No theme of the codebook is found in {base}."
    row, names = top.iloc[0], listed(list(top["label"]))
    each = "" if len(top) == 1 else "each "
    if pd.isna(row["rank"]):
        most = f"{names} {_do(len(top), 'take')} {each}{row['n_units']:,} of {base}"
        return f"Too few {plural(unit)} to rank themes: {most}."
    verb = "is the most frequent theme" if len(top) == 1 else "tie as the most frequent themes"
    if row["n_statements"] > 1:
        over = f"on average over {count(int(row['n_statements']), 'statement')}"
        return f"{names} {verb}: {each}{percent(row['share_units'])} of {plural(unit)} {over}."
    band = f"95% interval {percent(row['share_units_low'])} to {percent(row['share_units_high'])}"
    return f"{names} {verb}: {each}{row['n_units']:,} of {base} ({percent(row['share_units'])}, {band})."


@_finding
def certainty(table: pd.DataFrame) -> str:
    """Say which themes' intervals reach into that of the most frequent: a fact of the chart, no test of the order."""
    seen = table[table["n_units"] > 0]
    if len(seen) < 2:
        return "Fewer than two themes are found: there is no order to be sure of."
    if seen["rank"].isna().any():
        return "The text is too short for its themes to be ranked."
    leader, others = seen.iloc[0], seen.iloc[1:]
    if pd.isna(leader["share_units_low"]):
        return "The mean of several statements has no interval here: their order is described, not tested."
    reaching = int((others["share_units_high"] >= leader["share_units_low"]).sum())
    if reaching == 0:
        return f"The interval of no other theme reaches that of {leader['label']}."
    if reaching == len(others):
        return f"The interval of {leader['label']} overlaps that of every other theme found."
    return f"The interval of {leader['label']} overlaps {_of_the(reaching, len(others), 'other theme')} found."


@_finding
def silent_themes(table: pd.DataFrame, *, unit: str) -> str:
    """Say which themes of the codebook no unit carries."""
    silent = list(table.loc[table["n_units"] == 0, "label"])
    if not silent:
        return "Every theme of the codebook is found."
    if len(silent) == len(table):
        return "No theme of the codebook is found."
    return f"No {unit} carries {listed(silent, last='or')}."


@_finding
def section_leaders(table: pd.DataFrame) -> str:
    """Say how many different themes lead the sections (table: themes by section)."""
    keys = ["statement_id", "section_id"]
    most = table.groupby(keys)["n_units"].transform("max")
    top = table[(table["n_units"] > 0) & (table["n_units"] == most)]
    n_sections, led = len(table[keys].drop_duplicates()), len(top[keys].drop_duplicates())
    leaders = list(top["label"].unique())
    if not leaders:
        return "No section has a leading theme."
    names = leaders[0] if len(leaders) == 1 else f"{len(leaders):,} different themes"
    rest = "" if led == n_sections else "; the rest carry none" if n_sections - led > 1 else "; the other carries none"
    where = f"the {count(led, 'section')}" if not rest else _of_the(led, n_sections, "section")
    return f"{names} {_do(len(leaders), 'lead')} {where}{rest}."


# Terms


@_finding
def leading_terms(table: pd.DataFrame) -> str:
    """Say which word is commonest when stop words are left out (table: frequencies)."""
    content = table[~table["is_stop_word"]]
    if content.empty:
        return "Nothing but stop words is found."
    top = content[content["n"] == content["n"].iloc[0]]
    row, words = top.iloc[0], [f"“{word}”" for word in top["type"]]
    times = f"{count(int(row['n']), 'time')}, {row['per_1000']:.0f} in 1,000 words"
    if len(top) > 3:
        return f"Stop words aside, {count(len(top), 'word')} share the first place: each {times}."
    if len(top) > 1:
        return f"Stop words aside, {listed(words)} are the commonest words: each {times}."
    return f"Stop words aside, {words[0]} is the commonest word: {times}."


@_finding
def compounds(table: pd.DataFrame) -> str:
    """Say which leading words also stand inside hyphenated ones (table: the head of frequencies)."""
    inside = table[table["n_inside_compounds"] > 0]
    if inside.empty:
        return "None of these words stands inside a hyphenated one."
    said = [f"“{word}” {n:,}" for word, n in zip(inside["type"], inside["n_inside_compounds"], strict=True)]
    return f"Also inside compounds, and not counted above: {listed(said)}."


@_finding
def leading_phrases(table: pd.DataFrame) -> str:
    """Say which phrase recurs most (table: n-grams)."""
    if table.empty:
        return "No phrase of two or more words recurs."
    row = table.iloc[0]
    tied, times = int((table["n"] == row["n"]).sum()), count(int(row["n"]), "time")
    if tied > 1:
        said = "the longest is" if row["size"] > table["size"].iloc[1] else "among them"
        return f"{tied:,} phrases recur most, each {times}; {said} “{row['phrase']}”."
    return f"The commonest phrase is “{row['phrase']}”: {times}, in {count(int(row['n_sections']), 'section')}."
