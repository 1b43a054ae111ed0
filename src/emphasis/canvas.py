"""What every chart shares: the house style, text that fits, the page around a plot, and the finished picture.

Lengths are CSS pixels (1/96 inch); the picture is drawn at 192 dpi and shown at 96.
"""

import base64
import io
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

Numbers = npt.NDArray[np.float64]

INK = "#1a1a1a"
QUIET = "#595959"  # text about the text: 7.0:1 on white
FAINT = "#6b6b6b"  # what has no unit: 5.3:1 on white, 4.7:1 on shading
SHADE = "#f0f0f0"
FOCUS = "#005a9c"  # data: 7.0:1 on white
BAND = "#5797c4"  # intervals, the same hue: 3.2:1 on white
TINT = "#cfe3f3"  # what has moved, the same hue: ink on it 13:1

POINT = 72 / 96  # of a CSS pixel: matplotlib measures lines, marks and offsets in points
DPI = 192
WIDTH = 690
EDGE = 10  # white at the page's edges
GAP = 10  # between labels and plot
COLUMN = 58  # of values at the right, with the white before it
HEAD = 7  # from the plot up to what stands above it
NO_UNIT = "no unit"

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
    level = log.level
    with mpl.rc_context({"font.family": families or [FAMILY]}, fname=STYLE), warnings.catch_warnings():
        if missing:
            message = f"no installed font has {missing[:10]!r}: drawn as boxes. Install a font such as Noto Sans CJK"
            warnings.warn(message, UserWarning, stacklevel=4)
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        log.setLevel(logging.ERROR)  # or matplotlib says, into a notebook too, that a fallback font has no bold
        try:
            yield
        finally:
            log.setLevel(level)


# Text that fits


def width_of(text: str, kind: Type) -> float:
    """Return the width of the widest line of text as it will be drawn, in CSS pixels."""
    return max(_measure(line, kind, tuple(mpl.rcParams["font.family"])) for line in text.split("\n"))


@cache
def _measure(line: str, kind: Type, families: tuple[str, ...]) -> float:
    """Measure a line in the given fonts; remembered, for charts of one notebook share most of their words."""
    font = font_manager.FontProperties(family=families, **kind._asdict())
    return float(RendererAgg(1, 1, DPI).get_text_width_height_descent(line, font, ismath=False)[0]) * 96 / DPI


def height_of(text: str, kind: Type) -> float:
    """Return the height of text in CSS pixels: DejaVu Sans asks for lines of 1.2 times its size."""
    return (text.count("\n") + 1) * 1.2 * kind.size / POINT


def wrap(text: str, width: float, kind: Type) -> str:
    """Break text into the fewest lines no wider than `width`, about equally long.

    Lines end at spaces, between CJK characters, and inside a word that is wider than a line by itself. Runs of white
    space become one space; nothing else is changed, nothing is cut off.
    """
    words = PIECE.findall(" ".join(text.split()))
    pieces = [part for word in words for part in (word if width_of(word, kind) > width else [word])]
    fillings = [_fill(pieces, share / 100 * width, kind) for share in range(48, 101, 4)]
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
    columns: Mapping[str, Iterable[Any]]
    left: float  # from the page's edge to the plot
    room: float  # of the plot, from left to right
    pitch: float  # from row to row: closer where there are many, wider where labels take lines
    height: float  # of all rows
    middles: Numbers  # each row's, from the plot's top

    def write(self, axes: Axes, top: float) -> None:
        """Write labels and columns from the height `top` down, "no unit" where a count is zero."""
        kinds = ((LABEL, INK), (VALUE, INK), (LABEL, QUIET))
        columns: dict[str, Iterable[Any]] = {"": self.words, **self.columns}
        for number, ((header, words), (kind, colour)) in enumerate(zip(columns.items(), kinds, strict=False)):
            right = self.room + number * COLUMN if number else -GAP
            write(axes, right, top - HEAD, header, color=QUIET, ha="right", va="bottom")
            for y, word, n in zip(top + self.middles, words, self.counts, strict=True):
                write(axes, right, y, str(word), kind, color=colour if n else FAINT, ha="right")
                if n == 0 and not number:
                    write(axes, GAP, y, NO_UNIT, color=FAINT)


def lay_rows(labels: Iterable[str], counts: Sequence[int | None], **columns: Iterable[Any]) -> Rows:
    """Find room for labels at the left of each row, and for columns of values at the right under their headers.

    The first column is bold, a second grey; a row whose count is zero, or none, is faint. Labels are broken into
    lines that leave most of the page to the plot.
    """
    words = [wrap(label, 0.32 * WIDTH, LABEL) for label in labels]
    left = EDGE + width_of("\n".join(words), LABEL) + GAP
    room = WIDTH - EDGE - COLUMN * len(columns) - left
    pitch = max([36 if len(words) <= 10 else 28, *(height_of(lines, LABEL) + 8 for lines in words)])
    return Rows(words, counts, columns, left, room, pitch, len(words) * pitch, np.arange(0.5, len(words)) * pitch)


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
    """Return the labels of columns of these sizes in whole words if all fit, else upright, else numbers."""
    longest = [width_of("\n".join(PIECE.findall(label)), SMALL) for label in labels]
    for tall in (0, 100, 150, 225, 340):
        widths = [tall or max(*pair) for pair in zip(sizes - 4, longest, strict=True)]
        words = [wrap(*pair, SMALL) for pair in zip(labels, widths, strict=True)]
        boxes = np.array([(width_of(lines, SMALL), height_of(lines, SMALL)) for lines in words]).reshape(-1, 2)
        wide, high = boxes.T[::-1] if tall else boxes.T
        is_inside = np.abs(centres - room / 2) + wide / 2 <= room / 2 + GAP
        is_apart = np.abs(np.diff(centres)) >= (wide[1:] + wide[:-1]) / 2 + 6
        height = high.max(initial=0)
        if is_inside.all() and is_apart.all() and height <= max(tall, 100):
            return Heads(words, centres, height, 0 * centres, 90 if tall else 0)
    kept = apart(centres, width_of(str(len(centres)), SMALL) + 6)
    numbers = [str(number + 1) if number in kept else "" for number in range(len(centres))]
    return Heads(numbers, centres, height_of("", SMALL), 0 * centres, note="; sections are numbered in reading order")


def apart(places: Numbers, distance: float) -> list[int]:
    """Return which places to keep, the first among them, so that none is closer than `distance` to the one before."""
    kept: list[int] = []
    for number, place in enumerate(places):
        if not kept or abs(place - places[kept[-1]]) >= distance:
            kept.append(number)
    return kept


# The page


def lay_page(figure: Figure, headings: Sequence[str], rows: Rows, heads: Heads = NO_HEADS, below: float = 22) -> Axes:
    """Lay out a plot with its rows and heads, room for an axis below it, and around it the headings.

    The headings are what is found, what is measured and where it comes from. The plot's y runs down from 0 in pixels;
    its x is the chart's own. At each top of the heads the rows begin anew.
    """
    kinds = (TITLE, SUBTITLE, SMALL)
    texts = zip(headings, ("", heads.note, ""), kinds, strict=True)
    words = [wrap(text + note, WIDTH - 2 * EDGE, kind) for text, note, kind in texts]
    title, subtitle, source = map(height_of, words, kinds)
    top = EDGE + title + 6 + subtitle + GAP + max(26, heads.height + GAP)
    tops = dict.fromkeys((0.0, *heads.tops))
    height = max(tops) + rows.height
    bottom = top + height + below + GAP
    total = round(bottom + source + EDGE)
    figure.set_size_inches(WIDTH / 96, total / 96)
    axes = figure.add_axes((rows.left / WIDTH, 1 - (top + height) / total, rows.room / WIDTH, height / total))
    axes.set(ylim=(height, 0), xticks=[], yticks=[])
    middles = (EDGE + title / 2, EDGE + title + 6 + subtitle / 2, bottom + source / 2)
    for y, text, kind, colour in zip(middles, words, kinds, (INK, QUIET, QUIET), strict=True):
        write(axes, EDGE - rows.left, y - top, text, kind, color=colour)
    for y in tops:
        rows.write(axes, y)
    style = {"va": "bottom", "ha": "center", "ma": "left" if heads.rotation else "center", "rotation": heads.rotation}
    for x, y, text in zip(heads.centres, heads.tops, heads.words, strict=False):
        write(axes, x, y - HEAD, text, SMALL, **style)
    return axes


def draw_scale(axes: Axes, highest: float, mark: str = "") -> None:
    """Let x run from zero to the highest value or just above it, a rule at each of at most five round steps."""
    numbers = MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]).tick_values(0, max(highest, 1))
    axes.set(xlim=(0, numbers[-1]), xticks=numbers, xticklabels=[f"{number:.0f}{mark}" for number in numbers])
    axes.tick_params(length=0)
    axes.grid(axis="x")


def render(figure: Figure, finding: str, alt: str) -> Chart:
    """Draw the figure into a PNG with a palette of 64 colours: areas are off no more than 4 % in any channel.

    The file holds no software name and no time, so that the same figure gives the same bytes.
    """
    pixels, size = FigureCanvasAgg(figure).print_to_buffer()
    picture = Image.frombytes("RGBA", size, pixels).convert("RGB")
    small = picture.quantize(64, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    data = io.BytesIO()
    small.save(data, "PNG", compress_level=8, dpi=(DPI, DPI))  # 9: 3 % smaller, twice as slow
    return Chart(data.getvalue(), finding, alt, small.width // 2, small.height // 2)
