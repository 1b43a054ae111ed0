"""Running studies: from anywhere the same bytes, nothing twice, whole or not at all; and the command line."""

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import pytest

from emphasis import cli, runner
from emphasis.errors import InputError
from emphasis.paths import Root

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"
STATEMENT = f"wang-yi-{STUDY}-05-13"
NOTEBOOKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


def results(folder, study=STUDY):
    """Return the bytes of all that a run writes for people, by path."""
    places = [folder / "data" / study, folder / "notebooks" / "rendered" / study]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in places
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def is_ignored(path):
    """Tell whether git ignores a result of the example: the pictures of its figures."""
    return "/figures/" in path and not path.endswith(".csv")


def differing(one, other):
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def executed(done):
    """Return the notebooks that a run executed, by what it said."""
    lines = re.findall(r"^  ([\w, ]+): run in ", done.stdout, re.MULTILINE)
    return lines[0].split(", ") if lines else []


def change(notebook, cell_id, change_source):
    """Change the source of one cell of a notebook's file."""
    whole = json.loads(notebook.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in whole["cells"] if cell["id"] == cell_id]
    cell["source"] = change_source("".join(cell["source"]))
    notebook.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def add_study(folder, name, statements):
    """Add a study of statements that are not there yet, each id with its text."""
    for statement_id, text in statements.items():
        path = folder / "seeds" / "statements" / f"{statement_id}.txt"
        if text is not None:
            path.write_text(text, encoding="utf-8")
    lines = [f"study: {name}", "statements:", *(f"  - {statement_id}" for statement_id in statements)]
    path = folder / "seeds" / "studies" / f"{name}.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows(folder, study, table):
    with (folder / "data" / study / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# the command line


@pytest.fixture
def say(monkeypatch, capsys, clone):
    """Run a command in this process, in a copy of the checkout; return exit code, output and errors."""
    monkeypatch.chdir(clone)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["emphasis", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        return stopped.value.code or 0, said.out, said.err

    return call


def test_version_is_a_number_alone(say):
    """`--version` prints the version and nothing else."""
    code, out, err = say("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", out)


def test_module_is_the_command(emphasis):
    """`python -m emphasis` is the command `emphasis`."""
    done = emphasis(ROOT, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("name", [STUDY, f"seeds/studies/{STUDY}.yml", "diplomacy"])
def test_check_of_what_is_in_order_is_0(say, name):
    """A study or codebook without fault, by stem or path, gives 0 and a line that says so."""
    assert say("check", name) == (0, f"{name}: no fault found\n", "")


def test_render_says_what_to_open(say):
    """`render` ends with the answer on one page, from which the others can be reached."""
    code, out, _ = say("render", STUDY)
    page = f"notebooks/rendered/{STUDY}/index.html"
    assert code == 0
    assert out.splitlines()[-1] == f"Read: {page} (open it in a browser; it leads to the others)"


def test_check_of_faults_is_1(say, clone):
    """Faults are printed one a line, as path:line:column: message, and give 1."""
    path = clone / "seeds" / "studies" / f"{STUDY}.yml"
    path.write_text(path.read_text(encoding="utf-8") + "unknown: 1\n", encoding="utf-8")
    code, out, err = say("check", STUDY)
    assert (code, err) == (1, "")
    assert re.fullmatch(rf".*{STUDY}\.yml:\d+:1: unknown key `unknown`; allowed are: .*\n", out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "absent"], "there is no study and no codebook called 'absent'"),
        (["run", "absent"], "no study is called 'absent'"),
        (["render", "absent"], "there is no executed notebook to render; run the study first"),
        (["render", ".."], "the study is '..'; it takes the name of a file in seeds/studies, without .yml"),
        (["render", "../rendered"], "the study is '../rendered'; it takes the name of a file in seeds/studies"),
        (["run", STUDY, "-p", "units", "3"], "no notebook has a parameter 'units'; there are: codebook, "),
        (["run", STUDY, "-p", "seed", "x"], "the parameter seed was given 'x'; it takes a whole number from 1"),
        (["run", STUDY, "-p", "seed", "0"], "the parameter seed was given '0'; it takes a whole number from 1"),
        (["run", STUDY, "-p", "n_terms", "-5"], "the parameter n_terms was given '-5'; it takes a whole number from 1"),
        (["run", STUDY, "-p", "study", "a"], "name the study as the argument of `emphasis run` instead"),
        (["run", STUDY, "-p", "seed=1;import os", "1"], "no notebook has a parameter 'seed=1;import os'"),
        (["run", STUDY, "-p", "unit", "word"], "'word'"),
        (["run", STUDY, "-p", "nested", "none"], "'none'"),
        (["run", STUDY, "-p", "codebook", "absent"], "absent"),
        (["run", STUDY, "-p", "statements", "absent"], "no statement is called 'absent'"),
        (["run", STUDY, "-p", "statements", ""], "it must be a list of one or more statement ids"),
        (["run", STUDY, "--only", "99"], "no notebook begins with 99; there are: 01_load_statement"),
        (["run", STUDY, "--jobs", "0"], "Invalid value for '--jobs'"),
        (["run", STUDY, "-p", "unit"], "requires 2 arguments"),
        (["run"], "Missing argument 'STUDY'"),
        (["walk", STUDY], "No such command 'walk'"),
        (
            ["--root", "absent", "check", STUDY],
            "no compendium at absent: it is a folder that holds seeds/ and notebooks/",
        ),
    ],
)
def test_bad_use_is_2(say, clone, arguments, said):
    """Bad use or input gives 2 and one clear sentence on stderr, no traceback, before anything runs or is written."""
    before = results(clone)
    code, out, err = say(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in out + err
    assert results(clone) == before
    assert not [path for path in clone.rglob(f"{STUDY}--*") if ".cache" not in path.parts]


def test_nothing_runs_with_a_faulty_codebook(say, clone):
    """A study whose codebook has a fault is refused with path and line before any notebook starts."""
    path = clone / "seeds" / "codebooks" / "diplomacy.yml"
    path.write_text(path.read_text(encoding="utf-8") + "unknown: 1\n", encoding="utf-8")
    code, _, err = say("run", STUDY)
    assert code == 2
    assert re.search(r"diplomacy\.yml:\d+:1: .*unknown", err)


@pytest.mark.parametrize("verb", ["run", "check"])
def test_a_broken_notebook_is_named(say, clone, verb):
    """A notebook that is no JSON, as after a merge with conflicts, is an error that names it."""
    path = clone / "notebooks" / "02_code_themes.ipynb"
    path.write_text("<<<<<<< ours\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    code, out, err = say(verb, STUDY)
    assert code == {"run": 2, "check": 1}[verb]  # to check is to ask, and the answer is no
    assert "02_code_themes.ipynb:1:1: " in out + err


def test_a_study_elsewhere_is_refused_before_anything_runs(say, clone):
    """A study file that is not in seeds/studies is refused with the cure, since notebooks would not find it."""
    path = clone / "elsewhere.yml"
    text = (clone / "seeds" / "studies" / f"{STUDY}.yml").read_text(encoding="utf-8")
    path.write_text(text.replace(f"study: {STUDY}", "study: elsewhere"), encoding="utf-8")
    code, _, err = say("run", str(path))
    assert code == 2
    assert "seeds/studies" in err
    assert ", cell " not in err


def test_debug_shows_the_traceback(say):
    """With --debug an error comes with its traceback."""
    with pytest.raises(InputError, match="no study is called 'absent'"):
        say("--debug", "run", "absent")


def test_quiet_says_nothing_of_success(say):
    """-q prints nothing where all is well; faults and errors are still told."""
    assert say("-q", "check", STUDY) == (0, "", "")
    assert say("-q", "check", "absent")[2].startswith("Error: there is no study")


def test_verbs_that_are_there(say):
    """The help lists the verbs and says in one line what each does."""
    code, out, _ = say("--help")
    assert code == 0
    verbs = re.findall(r"^  ([a-z]+)  +[A-Z].*[.;]", out.partition("Commands:")[2], re.MULTILINE)
    assert {"run", "render", "check"} <= set(verbs)


def test_a_run_reads_seeds_from_the_study_file(clone):
    """A plan holds the study's parameters; an override that says what the file says changes nothing."""
    same = runner.plan(Root(clone), STUDY, [("unit", "sentence")])
    assert same == runner.plan(Root(clone), STUDY)
    assert [path.stem for path in same.notebooks] == NOTEBOOKS
    assert same.values["statements"] == [STATEMENT]


def test_the_order_of_overrides_is_the_same_run(clone):
    """The same overrides in another order are the same run, in the same folder."""
    pairs = [("unit", "section"), ("seed", "1")]
    one, other = (runner.plan(Root(clone), STUDY, order) for order in (pairs, pairs[::-1]))
    assert one == other
    assert re.fullmatch(rf"{STUDY}--[0-9a-f]{{8}}", one.name)


def test_only_takes_numbers_and_names(clone):
    """--only takes what notebooks begin with, more than once, and keeps their order."""
    chosen = runner.plan(Root(clone), STUDY, only=["04", "01_load"]).notebooks
    assert [path.stem for path in chosen] == [NOTEBOOKS[3], NOTEBOOKS[0]][::-1]


@pytest.mark.parametrize(
    "path",
    [
        f"seeds/studies/{STUDY}.yml",
        f"seeds/statements/{STATEMENT}.txt",
        "seeds/statements/statements.csv",
        "seeds/codebooks/diplomacy.yml",
        "seeds/languages/en.yml",
        "requirements.lock",
    ],
)
def test_a_changed_file_is_another_key(clone, path):
    """A change of one byte in any file that a run rests on makes every notebook run again."""
    before = runner.plan(Root(clone), STUDY).common
    (clone / path).write_bytes((clone / path).read_bytes() + b"\n")
    assert runner.plan(Root(clone), STUDY).common != before


# whole runs


@pytest.mark.slow
def test_a_fresh_copy_gives_the_committed_bytes(finished):
    """A run from nothing, without NLTK's data, writes every committed table, notebook and page, byte for byte."""
    made, committed = results(finished), results(ROOT)
    assert {Path(path).suffix for path in made} == {".csv", ".ipynb", ".html", ".png", ".svg"}
    assert [path for path in differing(made, committed) if not is_ignored(path)] == []
    assert sum(map(is_ignored, made)) == 2 * sum("/figures/" in path and path.endswith(".csv") for path in made)


@pytest.mark.slow
def test_a_run_writes_nowhere_else(finished, tracked):
    """A run writes results and its cache: seeds and sources stay as they were, and no file is new elsewhere."""
    there = {path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()}
    others = {path for path in there if not path.startswith(".cache/")} - set(results(finished))
    assert others == set(tracked) - set(results(finished))
    people = [path for path in others if path.startswith(("seeds/", "notebooks/", "data/"))]
    assert [path for path in people if (finished / path).read_bytes() != (ROOT / path).read_bytes()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cwd", "arguments", "seed"),
    [("notebooks", [], "1"), ("..", ["--root", "rerun"], "4242")],
    ids=["from notebooks", "by --root"],
)
def test_place_and_hash_seed_do_not_matter(rerun, emphasis, cwd, arguments, seed):
    """A run from notebooks/, or from elsewhere by --root, under any hash seed gives the same bytes."""
    before = results(rerun)
    for folder in (".cache", f"data/{STUDY}", f"notebooks/rendered/{STUDY}"):
        shutil.rmtree(rerun / folder)
    done = emphasis(rerun, *arguments, "run", STUDY, cwd=rerun / cwd, PYTHONHASHSEED=seed)
    assert done.returncode == 0, done.stderr
    assert executed(done) == NOTEBOOKS
    assert differing(results(rerun), before) == []


@pytest.mark.slow
def test_a_second_run_executes_nothing(rerun, emphasis):
    """Where nothing changed nothing is executed or written, and the answer costs less than three seconds."""
    for path in (rerun / "notebooks").glob("*.ipynb"):
        os.utime(path)  # a newer time is no change
    times = {path: (rerun / path).stat().st_mtime_ns for path in results(rerun)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = emphasis(rerun, "run", STUDY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # of the processor: the machine may be busy otherwise
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3
    assert (done.returncode, done.stderr) == (0, "")
    assert executed(done) == []
    assert done.stdout.count("nothing changed, not run") == len(NOTEBOOKS)
    assert {path: (rerun / path).stat().st_mtime_ns for path in results(rerun)} == times


@pytest.mark.slow
def test_a_changed_notebook_alone_runs_again(rerun, finished, emphasis):
    """A change in one notebook's words executes that one only, and only its copy and page change."""
    change(rerun / "notebooks" / "02_code_themes.ipynb", "spread-note", lambda text: f"{text} So it is.")
    done = emphasis(rerun, "-q", "run", STUDY)
    assert (done.returncode, done.stdout) == (0, "")
    folder = f"notebooks/rendered/{STUDY}"
    assert differing(results(rerun), results(finished)) == [
        f"{folder}/02_code_themes.html",
        f"{folder}/02_code_themes.ipynb",
    ]
    assert "So it is." in (rerun / folder / "02_code_themes.html").read_text(encoding="utf-8")


def edited(data):
    return data.replace(b"China", b"Chile").replace(b"Sovereignty", b"Peace")


def cut_off(data):
    return data[: len(data) // 2] + b"\xe2"


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [edited, cut_off, None], ids=["edited", "cut off", "deleted"])
def test_an_edited_output_is_made_again(rerun, finished, emphasis, spoil):
    """Outputs that were edited, cut off or deleted are as the run wrote them after the next run, at least cost."""
    folder = f"notebooks/rendered/{STUDY}"
    names = [f"data/{STUDY}/units.csv", f"data/{STUDY}/findings.csv", f"{folder}/02_code_themes.html"]
    for path in (*(rerun / name for name in names), rerun / folder / "04_chart_emphasis.ipynb"):
        former = path.read_bytes()
        path.unlink()
        if spoil:
            path.write_bytes(spoil(former))
            assert path.read_bytes() != former
    done = emphasis(rerun, "run", STUDY)
    assert done.returncode == 0, done.stderr[-2000:]
    assert executed(done) == ["01_load_statement", "04_chart_emphasis"]
    assert differing(results(rerun), results(finished)) == []


@pytest.mark.slow
def test_one_notebook_runs_alone(copy_checkout, finished, emphasis, tmp_path):
    """--only 04 executes that notebook alone, with nothing there of the others, and writes its tables."""
    alone = copy_checkout(tmp_path / "alone")
    shutil.rmtree(alone / "data" / STUDY)
    shutil.rmtree(alone / "notebooks" / "rendered" / STUDY)
    done = emphasis(alone, "run", STUDY, "--only", "04")
    assert done.returncode == 0, done.stderr
    assert executed(done) == ["04_chart_emphasis"]
    made, whole = results(alone), results(finished)
    tables = {f"data/{STUDY}/{name}.csv" for name in ("emphasis", "section_themes", "differences", "sensitivity")}
    notebook = f"notebooks/rendered/{STUDY}/04_chart_emphasis"
    shown = ("emphasis", "section_themes", "sensitivity")
    figures = {f"data/{STUDY}/figures/{name}.{kind}" for name in shown for kind in ("csv", "png", "svg")}
    pages = {f"notebooks/rendered/{STUDY}/{name}" for name in ("index.html", "emphasis.png")} | {f"{notebook}.html"}
    assert made.keys() == tables | figures | pages | {f"{notebook}.ipynb", f"data/{STUDY}/findings.csv"}
    assert [path for path in {*tables, *figures, f"{notebook}.ipynb"} if made[path] != whole[path]] == []
    assert {row["notebook"] for row in rows(alone, STUDY, "findings")} == {"04_chart_emphasis"}


@pytest.mark.slow
def test_an_override_has_a_folder_of_its_own(rerun, finished, emphasis):
    """A run with another parameter goes to the study's name and eight digits; the study's own stays untouched."""
    done = emphasis(rerun, "run", STUDY, "-p", "unit", "paragraph", "--only", "02")
    assert done.returncode == 0, done.stderr
    assert differing(results(rerun), results(finished)) == []
    (name,) = [path.name for path in (rerun / "data").glob(f"{STUDY}--*")]
    assert re.fullmatch(rf"{STUDY}--[0-9a-f]{{8}}", name)
    assert [Path(path).name for path in results(rerun, name) if "/figures/" not in path] == [
        *("acts.csv", "codings.csv", "evidence.csv", "findings.csv", "named.csv", "theme_acts.csv"),
        *("02_code_themes.html", "02_code_themes.ipynb", "index.html"),
    ]
    kinds = [f"{figure}.{kind}" for figure in ("positions", "theme_acts") for kind in ("csv", "png", "svg")]
    assert [Path(path).name for path in results(rerun, name) if "/figures/" in path] == kinds
    own, other = rows(rerun, STUDY, "codings"), rows(rerun, name, "codings")
    assert max(int(row["unit_id"]) for row in other) < max(int(row["unit_id"]) for row in own)
    page = (rerun / "notebooks" / "rendered" / name / "02_code_themes.html").read_text(encoding="utf-8")
    assert 'unit = "paragraph"' in unescape(page)
    assert "This run has other parameters than the study's file" in page


# runs that stop


@pytest.mark.slow
def test_a_failing_notebook_is_named(rerun, finished, emphasis):
    """An error in a cell gives 2, names notebook, cell and error, and leaves every former result as it was."""
    notebook = rerun / "notebooks" / "02_code_themes.ipynb"
    change(notebook, "code", lambda text: f"{text}\nraise ValueError('no such theme: <peace>')")
    done = emphasis(rerun, "run", STUDY)
    assert done.returncode == 2
    assert re.search(r"02_code_themes\.ipynb, cell \d+: ValueError: no such theme: <peace>", done.stderr)
    assert "Traceback" not in done.stderr
    assert differing(results(rerun), results(finished)) == []
    (copy,) = re.findall(r"a copy with the whole error: (.*)\)", done.stderr)
    assert "no such theme" in Path(copy).read_text(encoding="utf-8")
    again = emphasis(rerun, "-q", "run", STUDY)
    assert (again.returncode, again.stdout) == (2, "")
    assert "no such theme" in again.stderr


@pytest.mark.slow
def test_a_notebook_that_leaves_early_has_not_run(rerun, finished, emphasis):
    """A cell that ends the kernel's run by sys.exit(0) leaves the rest undone, which is an error, not a success."""
    change(rerun / "notebooks" / "02_code_themes.ipynb", "code", lambda text: f"{text}\nraise SystemExit(0)")
    done = emphasis(rerun, "run", STUDY)
    assert done.returncode == 2
    assert "02_code_themes" in done.stderr
    assert differing(results(rerun), results(finished)) == []


def start(folder):
    """Start a run and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "emphasis", "run", STUDY],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(is_so, seconds=30):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_an_interrupted_run_leaves_the_former_results(rerun, finished, emphasis):
    """While a run goes on a second is refused; Ctrl-C ends it at once, and no result is lost or cut off."""
    new = results(finished)
    for path, data in new.items():
        (rerun / path).write_bytes(data + b" ")  # former results, told from new ones by a space
    started = rerun / "started"
    note = f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))"
    stay = f"import os, pathlib, time\n{note}\ntime.sleep(100)\n"
    change(rerun / "notebooks" / "01_load_statement.ipynb", "read", lambda text: stay + text)
    running = start(rerun)
    try:
        wait_until(lambda: started.exists() and started.read_text())
        second = emphasis(rerun, "run", STUDY)
        assert second.returncode == 2
        assert f"{STUDY} is being run by another process; wait for it to end" in second.stderr
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=20)
    finally:
        os.killpg(running.pid, signal.SIGKILL) if running.poll() is None else None
    assert running.returncode == 130
    assert "Traceback" not in err
    wait_until(lambda: not is_alive(int(started.read_text())))
    after = results(rerun)
    assert after.keys() == new.keys()
    assert [path for path, data in after.items() if data not in {new[path], new[path] + b" "}] == []
    assert [path for path in after if "/01_" in path and after[path] == new[path]] == []


@pytest.mark.slow
def test_after_a_kill_the_next_run_mends_all(rerun, finished, emphasis):
    """A run that is killed outright leaves no lock and no half result: the next run gives the right bytes."""
    shutil.rmtree(rerun / ".cache")
    shutil.rmtree(rerun / "data" / STUDY)
    running = start(rerun)
    wait_until((rerun / "data" / STUDY / "units.csv").exists)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    done = emphasis(rerun, "run", STUDY)
    assert done.returncode == 0, done.stderr
    assert differing(results(rerun), results(finished)) == []


@pytest.mark.slow
def test_a_broken_key_is_no_key(rerun, finished, emphasis):
    """A key that was cut off, as by a full disk, lets its notebook run again and stops nothing."""
    key = rerun / ".cache" / STUDY / "04_chart_emphasis.json"
    key.write_bytes(key.read_bytes()[:30])
    done = emphasis(rerun, "run", STUDY)
    assert done.returncode == 0, done.stderr[-2000:]
    assert executed(done) == ["04_chart_emphasis"]
    assert differing(results(rerun), results(finished)) == []


@pytest.mark.slow
def test_a_read_only_folder_is_named(rerun, finished, emphasis):
    """Where data/ may not be written the error names the file, and what was there stays."""
    folder = rerun / "data" / STUDY
    (folder / "units.csv").unlink()
    before = results(rerun)
    folder.chmod(0o555)
    # Root may write anywhere; without these capabilities it is bound by permissions as everyone is.
    drop = "-dac_override,-dac_read_search"
    as_user = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}"] if os.geteuid() == 0 else []
    try:
        done = emphasis(rerun, "run", STUDY, before=as_user)
    finally:
        folder.chmod(0o755)
    assert done.returncode == 2
    assert re.search(r"01_load_statement\.ipynb, cell \d+: InputError: .*\.csv: cannot be written: ", done.stderr)
    assert "Traceback" not in done.stderr
    assert results(rerun) == before


# other studies


@pytest.mark.slow
def test_two_statements_run_whole(clone, emphasis):
    """A study of two statements goes through every notebook and page, and each table holds both."""
    text = (clone / "seeds" / "statements" / f"{STATEMENT}.txt").read_text(encoding="utf-8")
    add_study(clone, "pair", {STATEMENT: None, "again": text})
    done = emphasis(clone, "run", "pair")
    assert done.returncode == 0, done.stderr
    assert executed(done) == NOTEBOOKS
    assert done.stdout.startswith(f"pair: {', '.join(NOTEBOOKS)}\n")
    pages = {path.stem for path in (clone / "notebooks" / "rendered" / "pair").glob("*.html")}
    assert set(NOTEBOOKS) <= pages
    # Draws hang on a statement's id, agents on the names in its row.
    apart = {"share_words_low", "share_words_high", "n_commits", "n_offers", "n_joint", "undertaken"}
    for table in ("statements", "sections", "units", "codings", "evidence", "named", "emphasis"):
        both = [{name: row[name] for name in row if name not in apart} for row in rows(clone, "pair", table)]
        own = [list(row.values())[1:] for row in both if row["statement_id"] == STATEMENT]
        other = [list(row.values())[1:] for row in both if row["statement_id"] == "again"]
        assert len(own) == len(other) == len(both) / 2 > 0
        if table != "statements":
            assert own == other, table
    (all_terms,) = [row for row in rows(clone, "pair", "frequencies") if row["type"] == "china"]
    (own_terms,) = [row for row in rows(ROOT, STUDY, "frequencies") if row["type"] == "china"]
    assert int(all_terms["n"]) == 2 * int(own_terms["n"])
    assert all_terms["n_statements"] == "2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "n_units", "is_coded"),
    [
        ("China firmly safeguards its sovereignty and territorial integrity.", 1, True),
        ("The rain fell. A dog ran to the door. It was late, and the lamp was out.\n\nThe end.", 4, False),
        ("Hello", 1, False),
    ],
    ids=["one sentence", "nothing coded", "one word"],
)
def test_small_statements_run_whole(clone, emphasis, text, n_units, is_coded):
    """A statement of one sentence, one in which nothing is coded, and one of a word run through every notebook."""
    add_study(clone, "small", {"small": text})
    done = emphasis(clone, "run", "small", "-p", "language", "en")
    assert done.returncode == 0, done.stderr
    assert executed(done) == NOTEBOOKS
    (name,) = [path.name for path in (clone / "data").glob("small--*")]
    assert len(rows(clone, name, "units")) == n_units
    themes = rows(clone, name, "emphasis")
    assert themes
    assert any(int(row["n_units"]) > 0 for row in themes) is is_coded
    sentences = [row["sentence"] for row in rows(clone, name, "findings")]
    assert {row["notebook"] for row in rows(clone, name, "findings")} == set(NOTEBOOKS)
    assert [said for said in sentences if re.search(r"\b(nan|inf)\b|  |\.\.", said)] == []


@pytest.mark.slow
def test_papermill_gives_the_same_tables(rerun, finished, tmp_path):
    """`papermill notebook out -f study` from the root writes the same tables as `emphasis run`."""
    tables = [rerun / "data" / STUDY / f"{name}.csv" for name in ("statements", "sections", "units")]
    for path in tables:
        path.unlink()
    out = tmp_path / "out.ipynb"
    command = ["-m", "papermill", "notebooks/01_load_statement.ipynb", str(out), "--no-progress-bar"]
    done = subprocess.run(
        [sys.executable, *command, "-f", f"seeds/studies/{STUDY}.yml"],
        cwd=rerun,
        env={**os.environ, "PYTHONPATH": str(rerun / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Passed unknown parameter" not in done.stderr
    assert differing(results(rerun), results(finished)) == []
