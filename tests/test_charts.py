"""Charts: what is drawn, that it can be read, and what is said to whoever does not see it."""

import io
import itertools
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from emphasis import canvas, charts, codebook, coding, measures, segments
from emphasis.errors import InputError
from emphasis.findings import Finding

FINDING = "Security leads: 9 of 23 sentences"
# 180 characters, with all that a mark-up or a formula would swallow.
LONG = (
    'The read-out says "peace & security" in 9 of 23 sentences ($5 <b>more</b>_x_ for $6) and economy in 8: '
    "the two are not distinguishable, and health and human rights appear in no unit at all."
)
SOURCE = "Source: Wang Yi, read-out of 13 May 2025."
LABELS = ["Security", "Economy", "People-to-people ties of 24"[:24], "Sovereignty", "Global governance"]
SEED = {"Preamble": 3, "First": 4, "Second": 4, "Third": 4, "Fourth": 4, "Fifth": 4}


def sections_of(sizes):
    last = np.cumsum(list(sizes.values()))
    return pd.DataFrame({"label": list(sizes), "first": [1, *(last[:-1] + 1)], "last": last})


def themes_of(counts, of_units=23):
    """Themes with these counts and made-up bands; no band where there is no unit."""
    names = [*LABELS, *(f"Theme number {number}" for number in range(6, 30))]
    share = np.array(counts) / of_units
    band = np.where(share > 0, 0.1, np.nan)
    return pd.DataFrame(
        {
            "theme": [name.lower() for name in names[: len(counts)]],
            "label": names[: len(counts)],
            "n_units": counts,
            "of_units": of_units,
            "share_units": share,
            "share_units_low": np.maximum(share - band, 0),
            "share_units_high": share + band,
        }
    )


def marks_of(themes):
    """Each theme in the first units of the text."""
    rows = [(row.theme, 1 + place) for row in themes.itertuples() for place in range(row.n_units)]
    return pd.DataFrame(rows, columns=["theme", "position"])


def grid_of(themes, sections):
    """The same marks, counted in sections."""
    rows = [
        (
            row.theme,
            row.label,
            part.label,
            max(0, min(part.last, row.n_units) - part.first + 1),
            part.last - part.first + 1,
        )
        for row in themes.itertuples()
        for part in sections.itertuples()
    ]
    return pd.DataFrame(rows, columns=["theme", "label", "section_label", "n_units", "of_units"])


def draw(name, counts=(9, 8, 4, 1, 0), sizes=None, finding=FINDING):
    """Draw the chart `name` of themes with these counts in sections of these sizes."""
    sections = sections_of(SEED if sizes is None else sizes)
    n = int(sections["last"].max())
    themes = themes_of([min(count, n) for count in counts], n)
    words = {"finding": finding, "source": SOURCE}
    if name == "emphasis":
        return charts.emphasis(themes, **words)
    if name == "xray":
        return charts.xray(themes, marks_of(themes), sections, **words)
    if name == "theme_by_section":
        return charts.theme_by_section(grid_of(themes, sections), **words)
    if name == "lengths":
        units = pd.DataFrame({"position": range(1, n + 1), "n_tokens": [7 + 11 * i % 53 for i in range(n)]})
        return charts.lengths(units, sections, **words)
    table = pd.DataFrame({"type": themes["label"], "n": themes["n_units"]})
    return charts.bars(table, subtitle="Times each word occurs", **words)


EVERY_CHART = ["emphasis", "xray", "theme_by_section", "lengths", "bars"]


@dataclass
class Drawn:
    figure: Figure
    texts: list[Text]
    boxes: list  # of the texts, in pixels of the picture

    @property
    def words(self):
        return [text.get_text() for text in self.texts]

    def text(self, words):
        return next(text for text in self.texts if text.get_text() == words)


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn last, measured while the style still holds."""
    seen = []

    def measure(figure, finding, alt):
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
        seen.append(Drawn(figure, texts, [text.get_window_extent(renderer) for text in texts]))
        return canvas.Chart(b"", finding, alt, 0, 0)

    monkeypatch.setattr(charts, "render", measure)

    def last(*arguments, **options):
        draw(*arguments, **options)
        return seen[-1]

    return last


def assert_legible(picture):
    """Every text inside the picture, none on another."""
    whole = picture.figure.bbox
    for box, words in zip(picture.boxes, picture.words, strict=True):
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1, f"{words!r} is cut at the side"
        assert whole.y0 <= box.y0 and box.y1 <= whole.y1, f"{words!r} is cut above or below"
    pairs = itertools.combinations(zip(picture.boxes, picture.words, strict=True), 2)
    for (one, words), (other, others) in pairs:
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        # A line's box has room for all letters' strokes, so that boxes of two lines may share a pixel or two.
        assert wide <= 0 or high <= 4, f"{words!r} lies on {others!r}"


@pytest.mark.parametrize("name", EVERY_CHART)
def test_same_bytes(name):
    """The same table gives the same file, byte for byte, so that a rerun leaves it unchanged."""
    assert draw(name).png == draw(name).png


@pytest.mark.parametrize("name", ["emphasis", "theme_by_section"])
def test_picture(name):
    """The picture is a palette PNG of twice the size it is shown at, naming no software and no time."""
    chart = draw(name)
    picture = Image.open(io.BytesIO(chart.png))
    assert picture.size == (2 * chart.width, 2 * chart.height)
    assert picture.mode == "P" and len(picture.getcolors()) <= 64
    assert set(picture.info) <= {"dpi"}
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("name", EVERY_CHART)
@pytest.mark.parametrize("n_themes", [2, 20])
def test_nothing_overlaps_or_is_cut(name, n_themes, drawn):
    """With 2 or 20 themes and a title of 180 characters no text is cut or lies on another."""
    assert_legible(drawn(name, counts=list(range(n_themes - 1, -1, -1)), finding=LONG))


@pytest.mark.parametrize("name", ["xray", "theme_by_section", "lengths"])
@pytest.mark.parametrize(
    "sizes",
    [
        {f"Section {number}": 20 for number in range(1, 41)},
        {"Opening": 1, "On trade, investment and finance": 1, "Close": 1, "The international order": 30},
        {"The only one": 5},
        {"Internationalisation": 1, "Middle": 400, "Internationalisations": 1},
        {"": 3, "Wordwithoutanyspaceinsideitthatislongerthantheplot" * 2: 4},
    ],
    ids=["40 sections", "uneven", "one", "long words at both ends", "no label and a long word"],
)
def test_sections_of_any_kind_fit(name, sizes, drawn):
    """Forty sections, sections of one unit, labels that are empty or endless: all texts stay apart."""
    assert_legible(drawn(name, sizes=sizes))


@pytest.mark.parametrize("name", EVERY_CHART)
def test_title_is_the_finding(name, drawn):
    """The title is the finding: nothing is cut, `$`, `_`, `<` and quotes are drawn as they are."""
    picture = drawn(name, finding=LONG)
    titles = [text.get_text() for text in picture.texts if text.get_fontsize() == canvas.TITLE.points]
    assert len(titles) > 1
    assert " ".join(titles) == LONG
    assert not any(text.get_parse_math() for text in picture.texts)


def test_dollars_are_literal():
    """A text between dollars is as wide as its letters, not as the formula it could be."""
    with canvas.house_style(""):
        figure = Figure()
        text = figure.text(0, 0, "$x$ and $y$", fontsize=canvas.LABEL.points)
        extent = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
        assert extent.width * 96 / canvas.DPI == pytest.approx(canvas.width_of("$x$ and $y$", canvas.LABEL), abs=1)


def test_every_value_is_written(drawn):
    """Each theme's label, share and count stand in the chart, under the base."""
    words = drawn("emphasis").words
    assert {"Share", "of 23", *LABELS} <= set(words)
    assert [word for word in words if word in {"39%", "35%", "17%", "4%"}] == ["39%", "35%", "17%", "4%"]
    assert words.count("0%") == 2, "the axis' zero, and the theme without a unit"


@pytest.mark.parametrize("name", ["emphasis", "xray", "bars"])
def test_values_stand_in_a_column(name, drawn):
    """Counts end at the same place as their header, each on the line of its theme."""
    picture = drawn(name)
    header = {"emphasis": "of 23", "xray": "Total", "bars": "Count"}[name]
    place = picture.text(header).get_position()[0]
    column = [text for text in picture.texts if text.get_position()[0] == place]
    labels = [picture.text(label).get_position()[1] for label in LABELS]
    assert [text.get_text() for text in column] == [header, "9", "8", "4", "1", "0"]
    assert [text.get_position()[1] for text in column[1:]] == pytest.approx(labels)
    assert {text.get_ha() for text in column} == {"right"}


@pytest.mark.parametrize("name", ["emphasis", "xray", "theme_by_section", "bars"])
def test_zero_stays_in_grey(name, drawn):
    """A theme with no unit keeps its row, in grey; the others are black."""
    picture = drawn(name)
    assert picture.text(LABELS[4]).get_color() == canvas.FAINT
    assert picture.text(LABELS[0]).get_color() == canvas.INK


@pytest.mark.parametrize("name", ["emphasis", "xray"])
def test_zero_has_no_mark(name, drawn):
    """Where a theme has no unit the chart says so, and draws nothing."""
    picture = drawn(name, counts=[3, 0, 0])
    assert picture.words.count("no unit") == 2
    rows = {path.vertices[:, 1].mean() for path in strokes(picture)}
    assert len(rows) == 1


def test_zero_has_no_cell(drawn):
    """A theme in no section has no cells but "no unit"; one in some has a dash in the others."""
    picture = drawn("theme_by_section", counts=[5, 0])
    assert picture.words.count("no unit") == 1
    assert picture.words.count("–") == 4


def strokes(picture):
    return [path for lines in picture.figure.findobj(LineCollection) for path in lines.get_paths()]


@pytest.mark.parametrize("name", ["emphasis", "bars"])
def test_axis_starts_at_zero(name, drawn):
    """Lengths can be compared by eye only from zero."""
    axes = drawn(name).figure.axes[0]
    assert axes.get_xlim()[0] == 0
    assert axes.get_xticks()[0] == 0


def test_lengths_start_at_zero(drawn):
    """Bars of lengths stand on zero, and the highest is within the axis."""
    axes = drawn("lengths").figure.axes[0]
    assert axes.get_ylim() == (0, 60)


def test_bands_end_where_the_interval_ends(drawn):
    """A band reaches from the lower to the upper bound, with no cap beyond, and the dot lies at the share."""
    picture = drawn("emphasis", counts=[9])
    bands, dots = picture.figure.axes[0].collections
    assert bands.get_paths()[0].vertices[:, 0] == pytest.approx([100 * 9 / 23 - 10, 100 * 9 / 23 + 10])
    assert bands.get_capstyle() == "butt"
    assert dots.get_offsets()[0][0] == pytest.approx(100 * 9 / 23)


def test_no_interval_no_band():
    """A share without an interval has its dot and value, no band, and no interval in the alt text."""
    table = themes_of([9, 3]).assign(share_units_low=np.nan, share_units_high=np.nan)
    chart = charts.emphasis(table, finding=FINDING, source=SOURCE)
    assert "Security 9 of 23 sentences (39%); " in chart.alt


def mean_of(n_statements):
    table = themes_of([9, 0]).assign(n_statements=n_statements)
    return table.assign(share_units_low=np.nan, share_units_high=np.nan) if n_statements > 1 else table


def test_the_mean_of_several_statements_has_no_counts(monkeypatch):
    """A mean over statements is drawn with its shares alone: no counts, no base, no band, no interval in words."""
    pictures = {}
    for n in (1, 2):
        monkeypatch.setattr(charts, "render", lambda figure, finding, alt, n=n: pictures.update({n: (figure, alt)}))
        charts.emphasis(mean_of(n), finding=FINDING, source=SOURCE)
    words = {n: [text.get_text() for text in figure.findobj(Text)] for n, (figure, _) in pictures.items()}
    said = {n: " ".join(own) for n, own in words.items()}
    assert "of 23" in words[1] and "9" in words[1]
    assert "of 23" not in words[2] and "9" not in words[2]
    assert "39%" in words[2]
    assert "mean of 2 statements" in said[2] and "Wilson" not in said[2]
    assert "mean of" not in said[1] and "95% Wilson intervals" in said[1]
    assert "Security 9 of 23 sentences (39%), interval " in pictures[1][1]
    assert "Security 39%; " in pictures[2][1] and "of 23" not in pictures[2][1].replace(FINDING, "")


def test_one_mark_a_coded_unit(drawn):
    """The x-ray has one mark for each unit of each theme, at the unit's position."""
    marks = [path for path in strokes(drawn("xray")) if path.vertices[0][0] == path.vertices[1][0]]
    assert sorted(path.vertices[0][0] for path in marks) == sorted(marks_of(themes_of([9, 8, 4, 1, 0])).position)


def cells(picture):
    """Each cell of the grid with the text in it."""
    rectangles = [cell for cell in picture.figure.findobj(Rectangle) if cell.axes and cell is not cell.axes.patch]
    for cell in rectangles:
        x, y = cell.get_window_extent().get_points().mean(axis=0)
        yield cell, next(t for t, box in zip(picture.texts, picture.boxes, strict=True) if box.contains(x, y))


def test_leading_cells_are_framed(drawn):
    """A section's leading themes are framed and bold, all in a tie; a section without any has no frame."""
    picture = drawn("theme_by_section", counts=[5, 3, 3])
    found = list(cells(picture))
    assert [(text.get_text(), text.get_weight() == "bold", cell.get_linewidth() > 0) for cell, text in found] == [
        ("3 of 3", True, True),
        ("3 of 3", True, True),
        ("3 of 3", True, True),
        ("2 of 4", True, True),
    ]
    assert {to_hex(cell.get_edgecolor()) for cell, _ in found} == {canvas.INK}
    assert {text.get_weight() for text in picture.texts if text.get_text() == "–"} == {"normal"}
    two = [cell.get_linewidth() > 0 for cell, _ in cells(drawn("theme_by_section", counts=[3, 2]))]
    assert two == [True, False]


@pytest.mark.parametrize("name", ["xray", "lengths"])
def test_the_axis_of_the_text_is_named(name, drawn):
    """Under the text's own axis stands what it numbers."""
    assert drawn(name).figure.axes[0].get_xlabel() == "Sentence number"


def test_every_section_has_its_base(drawn):
    """The last line under the grid, in each of its panels, names the number of units of each section."""
    picture = drawn("theme_by_section", counts=[1, 0])
    line = picture.text("All sentences").get_position()[1]
    bases = [text.get_text() for text in picture.texts if text.get_position()[1] == line]
    assert bases == ["All sentences", "3", "4", "4", "4", "4", "4"]
    assert drawn("theme_by_section", counts=[0], sizes={str(i): 88 for i in range(40)}).words.count("88") == 40


def luminance(colour):
    """The relative luminance of a colour, 0 black to 1 white (WCAG 2.2)."""
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ [
        0.2126,
        0.7152,
        0.0722,
    ]


def contrast(one, other):
    dark, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


def test_cells_can_be_read(monkeypatch):
    """A count has a contrast of at least 4.5 to 1 on the shade of any share; a greater share is darker."""
    written, shades = [], []
    monkeypatch.setattr(charts, "write", lambda *_, color, **__: written.append(color))
    axes = Figure().add_axes((0, 0, 1, 1))
    for n in range(1, 201):
        cell = Rectangle((0, 0), 1, 1)
        charts._draw_cell(axes, cell, n, 200, leads=False)
        shades.append(cell.get_facecolor()[:3])
    assert min(map(contrast, written, shades)) >= 4.5
    assert np.diff([luminance(shade) for shade in shades]).max() <= 0


@pytest.mark.parametrize(
    ("colour", "ground", "least"),
    [
        (canvas.INK, "#ffffff", 4.5),
        (canvas.QUIET, "#ffffff", 4.5),
        (canvas.FAINT, "#ffffff", 4.5),
        (canvas.FAINT, canvas.SHADE, 4.5),
        (canvas.FOCUS, canvas.SHADE, 3),
        (canvas.BAND, "#ffffff", 3),
    ],
)
def test_colours_stand_out(colour, ground, least):
    """Texts have a contrast of 4.5 to 1 and marks of 3 to 1 on what they are drawn on."""
    assert contrast(colour, ground) >= least


def test_alt_of_emphasis():
    """The alt text starts with the finding, then gives every theme's count, base, share and interval."""
    assert draw("emphasis", counts=[9, 0]).alt == (
        "Security leads: 9 of 23 sentences. Emphasis by theme: Security 9 of 23 sentences (39%), "
        "interval 29% to 49%; Economy 0 of 23 sentences (0%)."
    )


def test_alt_of_xray():
    """The alt text says in how many units of which section each theme occurs."""
    assert "Security 5 of 23 sentences (Preamble 3, First 2); Economy 0 of 23" in draw("xray", counts=[5, 0]).alt


def test_alt_of_grid():
    """The alt text goes through the sections with their bases, and names the themes in none."""
    alt = draw("theme_by_section", counts=[5, 1, 0]).alt
    assert "Preamble (3 sentences): Security 3, Economy 1; First (4 sentences): Security 2; Second" in alt
    assert "Fifth (4 sentences): no unit; no unit in any section: People-to-people ties of." in alt


def test_alt_of_lengths():
    """The alt text gives the reach of lengths in each section and the median of all."""
    alt = draw("lengths").alt
    assert "Preamble 3 sentences, 7 to 29 words; " in alt
    assert alt.endswith("median of 23 sentences 31 words.")


def test_alt_of_bars():
    """The alt text lists the terms with their counts."""
    assert "Times each word occurs: Security 9; Economy 8; " in draw("bars").alt


@pytest.mark.parametrize(("n", "said"), [(0, "0%"), (1, "<1%"), (400, "50%"), (800, "100%")])
def test_small_shares_are_not_none(n, said, drawn):
    """One unit of 800 is less than one per cent, and not none."""
    assert said in drawn("emphasis", counts=[n], sizes={"All": 800}).words


@pytest.mark.parametrize("name", EVERY_CHART)
def test_nothing_to_draw(name, drawn):
    """A table without rows gives a chart that says so, with its title and without an axis."""
    empty = themes_of([])
    sections = sections_of(SEED)
    words = {"finding": "No theme was found", "source": SOURCE}
    chart = {
        "emphasis": lambda: charts.emphasis(empty, **words),
        "xray": lambda: charts.xray(empty, marks_of(empty), sections[:0], **words),
        "theme_by_section": lambda: charts.theme_by_section(grid_of(empty, sections), **words),
        "lengths": lambda: charts.lengths(pd.DataFrame({"position": [], "n_tokens": []}), sections[:0], **words),
        "bars": lambda: charts.bars(pd.DataFrame({"type": [], "n": []}), subtitle="Times", **words),
    }[name]()
    assert chart.alt.startswith("No theme was found. ")
    assert chart.alt.endswith(": no unit.")


def test_no_theme_has_a_unit(drawn):
    """Where all themes are zero, each row says so and the axis still starts at zero."""
    picture = drawn("emphasis", counts=[0, 0, 0])
    assert picture.words.count("no unit") == 3
    assert_legible(picture)


def test_numbered_sections_are_explained(drawn):
    """Section labels that find no room become numbers, and the subtitle says so; labels with room stay."""
    sizes = {f"Long label number {number}": 20 for number in range(1, 41)}
    assert "numbered in reading order" in " ".join(drawn("xray", sizes=sizes).words)
    picture = drawn("xray")
    assert set(SEED) <= set(picture.words)
    assert "numbered" not in " ".join(picture.words)


CJK = "声明最强调安全：二十三句中有九句，其次是经济，两者无法区分。"


def test_cjk_is_drawn_with_a_fallback(drawn):
    """Where a font with CJK characters is installed, they are drawn without a warning; else one says so."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = drawn("emphasis", finding=CJK * 4)
    assert len(caught) == (0 if installed & set(canvas.FALLBACKS) else 1)
    assert_legible(picture)


def test_characters_no_font_has_are_named_once(monkeypatch):
    """Characters that no installed font has give one warning, naming them and the cure, and still a chart."""
    monkeypatch.setattr(canvas, "FALLBACKS", ())
    with pytest.warns(UserWarning, match="no installed font has '全安'.*Install a font") as caught:
        chart = draw("emphasis", finding="安全 leads")
    assert len(caught) == 1
    assert chart.alt.startswith("安全 leads")


def test_cjk_wraps_between_characters(monkeypatch):
    """A text without spaces is broken between characters, no line begins with a comma, and none is lost."""
    monkeypatch.setattr(canvas, "width_of", lambda text, kind: 15 * len(text))
    lines = canvas.wrap(CJK, 120, canvas.LABEL).split("\n")
    assert [len(line) for line in lines] == [8, 7, 8, 7]
    assert "".join(lines) == CJK
    assert not any(line.startswith(("，", "：", "。")) for line in lines)


@pytest.mark.parametrize("text", [LONG, "a  b\n\tc", "x" * 400, "", "Wort " * 60])
def test_wrapping_keeps_every_word(text):
    """Lines are no wider than allowed and hold, joined again, all that was there."""
    lines = canvas.wrap(text, 200, canvas.LABEL).split("\n")
    assert all(canvas.width_of(line, canvas.LABEL) <= 200.5 for line in lines)
    assert "".join(" ".join(lines).split()) == "".join(text.split())


def test_lines_are_balanced():
    """Lines are as few as the width allows, and no last word stands alone where another could join it."""
    width = canvas.width_of("word " * 12, canvas.LABEL)
    assert [line.split() for line in canvas.wrap("word " * 12, width, canvas.LABEL).split("\n")] == [["word"] * 12]
    lines = canvas.wrap("word " * 13, width, canvas.LABEL).split("\n")
    assert [len(line.split()) for line in lines] == [7, 6]


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 6, 23, 59, 60, 61, 100, 999, 12345])
def test_ticks(highest):
    """Ticks run from zero to the highest value or above, in at most five round and equal steps."""
    axes = Figure().add_axes((0, 0, 1, 1))
    end = canvas.draw_scale(axes, "x", highest, "%")
    numbers = axes.get_xticks()
    assert numbers[0] == 0 and numbers[-1] >= max(highest, 1)
    assert axes.get_xlim() == (0, end) == (0, numbers[-1])
    assert len(set(np.diff(numbers))) == 1 and numbers[1] in {factor * 10**p for p in range(5) for factor in (1, 2, 5)}
    assert 2 <= len(numbers) <= 6
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"{number:g}%" for number in numbers]


def test_style_leaves_no_trace(tmp_path):
    """A chart looks the same under anyone's settings, and leaves them as they were."""
    import matplotlib as mpl

    expected = draw("emphasis").png
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.bbox": "tight", "figure.dpi": 50}):
        before = dict(mpl.rcParams)
        assert draw("emphasis").png == expected
        assert dict(mpl.rcParams) == before


def test_notebook_shows_picture_then_finding(monkeypatch):
    """A notebook gets the picture with alt text and size as metadata, then the finding as text."""
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **rest: shown.append((data, rest["metadata"])))
    finding = Finding("04-leader", FINDING)
    chart = draw("emphasis", finding=finding)
    chart._ipython_display_()
    (picture, about), (line, kind) = shown
    assert set(picture) == {"image/png", "text/plain"} and picture["text/plain"] == FINDING
    assert about == {"image/png": {"width": chart.width, "height": chart.height, "alt": chart.alt}}
    assert line == {"text/plain": FINDING}
    assert kind == {"emphasis": {"finding": "04-leader"}}


def test_faulty_tables_are_refused():
    """An input error names the argument or the value, and what is allowed."""
    words = {"finding": FINDING, "source": SOURCE}
    themes, sections = themes_of([2, 0]), sections_of(SEED)
    marks = marks_of(themes)
    with pytest.raises(InputError, match="table lacks of_units; it needs theme, label, n_units, of_units"):
        charts.emphasis(themes.drop(columns="of_units"), **words)
    with pytest.raises(InputError, match=r"of_units must be the same in every row; got \[9, 23\]"):
        charts.emphasis(themes.assign(of_units=[23, 9]), **words)
    with pytest.raises(InputError, match="position 24 is not in sections"):
        charts.xray(themes, marks.assign(position=24), sections, **words)
    with pytest.raises(InputError, match="theme war is not in themes"):
        charts.xray(themes, marks.assign(theme="war"), sections, **words)
    with pytest.raises(InputError, match="position 24 is not in sections"):
        charts.lengths(pd.DataFrame({"position": [24], "n_tokens": [5]}), sections, **words)
    with pytest.raises(InputError, match="the same sections, in the same order, for every theme"):
        charts.theme_by_section(grid_of(themes, sections)[:-1], **words)


def test_the_grid_keeps_each_statement_apart(root):
    """Of two statements whose themes rank differently, each count stands in its theme's row, its section's column."""
    rows = {"statement_id": ["a", "b"], "title": "", "language": "en", "body": 0}
    texts = ["Peace. Peace. Trade.", "Trade. Trade. Peace."]
    divided = segments.segment(root, pd.DataFrame(rows | {"text": texts}))
    book = {"patterns": {"en": []}, "definition": "d", "include": "i", "exclude": "e", "examples": {}}
    themes = {name: book | {"label": name, "patterns": {"en": [name]}} for name in ("trade", "peace")}
    made = codebook.Codebook.model_validate(
        {"codebook": "c", "title": "t", "version": "1", "description": "d", "languages": ["en"], "themes": themes}
    )
    table = measures.themes_by_section(divided, coding.code(divided, made), made)
    chart = charts.theme_by_section(table, finding=FINDING, source=SOURCE)
    assert "1 Paragraph 1 (3 sentences): peace 2, trade 1; 2 Paragraph 1 (3 sentences): peace 1, trade 2" in chart.alt
