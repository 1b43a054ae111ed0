"""Findings on acts and named things: every branch of every sentence."""

import pandas as pd
import pytest

from emphasis import undertakings


def acting(*acts):
    """Return a table of acts: each given as act and agent."""
    return pd.DataFrame(acts, columns=["act", "agent"])


def test_acts():
    """Each act with its number of units, one singular; a codebook without acts says so."""
    table = acting(*[("commits", "both")] * 2, ("asks", "issuer"), *[("states", "")] * 1200)
    assert undertakings.acts(table, unit="sentence") == "Of 1,203 sentences, 2 commit, 1 asks and 1,200 state."
    none = "The codebook looks for no acts in this language."
    assert undertakings.acts(acting(), unit="sentence") == none


NOTHING = "No formula by which the issuer commits itself or offers to act is found."


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (acting(), "The codebook looks for no acts in this language."),
        (acting(("states", ""), ("asks", "issuer")), NOTHING),
        (acting(("offers", "other")), NOTHING),
        (
            acting(("commits", "issuer"), ("offers", "issuer")),
            "In 2 sentences the issuer commits itself or offers to act; none speaks for the other side.",
        ),
        (
            acting(("commits", "issuer"), ("offers", "both")),
            "In 1 sentence the issuer commits itself or offers to act; "
            "1 more announces joint action in the name of both sides.",
        ),
        (
            acting(("commits", "both"), ("offers", "both")),
            "2 sentences announce joint action in the name of both sides; none commits the issuer alone.",
        ),
    ],
)
def test_undertakings(table, said):
    """What the issuer undertakes alone and for both sides; nothing that another does is counted."""
    assert undertakings.issuer_undertakes(table, unit="sentence") == said


def by_act(*rows):
    """Return a table of themes by act: label, act, units of the issuer alone with both."""
    return pd.DataFrame(rows, columns=["label", "act", "n_issuer"])


ALONE = [("commits", "issuer"), ("commits", "issuer"), ("offers", "issuer"), ("commits", "both"), ("offers", "other")]


@pytest.mark.parametrize(
    ("table", "done", "said"),
    [
        (by_act(), acting(), "The codebook looks for no acts in this language."),
        (by_act(("A", "commits", 0)), acting(*ALONE[3:]), NOTHING),
        (
            by_act(("A", "commits", 0), ("A", "states", 3)),
            acting(*ALONE),
            "None of the 3 sentences in which the issuer commits itself or offers to act carries a theme.",
        ),
        (
            by_act(("A", "commits", 1), ("B", "commits", 1), ("A", "offers", 1), ("B", "states", 4)),
            acting(*ALONE),
            "Of the 3 sentences in which the issuer commits itself or offers to act, "
            "2 concern A, more than any other theme.",
        ),
        (
            by_act(("A", "commits", 1), ("B", "commits", 1), ("C", "commits", 0)),
            acting(*ALONE[:1]),
            "Of the 1 sentence in which the issuer commits itself or offers to act, 1 concerns A and as many B.",
        ),
    ],
)
def test_undertaken_themes(table, done, said):
    """The theme on which the issuer alone undertakes or offers most, a tie, and none; what others do is not counted."""
    assert undertakings.undertaken_themes(table, done, unit="sentence") == said


def test_named_things(diplomacy):
    """How many different things of each kind are named, and the amounts; other names are not counted."""
    rows = [
        ("amount", "RMB 3 billion"),
        ("amount", "RMB 3 billion"),
        ("institution", "Port Forum"),
        ("name", "Wang Yi"),
    ]
    table = pd.DataFrame(rows, columns=["kind", "name"])
    said = "Named are 1 amount and 1 institution, in 3 mentions; the amount is “RMB 3 billion”."
    assert undertakings.named(table, diplomacy) == said
    assert undertakings.named(table[2:], diplomacy) == "Named are 1 institution, in 1 mention."
    assert undertakings.named(table[3:], diplomacy) == "No amount, date, initiative or institution is named."
    many = pd.DataFrame([("amount", f"{n} dollars") for n in range(6)], columns=["kind", "name"])
    assert undertakings.named(many, diplomacy) == "Named are 6 amounts, in 6 mentions."
    said = "Named are 2 amounts, in 2 mentions; the amounts are “0 dollars” and “1 dollars”."
    assert undertakings.named(many[:2], diplomacy) == said
    none = diplomacy.model_copy(update={"named": {}})
    assert undertakings.named(table, none) == "The codebook looks for no amounts, dates, initiatives or institutions."
