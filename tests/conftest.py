"""In the gate (CI=true) a test that is skipped has not been run, and what has not been run does not hold."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

import emphasis as em


def unwanted_skips(config):
    """Return the reasons of all skips but those for want of ../shared, which only some machines have."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:  # the workers of pytest-xdist have no reporter
        return []
    reasons = [str(report.longrepr[-1]) for report in reporter.stats.get("skipped", [])]
    return [reason for reason in reasons if "../shared" not in reason]


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.OK and unwanted_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for reason in unwanted_skips(config):
        terminalreporter.write_line(f"A skip fails the gate: {reason}", red=True)


# A copy of the checkout, and the command line in it

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"


def files_of_checkout():
    """Return the paths, from the root, of what git tracks or would track."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file())


@pytest.fixture(scope="session")
def tracked():
    return files_of_checkout()


@pytest.fixture(scope="session")
def copy_checkout(tracked):
    """Copy the checkout, as git would give it, into a folder."""

    def copy(folder):
        for path in tracked:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
        return folder

    return copy


@pytest.fixture
def clone(copy_checkout, tmp_path):
    return copy_checkout(tmp_path / "clone")


def environment_of(folder, **variables):
    """Return the environment in which Python, also in kernels, takes src from the copy in `folder`."""
    return {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", **variables}


@pytest.fixture(scope="session")
def emphasis():
    """Run the command line in a copy of the checkout."""

    def run(folder, *arguments, cwd=None, before=(), **variables):
        return subprocess.run(
            [*before, sys.executable, "-m", "emphasis", *arguments],
            cwd=cwd or folder,
            env=environment_of(folder, **variables),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def finished(copy_checkout, emphasis, tmp_path_factory):
    """A copy whose results were deleted and made anew, with no data of NLTK; tests copy it or look at it."""
    folder = copy_checkout(tmp_path_factory.mktemp("finished"))
    shutil.rmtree(folder / "data" / STUDY)
    shutil.rmtree(folder / "notebooks" / "rendered" / STUDY)
    done = emphasis(folder, "run", STUDY, NLTK_DATA=str(folder / "nowhere"))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def rerun(finished, tmp_path):
    """A copy of the finished run with its keys, to change something in and to run again."""
    return shutil.copytree(finished, tmp_path / "rerun")


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, driven by playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("needs Chromium on PATH: apt install chromium, then make test-browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def hostile_checkout(copy_checkout, tmp_path_factory):
    """A copy with the study `hostile`: its statement, every field of its row, and its codebook mean harm."""
    import stranger  # beside this file; a copy of it alone needs none

    root = copy_checkout(tmp_path_factory.mktemp("hostile"))
    stranger.bring(root)
    return root


# Statements and codebooks, small ones made in place and those of the seed

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=12)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def root():
    return em.paths.Root(ROOT)


@pytest.fixture(scope="session")
def shared():
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared, which is absent")
    return folder


@pytest.fixture(scope="session")
def divide(root):
    """Divide texts, the statements s1, s2, …, into sections, units and tokens."""
    import pandas  # slow to import, and not needed by all who load this file

    def divided(*texts, language="en", unit="sentence", root=root, **columns):
        ids = [f"s{number}" for number in range(1, len(texts) + 1)]
        known = {"statement_id": ids, "title": "", "language": language, "body": 0, "text": list(texts)}
        return em.segments.segment(root, pandas.DataFrame(known | columns), unit=unit)

    return divided


def by_language(found, language):
    """Return what finds a thing as a codebook writes it: under the name of each list, the list by language."""
    lists = found if isinstance(found, dict) else {"patterns": found}
    return {name: {language: list(texts)} for name, texts in lists.items()}


@pytest.fixture(scope="session")
def book():
    """Make a codebook of themes, and of acts, agents and named things if any are given.

    Each theme, act or kind of name is a list of patterns, or a mapping of lists (patterns, rules, regex, heads); its
    label is its name with a capital. An agent is a list of names.
    """

    def made(themes, *, language="en", acts=None, agents=None, named=None):
        def parts(given, **more):
            said = {"definition": "d", "examples": {}} | more
            return {
                name: said | {"label": name.capitalize()} | by_language(found, language)
                for name, found in (given or {}).items()
            }

        return em.codebook.Codebook(
            codebook="small",
            title="A small codebook",
            version="1",
            description="d",
            languages=[language],
            themes=parts(themes, include="i", exclude="e"),
            acts=parts(acts),
            agents={side: {language: list(names)} for side, names in (agents or {}).items()},
            named=parts(named),
        )

    return made


@pytest.fixture
def desk(tmp_path):
    """A compendium that holds no statement and no codebook yet, only the languages."""
    shutil.copytree(ROOT / "seeds" / "languages", tmp_path / "seeds" / "languages")
    for name in ("statements", "codebooks"):
        (tmp_path / "seeds" / name).mkdir()
    return em.paths.Root(tmp_path)


@pytest.fixture(scope="session")
def seed(root):
    return em.statements.load(root, ["wang-yi-china-celac-2025-05-13"])


@pytest.fixture(scope="session")
def seed_segments(root, seed):
    return em.segments.segment(root, seed)


@pytest.fixture(scope="session")
def diplomacy(root):
    return em.codebook.load(root, "diplomacy")


@pytest.fixture(scope="session")
def seed_coding(seed_segments, diplomacy):
    return em.coding.code(seed_segments, diplomacy)


FEW = """language: en
name: English
ordinals: {1: [first], 2: [second]}
abbreviations: [u.s]
stop_words: [the, of, in, we, this]
negations: [not, never]
clauses: [that, but]
name_links: [of, of the]
name_joins: [and]
"""


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A compendium whose one language is a few words of English, read in a moment: for laws tried on many texts."""
    path = tmp_path_factory.mktemp("quick")
    (path / "seeds" / "languages").mkdir(parents=True)
    (path / "seeds" / "languages" / "en.yml").write_text(FEW)
    return em.paths.Root(path)


@pytest.fixture(scope="session")
def look_up(divide, book, quick):
    """Divide texts and code them by themes, acts, agents and named things, all in the quick language."""

    def coded(texts, themes, *, nested="theme", unit="sentence", columns=None, **parts):
        divided = divide(*texts, root=quick, unit=unit, **(columns or {}))
        return divided, em.coding.code(divided, book(themes, **parts), nested=nested)

    return coded
