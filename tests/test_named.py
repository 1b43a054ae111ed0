"""Named things: amounts, dates, initiatives, institutions and other capitalised names, and offsets that always hold."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emphasis import codebook, coding, named
from emphasis.errors import InputError

KINDS = {
    "amount": {"regex": [r"\d[\d,.]*(?: million)? euros", r"\d+%"]},
    "date": {"regex": [r"\d+ May(?: \d{4})?"], "patterns": ["new year*"]},
    "initiative": {"patterns": ["belt and road"], "heads": ["initiative*", "agenda"]},
    "institution": {
        "patterns": ["security council"],
        "heads": ["forum", "bank", "organi?ation*", "council", "high court"],
    },
}


@pytest.fixture(scope="session")
def names_in(look_up):
    """Return the kind and the words of each named thing in texts."""

    def told(text, kinds=KINDS):
        table = look_up([text], {"a": ["x"]}, named=kinds)[1].named
        return list(table[["kind", "name"]].itertuples(index=False, name=None))

    return told


@pytest.fixture(scope="session")
def names_in_each(look_up):
    """Return for each text the kind and the words of each named thing in it."""

    def told(texts):
        found = {f"s{number}": [] for number in range(1, len(texts) + 1)}
        for row in look_up(texts, {"a": ["x"]}, named=KINDS)[1].named.itertuples():
            found[row.statement_id].append((row.kind, row.name))
        return list(found.values())

    return told


# Capitalised names


NAMES = [
    ("We met at the Trade Forum.", ["Trade Forum"]),
    ("we met at no forum.", []),
    ("Peace is there, Trade too.", []),
    ("It is Xi Jinping.", ["Xi Jinping"]),
    ("We, the People, met Wang Yi, Foreign Minister.", ["Wang Yi", "Foreign Minister"]),
    ("It met Wang Yi. Trade Forum, too.", ["Wang Yi", "Trade Forum"]),
    ("It marks the World Anti-Fascist War.", ["World Anti-Fascist War"]),
    ("It was O’Neill-Smith Junior’s, Trade Banks’ too.", ["O’Neill-Smith Junior", "Trade Banks"]),
    ("It is Trade Forum’s Xi Bank.", ["Trade Forum’s Xi Bank"]),
    ("It met in São Paulo, and in E\u0301vian Nord.", ["São Paulo", "E\u0301vian Nord"]),
    ("It is in the U.S. Congress, in U.S.A.", ["U.S. Congress"]),
    ("It is Annex A. Trade Forum.", ["Annex A", "Trade Forum"]),
    ("It was Άγιος Πέτρος and Нижний Новгород.", ["Άγιος Πέτρος", "Нижний Новгород"]),
    ("It is iOS Forum, eBay Bank.", []),
    ("The 5G Forum met, the World 2030 Forum too.", []),
    # the head of a sentence: function words there are no part of a name, nor do they make one
    ("The Trade Forum met.", ["Trade Forum"]),
    ("In the Trade Forum it met.", ["Trade Forum"]),
    ("In This Trade Forum it met.", ["Trade Forum"]),
    ("The Forum met.", []),
    ("This Forum of The Bank met.", ["Forum of The Bank"]),
    ("The Chair of the Trade Forum met.", ["Chair of the Trade Forum"]),
    # links, as of the, stand inside a name
    ("Join the Trade Forum.", ["Trade Forum"]),
    ("It is the Bank of the South.", ["Bank of the South"]),
    ("It is the Bank of South of the North.", ["Bank of South of the North"]),
    ("It is the Bank of the south.", []),
    ("It is the Bank of\u00a0 the South.", ["Bank of\u00a0 the South"]),
    ("It is Bank of of of South Coast.", ["South Coast"]),
    ("It is Xi of.", []),
    # a join, as and, stands in a name whose head comes after it
    ("It is the Trade and Industry Forum.", ["Trade and Industry Forum"]),
    ("It is Old Trade and New Industry Forum.", ["Old Trade and New Industry Forum"]),
    ("It is Peace and Trade and Industry Forum.", ["Trade and Industry Forum"]),
    ("It is the Trade Forum and Peace Bank.", ["Trade Forum", "Peace Bank"]),
    ("It is the Trade Forum and Peace.", ["Trade Forum"]),
    ("It is Wang Yi and Xi Jinping.", ["Wang Yi", "Xi Jinping"]),
    ("It is Peace and Trade.", []),
    ("It is the Bank of Peace and the Trade Forum.", ["Bank of Peace", "Trade Forum"]),
    ("It is the Bank of Peace and Trade.", ["Bank of Peace"]),
    ("THE TRADE FORUM MET.", ["TRADE FORUM MET"]),
    ("", []),
    ("— 1 2 …", []),
]


def test_capitalised_names(names_in_each):
    """Two words or more with capitals are a name, with the small words that link them."""
    told = names_in_each([f"{text} Done." for text, _ in NAMES])
    assert [(text, [name for _, name in own]) for (text, _), own in zip(NAMES, told, strict=True)] == NAMES


HEADED = [
    ("Peace Forum", "institution"),
    ("PEACE FORUM", "institution"),
    ("Peace Forums", "name"),
    ("Forum of Peace", "institution"),
    ("World Trade Organisation", "institution"),
    ("World Trade Organizational Body", "institution"),
    ("Reorganisation Plan", "name"),
    ("Peace Initiatives", "initiative"),
    ("Forum Agenda", "initiative"),
    ("High Court", "institution"),
    ("Court of High Seas", "name"),
    ("Wang Yi", "name"),
]


def test_a_head_tells_the_kind(names_in_each):
    """A name is of the first kind of the codebook one of whose heads is a whole word of it; else a name."""
    told = names_in_each([f"It is {name}." for name, _ in HEADED])
    assert [(own[0][1], own[0][0]) for own in told if len(own) == 1] == HEADED


@pytest.mark.parametrize("head", ["(a+)+", "a)(b", "[forum", "for|um", "\\w", "a{9}", "$forum^"])
def test_heads_are_no_expressions(names_in, head):
    """Whatever stands as a head is taken letter by letter."""
    assert names_in("It is the Trade Forum.", kinds={"institution": {"heads": [head]}}) == [("name", "Trade Forum")]


# What the codebook finds


WRITTEN = [
    ("It costs 7 euros, 3.5 million euros.", [("amount", "7 euros"), ("amount", "3.5 million euros")]),
    ("It costs 66%.", [("amount", "66%")]),
    ("It costs 66%7 euros.", [("amount", "66%"), ("amount", "7 euros")]),
    ("On 13 May 2025 and 7 May.", [("date", "13 May 2025"), ("date", "7 May")]),
    ("It is New Year’s Eve.", [("name", "New Year’s Eve")]),
    ("By new year’s.", [("date", "new year")]),
    ("By 7 May 2025 euros.", [("date", "7 May 2025")]),
    ("The belt and road.", [("initiative", "belt and road")]),
    ("The Belt and Road Initiative.", [("initiative", "Belt and Road Initiative")]),
    ("The Belt and Road Forum.", [("institution", "Belt and Road Forum")]),
    ("The Security Council.", [("institution", "Security Council")]),
    ("The pro-Security Council side.", [("institution", "Security Council")]),
    ("The Security Council Agenda.", [("initiative", "Security Council Agenda")]),
]


def test_what_the_codebook_finds(names_in_each):
    """Patterns find whole words, expressions what they match; of things that overlap the longest is listed."""
    told = names_in_each([text for text, _ in WRITTEN])
    assert [(text, own) for (text, _), own in zip(WRITTEN, told, strict=True)] == WRITTEN


def test_many_names_in_one_unit():
    """Five thousand names of one unit, longer and shorter by turns, are told apart in well under a second."""
    places = [(0, at, at + 5 + at % 2, "name") for at in range(0, 5000 * 7, 7)]
    began = time.process_time()
    assert named._apart(places) == places
    assert time.process_time() - began < 0.25


def test_ties_of_things_that_overlap(names_in):
    """Of two as long the first is listed; of two at the same place that of the kind which the codebook names first,
    and what is written before what only has capitals.
    """
    kinds = {
        "date": {"regex": ["ab cd", "ef gh"]},
        "amount": {"regex": ["cd ef", "ij kl", "Mn Op"], "patterns": ["ij kl"]},
    }
    text = "It is ab cd ef gh, ij kl, Mn Op."
    assert names_in(text, kinds=kinds) == [
        ("date", "ab cd"),
        ("date", "ef gh"),
        ("amount", "ij kl"),
        ("amount", "Mn Op"),
    ]
    kinds = {"date": {"regex": ["ij kl"]}, "amount": {"patterns": ["ij kl"]}}
    assert names_in(text, kinds=kinds)[0] == ("date", "ij kl")
    assert names_in(text, kinds=dict(reversed(kinds.items())))[0] == ("amount", "ij kl")


def test_expressions_of_named_things_are_bounded(names_in, monkeypatch):
    """An expression of a kind matches no empty place, and one that explodes is stopped and named."""
    assert names_in("It is so.", kinds={"date": {"regex": ["x*", r"\b", "$"]}}) == []
    monkeypatch.setattr("emphasis.matching.SECONDS", 0.1)
    with pytest.raises(InputError, match=r"the regular expression '\(o\+\)\+\$' took more than 0.1 s on 'It is soo"):
        names_in("It is s" + "o" * 5000 + "!", kinds={"date": {"regex": ["(o+)+$"]}})


# The table


def test_one_row_a_thing(look_up):
    """Each named thing has its row, in reading order, with the columns of the table and offsets into its statement."""
    _, coded = look_up(["It is so. It is Wang Yi.", "It costs 7 euros at Peace Forum."], {"a": ["x"]}, named=KINDS)
    assert list(coded.named) == named.COLUMNS == ["statement_id", "unit_id", "kind", "start", "end", "name"]
    assert coded.named.to_numpy().tolist() == [
        ["s1", 2, "name", 16, 23, "Wang Yi"],
        ["s2", 1, "amount", 9, 16, "7 euros"],
        ["s2", 1, "institution", 20, 31, "Peace Forum"],
    ]


def test_no_named_thing(look_up):
    """A text without any gives an empty table with its columns and their types."""
    none, some = (look_up([text], {"a": ["x"]}, named=KINDS)[1].named for text in ("It is so.", "It is Wang Yi."))
    assert none.empty
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_a_codebook_without_named_things(names_in):
    """A codebook that names no kind still has the capitalised names, of no kind."""
    assert names_in("It costs 7 euros at Peace Forum.", kinds=None) == [("name", "Peace Forum")]


def test_named_things_of_two_languages(divide):
    """Each statement has the kinds, heads and link words of its own language."""
    said = {"label": "A", "definition": "d", "examples": {}}
    made = codebook.Codebook(
        codebook="c",
        title="t",
        version="1",
        description="d",
        languages=["en", "zh"],
        themes={"a": said | {"include": "i", "exclude": "e", "patterns": {"en": ["x"], "zh": ["和平"]}}},
        named={
            "amount": said | {"label": "B", "regex": {"zh": [r"\d+亿元"], "en": ["[0-9]+ yuan"]}},
            "institution": said | {"heads": {"en": ["forum"]}, "patterns": {"zh": ["联合国"]}},
        },
    )
    divided = divide("Peace Forum: 7 yuan, 66亿元.", "联合国 66亿元 7 yuan Peace Forum.", language=["en", "zh"])
    table = coding.code(divided, made).named
    assert list(zip(table["statement_id"], table["kind"], table["name"], strict=True)) == [
        ("s1", "institution", "Peace Forum"),
        ("s1", "amount", "7 yuan"),
        ("s2", "institution", "联合国"),
        ("s2", "amount", "66亿元"),
        ("s2", "name", "Peace Forum"),
    ]


PIECES = """Trade|Forum|and|of|the|The|7 euros|13 May 2025|belt and road|Belt|Road|Initiative|Xi|’s|-|.|.\n\n|, |U.S.|(
|"|🕊️|E\u0301vian|new year|Security Council|peace|66%|İstanbul|ǅ|ß|中国|& """


@settings(max_examples=15)
@given(
    texts=st.lists(
        st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=25).map(lambda own: " ".join(["It", *own])),
        min_size=1,
        max_size=4,
    ),
    unit=st.sampled_from(["sentence", "paragraph", "section"]),
)
def test_offsets_hold_and_none_overlap(look_up, texts, unit):
    """On any text each named thing stands at its offsets, inside its unit, and after all that stand before it."""
    divided, coded = look_up(texts, {"a": ["x"]}, named=KINDS, unit=unit)
    units = divided.units.set_index(["statement_id", "unit_id"])
    order = [
        (divided.statements["statement_id"].tolist().index(s), start)
        for s, start in zip(coded.named["statement_id"], coded.named["start"], strict=True)
    ]
    assert order == sorted(order)
    for row in coded.named.itertuples():
        unit_of = units.loc[(row.statement_id, row.unit_id)]
        assert unit_of["start"] <= row.start < row.end <= unit_of["end"]
        assert divided.texts[row.statement_id][row.start : row.end] == row.name == row.name.strip() != ""
        assert row.kind in {*KINDS, named.NAME}
    for _, own in coded.named.groupby("statement_id"):
        assert (own["start"].to_numpy()[1:] >= own["end"].to_numpy()[:-1]).all()


# The seed

SEED = [
    (1, "date", "May 13, 2025"),
    (1, "institution", "Member of the Political Bureau of the CPC Central Committee"),
    (1, "institution", "Fourth Ministerial Meeting of the China-CELAC Forum"),
    (10, "initiative", "Belt and Road Initiative"),
    (10, "initiative", "Global Development Initiative"),
    (11, "amount", "RMB 66 billion yuan"),
    (12, "institution", "China-LAC Business Summit"),
    (12, "institution", "High-Level China-Latin America Investment and Cooperation Forum"),
    (15, "initiative", "Global Security Initiative"),
    (19, "institution", "China-Latin America and Caribbean Region People-to-People Friendship Forum"),
    (19, "institution", "Local Government Cooperation Forum"),
    (21, "institution", "United Nations"),
    (23, "institution", "United Nations"),
]


def test_the_named_things_of_the_seed(seed_segments, seed_coding):
    """The seed's amount, date, initiatives and institutions are those a reader finds; other names hold the rest."""
    table = seed_coding.named
    counted = table[table["kind"].isin(named.COUNTED)]
    assert list(zip(counted["unit_id"], counted["kind"], counted["name"], strict=True)) == SEED
    others = table.loc[table["kind"] == named.NAME, "name"].tolist()
    assert others.count("President Xi Jinping") == 3
    assert {"Foreign Minister Wang Yi", "World Anti-Fascist War"} <= set(others)
    for row in table.itertuples():
        assert seed_segments.texts[row.statement_id][row.start : row.end] == row.name
