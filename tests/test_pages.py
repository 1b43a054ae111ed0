"""Pages: one file each, without scripts or hosts, with words for every picture, whatever a text holds."""

import base64
import csv
import hashlib
import itertools
import re
import shutil
import time
from pathlib import Path

import pytest
import stranger
from lxml import html

from emphasis import execution, pages
from emphasis.errors import InputError
from emphasis.paths import Root

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"
RENDERED = ROOT / "notebooks" / "rendered" / STUDY
COMMITTED = sorted(RENDERED.glob("*.html"))
PAGES = [page for page in COMMITTED if page.with_suffix(".ipynb").exists()]
NAMES = {page.name for page in COMMITTED}

ALLOWED_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "nav", "main", "footer", "section", "details", "summary"),
    *("img", "figure", "figcaption", "picture", "source", "header", *pages.TAGS),
}
MATHML = {"math", "mrow", "mi", "mo", "mn", "mfrac", "msqrt", "msub", "msup", "msubsup", "munder", "mtext", "mstyle"}
# Attributes that could run or fetch something, and what they may hold: pictures inside the page, places on it, pages
# beside it, tables of its study.
PICTURE = r"data:image/png;base64,[\w+/=]+( 2x)?"
FORMS = dict.fromkeys(("style", "srcdoc", "formaction", "background", "xlink:href"), r"(?!)") | {
    "src": PICTURE,
    "srcset": PICTURE,
    "href": r"#.*|[\w-]+\.html(#.*)?|\.\./\.\./\.\./data/[\w.-]+/(figures/)?\w+\.csv",
}


def parsed(page):
    return html.fromstring(page.read_text(encoding="utf-8").encode(), parser=html.HTMLParser(encoding="utf-8"))


def each_page(function):
    return pytest.mark.parametrize("page", COMMITTED, ids=lambda page: page.stem)(function)


def faults_of(page):
    """Return what a page holds that it must not: elements, handlers, addresses."""
    tree = parsed(page)
    faults = [element.tag for element in tree.iter() if element.tag not in ALLOWED_TAGS | MATHML]
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name.startswith("on") or not re.fullmatch(FORMS.get(name, ".*"), value, re.DOTALL):
                faults.append(f"{element.tag} {name}={value}")
    faults += [meta.get("http-equiv") for meta in tree.iter("meta") if meta.get("http-equiv", "").lower() == "refresh"]
    faults += [found for style in tree.iter("style") for found in re.findall(r"url\(|@import|//\w", style.text)]
    return faults


# the pages in git


def test_every_notebook_has_a_page():
    """Beside each executed notebook in git stands its page, and no page is without one, the index aside."""
    notebooks = {path.stem for path in RENDERED.glob("*.ipynb")}
    assert notebooks
    assert {page.stem for page in COMMITTED} - {"index"} == notebooks


@each_page
def test_pages_hold_no_script_and_name_no_host(page):
    """A page has no script, frame or handler, and no address in src, href or style but pages beside it."""
    assert faults_of(page) == []


@each_page
def test_the_policy_is_strict(page):
    """The page's policy allows pictures inside of it and its own style by hash, and nothing else."""
    tree = parsed(page)
    (policy,) = tree.xpath("//head/meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = tree.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert dict(rule.strip().split(" ", 1) for rule in policy.split(";")) == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    before = [element.tag for element in tree.xpath("//head/*")]
    assert before.index("style") > tree.xpath("count(//meta[@http-equiv]/preceding-sibling::*)")


@each_page
def test_headings_are_in_order(page):
    """A page has one first heading, and no level is left out on the way down."""
    levels = [int(heading.tag[1]) for heading in parsed(page).xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1] == []


@each_page
def test_pictures_have_words(page):
    """Each picture has alt text of a sentence, which stands below it in the page as well, and its width."""
    tree = parsed(page)
    text = " ".join(tree.xpath("//main")[0].text_content().split())
    for picture in tree.iter("img"):
        assert re.search(r"\w+ .*\.", picture.get("alt"))
        assert picture.get("width").isdigit()
        found = [sentence for sentence in map(str, all_findings()) if sentence in picture.get("alt")]
        assert found
        assert all(sentence in text for sentence in found)


def all_findings():
    return [sentence for page in PAGES for sentence in findings_of(page)]


def findings_of(page):
    return [sentence for _, sentence in execution.findings(execution.read(page.with_suffix(".ipynb")))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_findings_stand_in_the_page(page):
    """Each finding of a notebook stands in its page as a sentence set apart."""
    marked = [" ".join(found.text_content().split()) for found in parsed(page).find_class("finding")]
    for sentence in findings_of(page):
        assert any(sentence in text for text in marked), sentence


@each_page
def test_pages_can_be_read_by_machines(page):
    """A page names its language, its title and its place among the others, and no id stands twice."""
    tree = parsed(page)
    assert tree.get("lang") == "en"
    assert tree.findtext("head/title").strip()
    if page in PAGES:
        assert tree.xpath("//nav//a[@aria-current='page']/@href") == [page.name]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


@each_page
def test_headers_say_what_they_head(page):
    """Each header of a table has words, and says whether it heads a column or a row."""
    headers = [*parsed(page).iter("th")]
    assert headers
    assert [header.text_content() for header in headers if header.get("scope") not in {"col", "row"}] == []
    assert [header for header in headers if not header.text_content().strip()] == []


@each_page
def test_links_open(page):
    """Each link leads to a page of the folder, and to a place that is there."""
    for target in parsed(page).xpath("//a/@href"):
        name, _, anchor = target.partition("#")
        if name.endswith(".csv"):
            assert (page.parent / name).is_file()
            continue
        assert name in NAMES | {""}
        assert not anchor or parsed(RENDERED / (name or page.name)).xpath("//*[@id=$place]", place=anchor)


# the answer on one page

INDEX = RENDERED / pages.INDEX


def test_the_index_states_what_the_notebooks_found():
    """Each sentence of the index is a finding of a notebook, and leads to where it stands there, and back."""
    found = {sentence: page for page in PAGES for sentence in findings_of(page)}
    stated = parsed(INDEX).xpath("//ul[@class='findings']/li")
    assert len(stated) >= 8
    for item in stated:
        (link,) = item.iter("a")
        sentence = " ".join(item.text.split())
        page, anchor = link.get("href").split("#")
        assert found[sentence].name == page
        (place,) = parsed(RENDERED / page).xpath("//*[@id=$anchor]", anchor=anchor)
        assert sentence in " ".join(place.text_content().split())
        assert f"{pages.INDEX}#{item.get('id')}" in place.xpath(".//a/@href")


def test_the_index_says_who_what_and_how_sure():
    """The index names the statement, shows the emphasis chart with its finding, and says how sure that is."""
    tree = parsed(INDEX)
    text = " ".join(tree.xpath("//main")[0].text_content().split())
    said = dict(pair for page in PAGES for pair in execution.findings(execution.read(page.with_suffix(".ipynb"))))
    for name in ("identity", "leading_themes", "certainty", "sensitivity", "in_sample", "issuer_undertakes"):
        assert said[name] in text
    (picture,) = tree.iter("img")
    assert picture.get("alt").startswith(said["leading_themes"])


def test_numbers_of_the_index_lead_to_the_coded_sentences():
    """Each theme in the table of the index leads to the statement, to the theme by which it is filtered."""
    links = parsed(INDEX).xpath("//table//a/@href")
    assert len(links) == 6
    for name, _, anchor in (link.partition("#") for link in links):
        assert parsed(RENDERED / name).xpath("//ul[@class='legend']/li[@id=$anchor]", anchor=anchor)


def test_the_picture_of_the_readme_is_the_chart():
    """emphasis.png is the chart of notebook 04, with its title."""
    outputs = [output for cell in execution.read(RENDERED / "04_chart_emphasis.ipynb").cells
               for output in cell.get("outputs", []) if cell.id == "emphasis"]  # fmt: skip
    (chart,) = [output.data["image/png"] for output in outputs if "image/png" in output.data]
    assert (RENDERED / pages.PICTURE).read_bytes() == base64.b64decode(chart)


# writing them


@pytest.fixture
def root(tmp_path):
    """A compendium that holds nothing but the executed notebooks and pages in git."""
    shutil.copytree(RENDERED, tmp_path / "notebooks" / "rendered" / STUDY)
    return Root(tmp_path)


def test_pages_are_written_from_notebooks_alone(root):
    """Rendering needs the executed notebooks only, and gives the pages in git, byte for byte."""
    for page in (root.rendered / STUDY).glob("*.html"):
        page.unlink()
    written = pages.render(root, STUDY)
    assert {page.name for page in written} == NAMES
    assert [page.name for page in written if page.read_bytes() != (RENDERED / page.name).read_bytes()] == []


def test_pages_are_written_once(root):
    """What did not change is not written again."""
    pages.render(root, STUDY)
    assert pages.render(root, STUDY) == []


def test_pages_without_notebooks_are_refused(root):
    """A run without executed notebooks is an error that says to run the study first."""
    with pytest.raises(InputError, match="there is no executed notebook to render; run the study first"):
        pages.render(root, "absent")


def test_a_changed_notebook_has_its_page_written_again(root):
    """Where one notebook changed, its page alone is written again."""
    pages.render(root, STUDY)
    notebook = root.rendered / STUDY / "02_code_themes.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("one theme", "one topic"), encoding="utf-8")
    page = notebook.with_suffix(".html")
    assert [written for written in pages.render(root, STUDY) if written.stem != "index"] == [page]
    assert "one topic" in page.read_text(encoding="utf-8")


def test_a_new_title_is_on_every_page(root):
    """Each page names the others, so that all are written again where one has another title."""
    pages.render(root, STUDY)
    notebook = root.rendered / STUDY / "02_code_themes.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("# The themes", "# The topics"), encoding="utf-8")
    assert {written.name for written in pages.render(root, STUDY)} == NAMES
    assert all("The topics" in page.read_text(encoding="utf-8") for page in (root.rendered / STUDY).glob("*.html"))


def test_a_lost_picture_is_written_again(root):
    """The picture belongs to the index: where it is gone, both are written."""
    pages.render(root, STUDY)
    (root.rendered / STUDY / pages.PICTURE).unlink()
    assert [page.name for page in pages.render(root, STUDY)] == [pages.INDEX]
    assert (root.rendered / STUDY / pages.PICTURE).exists()


@pytest.mark.parametrize("left", ["01", "02", "03", "04"])
def test_a_run_of_one_notebook_has_whole_pages(root, left):
    """Where only one notebook ran, no link is dead, and the index says so where emphasis was not measured."""
    for page in (root.rendered / STUDY).iterdir():
        if not page.name.startswith(left) or page.suffix == ".html":
            page.unlink()
    written = {page.name: parsed(page) for page in pages.render(root, STUDY)}
    assert len(written) == 2
    for tree in written.values():
        links = [link for link in tree.xpath("//a/@href") if link.split("#")[0].endswith(".html")]
        assert {link.split("#")[0] for link in links} <= set(written)
    said = written[pages.INDEX].xpath("//p[@class='note']")
    assert len(said) == (left != "04")


def test_other_files_in_the_folder_do_no_harm(root):
    """A notebook of another name is not rendered, a copy adds no second chart; what is no notebook is refused."""
    folder = root.rendered / STUDY
    (folder / "Untitled.ipynb").write_text("no notebook", encoding="utf-8")
    shutil.copy(folder / "04_chart_emphasis.ipynb", folder / "04_mine.ipynb")
    pages.render(root, STUDY)
    assert not (folder / "Untitled.html").exists()
    ids = parsed(folder / pages.INDEX).xpath("//@id")
    assert len(ids) == len(set(ids))
    (folder / "05_other.ipynb").write_text("no notebook", encoding="utf-8")
    with pytest.raises(InputError, match=r"05_other\.ipynb: not a notebook"):
        pages.render(root, STUDY)


@pytest.mark.parametrize(
    "given",
    [
        "<script>alert(1)</script> a",
        "[a](javascript:alert(1))",
        "$</span><script>alert(1)</script>$",
        "$$a</math><img src=x onerror=alert(1)>$$",
        "$a<b$ and `<img src=x onerror=alert(1)>`",
        "# A <img src=x onerror=alert(1)>",
    ],
)
def test_markdown_is_text(given):
    """Nothing in the markdown of a notebook, its formulas and headings becomes an element that runs or fetches."""
    tree = html.fragment_fromstring(pages.prose(given), create_parent="div")
    assert {element.tag for element in tree.iter()} <= {"div", *pages.TAGS, *MATHML}
    assert [name for element in tree.iter() for name in element.attrib if name.startswith("on")] == []
    assert [value for value in tree.xpath("//@href") if ":" in value] == []


def test_formulas_are_mathml():
    """A formula is MathML, by itself or in a line."""
    tree = html.fragment_fromstring(pages.prose("a $f_x$\n\n$$\\frac{a}{b}$$"), create_parent="div")
    assert [formula.get("display") for formula in tree.iter("math")] == ["inline", "block"]


def test_pages_are_rendered_quickly(root):
    """All pages are made within four seconds of processor time (measured with the imports: less than two)."""
    began = time.process_time()
    pages.render(root, STUDY)
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "given",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">a</a>',
        '<a href=" java\tscript:alert(1)">a</a>',
        '<a href="data:text/html,<script>alert(1)</script>">a</a>',
        '<p onclick="alert(1)" style="position: fixed">a</p>',
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext></p><img src=x onerror=alert(1)></math>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<style>body { display: none }</style>",
        "<!-- <img src=x onerror=alert(1)> -->",
        "<td><template><script>alert(1)</script></template>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    ],
)
def test_html_of_outputs_is_cleaned(given):
    """Of an output's HTML only tags that show text pass, without handlers, styles or addresses that run."""
    tree = html.fragment_fromstring(pages.safe_html(given), create_parent="div")
    assert {element.tag for element in tree.iter()} <= {"div", *pages.TAGS}
    assert {name for element in tree.iter() for name in element.attrib} <= {"id", "class", "lang", "scope", "href"}
    assert [value for value in tree.xpath("//@href") if ":" in value] == []


def test_html_of_tables_stays():
    """Tables, marks and links to pages pass as they are."""
    given = '<table class="dataframe"><tr><th scope="col">a</th></tr></table><p><mark>b</mark><sup>1</sup></p>'
    assert re.sub(r"</?tbody>", "", pages.safe_html(given)) == given


# a hostile study


@pytest.fixture(scope="session")
def hostile(hostile_checkout, emphasis):
    """The folder of the rendered study of a hostile statement, with a hostile codebook."""
    done = emphasis(hostile_checkout, "run", "hostile")
    assert done.returncode == 0, done.stderr
    return hostile_checkout / "notebooks" / "rendered" / "hostile"


@pytest.mark.slow
def test_nothing_of_a_hostile_text_is_markup(hostile):
    """Whatever a statement and its metadata hold is text in the pages: no element, handler or address of it."""
    written = sorted(hostile.glob("*.html"))
    assert len(written) == len(COMMITTED)
    for page in written:
        tree = parsed(page)
        assert faults_of(page) == []
        assert len(tree.xpath("//style")) == len(tree.xpath("//h1")) == len(tree.xpath("//main")) == 1
        assert tree.xpath("//main/parent::div/following-sibling::*")[0].tag == "footer"
        assert tree.xpath("//*[self::strong or self::em or self::b or self::i]/text()[contains(., 'Peace')]") == []
        assert tree.xpath("//strong[.='development'] | //code[.='tick'] | //a[.='Multilateralism']") == []
        assert not re.search("7006652", tree.xpath("//main")[0].text_content())


@pytest.mark.slow
def test_a_hostile_text_can_be_read_as_it_is(hostile):
    """Each sentence of the statement stands in the page as published, character for character, spaces aside."""
    tree = parsed(hostile / "01_load_statement.html")
    read = "".join(tree.xpath("//main")[0].text_content().split())
    for sentence in stranger.SENTENCES:
        assert "".join(sentence.split()) in read
    assert "".join(stranger.FIELD.split()) in read


@pytest.mark.slow
def test_a_hostile_text_is_counted_as_any_other(hostile):
    """The sentences of a hostile statement are coded, so that its words stand in charts, alt texts and tables."""
    notebook = execution.read(hostile / "04_chart_emphasis.ipynb")
    assert any(
        "image/png" in output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output
    )
    with (hostile.parents[2] / "data" / "hostile" / "emphasis.csv").open(encoding="utf-8", newline="") as stream:
        assert sum(int(row["n_units"]) for row in csv.DictReader(stream)) >= 3


@pytest.mark.browser
@pytest.mark.parametrize("has_policy", [True, False], ids=["policy", "no policy"])
def test_chromium_opens_the_pages_without_a_word(chromium, hostile, tmp_path, has_policy):
    """Chromium shows each page with no error, dialog or request, though the text asks for them; also without policy."""
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    heard = stranger.listen(tab)
    for page in [*COMMITTED, *sorted(hostile.glob("*.html"))]:
        address = page.as_uri()
        if not has_policy:
            bare, n = re.subn(r"<meta [^>]*http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
            assert n == 1
            (tmp_path / page.name).write_text(bare, encoding="utf-8")
            address = (tmp_path / page.name).as_uri()
        tab.goto(address, wait_until="load")
        tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        tab.mouse.move(200, 400)
        assert heard == [address]
        heard.clear()
        assert tab.locator("h1").count() == 1
        assert tab.evaluate("window.hostile") is None
        broken = "[...document.images].filter(picture => !picture.complete || !picture.naturalWidth).length"
        assert tab.evaluate(broken) == 0
        assert tab.evaluate("getComputedStyle(document.body).fontFamily") != "Times New Roman"
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= 390
    tab.close()
