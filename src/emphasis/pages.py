"""Executed notebooks as HTML pages.

One self-contained file each, without scripts, the same bytes every time.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from emphasis import files
from emphasis.errors import InputError

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).with_name("templates")


def render(folder: Path) -> list[Path]:
    """Write a page beside each executed notebook of `folder` that has none as new as itself.

    Return the pages written.

    A page is new where its footer names the SHA-256 of its notebook and of the templates. Raises InputError
    where the folder holds no executed notebook.
    """
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise InputError(f"{folder}: there is no executed notebook to render; run the study first")
    stamps = {path: _stamp(path, notebooks) for path in notebooks}
    stale = [path for path in notebooks if not _is_current(path.with_suffix(".html"), stamps[path])]
    if not stale:
        return []
    return [_write(path, notebooks, stamps[path]) for path in stale]


def _stamp(path: Path, notebooks: list[Path]) -> str:
    """Return a hash of all that a page is made of."""
    parts = [
        files.read_bytes(path),
        *(p.name.encode() for p in notebooks),
        *(files.read_bytes(p) for p in _template_files()),
    ]
    return files.sha256(b"\0".join(parts))


def _template_files() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def _is_current(page: Path, stamp: str) -> bool:
    return page.exists() and f'content="{stamp}"' in files.read_text(page)


def _write(path: Path, notebooks: list[Path], stamp: str) -> Path:
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
        "stamp": stamp,
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
    [
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)


def safe_html(html: str) -> str:
    """Return HTML with the tags and attributes that our outputs use and no others.

    What else there is becomes text.
    """
    import bleach

    attributes = {"*": ["id", "class", "lang", "scope"], "a": ["href"]}
    return str(bleach.clean(html, tags=TAGS, attributes=attributes, protocols={"http", "https"}))
