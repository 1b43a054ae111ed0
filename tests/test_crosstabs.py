"""Themes crossed with sections, acts, places and numbers: every unit is counted once in each."""

import pandas as pd
import pytest
import reference
from hypothesis import given

from emphasis import coding, crosstabs, measures

THEMES = {"money": ["trade"], "order": ["peace"]}
KEYS = ["statement_id", "unit_id"]


# By section, by unit


@given(reference.corpora, reference.codebooks)
def test_sections_sum_to_the_statement(look_up, book, corpus, themes):
    """Units of a theme over the sections sum to those of the statement, and every theme stands in every section."""
    divided, coded = look_up(corpus, themes)
    table = crosstabs.themes_by_section(divided, coded, book(themes))
    whole = measures.emphasis(divided, coded, book(themes)).set_index(["statement_id", "theme"])
    sums = table.groupby(["statement_id", "theme"], sort=False)[["n_units", "of_units"]].sum()
    assert sums.loc[whole.index].to_numpy().tolist() == whole[["n_units", "of_units"]].to_numpy().tolist()
    assert len(table) == len(themes) * len(divided.sections)


def test_sections_by_hand(divide, book):
    """A theme has a row for each section, with its units there and the section's own base."""
    divided, made = (
        divide("Peace now. Trade now.\n\nPeace. Peace. Rest."),
        book({"money": ["trade"], "order": ["peace"]}),
    )
    table = crosstabs.themes_by_section(divided, coding.code(divided, made), made)
    assert table[["theme", "section_label", "n_units", "of_units"]].to_numpy().tolist() == [
        ["order", "Paragraph 1", 1, 2],
        ["order", "Paragraph 2", 2, 3],
        ["money", "Paragraph 1", 1, 2],
        ["money", "Paragraph 2", 0, 3],
    ]


@given(reference.corpora, reference.codebooks)
def test_none_one_several_sum_to_all(look_up, corpus, themes):
    """Units with no theme, one and several are all units."""
    divided, coded = look_up(corpus, themes)
    table = crosstabs.themes_per_unit(divided, coded)
    assert table["themes"].tolist() == ["none", "one", "several"]
    assert table["n_units"].sum() == len(divided.units)
    assert set(table["of_units"]) == {len(divided.units)}


def test_none_one_several_by_hand(divide, book):
    """Of five sentences two carry nothing, two one theme, one both."""
    divided = divide("Trade. Peace. Peace and trade. Rest. Rest.")
    assert crosstabs.themes_per_unit(divided, coding.code(divided, book(THEMES)))["n_units"].tolist() == [2, 2, 1]


def test_positions_of_themes(divide, book):
    """Themes stand at the places of their units in the reading order of all statements."""
    divided = divide("Trade. Peace.", "Rest. Peace and trade.")
    table = crosstabs.theme_positions(divided, coding.code(divided, book(THEMES)))
    assert sorted(table.itertuples(index=False, name=None)) == [("money", 1), ("money", 4), ("order", 2), ("order", 4)]


# By act

ACTS = {"commits": ["will"], "asks": ["hope"], "states": []}


@pytest.fixture(scope="module")
def acting(divide, book):
    """Six sentences of two statements: what they do and on which theme, with a heading and a theme without a unit."""
    divided = divide("We will trade. We will rest. Peace.", "We hope for peace and trade. They will trade. Rest.")
    made = book(THEMES | {"health": ["vaccine"]}, acts=ACTS, agents={"issuer": ["we"]})
    return divided, coding.code(divided, made), made


def test_acts_by_hand(acting):
    """Each theme has a row with each act of the codebook, with its units there and all units of the act."""
    table = crosstabs.themes_by_act(*acting)
    assert table.drop(columns=["label", "act_label"]).to_numpy().tolist() == [
        ["money", "commits", 1, 2],
        ["money", "asks", 1, 1],
        ["money", "states", 1, 3],
        ["order", "commits", 0, 2],
        ["order", "asks", 1, 1],
        ["order", "states", 1, 3],
        ["health", "commits", 0, 2],
        ["health", "asks", 0, 1],
        ["health", "states", 0, 3],
    ]
    assert table["act_label"].tolist() == ["Commits", "Asks", "States"] * 3


def test_acts_are_those_of_the_units(seed_segments, seed_coding, diplomacy):
    """On the seed each cell is the number of units with both, counted from the two tables themselves."""
    table = crosstabs.themes_by_act(seed_segments, seed_coding, diplomacy)
    both = seed_coding.codings.merge(seed_coding.acts, on=KEYS).groupby(["theme", "act"]).size()
    cells = table.set_index(["theme", "act"])["n_units"]
    assert cells[cells > 0].sort_index().to_dict() == both.sort_index().to_dict()
    assert table.drop_duplicates("act").set_index("act")["of_units"].to_dict() == (
        seed_coding.acts["act"].value_counts().to_dict()
    )


def test_without_acts_there_is_no_row(divide, book):
    """A codebook without acts gives an empty table with its columns."""
    divided, made = divide("Trade."), book(THEMES)
    table = crosstabs.themes_by_act(divided, coding.code(divided, made), made)
    assert list(table) == ["theme", "label", "act", "act_label", "n_units", "of_units"]
    assert table.empty


def test_themes_stand_in_the_order_of_the_mean(acting):
    """Sections and acts list themes as the chart of emphasis does."""
    divided, coded, made = acting
    ordered = measures.average(measures.emphasis(divided, coded, made))["theme"].tolist()
    assert measures.ordered_themes(divided, coded, made)["theme"].tolist() == ordered
    for table in (crosstabs.themes_by_section(divided, coded, made), crosstabs.themes_by_act(divided, coded, made)):
        assert list(pd.unique(table["theme"])) == ordered
