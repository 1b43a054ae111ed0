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
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
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
RULE = "#d9d9d9"
SHADE = "#f0f0f0"
FOCUS = "#005a9c"  # data: 7.0:1 on white
BAND = "#5797c4"  # intervals, the same hue: 3.2:1 on white

POINT = 72 / 96  # of a CSS pixel: matplotlib measures lines, marks and offsets in points
DPI = 192
WIDTH = 690
EDGE = 10  # white at the page's edges
GAP = 10  # between labels and plot
COLUMN = 58  # of values at the right, with the white before it
HEAD = 13  # from the plot up to the middle of the line above it, or down to the one below
NO_UNIT = "no unit"

STYLE = Path(__file__).with_name("emphasis.mplstyle")
FAMILY = "DejaVu Sans"
# Looked for in this order when a text has characters that DejaVu Sans lacks.
FALLBACKS = ("Noto Sans CJK SC", "WenQuanYi Micro Hei", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei")
# A CJK character with its brackets and closing marks (no line begins with a comma), a space, or a word.
PIECE = re.compile(r"[“‘「『《〈（【]*[⺀-⿿ぁ-鿿가-힣][、。〉》」』】）！，．：；？”’,.:;!?)]*| |[^ ⺀-⿿ぁ-鿿가-힣]+")


class Type(NamedTuple):
    """A size of text in points, the CSS pixels from line to line, the weight."""

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
        All words that will be drawn: fallback fonts are added only if DejaVu Sans lacks some of their characters.

    Warns
    -----
    UserWarning
        Once, naming the characters, if no installed font has them: they are drawn as boxes.
    """
    families, missing = [FAMILY], _lacking(FAMILY, "".join(sorted(set(text))))
    installed = {font.name for font in font_manager.fontManager.ttflist} if missing else set()
    for family in FALLBACKS:
        if family in installed:
            families, missing = [*families, family], _lacking(family, missing)
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    with mpl.rc_context({"font.family": families}, fname=STYLE), warnings.catch_warnings():
        if missing:
            message = f"no installed font has {missing[:10]!r}: drawn as boxes. Install a font such as Noto Sans CJK"
            warnings.warn(message, UserWarning, stacklevel=4)
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        log.setLevel(logging.ERROR)  # or matplotlib says, into a notebook too, that a fallback font has no bold
        try:
            yield
        finally:
            log.setLevel(level)


def _lacking(family: str, characters: str) -> str:
    """Return the printable characters for which the font has no glyph."""
    font = font_manager.get_font(font_manager.findfont(family))
    return "".join(c for c in characters if c.isprintable() and not font.get_char_index(ord(c)))


# Text that fits


def width_of(text: str, kind: Type) -> float:
    """Return the width of the widest line of text as it will be drawn, in CSS pixels."""
    return max(_measure(line, kind, tuple(mpl.rcParams["font.family"])) for line in text.split("\n"))


@cache
def _measure(line: str, kind: Type, families: tuple[str, ...]) -> float:
    """Measure a line in the given fonts; remembered, for charts of one notebook share most of their words."""
    font = font_manager.FontProperties(family=families, size=kind.points, weight=kind.weight)
    return float(RendererAgg(1, 1, DPI).get_text_width_height_descent(line, font, ismath=False)[0]) * 96 / DPI


def height_of(text: str, kind: Type) -> int:
    """Return the height of text in CSS pixels."""
    return (text.count("\n") + 1) * kind.line


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


# The page


class Margins(NamedTuple):
    """Room around the plot for its labels and values, in CSS pixels."""

    left: float = EDGE
    right: float = EDGE
    above: float = 0
    below: float = 0

    @property
    def room(self) -> float:
        """Return the width that is left to the plot."""
        return WIDTH - self.left - self.right


class Page(NamedTuple):
    """A figure, and the words above and below its plot: what it shows, what is measured, where it comes from."""

    figure: Figure
    finding: str
    subtitle: str
    source: str

    def open(self, margins: Margins, height: float, note: str = "") -> Axes:
        """Lay out a plot `height` pixels high with its headings around it, a note joined to the subtitle.

        The plot's y runs down from 0 in pixels; its x is the chart's own.
        """
        kinds = (TITLE, SUBTITLE, SMALL)
        texts = zip((self.finding, self.subtitle + note, self.source), kinds, strict=True)
        words = [wrap(text, WIDTH - 2 * EDGE, kind) for text, kind in texts]
        title, subtitle, source = map(height_of, words, kinds)
        top = EDGE + title + 4 + subtitle + GAP + margins.above
        bottom = top + height + margins.below + GAP
        total = round(bottom + source + EDGE)
        self.figure.set_size_inches(WIDTH / 96, total / 96)
        corner = (margins.left / WIDTH, 1 - (top + height) / total)
        axes = self.figure.add_axes((*corner, margins.room / WIDTH, height / total))
        axes.set(ylim=(height, 0), xticks=[], yticks=[])
        middles = (EDGE + title / 2, EDGE + title + 4 + subtitle / 2, bottom + source / 2)
        for text, kind, middle, colour in zip(words, kinds, middles, (INK, QUIET, QUIET), strict=True):
            write(axes, EDGE - margins.left, middle - top, text, kind, color=colour)
        return axes


def write(axes: Axes, x: float, middle: float, text: str, kind: Type = SMALL, **style: str) -> None:
    """Write lines around the height `middle`; `x` and `middle` are CSS pixels from the plot's top left corner."""
    lines = text.split("\n")
    # Small letters stand about the middle of their line if the baseline is 0.36 of the type's size below it.
    first = middle - (len(lines) - 1) / 2 * kind.line + 0.36 * kind.points / POINT
    for number, line in enumerate(lines):
        place = (x * POINT, -(first + number * kind.line) * POINT)
        words = axes.annotate(line, (0, 1), place, "axes fraction", "offset points")
        words.set(size=kind.points, weight=kind.weight, **style)


def draw_scale(axes: Axes, name: Literal["x", "y"], highest: float, mark: str = "") -> float:
    """Let an axis run from zero to the highest value or just above it, a rule at each of at most five round steps."""
    numbers = MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]).tick_values(0, max(highest, 1))
    axes.set(**{f"{name}lim": (0, numbers[-1]), f"{name}ticks": numbers})
    axes.set(**{f"{name}ticklabels": [f"{number:.0f}{mark}" for number in numbers]})
    axes.tick_params(name, length=0)
    axes.grid(axis=name)
    return float(numbers[-1])


# Rows


@dataclass(frozen=True)
class Rows:
    """What stands beside a plot with one row a theme or term; rows that are empty are in grey.

    Parameters
    ----------
    labels : sequence of str
        The words at the left, one a row.
    counts : sequence of int
        How many units each row has; one without any is in grey.
    columns : mapping of str to values
        At the right, under each header, one value a row: the first column is bold, a second grey.
    """

    labels: Sequence[str]
    counts: Sequence[int]
    columns: Mapping[str, Iterable[Any]] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[str]:
        """Return each label broken into lines that leave most of the page to the plot."""
        return [wrap(label, 0.32 * WIDTH, LABEL) for label in self.labels]

    @cached_property
    def pitch(self) -> float:
        """Return the distance from row to row: closer where there are many, wider where labels take lines."""
        return max([36 if len(self.labels) <= 10 else 28, *(height_of(words, LABEL) + 8 for words in self.words)])

    @property
    def height(self) -> float:
        """Return the height of the plot."""
        return len(self.labels) * self.pitch

    @cached_property
    def middles(self) -> Numbers:
        """Return the y of each row's middle."""
        return np.arange(0.5, len(self.labels)) * self.pitch

    @cached_property
    def margins(self) -> Margins:
        """Return the room that labels and columns need, and headers above and an axis below."""
        left = max(width_of(words, LABEL) for words in self.words)
        return Margins(EDGE + left + GAP, EDGE + COLUMN * len(self.columns), above=26, below=22)

    def write(self, axes: Axes, top: float = 0) -> None:
        """Write the labels, the first row beginning at the y `top`, the columns, and "no unit" where it is so."""
        kinds = ((LABEL, INK), (VALUE, INK), (LABEL, QUIET))
        columns: dict[str, Iterable[Any]] = {"": self.words, **self.columns}
        for number, ((header, words), (kind, colour)) in enumerate(zip(columns.items(), kinds, strict=False)):
            right = self.margins.room + number * COLUMN if number else -GAP
            write(axes, right, top - HEAD, header, color=QUIET, ha="right")
            for middle, word, n in zip(self.middles, words, self.counts, strict=True):
                write(axes, right, top + middle, str(word), kind, color=colour if n else FAINT, ha="right")
        for row in np.flatnonzero(np.equal(self.counts, 0)):
            write(axes, GAP, top + self.middles[row], NO_UNIT, color=FAINT)


# Sections


class Heads(NamedTuple):
    """What stands above sections: their labels, or numbers, those without room empty; and where, in pixels."""

    words: list[str]
    centres: Numbers
    note: str  # for the subtitle

    @property
    def height(self) -> float:
        """Return the room above the plot for the tallest."""
        return GAP + max((height_of(words, SMALL) for words in self.words), default=0)

    def write(self, axes: Axes, bottoms: Numbers) -> None:
        """Write them, each with its last line just above its y of `bottoms`."""
        for words, centre, bottom in zip(self.words, self.centres, bottoms, strict=True):
            write(axes, centre, bottom - HEAD - (height_of(words, SMALL) - SMALL.line) / 2, words, ha="center")


def fit_heads(labels: Iterable[str], centres: Numbers, sizes: Numbers, room: float) -> Heads:
    """Return the labels of sections if all fit in whole words over a plot this wide, else numbers."""
    longest = [max([0, *(width_of(word, SMALL) for word in PIECE.findall(label))]) for label in labels]
    words = [wrap(*given, SMALL) for given in zip(labels, np.maximum(sizes - 4, longest), strict=True)]
    halves = np.array([width_of(lines, SMALL) / 2 for lines in words])
    is_inside = np.abs(centres - room / 2) + halves <= room / 2 + GAP
    is_apart = np.abs(np.diff(centres)) >= halves[1:] + halves[:-1] + 6
    if is_inside.all() and is_apart.all() and all(lines.count("\n") < 6 for lines in words):
        return Heads(words, centres, "")
    kept = apart(centres, width_of(str(len(words)), SMALL) + 6)
    numbers = [str(number + 1) if number in kept else "" for number in range(len(words))]
    return Heads(numbers, centres, "; sections are numbered in reading order")


def apart(places: Numbers, distance: float) -> list[int]:
    """Return which places to keep, the first among them, so that none is closer than `distance` to the one before."""
    kept: list[int] = []
    for number, place in enumerate(places):
        if not kept or abs(place - places[kept[-1]]) >= distance:
            kept.append(number)
    return kept


def open_text(page: Page, sections: pd.DataFrame, margins: Margins, height: float, unit: str) -> Axes:
    """Open a plot whose x counts units, its sections shaded in turn and labelled, numbers of units at the foot."""
    firsts, lasts = (sections[column].to_numpy(float) for column in ("first", "last"))
    n = max(lasts, default=1)
    scale = margins.room / n
    centres, sizes = (firsts + lasts - 1) / 2 * scale, (lasts - firsts + 1) * scale
    heads = fit_heads(sections["label"], centres, sizes, margins.room)
    axes = page.open(margins._replace(above=heads.height, below=44), height, heads.note)
    axes.set(xlim=(0.5, n + 0.5), xlabel=f"{unit.capitalize()} number")
    axes.spines["bottom"].set_visible(True)
    heads.write(axes, 0 * centres)
    for first, last in zip(firsts[::2], lasts[::2], strict=True):
        axes.axvspan(first - 0.5, last + 0.5, color=SHADE, zorder=0)
    distance = (width_of(f"{n:.0f}", SMALL) + 6) / scale
    axes.set_xticks([*(firsts[i] for i in apart(firsts, distance) if firsts[i] <= n - distance), n])
    return axes


# The picture


def render(figure: Figure, finding: str, alt: str) -> Chart:
    """Draw the figure into a PNG with a palette of 64 colours, off no more than 4 % in any channel.

    The file holds no software name and no time, so that the same figure gives the same bytes.
    """
    agg = FigureCanvasAgg(figure)
    agg.draw()
    picture = Image.fromarray(np.asarray(agg.buffer_rgba())[..., :3])
    small = picture.quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    data = io.BytesIO()
    small.save(data, "PNG", compress_level=8, dpi=(DPI, DPI))  # 9: 3 % smaller, twice as slow
    return Chart(data.getvalue(), finding, alt, small.width // 2, small.height // 2)
