"""Themes crossed with what else a unit is: its section, its act, its place, how many themes it carries."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd

from emphasis.codebook import ActName, Codebook
from emphasis.coding import Coding, mentions
from emphasis.measures import ordered_themes
from emphasis.segments import Segments, unit_positions
from emphasis.vocabulary import Ints

KEYS = ["statement_id", "section_id"]


def theme_positions(segments: Segments, coding: Coding) -> pd.DataFrame:
    """Return where in the reading order each theme stands: one row a coding, columns theme and position (from 1)."""
    units = unit_positions(segments)[["statement_id", "unit_id", "position"]]
    return coding.codings.merge(units, on=["statement_id", "unit_id"])[["theme", "position"]]


def themes_per_unit(segments: Segments, coding: Coding) -> pd.DataFrame:
    """Count units by the number of themes they carry: one row for none, one, several.

    The columns are themes, n_units and of_units.
    """
    carried = coding.codings.groupby(["statement_id", "unit_id"]).size()
    n = len(segments.units)
    one, several = int((carried == 1).sum()), int((carried > 1).sum())
    return pd.DataFrame(
        {"themes": ["none", "one", "several"], "n_units": [n - one - several, one, several], "of_units": n}
    )


def themes_by_section(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Count units by theme and section: one row a theme of a section, none left out.

    Columns: statement_id, theme, label, section_id, section_label (of several statements numbered by statement:
    ``2 First``), n_units that carry the theme, of_units of the section. Sorted by theme as in `measures.average`, then
    as in `sections`.
    """
    sections = segments.sections[[*KEYS, "label"]].rename(columns={"label": "section_label"})
    if len(segments.statements) > 1:
        number = pd.factorize(sections["statement_id"])[0] + 1
        sections["section_label"] = [f"{n} {label}" for n, label in zip(number, sections["section_label"], strict=True)]
    table = _crossed(segments, coding, codebook, segments.unit_section, n_groups=len(sections))
    table[[*KEYS, "section_label"]] = sections.iloc[table["group"]].to_numpy()
    table["section_id"] = table["section_id"].astype(np.int64)
    return table[["statement_id", "theme", "label", "section_id", "section_label", "n_units", "of_units"]]


def themes_by_act(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Count units by theme and act: one row a theme with an act, none left out; none where no acts are coded.

    Columns: theme, label, act, act_label, n_units that carry the theme and do this, n_issuer and n_both (those of them
    whose agent is the issuer alone, or both sides), of_units that do this. All statements together; sorted by theme as
    in `measures.average`, then commits, offers, asks, proposes, endorses, opposes, states.
    """
    units = segments.units[["statement_id", "unit_id"]].merge(coding.acts, how="left")
    names = list(get_args(ActName)) if len(coding.acts) else []
    act = pd.Index(names).get_indexer(pd.Index(units["act"]))
    table = _crossed(segments, coding, codebook, act, n_groups=len(names))
    for side in ("issuer", "both"):
        group = np.where(units["agent"] == side, act, -1)
        table[f"n_{side}"] = _crossed(segments, coding, codebook, group, n_groups=len(names))["n_units"]
    labels = [codebook.acts[name].label if name in codebook.acts else name.capitalize() for name in names]
    table["act"], table["act_label"] = (np.array(own, object)[table["group"]] for own in (names, labels))
    return table[["theme", "label", "act", "act_label", "n_units", "n_issuer", "n_both", "of_units"]]


def _crossed(segments: Segments, coding: Coding, codebook: Codebook, group: Ints, *, n_groups: int) -> pd.DataFrame:
    """Count the units of each theme in each group, a number of each unit (−1: in none).

    One row a theme of a group: theme, label, group, n_units, of_units.
    """
    themes = ordered_themes(segments, coding, codebook)[["theme", "label"]]
    carries = mentions(segments, coding.codings, codebook)[group >= 0] > 0
    group = group[group >= 0]
    place = pd.Index(list(codebook.themes)).get_indexer(pd.Index(themes["theme"]))
    counts = [np.bincount(group, carries[:, theme], n_groups) for theme in place]
    table = themes.iloc[np.repeat(np.arange(len(themes)), n_groups)].reset_index(drop=True)
    return table.assign(
        group=np.tile(np.arange(n_groups), len(themes)),
        n_units=np.array(counts, np.int64).ravel(),
        of_units=np.tile(np.bincount(group, minlength=n_groups), len(themes)),
    )
