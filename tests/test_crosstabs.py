"""Themes crossed with sections, acts, places and numbers: every unit is counted once in each."""

from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from emphasis import coding, crosstabs, measures
from emphasis.codebook import ActName

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

ACTS = {"states": [], "asks": ["hope"], "commits": ["will"]}
ORDER = ["commits", "offers", "asks", "proposes", "endorses", "opposes", "states"]


@pytest.fixture(scope="module")
def acting(divide, book):
    """Seven sentences of two statements: what they do, who does it, and on which theme; one theme has no unit."""
    texts = ["We will trade. We will rest. Peace.", "We hope for peace and trade. They will trade. Rest."]
    divided = divide(texts[0], texts[1] + " Both sides will keep the peace.")
    made = book(THEMES | {"health": ["vaccine"]}, acts=ACTS, agents={"issuer": ["we"], "both": ["both sides"]})
    return divided, coding.code(divided, made), made


def test_acts_by_hand(acting):
    """Each theme has a row with each of seven acts: its units there, whose they are, and all units of the act."""
    table = crosstabs.themes_by_act(*acting)
    assert list(table) == ["theme", "label", "act", "act_label", "n_units", "n_issuer", "n_both", "of_units"]
    of_units = {"commits": 3, "asks": 1, "states": 3}
    seen = {
        ("money", "commits"): [1, 1, 0],
        ("money", "asks"): [1, 1, 0],
        ("money", "states"): [1, 0, 0],
        ("order", "commits"): [1, 0, 1],
        ("order", "asks"): [1, 1, 0],
        ("order", "states"): [1, 0, 0],
    }
    assert table.drop(columns=["label", "act_label"]).to_numpy().tolist() == [
        [theme, act, *seen.get((theme, act), [0, 0, 0]), of_units.get(act, 0)]
        for theme in ("money", "order", "health")
        for act in ORDER
    ]
    assert table["label"].unique().tolist() == ["Money", "Order", "Health"]


def test_acts_that_the_codebook_does_not_list_keep_their_rows(divide, book):
    """A codebook that lists `commits` alone has all seven acts; its label is its own, the others' their names."""
    made = book(THEMES, acts={"commits": ["will"]}, agents={"issuer": ["we"]})
    commits = made.acts["commits"].model_copy(update={"label": "Undertakes"})
    made = made.model_copy(update={"acts": {"commits": commits}})
    divided = divide("We will trade. Peace.\n\nFirst, expand trade. They met.\n\nSecond, expand trade.")
    table = crosstabs.themes_by_act(divided, coding.code(divided, made), made)[:7]
    assert table["act"].tolist() == ORDER == list(get_args(ActName))
    assert table["act_label"].tolist() == ["Undertakes", *(act.capitalize() for act in ORDER[1:])]
    assert table["of_units"].tolist() == [1, 0, 0, 2, 0, 0, 2], "a heading proposes, though the codebook has no formula"
    assert table["n_units"].tolist() == [1, 0, 0, 2, 0, 0, 0]


@given(reference.corpora, reference.codebooks, st.data())
def test_each_unit_with_an_act_counts_once(look_up, book, corpus, themes, data):
    """Over the acts `of_units` sums to the units with an act, `n_units` to their codings; sides are parts of these."""
    parts = {"acts": {"commits": ["peace"]}, "agents": {"issuer": ["china"], "both": ["trade"]}}
    divided, coded = look_up(corpus, themes, **parts)
    kept = data.draw(st.sets(st.sampled_from(range(len(coded.acts))), min_size=1))
    acts = coded.acts.iloc[sorted(kept)]
    table = crosstabs.themes_by_act(divided, replace(coded, acts=acts), book(themes, **parts))
    sums = table.groupby("theme")[["n_units", "of_units"]].sum()
    assert sums["of_units"].tolist() == [len(acts)] * len(themes)
    told = coded.codings.merge(acts, on=KEYS)
    assert sums["n_units"].sum() == len(told)
    for side in ("issuer", "both"):
        assert table[f"n_{side}"].sum() == (told["agent"] == side).sum()
    assert (table["n_issuer"] + table["n_both"] <= table["n_units"]).all()
    assert (table["n_units"] <= table["of_units"]).all()


def test_units_without_an_act_are_in_no_column(divide, book):
    """Units of a language for which the codebook has no formula count nowhere, though their themes are coded."""
    made = book(THEMES, acts={"commits": ["will"]}, agents={"issuer": ["we"]})
    themes = {
        name: theme.model_copy(update={"patterns": {"en": theme.patterns["en"], "es": theme.patterns["en"]}})
        for name, theme in made.themes.items()
    }
    made = made.model_copy(update={"themes": themes})
    divided = divide("We will trade. Rest.", "Trade. Trade. Peace.", language=["en", "es"])
    coded = coding.code(divided, made)
    assert len(coded.acts) == 2 and len(coded.codings) == 4
    table = crosstabs.themes_by_act(divided, coded, made)
    assert table.groupby("act", sort=False)[["n_units", "n_issuer"]].sum().loc[
        ["commits", "states"]
    ].to_numpy().tolist() == [[1, 1], [0, 0]]
    assert table["of_units"].tolist() == [1, 0, 0, 0, 0, 0, 1] * 2


def test_acts_are_those_of_the_units(seed_segments, seed_coding, diplomacy):
    """On the seed each cell is the number of units with both, counted from the two tables themselves."""
    table = crosstabs.themes_by_act(seed_segments, seed_coding, diplomacy)
    both = seed_coding.codings.merge(seed_coding.acts, on=KEYS).groupby(["theme", "act"]).size()
    cells = table.set_index(["theme", "act"])["n_units"]
    assert cells[cells > 0].sort_index().to_dict() == both.sort_index().to_dict()
    of_units = table.drop_duplicates("act").set_index("act")["of_units"]
    assert of_units.to_dict() == dict.fromkeys(ORDER, 0) | seed_coding.acts["act"].value_counts().to_dict()
    sides = seed_coding.codings.merge(seed_coding.acts, on=KEYS).groupby(["theme", "act", "agent"]).size()
    for side in ("issuer", "both"):
        own = table.set_index(["theme", "act"])[f"n_{side}"]
        assert own[own > 0].sort_index().to_dict() == sides.xs(side, level="agent").to_dict()


def test_without_acts_there_is_no_row(divide, book):
    """A codebook without acts gives an empty table with its columns."""
    divided, made = divide("Trade."), book(THEMES)
    table = crosstabs.themes_by_act(divided, coding.code(divided, made), made)
    assert list(table) == ["theme", "label", "act", "act_label", "n_units", "n_issuer", "n_both", "of_units"]
    assert table.empty


def test_themes_stand_in_the_order_of_the_mean(acting):
    """Sections and acts list themes as the chart of emphasis does."""
    divided, coded, made = acting
    means = measures.average(measures.emphasis(divided, coded, made))
    ordered = means["theme"].tolist()
    columns = ["theme", "label", "n_units"]
    pd.testing.assert_frame_equal(measures.ordered_themes(divided, coded, made), means[columns])
    for table in (crosstabs.themes_by_section(divided, coded, made), crosstabs.themes_by_act(divided, coded, made)):
        assert list(pd.unique(table["theme"])) == ordered
