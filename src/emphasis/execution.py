"""One notebook: executed by papermill, freed of what differs from run to run, written, read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

# jsonschema compiles grammars with it at import (1 s); nbformat's schema needs no such check
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat
from nbformat import NotebookNode

from emphasis import files, parameters
from emphasis.errors import InputError, RunError

KEPT_METADATA = {"tags"}  # of cells; of the notebook: kernelspec and the language's name
PIXEL_TOLERANCE = 8  # of 255: pictures that differ less are the same picture
INJECTED = "injected-parameters"


def execute(notebook: Path, values: Mapping[str, Any], *, keep: Path, is_quiet: bool = False) -> NotebookNode:
    """Execute a source notebook with those of `values` that it declares, and return the executed copy.

    The kernel starts in the current folder. A copy of a notebook that failed stays at `keep`. Raises
    RunError naming the notebook, the cell and the error.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    known = parameters.declared(notebook)
    files.make_folder(keep.parent)
    try:
        executed = papermill.execute_notebook(
            notebook,
            keep,
            parameters={name: value for name, value in values.items() if name in known},
            progress_bar=False if is_quiet else {"desc": notebook.stem},
            request_save_on_cell_execute=False,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        )
    except PapermillExecutionError as error:
        first = str(error.evalue).strip() or "no message"
        raise RunError(
            f"{notebook.name}, cell {error.cell_index}: {error.ename}: {first}\n(a copy with the whole error: {keep})"
        ) from error
    left = [i for i, cell in enumerate(executed.cells) if cell.cell_type == "code" and cell.execution_count is None]
    if left:
        raise RunError(f"{notebook.name}, cell {left[0]}: it was not run; a cell before it ended the notebook early")
    keep.unlink(missing_ok=True)
    return stable(executed)


def stable(executed: NotebookNode) -> NotebookNode:
    """Return an executed notebook without what differs between runs: times, paths, versions, random ids."""
    notebook: NotebookNode = nbformat.from_dict(executed)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = NotebookNode(kernelspec=kernel, language_info=NotebookNode(name="python"))
    for cell in notebook.cells:
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key in KEPT_METADATA})
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = INJECTED
    return notebook


def read(path: Path) -> NotebookNode:
    """Return the notebook that a file holds; InputError where it is none."""
    try:
        notebook: NotebookNode = nbformat.reads(files.read_text(path), as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise InputError(f"{path}: not a notebook: {str(error)[:80]}") from error
    return notebook


def write(path: Path, executed: NotebookNode) -> None:
    """Write an executed notebook, unless the file there differs in pictures only, and these look alike."""
    try:
        if path.exists() and _same_but_pixels(read(path), executed):
            return
    except InputError:
        pass  # what cannot be read is written anew
    files.write(path, nbformat.writes(executed, version=4) + "\n")


def _same_but_pixels(old: NotebookNode, new: NotebookNode) -> bool:
    before, after = [*_pictures(old)], [*_pictures(new)]
    if before == after or len(before) != len(after) or _without_pictures(old) != _without_pictures(new):
        return False
    return all(_look_alike(a, b) for a, b in zip(before, after, strict=True))


def _outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


PICTURES = ("image/png", "application/vnd.emphasis.narrow+png")


def _pictures(notebook: NotebookNode) -> Iterator[str]:
    kept = ((output.get("data", {}), kind) for output in _outputs(notebook) for kind in PICTURES)
    return (data[kind] for data, kind in kept if kind in data)


def _without_pictures(notebook: NotebookNode) -> NotebookNode:
    bare: NotebookNode = nbformat.from_dict(notebook)
    for output in _outputs(bare):
        for kind in PICTURES:
            output.get("data", {}).pop(kind, None)
    return bare


def _look_alike(a: str, b: str) -> bool:
    from base64 import b64decode

    import numpy as np
    from PIL import Image

    first, second = (np.asarray(Image.open(BytesIO(b64decode(picture))).convert("RGB"), np.int16) for picture in (a, b))
    return first.shape == second.shape and int(np.abs(first - second).max()) <= PIXEL_TOLERANCE


def _said(notebook: NotebookNode) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the metadata of ours that outputs carry, with their data."""
    for output in _outputs(notebook):
        if "emphasis" in output.get("metadata", {}):
            yield output.metadata["emphasis"], output.data


def written(notebook: NotebookNode) -> list[str]:
    """Return the paths, from the root, of the tables and pictures that an executed notebook wrote."""
    return [path for said, _ in _said(notebook) for path in said.get("files", [])]


def findings(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return the id and the sentence of each finding of an executed notebook, each once, in order."""
    return list(
        dict.fromkeys(
            (said["finding"], data["text/plain"])
            for said, data in _said(notebook)
            if isinstance(said.get("finding"), str)
        )
    )
