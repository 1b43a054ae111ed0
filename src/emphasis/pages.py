"""Executed notebooks as HTML pages, and the answer on one page: self-contained, without scripts, the same bytes."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emphasis import files, reading
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
    "table": "The numbers, and the words behind them", "facts": "What was read",
}  # fmt: skip
SURE = (("04", "certainty"), ("04", "sensitivity"), ("04", "range"), ("04", "in-sample"))


def render(root: Root, run: str) -> list[Path]:
    """Write the pages of a run that are not current: one a notebook, the index, and the picture; return those written.

    A page is made of its notebook, the titles of the others, and the templates. Raises InputError where the run has no
    executed notebook.
    """
    folder = root.rendered / run
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise InputError(f"{folder}: there is no executed notebook to render; run the study first")
    sources = [Path(__file__), Path(reading.__file__), *sorted(TEMPLATES.rglob("*.*"))]
    names = [path.name for path in notebooks]
    made = {path.with_suffix(".html"): key_of([path, *sources], *names) for path in notebooks}
    made[folder / INDEX] = key_of([*notebooks, *sources])
    keys = Keys(root, run)
    stale = {page: key for page, key in made.items() if not keys.is_current(page.name, key)}
    site = _Site(run, notebooks) if stale else None
    for page, key in stale.items():
        if site:
            keys.keep(page.name, key, site.write(page))
    return list(stale)


class _Site:
    """The executed notebooks of a run, arranged for pages that lead to each other."""

    def __init__(self, run: str, notebooks: list[Path]) -> None:
        from emphasis import execution

        self.run = run
        self.notebooks = {path.stem: _arranged(execution.read(path)) for path in notebooks}
        self.pictures = {path.stem: execution.read(path) for path in notebooks if path.stem.startswith(CHART[0])}
        self.titles = {stem: _title(notebook) for stem, notebook in self.notebooks.items()}
        self.exporter = _exporter()

    def write(self, page: Path) -> list[Path]:
        """Write a page, with the index its picture too; return what was written."""
        is_index = page.name == INDEX
        shared = {"study": self.run, "is_apart": APART in self.run, "titles": self.titles, "page": page.stem}
        if is_index:
            template = self.exporter.environment.get_template("answer.html.j2")
            answer = self._answer()
            contents = [*((part, words) for part, words in HEADINGS.items() if answer[part]), ("more", "The notebooks")]
            body = template.render(resources=shared | self._style("") | {"answer": answer, "contents": contents})
        else:
            notebook = self.notebooks[page.stem]
            answered = {finding["id"] for finding in self._found(*FOUND, *SURE, CHART) if finding["page"] == page.stem}
            more = {"answered": answered, "contents": list(_contents(notebook))}
            body = self.exporter.from_notebook_node(notebook, resources=shared | self._style(notebook) | more)[0]
        files.write(page, "\n".join(line.rstrip() for line in body.splitlines()) + "\n")
        return [page, *self._picture(page.with_name(PICTURE))] if is_index else [page]

    def _style(self, notebook: object) -> dict[str, str]:
        """Return the style sheet, and its hash for the policy; legends filter by as many themes as they have."""
        sheets = [files.read_text(TEMPLATES / "page" / name) for name in ("page.css", "reading.css")]
        style = "".join(sheets) + reading.filter_rules(len(set(re.findall(r'id="theme-\w+"', str(notebook)))))
        return {"style": style, "style_hash": b64encode(hashlib.sha256(style.encode()).digest()).decode()}

    def _outputs(self, place: tuple[str, str]) -> Iterator[tuple[str, NotebookNode]]:
        """Yield the name of the notebook and each output of a cell, nothing where there is none."""
        number, cell_id = place
        for stem, notebook in self.notebooks.items():
            for cell in notebook.cells:
                if stem.startswith(number) and cell.id == cell_id:
                    yield from ((stem, output) for output in cell.outputs)

    def _found(self, *places: tuple[str, str]) -> list[dict[str, str]]:
        """Return the findings of cells: id, sentence, and the page they stand on."""
        return [
            {"id": said["finding"], "sentence": output.data["text/plain"], "page": stem}
            for place in places
            for stem, output in self._outputs(place)
            if "finding" in (said := output.get("metadata", {}).get("emphasis", {}))
        ]

    def _answer(self) -> dict[str, Any]:
        parts = {name: self._found(*places) for name, places in
                 (("identity", [IDENTITY]), ("first", [CHART]), ("found", FOUND), ("sure", SURE))}  # fmt: skip
        places = {"chart": CHART, "table": TABLE, "facts": FACTS}
        return parts | {name: [output for _, output in self._outputs(place)] for name, place in places.items()}

    def _picture(self, path: Path) -> list[Path]:
        """Write the chart of emphasis with its title, where there is one."""
        for notebook in self.pictures.values():
            for cell in notebook.cells:
                for output in cell.get("outputs", []) if cell.id == CHART[1] else []:
                    if "image/png" in output.get("data", {}):
                        files.write(path, b64decode(output.data["image/png"]))
                        return [path]
        return []


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
            yield from re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', prose(cell.source))


# Arranging a notebook for a reader


def _arranged(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in which code without output stands with the next that has one, and findings with charts."""
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
    return notebook


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


def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter

    filters = {"safe_html": safe_html, "prose": prose, "page_links": page_links, "scrolling": scrolling}
    return HTMLExporter(template_name="page", extra_template_basedirs=[str(TEMPLATES)], filters=filters)


def page_links(html: str) -> str:
    """Let links to notebooks lead to their pages."""
    return re.sub(r'(href="\w[\w-]*)\.ipynb(?=["#])', r"\1.html", html)


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
    html = re.sub(r' id="[^"]*"(?=>)', lambda found: found[0].replace("?", ""), html)
    return page_links(re.sub(r'<span class="math (inline|block)">(.*?)</span>', _mathml, html, flags=re.DOTALL))


def _renderer() -> Any:
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    class Renderer(IPythonRenderer):
        """Headings without anchors to click, formulas set aside until the HTML is cleaned."""

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            anchor = re.sub(r"\W+", "-", text.lower()).strip("-")
            return f'<h{level} id="{anchor}">{text}</h{level}>\n'

        def inline_math(self, body: str) -> str:
            return f'<span class="math inline">{escape(body)}</span>'

        def block_math(self, body: str) -> str:
            return f'<span class="math block">{escape(body)}</span>'

    return Renderer(escape=True)


def _mathml(found: re.Match[str]) -> str:
    from latex2mathml.converter import convert

    formula = str(convert(unescape(found[2]), display=found[1]))
    return f'<div class="scroll" tabindex="0">{formula}</div>' if found[1] == "block" else formula
