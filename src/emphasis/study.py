"""A study: the file that asks the question, the run that answers it, the tables it writes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from emphasis import codebook as codebooks
from emphasis import documents, files, paths
from emphasis.documents import Document
from emphasis.errors import Fault, FaultyFileError, InputError
from emphasis.parameters import NAMES, Parameter, all_declared, declared, is_of_type
from emphasis.paths import Root
from emphasis.wording import count, listed, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd

    from emphasis.canvas import Chart
    from emphasis.codebook import Codebook
    from emphasis.segments import Segments

NAME = re.compile(r"\w[\w.-]*?(--[0-9a-f]{8})?")  # of a run
APART = "--"  # between a study's name and the eight digits of a run with other parameters


class _Loader(yaml.SafeLoader):
    """papermill's own loader: YAML's types, but dates stay text.

    It is papermill.iorw.NoDatesSafeLoader, written out here because importing
    papermill costs 0.4 s in every notebook; a test holds the two together.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def path_of(root: Root, name: str) -> Path:
    """Return the file of a study: the stem of one in seeds/studies, or a path."""
    path = Path(name)
    return path if path.suffix in {".yml", ".yaml"} else root.seeds / "studies" / f"{name}.yml"


def read(root: Root, name: str) -> tuple[Document, list[Fault]]:
    """Return a study's file and its faults.

    A fault is a key that no notebook declares, a value of another type (with the cure), a study that names no
    statement, and a `study` that is not the file's name. Raises InputError where there is no such study.
    """
    path = path_of(root, name)
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in (root.seeds / "studies").glob("*.yml"))) or "none"
        raise InputError(f"no study is called {name!r} in {path.parent}; there are: {there}")
    typed, written = documents.load(path, loader=_Loader), documents.load(path)
    return typed, _faults(typed, written, all_declared(root))


def load(root: Root, name: str) -> dict[str, Any]:
    """Return a study's parameters as its file gives them; FaultyFileError lists what `read` finds wrong."""
    document, faults = read(root, name)
    if faults:
        raise FaultyFileError(faults)
    return dict(document.data)


def _faults(typed: Document, written: Document, known: Mapping[str, Parameter]) -> list[Fault]:
    faults = []
    for name, value in typed.data.items():
        if name not in known:
            faults.append(typed.fault((str(name),), f"unknown key `{name}`; allowed are: {', '.join(sorted(known))}"))
        elif not is_of_type(value, known[name].type):
            faults.append(typed.fault((name,), _cure(name, value, written.data[name], known[name].type)))
    if not typed.data.get("statements"):
        faults.append(
            typed.fault(
                ("statements",),
                "the study names no statement; write `statements:` and below it a list of statement ids",
            )
        )
    if APART in typed.path.stem or not NAME.fullmatch(typed.path.stem):
        said = f"the file's name {typed.path.stem!r} is that of a folder too; allowed are letters, digits, _, . and -"
        faults.append(typed.fault(("study",), f"{said}, but not {APART}"))
    if typed.data.get("study") != typed.path.stem:
        faults.append(
            typed.fault(
                ("study",), f"`study` is {typed.data.get('study')!r}; it must be the file's name, {typed.path.stem}"
            )
        )
    return faults


def _cure(name: str, value: object, written: object, kind: str) -> str:
    read_as = json.dumps(value, ensure_ascii=False, default=str)
    came = f"`{name}` is {written!r}, which was read as {read_as}; it takes {NAMES[kind]}"
    if kind == "str" and isinstance(written, str):
        return f'{came}: write "{written}"'
    if kind == "list" and isinstance(written, list):
        return f"{came}: write each in quotes"
    return f"{came}: write it as - {written}" if kind == "list" and written else came


def named(name: str) -> str:
    """Return the name of a run as it is; InputError where it is none: it becomes the name of a folder."""
    if not NAME.fullmatch(name):
        raise InputError(f"the study is {name!r}; it takes the name of a file in seeds/studies, without .yml")
    return name


def run_name(study: str, overrides: Mapping[str, Any]) -> str:
    """Return the folder of a run: the study's name, and eight digits of the parameters that differ from its file."""
    if not overrides:
        return study
    text = json.dumps(dict(overrides), sort_keys=True, ensure_ascii=False)
    return f"{study}{APART}{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Run:
    """One run of a notebook: where its tables go, and with what parameters it ran."""

    root: Root
    name: str
    notebook: str
    parameters: dict[str, Any]

    @property
    def data(self) -> Path:
        """The folder of this run's tables."""
        return self.root.data / self.name

    def write(self, **tables: pd.DataFrame) -> Written:
        """Write tables as CSV, each whole or not at all; floats have six significant digits, missing is empty."""
        return self._write(self.data, tables)

    def show(self, name: str, chart: Chart) -> Shown:
        """Write a chart to ``figures/`` as PNG, SVG and the table it draws, and return it with a link to the table."""
        folder = self.data / "figures"
        files.write(folder / f"{name}.png", chart.png)
        files.write(folder / f"{name}.svg", chart.svg)
        pictures = [self.root.relative(folder / f"{name}.{kind}") for kind in ("png", "svg")]
        return Shown(chart, self._write(folder, {name: chart.table}, pictures=pictures))

    def _write(self, folder: Path, tables: Mapping[str, pd.DataFrame], *, pictures: Sequence[str] = ()) -> Written:
        rows = {}
        for name, table in tables.items():
            path = folder / f"{name}.csv"
            buffer = io.StringIO()
            table.to_csv(buffer, index=False, lineterminator="\n", float_format="%.6g")
            files.write(path, buffer.getvalue())
            rows[self.root.relative(path)] = len(table)
        here = Path(os.path.relpath(self.root.path)).as_posix()
        return Written(rows, here, tuple(pictures))

    def provenance(self, statements: pd.DataFrame) -> pd.DataFrame:
        """Return what this run rests on: one row for each file, with its SHA-256, and for each parameter."""
        import pandas as pd

        book = codebooks.path_of(self.root, self.parameters["codebook"])
        rows = [("study", self.name, _sha256(path_of(self.root, self.name.partition(APART)[0])))]
        rows += [("statement", row["statement_id"], row["sha256"]) for _, row in statements.iterrows()]
        rows += [("codebook", book.stem, _sha256(book))]
        rows += [("lock", "requirements.lock", _sha256(self.root.path / "requirements.lock"))]
        rows += [
            ("parameter", f"{name} = {json.dumps(value, ensure_ascii=False)}", "")
            for name, value in self.parameters.items()
            if name != "study"
        ]
        return pd.DataFrame(rows, columns=["what", "which", "sha256"])

    def methods(self, segments: Segments, codebook: Codebook | None = None) -> str:
        """Return in words exactly what was done: a paragraph for a report; on coding where there is a codebook."""
        unit, table = self.parameters["unit"], segments.statements
        sizes = {"word": "n_tokens", unit: "n_units"}
        size = listed([count(int(table[column].sum()), noun) for noun, column in sizes.items()])
        said = METHODS.format(
            n=count(len(table), "statement"), were="was" if len(table) == 1 else "were", size=size,
            languages=listed(sorted(table["language"].unique())),
            chinese="; Chinese is cut into words by rjieba" if "zh" in set(table["language"]) else "",
        )  # fmt: skip
        if codebook:
            sha256 = _sha256(codebooks.path_of(self.root, self.parameters["codebook"]))[:DIGITS]
            name = f"{codebook.codebook}, version {codebook.version} (SHA-256 {sha256}…)"
            themes = count(len(codebook.themes), "theme")
            said += CODED.format(unit=unit, codebook=name, themes=themes, nested=self.parameters["nested"])
        return said + (INTERVALS.format(units=plural(unit), **self.parameters) if "draws" in self.parameters else "")


DIGITS = 12  # of a checksum in a sentence; the whole of it stands in the provenance
METHODS = (
    "{n} ({languages}) {were} read: {size}, not counting title and header. A token is a run of letters and digits, its "
    "case folded, a hyphenated word whole, a possessive ending cut off{chinese}. A "
    "section, a paragraph and a heading end a sentence, and so does a full stop, question or exclamation mark before a "
    "capital, a digit or a quotation mark, but for listed abbreviations."
)
CODED = (
    " Each {unit} was coded by the rules of the "
    "codebook {codebook}, {themes}, nested: {nested}; its act by the formula that starts first, named things by "
    "patterns and capitals."
)
INTERVALS = (
    " Shares of {units} have Wilson intervals. Shares of words and differences have percentile intervals from "
    "{draws:,} draws of {units} within each statement, seed {seed}. All are 95% intervals, about the wording alone."
)


def _sha256(path: Path) -> str:
    return files.sha256(files.read_bytes(path)) if path.exists() else ""


@dataclass(frozen=True)
class Written:
    """The tables that a cell wrote, with their rows: an output that leads to them, its metadata naming every file.

    Links begin at the current folder: where a notebook is run is where its executed copy stands.
    """

    rows: dict[str, int]
    here: str = "."
    pictures: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        lines, items = [], []
        for path, n in self.rows.items():
            of = "Table of this chart: " if self.pictures else ""
            lines.append(f"{of}{path}: {count(n, 'row')}")
            name = f"figures/{Path(path).name}" if self.pictures else Path(path).name
            link = f'<a href="{escape(quote(f"{self.here}/{path}"))}">{escape(name)}</a>'
            items.append(f"<li>{of}{link} ({count(n, 'row')})</li>")
        html = f'<ul class="files">{"".join(items)}</ul>'
        said = {"emphasis": {"files": [*self.rows, *self.pictures]}}
        return {"text/html": html, "text/plain": "\n".join(lines)}, said


@dataclass(frozen=True)
class Shown:
    """A chart, and below it the way to its table."""

    chart: Chart
    written: Written

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self.chart._ipython_display_()
        display(self.written)


def begin(notebook: str, **parameters: Any) -> Run:
    """Begin a run of `notebook` with its parameters, and find where its tables go.

    The study's own folder is written only with the parameters of its file (for those it leaves out: the
    defaults of the notebook); any other set of parameters has a folder of its own. Raises InputError for a
    value of another type than the notebook declares: papermill does not check.
    """
    root = paths.find_root()
    known = declared(root.notebooks / f"{notebook}.ipynb")
    for name, value in parameters.items():
        if not is_of_type(value, known[name].type):
            raise InputError(f"the parameter {name} is {value!r}; it takes {NAMES[known[name].type]}")
    study, apart, _ = named(parameters["study"]).partition(APART)
    own = {name: parameter.default for name, parameter in known.items()} | load(root, study)
    overrides = {name: value for name, value in parameters.items() if name != "study" and value != own[name]}
    return Run(root, parameters["study"] if apart else run_name(study, overrides), notebook, parameters)
