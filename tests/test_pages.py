"""Pages: one file each, without scripts or hosts, with words for every picture, whatever a text holds."""

import base64
import csv
import hashlib
import io
import itertools
import re
import shutil
from pathlib import Path

import pytest
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

# Sentences that the codebook codes, each with something that another reader than ours would obey.
HOSTILE = (
    "China firmly upholds sovereignty <script>alert('script')</script> and territorial integrity.",
    "<img src=x onerror=alert('image')> China supports peace and security <svg onload=alert(1)> of all.",
    "Trade and **development** [open](javascript:alert('link')) for $a_1$ and $5 of investment, `tick`.",
    "Solidarity </p></pre></td></table></main><h1>Heading</h1> and cooperation <!-- open at the end.",
    "<a href=\"javascript:alert('a')\">Multilateralism</a> {{ 7 * 7 }} {% endblock %} &lt;b&gt; &amp;amp; ]]>",
    "<style>body { display: none }</style> <meta http-equiv=refresh content=0> <base href=http://h.example/>",
    "Peace \u202edlrow eht fo\u202c and security for the peoples\u2028of <iframe src=//h.example></iframe> both sides.",
)
TITLE = "\"><script>alert('title')</script> **Peace** and security $x$ <img src=x onerror=alert(2)> {{ 7 * 7 }}"
ALLOWED_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "nav", "main", "footer", "section", "details", "summary"),
    *("img", "figure", "figcaption", "caption", "header", "bdi", *pages.TAGS),
}


def parsed(page):
    return html.fromstring(page.read_text(encoding="utf-8").encode(), parser=html.HTMLParser(encoding="utf-8"))


def each_page(function):
    return pytest.mark.parametrize("page", COMMITTED, ids=lambda page: page.stem)(function)


def faults_of(page):
    """Return what a page holds that it must not: elements, handlers, addresses."""
    tree = parsed(page)
    faults = [element.tag for element in tree.iter() if element.tag not in ALLOWED_TAGS]
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name.startswith("on") or name in {"style", "srcset", "srcdoc", "formaction", "background"}:
                faults.append(f"{element.tag} {name}={value}")
            elif name == "src" and not value.startswith("data:image/png;base64,"):
                faults.append(f"{element.tag} src={value}")
            elif name == "href" and not (value.startswith("#") or re.fullmatch(r"[\w-]+\.html(#.*)?", value)):
                faults.append(f"{element.tag} href={value}")
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
        found = [sentence for sentence in findings_of(page) if sentence in picture.get("alt")]
        assert found
        assert all(sentence in text for sentence in found)


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
        assert name in NAMES | {""}
        assert not anchor or parsed(RENDERED / (name or page.name)).xpath("//*[@id=$place]", place=anchor)


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


# a hostile text


@pytest.fixture(scope="module")
def hostile(copy_checkout, emphasis, tmp_path_factory):
    """The folder of the rendered study of a hostile statement."""
    root = copy_checkout(tmp_path_factory.mktemp("hostile"))
    text = "\n\n".join([" ".join(HOSTILE[:3]), " ".join(HOSTILE[3:])])
    (root / "seeds" / "statements" / "hostile.txt").write_text(text, encoding="utf-8")
    table = root / "seeds" / "statements" / "statements.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    said = {"title": TITLE, "actor": "<b>Actor</b>", "issuer": "<i>Issuer</i> $y$", "genre": "**read-out**"}
    fields = dict.fromkeys(rows[0], "") | {"statement_id": "hostile", "date": "2025-05-13", "language": "en"}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, fields | said])
    table.write_text(buffer.getvalue(), encoding="utf-8")
    lines = "study: hostile\nstatements:\n  - hostile\n"
    (root / "seeds" / "studies" / "hostile.yml").write_text(lines, encoding="utf-8")
    done = emphasis(root, "run", "hostile")
    assert done.returncode == 0, done.stderr
    return root / "notebooks" / "rendered" / "hostile"


@pytest.mark.slow
def test_nothing_of_a_hostile_text_is_markup(hostile):
    """Whatever a statement and its metadata hold is text in the pages: no element, handler or address of it."""
    written = sorted(hostile.glob("*.html"))
    assert len(written) == len(COMMITTED)
    for page in written:
        tree = parsed(page)
        assert faults_of(page) == []
        assert len(tree.xpath("//style")) == len(tree.xpath("//h1")) == len(tree.xpath("//main")) == 1
        assert tree.xpath("//body/main/following-sibling::*")[0].tag == "footer"
        assert tree.xpath("//*[self::strong or self::em or self::b or self::i]/text()[contains(., 'Peace')]") == []
        assert tree.xpath("//strong[.='development'] | //code[.='tick'] | //a[.='Multilateralism']") == []
        assert not re.search(r"\b49\b", tree.xpath("//main")[0].text_content())


@pytest.mark.slow
def test_a_hostile_text_can_be_read_as_it_is(hostile):
    """Each sentence of the statement stands in the page as published, character for character, spaces aside."""
    tree = parsed(hostile / "01_load_statement.html")
    read = "".join(tree.xpath("//main")[0].text_content().split())
    for sentence in HOSTILE:
        assert "".join(sentence.split()) in read
    assert "".join(TITLE.split()) in read


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
def test_chromium_opens_the_pages_without_a_word(hostile):
    """Chromium shows each page, also on a phone, with no error, dialog or request, though the text asks for them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs Chromium on PATH: apt install chromium, then make test-browser")
    from playwright.sync_api import sync_playwright

    heard = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        tab.on("console", lambda message: heard.append(message.text))
        tab.on("pageerror", lambda error: heard.append(str(error)))
        tab.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        tab.on("request", lambda request: request.url.startswith("data:") or heard.append(request.url))
        for page in [*COMMITTED, *sorted(hostile.glob("*.html"))]:
            tab.goto(page.as_uri(), wait_until="load")
            assert heard == [page.as_uri()]
            heard.clear()
            assert tab.locator("h1").count() == 1
            broken = "[...document.images].filter(picture => !picture.complete || !picture.naturalWidth).length"
            assert tab.evaluate(broken) == 0
            assert tab.evaluate("getComputedStyle(document.body).fontFamily") != "Times New Roman"
            assert tab.evaluate("document.scrollingElement.scrollWidth") <= 390
        browser.close()
