"""What the documents say is there: files, links, commands, parameters, tables and columns."""

import ast
import csv
import json
import re
from pathlib import Path

import pytest

from emphasis import cli, coding, parameters, paths

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "data/README.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
TABLES = sorted((ROOT / "data" / STUDY).glob("*.csv"))
NOTEBOOKS = {notebook.stem: notebook for notebook in parameters.sources(paths.Root(ROOT))}

each_document = pytest.mark.parametrize("name", DOCUMENTS)
each_table = pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)


def blocks_of(text):
    """Return the fenced blocks."""
    return re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def prose_of(text):
    """Return what stands outside the fenced blocks."""
    return re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def headings_of(text):
    return re.findall(r"^#+ +(.+?) *$", prose_of(text), flags=re.MULTILINE)


def anchors_of(text):
    """Return the headings as code hosts write them in addresses."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings_of(text)}


def section_of(text, heading):
    """Return the text under a heading, to the next one of its level or above."""
    level, below = re.search(rf"^(#+) {re.escape(heading)}$\n(.*)", text, flags=re.DOTALL | re.MULTILINE).groups()
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(text):
    """Return the cells of a table's rows, without header and rule, the quotes of code taken off."""
    lines = [line.strip("| ") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.split("|")] for line in lines[2:]]


def commands_of(text):
    """Return the lines of fenced blocks, their comments cut off, and the spans of code."""
    lines = [line.partition(" #")[0] for block in blocks_of(text) for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`]+)`", prose_of(text))]


# the tree


def tree():
    """Return the paths of README's tree, each with its comment; an indent means inside the line above."""
    block = next(block for block in blocks_of(TEXTS["README.md"]) if "seeds/" in block)
    found, above = {}, []
    for line in block.splitlines():
        name, _, comment = line.strip().partition("#")
        above = [*above[: (len(line) - len(line.lstrip())) // 2], name.strip()]
        found["".join(above)] = comment.strip()
    return found


def test_every_line_of_the_tree_is_there(tracked):
    """Each line of README's tree is a file or folder that git has, and says what it is."""
    there = {*tracked, *(f"{folder}/" for path in tracked for folder in Path(path).parents)}
    assert tree().keys() - there == set()
    assert [path for path, comment in tree().items() if not comment] == []


def test_every_top_entry_stands_in_the_tree(tracked):
    """Whatever lies at the top of the clone has a line in README's tree."""
    assert {path.partition("/")[0] for path in tracked} - {path.partition("/")[0] for path in tree()} == set()


def test_every_notebook_stands_in_the_tree():
    """README's tree names each notebook."""
    assert {f"notebooks/{notebook.name}" for notebook in NOTEBOOKS.values()} - tree().keys() == set()


# links


@each_document
def test_every_relative_link_opens(name, tracked):
    """Each link leads to a file or folder that git has, and to a heading that is there."""
    there = {ROOT / path for path in tracked}
    there |= {folder for path in there for folder in path.parents}
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(TEXTS[name])):
        path, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        is_there = target in there and target.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors_of(target.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


def test_the_readme_leads_to_each_notebook_and_document():
    """README links every executed notebook, and the other two documents."""
    links = re.findall(r"\]\(([^)#\s]+)", TEXTS["README.md"])
    wanted = {f"notebooks/rendered/{STUDY}/{notebook.name}" for notebook in NOTEBOOKS.values()}
    assert {*wanted, *DOCUMENTS[1:]} - set(links) == set()


# commands


@each_document
def test_every_target_of_make_is_in_the_makefile(name):
    """Each `make target` in a document is a target of the Makefile."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    words = [command.split()[1:] for command in commands_of(TEXTS[name]) if re.match(r"make\s", command)]
    named = {word for line in words for word in line if "=" not in word}
    assert named - set(phony) == set()
    assert named or name == "data/README.md"


@each_document
def test_every_verb_and_option_of_the_command_line_exists(name):
    """Each `emphasis verb` in a document is a verb of the command line, with options that it has."""
    said = [re.match(r"(?:\S*/)?emphasis ([a-z]+)(.*)", command) for command in commands_of(TEXTS[name])]
    for verb, rest in (match.groups() for match in said if match):
        assert verb in cli.main.commands
        known = {option for parameter in cli.main.commands[verb].params for option in parameter.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z]+", rest)) - known == set()
    assert any(said)


@each_document
def test_every_path_in_code_is_there(name, tracked):
    """Each path in a span of code that names a folder of the clone is there, or is a name to fill in."""
    there = {*tracked, *(str(folder) for path in tracked for folder in Path(path).parents)}
    spans = re.findall(r"`((?:\.ci|seeds|src|tests|notebooks|data)/[^`\s]*)`", prose_of(TEXTS[name]))
    made_up = re.compile(r"my-|--")
    assert [span for span in spans if not made_up.search(span) and span.rstrip("/") not in there] == []


# parameters


def test_the_table_of_parameters_is_that_of_the_notebooks():
    """README's table names exactly the parameters that notebooks declare, with their types and notebooks."""
    declared = {stem: parameters.declared(notebook) for stem, notebook in NOTEBOOKS.items()}
    expected = {}
    for name in {name for known in declared.values() for name in known}:
        having = [stem for stem, known in declared.items() if name in known]
        where = "all" if len(having) == len(declared) else ", ".join(stem[:2] for stem in having)
        expected[name] = (parameters.NAMES[declared[having[0]][name].type], where)
    rows = rows_of(section_of(TEXTS["README.md"], "Parameters"))
    assert len(rows) == len(expected)
    assert {name: (takes, where) for name, takes, where, _ in rows} == expected
    assert all(meaning for *_, meaning in rows)


# tables


def described(table):
    return section_of(TEXTS["data/README.md"], table)


def key_of(table):
    """Return the columns that data/README.md calls the table's key."""
    return re.findall(r"`(\w+)`", re.search(r"Key: ([^.]+)\.", described(table))[1])


def test_every_table_is_described():
    """data/README.md has a section for each table of the example, one for the figures, and for nothing else."""
    sections = headings_of(TEXTS["data/README.md"])
    assert sections[:2] == ["The tables", "Conventions"]
    assert sorted(sections[2:-1]) == [path.stem for path in TABLES]
    assert sections[-1] == "figures"


def test_every_figure_is_described():
    """The section on figures has a row for each figure of the example, with the notebook that shows it."""
    rows = {name: notebook for name, notebook, *_ in rows_of(described("figures"))}
    shown = {
        name: stem
        for stem, notebook in NOTEBOOKS.items()
        for name in re.findall(r'run\.show\(\\"(\w+)\\"', notebook.read_text(encoding="utf-8"))
    }
    assert rows == shown
    assert sorted(rows) == sorted(path.stem for path in (ROOT / "data" / STUDY / "figures").glob("*.csv"))


@each_table
def test_every_column_is_described(path):
    """The section of a table describes exactly its columns, each once, with meaning and unit."""
    header = next(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows = rows_of(described(path.stem))
    assert sorted(column for column, *_ in rows) == sorted(header)
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


@each_table
def test_the_key_of_a_table_is_one(path):
    """The columns called key identify a row of the example."""
    with path.open(encoding="utf-8", newline="") as file:
        keys = [tuple(row[column] for column in key_of(path.stem)) for row in csv.DictReader(file)]
    assert keys
    assert len(keys) == len(set(keys))


def written_by(notebook):
    """Return the tables that a notebook hands to `run.write`."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {keyword.arg for node in calls if ast.unparse(node.func) == "run.write" for keyword in node.keywords}


def test_the_writer_of_each_table_is_named():
    """data/README.md names the notebook that writes each table; the findings are the run's."""
    said = {path.stem: re.search(r"Written by `([^`]+)`", described(path.stem))[1] for path in TABLES}
    writers = {table: stem for stem, notebook in NOTEBOOKS.items() for table in written_by(notebook)}
    assert said == writers | {"findings": "emphasis run"}


# form


@each_document
def test_documents_are_plain(name):
    """A document has one title, no badge, no picture from elsewhere and no line past 120 characters but in tables."""
    text = TEXTS[name]
    assert len(re.findall(r"^# ", prose_of(text), re.MULTILINE)) == 1
    assert re.findall(r"!\[[^\]]*\]\(https?:|shields|https?://", text) == []
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith(("|", "!["))] == []


def findings():
    """Return the findings of the example, by id."""
    with (ROOT / "data" / STUDY / "findings.csv").open(encoding="utf-8", newline="") as file:
        return {row["finding_id"]: row["sentence"] for row in csv.DictReader(file)}


def quotes_of(text):
    """Return what is set apart by `>`, each block as one line."""
    blocks = re.findall(r"(?:^> .*\n)+", text, re.MULTILINE)
    return [" ".join(block.replace("\n> ", " ")[2:].split()) for block in blocks]


def test_the_readme_quotes_findings_as_they_are():
    """README shows the emphasis chart with its finding as alt text, and quotes findings of the example as they are."""
    text = TEXTS["README.md"]
    assert re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text) == [
        (findings()["leading_themes"], f"notebooks/rendered/{STUDY}/emphasis.png")
    ]
    assert len(quotes_of(text)) >= 3
    left = [quote for quote in quotes_of(text) if quote not in set(findings().values())]
    both = f"{findings()['issuer_undertakes']} {findings()['undertaken_themes']}"
    assert left == [both]


def test_the_readme_types_no_result():
    """But for its quotes README holds no number of the example: these stand where they are computed."""
    figure = re.compile(r"\d+ of \d+|\d+%|\d+ (?:sentence|word)s?")
    numbers = {number for sentence in findings().values() for number in figure.findall(sentence)}
    assert numbers
    bare = re.sub(r"^> .*$|!\[[^\]]*\]", "", TEXTS["README.md"], flags=re.MULTILINE)
    assert (numbers - {"95%"}) & set(figure.findall(bare)) == set()  # the level of intervals


def test_the_codebook_of_the_guide_is_whole(desk):
    """The codebook that CONTRIBUTING prints is in order, with its examples, as it stands there."""
    (text,) = re.findall(r"```yaml\n(codebook: harbours.*?)```", TEXTS["CONTRIBUTING.md"], re.DOTALL)
    path = desk.seeds / "codebooks" / "harbours.yml"
    path.write_text(text, encoding="utf-8")
    assert coding.check(desk, path) == []
