"""What every chart shares: the house style, the page around a plot, text that fits, and the finished picture.

Lengths are CSS pixels (1/96 inch); the picture is drawn at 192 dpi and shown at 96.
"""

import base64
import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from PIL import Image

INK = "#1a1a1a"
QUIET = "#595959"  # text about the text: 7.0:1 on white
FAINT = "#6b6b6b"  # what has no unit: 5.3:1 on white, 4.7:1 on shading
RULE = "#d9d9d9"
SHADE = "#f0f0f0"
FOCUS = "#005a9c"  # data: 7.0:1 on white
BAND = "#5797c4"  # intervals, the same hue: 3.2:1 on white

POINT = 72 / 96  # of a CSS pixel: matplotlib measures lines and marks in points

WIDTH = 690
EDGE = 10  # white at the page's edges
GAP = 10  # between labels and plot
DPI = 192
NO_UNIT = "no unit"

STYLE = Path(__file__).with_name("emphasis.mplstyle")
FAMILY = "DejaVu Sans"
# Looked for in this order when a text has characters that DejaVu Sans lacks.
FALLBACKS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)
# A CJK character with its brackets and closing marks (no line begins with a comma), a space, or a word.
CJK_OR_WORD = re.compile(
    r"[“‘「『《〈（【]*[⺀-⿿ぁ-鿿가-힣][、。〉》」』】）！，．：；？”’,.:;!?)]*| |[^ ⺀-⿿ぁ-鿿가-힣]+"
)


class Type(NamedTuple):
    """A size of text: points, CSS pixels from line to line, weight."""

    points: float
    line: int
    weight: Literal["normal", "bold"] = "normal"


TITLE = Type(13.5, 24, "bold")
SUBTITLE = Type(10.5, 19)
LABEL = Type(11, 18)
VALUE = Type(11, 18, "bold")
SMALL = Type(9.5, 16)


@dataclass(frozen=True)
class Chart:
    """A finished picture with the words that stand for it.

    Parameters
    ----------
    png : bytes
        The picture at 192 dpi; the same table gives the same bytes.
    finding : str
        The sentence that the chart shows: its title, the start of its alt text and the line below it.
    alt : str
        The finding and the chart's values in words, for whoever does not see the picture.
    width, height : int
        Size on a page in CSS pixels: half the picture's own.
    """

    png: bytes = field(repr=False)
    finding: str
    alt: str = field(repr=False)
    width: int
    height: int

    def _ipython_display_(self) -> None:
        """Show the picture with its alt text in the metadata, then the finding as a text of its own."""
        from IPython.display import display  # here, for charts are drawn outside Jupyter too

        picture = {"image/png": base64.b64encode(self.png).decode("ascii"), "text/plain": str(self.finding)}
        about = {"image/png": {"width": self.width, "height": self.height, "alt": self.alt}}
        display(picture, metadata=about, raw=True)
        line = {"emphasis": {"finding": getattr(self.finding, "finding_id", "chart")}}
        display({"text/plain": str(self.finding)}, metadata=line, raw=True)


# Style and fonts


@contextmanager
def house_style(text: str) -> Iterator[None]:
    """Draw and save charts in the house style while the context lasts.

    Parameters
    ----------
    text : str
        All words that will be drawn: a fallback font is added only for characters that DejaVu Sans lacks.

    Warns
    -----
    UserWarning
        Once, naming the characters, if no installed font has them: they are drawn as boxes.
    """
    families, undrawable = _families(text)
    with mpl.rc_context({"font.family": families}, fname=STYLE), warnings.catch_warnings():
        if undrawable:
            message = f"no installed font has {undrawable!r}: drawn as boxes. Install a font such as Noto Sans CJK"
            warnings.warn(message, UserWarning, stacklevel=4)
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        with _quiet_fonts():
            yield


@contextmanager
def _quiet_fonts() -> Iterator[None]:
    """Keep matplotlib from logging, into a notebook too, that a fallback font has no bold."""
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _families(text: str) -> tuple[list[str], str]:
    """Return the fonts that the text needs, and its first characters that none of them has."""
    families = [FAMILY]
    missing = _lacking(FAMILY, "".join(sorted(set(text))))
    installed = {font.name for font in font_manager.fontManager.ttflist} if missing else set()
    for family in FALLBACKS:
        left = _lacking(family, missing) if family in installed else missing
        if left != missing:
            families.append(family)
            missing = left
    return families, missing[:10]


def _lacking(family: str, characters: str) -> str:
    """Return the printable characters for which the font has no glyph."""
    font = font_manager.get_font(font_manager.findfont(family))
    return "".join(c for c in characters if c.isprintable() and not font.get_char_index(ord(c)))


# Text that fits


def width_of(text: str, kind: Type) -> float:
    """Return the width of one line of text as it will be drawn, in CSS pixels."""
    return _measure(text, kind, tuple(mpl.rcParams["font.family"]))


@cache
def _measure(text: str, kind: Type, families: tuple[str, ...]) -> float:
    """Measure text in the given fonts; remembered, for charts of one notebook share most of their words."""
    font = font_manager.FontProperties(family=families, size=kind.points, weight=kind.weight)
    renderer = RendererAgg(1, 1, DPI)
    width, _, _ = renderer.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * 96 / DPI


def wrap(text: str, width: float, kind: Type) -> list[str]:
    """Break text into lines no wider than `width`: at spaces, between CJK characters, else inside a word.

    Runs of white space become one space; nothing else is changed, nothing is cut off.
    """
    lines, used, space = [""], 0.0, 0.0
    for piece in _pieces(text, width, kind):
        size = width_of(piece, kind)
        if piece == " ":
            space = size
            continue
        if lines[-1] and used + space + size > width:
            lines, used, space = [*lines, ""], 0.0, 0.0
        lines[-1] += " " * (space > 0) + piece
        used, space = used + space + size, 0.0
    return [line for line in lines if line]


def _pieces(text: str, width: float, kind: Type) -> list[str]:
    """Return spaces, CJK characters and words, a word wider than `width` in single characters."""
    pieces = CJK_OR_WORD.findall(" ".join(text.split()))
    return [part for piece in pieces for part in (piece if width_of(piece, kind) > width else [piece])]


def balance(text: str, width: float, kind: Type) -> list[str]:
    """Break text into as few lines as `width` allows, and let them be about equally long."""
    lines = wrap(text, width, kind)
    widest_word = max((width_of(word, kind) for word in text.split()), default=0)
    for narrower in (share / 100 * width for share in range(96, 48, -4)):
        closer = wrap(text, narrower, kind)
        if len(closer) > len(lines) or narrower < widest_word:
            break
        lines = closer
    return lines


# The page


class Headings(NamedTuple):
    """The words above and below a plot: what it shows, what is measured, where it comes from."""

    finding: str
    subtitle: str
    source: str


class Margins(NamedTuple):
    """Room around the plot for its labels and values, in CSS pixels."""

    left: float
    right: float
    above: float
    below: float

    @property
    def plot_width(self) -> float:
        """Return the width that is left to the plot."""
        return WIDTH - self.left - self.right


@dataclass(frozen=True)
class Page:
    """A figure whose headings are written, and the axes of its plot.

    The axes' y runs down from 0 in pixels; its x is the chart's own.
    """

    figure: Figure
    axes: Axes

    @property
    def width(self) -> float:
        """Return the width of the plot in pixels."""
        return float(self.axes.bbox.width) * 96 / DPI

    def write(self, x: float, y: float, text: str, kind: Type = SMALL, **style: str) -> None:
        """Write one line with its baseline at `y`; `x` and `y` count from the plot's top left corner."""
        plot, whole = self.axes.bbox, self.figure.bbox
        place = (plot.x0 + x * DPI / 96) / whole.width, (plot.y1 - y * DPI / 96) / whole.height
        words = self.figure.text(*place, text, fontsize=kind.points, fontweight=kind.weight)
        words.set(**({"color": INK} | style))

    def write_lines(self, x: float, middle: float, lines: Sequence[str], kind: Type, **style: str) -> None:
        """Write lines below each other, the block centred on `middle`."""
        first = middle - (len(lines) - 1) / 2 * kind.line + 0.36 * kind.points / POINT
        for number, line in enumerate(lines):
            self.write(x, first + number * kind.line, line, kind, **style)


def open_page(headings: Headings, margins: Margins, height: float) -> Page:
    """Lay out a figure with a plot `height` pixels high, and write its headings around it."""
    title = balance(headings.finding, WIDTH - 2 * EDGE, TITLE)
    subtitle = balance(headings.subtitle, WIDTH - 2 * EDGE, SUBTITLE)
    source = balance(headings.source, WIDTH - 2 * EDGE, SMALL)
    below_title = EDGE + len(title) * TITLE.line + 4
    top = below_title + len(subtitle) * SUBTITLE.line + GAP + margins.above
    bottom = top + height + margins.below + GAP
    total = round(bottom + len(source) * SMALL.line + EDGE)
    figure = Figure(figsize=(WIDTH / 96, total / 96))
    corner = (margins.left / WIDTH, 1 - (top + height) / total)
    axes = figure.add_axes((*corner, margins.plot_width / WIDTH, height / total))
    axes.set(ylim=(height, 0), yticks=[])
    page = Page(figure, axes)
    for start, lines, kind, colour in (
        (EDGE, title, TITLE, INK),
        (below_title, subtitle, SUBTITLE, QUIET),
        (bottom, source, SMALL, QUIET),
    ):
        middle = start - top + len(lines) * kind.line / 2
        page.write_lines(EDGE - margins.left, middle, lines, kind, color=colour)
    return page


# The picture


def render(figure: Figure, finding: str, alt: str) -> Chart:
    """Draw the figure into a PNG with a palette of 64 colours, off no more than 4 % in any channel.

    The file holds no software name and no time, so that the same figure gives the same bytes.
    """
    pixels = io.BytesIO()
    figure.savefig(pixels, format="raw")
    size = int(figure.bbox.width), int(figure.bbox.height)
    picture = Image.frombuffer("RGBA", size, pixels.getvalue())
    small = picture.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    data = io.BytesIO()
    small.save(data, "PNG", compress_level=8, dpi=(DPI, DPI))  # 9: 3 % smaller, twice as slow
    return Chart(data.getvalue(), finding, alt, small.width // 2, small.height // 2)
