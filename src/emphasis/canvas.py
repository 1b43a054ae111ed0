"""What every chart shares: the house style, text that fits, the page around a plot, and the finished picture.

Lengths are CSS pixels (1/96 inch); pictures are drawn at 192 dpi and shown at 96.
"""

import base64
import io
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame
from PIL import Image

Numbers = npt.NDArray[np.float64]
Columns = Mapping[str, Iterable[Any]]  # of values, under their headers

INK = "#1a1a1a"
QUIET = "#595959"  # text about the text: 7.0:1 on white
FAINT = "#6b6b6b"  # what has no unit: 5.3:1 on white, 4.7:1 on shading
SHADE = "#f0f0f0"
FOCUS = "#005a9c"  # data: 7.0:1 on white
BAND = "#5797c4"  # intervals, the same hue: 3.2:1 on white
TINT = "#cfe3f3"  # what has moved, the same hue: ink on it 13:1

POINT = 72 / 96  # of a CSS pixel: matplotlib measures lines, marks and offsets in points
DPI = 192
WIDE, NARROW = 690, 358  # of a page and of a phone
EDGE = 2  # white at the picture's edges: its words begin where those of the page around it do
GAP = 10  # between labels and plot
HEAD = 7  # from the plot up to what stands above it
NO_UNIT = "no unit"
NARROW_PNG = "application/vnd.emphasis.narrow+png"  # shown by our pages alone

STYLE = Path(__file__).with_name("emphasis.mplstyle")
FAMILY = "DejaVu Sans"
# Looked for in this order when a text has characters that DejaVu Sans lacks.
FALLBACKS = ("Noto Sans CJK SC", "WenQuanYi Micro Hei", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei")
# A CJK character with its brackets and closing marks (no line begins with a comma), a space, or a word.
PIECE = re.compile(r"[“‘「『《〈（【]*[⺀-⿿ぁ-鿿가-힣][、。〉》」』】）！，．：；？”’,.:;!?)]*| |[^ ⺀-⿿ぁ-鿿가-힣]+")


class Type(NamedTuple):
    """A size of text in points, and its weight."""

    size: float
    weight: Literal["normal", "bold"] = "normal"


TITLE = Type(13.5, "bold")
SUBTITLE = Type(10.5)
LABEL = Type(11)
VALUE = Type(11, "bold")
SMALL = Type(9.5)


@dataclass(frozen=True)
class Chart:
    """A finished picture, once for each way of reading it, with the words and the table that stand for it.

    Parameters
    ----------
    png : bytes
        The picture at 192 dpi, its title above it. The same table gives the same bytes, in all three forms.
    narrow : bytes
        The picture drawn anew for a phone, 358 CSS pixels wide, without a title.
    svg : str
        What `png` shows, for print; its letters are outlines.
    finding : str
        The sentence that the chart shows: its title, the start of its alt text and the line below it.
    alt : str
        The finding and the chart's values in words, for whoever does not see the picture.
    table : DataFrame
        What is drawn.
    width, height : int
        Size of `png` on a page in CSS pixels: half its own.
    title_height : int
        How many CSS pixels at the top of `png` hold the title and nothing else.
    """

    png: bytes = field(repr=False)
    narrow: bytes = field(repr=False)
    svg: str = field(repr=False)
    finding: str
    alt: str = field(repr=False)
    table: DataFrame = field(repr=False, compare=False)
    width: int
    height: int
    title_height: int

    def _ipython_display_(self) -> None:
        """Show the pictures with their alt text in the metadata, then the finding as a text of its own."""
        from IPython.display import display  # here, for charts are drawn outside Jupyter too

        pictures = {"image/png": self.png, NARROW_PNG: self.narrow}
        shown = {kind: base64.b64encode(data).decode("ascii") for kind, data in pictures.items()}
        about = {"image/png": {"width": self.width, "height": self.height, "alt": self.alt}}
        metadata = about | {"emphasis": {"title_height": self.title_height}}
        display(shown | {"text/plain": str(self.finding)}, metadata=metadata, raw=True)
        line = {"emphasis": {"finding": getattr(self.finding, "finding_id", "chart")}}
        display({"text/plain": str(self.finding)}, metadata=line, raw=True)


# Style and fonts


@contextmanager
def house_style(text: str) -> Iterator[None]:
    """Draw and save charts in the house style while the context lasts.

    Parameters
    ----------
    text : str
        All words that will be drawn: fallback fonts are added only if DejaVu Sans lacks some of their characters.

    Warns
    -----
    UserWarning
        Once, naming the characters, if no installed font has them: they are drawn as boxes.
    """
    families: list[str] = []
    missing = "".join(sorted(filter(str.isprintable, set(text))))
    for family in (FAMILY, *FALLBACKS):
        if missing and family in font_manager.get_font_names():
            font = font_manager.get_font(font_manager.findfont(family))
            families, missing = [*families, family], "".join(c for c in missing if not font.get_char_index(ord(c)))
    log = logging.getLogger("matplotlib.font_manager")
    settings = mpl.rc_context({"font.family": families or [FAMILY]}, fname=STYLE)
    with settings, warnings.catch_warnings(), ExitStack() as after:
        if missing:
            message = f"no installed font has {missing[:10]!r}: drawn as boxes. Install a font such as Noto Sans CJK"
            warnings.warn(message, UserWarning, stacklevel=5)
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        after.callback(log.setLevel, log.level)
        log.setLevel(logging.ERROR)  # or matplotlib says, into a notebook too, that a fallback font has no bold
        yield


# Text that fits


def width_of(text: str, kind: Type) -> float:
    """Return the width of the widest line of text as it will be drawn, in CSS pixels."""
    return max(_measure(line, kind, tuple(mpl.rcParams["font.family"])) for line in text.split("\n"))


@cache
def _measure(line: str, kind: Type, families: tuple[str, ...]) -> float:
    """Measure a line in the given fonts; remembered, for charts of one notebook share most of their words."""
    font = font_manager.FontProperties(family=families, **kind._asdict())
    return float(RendererAgg(1, 1, DPI).get_text_width_height_descent(line, font, ismath=False)[0]) * 96 / DPI


def longest_word(text: str, kind: Type) -> float:
    """Return the width of what no line break can divide, in CSS pixels."""
    return width_of("\n".join(PIECE.findall(text)), kind)


def height_of(text: str, kind: Type) -> float:
    """Return the height of text in CSS pixels: DejaVu Sans asks for lines of 1.2 times its size; no text has none."""
    return (text.count("\n") + 1) * 1.2 * kind.size / POINT if text else 0


def wrap(text: str, width: float, kind: Type) -> str:
    """Break text into the fewest lines no wider than `width`, the last no shorter than can be had by 0.8 of it.

    Lines end at spaces, between CJK characters, and inside a word that is wider than a line by itself. Runs of white
    space become one space; nothing else is changed, nothing is cut off.
    """
    words = PIECE.findall(" ".join(text.split()))
    pieces = [part for word in words for part in (word if width_of(word, kind) > width else [word])]
    fillings = [_fill(pieces, share / 100 * width, kind) for share in range(80, 101, 5)]
    return min(fillings, key=lambda text: text.count("\n"))


def _fill(pieces: list[str], width: float, kind: Type) -> str:
    """Fill lines with as many pieces as fit."""
    lines, used = [""], 0.0
    for piece in pieces:
        size = width_of(piece, kind)
        if used + size > width and lines[-1] and piece != " ":
            lines, used = [*lines, ""], 0.0
        lines[-1] += piece
        used += size
    return "\n".join(line.strip() for line in lines)


def write(axes: Axes, x: float, y: float, text: str, kind: Type = SMALL, **style: Any) -> None:
    """Write lines around the height `y`; `x` and `y` are CSS pixels from the plot's top left corner."""
    style = {"va": "center", **kind._asdict(), **style}
    # A tenth of its size lower, small letters and not their line's box stand about the middle.
    axes.annotate(text, (0, 1), (x * POINT, -y * POINT - 0.1 * kind.size), "axes fraction", "offset points", **style)


# Rows, and what stands above columns and sections


class Rows(NamedTuple):
    """What stands beside a plot with one row a theme or term, and where, in CSS pixels."""

    words: list[str]
    counts: Sequence[int | None]
    columns: Columns
    ends: Numbers  # of each column, from the plot's left
    left: float  # from the page's edge to the plot
    room: float  # of the plot, from left to right
    above: float  # for the label over each row, zero where it stands at the left
    pitch: float  # of what is drawn in a row: less where there are many, more where labels take lines
    height: float  # of all rows
    middles: Numbers  # of what is drawn in each row, from the plot's top

    def write(self, axes: Axes, top: float) -> None:
        """Write labels and columns from the height `top` down, "no unit" where a count is zero."""
        for y, word, n in zip(top + self.middles, self.words, self.counts, strict=True):
            over = (self.pitch + height_of(word, LABEL)) / 2 if self.above else 0
            write(axes, -GAP, y - over, word, LABEL, color=INK if n else FAINT, ha="left" if over else "right")
            write(axes, GAP, y, NO_UNIT if n == 0 else "", color=FAINT)
        kinds = ((VALUE, INK), (LABEL, QUIET))
        for x, (header, words), (kind, colour) in zip(self.ends, self.columns.items(), kinds, strict=False):
            write(axes, x, top - HEAD, header, color=QUIET, ha="right", va="bottom")
            for y, word, n in zip(top + self.middles, words, self.counts, strict=True):
                write(axes, x, y, str(word), kind, color=colour if n else FAINT, ha="right")


class Heads(NamedTuple):
    """What stands above columns or sections, in CSS pixels from the plot's top left corner."""

    words: Sequence[str] = ()
    centres: Sequence[float] | Numbers = ()
    height: float = 0
    tops: Sequence[float] | Numbers = ()  # where each ends and its rows begin
    rotation: int = 0
    note: str = ""  # for the subtitle


NO_HEADS = Heads()


def fit_heads(labels: Sequence[str], centres: Numbers, sizes: Numbers, room: float) -> Heads:
    """Return the labels of columns of these sizes in whole words if all fit, else upright, else numbers.

    Labels that end in their own numbers ("Paragraph 1", "Paragraph 2") are never upright.
    """
    is_numbered = all(label.endswith(f" {number}") for number, label in enumerate(labels, 1))
    longest = [longest_word(label, SMALL) for label in labels]
    for tall in (0,) if is_numbered else (0, 100, 150, 225, 340):
        widths = [tall or max(*pair) for pair in zip(sizes - 4, longest, strict=True)]
        words = [wrap(*pair, SMALL) for pair in zip(labels, widths, strict=True)]
        boxes = np.array([(width_of(lines, SMALL), height_of(lines, SMALL)) for lines in words]).reshape(-1, 2)
        wide, high = boxes.T[::-1] if tall else boxes.T
        is_inside = np.abs(centres - room / 2) + wide / 2 <= room / 2 + GAP
        is_apart = np.abs(np.diff(centres)) >= (wide[1:] + wide[:-1]) / 2 + 6
        if is_inside.all() and is_apart.all() and (height := high.max(initial=0)) <= max(tall, 100):
            return Heads(words, centres, height, 0 * centres, 90 if tall else 0)
    kept = apart(centres, width_of(str(len(centres)), SMALL) + 6)
    numbers = [str(number + 1) if number in kept else "" for number in range(len(centres))]
    return Heads(numbers, centres, height_of("1", SMALL), 0 * centres, note="; sections are numbered in reading order")


def apart(places: Numbers, distance: float) -> list[int]:
    """Return which places to keep, the first among them, so that none is closer than `distance` to the one before."""
    kept: list[int] = []
    for number, place in enumerate(places):
        if not kept or abs(place - places[kept[-1]]) >= distance:
            kept.append(number)
    return kept


# The page


class Page(NamedTuple):
    """A page to draw on, and around the plot what is found, what is measured and where it comes from."""

    figure: Figure
    width: float
    headings: Sequence[str]

    def lay_rows(
        self, labels: Sequence[str], counts: Sequence[int | None], columns: Columns, *, wanted: float = 0
    ) -> Rows:
        """Find room for labels at the left of each row, and for columns of values at the right under their headers.

        The first column is bold, a second grey; a row whose count is zero, or none, is faint. Labels are broken into
        lines. Where they take more than three, or leave less than 0.45 of the page to the plot (if more is `wanted`:
        less than that and than 0.6), each stands over its row.
        """
        cells = [[width_of(name, SMALL), *(width_of(str(word), VALUE) for word in columns[name])] for name in columns]
        ends = np.cumsum([2 * GAP + max(widths) for widths in cells], dtype=float)
        widest = max([0.32 * self.width, *(longest_word(label, LABEL) for label in labels)])
        words = [wrap(label, widest, LABEL) for label in labels]
        pitch = max([36.0 if len(words) <= 10 else 28.0, *(height_of(lines, LABEL) + 8 for lines in words)])
        left, above = EDGE + GAP + width_of("\n".join(words), LABEL), 0.0
        right = self.width - EDGE - max(ends, default=0)  # of the plot
        if pitch > 70 or right - left < max(0.45 * self.width, min(wanted, 0.6 * self.width)):
            words = [wrap(label, self.width - 2 * EDGE, LABEL) for label in labels]
            left, pitch, above = EDGE + GAP, 28.0, 6 + max(height_of(lines, LABEL) for lines in words)
        middles = np.arange(1.0, len(words) + 1) * (above + pitch) - pitch / 2
        height, room = len(words) * (above + pitch), right - left
        return Rows(words, counts, columns, room + ends, left, room, above, pitch, height, middles)

    def lay_plot(self, rows: Rows, heads: Heads = NO_HEADS, below: float = 22) -> Axes:
        """Lay out a plot with its rows and heads, room for an axis below it, and around it the headings.

        The plot's y runs down from 0 in pixels; its x is the chart's own. At each top of the heads the rows begin anew.
        """
        kinds = (TITLE, SUBTITLE, SMALL)
        texts = zip(self.headings, ("", heads.note, ""), kinds, strict=True)
        words = [wrap(text + note, self.width - 2 * EDGE, kind) for text, note, kind in texts]
        title, subtitle, source = map(height_of, words, kinds)
        over = EDGE + title_height(self.headings[0])
        top = over + subtitle + GAP + max(26, heads.height + GAP)
        tops = dict.fromkeys((0.0, *heads.tops))
        height = max(tops) + rows.height
        bottom = top + height + below + GAP
        total = round(bottom + source + EDGE)
        self.figure.set_size_inches(self.width / 96, total / 96)
        box = (rows.left / self.width, 1 - (top + height) / total, rows.room / self.width, height / total)
        axes = self.figure.add_axes(box, ylim=(height, 0), xticks=[], yticks=[])
        middles = (EDGE + title / 2, over + subtitle / 2, bottom + source / 2)
        for y, text, kind, colour in zip(middles, words, kinds, (INK, QUIET, QUIET), strict=True):
            write(axes, EDGE - rows.left, y - top, text, kind, color=colour)
        for y in tops:
            rows.write(axes, y)
        style = {"va": "bottom", "ha": "center", "ma": "left" if heads.rotation else "center"}
        for x, y, text in zip(heads.centres, heads.tops, heads.words, strict=False):
            write(axes, x, y - HEAD, text, SMALL, rotation=heads.rotation, **style)
        return axes


def title_height(title: str) -> int:
    """Return how many CSS pixels at the top of a wide page hold its title."""
    return round(height_of(wrap(title, WIDE - 2 * EDGE, TITLE), TITLE) + 6 * bool(title))


def draw_scale(axes: Axes, highest: float, mark: str = "") -> None:
    """Let x run from zero to the highest value or just above it, a rule at each of at most five round steps.

    Where all is zero there is no scale.
    """
    steps = min(5, int(axes.bbox.width * 96 / DPI // 45))
    numbers = MaxNLocator(steps, integer=True, steps=[1, 2, 5, 10]).tick_values(0, max(highest, 1))
    axes.set_xlim(0, numbers[-1])
    if highest > 0:
        axes.set_xticks(numbers, [f"{number:.0f}{mark}" for number in numbers])
    axes.tick_params(length=0)
    axes.grid(axis="x")


def raster(figure: Figure) -> bytes:
    """Draw the figure into a PNG with a palette of 64 colours: areas are off no more than 4 % in any channel.

    The file holds no software name and no time, so that the same figure gives the same bytes.
    """
    pixels, size = FigureCanvasAgg(figure).print_to_buffer()
    picture = Image.frombytes("RGBA", size, pixels).convert("RGB")
    small = picture.quantize(64, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    data = io.BytesIO()
    small.save(data, "PNG", compress_level=8, dpi=(DPI, DPI))  # 9: 3 % smaller, twice as slow
    return data.getvalue()


def vector(figure: Figure, title: str, description: str) -> str:
    """Draw the figure into an SVG; it too holds no software name and no time."""
    data = io.StringIO()
    metadata = {"Title": title, "Description": description, "Creator": None, "Date": None}
    FigureCanvasSVG(figure).print_svg(data, metadata=metadata)
    return data.getvalue()


def render(wide: Figure, narrow: Figure, *, finding: str, alt: str, table: DataFrame) -> Chart:
    """Draw a chart's two figures into its three forms."""
    forms = (raster(wide), raster(narrow), vector(wide, finding, alt))
    width, height = (round(96 * size) for size in wide.get_size_inches())
    return Chart(*forms, finding, alt, table, width, height, title_height(finding))
