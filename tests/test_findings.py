"""Findings: every branch of every sentence, with the words that its numbers call for."""

import pandas as pd
import pytest

from emphasis import coding, crosstabs, findings, measures, terms, wording


def about(n=1, **columns):
    """Return a table of statements with these values in the columns that sentences read."""
    known = {"statement_id": "s1", "actor": "", "issuer": "", "country": "", "date": "", "published": "", "genre": ""}
    known["title"] = ""
    sizes = {"n_tokens": 603, "n_units": 23, "n_sections": 6}
    return pd.DataFrame([known | sizes | columns] * n)


def averaged(n_units, *, of_units=20, low=None, high=None, rank=None, n_statements=1):
    """Return a table of `average`: themes A, B, … with these units, and bounds and ranks where they are given."""
    n = len(n_units)
    counts = pd.Series(n_units)
    bounds = measures.wilson(counts, [of_units] * n)
    ranks = counts.rank(method="min", ascending=False).astype("Int64")
    return pd.DataFrame(
        {
            "label": [chr(ord("A") + i) for i in range(n)],
            "n_units": counts,
            "of_units": of_units,
            "share_units": counts / of_units,
            "share_units_low": bounds[0] if low is None else low,
            "share_units_high": bounds[1] if high is None else high,
            "rank": ranks if rank is None else pd.array([pd.NA] * n, dtype="Int64"),
            "n_statements": n_statements,
        }
    )


def pairs(*is_apart):
    """Return the differences of theme A from B, C, …, and one of B from C, which tells nothing of A."""
    rows = [("A", chr(ord("B") + i), apart) for i, apart in enumerate(is_apart)]
    return pd.DataFrame([*rows, ("B", "C", True)], columns=["label", "other_label", "is_apart"])


ZERO = "outrank any other theme found: each difference could as well be zero."
FIRST = "other choices of method A stays first, alone or tied."


def sections(*counts):
    """Return a table of themes by section: one tuple a section, with the units of themes A, B, … in it."""
    rows = [("s1", number, chr(ord("A") + i), n) for number, own in enumerate(counts, 1) for i, n in enumerate(own)]
    table = pd.DataFrame(rows, columns=["statement_id", "section_id", "label", "n_units"])
    return table.assign(section_label="Point " + table["section_id"].astype(str))


# Words for numbers


@pytest.mark.parametrize(
    ("n", "said"), [(0, "no sentence"), (1, "1 sentence"), (2, "2 sentences"), (1200, "1,200 sentences")]
)
def test_counts_agree_with_their_noun(n, said):
    """None is "no", one is singular, thousands have a comma."""
    assert wording.count(n, "sentence") == said


def test_plurals():
    """The plural ends in s, es after a hiss, ies for a y after a consonant: genres are nouns that people write."""
    nouns = ("theme", "read-out", "country", "survey", "speech", "address")
    plurals = ["themes", "read-outs", "countries", "surveys", "speeches", "addresses"]
    assert [wording.plural(noun) for noun in nouns] == plurals


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_in_prose(words, said):
    """A list has commas, and `and` or another word before its last."""
    assert wording.listed(words) == said
    assert wording.listed(words, last="or") == said.replace(" and ", " or ")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (1 / 5000, "<1%"), (1 / 200, "<1%"), (0.01, "1%"), (9 / 23, "39%"), (199 / 200, ">99%"), (1, "100%")],
)
def test_per_cents(share, said):
    """Only none reads as 0% and only all as 100%."""
    assert wording.percent(share) == said


def test_days():
    """A date is read as people write it; what is no date stays."""
    said = [wording.day(moment) for moment in ("2025-05-03", "2025-05-13T23:00+08:00", "May 2025", "")]
    assert said == ["3 May 2025", "13 May 2025", "May 2025", ""]


# A finding


def test_a_finding_is_text_with_an_id():
    """A finding is its sentence wherever text is wanted, and names its function in a notebook's output."""
    said = findings.title_themes(["Peace"], n_titles=1)
    assert said == "The title carries Peace; titles count in no share."
    assert (said.finding_id, repr(said)) == ("title_themes", str(said))
    data, metadata = said._repr_mimebundle_()
    assert data == {"text/plain": str(said), "text/html": f"<blockquote>{said}</blockquote>"}
    assert "&lt;b&gt;" in findings.title_themes(["<b>"], n_titles=1)._repr_mimebundle_()[0]["text/html"]
    assert metadata == {"emphasis": {"finding": "title_themes"}}


def test_a_quoted_text_cannot_turn_a_finding():
    """Marks that set the direction of writing are left out of a finding, so that no number reads backwards."""
    said = findings.title_themes(["Peace\u202e 32\u2066"], n_titles=1)
    assert said == "The title carries Peace 32; titles count in no share."


# Whose text, how long


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"actor": "Wang Yi", "date": "2025-05-13", "genre": "read-out"}, "Source: Wang Yi, read-out of 13 May 2025."),
        (
            {"issuer": "An office", "published": "2025-05-13T23:00+08:00"},
            "Source: An office, statement of 13 May 2025.",
        ),
        ({"actor": "Wang Yi", "issuer": "An office", "country": "CHN"}, "Source: An office (CHN), statement."),
        ({}, "Source: s1, statement."),
        ({"date": "2025-05-13", "published": "2025-05-14"}, "Source: s1, statement of 13 May 2025."),
        ({"date": "2025", "title": "Talks"}, "Source: s1, statement of 2025."),
    ],
)
def test_source_line(columns, said):
    """The source is the issuer, else the actor, else the id, with the day of the occasion, else of publication."""
    assert findings.source_line(about(**columns)) == said


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ("ab", "Source: 2 read-outs: a and b."),
        ("abc", "Source: 3 read-outs: a, b and c."),
        ("abcd", "Source: 4 read-outs: a, b, c and others."),
    ],
)
def test_source_line_of_several(ids, said):
    """Of several texts the source is their number and the ids of the first three."""
    assert findings.source_line(about(len(ids), genre="read-out").assign(statement_id=list(ids))) == said


def test_source_line_of_mixed_genres():
    """Texts of several genres are statements."""
    mixed = pd.concat([about(genre="read-out"), about(genre="letter")], ignore_index=True)
    assert findings.source_line(mixed) == "Source: 2 statements: s1 and s1."


@pytest.mark.parametrize(
    ("columns", "unit", "said"),
    [
        (
            {"title": "On P", "genre": "read-out", "date": "2025-05-13", "issuer": "Ministry", "country": "CHN"},
            "sentence",
            "The read-out “On P” of 13 May 2025, published by the Ministry (CHN), holds 603 words, 23 sentences and "
            "6 sections.",
        ),
        (
            {"published": "2025-05-14T23:00+08:00", "issuer": "The Office", "country": ""},
            "paragraph",
            "The statement of 14 May 2025, published by The Office, holds 603 words, 23 paragraphs and 6 sections.",
        ),
        (
            {"country": "CHN", "n_tokens": 1, "n_units": 1, "n_sections": 1},
            "section",
            "The statement holds 1 word and 1 section.",
        ),
        (
            {"issuer": "France", "country": "FRA"},
            "sentence",
            "The statement, published by France (FRA), holds 603 words, 23 sentences and 6 sections.",
        ),
        (
            {"issuer": "Wang Yi"},
            "sentence",
            "The statement, published by Wang Yi, holds 603 words, 23 sentences and 6 sections.",
        ),
        (
            {"issuer": "Government of Chile"},
            "sentence",
            "The statement, published by the Government of Chile, holds 603 words, 23 sentences and 6 sections.",
        ),
        ({"n": 2}, "sentence", "The 2 statements together hold 1,206 words, 46 sentences and 12 sections."),
    ],
)
def test_identity(columns, unit, said):
    """Who published what and when, and its size: only offices have an article; several texts are summed."""
    assert findings.identity(about(**columns), unit=unit) == said


@pytest.mark.parametrize(
    ("n_tokens", "said"),
    [
        ([7], "The one sentence has 7 words."),
        ([1], "The one sentence has 1 word."),
        ([3, 4], "The longest sentence has 4 words, the shortest 3; half of them have 3.5 or fewer."),
        ([3, 5, 1200], "The longest sentence has 1,200 words, the shortest 3; half of them have 5 or fewer."),
    ],
)
def test_lengths(n_tokens, said):
    """One unit, units of one length, and units from the shortest to the longest."""
    assert findings.lengths(pd.DataFrame({"n_tokens": n_tokens}), unit="sentence") == said


# Themes


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((4, 5, 1), "Of 10 sentences, 5 carry one theme, 1 carries several and 4 carry none."),
        ((1, 1, 0), "Of 2 sentences, 1 carries one theme and 1 carries none."),
        ((0, 3, 2), "Of 5 sentences, 3 carry one theme and 2 carry several; none is left uncoded."),
        ((0, 1, 0), "Of 1 sentence, 1 carries one theme; none is left uncoded."),
        ((3, 0, 0), "None of the 3 sentences carries a theme of the codebook."),
        ((1, 0, 0), "None of the 1 sentence carries a theme of the codebook."),
    ],
)
def test_themes_per_unit(counts, said):
    """How many units carry one theme, several, none; where none is uncoded, or all are, that is said."""
    table = pd.DataFrame({"themes": ["none", "one", "several"], "n_units": counts, "of_units": sum(counts)})
    assert findings.themes_per_unit(table, unit="sentence") == said


@pytest.mark.parametrize(("labels", "said"), [([], "no theme"), (["A"], "A"), (["A", "B"], "A and B")])
def test_title_themes(labels, said):
    """The titles' themes are listed, and are said to count nowhere."""
    assert findings.title_themes(labels, n_titles=1) == f"The title carries {said}; titles count in no share."
    assert findings.title_themes(labels, n_titles=1200) == f"The 1,200 titles carry {said}; titles count in no share."


def test_no_title():
    """Where there is no title it is not said to carry no theme."""
    assert findings.title_themes([], n_titles=0) == "There is no title."


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([(0, 0), (0, 0)], "No theme is found in any section."),
        ([(2, 1, 0)], "The text is one section; it carries 2 themes."),
        ([(1, 0)], "The text is one section; it carries 1 theme."),
        ([(1, 1, 0), (1, 0, 0)], "A appears in every section; 1 of the 2 themes found keeps to a single one."),
        ([(1, 1, 0), (1, 1, 0)], "A and B appear in every section; none of the 2 themes found keeps to a single one."),
        ([(1, 0), (0, 1)], "No theme appears in every section; all 2 themes found keep to a single one."),
        ([(1, 0), (0, 0)], "No theme appears in every section; the one theme found keeps to a single one."),
        (
            [(1, 1), (1, 1), (0, 0)],
            "No theme appears in every section; none of the 2 themes found keeps to a single one.",
        ),
    ],
)
def test_spread(counts, said):
    """Which themes stand in every section, and how many in one only."""
    assert findings.spread(sections(*counts)) == said


def test_spread_over_several_statements():
    """Sections of several statements are told apart by statement and number."""
    table = pd.concat([sections((1, 0)), sections((1, 1)).assign(statement_id="s2")], ignore_index=True)
    assert findings.spread(table) == "A appears in every section; 1 of the 2 themes found keeps to a single one."


OVER_TWO = "of sentences on average over 2 statements."
TOO_FEW_AND_TIED = "Too few sentences to rank themes: A and B take each 5 of 9 sentences."


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (averaged([0, 0]), "No theme of the codebook is found in 20 sentences."),
        (averaged([9, 2]), "A is the most frequent theme: 9 of 20 sentences (45%, 95% interval 26% to 66%)."),
        (
            averaged([9, 9, 2]),
            "A and B tie as the most frequent themes: each 9 of 20 sentences (45%, 95% interval 26% to 66%).",
        ),
        (averaged([5, 2], of_units=9, rank=False), "Too few sentences to rank themes: A takes 5 of 9 sentences."),
        (averaged([5, 5], of_units=9, rank=False), TOO_FEW_AND_TIED),
        (averaged([1], of_units=1, rank=False), "Too few sentences to rank themes: A takes 1 of 1 sentence."),
        (averaged([0], of_units=1, rank=False), "No theme of the codebook is found in 1 sentence."),
        (averaged([4, 2], n_statements=2), f"A is the most frequent theme: 20% {OVER_TWO}"),
        (averaged([4, 4, 2], n_statements=2), f"A and B tie as the most frequent themes: each 20% {OVER_TWO}"),
        (
            averaged([4, 2], n_statements=2, rank=False),
            "Some statements have too few sentences to rank themes: A takes 4 of 20 sentences.",
        ),
        (averaged([0, 0], n_statements=2), "No theme of the codebook is found in 20 sentences."),
    ],
)
def test_leading_themes(table, said):
    """One leader with base and interval, or with the mean of several statements, a tie, none, too few units to rank."""
    assert findings.leading_themes(table, pairs(True, False), unit="sentence") == said


def test_a_leader_that_cannot_be_told_apart():
    """Where no other theme found can be told apart from the leader, the sentence on the leader says so."""
    said = findings.leading_themes(averaged([9, 8, 0]), pairs(False, True), unit="sentence")
    assert said.endswith("(45%, 95% interval 26% to 66%), but it cannot be told apart from any other theme found.")
    tie = findings.leading_themes(averaged([9, 9]), pairs(False), unit="sentence")
    assert tie.endswith("interval 26% to 66%).")


FEWER_THAN_TWO = "Fewer than two themes are found: there is no order to be sure of."
NO_INTERVAL = "The mean of several statements has no interval here: their order is described, not tested."
NONE = [None, None]


@pytest.mark.parametrize(
    ("table", "is_apart", "said"),
    [
        (averaged([0, 0]), [], FEWER_THAN_TWO),
        (averaged([3, 0]), [True], FEWER_THAN_TWO),
        (averaged([3, 0], of_units=9, rank=False), [], FEWER_THAN_TWO),
        (averaged([5, 2], of_units=9, rank=False), [], "The text is too short for themes to be ranked."),
        (
            averaged([5, 2], of_units=9, rank=False, n_statements=2),
            [],
            "Some statements are too short for themes to be ranked.",
        ),
        (averaged([5, 2], low=NONE, high=NONE, n_statements=2), [True], NO_INTERVAL),
        (averaged([19, 2, 1]), [True, True], "A ranks apart from every other theme found."),
        (averaged([9, 8, 0]), [False, True], f"A is not sure to {ZERO}"),
        (
            averaged([14, 12, 2, 1, 0]),
            [False, True, True, True],
            "A ranks apart from 2 of the 3 other themes found; from B it is not distinguishable.",
        ),
        (
            averaged([14, 12, 11, 1]),
            [False, False, True],
            "A ranks apart from 1 of the 3 other themes found; from B and C it is not distinguishable.",
        ),
    ],
)
def test_certainty(table, is_apart, said):
    """The leader is told apart from all, some or no theme found; without themes, ranks or intervals that is said."""
    assert findings.certainty(table, pairs(*is_apart)) == said


def test_the_share_without_a_section():
    """The range of the leader's share, of one section none, of several statements or no theme where it stands."""
    one = averaged([9, 5]).assign(statement_id="s1", share_units_min=[0.25, None], share_units_max=[0.6, None])
    said = "With each section in turn left out, the share of A lies between 25% and 60%."
    assert findings.without_a_section(one) == said
    whole = one.assign(share_units_min=None)
    assert findings.without_a_section(whole) == "The text is one section, which cannot be left out."
    in_table = "The table gives each theme's range when each section of its statement in turn is left out."
    assert findings.without_a_section(one.assign(statement_id=["s1", "s2"])) == in_table
    assert findings.without_a_section(one.assign(n_units=0)) == "No theme is found whose share could move."


def tried(default, **variants):
    """Return a table of sensitivity: the ranks of themes A, B, … by default and under variants, each with its tau-b."""
    rows = []
    for variant, (ranks, tau) in {"default": (default, 1.0), **variants}.items():
        choice = "default" if variant == "default" else "measure"
        rows += [(choice, variant, chr(ord("A") + i), rank, rank, tau) for i, rank in enumerate(ranks)]
    columns = ["choice", "variant", "label", "rank_best", "rank_worst", "tau_b"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (tried([]), "There is no order of themes to try under other choices."),
        (tried([1, 2]), "There is no order of themes to try under other choices."),
        (tried([1, 2], words=([1, 2], 1.0), rest=([1, 2], 1.0)), f"Under all 2 {FIRST}"),
        (
            tried([1, 2, 3], words=([2, 1, 3], 1 / 3), rest=([1, 3, 2], 1 / 3), unit=([None, 1, 2], 1.0)),
            "With “words” B leads (A: rank 2); under 1 of the 2 other choices of method A stays first, alone or tied.",
        ),
        (
            tried([1, 2], words=([2, 1], -1.0), rest=([2, 1], -1.0)),
            "With “words” B leads (A: rank 2); with “rest” B leads (A: rank 2); "
            "under none of the 2 other choices of method A stays first, alone or tied.",
        ),
        (
            tried([1, 2], words=([1, 2], 1.0)).assign(rank_worst=[1, 2, 3, 2]),
            "With “words” A falls to rank 3 at worst; "
            "under none of the 1 other choice of method A stays first, alone or tied.",
        ),
        (
            tried([1, 1], words=([2, 1], 0.0)),
            "A and B share the first place; under other choices of method see the chart.",
        ),
    ],
)
def test_sensitivity(table, said):
    """Whether the leader stays first, and under which choices it does not; none where there is no order."""
    assert findings.sensitivity(table) == said


@pytest.mark.parametrize(
    ("n_units", "said"),
    [
        ([2, 1], "Every theme of the codebook is found."),
        ([2, 0], "No sentence carries B."),
        ([2, 0, 0, 0], "No sentence carries B, C or D."),
        ([0, 0], "No theme of the codebook is found."),
    ],
)
def test_silent_themes(n_units, said):
    """Which themes no unit carries: none, one, several, all."""
    assert findings.silent_themes(averaged(n_units), unit="sentence") == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([(0, 0), (0, 0)], "No section has a leading theme."),
        ([(2, 1), (1, 0)], "A leads the 2 sections."),
        ([(2, 1)], "A leads the one section."),
        ([(2, 1), (0, 1)], "Each of the 2 sections is led by another theme: Point 1 by A and Point 2 by B."),
        ([(2, 1), (0, 1), (1, 0)], "2 different themes lead the 3 sections."),
        ([(1, 1)], "2 different themes lead the one section."),
        ([(2, 1), (0, 0)], "A leads 1 of the 2 sections; the other carries none."),
        ([(2, 1), (0, 0), (0, 0)], "A leads 1 of the 3 sections; the rest carry none."),
        ([(2, 1), (0, 1), (0, 0)], "2 different themes lead 2 of the 3 sections; the other carries none."),
    ],
)
def test_section_leaders(counts, said):
    """How many themes lead the sections, ties included, and how many sections carry none."""
    assert findings.section_leaders(sections(*counts)) == said


def test_diversity():
    """How varied the words are, of several statements on average; a short text is too short."""
    table = pd.DataFrame({"mattr": [0.76, 0.5], "window": 50})
    assert findings.diversity(table[:1]) == "Of 50 words in a row, 76% are different ones on average."
    several = "Of 50 words in a row, 63% are different ones on average over 2 statements."
    assert findings.diversity(table) == several
    short = "The text is shorter than 50 words: too short to say how varied they are."
    assert findings.diversity(table.assign(mattr=None)) == short


def test_dispersion():
    """The most even and the least even of the words, all alike, and no sections to compare."""
    table = pd.DataFrame({"type": ["a", "b", "c"], "dp_norm": [0.5, 0.125, None]})
    table["written"] = table["type"]
    said = "Of these words, “b” (DPnorm 0.12) is spread most evenly over the sections and “a” (DPnorm 0.50) least."
    assert findings.dispersion(table) == said
    alike = "These words are all spread alike over the sections (DPnorm 0.25)."
    assert findings.dispersion(table.assign(dp_norm=0.25)) == alike
    assert findings.dispersion(table[2:]) == "There is no spread over sections to compare."


# From text to sentence


def test_sentences_fit_the_tables_that_are_made(divide, book):
    """Each sentence reads the table that its measure really makes, here of two statements with three units each."""
    divided = divide("Peace now.\n\nTrade now. Rest.", "Peace. Peace. The pro-peace peace.", genre="read-out", **BARE)
    made = book({"order": ["peace"], "money": ["trade"], "health": ["vaccine"]})
    coded = coding.code(divided, made)
    table = measures.average(measures.emphasis(divided, coded, made))
    said = [
        findings.identity(divided.statements, unit="sentence"),
        findings.lengths(divided.units, unit="sentence"),
        findings.themes_per_unit(crosstabs.themes_per_unit(divided, coded), unit="sentence"),
        findings.leading_themes(table, measures.differences(divided, coded, made), unit="sentence"),
        findings.certainty(table, measures.differences(divided, coded, made)),
        findings.silent_themes(table, unit="sentence"),
        findings.spread(crosstabs.themes_by_section(divided, coded, made)),
        findings.section_leaders(crosstabs.themes_by_section(divided, coded, made)),
        findings.leading_terms(terms.frequencies(divided)),
        findings.compounds(terms.frequencies(divided)),
        findings.leading_phrases(terms.ngrams(divided)),
    ]
    assert said == [
        "The 2 read-outs together hold 10 words, 6 sentences and 3 sections.",
        "The longest sentence has 3 words, the shortest 1; half of them have 1.5 or fewer.",
        "Of 6 sentences, 5 carry one theme and 1 carries none.",
        "Some statements have too few sentences to rank themes: Order takes 4 of 6 sentences.",
        "Some statements are too short for themes to be ranked.",
        "No sentence carries Health.",
        "No theme appears in every section; 1 of the 2 themes found keeps to a single one.",
        "2 different themes lead the 3 sections.",
        "Stop words aside, “peace” is the commonest word: 4 times, 400 in 1,000 words.",
        "Inside compounds, counted with these and not here: “peace” 1.",
        "No phrase of two or more words recurs.",
    ]


BARE = dict.fromkeys(("actor", "issuer", "country", "date", "published"), "")


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["a"], "The codebook's rules were built on this text among others (in-sample): they may fit it too well."),
        (["b"], "The codebook was not written with this text in view."),
        *(
            (ids, f"The codebook's rules were built on {some} among others (in-sample): they may fit too well.")
            for ids, some in ((["a", "b"], "1 of the 2 statements"), (["a", "c"], "all 2 statements"))
        ),
    ],
)
def test_in_sample(ids, said):
    """A study says whether the patterns were written with its statements in view."""
    assert findings.in_sample(pd.DataFrame({"statement_id": ids}), ["a", "c"]) == said
