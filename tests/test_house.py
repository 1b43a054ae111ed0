"""House rules: the layers of src, the form of the notebooks, what committed files may hold."""

import ast
import io
import itertools
import json
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from types import SimpleNamespace

import papermill
import pytest

from emphasis import execution, parameters, paths
from emphasis.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "emphasis"
MODULES = sorted(SRC.glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# The layers of the house, the lowest first. A module imports from lower layers, and from the left of its own.
LAYERS = (
    ("errors", "paths", "files", "documents", "schema", "keys"),
    ("tokens", "patterns", "languages", "statements", "codebook"),
    ("vocabulary", "structure", "segments"),
    ("matching", "lookup", "acts", "named", "coding", "terms"),
    ("resampling", "measures", "crosstabs", "sensitivity", "keyness"),
    ("wording", "findings", "undertakings", "canvas", "charts", "reading", "tables"),
    ("parameters", "study", "checking", "execution", "runner", "pages"),
    ("cli", "__main__"),
)
ORDER = [module for layer in LAYERS for module in layer]
# Names of types from above, which nothing imports when it runs.
TYPES_ONLY = {("tokens", "languages")}


def read(path):
    return path.read_text(encoding="utf-8")


def source_of(cell):
    return "".join(cell["source"])


def cells_of(notebook, kind=None):
    return [cell for cell in json.loads(read(notebook))["cells"] if kind in {None, cell["cell_type"]}]


def each_notebook(function):
    return pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)(function)


# src


def imports_of(path):
    """Return the modules of emphasis that a module imports, at its top or in a function."""
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: import by the full name"
            whole = node.module == "emphasis"
            names = [f"emphasis.{alias.name}" for alias in node.names] if whole else [node.module]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("emphasis.")}
    return found


def test_every_module_has_its_layer():
    """Each module of src has one place in the table of layers."""
    assert sorted(ORDER) == sorted({path.stem for path in MODULES} - {"__init__"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_go_downward(path):
    """A module imports only what stands before it in the table of layers, so that there is no cycle."""
    below = ORDER[: ORDER.index(path.stem)] if path.stem in ORDER else []
    allowed = {*below, *(name for module, name in TYPES_ONLY if module == path.stem)}
    assert imports_of(path) - allowed == set()


@pytest.mark.parametrize(("module", "name"), sorted(TYPES_ONLY))
def test_a_type_from_above_is_imported_for_types_only(module, name):
    """What a module names from above stands under TYPE_CHECKING, where nothing is imported."""
    tree = ast.parse(read(SRC / f"{module}.py"))
    guarded = [node for node in tree.body if isinstance(node, ast.If)]
    assert {ast.unparse(node.test) for node in guarded} == {"TYPE_CHECKING"}
    inside = {child.module for node in guarded for child in node.body if isinstance(child, ast.ImportFrom)}
    everywhere = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and name in node.module]
    assert everywhere == [f"emphasis.{name}"]
    assert f"emphasis.{name}" in inside


def docstring_lines(tree):
    """Return the numbers of the lines on which docstrings stand."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and ast.get_docstring(node)]
    return {line for node in first for line in range(node.lineno, node.end_lineno + 1)}


def lines_of_code(source):
    """Return the numbers of the lines that hold code: no docstring, no comment, no blank."""
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    held = [
        range(token.start[0], token.end[0] + 1) for token in tokens if token.type not in blank | {tokenize.ENDMARKER}
    ]
    return set(itertools.chain(*held)) - docstring_lines(ast.parse(source))


def test_lines_of_code_are_counted_without_words_about_them():
    """Docstrings, comments and blank lines are no code; a text of two lines is."""
    assert lines_of_code('"""A.\n\nB."""\n# c\n\ndef f():\n    """D."""\n    return """e\nf"""  # g\n') == {6, 8, 9}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_are_small(path):
    """No module has more than 250 lines of code."""
    assert len(lines_of_code(read(path))) <= 250


def public(tree):
    """Yield each public function, class and method of a module."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node
            yield from (child for child in node.body if isinstance(child, kinds) and not child.name.startswith("_"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_what_is_public_has_a_docstring(path):
    """Each module, and each public function, class and method in it, says what it is for."""
    tree = ast.parse(read(path))
    assert ast.get_docstring(tree)
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("*.py")), ids=lambda path: path.stem)
def test_each_test_states_its_fact(path):
    """Each test has a docstring: the fact that it protects."""
    tests = [
        node
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert [node.name for node in tests if not ast.get_docstring(node)] == []


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import emphasis", "pandas numpy matplotlib nltk papermill nbconvert yaml pydantic"),
        ("import emphasis.cli", "pandas numpy matplotlib nltk papermill nbconvert"),
        ("import emphasis as em; em.study, em.terms, em.reading", "nltk scipy lark papermill nbconvert rjieba"),
        ("import emphasis.charts", "matplotlib.pyplot nltk papermill"),
    ],
)
def test_imports_are_light(statement, absent):
    """What is slow to import is imported only where it is used; charts never import pyplot."""
    code = f"import sys; {statement}; print(*set({absent.split()}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_nothing_downloads():
    """Neither src nor a notebook calls anything named download: NLTK is used without its data."""
    sources = [read(path) for path in MODULES]
    sources += [source_of(cell) for notebook in NOTEBOOKS for cell in cells_of(notebook, "code")]
    assert [found for source in sources for found in re.findall(r"\bdownload\w*\(", source)] == []


# notebooks


def test_the_notebooks_are_numbered():
    """The notebooks are numbered from 01 without a gap."""
    assert [notebook.stem[:3] for notebook in NOTEBOOKS] == [f"{n:02}_" for n in range(1, len(NOTEBOOKS) + 1)]


@each_notebook
def test_sources_carry_no_outputs(notebook):
    """A source holds no output, no execution count, and no metadata but tags."""
    for cell in cells_of(notebook):
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}
    whole = json.loads(read(notebook))
    assert whole["metadata"]["language_info"] == {"name": "python"}
    assert set(whole["metadata"]) == {"kernelspec", "language_info"}


@each_notebook
def test_cells_have_fixed_ids(notebook):
    """Each cell has an id of its own that a person chose: words, not the random digits of an editor."""
    ids = [cell["id"] for cell in cells_of(notebook)]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


@each_notebook
def test_cells_are_short(notebook):
    """A code cell has at most ten lines; half of them have at most three."""
    lines = {cell["id"]: len(source_of(cell).splitlines()) for cell in cells_of(notebook, "code")}
    del lines["parameters"]  # one a line, as many as there are
    assert {name: n for name, n in lines.items() if n > 10} == {}
    assert sum(n <= 3 for n in lines.values()) >= len(lines) / 2


@each_notebook
def test_cells_hold_no_logic(notebook):
    """What decides, repeats, defines or catches stands in src; a notebook only calls it."""
    logic = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.For, ast.While, ast.If, ast.With)
    for cell in cells_of(notebook, "code"):
        found = [node for node in ast.walk(ast.parse(source_of(cell))) if isinstance(node, logic)]
        assert [ast.unparse(node) for node in found] == [], cell["id"]


@each_notebook
def test_one_cell_imports(notebook):
    """Imports stand in one cell, which holds nothing else."""
    imports = (ast.Import, ast.ImportFrom)
    importing = [
        cell
        for cell in cells_of(notebook, "code")
        if any(isinstance(node, imports) for node in ast.walk(ast.parse(source_of(cell))))
    ]
    assert [cell["id"] for cell in importing] == ["imports"]
    assert all(isinstance(node, imports) for node in ast.parse(source_of(importing[0])).body)


@each_notebook
def test_each_step_is_announced(notebook):
    """A notebook opens with its title and question; the first code is its parameters."""
    first, second = cells_of(notebook)[:2]
    assert re.match(r"# \S.*\n\n\*\*.+\?\*\*\n\n", source_of(first))
    assert second["metadata"]["tags"] == ["parameters"]


def parameter_cell(notebook):
    tagged = [cell for cell in cells_of(notebook) if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    return source_of(tagged[0]).splitlines()


@each_notebook
def test_parameters_are_typed_one_a_line(notebook):
    """Each line of the parameters' cell is `name: type = value  # help`, with a plain value of that type."""
    for line in parameter_cell(notebook):
        assert re.fullmatch(r"[a-z_]+: (str|int|float|bool|list) = .+  # \S.*", line), line
        node = ast.parse(line).body[0]
        assert parameters.is_of_type(ast.literal_eval(node.value), ast.unparse(node.annotation)), line


def test_shared_parameters_are_the_same_everywhere():
    """Every notebook declares the seven shared parameters first, in the same words."""
    shared = ["study", "statements", "codebook", "unit", "nested", "language", "seed"]
    heads = {tuple(parameter_cell(notebook)[: len(shared)]) for notebook in NOTEBOOKS}
    assert len(heads) == 1
    assert [line.partition(":")[0] for line in heads.pop()] == shared


@each_notebook
def test_declared_parameters_are_those_papermill_sees(notebook):
    """Our reading of the parameters' cell gives the names, types and defaults that papermill infers."""
    seen = papermill.inspect_notebook(notebook)
    ours = parameters.declared(notebook)
    assert {
        name: (found["inferred_type_name"], ast.literal_eval(found["default"])) for name, found in seen.items()
    } == {name: (parameter.type, parameter.default) for name, parameter in ours.items()}
    assert all(found["help"] for found in seen.values())


@each_notebook
def test_every_parameter_is_given_to_the_run(notebook):
    """`begin` is given the notebook's own name and each parameter, so that a changed one is noticed."""
    (cell,) = [cell for cell in cells_of(notebook, "code") if "em.study.begin(" in source_of(cell)]
    calls = []
    study = SimpleNamespace(begin=lambda *names, **values: calls.append((names, values)))
    names = {name: name for name in parameters.declared(notebook)}
    exec(source_of(cell), {"em": SimpleNamespace(study=study), **names})
    assert calls == [((notebook.stem,), names)]


def prose(markdown):
    """Return the words of markdown: no code, no formulas, no targets of links."""
    return re.sub(
        r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|(?<=\])\([^)]*\)|<https?:[^>]*>", "", markdown, flags=re.DOTALL
    )


def test_prose_is_what_stands_outside_of_code():
    """Code, formulas and the targets of links are no prose; the words of a link are."""
    assert prose("a `b1` [c 2](d3.md) ```\ne4\n``` 5 $f_6$ $$\n7\n$$").split() == ["a", "[c", "2]", "5"]


@each_notebook
def test_no_digit_is_typed_in_prose(notebook):
    """A number in the text is computed by findings, so no markdown cell holds a digit."""
    for cell in cells_of(notebook, "markdown"):
        assert re.findall(r".*\d.*", prose(source_of(cell))) == [], cell["id"]


@each_notebook
def test_notebooks_end_in_provenance(notebook):
    """The last cell shows what the run rests on, and before it the tables are written."""
    codes = [source_of(cell) for cell in cells_of(notebook)]
    assert "run.provenance(" in codes[-1]
    assert any(source.startswith("run.write(") for source in codes[:-1])


@each_notebook
def test_notebooks_hold_findings(notebook):
    """Each notebook says what it found, and its executed copy in git holds that as text."""
    executed = ROOT / "notebooks" / "rendered" / "china-celac-2025" / notebook.name
    found = execution.findings(execution.read(executed))
    assert found
    assert all(sentence.endswith(".") for _, sentence in found)


@each_notebook
def test_notebooks_read_no_data(notebook):
    """A notebook never reads what another wrote: it names neither data/ nor a reader of tables."""
    sources = [source_of(cell) for cell in cells_of(notebook, "code")]
    assert [found for source in sources for found in re.findall(r"read_\w+\(|open\(|\bdata/", source)] == []


def test_each_table_has_one_writer():
    """No two notebooks write the same table."""
    written = [
        keyword.arg
        for notebook in NOTEBOOKS
        for cell in cells_of(notebook, "code")
        for node in ast.walk(ast.parse(source_of(cell)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "run.write"
        for keyword in node.keywords
    ]
    assert len(written) == len(set(written))
    assert {"statements", "sections", "units", "codings", "evidence", "frequencies", "emphasis"} <= set(written)


@each_notebook
def test_committed_copies_come_from_these_sources(notebook):
    """The executed copy in git has the cells of the source, in the same words."""
    executed = execution.read(ROOT / "notebooks" / "rendered" / "china-celac-2025" / notebook.name)
    copied = {cell.id: cell.source for cell in executed.cells if cell.id != execution.INJECTED}
    assert copied == {cell["id"]: source_of(cell) for cell in cells_of(notebook)}


# committed files


def texts_of(tracked):
    """Yield path and text of each committed file that is text."""
    for path in tracked:
        data = (ROOT / path).read_bytes()
        if b"\0" not in data:
            yield path, data.decode("utf-8")


def test_no_file_names_a_machine_or_a_registry(tracked):
    """No committed file holds a folder of the machine it was made on, or the address of a package index."""
    local = r"(?<![\w.])/(?:work|root|home|opt|Users|tmp)/\w[\w.-]*"
    registry = r"(?:pypi|pythonhosted|anaconda|npmjs|nltk)\.(?:org|com)|registry\.\w+\.\w+"
    found = {
        path: sorted(set(re.findall(f"{local}|{registry}", text)))
        for path, text in texts_of(tracked)
        if not path.startswith("seeds/statements/")
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_rendered_files_hold_nothing_of_one_run(tracked):
    """Executed notebooks and tables hold no time stamp, version or address in memory."""
    volatile = r"0x[0-9a-f]{6,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|ipykernel_|\"iopub|\"papermill|\"version\""
    kept = [(path, text) for path, text in texts_of(tracked) if path.startswith(("notebooks/rendered", "data/"))]
    assert kept
    assert {path: found for path, text in kept if (found := re.findall(volatile, text))} == {}


# words


def links_of(text):
    """Return the targets of links and pictures that are files."""
    targets = re.findall(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", text, flags=re.MULTILINE)
    targets += re.findall(r"(?:src|href)=\"([^\"]+)\"()", text)
    named = [(a or b).partition("#")[0] for a, b in targets]
    return [target for target in named if target and not re.match(r"[a-z]+:", target)]


def test_links_are_found_in_every_form():
    """Inline links, pictures, references and HTML are links; addresses and anchors are no files."""
    text = '[a](b.md#c) ![d](e.png "f") [g](https://h.org) [i](#j)\n[k]: l.txt\n<img src="m.png">'
    assert links_of(text) == ["b.md", "e.png", "l.txt", "m.png"]


def test_every_relative_link_opens(tracked):
    """Each link in a markdown file or cell leads to a file or folder of the clone."""
    texts = [(path, read(ROOT / path)) for path in tracked if path.endswith(".md")]
    texts += [
        (f"notebooks/{notebook.name}", source_of(cell))
        for notebook in NOTEBOOKS
        for cell in cells_of(notebook, "markdown")
    ]
    there = {str(parent) for path in tracked for parent in (Path(path), *Path(path).parents)}
    dead = [
        (path, target)
        for path, text in texts
        for target in links_of(text)
        if not target.startswith("/")
        and str((ROOT / path).parent.joinpath(target).resolve().relative_to(ROOT)) not in there
    ]
    assert dead == []


def tree_of(text):
    """Return the paths that a drawn tree names, folders ending in a slash; what follows a name is comment."""
    blocks = [block for block in re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL) if "seeds/" in block]
    found, above = [], []
    for line in blocks[0].splitlines() if blocks else []:
        drawn = re.match(r"(?P<edge>[\s│├└─|`+-]*)(?P<name>[^\s#]\S*)", line)
        if drawn:
            above = [(edge, name) for edge, name in above if edge < len(drawn["edge"]) and name.endswith("/")]
            above.append((len(drawn["edge"]), drawn["name"]))
            found.append("".join(name for _, name in above))
    if found and all(path.startswith(found[0]) for path in found):  # the clone's own folder is the first line
        return [path.removeprefix(found[0]) for path in found[1:]]
    return found


def test_a_tree_is_read():
    """A tree drawn with lines, with spaces or below the clone's own folder gives the same paths."""
    lines = "```\nREADME.md  # this\nseeds/   what people write\n└── studies/  # a/b\nsrc/emphasis/\n```"
    spaces = "```text\nREADME.md\nseeds/\n    studies/   # questions\n# what runs\nsrc/emphasis/\n```"
    below = "```\nhere/\n├── README.md\n├── seeds/\n│   └── studies/\n└── src/emphasis/\n```"
    assert tree_of(lines) == ["README.md", "seeds/", "seeds/studies/", "src/emphasis/"]
    assert tree_of(lines) == tree_of(spaces) == tree_of(below)


def fits(drawn, path):
    """Tell whether a drawn entry stands for a path: `<name>` and `*` stand for anything in a name."""
    parts = re.split(r"<[^>]+>|\*", drawn.rstrip("/"))
    return bool(re.fullmatch("[^/]+".join(map(re.escape, parts)), path))


def test_the_tree_in_the_readme_is_the_tree(tracked):
    """README's tree names what is in git: no entry that is not there, and of a folder drawn open every entry."""
    drawn = tree_of(read(ROOT / "README.md"))
    if not drawn:
        pytest.skip("README.md draws no tree")
    there = {*tracked, *(str(parent) for path in tracked for parent in Path(path).parents)} - {"."}
    assert [entry for entry in drawn if not any(fits(entry, path) for path in there)] == []
    opened = {str(Path(entry).parent) for entry in drawn}
    within = {path for path in there if str(Path(path).parent) in opened and Path(path).name[0] not in "._"}
    named = [*drawn, *(str(parent) for entry in drawn for parent in Path(entry).parents)]
    assert sorted(path for path in within if not any(fits(entry, path) for entry in named)) == []


def test_the_root_is_found_from_below(monkeypatch, tmp_path):
    """The root is the nearest folder at or above with seeds/ and notebooks/; if none, --root is the cure."""
    monkeypatch.chdir(ROOT / "notebooks" / "rendered")
    assert paths.find_root().path == ROOT
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no compendium at or above .*; name it with --root"):
        paths.find_root()
