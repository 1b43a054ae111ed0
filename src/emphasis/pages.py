"""Executed notebooks as HTML pages: self-contained, without scripts, the same bytes every time."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from emphasis import files
from emphasis.errors import InputError
from emphasis.keys import Keys, key_of
from emphasis.paths import Root

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).with_name("templates")


def render(root: Root, run: str) -> list[Path]:
    """Write a page beside each executed notebook of a run where it is not current, and return the pages written.

    A page is made of its notebook, the names of the others, and the templates. Raises InputError where the run has no
    executed notebook.
    """
    notebooks = sorted((root.rendered / run).glob("*.ipynb"))
    if not notebooks:
        raise InputError(f"{root.rendered / run}: there is no executed notebook to render; run the study first")
    keys, names = Keys(root, run), [path.name for path in notebooks]
    templates = sorted(path for path in [Path(__file__), *TEMPLATES.rglob("*")] if path.is_file())
    made = {path: key_of([path, *templates], *names) for path in notebooks}
    stale = [path for path in notebooks if not keys.is_current(f"{path.stem}.html", made[path])]
    for path in stale:
        keys.keep(f"{path.stem}.html", made[path], [_write(path, notebooks)])
    return [path.with_suffix(".html") for path in stale]


def _write(path: Path, notebooks: list[Path]) -> Path:
    from emphasis import execution

    titles = [(p.stem, _title(execution.read(p))) for p in notebooks]
    style = files.read_text(TEMPLATES / "page" / "page.css")
    resources = {
        "page": path.stem,
        "study": path.parent.name,
        "title": f"{dict(titles)[path.stem]} · {path.parent.name}",
        "pages": titles,
        "style": style,
        "style_hash": b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    }
    body, _ = _exporter().from_notebook_node(execution.read(path), resources=resources)
    page = path.with_suffix(".html")
    files.write(page, "\n".join(line.rstrip() for line in body.splitlines()) + "\n")
    return page


def _title(notebook: NotebookNode) -> str:
    """Return the first heading of a notebook."""
    lines = [line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), "Notebook")


def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="page", extra_template_basedirs=[str(TEMPLATES)], filters={"safe_html": safe_html}
    )


TAGS = frozenset(
    "a bdi blockquote br code div em h1 h2 h3 h4 hr li mark ol p pre small span strong sub sup "  # noqa: SIM905
    "table tbody td th thead tr ul".split()
)


def safe_html(html: str) -> str:
    """Return HTML with the tags and attributes that our outputs use; any other becomes text."""
    import bleach

    attributes = {"*": ["id", "class", "lang", "scope"], "a": ["href"]}
    return str(bleach.clean(html, tags=TAGS, attributes=attributes, protocols={"http", "https"}))
