"""Studies: the file that asks, the parameters it may give, and where the results go."""

import hashlib
import json
import re
from dataclasses import replace

import pandas as pd
import papermill
import pytest
import yaml

from emphasis import charts, checking, parameters, study
from emphasis.errors import FaultyFileError, InputError
from emphasis.paths import Root

STUDY = "china-celac-2025"
GOOD = f"study: asked\nstatements:\n  - wang-yi-{STUDY}-05-13\n"
KNOWN = {
    name: parameters.Parameter(name, kind, default)
    for name, kind, default in [
        ("unit", "str", "sentence"),
        ("n", "int", 15),
        ("share", "float", 0.5),
        ("is_pooled", "bool", True),
        ("statements", "list", []),
    ]
}


@pytest.fixture
def compendium(clone, monkeypatch):
    """A copy of the checkout, in which one stands."""
    monkeypatch.chdir(clone)
    return Root(clone)


@pytest.fixture
def ask(compendium):
    """Write a study file and return the faults that are found in it, as text, without its folder."""

    def faults(text, name="asked"):
        path = compendium.seeds / "studies" / f"{name}.yml"
        path.write_text(text, encoding="utf-8")
        return [str(fault).replace(str(path), path.name) for fault in checking.faults(compendium, name)]

    return faults


# the file


def test_a_short_study_is_enough(ask, compendium):
    """A study needs its name and its statements; what it leaves out is the notebooks' default."""
    assert ask(GOOD) == []
    assert study.load(compendium, "asked") == {"study": "asked", "statements": [f"wang-yi-{STUDY}-05-13"]}


def test_a_study_is_named_by_stem_or_path(compendium, tmp_path):
    """The same study is found by its stem and by its path; a name without file says which there are."""
    path = compendium.seeds / "studies" / f"{STUDY}.yml"
    assert study.load(compendium, str(path)) == study.load(compendium, STUDY)
    with pytest.raises(InputError, match=rf"no study is called 'absent' in .*; there are: {STUDY}"):
        study.load(compendium, "absent")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("codebok: diplomacy", "asked.yml:4:1: unknown key `codebok`; allowed are: codebook, draws, language, "),
        ("language: NO", "asked.yml:4:1: `language` is 'NO', which was read as false.*: write \"NO\"$"),
        ("language: 12:30", "asked.yml:4:1: `language` is '12:30', which was read as 750.*: write \"12:30\"$"),
        ("language: 0123", "asked.yml:4:1: `language` is '0123', which was read as 83.*: write \"0123\"$"),
        ("language:", "asked.yml:4:1: `language` is '', which was read as null; it takes text"),
        ("seed: many", "asked.yml:4:1: `seed` is 'many', .* it takes a whole number from 1$"),
        ("seed: 1.5", "asked.yml:4:1: `seed` is '1.5', .* it takes a whole number from 1$"),
        ("seed: yes", "asked.yml:4:1: `seed` is 'yes', which was read as true; it takes a whole number from 1$"),
        ("seed: 0", "asked.yml:4:1: `seed` is '0', which was read as 0; it takes a whole number from 1$"),
        ("n_terms: -5", "asked.yml:4:1: `n_terms` is '-5', .* it takes a whole number from 1$"),
        ("codebook: [a, b]", r"asked.yml:4:1: `codebook` is \['a', 'b'\], .* it takes text$"),
        ("unit: sentence\nunit: section", "asked.yml:5:1: the key `unit` stands twice here; keep one"),
        ("unit:\tsentence", "asked.yml:4:6: a tab; YAML is indented by spaces only"),
        ("unit: [sentence", "asked.yml:[45]:[0-9]+: not YAML: "),
        ("unit: word", "asked.yml:4:1: `unit` is 'word'; allowed are: sentence, paragraph, section"),
        ("nested: none", "asked.yml:4:1: `nested` is 'none'; allowed are: theme, codebook"),
        ("sort: length", "asked.yml:4:1: `sort` is 'length'; allowed are: position, left, right, node"),
        ("draws: 0", "asked.yml:4:1: `draws` is '0', which was read as 0; it takes a whole number from 1$"),
        ("draws: 99", "asked.yml:4:1: `draws` is 99; allowed are whole numbers from 100 to 1,000,000"),
        ("draws: 1000001", "asked.yml:4:1: `draws` is 1000001; allowed are whole numbers from 100 to 1,000,000"),
        ("window: 1", "asked.yml:4:1: `window` is 1; allowed are whole numbers from 2 to 10"),
        ("codebook: absent", "asked.yml:4:1: .*absent"),
        ("codebook: ../codebooks/../absent", "asked.yml:4:1: .*absent"),
        ("1: 2", "asked.yml:4:1: unknown key `1`; allowed are: "),
    ],
)
def test_a_fault_has_its_place_and_its_cure(ask, lines, fault):
    """What is wrong in a study is one fault with file, line and column, what came and what is allowed."""
    faults = ask(f"{GOOD}{lines}\n")
    assert len(faults) == 1
    assert re.match(fault, faults[0]), faults[0]


def test_a_row_without_a_text_is_a_fault_of_every_study(ask, compendium):
    """A row of statements.csv that no text belongs to, so a misspelt id, is told though the study does not name it."""
    path = compendium.seeds / "statements" / "statements.csv"
    header = path.read_text(encoding="utf-8").partition("\n")[0]
    with path.open("a", encoding="utf-8") as file:
        file.write("lost" + "," * header.count(",") + "\n")
    n = len(path.read_text(encoding="utf-8").splitlines())
    assert ask(GOOD) == [f"{path}:{n}:1: the row 'lost' has no text; there must be a file lost.txt"]


def test_a_codebook_by_path_is_found_from_the_root(ask, compendium, tmp_path, monkeypatch):
    """A path of a codebook starts at the root, wherever one stands."""
    monkeypatch.chdir(tmp_path)
    assert ask(f"{GOOD}codebook: seeds/codebooks/diplomacy.yml\n") == []
    [fault] = ask(f"{GOOD}codebook: seeds/codebooks/gone.yml\n")
    assert f"no codebook is called 'gone' in {compendium.seeds / 'codebooks'}; " in fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("study: asked\n", "asked.yml:1:1: the study names no statement; write `statements:`"),
        ("study: asked\nstatements: []\n", "asked.yml:2:1: the study names no statement"),
        ("study: asked\nstatements: a\n", "asked.yml:2:1: `statements` is 'a'.*: write it as - a"),
        ("study: asked\nstatements:\n  - 1\n", "asked.yml:2:1: `statements` is .*: write each in quotes"),
        ("study: asked\nstatements:\n  - absent\n", "asked.yml:[23]:[13]: no statement is called 'absent'"),
        (GOOD.replace("asked", "other"), "asked.yml:1:1: `study` is 'other'; it must be the file's name, asked"),
        (GOOD.partition("\n")[2], "asked.yml:1:1: `study` is None; it must be the file's name, asked"),
        ("", "asked.yml:1:1: the file is empty or no mapping"),
        ("- a\n", "asked.yml:1:1: the file is empty or no mapping"),
        ("study: &a asked\nunit: *a\n", "asked.yml:.* an alias"),
    ],
)
def test_a_file_that_asks_nothing_is_a_fault(ask, text, fault):
    """A study without statements, with those that are not there, or with another's name is refused."""
    assert re.match(fault, ask(text)[0]), ask(text)[0]


def test_all_faults_are_told_at_once(ask):
    """A file with several faults gets all of them in one go, in the order of their lines."""
    faults = ask("study: other\nunknown: 1\nseed: many\nstatements: []\n")
    assert [fault.split(":")[1] for fault in faults] == ["1", "2", "3", "4"]


def test_a_refused_study_lists_its_faults(compendium):
    """Loading a faulty study raises one error that holds every fault."""
    path = compendium.seeds / "studies" / "asked.yml"
    path.write_text("study: other\nseed: many\n", encoding="utf-8")
    with pytest.raises(FaultyFileError) as caught:
        study.load(compendium, "asked")
    assert len(caught.value.faults) == len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    "written",
    [
        *("NO", "no", "off", "y", "~", "null", '""', "en", "'NO'", "Yes"),
        *("2025-05-13", "2025-05-13T23:00+08:00", "12:30", "0123", "0o17", "0x1f", "1e3", "1.0", ".inf", "+1"),
        *("=", "<<", "a: b", '"a: b"', "'it''s'", '"\\u00e9"', "é", "|\n  a\n  b", ">\n  a\n  b"),
    ],
)
def test_values_are_those_papermill_reads(compendium, written):
    """A value is what `papermill -f` makes of it, or is refused naming what papermill makes of it."""
    path = compendium.seeds / "studies" / "asked.yml"
    path.write_text(f"{GOOD}language: {written}\n", encoding="utf-8")
    try:
        read = papermill.iorw.read_yaml_file(str(path))["language"]
    except yaml.YAMLError:
        with pytest.raises(FaultyFileError):
            study.load(compendium, "asked")
        return
    if isinstance(read, str):
        assert study.load(compendium, "asked")["language"] == read
    else:
        with pytest.raises(FaultyFileError, match=re.escape(f"which was read as {json.dumps(read)}")):
            study.load(compendium, "asked")


def test_whole_files_are_those_papermill_reads(compendium):
    """The seed's study is read as papermill reads it."""
    path = compendium.seeds / "studies" / f"{STUDY}.yml"
    assert study.load(compendium, STUDY) == papermill.iorw.read_yaml_file(str(path))


# parameters


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("unit", "paragraph", "paragraph"),
        ("unit", "NO", "NO"),
        ("unit", "12", "12"),
        ("unit", "", ""),
        ("n", "12", 12),
        ("n", "1", 1),
        ("share", "0.25", 0.25),
        ("share", "1", 1.0),
        ("is_pooled", "false", False),
        ("is_pooled", "True", True),
        ("statements", "a, b,c", ["a", "b", "c"]),
        ("statements", "UNGD_*", ["UNGD_*"]),
        ("statements", "", []),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(name, text, value):
    """What stands after -p becomes a value of the type that the notebook declares, and of no other."""
    parsed = parameters.parse(name, text, KNOWN)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("n", "many", "the parameter n was given 'many'; it takes a whole number from 1"),
        ("n", "1.5", "the parameter n was given '1.5'; it takes a whole number from 1"),
        ("n", "", "the parameter n was given ''; it takes a whole number from 1"),
        ("n", "0", "the parameter n was given '0'; it takes a whole number from 1"),
        ("n", "-1", "the parameter n was given '-1'; it takes a whole number from 1"),
        ("share", "half", "the parameter share was given 'half'; it takes a number"),
        ("is_pooled", "maybe", "the parameter is_pooled was given 'maybe'; it takes true or false"),
    ],
)
def test_text_of_another_type_is_refused(name, text, said):
    """A value that is not of the declared type is refused with what it takes."""
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        parameters.parse(name, text, KNOWN)


@pytest.mark.parametrize(
    "name", ["units", "", " unit", "a b", "1st", "x=1;import os", "__import__('os').system('true')#", "unit\n"]
)
def test_a_name_that_no_notebook_declares_is_refused(name):
    """A name that is unknown, no identifier or holds code never comes near a notebook."""
    said = re.escape(f"no notebook has a parameter {name!r}; there are: is_pooled, n, share, statements, unit")
    with pytest.raises(InputError, match=f"^{said}$"):
        parameters.parse(name, "1", KNOWN)


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        ("a", "str", True),
        (1, "int", True),
        (1, "float", True),
        (True, "bool", True),
        (["a"], "list", True),
        ([], "list", True),
        (True, "int", False),
        (0, "int", False),
        (-1, "int", False),
        (0, "float", True),
        (True, "float", False),
        (1, "bool", False),
        (1.0, "int", False),
        (None, "str", False),
        ([1], "list", False),
        (["a", None], "list", False),
        ("a", "list", False),
    ],
)
def test_types_are_told_apart(value, kind, fits):
    """True is no number, a number no truth, a whole number is 1 or more, and a list holds texts only."""
    assert parameters.is_of_type(value, kind) is fits


# where results go


def test_the_order_of_overrides_does_not_matter():
    """The same overrides, in whatever order, give the same folder; others give another."""
    one = study.run_name("s", {"unit": "section", "seed": 1})
    assert one == study.run_name("s", {"seed": 1, "unit": "section"})
    assert re.fullmatch(r"s--[0-9a-f]{8}", one)
    assert len({one, study.run_name("s", {"unit": "section"}), study.run_name("t", {"unit": "section"})}) == 3
    assert study.run_name("s", {"seed": 1}) != study.run_name("s", {"seed": "1"})


def test_no_override_is_the_study_itself():
    """Without overrides the results go to the folder of the study's name."""
    assert study.run_name("s", {}) == "s"


def begin(compendium, notebook="01_load_statement", **changes):
    known = parameters.declared(compendium.notebooks / f"{notebook}.ipynb")
    defaults = {name: parameter.default for name, parameter in known.items()}
    own = {key: value for key, value in study.load(compendium, STUDY).items() if key in known}
    return study.begin(notebook, **(defaults | own | changes))


def test_a_run_with_the_parameters_of_its_file_is_the_studys_own(compendium):
    """A notebook run as its file says writes to the folder of the study."""
    assert begin(compendium).data == compendium.data / STUDY
    assert begin(compendium, "03_count_terms").data == compendium.data / STUDY


def test_a_run_with_other_parameters_has_a_folder_of_its_own(compendium):
    """A notebook run with a changed parameter writes where the runner would write it, not over the study's."""
    changed = begin(compendium, unit="paragraph")
    assert changed.name == study.run_name(STUDY, {"unit": "paragraph"})
    own = begin(compendium, "03_count_terms", n_terms=5)
    assert own.name == study.run_name(STUDY, {"n_terms": 5})


def test_the_runner_names_the_folder(compendium):
    """A run that the runner named keeps that name, though this notebook declares not all that was changed."""
    assert begin(compendium, study=f"{STUDY}--01234567", unit="section").name == f"{STUDY}--01234567"


def test_begin_checks_the_types(compendium):
    """A value of another type than the notebook declares is refused: papermill does not check."""
    with pytest.raises(InputError, match="the parameter unit is 3; it takes text"):
        begin(compendium, unit=3)
    with pytest.raises(InputError, match="the parameter statements is 'a'; it takes a list of texts"):
        begin(compendium, statements="a")


def test_begin_refuses_a_study_without_file(compendium):
    """A study that has no file is refused with those that there are."""
    with pytest.raises(InputError, match=f"no study is called 'absent' .*; there are: {STUDY}"):
        begin(compendium, study="absent")


@pytest.mark.parametrize("name", ["..", ".", "", ".hidden", f"{STUDY}/", "../../elsewhere", "a/b"])
def test_what_is_no_name_of_a_run(name):
    """A run is called as a folder is: a path, or nothing, is refused by its name."""
    with pytest.raises(InputError, match=re.escape(f"the study is {name!r}; it takes the name of a file in seeds/")):
        study.named(name)


@pytest.mark.parametrize("name", [STUDY, f"{STUDY}--0123abcd", "v1.2_b"])
def test_names_of_runs(name):
    """A study's name, with or without the eight digits of its changes, stays as it is."""
    assert study.named(name) == name


@pytest.mark.parametrize("name", ["../../elsewhere", "a/b", f"{STUDY}--../../../elsewhere", "--0"])
def test_no_study_leads_out_of_data(compendium, name):
    """A study's name is no path: no run writes outside of data/."""
    with pytest.raises(InputError):
        begin(compendium, study=name).write(t=pd.DataFrame({"a": [1]}))


# what is written


def test_tables_are_written_for_every_machine_alike(compendium):
    """Tables have LF, six significant digits, text as it stands, and nothing where a value is missing."""
    table = pd.DataFrame(
        {
            "id": [1, 2, 3],
            "share": [1 / 3, 2_000_000 / 3, None],
            "small": [1e-7 / 3, 0.0, 1.0],
            "text": ['a "b", c', "=1+1\nNA ’", ""],
        }
    )
    written = begin(compendium).write(made=table)
    path = compendium.data / STUDY / "made.csv"
    assert path.read_bytes().decode() == (
        'id,share,small,text\n1,0.333333,3.33333e-08,"a ""b"", c"\n2,666667,0,"=1+1\nNA ’"\n3,,1,\n'
    )
    assert written.rows == {f"data/{STUDY}/made.csv": 3}


def test_what_was_written_is_shown(compendium, monkeypatch):
    """A cell that writes shows paths from the root and rows, leads to each file, and names the paths to the runner."""
    run = begin(compendium)
    monkeypatch.chdir(compendium.notebooks)
    shown, said = run.write(one=pd.DataFrame({"a": [1]}), none=pd.DataFrame({"a": []}))._repr_mimebundle_()
    one, none = f"data/{STUDY}/one.csv", f"data/{STUDY}/none.csv"
    assert shown["text/plain"] == f"{one}: 1 row\n{none}: no row"
    assert re.findall(r'href="([^"]+)">([^<]+)<', shown["text/html"]) == [
        (f"../{one}", "one.csv"),
        (f"../{none}", "none.csv"),
    ]
    assert said == {"emphasis": {"files": [one, none]}}


@pytest.mark.parametrize("name", ["two words", "a--b", "q?", ".hidden"])
def test_a_study_file_names_a_folder(compendium, name):
    """A study's file whose name could be no folder of results is a fault, found before anything runs."""
    path = compendium.seeds / "studies" / f"{name}.yml"
    path.write_text(f"study: {json.dumps(name)}\nstatements:\n  - wang-yi-{STUDY}-05-13\n", encoding="utf-8")
    _, faults = study.read(compendium, name)
    assert [re.sub(".*: (?=the file)", "", str(fault)) for fault in faults] == [
        f"the file's name {name!r} is that of a folder too; allowed are letters, digits, _, . and -, but not --"
    ]


def test_a_chart_is_shown_with_the_way_to_its_table(compendium, capsys):
    """A chart is saved as PNG, SVG and the table it draws, named to the runner, and the output leads to the table."""
    table = pd.DataFrame({"written": ["Peace"], "n": [3]})
    chart = charts.bars(table, finding="One word.", source="Source: a test.", subtitle="Times")
    shown = begin(compendium).show("terms", chart)
    folder = compendium.data / STUDY / "figures"
    assert (folder / "terms.png").read_bytes() == chart.png
    assert (folder / "terms.svg").read_text(encoding="utf-8") == chart.svg
    assert (folder / "terms.csv").read_text(encoding="utf-8") == "written,n\nPeace,3\n"
    data, said = shown.written._repr_mimebundle_()
    assert data["text/plain"] == f"Table of this chart: data/{STUDY}/figures/terms.csv: 1 row"
    assert said == {"emphasis": {"files": [f"data/{STUDY}/figures/terms.{kind}" for kind in ("csv", "png", "svg")]}}
    shown._ipython_display_()
    assert "One word." in capsys.readouterr().out


def test_the_methods_say_what_was_done(compendium, seed_segments, diplomacy):
    """The paragraph names the units, their number, the codebook with its hash, and the draws where there are any."""
    said = begin(compendium).methods(seed_segments, diplomacy)
    sha256 = hashlib.sha256((compendium.seeds / "codebooks" / "diplomacy.yml").read_bytes()).hexdigest()
    assert said.startswith("1 statement (en) was read: 603 words and 23 sentences, not counting title and header.")
    named = f"the codebook diplomacy, version {diplomacy.version} (SHA-256 {sha256[:12]}…)"
    assert f"{named}, 9 themes, nested: theme; its act" in said
    assert "draws" not in said
    assert "rjieba" not in said
    assert "coded" not in begin(compendium).methods(seed_segments)
    chinese = replace(seed_segments, statements=seed_segments.statements.assign(language="zh"))
    assert "; Chinese is cut into words by rjieba. A section" in begin(compendium).methods(chinese, diplomacy)
    said = begin(compendium, "04_chart_emphasis", draws=3000, seed=7).methods(seed_segments, diplomacy)
    assert "from 3,000 draws of sentences within each statement, seed 7." in said


def test_provenance_names_what_the_run_rests_on(compendium):
    """Study, statements, codebook and lock stand there with their SHA-256, and each parameter with its value."""
    statements = pd.DataFrame({"statement_id": ["a"], "sha256": ["0" * 64]})
    table = begin(compendium, unit="section").provenance(statements)
    assert table["what"].drop_duplicates().tolist() == ["study", "statement", "codebook", "lock", "parameter"]
    assert 'unit = "section"' in set(table["which"])
    files = table[table["what"] != "parameter"]
    assert files["sha256"].str.fullmatch("[0-9a-f]{64}").all()
