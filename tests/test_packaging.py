"""The files that carry the environment say one thing, and say it without naming a host."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
NOT_ON_CONDA = {"axe-playwright-python"}  # only a test of the pages needs it, and pytest skips that one with a reason
CONDA_NAMES = {"matplotlib": "matplotlib-base", "playwright": "playwright-python"}
REQUIREMENTS = [Requirement(line) for line in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]]


def locked():
    """Cut the lock into its entries, each with its hashes."""
    return [entry for entry in re.split(r"\n(?=\S)", LOCK) if entry.strip()]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_lock_holds_every_dependency(requirement):
    """What pyproject.toml asks for stands in the lock, in a version that it allows, also for development."""
    entries = [Requirement(entry.split(" \\\n")[0]) for entry in locked()]
    name = canonicalize_name(requirement.name)
    versions = [str(entry.specifier).removeprefix("==") for entry in entries if entry.name == name]
    assert versions
    assert list(requirement.specifier.filter(versions)) == versions


def test_lock_entries_are_pinned_and_hashed():
    """Each package of the lock has one version and a sha256, so that pip can check what it gets."""
    entry_form = re.compile(r"[a-z0-9-]+==[^ ]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n?")
    assert [entry for entry in locked() if not entry_form.fullmatch(entry)] == []


def test_lock_names_no_host():
    """The lock holds no address, index or folder: each machine takes packages from where it is used to."""
    assert re.findall(r"://|file:|@ |index|find-links|trusted-host|--no-binary|^-[^-]|^--", LOCK, re.MULTILINE) == []


def test_build_back_end_is_locked():
    """The project is built without isolation, so its back end must be in the locked environment."""
    back_end = [Requirement(line).name for line in PROJECT["build-system"]["requires"]]
    assert set(back_end) <= {requirement.name for requirement in REQUIREMENTS}


def test_conda_has_the_same_dependencies():
    """environment.yml lists what pyproject.toml lists, with the same bounds, under conda-forge's names."""
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    listed = sorted((entry.name, entry.specifier) for entry in map(Requirement, set(lines) - {"python=3.12", "pip"}))
    wanted = [requirement for requirement in REQUIREMENTS if requirement.name not in NOT_ON_CONDA]
    names = [canonicalize_name(requirement.name) for requirement in wanted]
    bounds = [requirement.specifier for requirement in wanted]
    assert listed == sorted(zip([CONDA_NAMES.get(name, name) for name in names], bounds, strict=True))
    assert len(lines) == len(set(lines))


def test_conda_pins_python_in_the_form_that_binder_reads():
    """repo2docker knows the version of Python from `python=3.12` alone; any other form gives its default."""
    pins = [line for line in CONDA["dependencies"] if isinstance(line, str) and line.startswith("python")]
    assert pins == ["python=3.12"]
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_conda_takes_only_the_project_from_pip():
    """The pip section of environment.yml holds the project itself and nothing else."""
    assert [line for line in CONDA["dependencies"] if not isinstance(line, str)] == [{"pip": ["-e ."]}]


def test_citation_is_valid():
    """CITATION.cff follows the schema of the Citation File Format, which check-jsonschema ships."""
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff"]
    run = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_version_is_the_same_everywhere():
    """pyproject.toml, CITATION.cff and the newest entry of CHANGELOG.md name one version."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)[1]
    assert PROJECT["project"]["version"] == citation["version"] == newest


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on PATH")
def test_make_alone_lists_every_target():
    """`make` without a target names each target that can be asked for, and does nothing else."""
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    run = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert re.findall(r"^make ([a-z-]+) +\S", run.stdout, re.MULTILINE) == phony
    assert {"help", "run", "test", "check", "render", "lab", "lock", "clean"} <= set(phony)


@pytest.mark.parametrize("path", ["Makefile", ".ci/run", ".github/workflows/ci.yml", "environment.yml"])
def test_no_path_of_one_machine(path):
    """What builds and checks the project names no folder of the machine it was written on, and no index."""
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:work|root|home|opt|Users)/|https?://|index-url|find-links", text) == []


def test_git_keeps_statements_as_published():
    """Git turns line ends into LF, but never in the statements, which stay as published, or in pictures."""
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    for line in ["* text=auto eol=lf", "seeds/statements/* -text", "*.png binary"]:
        assert line in lines
    assert "notebooks/rendered/** linguist-generated" in lines


@pytest.mark.parametrize(
    ("path", "is_ignored"),
    [
        ("requirements.lock", False),
        ("data/README.md", False),
        ("data/china-celac-2025/emphasis.csv", False),
        ("data/china-celac-2025/units.parquet", True),
        ("data/china-celac-2025/ro-crate-metadata.json", True),
        ("data/china-celac-2025--0123abcd/emphasis.csv", True),
        ("data/another/emphasis.csv", True),
        ("notebooks/01_load_statement.ipynb", False),
        ("notebooks/rendered/china-celac-2025/emphasis.png", False),
        ("notebooks/rendered/china-celac-2025/01_load_statement.html", False),
        ("notebooks/rendered/another/index.html", True),
        (".cache/keys.json", True),
        (".venv/bin/python", True),
        ("seeds/statements/another.txt", False),
    ],
)
def test_git_ignores_what_is_generated(path, is_ignored):
    """Of what runs write, git keeps the seed's study alone, and of that no Parquet and no run crate."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    # --no-index: the answer is that of .gitignore, also for a file that is tracked
    run = subprocess.run(["git", "check-ignore", "--no-index", "--quiet", path], cwd=ROOT, check=False)
    assert run.returncode == (0 if is_ignored else 1)


@pytest.mark.parametrize(
    ("reason", "gate", "workers", "code"),
    [
        ("no Chromium", "true", "0", 1),
        ("no Chromium", "true", "1", 1),
        ("../shared is absent", "true", "0", 0),
        ("no Chromium", "false", "0", 0),
    ],
)
def test_skips_fail_the_gate(tmp_path, reason, gate, workers, code):
    """With CI=true a skip fails the run, but one for want of ../shared; elsewhere skips pass."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    sample = f"import pytest\ndef test_left_out(): pytest.skip({reason!r})\ndef test_run(): pass\n"
    (tmp_path / "test_sample.py").write_text(sample, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull]
    run = subprocess.run(
        [*command, "--rootdir", tmp_path, "-n", workers, tmp_path],
        env={**os.environ, "CI": gate, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert ("A skip fails the gate" in run.stdout) == bool(code)
