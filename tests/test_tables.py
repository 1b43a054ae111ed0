"""Tables for people: captions and heads that say what stands below, values in words, ways to the coded text."""

import re

import pandas as pd
import pytest
from lxml.html import fragment_fromstring

from emphasis import coding, measures, reading, tables, terms
from emphasis.errors import InputError
from emphasis.pages import TAGS, safe_html

HOSTILE = "<script>alert('peace')</script> & <b>trade</b> \"x\" &lt;i&gt;. Peace <img src=x onerror=alert(1)> now."


def found(shown, path):
    """Return the text of each element, or each attribute, that an XPath finds."""
    page = fragment_fromstring(shown.html, create_parent=True)
    return [place if isinstance(place, str) else place.text_content() for place in page.xpath(path)]


def cells(shown):
    return found(shown, "//tbody//th | //tbody//td")


@pytest.fixture(scope="module")
def several(divide, book):
    """Two statements of which one alone has a word of a theme, with their coding."""
    divided = divide("We wait. Trade and peace.", "They wait.")
    made = book({"money": ["trade"], "order": ["peace"]})
    return divided, coding.code(divided, made), made


# Values


def test_values_for_people():
    """Shares are per cent, thousands have commas, small numbers two decimals and large ones one, what misses a dash."""
    frame = pd.DataFrame({"label": ["A", None], "n": [1200, 0], "share_units": [9 / 23, None], "mean": [0.25, None]})
    frame["per_1000"], frame["difference"], frame["log_ratio"] = [21.56, 10.0], [-0.25, 0.25], [-1.5, 0.0]
    frame["rank"] = pd.array([1, pd.NA], dtype="Int64")
    frame["is_ranked"] = [True, False]
    names = {"share_units": "share", "mean": "mean", "rank": "rank", "is_ranked": "ranked"}
    shown = tables.table(frame, {"label": "theme", "n": "units"} | names, caption="c")
    assert cells(shown) == ["A", "1,200", "39%", "0.25", "1", "yes", "–", "0", "–", "–", "–", "no"]
    numbers = {"per_1000": "rate", "difference": "difference", "log_ratio": "log ratio"}
    assert cells(tables.table(frame, numbers, caption="c")) == ["21.6", "−25", "−1.50", "10.0", "25", "0.00"]
    assert found(shown, "//thead//th") == ["theme", "units", "share", "mean", "rank", "ranked"]
    assert shown.text.split("\n") == [
        "c",
        "theme | units | share | mean | rank | ranked",
        "A | 1,200 | 39% | 0.25 | 1 | yes",
        "– | 0 | – | – | – | no",
    ]


def test_columns_that_share_a_cell():
    """Two columns in one cell have the word between them, and one dash where they are missing."""
    frame = pd.DataFrame(
        {"n_units": [6, 0], "of_units": [23, 23], "share_low": [0.13, None], "share_high": [0.46, None]}
    )
    shown = tables.table(frame, {"n_units of of_units": "Units", "share_low to share_high": "Interval"}, caption="c")
    assert cells(shown) == ["6 of 23", "13% to 46%", "0 of 23", "–"]
    assert found(shown, "//thead//th") == ["Units", "Interval"]


def test_numbers_stand_to_the_right():
    """Heads and cells of numbers, alone or joined, have the class of numbers; words, dates and yes or no have none."""
    frame = pd.DataFrame({"type": ["a"], "n": [1], "share_low": [0.1], "share_high": [0.2], "is_apart": [True]})
    shown = tables.table(frame, dict.fromkeys(["type", "n", "share_low to share_high", "is_apart"], "h"), caption="c")
    for cell in ("//thead//th", "//tbody//*[self::th or self::td]"):
        assert found(shown, f"{cell}[@class='number']/@class") == ["number", "number"]
        assert len(found(shown, cell)) == 4
    assert found(shown, "//tbody//*[@class]") == ["1", "10% to 20%"]


# Form


def test_a_table_says_what_it_is():
    """A table has its caption, heads of columns, and heads of rows where no value of the first column stands twice."""
    frame = pd.DataFrame({"type": ["a", "b"], "n": [1, 1]})
    shown = tables.table(frame, {"type": "Word", "n": "Times"}, caption="Words & more")
    assert found(shown, "//table/caption") == ["Words & more"]
    assert found(shown, "//thead//th/@scope") == ["col", "col"]
    assert found(shown, "//tbody//th[@scope='row']") == ["a", "b"]
    again = tables.table(frame, {"n": "Times", "type": "Word"}, caption="c")
    assert found(again, "//tbody//th") == []


def test_tables_of_several_statements(several):
    """Of several statements the first column says which, also where only one has a row; of one there is none."""
    frame = pd.DataFrame({"statement_id": ["s1", "s2"], "n": [1, 2]})
    shown = tables.table(frame, {"n": "units"}, caption="c")
    assert found(shown, "//thead//th") == ["Statement", "units"]
    assert cells(shown) == ["s1", "1", "s2", "2"]
    assert cells(tables.table(frame[:1], {"n": "units"}, caption="c")) == ["1"]
    assert cells(tables.table(frame[:1], {"n": "units"}, caption="c", segments=several[0])) == ["s1", "1"]


@pytest.mark.parametrize(("n", "is_folded"), [(15, False), (16, True)])
def test_long_tables_are_folded(n, is_folded):
    """A table of more rows than one takes in at a glance is folded under its caption and its number of rows."""
    shown = tables.table(pd.DataFrame({"n": range(n)}), {"n": "N"}, caption="Words")
    assert found(shown, "//details/summary") == ["Words (16 rows)"] * is_folded
    assert found(shown, "//details/table/caption") == ["Words"] * is_folded
    assert len(found(shown, "//tbody/tr")) == n


def test_a_column_that_is_not_there():
    """A column that the table lacks is named, with those it has, also where it shares a cell."""
    frame = pd.DataFrame({"n": [1], "label": ["A"]})
    for key in ("share", "n of share"):
        with pytest.raises(InputError, match="the table has no column 'share'; it has n, label"):
            tables.table(frame, {key: "Share"}, caption="c")


def test_an_empty_table():
    """A table without rows shows its caption and its heads."""
    shown = tables.table(pd.DataFrame({"n": [], "m": []}), {"n of m": "units"}, caption="c")
    assert found(shown, "//caption | //th") == ["c", "units"]
    assert cells(shown) == []


@pytest.mark.parametrize(("n", "heads"), [(1, ["Statement"]), (2, ["Statement 1", "Statement 2"])])
def test_facts(n, heads):
    """Facts turn a table on its side: one row a column of it, one column a row of it; columns it lacks are left out."""
    frame = pd.DataFrame({"title": ["T"] * n, "n_units": [23] * n, "date": [""] * n})
    columns = {"title": "title", "n_units": "sentences", "date": "date", "occasion": "occasion"}
    shown = tables.facts(frame, columns, caption="Facts")
    assert found(shown, "//caption") == ["Facts"]
    assert found(shown, "//thead//th") == heads
    assert cells(shown) == ["title", *["T"] * n, "sentences", *["23"] * n, "date", *["–"] * n]
    assert found(shown, "//tbody//th[@scope='row']") == ["title", "sentences", "date"]


def test_facts_of_many_statements():
    """The facts of more statements than stand side by side have a row for each, not a column."""
    frame = pd.DataFrame({"statement_id": list("abcd"), "title": ["T"] * 4})
    shown = tables.facts(frame, {"title": "Title", "date": "Date"}, caption="c")
    assert found(shown, "//thead//th") == ["Statement", "Title"]
    assert cells(shown) == ["a", "T", "b", "T", "c", "T", "d", "T"]


def test_the_facts_of_the_seed(seed_segments):
    """What the seed's row of metadata says of its source stands among the facts, as text."""
    shown = tables.facts(seed_segments.statements, tables.FACTS, caption="Facts")
    said = dict(zip(found(shown, "//tbody//th"), found(shown, "//tbody//td"), strict=True))
    assert said["Occasion"] == "Fourth Ministerial Meeting of the China-CELAC Forum"
    assert said["Licence"] == "Terms of the publisher"
    assert said["Retrieved"] == "–"
    web = pd.DataFrame({"source": ["https://example.org/a"]})
    assert found(tables.facts(web, tables.FACTS, caption="c"), "//td[text()]") == ["https://example.org/a"]
    assert found(tables.facts(web, tables.FACTS, caption="c"), "//a") == []


# Ways to the coded text


def test_labels_lead_to_their_theme(seed_segments, seed_coding, diplomacy):
    """Labels of themes lead to the theme in the legend of the reading view; labels of sections lead nowhere."""
    emphasis = measures.emphasis(seed_segments, seed_coding, diplomacy, draws=100, seed=1)
    links = found(tables.table(emphasis, tables.EMPHASIS, caption="c"), "//tbody//a/@href")
    seen = emphasis["theme"][emphasis["n_units"] > 0]  # what no unit carries has no place to lead to
    assert links == [f"02_code_themes.ipynb#theme-{theme}" for theme in seen]
    legend = found(reading.marked(seed_segments, seed_coding, diplomacy), "//@id")
    assert {link.partition("#")[2] for link in links} <= set(legend)
    differences = measures.differences(seed_segments, seed_coding, diplomacy, draws=100, seed=1)
    pairs = found(tables.table(differences.head(2), tables.DIFFERENCES, caption="c"), "//tbody//a/@href")
    assert [link.partition("#")[2] for link in pairs] == [
        f"theme-{name}" for name in differences[["theme", "other"]].head(2).to_numpy().ravel()
    ]
    sections = tables.table(seed_segments.sections, {"label": "Section"}, caption="c", segments=seed_segments)
    assert found(sections, "//a") == []


def test_unit_numbers_lead_to_their_unit(several):
    """With the study's segments, numbers of units lead to them, though all rows are of one statement of several."""
    divided, coded, made = several
    evidence = coded.evidence[["statement_id", "unit_id", "evidence"]]
    shown = tables.table(evidence, {"unit_id": "Unit", "evidence": "Words"}, caption="c", segments=divided)
    links = found(shown, "//tbody//a/@href")
    assert links == ["02_code_themes.ipynb#s1-u2"] * 2
    assert {link.partition("#")[2] for link in links} <= set(found(reading.marked(divided, coded, made), "//@id"))
    assert found(tables.table(evidence, {"unit_id": "Unit"}, caption="c"), "//a") == []


def test_words_of_the_text_say_their_language(divide):
    """Words taken from a statement are in its language, those of a table of no statement in that of all."""
    divided = divide("La paz.", "La paix.", language=["es", "pt"], title="")
    frame = pd.DataFrame({"statement_id": ["s2", "s1"], "name": ["paix", "paz"], "kind": ["k", "k"]})
    shown = tables.table(frame, {"name": "Name", "kind": "Kind"}, caption="c", segments=divided)
    assert found(shown, "//td/bdi/@lang") == ["pt", "es"]
    words = tables.table(pd.DataFrame({"type": ["paz"]}), {"type": "Word"}, caption="c", segments=divided)
    assert found(words, "//th/bdi/@lang") == ["es"]
    assert found(tables.table(frame, {"name": "Name"}, caption="c"), "//@lang") == []


def test_a_concordance(several):
    """A concordance has its nodes below one another, told from what stands beside them, and themes by their labels."""
    divided, coded, made = several
    lines = terms.concordance(divided, ["peace", "wait"], coding=coded)
    shown = tables.concordance(lines, made, divided, caption="In their places")
    assert found(shown, "//thead//th") == ["Statement", "Unit", "Left", "Node", "Right", "Themes"]
    assert cells(shown)[:6] == ["s1", "2", "We wait. Trade and", "peace", ".", "Money, Order"]
    assert cells(shown)[11::6] == ["–", "–"]
    assert found(shown, "//td[@class='before']")[0] == "We wait. Trade and"
    assert found(shown, "//td[@class='after']")[0] == "."
    assert found(shown, "//td/strong") == ["peace", "wait", "wait"]


def test_provenance():
    """What a run rests on: a row a file, its checksum breakable, and one row with all parameters."""
    rows = [
        ("study", "s", "ab" * 32),
        ("lock", "l", ""),
        ("parameter", "unit = sentence", ""),
        ("parameter", "n = 3", ""),
    ]
    frame = pd.DataFrame(rows, columns=["what", "which", "sha256"])
    shown = tables.provenance(frame, caption="What this rests on")
    assert cells(shown) == ["study", "s", "ab" * 32, "lock", "l", "–", "parameters", "unit = sentence; n = 3", "–"]
    assert found(shown, "//td/code[@class='hash']")[0] == "ab" * 32


# Hostile text


def test_hostile_tables(divide):
    """Cells, heads, captions, ids and languages are escaped, and long ones not cut; the sanitiser changes nothing."""
    divided = divide("Peace.")
    frame = pd.DataFrame(
        {"statement_id": ["s1"], "text": [HOSTILE * 5], "label": [HOSTILE], "theme": ['"><b>'], "sha256": [HOSTILE]}
    )
    heads = {"text": "<b>words</b>", "label": "Theme", "sha256": "SHA-256"}
    shown = tables.table(frame, heads, caption=HOSTILE, segments=divided)
    tree = fragment_fromstring(shown.html, create_parent="p")
    assert {element.tag for element in tree.iter()} <= TAGS
    assert cells(shown) == [HOSTILE * 5, HOSTILE, HOSTILE]
    assert found(shown, "//caption | //thead//th[1]") == [HOSTILE, "<b>words</b>"]
    assert found(shown, "//a/@href") == ['02_code_themes.ipynb#theme-"><b>']
    assert HOSTILE * 5 in shown.text
    clean = fragment_fromstring(safe_html(shown.html), create_parent="p")
    assert [(e.tag, dict(e.attrib), e.text) for e in clean.iter()] == [
        (e.tag, dict(e.attrib), e.text) for e in tree.iter()
    ]
    assert re.findall("<(?:script|img|i)", shown.html) == []
