"""Pages in a real browser: accessible, reachable by keyboard, readable on a phone, inert whatever a text holds."""

import csv
import io
import re
from pathlib import Path

import pytest

from emphasis import execution

ROOT = Path(__file__).resolve().parents[1]
STUDY = "china-celac-2025"
PAGES = sorted((ROOT / "notebooks" / "rendered" / STUDY).glob("*.html"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
LONG = "On the Strengthening of Solidarity, Coordination and Peace among All Countries of Goodwill " * 4

# Studies that a page must bear: name, codebook, and the statements with their metadata.
ENGLISH = "We support peace and trade. China will open its market. The road is long. " * 4
STUDIES = {
    "one": [("one-word", "Yes.", {})],
    "silent": [("silent", "The sky is blue. Nothing stirs. " * 8, {"title": "Nothing"})],
    "long": [
        ("long", ENGLISH, {"title": LONG[:300], "issuer": "Ministry of " + "Foreignaffairs" * 12, "actor": "Å" * 200})
    ],
    "names": [
        (
            "names-zh",
            ENGLISH,
            {"title": "外交部发言人就有关问题答记者问", "actor": "王毅", "issuer": "中华人民共和国外交部"},
        ),
        ("names-es", ENGLISH, {"title": "Declaración del señor Núñez", "actor": "José Ñúñez", "issuer": "Cancillería"}),
        ("names-ar", ENGLISH, {"title": "بيان وزارة الخارجية", "actor": "أحمد أبو الغيط", "issuer": "وزارة الخارجية"}),
    ],
    "forty": [(f"many-{n:02}", ENGLISH + f"Point {n}.", {"date": f"{1984 + n}-05-13"}) for n in range(40)],
}


def bring(root, study, statements):
    """Write statements with their rows, and a study of them, into a copy of the checkout."""
    folder = root / "seeds" / "statements"
    table = folder / "statements.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    for name, text, said in statements:
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        rows.append(dict.fromkeys(rows[0], "") | {"statement_id": name, "language": "en"} | said)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    table.write_text(buffer.getvalue(), encoding="utf-8")
    lines = [f"study: {study}", "statements:", *(f"  - {name}" for name, _, _ in statements)]
    (root / "seeds" / "studies" / f"{study}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def odd_pages(copy_checkout, emphasis, tmp_path_factory):
    """The pages of studies of one word, no theme, a long title, names in other scripts, and forty statements."""
    root = copy_checkout(tmp_path_factory.mktemp("odd"))
    for study, statements in STUDIES.items():
        bring(root, study, statements)
    for study in STUDIES:
        done = emphasis(root, "run", study)
        assert done.returncode == 0, done.stderr
    return [page for study in STUDIES for page in sorted((root / "notebooks" / "rendered" / study).glob("*.html"))]


def violations(tab):
    """Return what axe-core finds wrong on a page, by rule, each with the first elements concerned."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core comes with requirements.lock")
    found = axe.Axe().run(tab, options={"runOnly": RULES}).response["violations"]
    return {rule["id"]: [node["html"][:120] for node in rule["nodes"][:3]] for rule in found}


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_pages_are_accessible(chromium, scheme, width):
    """axe-core finds nothing against its rules and best practices, in light, in dark and on a phone."""
    tab = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for page in PAGES:
        tab.goto(page.as_uri())
        assert violations(tab) == {}, page.name
        tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert violations(tab) == {}, f"{page.name}, unfolded"
    tab.close()


@pytest.mark.browser
@pytest.mark.slow
def test_odd_studies_have_whole_pages(chromium, odd_pages):
    """Pages of one word, no theme, long titles, other scripts and forty statements are accessible and fit a phone."""
    tab = chromium.new_page(viewport={"width": 390, "height": 900})
    assert len(odd_pages) == len(STUDIES) * len(PAGES)
    for page in odd_pages:
        tab.goto(page.as_uri())
        assert violations(tab) == {}, page
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= 390, page
        assert tab.locator("main h1").count() == 1
    tab.close()


FOCUSABLE = "a[href], summary, .scroll, pre"
REACHED = """([selector]) => {
  const all = [...document.querySelectorAll(selector)].filter(element => element.checkVisibility());
  return all.filter(element => !element.dataset.reached).map(element => element.outerHTML.slice(0, 100));
}"""


@pytest.mark.browser
def test_the_keyboard_reaches_everything(chromium):
    """By the Tab key alone one comes to every link, fold and scrolling table, and each shows that it is in focus."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 900})
    for page in PAGES:
        tab.goto(page.as_uri())
        count = tab.locator(FOCUSABLE).count()
        for _ in range(count + 2):
            tab.keyboard.press("Tab")
            outline = tab.evaluate(
                "() => { const here = document.activeElement; here.dataset.reached = 1;"
                " return here === document.body ? 'solid' : getComputedStyle(here).outlineStyle }"
            )
            assert outline != "none", page.name
        assert tab.evaluate(REACHED, [FOCUSABLE]) == [], page.name
    tab.close()


@pytest.mark.browser
def test_the_legend_filters_without_scripts(chromium):
    """Choosing a theme leaves only its sentences, "All themes" brings the others back, with scripts switched off."""
    page = next(page for page in PAGES if page.stem.startswith("02"))
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(page.as_uri())
    numbers = tab.locator(".unit.t-1").count(), tab.locator(".unit").count()
    assert 0 < numbers[0] < numbers[1]
    carries, lacks = tab.locator(".reading .unit.t-1"), tab.locator(".reading .unit:not(.t-1)")
    assert carries.first.is_visible() and lacks.first.is_visible()
    tab.locator(".legend a").first.click()
    assert [unit.is_visible() for unit in carries.all()] == [True] * numbers[0]
    assert not any(unit.is_visible() for unit in lacks.all())
    tab.locator(".legend a").last.click()
    assert lacks.first.is_visible()
    context.close()


@pytest.mark.browser
def test_a_phone_gets_its_own_charts(chromium):
    """At phone width each chart is the one drawn for it, at its own size; on a wide page it is the other."""
    for width, drawn in ((390, 358), (1280, 690)):
        tab = chromium.new_page(viewport={"width": width, "height": 900}, device_scale_factor=2)
        seen = 0
        for page in PAGES:
            tab.goto(page.as_uri())
            for shown, natural in tab.evaluate(
                "Promise.all([...document.querySelectorAll('main img')].map(async picture => "
                "{ await picture.decode(); return [picture.clientWidth, picture.naturalWidth] }))"
            ):
                assert shown == drawn
                assert natural in {drawn, 2 * drawn}
                seen += 1
        assert seen
        tab.close()


# the code host, which strips what it does not trust


def shown_on_the_host(output):
    """Return an output's HTML as a code host leaves it: without style, class and data addresses."""
    html = "".join(output.get("data", {}).get("text/html", ""))
    return re.sub(r'\s(style|class|id)="[^"]*"|<style.*?</style>|"data:[^"]*"', "", html, flags=re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "index"], ids=lambda page: page.stem)
def test_the_code_host_shows_everything(page):
    """With style, class and data addresses stripped, each chart is a PNG and each finding and label is text."""
    path = page.with_suffix(".ipynb")
    assert path.stat().st_size < 1_000_000
    outputs = [output for cell in execution.read(path).cells for output in cell.get("outputs", [])]
    charts = [output for output in outputs if "image/png" in output.get("data", {})]
    assert all(output.metadata["image/png"]["alt"] for output in charts)
    text = "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs)
    assert all(sentence in text for _, sentence in execution.findings(execution.read(path)))
    left = " ".join(map(shown_on_the_host, outputs))
    assert "style=" not in left and "data:image" not in left
    if page.stem.startswith("02"):
        table = ROOT / "data" / STUDY / "emphasis.csv"
        themes = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        assert all(row["label"] in left for row in themes)
        assert len(charts) == 2
    links = re.findall(r'href="([^"]+/figures/\w+\.csv)"', left)
    assert len(set(links)) == len(links) == len(charts)
    assert all((path.parent / link).is_file() for link in links)
