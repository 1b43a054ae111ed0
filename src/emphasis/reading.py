"""The statement as one reads it: sections, numbered units, coded words marked by theme; all text is escaped."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

import pandas as pd

from emphasis.codebook import ActName, Codebook
from emphasis.coding import Coding
from emphasis.segments import Segments
from emphasis.wording import plural

Row = dict[Hashable, Any]
Span = tuple[int, int, set[int]]  # start, end, numbers of themes
KEY = ["statement_id", "unit_id"]
CODED = "02_code_themes.ipynb"  # the notebook that shows the reading view; on pages the link leads to its page


@dataclass(frozen=True)
class Reading:
    """A text for people: as HTML, and without its tags as plain text."""

    html: str

    @property
    def text(self) -> str:
        """The same words as plain text: numbers of themes in brackets, bars between the cells of a table."""
        plain = unescape(re.sub(r"<[^>]*>", lambda tag: PLAIN.get(tag[0], ""), self.html))
        return "\n".join(line.rstrip(" |") for line in plain.split("\n") if line.strip())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


PLAIN = {"<sup>": "(", "</sup>": ")", "</td>": " | ", "</th>": " | "}


def anchor(statement_id: str, unit_id: int, several: bool) -> str:
    """Return the id of a unit in the reading view, in a study of one statement or of several.

    >>> anchor("UNGD_CHN_2023", 12, False), anchor("UNGD_CHN_2023", 12, True)
    ('u12', 'UNGD_CHN_2023-u12')
    """
    return f"{statement_id}-u{unit_id}" if several else f"u{unit_id}"


def isolated(text: str, language: str = "") -> str:
    """Return text escaped, in an element that keeps its direction to itself and names its language if it is known."""
    said = f' lang="{escape(language)}"' if language else ""
    return f"<bdi{said}>{escape(text)}</bdi>"


def plain(segments: Segments) -> Reading:
    """Return the statements with their sections and numbered units."""
    return _view(segments, (_unit(row, []) for row in _rows(segments)))


def marked(segments: Segments, coding: Coding, codebook: Codebook, *, unit: str = "sentence") -> Reading:
    """Return the statements with each coded word marked, below a legend of the themes.

    A mark ends in the numbers of its themes, which the legend explains, so that nothing depends on colour; matches
    that overlap are one mark. Beside each unit stand its number and its act, behind it its themes, or "uncoded".
    With the rules of `pages.filter_rules`, a theme chosen in the legend sets its units apart, without a script.
    """
    numbers = {theme: number for number, theme in enumerate(codebook.themes, start=1)}
    labels, spans = list(codebook.labels.values()), _spans(coding.evidence, numbers)
    acts = {(a, b): _act(act, agent, codebook) for a, b, act, agent in coding.acts[[*KEY, "act", "agent"]].to_numpy()}
    units = []
    for row in _rows(segments):
        key = row["statement_id"], row["unit_id"]
        own = sorted(set[int]().union(*(themes for *_, themes in spans.get(key, []))))
        said = ", ".join(labels[number - 1] for number in own) or "uncoded"
        classes = _classes(own) or "uncoded"
        units.append(_unit(row, spans.get(key, []), classes=classes, act=acts.get(key, ""), said=said))
    n = coding.codings["theme"].value_counts()
    entries = [_entry(theme, codebook, number, (int(n.get(theme, 0)), unit)) for theme, number in numbers.items()]
    return _view(segments, units, ['<ul class="legend" id="themes">', *entries, ALL, "</ul>"])


ALL = '<li><a href="#themes">All themes</a></li>'


def _entry(theme: str, codebook: Codebook, number: int, size: tuple[int, str]) -> str:
    """Return a theme's place in the legend, a link if any unit carries it."""
    name, noun = f"{number} {isolated(codebook.labels[theme])}", size[1] if size[0] == 1 else plural(size[1])
    said = f'<small>{size[0]:,}<span class="said"> {noun}</span></small>'
    if not size[0]:
        return f'<li class="none" id="theme-{theme}">{name} {said}</li>'
    return f'<li class="t-{number}" id="theme-{theme}"><a href="#theme-{theme}">{name}</a> {said}</li>'


def _classes(numbers: Iterable[int]) -> str:
    return " ".join(f"t-{number}" for number in sorted(numbers))


def _act(act: ActName, agent: str, codebook: Codebook) -> str:
    """Return an act and who acts, in words; what only states is not set apart."""
    label = isolated(codebook.acts[act].label if act in codebook.acts else act.capitalize())
    who = f' <span class="agent">{AGENTS[agent]}</span>' if agent else ""
    return f" · {label}" if act == "states" else f" · <strong>{label}</strong>{who}"


AGENTS = {
    "issuer": "by the issuer",
    "counterpart": "by the other side",
    "both": "by both sides",
    "other": "by another",
    "": "no agent",
}


def _rows(segments: Segments) -> list[Row]:
    """Return the units, each with its language and its anchor."""
    several = len(segments.statements) > 1
    languages = segments.statements["language"].to_numpy()[segments.unit_statement]
    rows = segments.units.assign(language=languages).to_dict("records")
    return [row | {"anchor": anchor(row["statement_id"], row["unit_id"], several)} for row in rows]


def _unit(row: Row, spans: Iterable[Span], *, classes: str = "", act: str = "", said: str = "") -> str:
    number = f'<a href="#{row["anchor"]}">{row["unit_id"]}</a>'
    note = f" <small>{isolated(f'[{said}]')}</small>" if said else ""
    return (
        f'<div class="{f"unit {classes}".strip()}" id="{row["anchor"]}"><small>{number}{act}</small>\n'
        f"<p>{_words(row, spans)}{note}</p></div>"
    )


def _words(row: Row, spans: Iterable[Span]) -> str:
    """Return the unit's text with these spans marked, each with the numbers of its themes."""
    at, html = 0, []
    for start, end, themes in spans:
        first, last = start - row["start"], end - row["start"]
        numbers = f"<sup>{', '.join(map(str, sorted(themes)))}</sup>" if themes else ""
        mark = f'<mark class="{_classes(themes)}">' if themes else "<mark>"
        html += [escape(row["text"][at:first]), mark, escape(row["text"][first:last]), numbers, "</mark>"]
        at = last
    return f'<bdi lang="{escape(row["language"])}">{"".join(html)}{escape(row["text"][at:])}</bdi>'


def _spans(evidence: pd.DataFrame, numbers: dict[str, int]) -> dict[tuple[str, int], list[Span]]:
    """Return the spans of each unit's matches; those that overlap are one, from where the first of them begins."""
    spans: dict[tuple[str, int], list[Span]] = {}
    for row in evidence.to_dict("records"):  # in the order of their places
        own = spans.setdefault((row["statement_id"], row["unit_id"]), [])
        start, end, themes = row["start"], row["end"], {numbers[row["theme"]]}
        if own and start < own[-1][1]:
            start, last, others = own.pop()
            end, themes = max(last, end), others | themes
        own.append((start, end, themes))
    return spans


def _view(segments: Segments, units: Iterable[str], legend: Sequence[str] = ()) -> Reading:
    """Return units under the headings of their sections, of several statements also under their titles."""
    headings, at, blocks = _headings(segments), -1, []
    for section, block in zip(segments.unit_section.tolist(), units, strict=True):
        blocks.append(block if section == at else headings[section] + block)
        at = section
    return Reading("\n".join(['<div class="reading">', *legend, *blocks, "</div>"]))


def _headings(segments: Segments) -> list[str]:
    """Return the heading of each section, of several statements after the statement's own."""
    about = segments.statements.set_index("statement_id")[["title", "language"]].to_dict("index")
    level = "h4" if len(about) > 1 else "h3"
    headings = []
    for section in segments.sections.to_dict("records"):
        name, own = section["statement_id"], about[section["statement_id"]]
        if len(about) > 1 and section["section_id"] == 1:
            title = f"{isolated(own['title'], own['language'])} <small>{name}</small>" if own["title"] else name
            headings.append(f"<h3>{title}</h3>\n")
        else:
            headings.append("")
        label = isolated(section["label"], own["language"] if section["heading"] else "")
        headings[-1] += f"<{level}>{label}</{level}>\n"
    return headings


def themes_of_units(segments: Segments, coding: Coding, codebook: Codebook) -> pd.DataFrame:
    """Return one row a unit: statement_id, unit_id, themes (labels) and evidence (words by theme), or empty."""
    found: dict[tuple[str, int], dict[str, dict[str, None]]] = {}
    for row in coding.evidence.to_dict("records"):
        unit = found.setdefault((row["statement_id"], row["unit_id"]), {})
        unit.setdefault(codebook.labels[row["theme"]], {})[row["evidence"]] = None
    table = segments.units[KEY]
    units = [found.get(key, {}) for key in zip(table["statement_id"], table["unit_id"], strict=True)]
    own = [{label: unit[label] for label in codebook.labels.values() if label in unit} for unit in units]
    said = ["; ".join(f"{label}: {', '.join(words)}" for label, words in themes.items()) for themes in own]
    return table.assign(themes=[", ".join(themes) for themes in own], evidence=said)


def undertakings(
    segments: Segments, coding: Coding, codebook: Codebook, *, acts: Sequence[ActName] = ("commits", "offers", "asks")
) -> Reading:
    """Quote every unit of these acts, an act at a time, with the words that say so marked, its agent and its themes.

    The number of a unit leads to it in the reading view.
    """
    units = pd.DataFrame(_rows(segments)).merge(themes_of_units(segments, coding, codebook), on=KEY)
    units = units.merge(coding.acts, on=KEY, suffixes=("", "_act"))
    html = []
    for act in acts:
        own = units[units["act"] == act].to_dict("records")
        label = codebook.acts[act].label if act in codebook.acts else act.capitalize()
        html += [f"<h3>{isolated(label)} ({len(own)})</h3>", '<ul class="quotes">', *map(_quote, own), "</ul>"]
    return Reading("\n".join(html))


def _quote(row: Row) -> str:
    link = f'<a href="{CODED}#{row["anchor"]}">{row["anchor"].replace("-u", " ").removeprefix("u")}</a>'
    formula: list[Span] = [(row["start_act"], row["end_act"], set())] if row["evidence_act"] else []
    said = isolated(f"[{AGENTS[row['agent']]}; {row['themes'] or 'uncoded'}]")
    return f'<li class="unit"><small>{link}</small>\n<p>{_words(row, formula)} <small>{said}</small></p></li>'


def paragraph(text: str) -> Reading:
    """Return a text as a paragraph."""
    return Reading(f"<p>{escape(text)}</p>")
