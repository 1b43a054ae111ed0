"""JupyterLab: a person opens a notebook and runs all of it, as the README says."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stranger

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))

# Runs all cells of the notebook in front, and gives what each shows; resolves when the last cell is done.
RUN_ALL = """async () => {
  await window.jupyterapp.started;
  const { commands, shell } = window.jupyterapp;
  const { content, context, sessionContext } = shell.currentWidget;
  await Promise.all([context.ready, sessionContext.ready]);
  await commands.execute("notebook:run-all-cells");
  const cells = content.model.sharedModel.toJSON().cells;
  await sessionContext.shutdown();
  return cells;
}"""
# JupyterLab draws a cell when it comes into view.
EVERY_CELL = """async () => {
  const { content } = window.jupyterapp.shell.currentWidget;
  for (let at = 0; at < content.widgets.length; at++) {
    await content.scrollToItem(at);
    await new Promise(requestAnimationFrame);
  }
}"""
IS_OPEN = """() => {
  const { context, sessionContext } = window.jupyterapp?.shell?.currentWidget ?? {};
  return context?.isReady && sessionContext?.isReady;
}"""


@contextlib.contextmanager
def jupyterlab(folder, settings):
    """Serve the copy in `folder`, and give its address."""
    labconfig = settings / "labconfig"
    labconfig.mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (labconfig / "page_config.json").write_text(json.dumps(quiet), encoding="utf-8")
    variables = {
        "JUPYTER_CONFIG_DIR": settings,
        "JUPYTER_DATA_DIR": settings / "data",
        "IPYTHONDIR": settings / "ipython",
    }
    log = settings / "log"
    command = ["-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser", "--port=0"]
    with log.open("w", encoding="utf-8") as stream:
        server = subprocess.Popen(
            [sys.executable, *command, "--ServerApp.root_dir=.", "--IdentityProvider.token=known"],
            cwd=folder,
            env={
                **os.environ,
                **{name: str(path) for name, path in variables.items()},
                "PYTHONPATH": str(folder / "src"),
            },
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))):
            assert server.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)


def wrong(cell):
    """Return the errors and warnings that a cell shows."""
    outputs = cell.get("outputs", [])
    return [
        output
        for output in outputs
        if output["output_type"] == "error" or (output["output_type"] == "stream" and output["name"] == "stderr")
    ]


def run_all(chromium, folder, settings):
    """Open each notebook of a copy in JupyterLab and run all of it; return its code cells, and what the tabs said."""
    cells, heard = {}, []
    with jupyterlab(folder, settings) as address:
        for notebook in NOTEBOOKS:
            tab = chromium.new_page()
            of_tab = stranger.listen(tab, allowed=(address, "data:", "blob:"), errors=False)
            tab.goto(f"{address}/lab/tree/notebooks/{notebook}?token=known&reset", wait_until="domcontentloaded")
            tab.wait_for_function(IS_OPEN, timeout=60_000)
            cells[notebook] = [cell for cell in tab.evaluate(RUN_ALL) if cell["cell_type"] == "code"]
            tab.evaluate(EVERY_CELL)
            heard += [*of_tab, *["a script ran"] * bool(tab.evaluate("window.hostile"))]
            tab.close()
    return cells, heard


@pytest.mark.browser
def test_run_all_in_jupyterlab(chromium, rerun, finished, tmp_path):
    """Run all in JupyterLab shows in each notebook no error and no warning, and writes the runner's tables."""
    tables = sorted(path.name for path in (rerun / "data" / STUDY).glob("*.csv") if path.name != "findings.csv")
    shutil.rmtree(rerun / "data" / STUDY)
    shown, heard = run_all(chromium, rerun, tmp_path / "settings")
    assert heard == []
    for cells in shown.values():
        assert [found for cell in cells for found in wrong(cell)] == []
        assert [cell["source"] for cell in cells if not cell["execution_count"]] == []
    written = rerun / "data" / STUDY
    assert sorted(path.name for path in written.glob("*.csv")) == tables
    assert [
        name for name in tables if (written / name).read_bytes() != (finished / "data" / STUDY / name).read_bytes()
    ] == []


@pytest.mark.browser
def test_a_hostile_study_in_jupyterlab(chromium, hostile_checkout, tmp_path):
    """Run all on a statement, row and codebook that mean harm shows no error, runs nothing and asks no other host."""
    folder = shutil.copytree(hostile_checkout, tmp_path / "hostile")
    for name in NOTEBOOKS:
        path = folder / "notebooks" / name
        source = path.read_text(encoding="utf-8")
        for ours, theirs in (
            (STUDY, "hostile"),
            ("wang-yi-china-celac-2025-05-13", "hostile"),
            ("diplomacy", "hostile"),
        ):
            source = source.replace(f'\\"{ours}\\"', f'\\"{theirs}\\"')
        path.write_text(source, encoding="utf-8")
    shown, heard = run_all(chromium, folder, tmp_path / "settings")
    assert heard == []
    for cells in shown.values():
        assert [found for cell in cells for found in wrong(cell)] == []
    assert "window.hostile" in str(shown)
