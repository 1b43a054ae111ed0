"""Acts and agents: each line of the method, the seed's units one by one, and offsets that hold on any text."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emphasis import acts, codebook, coding
from emphasis.errors import InputError
from emphasis.matching import Index

FORMULAS = {
    "opposes": ["oppose*", "will not accept", "not support"],
    "asks": {
        "patterns": ["hope*", "hopes and believes"],
        "rules": ['("believe* that" or "trust* that") before/4 "will"'],
    },
    "commits": ["will", "ready"],
    "offers": ["is ready to", "ready to", "willing"],
    "endorses": ["support*", "firmly support*", "welcome*"],
    "proposes": ["let us"],
    "states": ["recall*"],
}
AGENTS = {"issuer": ["we", "our side"], "counterpart": ["you"], "both": ["both sides", "together we"]}
NAMES = {"issuer_names": "China; Chinese side", "counterpart_names": "LAC countries;LAC; Brazil"}


@pytest.fixture(scope="session")
def done_in(look_up):
    """Return the act, the agent and the words of the formula of each unit of texts."""

    def told(*texts, columns=NAMES, formulas=FORMULAS, **more):
        _, coded = look_up(texts, {"a": ["x"]}, acts=formulas, agents=AGENTS, columns=columns, **more)
        return list(coded.acts[["act", "agent", "evidence"]].itertuples(index=False, name=None))

    return told


# The act


DECIDED = [
    ("China opposes this.", "opposes", "opposes"),
    ("It waits.", "states", ""),
    # the formula that starts first
    ("China hopes that it will rain.", "asks", "hopes"),
    ("China supports what it opposes.", "endorses", "supports"),
    # the longest of those that start together
    ("China hopes and believes it.", "asks", "hopes and believes"),
    ("China will not accept it.", "opposes", "will not accept"),
    ("China is ready to go.", "offers", "is ready to"),
    ("China, ready to go.", "offers", "ready to"),
    ("Firmly support it.", "endorses", "Firmly support"),
    ("Support it firmly.", "endorses", "Support"),
    # a formula of words that stand apart starts at its first word and ends at its last
    ("China believes that rain will come.", "asks", "believes that rain will"),
    ("China believes that after a long rain China will go.", "commits", "will"),
    ("China trusts that all will, will it?", "asks", "trusts that all will, will"),
    ("We welcome the belief that it will.", "endorses", "welcome"),
    # the rest
    ("We recalled it.", "states", "recalled"),
    ("Let us go.", "proposes", "Let us"),
    ("LET US go.", "proposes", "LET US"),
]


def test_the_formula_that_decides(done_in):
    """The formula that starts first decides the act, the longest of those that start together; else it states."""
    told = done_in(*(text for text, *_ in DECIDED))
    assert [(text, act, words) for (text, *_), (act, _, words) in zip(DECIDED, told, strict=True)] == DECIDED


def test_a_tie_goes_to_the_order_of_the_codebook(done_in):
    """Of formulas that start and end together the one of the act that the file names first decides."""
    formulas = {"offers": ["ready"], "endorses": ["read*"]}
    assert done_in("A ready hand.", formulas=formulas)[0][0] == "offers"
    assert done_in("A ready hand.", formulas=dict(reversed(formulas.items())))[0][0] == "endorses"


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "section"])
def test_a_heading_proposes(done_in, unit):
    """A heading proposes whatever formula it holds, without agent or words; a longer unit that it opens does not."""
    text = "China will act.\n\nFirst, China opposes war.\n\nChina supports peace.\n\nSecond, we hope. We wait."
    first, second = ("proposes", "", ""), ("opposes", "issuer", "opposes")
    assert (
        done_in(text, unit=unit)
        == {
            "sentence": [
                ("commits", "issuer", "will"),
                first,
                ("endorses", "issuer", "supports"),
                first,
                ("states", "", ""),
            ],
            "paragraph": [
                ("commits", "issuer", "will"),
                first,
                ("endorses", "issuer", "supports"),
                ("asks", "issuer", "hope"),
            ],
            "section": [("commits", "issuer", "will"), second, ("asks", "issuer", "hope")],
        }[unit]
    )


@pytest.mark.parametrize(
    ("text", "act", "words"),
    [
        ("China does not welcome it.", "opposes", "not welcome"),
        ("China never firmly supported it.", "opposes", "never firmly supported"),
        ("China is not yet willing.", "opposes", "not yet willing"),
        ("China is not at all willing.", "offers", "willing"),
        ("China does not support it.", "opposes", "not support"),
        ("Never, welcome it.", "endorses", "welcome"),
        ("It is not that welcome.", "endorses", "welcome"),
        ("It is not that we support it.", "endorses", "support"),
        ("Never. We support it.", "endorses", "support"),
        ("China does not hope.", "asks", "hope"),
        ("China does not oppose it.", "opposes", "oppose"),
        ("NEVER welcomed.", "opposes", "NEVER welcomed"),
    ],
)
def test_a_negation_turns_support_into_opposition(done_in, text, act, words):
    """`not` or `never` just before offers or endorses, in the same clause, makes it opposes; no other does."""
    assert done_in(text)[-1][::2] == (act, words)


def test_a_negation_of_another_unit_does_nothing(done_in):
    """The words before a formula end with its unit: those of the sentence or statement before it are none of them."""
    assert [act for act, *_ in done_in("We never", "Supports it. Never. Welcomed it.")] == [
        "states",
        *("endorses", "states", "endorses"),
    ]


# The agent


HOPING = [
    ("China hopes so.", "issuer"),
    ("The Chinese side hopes so.", "issuer"),
    ("CHINA hopes so.", "issuer"),
    ("We hope so.", "issuer"),
    ("LAC countries hope so.", "counterpart"),
    ("Brazil hopes so.", "counterpart"),
    ("You hope so.", "counterpart"),
    ("China and LAC countries hope so.", "both"),
    ("Both sides hope so.", "both"),
    ("We and both sides hope so.", "both"),
    ("Brazil and both sides hope so.", "both"),
    ("Together we hope so.", "both"),
    ("The world hopes so.", "other"),
    ("So hope China and Brazil.", "other"),
    # the clause
    ("China notes that the world hopes so.", "other"),
    ("China notes that LAC countries hope so.", "counterpart"),
    ("Brazil waits, but China hopes so.", "issuer"),
    ("Brazil waits; China hopes so.", "issuer"),
    ("Brazil: China hopes so.", "issuer"),
    ("Brazil – China hopes so.", "issuer"),
    ("Brazil (China hopes so).", "issuer"),
    ("Brazilian thatch and China hope so.", "issuer"),
    ("Brazil with 1,000 men hopes so.", "counterpart"),
    ("Brazil at 9:30 in 2021–2025 hopes so.", "counterpart"),
    ("Brazil, China hopes so.", "issuer"),
    # whole names
    ("The China-LAC forum hopes so.", "other"),
    ("China's forum hopes so.", "other"),
    ("The Chinese sides hope so.", "other"),
    ("A pro-China LAC hopes so.", "counterpart"),
]


def test_the_agent_is_named_before_the_formula(done_in):
    """The agent is the side, or sides, of whose names one stands whole in the formula's clause, before its end."""
    told = done_in(*(text for text, _ in HOPING))
    assert [(text, agent) for (text, _), (_, agent, _) in zip(HOPING, told, strict=True)] == HOPING


def test_a_name_inside_the_formula_counts(done_in):
    """A formula that begins with a name, as "we support", has its agent in itself."""
    formulas = {"endorses": ["we support"], "offers": {"rules": ['"we" before/3 "ready" and "ready" before/3 "you"']}}
    assert done_in("Now we support it. Are we ready for you?", formulas=formulas) == [
        ("endorses", "issuer", "we support"),
        ("offers", "issuer", "we ready for you"),
    ]


def test_a_name_between_the_words_of_a_rule_does_not_count(done_in):
    """The words of a rule stand apart, and who is named between them is whom it speaks of: no agent."""
    assert done_in("China believes that Brazil will go. One believes that Brazil will go.") == [
        ("asks", "issuer", "believes that Brazil will"),
        ("asks", "other", "believes that Brazil will"),
    ]


GOING = [
    ("China will go.", "commits", "issuer"),
    ("China and Brazil will go.", "commits", "both"),
    ("Both sides will go.", "commits", "both"),
    ("Brazil will go.", "states", "counterpart"),
    ("The forum will go.", "states", "other"),
    ("China says that the forum will go.", "states", "other"),
    ("The forum is ready to go.", "offers", "other"),
]


def test_to_commit_takes_the_issuer(done_in):
    """Who commits is the issuer, alone or with the counterpart; a will of others states, with its words kept."""
    told = done_in(*(text for text, *_ in GOING))
    assert [(text, act, agent) for (text, *_), (act, agent, _) in zip(GOING, told, strict=True)] == GOING
    assert {words for *_, words in told} == {"will", "is ready to"}


@pytest.mark.parametrize(
    ("issuer_names", "agent"),
    [
        ("China", "issuer"),
        ("  Peru ;China", "issuer"),
        ("Peru;;;", "other"),
        ("", "other"),
        ("; ;—", "other"),
        ("chin*", "issuer"),
        ("*", "other"),
        ("(China", "issuer"),
        ("China’s", "issuer"),
    ],
)
def test_names_of_metadata(done_in, issuer_names, agent):
    """Names in metadata stand between semicolons, empty ones and mere wildcards are none, and none breaks it."""
    [(act, who, _)] = done_in("China will go.", columns={"issuer_names": issuer_names})
    assert (act, who) == ("commits" if agent == "issuer" else "states", agent)


def test_each_statement_has_its_own_names(done_in):
    """The names in the row of a statement are names in that statement only; without the columns there are none."""
    columns = {"issuer_names": ["China", "Brazil"], "counterpart_names": ["Brazil", "China"]}
    text = "China will go. Brazil will go. China and Brazil will go. We will go."
    told = [agent for _, agent, _ in done_in(text, text, columns=columns)]
    assert told == ["issuer", "counterpart", "both", "issuer", "counterpart", "issuer", "both", "issuer"]
    assert [agent for _, agent, _ in done_in(text, columns={})] == ["other", "other", "other", "issuer"]


def test_a_name_on_both_sides(done_in):
    """A name that both sides bear names both."""
    assert done_in("China will go.", columns={"issuer_names": "China", "counterpart_names": "China"})[0][1] == "both"


# The table


def test_one_row_a_unit(look_up):
    """Each unit has its row, in reading order, with the contract's columns; offsets are empty without a formula."""
    divided, coded = look_up(["We hope. It waits.", "We oppose it."], {"a": ["x"]}, acts=FORMULAS, agents=AGENTS)
    assert list(coded.acts) == ["statement_id", "unit_id", "act", "agent", "start", "end", "evidence"]
    pd.testing.assert_frame_equal(coded.acts[["statement_id", "unit_id"]], divided.units[["statement_id", "unit_id"]])
    assert coded.acts["start"].tolist() == [3, pd.NA, 3]
    assert coded.acts["end"].tolist() == [7, pd.NA, 9]
    assert coded.acts["evidence"].tolist() == ["hope", "", "oppose"]


def test_a_codebook_without_acts(look_up):
    """Without acts the table is empty and has its columns, of the same types."""
    empty = look_up(["We hope."], {"a": ["x"]})[1].acts
    full = look_up(["We hope."], {"a": ["x"]}, acts=FORMULAS)[1].acts
    assert empty.empty
    assert list(empty) == list(full) == acts.COLUMNS
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_all_units_and_none(done_in):
    """Units that are all headings, or have no formula, have acts too."""
    assert done_in("First, we go.\n\nSecond, we stay.") == [("proposes", "", "")] * 2
    assert done_in("It is so. It was so.") == [("states", "", "")] * 2


def test_acts_of_two_languages(root, divide):
    """Each statement is read by the formulas and word lists of its language; one without acts has no row."""
    said = {"label": "A", "definition": "d", "examples": {}}
    theme = said | {
        "include": "i",
        "exclude": "e",
        "patterns": {code: ["peace", "和平"] for code in ("en", "zh", "es")},
    }
    made = codebook.Codebook(
        codebook="c",
        title="t",
        version="1",
        description="d",
        languages=["en", "zh", "es"],
        themes={"a": theme},
        acts={"endorses": said | {"patterns": {"en": ["support*"], "zh": ["支持"]}}},
        agents={"issuer": {"en": ["we"], "zh": ["我们"]}},
    )
    divided = divide(
        "We support it.", "我们支持和平。", "We support it.", "我们 support 支持。", language=["en", "zh", "es", "en"]
    )
    table = coding.code(divided, made).acts
    assert table.drop(columns=["start", "end"]).values.tolist() == [
        ["s1", 1, "endorses", "issuer", "support"],
        ["s2", 1, "endorses", "issuer", "支持"],
        ["s4", 1, "endorses", "other", "support"],
    ]


def test_an_exploding_formula_is_named(done_in, monkeypatch):
    """A regular expression among the formulas runs under the time limit of all expressions."""
    formulas = {"asks": {"regex": ["(o+)+$"]}}
    assert done_in("We hoo", formulas=formulas) == [("asks", "issuer", "hoo")]
    monkeypatch.setattr("emphasis.matching.SECONDS", 0.1)
    with pytest.raises(InputError, match=r"the regular expression '\(o\+\)\+\$' took more than 0.1 s on 'We hoo"):
        done_in("We h" + "o" * 5000 + "!", formulas=formulas)


PIECES = """China|LAC|we|both sides|not|never|will|is ready to|support|hopes and believes|that|opposes|,|.|.\n\n|First,
|China-LAC|it|’s|(|believe that|🕊️|LET US|—"""


@settings(max_examples=15)
@given(
    texts=st.lists(
        st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=25).map(lambda own: " ".join(["It", *own])),
        min_size=1,
        max_size=4,
    ),
    unit=st.sampled_from(["sentence", "paragraph", "section"]),
)
def test_offsets_hold(look_up, texts, unit):
    """On any text the words of each formula stand at its offsets, inside its unit; commits has the issuer."""
    columns = {"issuer_names": "China", "counterpart_names": "LAC"}
    divided, coded = look_up(texts, {"a": ["x"]}, acts=FORMULAS, agents=AGENTS, columns=columns, unit=unit)
    pd.testing.assert_frame_equal(coded.acts[["statement_id", "unit_id"]], divided.units[["statement_id", "unit_id"]])
    for row, own in zip(coded.acts.itertuples(), divided.units.itertuples(), strict=True):
        if pd.isna(row.start):
            assert (row.evidence, row.agent) == ("", "")
            assert row.act == ("proposes" if own.is_heading else "states")
        else:
            assert divided.texts[row.statement_id][row.start : row.end] == row.evidence != ""
            assert own.start <= row.start < row.end <= own.end
            assert row.agent in {"issuer", "counterpart", "both", "other"}
            assert row.act != "commits" or row.agent in {"issuer", "both"}
            assert not own.is_heading


# The seed

SEED = """
    states, offers issuer
    proposes, states, endorses issuer, opposes issuer, states, asks issuer
    proposes, offers issuer, commits issuer, commits issuer
    proposes, endorses issuer, offers issuer, commits issuer
    proposes, commits issuer, commits issuer
    proposes, states, offers issuer, commits both
"""


def test_the_acts_of_the_seed(seed_segments, seed_coding):
    """Each of the seed's 23 sentences, section by section, has the act and the agent that a reader finds in it."""
    expected = [unit.strip() for section in SEED.strip().split("\n") for unit in section.split(",")]
    table = seed_coding.acts
    assert (table["act"] + " " + table["agent"]).str.strip().tolist() == expected
    assert table["act"].value_counts().to_dict() == {
        "commits": 6,
        "offers": 4,
        "proposes": 5,
        "endorses": 2,
        "opposes": 1,
        "asks": 1,
        "states": 4,
    }
    for row in table[table["start"].notna()].itertuples():
        assert seed_segments.texts[row.statement_id][row.start : row.end] == row.evidence != ""


# Clauses and possessives


@pytest.mark.parametrize(
    ("text", "act", "agent"),
    [
        ("Ruritania, for its part, will open the port.", "commits", "issuer"),
        ("Ruritania, together with Strelsau, will open the port.", "commits", "both"),
        ("As Ruritania said, Borduria will open the port.", "states", "other"),
        ("Ruritania said that, in time, will comes.", "states", "other"),
        ("Ruritania's partners will open the port.", "states", "other"),
        ("The Ruritanians’ friends will open the port.", "states", "other"),
        ("Ruritania will open its partners' port.", "commits", "issuer"),
    ],
)
def test_who_acts_in_a_clause(divide, book, text, act, agent):
    """What stands between two commas before the formula is passed over; a possessive is not the one who acts."""
    divided = divide(text, issuer_names="Ruritania; Ruritanians", counterpart_names="Strelsau")
    made = book({"a": ["port"]}, acts={"commits": ["will"]})
    found = acts.code(Index(divided), made)
    assert found[["act", "agent"]].to_numpy().tolist() == [[act, agent]]
