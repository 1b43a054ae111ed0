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
    country = f" ({row['country']})" if row["country"] and row["issuer"] else ""
    return f"Source: {row['issuer'] or row['actor'] or row['statement_id']}{country}, {kind}."


@finding
def identity(statements: pd.DataFrame, *, unit: str) -> str:
    """Say who published the text and when, and how long it is (table: statements of segments)."""
    sums = {"word": "n_tokens", unit: "n_units", "section": "n_sections"}
    size = listed([count(int(statements[column].sum()), noun) for noun, column in sums.items()])
    if len(statements) > 1:
        return f"The {count(len(statements), _noun(statements))} together hold {size}."
    row = statements.iloc[0]
    title = f" “{row['title']}”" if row["title"] else ""
    on = f" of {day(row['date'] or row['published'])}" if row["date"] or row["published"] else ""
    country = f" ({row['country']})" if row["country"] else ""
    by = f", published by {the(row['issuer'])}{country}," if row["issuer"] else ""
    return f"The {_noun(statements)}{title}{on}{by} holds {size}."


@finding
def lengths(units: pd.DataFrame, *, unit: str) -> str:
    """Say how long the units are: the longest, the shortest, the middle."""
    n = units["n_tokens"]
    if len(n) == 1:
        return f"The one {unit} has {count(int(n.iloc[0]), 'word')}."
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
        return f"The codebook was not written with {'this text' if n == 1 else 'these texts'} in view."
    if n == 1:
        return "The codebook's rules were built on this text among others (in-sample): they may fit it too well."
    some = of_the(seen, n, "statement")
    return f"The codebook's rules were built on {some} among others (in-sample): they may fit too well."


@finding
def title_themes(labels: Sequence[str], *, n_titles: int) -> str:
    """Say which themes the titles carry; they are coded apart and count in no share."""
    if n_titles == 0:
        return "There is no title."
    titles = "The title carries" if n_titles == 1 else f"The {n_titles:,} titles carry"
    return f"{titles} {listed(list(labels)) or 'no theme'}; titles count in no share."


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
def leading_themes(table: pd.DataFrame, differences: pd.DataFrame, *, unit: str) -> str:
    """Say which theme takes the largest share, with base and interval, and whether others can be told apart from it.

    The tables are those of `measures.average` and `differences`. A tie is called one, and no theme leads in a text of
    fewer units than are ranked.
    """
    top = table[(table["share_units"] == table["share_units"].max()) & (table["n_units"] > 0)]
    base = count(int(table["of_units"].iloc[0]), unit)
    if top.empty:
        return f"No theme of the codebook is found in {base}."
    row, names = top.iloc[0], listed(list(top["label"]))
    each = "" if len(top) == 1 else "each "
    if pd.isna(row["rank"]):
        most = f"{names} {do(len(top), 'take')} {each}{row['n_units']:,} of {base}"
        few = "Too few" if row["n_statements"] == 1 else "Some statements have too few"
        return f"{few} {plural(unit)} to rank themes: {most}."
    verb = "is the most frequent theme" if len(top) == 1 else "tie as the most frequent themes"
    if row["n_statements"] > 1:
        over = f"on average over {count(int(row['n_statements']), 'statement')}"
        return f"{names} {verb}: {each}{percent(row['share_units'])} of {plural(unit)} {over}."
    band = f"95% interval {percent(row['share_units_low'])} to {percent(row['share_units_high'])}"
    pairs = _pairs(row["label"], table, differences)
    is_alone = len(top) == 1 and len(pairs) > 0 and not pairs["is_apart"].any()
    alone = ", but it cannot be told apart from any other theme found" * is_alone
    return f"{names} {verb}: {each}{row['n_units']:,} of {base} ({percent(row['share_units'])}, {band}){alone}."


def _pairs(label: str, table: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Return the differences of a theme from the other themes that are found."""
    found = table.loc[table["n_units"] > 0, "label"]
    return differences[(differences["label"] == label) & differences["other_label"].isin(found)]


@finding
def certainty(table: pd.DataFrame, differences: pd.DataFrame) -> str:
    """Say from which themes the most frequent can be told apart (tables: `measures.average` and `differences`)."""
    seen = table[table["n_units"] > 0]
    if len(seen) < 2:
        return "Fewer than two themes are found: there is no order to be sure of."
    if seen["rank"].isna().any():
        texts = "The text is" if seen["n_statements"].iloc[0] == 1 else "Some statements are"
        return f"{texts} too short for themes to be ranked."
    if seen["n_statements"].iloc[0] > 1:
        return "The mean of several statements has no interval here: their order is described, not tested."
    leader = seen["label"].iloc[0]
    pairs = _pairs(leader, table, differences)
    alike = list(pairs.loc[~pairs["is_apart"], "other_label"])
    if not alike:
        return f"{leader} ranks apart from every other theme found."
    if len(alike) == len(pairs):
        return f"{leader} is not sure to outrank any other theme found: each difference could as well be zero."
    apart = of_the(len(pairs) - len(alike), len(pairs), "other theme")
    return f"{leader} ranks apart from {apart} found; from {listed(alike)} it is not distinguishable."


@finding
def without_a_section(table: pd.DataFrame) -> str:
    """Say how far the share of the most frequent theme moves when one section is left out (table: emphasis)."""
    seen = table[table["n_units"] > 0]
    if seen.empty:
        return "No theme is found whose share could move."
    if table["statement_id"].nunique() > 1:
        return "The table gives each theme's range when each section of its statement in turn is left out."
    row = seen.iloc[0]
    if pd.isna(row["share_units_min"]):
        return "The text is one section, which cannot be left out."
    low, high = percent(row["share_units_min"]), percent(row["share_units_max"])
    if row["share_units_min"] == 0:
        n, label = int(row["n_units"]), row["label"]
        if n == 1:
            return f"The one unit that carries {label} stands in a single section."
        return f"All {n:,} units that carry {label} stand in a single section."
    return f"With each section in turn left out, the share of {row['label']} lies between {low} and {high}."


@finding
def sensitivity(table: pd.DataFrame) -> str:
    """Say whether the most frequent theme stays first under other choices (table: `sensitivity.sensitivity`)."""
    default, others = table[table["choice"] == "default"], table[table["choice"] != "default"]
    leaders = list(default.loc[default["rank_best"] == 1, "label"])
    if not leaders or others.empty:
        return "There is no order of themes to try under other choices."
    if len(leaders) > 1:
        return f"{listed(leaders)} share the first place; under other choices of method see the chart."
    leader, own = leaders[0], others[(others["label"] == leaders[0]) & others["rank_worst"].notna()]
    moved = own[own["rank_worst"] > 1]
    lost = [_loss(row, others[others["variant"] == row["variant"]]) for _, row in moved.iterrows()]
    kept = of_the(len(own) - len(moved), len(own), "other choice")
    stays = f"under {kept} of method {leader} stays first, alone or tied."
    return f"With {'; with '.join(lost)}; {stays}" if lost else f"{stays[0].upper()}{stays[1:]}"


def _loss(row: pd.Series, variant: pd.DataFrame) -> str:
    """Say who leads where the leader does not, or how far it falls where that depends."""
    rank = f"rank {row['rank_worst']:.0f}"
    if row["rank_best"] == 1:
        return f"“{row['variant']}” {row['label']} falls to {rank} at worst"
    first = list(variant.loc[variant["rank_best"] == 1, "label"])
    return f"“{row['variant']}” {listed(first)} {do(len(first), 'lead')} ({row['label']}: {rank})"


@finding
def silent_themes(table: pd.DataFrame, *, unit: str) -> str:
    """Say which themes of the codebook no unit carries."""
    silent = list(table.loc[table["n_units"] == 0, "label"])
    if not silent:
        return "Every theme of the codebook is found."
    if len(silent) == len(table):
        return "No theme of the codebook is found."
    return f"No {unit} carries {listed(silent, last='or')}."


FEW_SECTIONS = 8  # so many are named, more are counted


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
    if 1 < led == n_sections == len(leaders) == len(top) <= FEW_SECTIONS:
        said = [f"{row['section_label']} by {row['label']}" for _, row in top.sort_values(keys).iterrows()]
        return f"Each of the {n_sections:,} sections is led by another theme: {listed(said)}."
    names = leaders[0] if len(leaders) == 1 else f"{len(leaders):,} different themes"
    rest = "" if led == n_sections else "; the rest carry none" if n_sections - led > 1 else "; the other carries none"
    where = of_the(led, n_sections, "section").replace("all", "the")
    return f"{names} {do(len(leaders), 'lead')} {where}{rest}."


# Terms


@finding
def leading_terms(table: pd.DataFrame) -> str:
    """Say which word is commonest when stop words are left out (table: frequencies)."""
    content = table[~table["is_stop_word"]]
    if content.empty:
        return "Nothing but stop words is found."
    top = content[content["n"] == content["n"].iloc[0]]
    row, words = top.iloc[0], [f"“{word}”" for word in top["written"]]
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
    said = [f"“{word}” {n:,}" for word, n in zip(inside["written"], inside["n_inside_compounds"], strict=True)]
    return f"Inside compounds, counted with these and not here: {listed(said)}."


@finding
def leading_phrases(table: pd.DataFrame) -> str:
    """Say which phrase recurs most (table: n-grams)."""
    if table.empty:
        return "No phrase of two or more words recurs."
    row = table.iloc[0]
    tied, times = int((table["n"] == row["n"]).sum()), count(int(row["n"]), "time")
    if tied > 1:
        said = "the longest is" if row["size"] > table["size"].iloc[1] else "among them"
        return f"{tied:,} phrases recur most, each {times}; {said} “{row['written']}”."
    return f"The commonest phrase is “{row['written']}”: {times}, in {count(int(row['n_sections']), 'section')}."


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
    even, uneven = (f"“{row['written']}” (DPnorm {row['dp_norm']:.2f})" for _, row in ordered.iloc[[0, -1]].iterrows())
    return f"Of these words, {even} is spread most evenly over the sections and {uneven} least."
