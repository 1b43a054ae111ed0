"""The statement as one reads it: all of its words, marks that say what the evidence says, nothing that runs."""

import re

import pytest
import reference
from hypothesis import given
from lxml.html import fragment_fromstring

from emphasis import coding, pages, reading
from emphasis.pages import TAGS, TEMPLATES, safe_html

HOSTILE = "<script>alert('peace')</script> & <b>trade</b> \"x\" &lt;i&gt;. Peace <img src=x onerror=alert(1)> now."
OVERRIDE = "\u202e"  # turns what follows it round, up to the end of its element


def parsed(shown):
    return fragment_fromstring(shown.html, create_parent=True)


def elements(shown, *names):
    """Return the text of each element with one of these names, in order."""
    return [element.text_content() for element in parsed(shown).iter(*names)]


def found(shown, path):
    """Return the text of each element, or each attribute, that an XPath finds."""
    return [place if isinstance(place, str) else place.text_content() for place in parsed(shown).xpath(path)]


def units(shown):
    """Return the text of each unit, without the numbers of themes, and what is said beside and behind it."""
    for unit in parsed(shown).xpath("//div[contains(@class, 'unit')]"):
        for number in unit.xpath(".//sup"):
            number.drop_tree()
        body, *notes = unit.xpath("p/*")
        yield body.text_content(), unit.xpath("small")[0].text_content(), [note.text_content() for note in notes]


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
        "1 Money 2 sentences",
        "2 Order 3 sentences",
        "3 War 1 sentence",
        "All themes",
        "Paragraph 1",
        "1",
        "Global trade war(1, 2, 3). [Money, Order, War]",
        "2",
        "Trade(1) peace(2). [Money, Order]",
        "3",
        "Peace(2)! [Order]",
        "4",
        "China waits. [uncoded]",
    ]
    assert '<mark class="t-1">Trade<sup>1</sup></mark> <mark class="t-2">peace<sup>2</sup></mark>.' in shown.html
    assert found(shown, "//div[contains(@class, 'unit')]/@class") == [
        "unit t-1 t-2 t-3", "unit t-1 t-2", "unit t-2", "unit uncoded",
    ]  # fmt: skip
    assert elements(shown, "h3") == ["Paragraph 1"]


def test_neighbours_are_two_marks(divide, book):
    """Matches that touch, as words do that are written without spaces, are marked each for itself."""
    divided = divide("中国经济发展。", language="zh")
    made = book({"money": ["经济"], "growth": ["发展"]}, language="zh")
    shown = reading.marked(divided, coding.code(divided, made), made)
    assert elements(shown, "mark") == ["经济1", "发展2"]


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
    expected = [
        (" ".join(f"t-{n}" for n in sorted(own)), text[a:b] + ", ".join(map(str, sorted(own)))) for a, b, own in runs
    ]
    shown = reading.marked(seed_segments, seed_coding, diplomacy)
    assert [(mark.get("class"), mark.text_content()) for mark in parsed(shown).iter("mark")] == expected


def test_every_unit_says_its_themes(seed_segments, seed_coding, diplomacy):
    """Behind each unit of the seed stand the labels of its codings, in the codebook's order."""
    codings = seed_coding.codings.assign(label=seed_coding.codings["theme"].map(diplomacy.labels))
    own = codings.groupby("unit_id")["label"].agg(", ".join).to_dict()
    said = [notes for _, _, notes in units(reading.marked(seed_segments, seed_coding, diplomacy))]
    assert said == [[f"[{own.get(unit_id, 'uncoded')}]"] for unit_id in seed_segments.units["unit_id"]]


def test_every_unit_says_its_act(seed_segments, seed_coding, diplomacy):
    """Beside each unit of the seed stand its number and its act in words, with who acts where a formula says so."""
    who = {"issuer": " by the issuer", "both": " by both sides", "": ""}
    acts = [f"{act.unit_id} · {act.act.capitalize()}{who[act.agent]}" for act in seed_coding.acts.itertuples()]
    assert [beside for _, beside, _ in units(reading.marked(seed_segments, seed_coding, diplomacy))] == acts


def test_a_codebook_without_acts_says_none(mixed):
    """Where the codebook looks for no acts in a language, the number stands alone beside its unit."""
    assert [beside for _, beside, _ in units(reading.marked(*mixed))] == ["1", "2", "3", "4"]


def test_nothing_found(divide, book):
    """Where no pattern is found nothing is marked, every unit is uncoded and no theme can be chosen."""
    divided, made = divide("We wait."), book({"order": ["peace"]})
    shown = reading.marked(divided, coding.code(divided, made), made, unit="paragraph")
    assert elements(shown, "mark") == []
    assert shown.text.endswith("\n1\nWe wait. [uncoded]")
    assert elements(shown, "li") == ["1 Order 0 paragraphs", "All themes"]
    assert found(shown, "//li/a/@href") == ["#themes"]
    assert found(shown, "//li/@class") == ["none"]


# Anchors and the legend


@pytest.mark.parametrize("texts", [["Peace. Trade."], ["Peace. Trade.", "War."]])
def test_every_unit_leads_to_itself(texts, divide, book):
    """Each unit has an id of its own, which its number links to; of several statements it names the statement."""
    divided, made = divide(*texts), book({"order": ["peace"]})
    for shown in (reading.plain(divided), reading.marked(divided, coding.code(divided, made), made)):
        ids = found(shown, "//div[contains(@class, 'unit')]/@id")
        several = len(texts) > 1
        assert ids == [reading.anchor(row.statement_id, row.unit_id, several) for row in divided.units.itertuples()]
        assert ids == (["s1-u1", "s1-u2", "s2-u1"] if several else ["u1", "u2"])
        assert found(shown, "//div[contains(@class, 'unit')]/small/a/@href") == [f"#{name}" for name in ids]


def test_the_legend_counts_units(seed_segments, seed_coding, diplomacy):
    """Each theme of the codebook has its place in the legend, with its units; the last place undoes the choice."""
    shown = reading.marked(seed_segments, seed_coding, diplomacy)
    n = seed_coding.codings["theme"].value_counts()
    expected = [
        f"{i} {label} {n.get(theme, 0)} sentences" for i, (theme, label) in enumerate(diplomacy.labels.items(), 1)
    ]
    assert elements(shown, "li") == [*expected, "All themes"]
    assert found(shown, "//li/@id") == [f"theme-{theme}" for theme in diplomacy.themes]
    targets = [f"#theme-{theme}" for theme in diplomacy.themes if theme in n]
    assert found(shown, "//li/a/@href") == [*targets, "#themes"]
    assert found(shown, "//ul/@id") == ["themes"]


def test_filter_rules():
    """Each theme has a colour, the eleventh that of the first, and a rule for what does not carry it."""
    rules = pages.filter_rules(11)
    tints = re.findall(r"^\.t-(\d+) { --tint: var\(--tint-(\d+)\); }$", rules, flags=re.MULTILINE)
    assert [(int(a), int(b)) for a, b in tints] == [*((n, n) for n in range(1, 11)), (11, 1)]
    pairs = re.findall(r":has\(\.legend \.t-(\d+):target\) { \.unit:not\(\.t-(\d+)\) { display: none; }", rules)
    assert [(int(a), int(b)) for a, b in pairs] == [(n, n) for n in range(1, 12)]
    assert pages.filter_rules(0) == ""


def luminance(colour):
    """Return the relative luminance of a colour as WCAG 2.2 defines it."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_marks_can_be_read(scheme):
    """Ink on every mark has a contrast of 4.5 or more, and the line under it stands out from the paper by 3 or more."""
    page, view = ((TEMPLATES / "page" / name).read_text() for name in ("page.css", "reading.css"))
    colours = {}
    for sheet in (page, view):
        for name, *value in re.findall(r"--([\w-]+): #(\w\w?)(\w\w?)(\w\w?);", sheet):
            colours.setdefault(name, []).append([int(part * (3 - len(part)), 16) for part in value])
    ink, paper = colours["ink"][scheme], colours["paper"][scheme]
    tints = [colours[f"tint-{n}"][scheme] for n in range(1, pages.TINTS + 1)]
    assert [tint for tint in tints if contrast(ink, tint) < 4.5] == []
    lines = [[round(0.55 * a + 0.45 * b) for a, b in zip(tint, ink, strict=True)] for tint in tints]
    assert [line for line in lines if contrast(line, paper) < 3] == []


# The text is wholly there


@given(reference.corpora, reference.codebooks)
def test_no_word_is_lost(look_up, book, corpus, themes):
    """Without its marks each unit shown is the text of the unit, character by character."""
    divided, coded = look_up(corpus, themes)
    shown = reading.marked(divided, coded, book(themes))
    assert [text for text, *_ in units(shown)] == divided.units["text"].tolist()


def test_the_plain_seed(seed_segments):
    """The seed reads section by section, its units numbered, nothing marked."""
    shown = reading.plain(seed_segments)
    lines, labels = shown.text.split("\n"), seed_segments.sections["label"].tolist()
    assert [line for line in lines if line in labels] == labels
    assert [line for line in lines if line.isdigit()] == seed_segments.units["unit_id"].astype(str).tolist()
    assert [text for text, *_ in units(shown)] == seed_segments.units["text"].tolist()
    assert elements(shown, "mark", "ul", "em") == []
    assert elements(shown, "h3") == labels


def test_both_forms_are_given(seed_segments):
    """A notebook gets the HTML and the same as text."""
    shown = reading.plain(seed_segments)
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.text}


def test_words_stay_apart_without_any_style(seed_segments, seed_coding, diplomacy):
    """What stands beside, in and behind a unit does not run together where class, id and language are taken away."""
    html = re.sub(r' (?:class|id|lang)="[^"]*"', "", reading.marked(seed_segments, seed_coding, diplomacy).html)
    first = " ".join(fragment_fromstring(html, create_parent=True).xpath("//div[small]")[1].text_content().split())
    assert first.startswith("2 · Offers by the issuer China is ready to work")
    assert first.endswith("in building a China-LAC community with a shared future6. [Economy, Solidarity]")


def test_several_statements_are_told_apart(divide, book):
    """Each of several statements begins with its title and id, above its sections; of one none is shown."""
    divided = divide("Peace.\n\nTrade.", "War.", title=["On <b>peace</b>", ""])
    made = book({"order": ["peace"]})
    for shown in (reading.plain(divided), reading.marked(divided, coding.code(divided, made), made)):
        heads = ["On <b>peace</b> s1", "Paragraph 1", "Paragraph 2", "s2", "Paragraph 1"]
        assert elements(shown, "h3", "h4") == heads
        assert elements(shown, "h3") == [heads[0], "s2"]
    assert elements(reading.plain(divide("Peace.")), "h3", "h4") == ["Paragraph 1"]


def test_the_text_says_its_language(divide, book):
    """The words of a unit, a heading and a title are in the language of the statement; our own words are not."""
    divided = divide("Primero, la paz.\n\nSegundo, el comercio.", "La paz.", language="es", title="Discurso")
    made = book({"order": ["paz"]}, language="es")
    shown = reading.marked(divided, coding.code(divided, made), made)
    assert set(found(shown, "//div[contains(@class, 'unit')]/p/bdi/@lang")) == {"es"}
    assert found(shown, "//h3/bdi/@lang") == ["es", "es"]
    assert found(shown, "//h4/bdi[@lang]") == ["Primero", "Segundo"]
    assert found(shown, "//h4/bdi[not(@lang)]") == ["Paragraph 1"]
    assert found(shown, "//li//@lang") == []


# Hostile text


def test_hostile_text_is_shown_and_never_run(divide, book):
    """Markup in a statement, its title, sections, language or a label is escaped, and the sanitiser changes nothing."""
    title = f"{HOSTILE}{OVERRIDE}"
    divided = divide(
        f"<b>One</b>\n{HOSTILE}\n<i>Two</i>{OVERRIDE}\nPeace.",
        "We will.",
        title=title,
        issuer_names="We",
        counterpart_names="",
    )
    made = book({"order": ["peace", "b trade b"], "money": ["trade"]}, acts={"commits": ["will"]})
    acts = {name: act.model_copy(update={"label": f"<u>{name}&{OVERRIDE}"}) for name, act in made.acts.items()}
    themes = {name: theme.model_copy(update={"label": f"<u>{name}&{OVERRIDE}"}) for name, theme in made.themes.items()}
    labelled = made.model_copy(update={"themes": themes, "acts": acts})
    coded = coding.code(divided, labelled)
    shown = reading.marked(divided, coded, labelled)
    quotes = reading.undertakings(divided, coded, labelled)
    assert '<mark class="t-1 t-2">b&gt;trade&lt;/b<sup>1, 2</sup></mark>' in shown.html
    assert [text for text, *_ in units(shown)] == divided.units["text"].tolist()
    assert "2 <bdi>&lt;u&gt;money&amp;" in shown.html
    assert "<strong><bdi>&lt;u&gt;commits&amp;" in shown.html
    assert quotes.html.startswith("<h3><bdi>&lt;u&gt;commits&amp;")
    for html in (shown.html, quotes.html):
        tree = fragment_fromstring(html, create_parent="p")
        assert {element.tag for element in tree.iter()} <= TAGS
        assert [said for said in tree.xpath("//text()[not(ancestor::bdi)]") if OVERRIDE in said] == []
        clean = fragment_fromstring(safe_html(html), create_parent="p")
        assert [(e.tag, dict(e.attrib), e.text, e.tail) for e in clean.iter()] == [
            (e.tag, dict(e.attrib), e.text, e.tail) for e in tree.iter()
        ]


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


def test_themes_of_units_are_in_the_order_of_the_codebook(divide, book):
    """Themes stand in the codebook's order, not in that of their words."""
    divided, made = divide("Peace, then trade."), book({"money": ["trade"], "order": ["peace"]})
    table = reading.themes_of_units(divided, coding.code(divided, made), made)
    assert table[["themes", "evidence"]].to_numpy().tolist() == [["Money, Order", "Money: trade; Order: Peace"]]


def test_themes_of_units_where_nothing_is_found(divide, book):
    """Where no pattern is found each unit has its row, without themes."""
    divided, made = divide("We wait. They wait."), book({"order": ["peace"]})
    table = reading.themes_of_units(divided, coding.code(divided, made), made)
    assert table[["themes", "evidence"]].to_numpy().tolist() == [["", ""], ["", ""]]


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
        "1",
        "We will trade. [by the issuer; Money]",
        "2",
        "We and the Isles will rest. [by both sides; uncoded]",
        "Offers (1)",
        "3",
        "Ghana is ready. [by another; uncoded]",
        "Asks (0)",
    ]
    assert elements(shown, "h3") == ["Commits (2)", "Offers (1)", "Asks (0)"]
    assert elements(shown, "mark") == ["will", "will", "is ready"]
    assert found(shown, "//li/p/bdi")[1] == "We and the Isles will rest."


def test_quotes_lead_to_the_reading_view(acting):
    """The number of a quoted unit leads to that unit where the statement is shown."""
    quoted, shown = reading.undertakings(*acting), reading.marked(*acting)
    links = found(quoted, "//li/small/a/@href")
    assert links == [f"02_code_themes.ipynb#u{n}" for n in (1, 2, 3)]
    assert {link.partition("#")[2] for link in links} <= set(found(shown, "//@id"))


def test_other_acts_and_codebooks_without_them(acting):
    """Any acts can be quoted, a unit without a formula without a mark; without acts nothing is quoted."""
    divided, coded, made = acting
    shown = reading.undertakings(divided, coded, made, acts=["states"])
    assert shown.text.split("\n") == ["States (1)", "4", "We promise nothing. [no agent; uncoded]"]
    bare = made.model_copy(update={"acts": {}})
    assert reading.undertakings(divided, coding.code(divided, bare), bare).text == "Commits (0)\nOffers (0)\nAsks (0)"


def test_quotes_of_several_statements_name_them(divide, book):
    """Of several statements each quote says which it is from, and leads there."""
    divided = divide("We will.", "We will.", issuer_names="We", counterpart_names="")
    made = book({"money": ["trade"]}, acts={"commits": ["will"]})
    shown = reading.undertakings(divided, coding.code(divided, made), made, acts=["commits"])
    assert found(shown, "//li/small") == ["s1 1", "s2 1"]
    assert found(shown, "//li/small/a/@href") == ["02_code_themes.ipynb#s1-u1", "02_code_themes.ipynb#s2-u1"]


def test_a_paragraph_is_escaped():
    """A paragraph holds its text, escaped in HTML."""
    shown = reading.paragraph("a < b")
    assert (shown.html, shown.text) == ("<p>a &lt; b</p>", "a < b")
