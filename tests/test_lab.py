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


@pytest.mark.browser
def test_run_all_in_jupyterlab(rerun, finished, tmp_path):
    """Run all in JupyterLab shows in each notebook no error and no warning, and writes the runner's tables."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs Chromium on PATH: apt install chromium, then make test-browser")
    from playwright.sync_api import sync_playwright

    tables = sorted(path.name for path in (rerun / "data" / STUDY).glob("*.csv") if path.name != "findings.csv")
    shutil.rmtree(rerun / "data" / STUDY)
    with jupyterlab(rerun, tmp_path / "settings") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for notebook in NOTEBOOKS:
            tab = browser.new_page()
            tab.goto(f"{address}/lab/tree/notebooks/{notebook}?token=known&reset", wait_until="domcontentloaded")
            tab.wait_for_function(IS_OPEN, timeout=60_000)
            cells = [cell for cell in tab.evaluate(RUN_ALL) if cell["cell_type"] == "code"]
            assert [found for cell in cells for found in wrong(cell)] == []
            assert [cell["source"] for cell in cells if not cell["execution_count"]] == []
            tab.close()
        browser.close()
    written = rerun / "data" / STUDY
    assert sorted(path.name for path in written.iterdir()) == tables
    assert [
        name for name in tables if (written / name).read_bytes() != (finished / "data" / STUDY / name).read_bytes()
    ] == []
