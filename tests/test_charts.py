"""Charts: what is drawn, that it can be read, and what is said to whoever does not see it."""

import base64
import hashlib
import io
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from emphasis import canvas, charts, coding, crosstabs
from emphasis.errors import InputError
from emphasis.wording import Finding

HERE = Path(__file__).parent
FINDING = "Security leads: 9 of 23 sentences"
# 300 characters, with all that a mark-up or a formula would swallow.
LONG = (
    'The read-out says "peace & security" in 9 of 23 sentences ($5 <b>more</b>_x_ for $6) and economy in 8: '
    "the two are not distinguishable, and health and human rights appear in no unit at all; under 3 of 7 other choices "
    "of measure, unit and codebook the economy leads instead, and solidarity moves from 5 to 2."
)
SOURCE = "Source: Wang Yi, read-out of 13 May 2025."
LABELS = ["Security", "Economy", "People-to-people ties of 24"[:24], "Sovereignty", "Global governance"]
SEED = {"Preamble": 3, "First": 4, "Second": 4, "Third": 4, "Fourth": 4, "Fifth": 4}


def sections_of(sizes):
    last = np.cumsum(list(sizes.values()), dtype=int)
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


def grid_of(themes, sections, columns="section"):
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
    return pd.DataFrame(rows, columns=["theme", "label", f"{columns}_label", "n_units", "of_units"])


# Choice, variant, its tau-b.
VARIANTS = [
    ("default", "share of sentences", 1.0),
    ("measure", "share of words", 0.5),
    ("measure", "mentions per 1,000 words", -0.25),
    ("unit", "paragraphs", 0.125),
    ("theme", "without Solidarity", np.nan),
    ("pattern", "any one pattern left out", 0.875),
]


def ranks_of(themes, ranks):
    """One variant a row of `ranks`, in which each theme has its best and its worst rank, or one rank, or none."""
    rows = [
        (choice, variant, row.theme, row.label, *(rank if isinstance(rank, tuple) else (rank, rank)), tau)
        for (choice, variant, tau), given in zip(VARIANTS, ranks, strict=False)
        for row, rank in zip(themes.itertuples(), given, strict=True)
    ]
    columns = ["choice", "variant", "theme", "label", "rank_best", "rank_worst", "tau_b"]
    return pd.DataFrame(rows, columns=columns).astype({"rank_best": "Int64", "rank_worst": "Int64"})


def some_ranks(n):
    """Ranks by default, in reverse, without the last, and all that a range may be."""
    usual = list(range(1, n + 1))
    ranges = [(max(rank - rank % 3, 1), rank + rank % 2) for rank in usual]
    return [usual, usual[::-1], usual[::-1], usual, usual[:-1] + [pd.NA] * (n > 0), ranges]


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
    if name == "grid":
        return charts.grid(grid_of(themes, sections), columns="section", **words)
    if name == "ranks":
        return charts.ranks(ranks_of(themes, some_ranks(len(themes))), **words)
    table = pd.DataFrame({"written": themes["label"], "n": themes["n_units"]})
    return charts.bars(table, subtitle="Times each word occurs", **words)


EVERY_CHART = ["emphasis", "xray", "grid", "ranks", "bars"]
SOME_CHARTS = ["xray", "grid"]


@dataclass
class Drawn:
    """A figure, measured when its texts are asked for, in the style it was drawn in."""

    figure: Figure
    alt: str
    title_height: int
    narrow: "Drawn | None" = None

    @cached_property
    def measured(self):
        with warnings.catch_warnings(action="ignore"), canvas.house_style(self.alt):
            self.figure.draw_without_rendering()
            renderer = FigureCanvasAgg(self.figure).get_renderer()
            texts = [text for text in self.figure.findobj(Text) if text.get_visible() and text.get_text()]
            return [(text, text.get_window_extent(renderer)) for text in texts]

    @property
    def texts(self):
        return [text for text, _ in self.measured]

    @property
    def boxes(self):
        """The boxes of the texts, in pixels of the picture."""
        return [box for _, box in self.measured]

    @property
    def words(self):
        return [text.get_text() for text in self.texts]

    def text(self, words):
        return next(text for text in self.texts if text.get_text() == words)

    @property
    def subtitle(self):
        return next(text.get_text() for text in self.texts if text.get_fontsize() == canvas.SUBTITLE.size)


@pytest.fixture
def seen(monkeypatch):
    """What is drawn, instead of the pictures themselves."""
    pictures = []

    def render(wide, narrow, *, finding, alt, table):
        pictures.append(Drawn(wide, alt, canvas.title_height(finding), Drawn(narrow, alt, 0)))
        return canvas.Chart(b"", b"", "", finding, alt, table, 0, 0, 0)

    monkeypatch.setattr(charts, "render", render)
    return pictures


@pytest.fixture
def drawn(seen):
    """The picture of a chart of themes with these counts in sections of these sizes."""

    def last(*arguments, **options):
        draw(*arguments, **options)
        return seen[-1]

    return last


@pytest.fixture
def drawn_of(seen):
    """The picture of a chart of this table."""

    def last(chart, table, **options):
        chart(table, finding=FINDING, source=SOURCE, **options)
        return seen[-1]

    return last


def assert_legible(picture):
    """Every text inside the picture, none on another, on a page and on a phone."""
    whole = picture.figure.bbox
    for box, words in zip(picture.boxes, picture.words, strict=True):
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1, f"{words!r} is cut at the side"
        assert whole.y0 <= box.y0 and box.y1 <= whole.y1, f"{words!r} is cut above or below"
    boxes = np.array([box.extents for box in picture.boxes])
    for number, (box, words) in enumerate(zip(boxes, picture.words, strict=True)):
        wide, high = (np.minimum(box[2:], boxes[:number, 2:]) - np.maximum(box[:2], boxes[:number, :2])).T
        # A line's box has room for all letters' strokes, so that boxes of two lines may share a pixel or two.
        hit = np.flatnonzero((wide > 0) & (high > 4))
        assert not len(hit), f"{words!r} lies on {[picture.words[place] for place in hit]}"
    if picture.narrow:
        assert_legible(picture.narrow)


def digest_of(name):
    """A digest of the three forms of a chart."""
    chart = draw(name)
    return hashlib.sha256(chart.png + chart.narrow + chart.svg.encode()).hexdigest()


def test_same_bytes():
    """The same table gives the same files, byte for byte, in another process too: a rerun leaves them unchanged."""
    code = f"import test_charts; print(*map(test_charts.digest_of, {SOME_CHARTS}))"
    settings = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=settings)
    assert done.stdout.split() == [digest_of(name) for name in SOME_CHARTS]


@pytest.mark.parametrize("name", ["emphasis", "grid"])
def test_pictures(name):
    """Both pictures are palette PNGs of twice the size they are shown at, naming no software and no time."""
    chart = draw(name)
    pictures = [Image.open(io.BytesIO(data)) for data in (chart.png, chart.narrow)]
    assert pictures[0].size == (2 * chart.width, 2 * chart.height)
    assert [picture.width for picture in pictures] == [2 * 690, 2 * 358]
    for picture in pictures:
        assert picture.mode == "P" and len(picture.getcolors()) <= 64
        assert set(picture.info) <= {"dpi"}
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_the_svg_is_the_picture_of_the_page():
    """The SVG has the size of the page's picture, its title and alt text, outlines for letters, and no time."""
    chart = draw("emphasis", finding=LONG)
    root = ElementTree.fromstring(chart.svg)
    assert (root.get("width"), root.get("height")) == (f"{0.75 * chart.width:g}pt", f"{0.75 * chart.height:g}pt")
    kinds = {element.tag.partition("}")[2] for element in root.iter()}
    assert not kinds & {"text", "script", "image", "a", "date", "creator"} and "use" in kinds
    assert root.findtext("{*}title") == LONG
    assert root.findtext(".//{*}description") == chart.alt


@pytest.mark.parametrize("finding", ["", "A", FINDING, LONG])
def test_the_title_can_be_cut_off(finding, drawn):
    """All of the title lies in the topmost pixels of the page's picture that the chart names, and nothing else does."""
    picture = drawn("bars", finding=finding)
    assert (picture.title_height > 0) == bool(finding)
    border = picture.figure.bbox.y1 - 2 * picture.title_height
    above = [words for box, words in zip(picture.boxes, picture.words, strict=True) if box.y1 > border]
    assert [" ".join(words.split()) for words in above] == [finding] * bool(finding)
    assert all(box.y0 >= border for box, words in zip(picture.boxes, picture.words, strict=True) if words in above)
    assert picture.figure.axes[0].bbox.y1 < border


def test_what_is_below_the_title_is_the_same_under_any_title():
    """A page that cuts the title off shows the same picture, whatever the title said in as many lines."""
    charts_of = [draw("bars", finding=finding) for finding in ("Security leads", "Economy is close")]
    one, other = (
        np.asarray(Image.open(io.BytesIO(chart.png)).convert("RGB"), int)[2 * chart.title_height :]
        for chart in charts_of
    )
    assert one.shape == other.shape and np.abs(one - other).max() <= 10


@pytest.mark.parametrize("name", EVERY_CHART)
def test_on_a_phone(name, drawn):
    """A phone has the same words without the title, none below nine points, and 0.45 of its width for the plot."""
    picture = drawn(name, finding="Security leads in the statement")
    narrow, wide = ({" ".join(words.split()) for words in one.words} for one in (picture.narrow, picture))
    assert picture.narrow.figure.get_size_inches()[0] * 96 == pytest.approx(358)
    assert wide - narrow <= {"Security leads in the statement"} | {
        word for word in wide if " of " in word or word.isdigit()
    }
    assert set(LABELS) <= narrow, "no word is broken"
    assert "Security leads in the statement" not in narrow
    assert min(text.get_fontsize() for text in picture.narrow.texts) >= 9
    assert picture.narrow.figure.axes[0].get_position().width >= 0.45


@pytest.mark.parametrize("name", EVERY_CHART)
def test_words_begin_at_the_edge(name, seen):
    """Title, subtitle and source begin two pixels from the left edge, where the words of the page around them do."""
    draw(name)
    for picture in (seen[-1], seen[-1].narrow):
        subtitle, source = picture.subtitle, next(words for words in picture.words if words.startswith("Source"))
        lefts = [box.x0 for box, words in zip(picture.boxes, picture.words, strict=True) if words in (subtitle, source)]
        assert lefts == pytest.approx([4, 4], abs=3)


def test_labels_stand_over_rows_where_the_page_is_narrow(drawn):
    """Where labels and values leave too little to the plot, each label stands over its row, values beside it."""
    picture = drawn("emphasis").narrow
    over, value = picture.text("Security"), picture.text("39%")
    assert over.get_ha() == "left" and picture.text("no unit").get_color() == canvas.FAINT
    assert over.get_position()[1] - value.get_position()[1] > 10
    assert drawn("emphasis").text("Security").get_position()[1] == drawn("emphasis").text("39%").get_position()[1]


WORDS = {
    "es": ["Cooperación económica, comercial y financiera entre los países", "Soberanía e integridad territorial"],
    "zh": ["主权与领土完整以及发展道路的选择", "经济贸易投资金融合作"],
    "ar": ["السيادة والسلامة الإقليمية وعدم التدخل في الشؤون الداخلية", "التعاون الاقتصادي والتجاري"],
}


@pytest.mark.parametrize("language", WORDS)
def test_labels_of_any_language(language, seen):
    """Long labels in Spanish, Chinese and Arabic are drawn in full; only a font that is not there gives a warning."""
    themes = themes_of([9, 0]).assign(label=WORDS[language])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore" if language == "zh" else "error", "no installed font")
        charts.emphasis(themes, finding=WORDS[language][0], source=SOURCE)
        charts.grid(grid_of(themes, sections_of(SEED)), columns="section", finding=FINDING, source=SOURCE)
    for picture in seen:
        assert_legible(picture)
        assert all(
            any("".join(label.split()) == "".join(words.split()) for words in picture.narrow.words)
            for label in WORDS[language]
        )


def test_the_table_of_a_chart():
    """A chart holds the table it draws: of the x-ray one row a mark, and one without place for a theme in no unit."""
    table = themes_of([2, 0])
    assert charts.emphasis(table, finding=FINDING, source=SOURCE).table is table
    marks = charts.xray(table, marks_of(table), sections_of({"A": 1, "B": 2}), finding=FINDING, source=SOURCE).table
    expected = {"theme": ["security"] * 2 + ["economy"], "label": ["Security"] * 2 + ["Economy"]}
    expected |= {"position": pd.array([1, 2, pd.NA], "Int64"), "section": ["A", "B", np.nan]}
    pd.testing.assert_frame_equal(marks, pd.DataFrame(expected), check_dtype=False)


@pytest.mark.parametrize("name", EVERY_CHART)
@pytest.mark.parametrize("n_themes", [2, 20])
def test_nothing_overlaps_or_is_cut(name, n_themes, drawn):
    """With 2 or 20 themes and a title of 300 characters no text is cut or lies on another."""
    assert_legible(drawn(name, counts=list(range(n_themes - 1, -1, -1)), finding=LONG))


@pytest.mark.parametrize("name", ["xray", "grid"])
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


def test_long_labels_leave_room_to_the_plot(drawn_of):
    """Long labels of themes stand in several lines, in full, and the plot keeps nearly half of the page."""
    themes = themes_of([9, 3, 1]).assign(label=[LONG[:80], "主权与领土完整以及发展道路的选择" * 2, "Peace"])
    given = {
        charts.emphasis: (themes, {}),
        charts.grid: (grid_of(themes, sections_of(SEED)), {"columns": "section"}),
        charts.ranks: (ranks_of(themes, some_ranks(3)), {}),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no font has these characters
        pictures = [drawn_of(chart, table, **options) for chart, (table, options) in given.items()]
    for picture in pictures:
        assert_legible(picture)
        assert LONG[:80] in [words.replace("\n", " ") for words in picture.words]
        assert picture.figure.axes[0].get_position().width > 0.45


@pytest.mark.parametrize("name", EVERY_CHART)
def test_title_is_the_finding(name, drawn):
    """The title is the finding: nothing is cut, `$`, `_`, `<` and quotes are drawn as they are."""
    picture = drawn(name, finding=LONG)
    title = next(text.get_text() for text in picture.texts if text.get_fontsize() == canvas.TITLE.size)
    assert "\n" in title
    assert title.replace("\n", " ") == LONG
    assert not any(text.get_parse_math() for text in picture.texts)


def test_dollars_are_literal():
    """A text between dollars is as wide as its letters, not as the formula it could be."""
    with canvas.house_style(""):
        figure = Figure()
        text = figure.text(0, 0, "$x$ and $y$", fontsize=canvas.LABEL.size)
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


@pytest.mark.parametrize("name", ["emphasis", "xray", "grid", "bars"])
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
    rows = {path.vertices[:, 1].mean() for path in strokes(picture) if not np.isnan(path.vertices).any()}
    assert len(rows) == 1


def test_zero_has_no_cell(drawn):
    """A theme in no section has no cells but "no unit"; one in some has a dash in the others."""
    picture = drawn("grid", counts=[5, 0])
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


def test_bands_end_where_the_interval_ends(drawn):
    """A band reaches from the lower to the upper bound, with no cap beyond, and the dot lies at the share."""
    picture = drawn("emphasis", counts=[9])
    bands, _, dots = picture.figure.axes[0].collections
    assert bands.get_paths()[0].vertices[:, 0] == pytest.approx([100 * 9 / 23 - 10, 100 * 9 / 23 + 10])
    assert bands.get_capstyle() == "butt" and not dots.get_clip_on(), "a dot at 100% is whole"
    assert dots.get_offsets()[0][0] == pytest.approx(100 * 9 / 23)


def test_the_range_is_a_thin_line_below_the_band(drawn_of):
    """The range without a section is a line of its own from least to most, below the band and not as thick."""
    table = themes_of([9, 3, 0]).assign(share_units_min=[0.1, 0.02, 0], share_units_max=[0.62, 0.2, 0])
    picture = drawn_of(charts.emphasis, table)
    bands, lines, dots = picture.figure.axes[0].collections
    assert [list(path.vertices[:, 0]) for path in lines.get_paths()] == [[10, 62], [2, 20]]
    assert [path.vertices[0, 1] for path in lines.get_paths()] > [y for _, y in dots.get_offsets()]
    assert lines.get_linewidth()[0] < bands.get_linewidth()[0] / 4
    assert picture.figure.axes[0].get_xlim()[1] >= 62
    assert "thin lines are ranges when each section is left out" in picture.subtitle.replace("\n", " ")
    assert "interval 29% to 49%, range 10% to 62%; " in picture.alt
    assert picture.alt.count("range") == 2, "a theme without a unit has none"


def test_without_a_range_none_is_named(drawn):
    """Where the table holds no range, neither the subtitle nor the alt text speaks of one."""
    picture = drawn("emphasis")
    assert "left out" not in picture.subtitle and "range" not in picture.alt


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
        monkeypatch.setattr(charts, "render", lambda wide, _, alt, n=n, **about: pictures.update({n: (wide, alt)}))
        charts.emphasis(mean_of(n), finding=FINDING, source=SOURCE)
    words = {n: [text.get_text() for text in figure.findobj(Text)] for n, (figure, _) in pictures.items()}
    said = {n: " ".join(own).replace("\n", " ") for n, own in words.items()}
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
    assert max(abs(np.diff(path.vertices[:, 1])) for path in marks) < 30, "none reaches into the next row"
    assert sorted(path.vertices[0][0] for path in marks) == sorted(marks_of(themes_of([9, 8, 4, 1, 0])).position)


def cells(picture):
    """Each cell of the grid with the text in it."""
    rectangles = [cell for cell in picture.figure.findobj(Rectangle) if cell.axes and cell is not cell.axes.patch]
    for cell in rectangles:
        x, y = cell.get_window_extent().get_points().mean(axis=0)
        yield cell, next(t for t, box in zip(picture.texts, picture.boxes, strict=True) if box.contains(x, y))


def test_leading_cells_are_framed(drawn):
    """A section's leading theme is framed and bold; in a tie, and where a section has none, nothing is."""
    picture = drawn("grid", counts=[5, 3, 3])
    found = list(cells(picture))
    assert [(text.get_text(), text.get_weight() == "bold", cell.get_linewidth() > 0) for cell, text in found] == [
        ("3 of 3", False, False),
        ("3 of 3", False, False),
        ("3 of 3", False, False),
        ("2 of 4", True, True),
    ]
    assert (
        picture.subtitle == "Sentences of each section that carry the theme; framed: the leading theme, if there is one"
    )
    assert {to_hex(cell.get_edgecolor()) for cell, _ in found} == {canvas.INK}
    assert {text.get_weight() for text in picture.texts if text.get_text() == "–"} == {"normal"}
    two = [cell.get_linewidth() > 0 for cell, _ in cells(drawn("grid", counts=[3, 2]))]
    assert two == [True, False]


def test_the_axis_of_the_text_is_named(drawn):
    """Under the text's own axis stands what it numbers."""
    assert drawn("xray").figure.axes[0].get_xlabel() == "Sentence number"


def test_a_statement_without_sections(seen):
    """Without any section the themes keep their rows."""
    none = themes_of([0, 0])
    charts.xray(none, marks_of(none), sections_of(SEED)[:0], finding=FINDING, source=SOURCE)
    assert {"Security", "Economy"} <= set(seen[-1].words) and seen[-1].words.count("no unit") == 2


def test_every_section_has_its_base(drawn):
    """The last line under the grid, in each of its panels, names the number of units of each section, and of all."""
    picture = drawn("grid", counts=[1, 0])
    line = picture.text("All sentences").get_position()[1]
    bases = [text.get_text() for text in picture.texts if text.get_position()[1] == line]
    assert bases == ["All sentences", "23", "3", "4", "4", "4", "4", "4"]
    assert drawn("grid", counts=[0], sizes={str(i): 88 for i in range(40)}).words.count("88") == 40


def test_a_grid_of_acts(drawn_of):
    """Columns may be acts: an act without a unit keeps its column, with a dash in each row and its base of zero."""
    themes = themes_of([4, 1, 0])
    table = grid_of(themes, sections_of({"Commits": 3, "Asks": 0, "States": 4}), "act")
    picture = drawn_of(charts.grid, table, columns="act")
    assert picture.subtitle == (
        "Sentences of each act that carry the theme; framed: the leading theme, if there is one"
    )
    assert [text.get_text() for _, text in cells(picture)] == ["3 of 3", "1 of 3", "1 of 4"]
    assert picture.words.count("–") == 3 and picture.words.count("no unit") == 1
    assert "Commits (3 sentences): Security 3, Economy 1; Asks (no sentence): no unit; States (4" in picture.alt
    assert picture.alt.endswith("no unit in any act: People-to-people ties of.")


def test_no_act_carries_a_theme(drawn_of):
    """Where every count is zero, each theme says so, and the bases of the columns stay."""
    table = grid_of(themes_of([0, 0]), sections_of({"Commits": 3, "Asks": 1}), "act")
    picture = drawn_of(charts.grid, table, columns="act")
    assert list(cells(picture)) == [] and picture.words.count("no unit") == 2
    assert {"3", "1", "4"} <= set(picture.words)


def test_narrow_columns_have_upright_names(drawn):
    """Names too wide for their columns stand upright, in full and unnumbered; those with room lie flat."""
    names = [f"Paragraph {letter}" for letter in "abcdefghijkl"]
    picture = drawn("grid", sizes=dict.fromkeys(names, 3))
    assert {picture.text(name).get_rotation() for name in names} == {90}
    assert "numbered" not in picture.subtitle
    assert {drawn("grid").text(name).get_rotation() for name in SEED} == {0}
    assert_legible(picture)


@pytest.mark.parametrize("name", ["xray", "grid"])
def test_numbered_names_are_numbers(name, drawn):
    """The names "Paragraph 1" to "Paragraph 12" are numbers where they find no room to lie flat, else words."""
    sizes = {f"Paragraph {number}": 3 for number in range(1, 13)}
    picture = drawn(name, sizes=sizes)
    assert {"1", "12"} <= set(picture.words) and not set(sizes) & set(picture.words)
    assert "numbered in reading order" in " ".join(picture.subtitle.split())
    picture = drawn(name, sizes=dict(list(sizes.items())[:3]))
    assert {"Paragraph 1", "Paragraph 3"} <= set(picture.words) and "numbered" not in picture.subtitle


# Ranks


def row_of(picture, label):
    """The texts on the line of a label, from left to right."""
    line = picture.text(label).get_position()[1]
    texts = [text for text in picture.texts if abs(text.get_position()[1] - line) < 1]
    return sorted(texts, key=lambda text: text.get_position()[0])


@pytest.fixture
def ranked(drawn_of):
    """Four themes under three choices: one keeps its rank, two move, one is left out once."""
    ranks = [[1, 2, 3, 4], [1, 4, (2, 3), pd.NA], [1, (1, 3), 3, 4]]
    return drawn_of(charts.ranks, ranks_of(themes_of([4, 3, 2, 1]), ranks))


def test_a_moved_rank_is_tinted_bold_and_has_an_arrow(ranked):
    """A rank above the default's has ▲, one below ▼, a range around it ↕; nothing is told by colour alone."""
    moved = {text.get_text(): (to_hex(cell.get_facecolor()), text.get_weight()) for cell, text in cells(ranked)}
    assert moved == dict.fromkeys(["▼4", "▲2–3", "↕1–3"], (canvas.TINT, "bold"))
    assert [text.get_text() for text in row_of(ranked, LABELS[1])] == ["Economy", "2", "▼4", "↕1–3", "1–4"]
    assert [text.get_text() for text in row_of(ranked, LABELS[2])][1:] == ["3", "▲2–3", "3", "2–3"]


def test_a_kept_rank_is_quiet(ranked):
    """A rank equal to the default's is grey and not bold, one that there is not a dash; the default's own is black."""
    *_, kept, also_kept, reach = row_of(ranked, LABELS[0])
    assert {text.get_color() for text in (kept, also_kept)} == {canvas.FAINT}
    assert {text.get_weight() for text in (kept, also_kept)} == {"normal"}
    assert (reach.get_text(), reach.get_weight()) == ("1", "bold")
    assert row_of(ranked, LABELS[0])[1].get_color() == canvas.INK
    assert [text.get_text() for text in row_of(ranked, LABELS[3])][1:] == ["4", "–", "4", "4"]


def test_tau_stands_below_each_variant(ranked):
    """The last row is Kendall's tau-b of each variant, with two decimals, under the variant's name."""
    taus = row_of(ranked, "Kendall's tau-b")[1:]
    assert [text.get_text() for text in taus] == ["1.00", "0.50", "−0.25"]
    heads = ["default: share of sentences", "share of words", "mentions per 1,000 words"]
    centres = {text.get_text().replace("\n", " "): text.get_position()[0] for text in ranked.texts}
    assert [centres[head] for head in heads] == [text.get_position()[0] for text in taus]


def test_alt_of_ranks(ranked):
    """The alt text gives the range of each theme's ranks and the tau-b of each variant."""
    assert ranked.alt == (
        "Security leads: 9 of 23 sentences. Ranks over all choices: Security 1; Economy 1–4; People-to-people ties of "
        "2–3; Sovereignty 4; Kendall's tau-b of default: share of sentences 1.00; Kendall's tau-b of share of words "
        "0.50; Kendall's tau-b of mentions per 1,000 words −0.25."
    )


def test_what_has_no_rank_at_all(drawn_of):
    """A theme without any rank says so in grey; one that only a variant ranks has risen; no tau-b is a dash."""
    ranks = [[1, pd.NA, pd.NA], [1, 2, pd.NA]]
    table = ranks_of(themes_of([4, 0, 0]), ranks).assign(tau_b=np.nan)
    picture = drawn_of(charts.ranks, table)
    assert [text.get_text() for text in row_of(picture, LABELS[1])] == ["Economy", "–", "▲2", "2"]
    assert [text.get_text() for text in row_of(picture, LABELS[2])][1:] == ["no unit", "–"]
    assert picture.text(LABELS[2]).get_color() == canvas.FAINT
    assert [text.get_text() for text in row_of(picture, "Kendall's tau-b")][1:] == ["–", "–"]


def test_a_variant_of_too_few_units_is_a_column_of_dashes(drawn_of):
    """A variant that ranks nothing keeps its column: dashes, untinted, also for tau-b; ranges are those of the rest."""
    table = ranks_of(themes_of([4, 3, 2]), [[1, 2, 3], [2, 1, 3], [pd.NA] * 3, [pd.NA] * 3])
    is_few = table["choice"] == "unit"
    table.loc[is_few, "variant"], table.loc[is_few, "tau_b"] = "paragraphs (too few)", np.nan
    table = table[table["variant"] != "mentions per 1,000 words"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = drawn_of(charts.ranks, table)
    rows = [[text.get_text() for text in row_of(picture, label)[1:]] for label in (*LABELS[:3], "Kendall's tau-b")]
    assert rows == [["1", "▼2", "–", "1–2"], ["2", "▲1", "–", "1–2"], ["3", "3", "–", "3"], ["1.00", "0.50", "–"]]
    assert {text.get_text() for _, text in cells(picture)} == {"▼2", "▲1"}, "no dash is tinted"
    assert "People-to-people ties of 3; " in picture.alt and "of paragraphs (too few) –." in picture.alt
    assert picture.subtitle.replace("\n", " ").endswith("; a row without tint keeps its rank under every choice")
    assert_legible(picture)


some_orders = st.lists(st.one_of(st.permutations(range(1, 5)), st.just([pd.NA] * 4)), max_size=5)


@given(st.permutations(range(1, 5)), some_orders)
def test_a_row_without_tint_keeps_its_rank(default, others):
    """A theme's row is without tint if and only if all its ranks are the default's; a variant may have none."""
    ranks = [default, *others]
    table = ranks_of(themes_of([4, 3, 2, 1]), ranks)
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "_draw_cells", lambda page, rows, names, columns: seen.append((rows, columns)))
        patch.setattr(charts, "render", lambda *_, **about: None)
        charts.ranks(table, finding=FINDING, source=SOURCE)
    rows, columns = seen[0]
    for number, given_ranks in enumerate(zip(*ranks, strict=True)):
        is_plain = not any(column[number].fill for column in columns)
        there = {rank for rank in given_ranks if not pd.isna(rank)}
        assert is_plain == (there == {default[number]}) == (rows.columns["Overall"][number] == str(default[number]))


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


def test_cells_can_be_read():
    """A count has a contrast of at least 4.5 to 1 on the shade of any count; a greater count is darker."""
    cells = [charts._count_cell(n, 200, n / 200, is_leader=False) for n in range(1, 201)]
    shades = [cell.fill[:3] for cell in cells]
    assert min(contrast(cell.colour, shade) for cell, shade in zip(cells, shades, strict=True)) >= 4.5
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
        (canvas.INK, canvas.TINT, 4.5),
    ],
)
def test_colours_stand_out(colour, ground, least):
    """Texts have a contrast of 4.5 to 1 and marks of 3 to 1 on what they are drawn on."""
    assert contrast(colour, ground) >= least


def test_alt_of_emphasis(drawn):
    """The alt text starts with the finding, then gives every theme's count, base, share and interval."""
    assert drawn("emphasis", counts=[9, 0]).alt == (
        "Security leads: 9 of 23 sentences. Emphasis by theme: Security 9 of 23 sentences (39%), "
        "interval 29% to 49%; Economy 0 of 23 sentences (0%)."
    )


def test_alt_of_xray(drawn):
    """The alt text says in how many units of which section each theme occurs."""
    assert "Security 5 of 23 sentences (Preamble 3, First 2); Economy 0 of 23" in drawn("xray", counts=[5, 0]).alt


def test_alt_of_grid(drawn):
    """The alt text goes through the sections with their bases, and names the themes in none."""
    alt = drawn("grid", counts=[5, 1, 0]).alt
    assert "Preamble (3 sentences): Security 3, Economy 1; First (4 sentences): Security 2; Second" in alt
    assert "Fifth (4 sentences): no unit; no unit in any section: People-to-people ties of." in alt


def test_alt_of_bars(drawn):
    """The alt text lists the terms with their counts."""
    assert "Times each word occurs: Security 9; Economy 8; " in drawn("bars").alt


@pytest.mark.parametrize(("n", "said"), [(0, "0%"), (1, "<1%"), (400, "50%"), (800, "100%")])
def test_small_shares_are_not_none(n, said, drawn):
    """One unit of 800 is less than one per cent, and not none."""
    assert said in drawn("emphasis", counts=[n], sizes={"All": 800}).words


@pytest.mark.parametrize("name", EVERY_CHART)
def test_nothing_to_draw(name, seen):
    """A table without rows gives a chart that says so, with its title and without an axis."""
    empty = themes_of([])
    sections = sections_of(SEED)
    words = {"finding": "No theme was found", "source": SOURCE}
    chart = {
        "emphasis": lambda: charts.emphasis(empty, **words),
        "xray": lambda: charts.xray(empty, marks_of(empty), sections[:0], **words),
        "grid": lambda: charts.grid(grid_of(empty, sections), columns="section", **words),
        "ranks": lambda: charts.ranks(ranks_of(empty, some_ranks(0)), **words),
        "bars": lambda: charts.bars(pd.DataFrame({"written": [], "n": []}), subtitle="Times", **words),
    }[name]()
    assert chart.alt.startswith("No theme was found. ")
    assert chart.alt.endswith(": no unit.")
    assert seen[-1].words.count("no unit") == 1
    assert_legible(seen[-1])


def test_shades_keep_their_colours():
    """The palette of 64 colours keeps the shade of each cell within 4 per cent of what was drawn."""
    chart = draw("grid", counts=range(1, 21), sizes={"All": 20})
    colours = {colour for _, colour in Image.open(io.BytesIO(chart.png)).convert("RGB").getcolors()}
    shades = [
        np.round(255 * np.array(charts._count_cell(n, 20, n / 20, is_leader=False).fill[:3])) for n in range(1, 21)
    ]
    assert max(min(np.abs(shade - colour).max() for colour in colours) for shade in shades) <= 10


def test_no_theme_has_a_unit(drawn):
    """Where all themes are zero, each row says so, and there is no scale: nothing is measured on it."""
    for name in ("emphasis", "bars"):
        picture = drawn(name, counts=[0] * 9, finding=LONG)
        assert picture.words.count("no unit") == 9
        assert list(picture.figure.axes[0].get_xticks()) == []
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


def test_a_fallback_joins_only_where_it_is_needed(monkeypatch):
    """A fallback font is used where a text has characters that DejaVu Sans lacks, without a warning, and not else."""
    monkeypatch.setattr(canvas, "FALLBACKS", ("No such font", "STIXGeneral", "DejaVu Serif"))
    for text, families in {"é": ["DejaVu Sans"], "éⒶ": ["DejaVu Sans", "STIXGeneral"]}.items():
        with canvas.house_style(text):
            assert mpl.rcParams["font.family"] == families
    assert draw("emphasis", finding="Ⓐ leads").png != draw("emphasis", finding="Ⓑ leads").png


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


def test_lines_are_full():
    """Lines are as few as the width allows and at least 0.8 of it, so that a last word seldom stands alone."""
    width = canvas.width_of("word " * 12, canvas.LABEL)
    assert [line.split() for line in canvas.wrap("word " * 12, width, canvas.LABEL).split("\n")] == [["word"] * 12]
    lines = canvas.wrap("word " * 13, width, canvas.LABEL).split("\n")
    assert [len(line.split()) for line in lines] == [9, 4]


@pytest.mark.parametrize("highest", [1, 4, 5, 6, 23, 59, 60, 61, 100, 999, 12345])
def test_ticks(highest):
    """Ticks run from zero to the highest value or above, in at most five round and equal steps; in fewer on a phone."""
    for width, most in ((6, 5), (2, 4)):
        axes = Figure((width, 1), dpi=canvas.DPI).add_axes((0, 0, 1, 1))
        canvas.draw_scale(axes, highest, "%")
        numbers = axes.get_xticks()
        assert numbers[0] == 0 and numbers[-1] >= highest
        assert axes.get_xlim() == (0, numbers[-1])
        assert len(set(np.diff(numbers))) == 1
        assert numbers[1] in {factor * 10**power for power in range(6) for factor in (1, 2, 5)}
        assert 2 <= len(numbers) <= most + 1
        assert [label.get_text() for label in axes.get_xticklabels()] == [f"{number:g}%" for number in numbers]


def test_style_leaves_no_trace(tmp_path):
    """A chart looks the same under anyone's settings, and leaves them as they were."""
    expected = draw("emphasis").png
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.bbox": "tight", "figure.dpi": 50}):
        before = dict(mpl.rcParams)
        assert draw("emphasis").png == expected
        assert dict(mpl.rcParams) == before


def test_notebook_shows_picture_then_finding(monkeypatch):
    """A notebook gets both pictures with alt text and size as metadata, then the finding as text."""
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **rest: shown.append((data, rest["metadata"])))
    finding = Finding("04-leader", FINDING)
    chart = draw("emphasis", finding=finding)
    chart._ipython_display_()
    (picture, about), (line, kind) = shown
    pictures = [base64.b64decode(picture.pop(kind)) for kind in ("image/png", "application/vnd.emphasis.narrow+png")]
    assert pictures == [chart.png, chart.narrow] and picture == {"text/plain": FINDING}
    size = {"width": chart.width, "height": chart.height, "alt": chart.alt}
    assert about == {"image/png": size, "emphasis": {"title_height": chart.title_height}}
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
    with pytest.raises(InputError, match="the same sections, in the same order, for every theme"):
        charts.grid(grid_of(themes, sections)[:-1], columns="section", **words)
    with pytest.raises(InputError, match="table lacks act_label; it needs theme, label, act_label"):
        charts.grid(grid_of(themes, sections), columns="act", **words)
    ranks = ranks_of(themes, [[1, 2]])
    with pytest.raises(InputError, match="one row a theme under a variant"):
        charts.ranks(pd.concat([ranks, ranks[:1]]), **words)
    with pytest.raises(InputError, match="table lacks tau_b"):
        charts.ranks(ranks.drop(columns="tau_b"), **words)


def test_the_grid_keeps_each_statement_apart(divide, book):
    """Of two statements whose themes rank differently, each count stands in its theme's row, its section's column."""
    divided, made = (
        divide("Peace. Peace. Trade.", "Trade. Trade. Peace."),
        book({"trade": ["trade"], "peace": ["peace"]}),
    )
    table = crosstabs.themes_by_section(divided, coding.code(divided, made), made)
    chart = charts.grid(table, finding=FINDING, source=SOURCE, columns="section")
    assert "1 Paragraph 1 (3 sentences): Peace 2, Trade 1; 2 Paragraph 1 (3 sentences): Peace 1, Trade 2" in chart.alt
