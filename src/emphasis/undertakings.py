"""Findings on acts and named things: what is committed, offered and asked, and what is called by its name."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from emphasis.codebook import ActName, Codebook
from emphasis.named import COUNTED
from emphasis.wording import count, do, finding, listed

NO_ACTS = "The codebook looks for no acts in this language."


@finding
def acts(table: pd.DataFrame, *, unit: str) -> str:
    """Say how many units commit, offer, ask and so on (table: acts)."""
    if table.empty:
        return NO_ACTS
    n = table["act"].value_counts()
    said = [f"{n[act]:,} {act if n[act] == 1 else act[:-1]}" for act in get_args(ActName) if act in n]
    return f"Of {count(len(table), unit)}, {listed(said)}."


@finding
def issuer_undertakes(table: pd.DataFrame, *, unit: str) -> str:
    """Say in how many units the issuer undertakes or offers something, alone or for both sides (table: acts)."""
    if table.empty:
        return NO_ACTS
    own = table[table["act"].isin(["commits", "offers"])]
    alone, joint = int((own["agent"] == "issuer").sum()), int((own["agent"] == "both").sum())
    if not alone + joint:
        return "No formula by which the issuer commits itself or offers to act is found."
    joint_said = f"{do(joint, 'announce')} joint action in the name of both sides"
    if not alone:
        return f"{count(joint, unit)} {joint_said}; none commits the issuer alone."
    more = f"{joint:,} more {joint_said}" if joint else "none speaks for the other side"
    return f"In {count(alone, unit)} the issuer commits itself or offers to act; {more}."


@finding
def undertaken_themes(table: pd.DataFrame, acts: pd.DataFrame, *, unit: str) -> str:
    """Say on which theme the issuer alone commits or offers most (tables: `crosstabs.themes_by_act`, acts)."""
    if acts.empty:
        return NO_ACTS
    base = int((acts["act"].isin(["commits", "offers"]) & (acts["agent"] == "issuer")).sum())
    sums = table[table["act"].isin(["commits", "offers"])].groupby("label", sort=False)["n_issuer"].sum()
    where = f"the {count(base, unit)} in which the issuer commits itself or offers to act"
    top = list(sums.index[(sums == sums.max()) & (sums > 0)])
    if not base:
        return "No formula by which the issuer commits itself or offers to act is found."
    if not top:
        return f"None of {where} carries a theme."
    concern = f"{int(sums.max()):,} {'concerns' if sums.max() == 1 else 'concern'}"
    return f"Of {where}, {concern} {listed(top, last='and as many')}{', more than any other theme' * (len(top) == 1)}."


@finding
def named(table: pd.DataFrame, codebook: Codebook) -> str:
    """Say how many amounts, dates, initiatives and institutions are named; amounts are quoted (table: named)."""
    if not codebook.named:
        return "The codebook looks for no amounts, dates, initiatives or institutions."
    own = table[table["kind"].isin(COUNTED)]
    distinct = own.assign(name=own["name"].str.casefold()).drop_duplicates(["kind", "name"])["kind"].value_counts()
    said = [count(int(distinct[kind]), kind) for kind in COUNTED if kind in distinct]
    if not said:
        return "No amount, date, initiative or institution is named."
    amounts = [f"“{name}”" for name in dict.fromkeys(own.loc[own["kind"] == "amount", "name"])]
    are = "amount is" if len(amounts) == 1 else "amounts are"
    quoted = f"; the {are} {listed(amounts)}" if 0 < len(amounts) < 6 else ""
    return f"Named are {listed(said)}, in {count(len(own), 'mention')}{quoted}."
