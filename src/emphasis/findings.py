"""Findings: sentences computed from tables.

They choose their words by the numbers; nothing is typed here that could be counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from emphasis.wording import count, day, do, finding, listed, of_the, percent, plural, the

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


@finding
def identity(statements: pd.DataFrame, *, unit: str) -> str:
    """Say who published the text and when, and how long it is (table: statements of segments)."""
    sums = {"word": "n_tokens", unit: "n_units", "section": "n_sections"}
    size = listed([count(int(statements[column].sum()), noun) for noun, column in sums.items()])
    if len(statements) > 1:
        return f"The {count(len(statements), _noun(statements))} together hold {size}."
    row = statements.iloc[0]
    by = f" published by {the(row['issuer'])}" if row["issuer"] else ""
    country = f" ({row['country']})" if row["country"] and by else ""
    on = f" of {day(row['date'] or row['published'])}" if row["date"] or row["published"] else ""
    return f"The {_noun(statements)}{on}{by}{country} holds {size}."


@finding
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


@finding
def themes_per_unit(table: pd.DataFrame, *, unit: str) -> str:
    """Say how many units carry no theme, one, several."""
    n = dict(zip(table["themes"], table["n_units"].tolist(), strict=True))
    total = int(table["of_units"].iloc[0])
    if n["none"] == total:
        return f"None of the {count(total, unit)} carries a theme of the codebook."
    words = {"one": "one theme", "several": "several", "none": "none"}
    said = [f"{n[key]:,} {'carries' if n[key] == 1 else 'carry'} {word}" for key, word in words.items() if n[key]]
    return f"Of {count(total, unit)}, {listed(said)}" + ("." if n["none"] else "; none is left uncoded.")


@finding
def in_sample(statements: pd.DataFrame, built_on: Sequence[str]) -> str:
    """Say whether the codebook's patterns were built on these statements: then they may fit them too well."""
    seen, n = int(statements["statement_id"].isin(built_on).sum()), len(statements)
    if seen == 0:
        return "The codebook names none of these texts among those that its patterns were built on."
    if n == 1:
        return "The codebook's patterns were built on this text too: its shares are in-sample."
    return f"The codebook's patterns were built on {of_the(seen, n, 'statement')}: these shares are in-sample."


@finding
def title_themes(labels: Sequence[str], *, n_titles: int) -> str:
    """Say which themes the titles carry; they are coded apart and count in no share."""
    themes = listed(list(labels)) or "no theme"
    if n_titles == 0:
        return "There is no title."
    if n_titles == 1:
        return f"The title carries {themes}; it counts in no share."
    return f"The {n_titles:,} titles carry {themes}; they count in no share."


@finding
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
    first = f"{listed(everywhere) or 'No theme'} {do(max(1, len(everywhere)), 'appear')} in every section"
    return f"{first}; {of_the(once, len(held), 'theme')} found {do(max(1, once), 'keep')} to a single one."


@finding
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
        most = f"{names} {do(len(top), 'take')} {each}{row['n_units']:,} of {base}"
        return f"Too few {plural(unit)} to rank themes: {most}."
    verb = "is the most frequent theme" if len(top) == 1 else "tie as the most frequent themes"
    if row["n_statements"] > 1:
        over = f"on average over {count(int(row['n_statements']), 'statement')}"
        return f"{names} {verb}: {each}{percent(row['share_units'])} of {plural(unit)} {over}."
    band = f"95% interval {percent(row['share_units_low'])} to {percent(row['share_units_high'])}"
    return f"{names} {verb}: {each}{row['n_units']:,} of {base} ({percent(row['share_units'])}, {band})."


@finding
def certainty(table: pd.DataFrame, differences: pd.DataFrame) -> str:
    """Say from which themes the most frequent can be told apart (tables: `measures.average` and `differences`)."""
    seen = table[table["n_units"] > 0]
    if len(seen) < 2:
        return "Fewer than two themes are found: there is no order to be sure of."
    if seen["rank"].isna().any():
        return "The text is too short for its themes to be ranked."
    if seen["n_statements"].iloc[0] > 1:
        return "The mean of several statements has no interval here: their order is described, not tested."
    leader = seen["label"].iloc[0]
    pairs = differences[(differences["label"] == leader) & differences["other_label"].isin(seen["label"])]
    alike = list(pairs.loc[~pairs["is_apart"], "other_label"])
    if not alike:
        return f"{leader} ranks apart from every other theme found."
    if len(alike) == len(pairs):
        return f"{leader} is not distinguishable from any other theme found: the wording could have turned their order."
    apart = of_the(len(pairs) - len(alike), len(pairs), "other theme")
    return f"{leader} ranks apart from {apart} found; from {listed(alike)} it is not distinguishable."


@finding
def without_a_section(table: pd.DataFrame) -> str:
    """Say how far the share of the most frequent theme moves when one section is left out (table: emphasis)."""
    seen = table[table["n_units"] > 0]
    if table["statement_id"].nunique() > 1 or seen.empty:
        return "The table gives each theme's range when one section of its statement is left out."
    row = seen.iloc[0]
    if pd.isna(row["share_units_min"]):
        return "The text is one section, which cannot be left out."
    low, high = percent(row["share_units_min"]), percent(row["share_units_max"])
    return (
        f"With one section left out, the share of {row['label']} lies between {low} and {high}: a range, no interval."
    )


@finding
def sensitivity(table: pd.DataFrame) -> str:
    """Say whether the most frequent theme stays first under other choices (table: `sensitivity.sensitivity`)."""
    default, others = table[table["choice"] == "default"], table[table["choice"] != "default"]
    leaders = list(default.loc[default["rank_best"] == 1, "label"])
    if not leaders or others.empty:
        return "There is no order of themes to try under other choices."
    if len(leaders) > 1:
        first = f"{listed(leaders)} share the first place"
    else:
        own = others[(others["label"] == leaders[0]) & others["rank_worst"].notna()]
        stays = int((own["rank_worst"] == 1).sum())
        first = f"{leaders[0]} stays first under {of_the(stays, len(own), 'other choice')} of method"
    tried = others.dropna(subset="tau_b").sort_values(["tau_b", "variant"])
    if tried.empty:
        return f"{first}."
    least = tried.iloc[0]
    if least["tau_b"] > 1 - 1e-9:
        return f"{first}, and the order of the themes with it."
    tau = f"{least['tau_b']:.2f}".replace("-", "−")
    return f"{first}; the order of all themes changes most with “{least['variant']}” (tau-b {tau})."


@finding
def silent_themes(table: pd.DataFrame, *, unit: str) -> str:
    """Say which themes of the codebook no unit carries."""
    silent = list(table.loc[table["n_units"] == 0, "label"])
    if not silent:
        return "Every theme of the codebook is found."
    if len(silent) == len(table):
        return "No theme of the codebook is found."
    return f"No {unit} carries {listed(silent, last='or')}."


@finding
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
    where = f"the {count(led, 'section')}" if not rest else of_the(led, n_sections, "section")
    return f"{names} {do(len(leaders), 'lead')} {where}{rest}."


# Acts and named things

ACTS = ("commits", "offers", "asks", "proposes", "endorses", "opposes", "states")


@finding
def acts(table: pd.DataFrame, *, unit: str) -> str:
    """Say how many units commit, offer, ask and so on (table: acts)."""
    if table.empty:
        return "The codebook has no formulas of acts for this language."
    n = table["act"].value_counts()
    said = [f"{n[act]:,} {act if n[act] == 1 else act[:-1]}" for act in ACTS if act in n]
    return f"Of {count(len(table), unit)}, {listed(said)}."


@finding
def undertakings(table: pd.DataFrame, *, unit: str) -> str:
    """Say in how many units the issuer undertakes or offers something, alone or for both sides (table: acts)."""
    own = table[table["act"].isin(["commits", "offers"])]
    alone, joint = int((own["agent"] == "issuer").sum()), int((own["agent"] == "both").sum())
    if not alone + joint:
        return "The issuer commits to nothing and offers nothing."
    binds = f"{do(joint, 'bind')} both sides, by the issuer's word"
    if not alone:
        return f"{count(joint, unit)} {binds}; none the issuer alone."
    more = f"{joint:,} more {binds}" if joint else "none binds the other side with it"
    return f"In {count(alone, unit)} the issuer commits itself or offers to act; {more}."


@finding
def undertaken_themes(table: pd.DataFrame, *, unit: str) -> str:
    """Say which theme most commitments and offers carry (table: `crosstabs.themes_by_act`)."""
    own = table[table["act"].isin(["commits", "offers"])]
    base = int(own.drop_duplicates(["act"])["of_units"].sum())
    sums = own.groupby("label", sort=False)["n_units"].sum()
    if not base:
        return f"No {unit} commits or offers anything."
    top = list(sums.index[(sums == sums.max()) & (sums > 0)])
    those = f"the {count(base, unit)} that {'does' if base == 1 else 'do'} so"
    if not top:
        return f"None of {those} carries a theme."
    verb, each = ("is the theme", "") if len(top) == 1 else ("are the themes", "each ")
    return f"{listed(top)} {verb} on which most is undertaken or offered: {each}{int(sums.max()):,} of {those}."


@finding
def named(table: pd.DataFrame) -> str:
    """Say how many amounts, dates, initiatives and institutions are named; amounts are quoted (table: named)."""
    n = table["kind"].value_counts()
    said = [count(int(n[kind]), kind) for kind in ("amount", "date", "initiative", "institution") if kind in n]
    if not said:
        return "No amount, date, initiative or institution is named."
    amounts = [f"“{name}”" for name in dict.fromkeys(table.loc[table["kind"] == "amount", "name"])]
    quoted = f"; the {'amount is' if len(amounts) == 1 else 'amounts are'} {listed(amounts)}"
    return f"The text names {listed(said)}{quoted if 0 < len(amounts) < 6 else ''}."


# Terms


@finding
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


@finding
def compounds(table: pd.DataFrame) -> str:
    """Say which leading words also stand inside hyphenated ones (table: the head of frequencies)."""
    inside = table[table["n_inside_compounds"] > 0]
    if inside.empty:
        return "None of these words stands inside a hyphenated one."
    said = [f"“{word}” {n:,}" for word, n in zip(inside["type"], inside["n_inside_compounds"], strict=True)]
    return f"Also inside compounds, and not counted above: {listed(said)}."


@finding
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


@finding
def diversity(table: pd.DataFrame) -> str:
    """Say how varied the words are, by MATTR (table: `terms.diversity`)."""
    known = table.dropna(subset="mattr")
    if known.empty:
        return f"The text is shorter than {int(table['window'].iloc[0]):,} words: too short to say how varied they are."
    over = f" over {count(len(known), 'statement')}" if len(table) > 1 else ""
    words = f"{int(known['window'].iloc[0]):,} words in a row"
    return f"Of {words}, {percent(known['mattr'].mean())} are different ones on average{over}."


@finding
def dispersion(table: pd.DataFrame) -> str:
    """Say which of the leading words is spread most evenly over the sections, and which least (table: frequencies)."""
    known = table.dropna(subset="dp_norm")
    if len(known) < 2:
        return "There is no spread over sections to compare."
    ordered = known.sort_values(["dp_norm", "type"])
    if ordered["dp_norm"].iloc[0] == ordered["dp_norm"].iloc[-1]:
        return f"These words are all spread alike over the sections (DPnorm {ordered['dp_norm'].iloc[0]:.2f})."
    even, uneven = (f"“{row['type']}” (DPnorm {row['dp_norm']:.2f})" for _, row in ordered.iloc[[0, -1]].iterrows())
    return f"Of these words, {even} is spread most evenly over the sections and {uneven} least."
