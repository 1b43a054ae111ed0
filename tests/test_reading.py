"""The statement as one reads it: all of its words, marks that say what the evidence says, nothing that runs."""

import re
from html import escape, unescape

import pandas as pd
import pytest
import reference
from hypothesis import given
from lxml.html import fragment_fromstring

from emphasis import coding, reading
from emphasis.errors import InputError

HOSTILE = "<script>alert('peace')</script> & <b>trade</b> \"x\" &lt;i&gt;. Peace <img src=x onerror=alert(1)> now."
TAGS = {"bdi", "p", "small", "em", "mark", "sup", "h3", "strong"}


def elements(shown, *names):
    """Return the text of each element with one of these names, in order."""
    page = fragment_fromstring(shown.html, create_parent=True)
    return [element.text_content() for element in page.iter(*names)]


def paragraphs(shown):
    """Return what stands between the tags of each paragraph of HTML, without numbers and notes of themes."""
    bodies = re.findall(
        r"<p><small>\d+</small> <bdi>(.*?)</bdi> <small><em>.*?</em></small></p>", shown.html, flags=re.DOTALL
    )
    return [unescape(re.sub(r"<sup>[\d, ]+</sup>|</?mark>", "", body)) for body in bodies]


@pytest.fixture(scope="module")
def mixed(divide, book):
    """A short text with its coding: nested, adjacent and overlapping matches of three themes."""
    divided = divide("Global trade war. Trade peace. Peace! China waits.")
    made = book({"money": ["trade", "global trade"], "order": ["trade war", "peace"], "war": ["war"]})
    return divided, coding.code(divided, made), made


# Marks


def test_marks_by_hand(mixed):
    """Matches that overlap are one mark with the numbers of their themes; each unit says its themes, or uncoded."""
    shown = reading.marked(*mixed)
    assert shown.text.split("\n") == [
        "Legend. 1 Money · 2 Order · 3 War",
        "",
        "Paragraph 1",
        "  1 Global trade war(1, 2, 3). [Money, Order, War]",
        "  2 Trade(1) peace(2). [Money, Order]",
        "  3 Peace(2)! [Order]",
        "  4 China waits. [uncoded]",
    ]
    assert "<mark>Trade</mark><sup>1</sup> <mark>peace</mark><sup>2</sup>." in shown.html
    assert elements(shown, "p")[0] == "Legend. 1 Money · 2 Order · 3 War"
    assert elements(shown, "h3") == ["Paragraph 1"]


def test_every_mark_is_evidence(seed_segments, seed_coding, diplomacy):
    """The seed's marks, in order, are its matches where these are joined as far as they overlap, with their themes."""
    numbers = {theme: number for number, theme in enumerate(diplomacy.themes, start=1)}
    runs = []
    for row in seed_coding.evidence.itertuples():
        if runs and row.start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], row.end), runs[-1][2] | {numbers[row.theme]})
        else:
            runs.append((row.start, row.end, {numbers[row.theme]}))
    text = seed_segments.statements["text"][0]
    expected = [(text[a:b], ", ".join(str(n) for n in sorted(themes))) for a, b, themes in runs]
    shown = reading.marked(seed_segments, seed_coding, diplomacy)
    found = re.findall(r"<mark>(.*?)</mark><sup>([\d, ]+)</sup>", shown.html, flags=re.DOTALL)
    assert [(unescape(words), note) for words, note in found] == expected


def test_every_unit_says_its_themes(seed_segments, seed_coding, diplomacy):
    """Behind each unit of the seed stand the labels of its codings, in the codebook's order."""
    said = re.findall(r"<em>\[(.*?)\]</em>", reading.marked(seed_segments, seed_coding, diplomacy).html)
    own = (
        seed_coding.codings.groupby("unit_id")["theme"]
        .agg(lambda t: ", ".join(diplomacy.labels[x] for x in t))
        .to_dict()
    )
    assert said == [own.get(unit_id, "uncoded") for unit_id in seed_segments.units["unit_id"]]


def test_nothing_found(divide, book):
    """Where no pattern is found nothing is marked, and every unit is uncoded."""
    divided, made = divide("We wait."), book({"order": ["peace"]})
    shown = reading.marked(divided, coding.code(divided, made), made)
    assert "<mark>" not in shown.html
    assert shown.text.endswith("  1 We wait. [uncoded]")


# The text is wholly there


@given(reference.corpora, reference.codebooks)
def test_no_word_is_lost(look_up, book, corpus, themes):
    """Without its marks each paragraph is the text of its unit, character by character."""
    divided, coded = look_up(corpus, themes)
    shown = reading.marked(divided, coded, book(themes))
    assert paragraphs(shown) == divided.units["text"].tolist()


def test_the_plain_seed(seed_segments):
    """The seed reads section by section, its units numbered, nothing marked."""
    shown = reading.plain(seed_segments)
    lines = [line for line in shown.text.split("\n") if line]
    labels = seed_segments.sections["label"].tolist()
    assert [line for line in lines if line in labels] == labels
    numbered = [f"{n:>3} {text}" for n, text in enumerate(seed_segments.units["text"], start=1)]
    assert [line for line in lines if line not in labels] == numbered
    assert "<mark>" not in shown.html
    assert elements(shown, "h3") == labels


def test_both_forms_are_given(seed_segments):
    """A notebook gets the HTML and the same as text."""
    shown = reading.plain(seed_segments)
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.text}


def test_several_statements_are_told_apart(divide, book):
    """Each of several statements begins with its id, above its sections; of one no id is shown."""
    divided = divide("Peace.\n\nTrade.", "War.")
    made = book({"order": ["peace"]})
    for shown in (reading.plain(divided), reading.marked(divided, coding.code(divided, made), made)):
        assert elements(shown, "h3", "h4") == ["s1", "Paragraph 1", "Paragraph 2", "s2", "Paragraph 1"]
        assert elements(shown, "h3") == ["s1", "s2"]
        lines = [line for line in shown.text.split("\n") if line and not line.startswith((" ", "Legend"))]
        assert lines == ["s1", "Paragraph 1", "Paragraph 2", "s2", "Paragraph 1"]
    assert elements(reading.plain(divide("Peace.")), "h3", "h4") == ["Paragraph 1"]


# Hostile text


def test_hostile_text_is_shown_and_never_run(divide, book):
    """Markup in a statement, its sections or a theme's label is escaped: the only tags are ours."""
    divided = divide(f"<b>One</b>\n{HOSTILE}\n<i>Two</i>\nPeace.")
    made = book({"order": ["peace", "b trade b"], "money": ["trade"]})
    labelled = made.model_copy(
        update={"themes": {k: v.model_copy(update={"label": f"<u>{k}&"}) for k, v in made.themes.items()}}
    )
    coded = coding.code(divided, labelled)
    shown = reading.marked(divided, coded, labelled)
    assert {element.tag for element in fragment_fromstring(shown.html, create_parent="p").iter()} <= TAGS
    assert "<mark>b&gt;trade&lt;/b</mark>" in shown.html
    assert paragraphs(shown) == divided.units["text"].tolist()
    assert "2 &lt;u&gt;money&amp;" in shown.html


def test_hostile_tables(divide):
    """Cells and heads of tables are escaped too, and long ones are not cut."""
    shown = reading.table(pd.DataFrame({"text": [HOSTILE * 5]}), {"text": "<b>words</b>"})
    assert "<script>" not in shown.html
    assert "<b>" not in shown.html
    assert HOSTILE * 5 in unescape(shown.html)
    assert escape("<b>words</b>") in shown.html
    assert HOSTILE * 5 in shown.text


# Units and their themes as a table


def test_themes_of_units(mixed):
    """One row a unit: its labels, and the words by theme, each once; both empty where it carries none."""
    table = reading.themes_of_units(*mixed)
    assert table[["unit_id", "themes", "evidence"]].to_numpy().tolist() == [
        [1, "Money, Order, War", "Money: Global trade; Order: trade war; War: war"],
        [2, "Money, Order", "Money: Trade; Order: peace"],
        [3, "Order", "Order: Peace"],
        [4, "", ""],
    ]


def test_themes_of_units_where_nothing_is_found(divide, book):
    """Where no pattern is found each unit has its row, without themes."""
    divided, made = divide("We wait. They wait."), book({"order": ["peace"]})
    table = reading.themes_of_units(divided, coding.code(divided, made), made)
    assert table[["themes", "evidence"]].to_numpy().tolist() == [["", ""], ["", ""]]


# Tables for people


def test_values_for_people():
    """Shares are per cent, thousands have commas, small numbers two decimals and large ones one, what misses a dash."""
    frame = pd.DataFrame({"label": ["A", None], "n": [1200, 0], "share_units": [9 / 23, None], "mean": [0.25, None]})
    frame["per_1000"], frame["difference"], frame["log_ratio"] = [21.56, 10.0], [-0.25, 0.25], [-1.5, 0.0]
    frame["rank"] = pd.array([1, pd.NA], dtype="Int64")
    frame["is_ranked"] = [True, False]
    names = {"share_units": "share", "mean": "mean", "rank": "rank", "is_ranked": "ranked"}
    shown = reading.table(frame, {"label": "theme", "n": "units"} | names)
    cells = elements(shown, "td")
    assert cells == ["A", "1,200", "39%", "0.25", "1", "yes", "–", "0", "–", "–", "–", "no"]
    numbers = reading.table(frame, {"per_1000": "rate", "difference": "difference", "log_ratio": "log ratio"})
    assert elements(numbers, "td") == ["21.6", "−25", "−1.50", "10.0", "25", "0.00"]
    assert elements(shown, "th") == ["theme", "units", "share", "mean", "rank", "ranked"]
    assert re.findall(r"[^\s|]+", shown.text.split("\n")[1]) == cells[:6]


def test_tables_of_several_statements():
    """Of several statements the first column says which; of one there is none."""
    frame = pd.DataFrame({"statement_id": ["s1", "s2"], "n": [1, 2]})
    shown = reading.table(frame, {"n": "units"})
    assert elements(shown, "th") == ["Statement", "units"]
    assert elements(shown, "td") == ["s1", "1", "s2", "2"]
    assert elements(reading.table(frame[:1], {"n": "units"}), "th", "td") == ["units", "1"]


def test_a_column_that_is_not_there():
    """A column that the table lacks is named, with those it has."""
    with pytest.raises(InputError, match="the table has no column 'share'; it has n, label"):
        reading.table(pd.DataFrame({"n": [1], "label": ["A"]}), {"share": "Share"})


def test_an_empty_table():
    """A table without rows shows its heads."""
    shown = reading.table(pd.DataFrame({"n": []}), {"n": "units"})
    assert elements(shown, "th") == ["units"]


@pytest.mark.parametrize(("n", "heads"), [(1, ["Statement"]), (2, ["Statement 1", "Statement 2"])])
def test_facts(n, heads):
    """Facts turn a table on its side: one row a column of it, one column a row of it."""
    frame = pd.DataFrame({"title": ["T"] * n, "n_units": [23] * n, "date": [""] * n})
    shown = reading.facts(frame, {"title": "title", "n_units": "sentences", "date": "date"})
    cells = [cell for cell in elements(shown, "th", "td") if cell]
    assert cells == [*heads, "title", *["T"] * n, "sentences", *["23"] * n, "date", *["–"] * n]


# What is undertaken


@pytest.fixture(scope="module")
def acting(divide, book):
    """A text of one promise, one joint promise and one offer of another, with its coding."""
    divided = divide(
        "We will trade.\nWe and the Isles will rest. Ghana is ready.\n\nWe promise nothing.",
        counterpart_names="Isles",
        issuer_names="",
    )
    acts = {"commits": ["will"], "offers": ["is ready"], "asks": ["hope"]}
    made = book({"money": ["trade"]}, acts=acts, agents={"issuer": ["we"]})
    return divided, coding.code(divided, made), made


def test_what_is_undertaken_is_quoted(acting):
    """Each act has its units under a heading that counts them, the formula marked, with who acts and the themes."""
    shown = reading.undertakings(*acting)
    assert shown.text.split("\n") == [
        "Commits (2)",
        "1 We will trade. [by the issuer; Money]",
        "2 We and the Isles will rest. [by both sides; uncoded]",
        "Offers (1)",
        "3 Ghana is ready. [by another; uncoded]",
        "Asks (0)",
    ]
    assert elements(shown, "h3") == ["Commits (2)", "Offers (1)", "Asks (0)"]
    assert elements(shown, "mark") == ["will", "will", "is ready"]
    assert elements(shown, "bdi")[1] == "We and the Isles will rest."


def test_other_acts_and_codebooks_without_them(acting):
    """Any acts can be quoted, a unit without a formula without a mark; without acts nothing is quoted."""
    divided, coded, made = acting
    shown = reading.undertakings(divided, coded, made, acts=["states"])
    assert shown.text.split("\n") == ["states (1)", "4 We promise nothing. [no agent; uncoded]"]
    bare = made.model_copy(update={"acts": {}})
    assert reading.undertakings(divided, coding.code(divided, bare), bare).text == "commits (0)\noffers (0)\nasks (0)"


def test_quotes_of_several_statements_name_them(divide, book):
    """Of several statements each quote says which it is from; hostile text stays text."""
    divided = divide("We will.", "We will <script>alert(1)</script>.", issuer_names="We", counterpart_names="")
    made = book({"money": ["trade"]}, acts={"commits": ["will"]})
    shown = reading.undertakings(divided, coding.code(divided, made), made, acts=["commits"])
    assert elements(shown, "small")[::2] == ["s1 1", "s2 1"]
    assert elements(shown, "script") == []
    assert "&lt;script&gt;" in shown.html


def test_a_paragraph_is_escaped():
    """A paragraph holds its text, escaped in HTML."""
    shown = reading.paragraph("a < b")
    assert (shown.html, shown.text) == ("<p>a &lt; b</p>", "a < b")
