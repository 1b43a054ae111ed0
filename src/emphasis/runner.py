"""Running a study: its notebooks executed by papermill, skipped where nothing changed, written whole."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emphasis import codebook as codebooks
from emphasis import files, parameters, study
from emphasis.errors import InputError
from emphasis.keys import Keys, key_of
from emphasis.paths import Root

Say = Callable[[str], None]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Plan:
    """What is to be run: the run's folder name, the parameters, the notebooks, and the key of each."""

    root: Root
    name: str
    values: dict[str, Any]
    notebooks: tuple[Path, ...]
    common: str  # hash of what every notebook depends on

    def rendered(self, notebook: Path) -> Path:
        """Return where the executed copy of a notebook is."""
        return self.root.rendered / self.name / notebook.name

    @property
    def keys(self) -> Keys:
        """The keys of this run."""
        return Keys(self.root, self.name)

    def key(self, notebook: Path) -> str:
        """Return the key of a notebook: its own cells, and all that every notebook depends on."""
        return key_of([notebook], self.common)

    def is_done(self, notebook: Path) -> bool:
        """Tell whether the notebook ran with its key, and everything it wrote is still as it wrote it."""
        return self.keys.is_current(notebook.stem, self.key(notebook))


def plan(root: Root, name: str, overrides: Sequence[tuple[str, str]] = (), *, only: Sequence[str] = ()) -> Plan:
    """Read a study, apply `overrides` (names and values as written), and find what would run.

    `only` are numbers or names that the wanted notebooks begin with. Raises InputError for an unknown
    parameter, value or notebook.
    """
    own = study.load(root, name)
    if study.path_of(root, name).resolve().parent != (root.seeds / "studies").resolve():
        raise InputError(f"the study {name} is not in seeds/studies; copy it there, and name it by its stem")
    known = parameters.all_declared(root)
    given = {
        key: parameters.parse(key, value, known) for key, value in overrides if key != "study" or _refuse_study(value)
    }
    defaults = {key: parameter.default for key, parameter in known.items()}
    changed = {key: value for key, value in given.items() if value != (defaults | own)[key]}
    run_name = study.run_name(own["study"], changed)
    values = defaults | own | changed | {"study": run_name}
    notebooks = [path for path in parameters.sources(root) if not only or path.stem.startswith(tuple(only))]
    if not notebooks:
        there = ", ".join(path.stem for path in parameters.sources(root))
        raise InputError(f"no notebook begins with {', '.join(only)}; there are: {there}")
    return Plan(root, run_name, values, tuple(notebooks), _common(root, values, own["study"]))


def _refuse_study(value: str) -> bool:
    raise InputError(
        f"the parameter study was given {value!r}; name the study as the argument of `emphasis run` instead"
    )


def _common(root: Root, values: Mapping[str, Any], name: str) -> str:
    """Return a hash of what every notebook depends on.

    Parameters, files of seeds that are read, all of src, lock, Python.
    """
    read = [
        study.path_of(root, name),
        codebooks.path_of(root, values["codebook"]),
        *sorted((root.seeds / "languages").glob("*.yml")),
        *sorted((root.seeds / "statements").iterdir()),
        root.path / "requirements.lock",
        *sorted(
            path for path in Path(__file__).parent.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        ),
    ]
    return key_of(read, json.dumps([values, sys.version_info[:2]], sort_keys=True))


def run(todo: Plan, *, jobs: int = 2, is_quiet: bool = False, say: Say = print) -> None:
    """Execute the notebooks of a plan that are not done, `jobs` at a time, and write the findings table.

    Each output is written whole or not at all. Raises RunError naming the notebook, the cell and the error
    of the first that fails; what other notebooks wrote, and what was there before, stays.
    """
    from filelock import FileLock, Timeout

    folder = todo.root.cache / todo.name
    files.make_folder(folder)
    try:
        with FileLock(folder / "lock", timeout=0):
            _run_all(todo, jobs, is_quiet, say)
    except Timeout as error:
        raise InputError(f"{todo.name} is being run by another process; wait for it to end") from error


def _run_all(todo: Plan, jobs: int, is_quiet: bool, say: Say) -> None:
    waiting = [path for path in todo.notebooks if not todo.is_done(path)]
    for path in todo.notebooks:
        if path not in waiting:
            say(f"  {path.stem}: nothing changed, not run")
    if not waiting:
        return _write_findings(todo)
    begun = time.perf_counter()
    folder = todo.root.rendered / todo.name
    files.make_folder(folder)
    with _working_in(folder), ThreadPoolExecutor(max(1, jobs)) as pool:
        runs = [pool.submit(_run_one, todo, path, is_quiet) for path in waiting]
        try:
            wait(runs, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            _end_kernels()
            raise
        finally:
            for future in runs:
                future.cancel()
    for future in runs:
        if not future.cancelled():
            future.result()
    _write_findings(todo)
    say(f"  {', '.join(path.stem for path in waiting)}: run in {time.perf_counter() - begun:.1f} s")


def _end_kernels() -> None:
    """End the kernels at once: they have sessions of their own, so that an interrupt does not reach them."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        child.kill()


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """Start kernels in `folder`, where links of their outputs begin, with one thread for linear algebra.

    So sums are the same everywhere.
    """
    before, environment = Path.cwd(), {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        for name, value in environment.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _run_one(todo: Plan, notebook: Path, is_quiet: bool) -> None:
    from emphasis import execution

    executed = execution.execute(
        notebook, todo.values, keep=todo.root.cache / todo.name / notebook.name, is_quiet=is_quiet
    )
    path = todo.rendered(notebook)
    execution.write(path, executed)
    written = [todo.root.path / name for name in execution.written(executed)]
    todo.keys.keep(notebook.stem, todo.key(notebook), [path, *written])


def _write_findings(todo: Plan) -> None:
    """Write the findings table from the executed copies, where it is not current: notebook, finding_id, sentence."""
    notebooks = sorted((todo.root.rendered / todo.name).glob("*.ipynb"))
    path, key = todo.root.data / todo.name / "findings.csv", key_of(notebooks)
    if todo.keys.is_current("findings", key):
        return
    from emphasis import execution

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["notebook", "finding_id", "sentence"])
    for notebook in notebooks:
        writer.writerows((notebook.stem, *finding) for finding in execution.findings(execution.read(notebook)))
    files.write(path, buffer.getvalue())
    todo.keys.keep("findings", key, [path])
