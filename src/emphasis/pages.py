"""Executed notebooks as HTML pages, and the answer on one page: self-contained, without scripts, the same bytes."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emphasis import files
from emphasis.errors import InputError
from emphasis.keys import Keys, key_of
from emphasis.paths import Root
from emphasis.study import APART

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).with_name("templates")
INDEX = "index.html"
PICTURE = "emphasis.png"  # the chart that README shows

# What the index page takes from the notebooks: the number of a notebook, and the id of a cell.
CHART, TABLE, FACTS = ("04", "emphasis"), ("04", "table"), ("01", "facts")
IDENTITY = ("01", "identity")
FOUND = (("04", "sections"), ("02", "issuer-undertakes"), ("02", "theme-acts"), ("03", "phrases"), ("04", "silence"))
HEADINGS = {
    "first": "Emphasis", "found": "What else is found", "sure": "How sure are we?",
    "table": "The numbers, and the words behind them", "facts": "What was read", "more": "The notebooks",
}  # fmt: skip
SURE = (("04", "certainty"), ("04", "sensitivity"), ("04", "range"), ("04", "in-sample"))


def render(root: Root, run: str) -> list[Path]:
    """Write the pages of a run that are not current: one a notebook, the index, and the picture; return those written.

    A page is made of its notebook, the titles of the others, and the templates. Raises InputError where the run has no
    executed notebook, or one that cannot be read.
    """
    folder = root.rendered / run
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise InputError(f"{folder}: there is no executed notebook to render; run the study first")
    site, keys = _Site(run, notebooks), Keys(root, run)
    sources = [Path(__file__), *sorted(TEMPLATES.rglob("*.*"))]
    titles = [f"{stem}={title}" for stem, title in site.titles.items()]
    made = {path.with_suffix(".html"): key_of([path, *sources], *titles) for path in notebooks}
    made[folder / INDEX] = key_of([*notebooks, *sources])
    stale = {page: key for page, key in made.items() if not keys.is_current(page.name, key)}
    for page, key in stale.items():
        keys.keep(page.name, key, site.write(page))
    return list(stale)


class _Site:
    """The executed notebooks of a run, arranged for pages that lead to each other."""

    def __init__(self, run: str, notebooks: list[Path]) -> None:
        from emphasis import execution

        self.run = run
        self.notebooks = {path.stem: execution.read(path) for path in notebooks}
        self.titles = {stem: _title(notebook) for stem, notebook in self.notebooks.items()}
        self.is_arranged = False

    def write(self, page: Path) -> list[Path]:
        """Write a page, with the index its picture too; return what was written."""
        if not self.is_arranged:
            self.picture = [b64decode(output.data["image/png"]) for _, output in self._charts()]
            self.environment = _exporter(self.titles).environment
            for notebook in self.notebooks.values():
                _arrange(notebook)
            self.is_arranged = True
        is_index = page.name == INDEX
        resources = {"study": self.run, "is_apart": APART in self.run, "titles": self.titles, "page": page.stem}
        resources |= self._answer() if is_index else self._page(page.stem)
        template = self.environment.get_template("answer.html.j2" if is_index else "index.html.j2")
        body = template.render(nb=self.notebooks.get(page.stem), resources=resources)
        files.write(page, "\n".join(line.rstrip() for line in body.splitlines()) + "\n")
        pictures = self.picture[:1] if is_index else []
        for picture in pictures:
            files.write(page.with_name(PICTURE), picture)
        return [page, *(page.with_name(PICTURE) for _ in pictures)]

    def _outputs(self, place: tuple[str, str]) -> list[tuple[str, NotebookNode]]:
        """Return the outputs of a cell, each with the name of its notebook; nothing where there is none."""
        number, cell_id = place
        stem = next((stem for stem in self.notebooks if stem.startswith(number)), "")
        cells = self.notebooks[stem].cells if stem else []
        return [(stem, output) for cell in cells if cell.id == cell_id for output in cell.get("outputs", [])]

    def _charts(self) -> list[tuple[str, NotebookNode]]:
        return [(stem, output) for stem, output in self._outputs(CHART) if "image/png" in output.get("data", {})]

    def _found(self, *places: tuple[str, str]) -> list[dict[str, str]]:
        """Return the findings of cells, no sentence twice: id, sentence, and the page they stand on."""
        found: dict[str, dict[str, str]] = {}
        for stem, output in (pair for place in places for pair in self._outputs(place)):
            said = output.get("metadata", {}).get("emphasis", {})
            if "finding" in said:
                sentence = output.data["text/plain"]
                found.setdefault(sentence, {"id": said["finding"], "sentence": sentence, "page": stem})
        return list(found.values())

    def _page(self, stem: str) -> dict[str, Any]:
        """Return what the page of a notebook shows beside it."""
        notebook = self.notebooks[stem]
        answered = {finding["id"] for finding in self._found(CHART, *FOUND, *SURE) if finding["page"] == stem}
        n_themes = len(set(re.findall(r'id="theme-\w+"', str(notebook))))
        return {"answered": answered, "contents": list(_contents(notebook)), **_style(n_themes)}

    def _answer(self) -> dict[str, Any]:
        """Return what the index shows."""
        parts: dict[str, Any] = {"first": self._found(CHART)[:1], "identity": self._found(IDENTITY)}
        parts |= {"found": self._found(*FOUND), "sure": self._found(*SURE), "chart": [o for _, o in self._charts()]}
        parts |= {name: [o for _, o in self._outputs(place)] for name, place in (("table", TABLE), ("facts", FACTS))}
        contents = {part: words for part, words in HEADINGS.items() if parts.get(part, True)}
        return {"answer": parts, "contents": list(contents.items()), "headings": contents, **_style(0)}


def _style(n_themes: int) -> dict[str, str]:
    """Return the style sheet, and its hash for the policy; a legend filters by as many themes as it has."""
    sheets = [files.read_text(TEMPLATES / "page" / name) for name in ("page.css", "reading.css")]
    style = "".join(sheets) + filter_rules(n_themes)
    return {"style": style, "style_hash": b64encode(hashlib.sha256(style.encode()).digest()).decode()}


TINTS = 10  # colours of themes in the style sheet; the eleventh theme has that of the first


def filter_rules(n: int) -> str:
    """Return the style rules of n themes: their colours, and what the legend does when one of them is its target.

    Units of other themes are hidden, marks of other themes look like text.
    """
    return "\n".join(
        f".t-{number} {{ --tint: var(--tint-{(number - 1) % TINTS + 1}); }}\n"
        f".reading:has(.legend .t-{number}:target) {{ .unit:not(.t-{number}) {{ display: none; }} "
        f"mark:not(.t-{number}) {{ --tint: transparent; --stroke: transparent; --number: none; }} }}"
        for number in range(1, n + 1)
    )


def _title(notebook: NotebookNode) -> tuple[str, str]:
    """Return the first heading of a notebook, and its question."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    question = re.search(r"^\*\*(.+\?)\*\*$", text, re.MULTILINE)
    return heading[1] if heading else "Notebook", question[1] if question else ""


def _contents(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the anchor and the words of each heading of the second level."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from ((_anchor(words), words) for words in re.findall(r"^## (.+)$", cell.source, re.MULTILINE))


def _anchor(heading: str) -> str:
    return re.sub(r"\W+", "-", heading.lower()).strip("-")


# Arranging a notebook for a reader


def _arrange(notebook: NotebookNode) -> None:
    """Put code without output with the next that has one, and findings with their charts."""
    cells, silent, seen = [], [], set[str]()
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.outputs:
            silent.append(cell.source)
            continue
        if cell.cell_type == "code":
            cell.source, silent = "\n\n".join([*silent, cell.source]), []
            cell.outputs = list(_joined(cell.outputs))
            for output in cell.outputs:
                _name_once(output, seen)
        cells.append(cell)
    notebook.cells = cells


def _joined(outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield outputs, a chart and the finding below it as one: the title is cut off, for the page sets it as text."""
    waiting = list(outputs)
    while waiting:
        output = waiting.pop(0)
        if "image/png" in output.get("data", {}):
            if waiting and waiting[0].get("data", {}).get("text/plain") == output.data.get("text/plain"):
                output.metadata["emphasis"] |= waiting.pop(0).metadata["emphasis"]
            _cut_title(output)
        yield output


def _cut_title(output: NotebookNode) -> None:
    """Cut the title off a chart; its height in CSS pixels is in the metadata, two pixels of the picture each."""
    from PIL import Image

    about, height = output.metadata.get("image/png", {}), output.metadata.get("emphasis", {}).get("title_height", 0)
    if height:
        picture = Image.open(BytesIO(b64decode(output.data["image/png"])))
        data = BytesIO()
        picture.crop((0, 2 * height, *picture.size)).save(data, "PNG", compress_level=8, dpi=picture.info["dpi"])
        output.data["image/png"] = b64encode(data.getvalue()).decode()
        about["height"] -= height


def _name_once(output: NotebookNode, seen: set[str]) -> None:
    """Keep the id of a finding for its first place on the page: an anchor stands once."""
    said = output.get("metadata", {}).get("emphasis", {})
    if said.get("finding") in seen:
        said["is_repeated"] = True
    seen.add(said.get("finding", ""))


# HTML


def _exporter(titles: Mapping[str, object]) -> HTMLExporter:
    from nbconvert import HTMLExporter
    from nbconvert.filters import Highlight2HTML

    links = partial(page_links, titles=titles)
    filters = {"safe_html": safe_html, "prose": lambda source: links(prose(source)), "page_links": links}
    filters |= {"scrolling": scrolling, "highlight_code": Highlight2HTML(pygments_lexer="python")}
    return HTMLExporter(template_name="page", extra_template_basedirs=[str(TEMPLATES)], filters=filters)


def page_links(html: str, titles: Mapping[str, object]) -> str:
    """Let links to notebooks lead to their pages; where there is no such page, their words stand alone."""

    def lead(found: re.Match[str]) -> str:
        """Return the link to a page, or its words."""
        stem, anchor, words = found.groups()
        return f'<a href="{stem}.html{anchor or ""}">{words}</a>' if stem in titles else words

    return re.sub(r'<a href="([\w-]+)\.ipynb(#[^"]*)?">(.*?)</a>', lead, html, flags=re.DOTALL)


def scrolling(html: str) -> str:
    """Let wide tables and code scroll by themselves, also by the keyboard."""
    html = html.replace("<pre>", '<pre tabindex="0">')
    return re.sub(r"<table.*?</table>", r'<div class="scroll" tabindex="0">\g<0></div>', html, flags=re.DOTALL)


TAGS = frozenset(
    "a bdi blockquote br caption code details div em h1 h2 h3 h4 hr li mark ol p pre small span strong sub summary sup "  # noqa: SIM905
    "table tbody td th thead tr ul del ins".split()
)


def safe_html(html: str) -> str:
    """Return HTML with the tags and attributes that our outputs use; any other becomes text."""
    import bleach

    attributes = {"*": ["id", "class", "lang", "scope"], "a": ["href"]}
    return str(bleach.clean(html, tags=TAGS, attributes=attributes, protocols={"http", "https"}))


def prose(markdown: str) -> str:
    """Return the markdown of a notebook as HTML, its formulas as MathML."""
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    html = safe_html(MarkdownWithMath(renderer=_renderer()).render(markdown))
    return re.sub(r'<span class="math (inline|block)">(.*?)</span>', _mathml, html, flags=re.DOTALL)


def _renderer() -> Any:
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    class Renderer(IPythonRenderer):
        """Headings without anchors to click, formulas set aside until the HTML is cleaned."""

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            """Return a heading with the id that the list of contents leads to."""
            return f'<h{level} id="{_anchor(text)}">{text}</h{level}>\n'

        def inline_math(self, body: str) -> str:
            """Return a formula in a line, as text until `_mathml` takes it."""
            return f'<span class="math inline">{escape(body)}</span>'

        def block_math(self, body: str) -> str:
            """Return a formula by itself, as text until `_mathml` takes it."""
            return f'<span class="math block">{escape(body)}</span>'

    return Renderer(escape=True)


def _mathml(found: re.Match[str]) -> str:
    from latex2mathml.converter import convert

    formula = str(convert(unescape(found[2]), display=found[1]))
    return f'<div class="scroll" tabindex="0">{formula}</div>' if found[1] == "block" else formula
