"""Resampling: how far a number would move had the same message been worded again, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emphasis import files
from emphasis.errors import InputError
from emphasis.vocabulary import Flags, Ints

Floats = NDArray[np.float64]

LEAST_DRAWS, MOST_DRAWS = 100, 1_000_000
POINTS = (0.025, 0.975)  # of the draws: the bounds of a 95 % interval
CELLS = 1 << 19  # numbers held at once while drawing: what bounds the memory, whatever the draws and the units


@dataclass(frozen=True)
class Bootstrap:
    """So many draws with a fixed seed (Benoit, Laver & Mikhaylov 2009, American Journal of Political Science 53, 495).

    Raises InputError for `draws` that are no whole number from 100 to 1,000,000, and for a `seed` below none.
    """

    draws: int = 2000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no number of draws and no seed."""
        if not LEAST_DRAWS <= self.draws <= MOST_DRAWS:
            allowed = f"whole numbers from {LEAST_DRAWS:,} to {MOST_DRAWS:,}"
            raise InputError(f"draws is {self.draws!r}; allowed are: {allowed}")
        if self.seed < 0:
            raise InputError(f"seed is {self.seed!r}; allowed are: whole numbers from 0")

    def sums(self, values: Floats | Ints | Flags, statement_id: str) -> Floats:
        """Return the sums of the columns of `values`, a row a unit, over units drawn anew: one row a draw.

        As many units as there are, with replacement. The draws hang on the seed, the statement's id and the number of
        its units alone: two calls for a statement are paired, those for two statements are independent, and a
        statement's are the same whatever else is in the study.
        """
        matrix = np.asarray(values, np.float64)
        n = len(matrix)
        generator = np.random.default_rng([self.seed, int(files.sha256(statement_id.encode()), 16)])
        drawn = np.empty((self.draws, matrix.shape[1]))
        batch = max(1, CELLS // n)
        for first in range(0, self.draws, batch):
            rows = drawn[first : first + batch]
            np.matmul(_counts(generator, len(rows), n), matrix, out=rows)
        return drawn


def _counts(generator: np.random.Generator, draws: int, n: int) -> Floats:
    """Return how often each of n units is drawn, a row a draw: multinomial counts, as fast as n integers a draw."""
    units = generator.integers(n, size=(draws, n)) + n * np.arange(draws)[:, None]
    return np.bincount(units.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)


def intervals(drawn: Iterable[Floats]) -> tuple[Floats, Floats]:
    """Return the lower and upper bounds of the 95 % percentile intervals of numbers, each given by its draws.

    The bounds are the 2.5 and 97.5 % points (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
    """
    low, high = np.array([np.quantile(draws, POINTS) for draws in drawn]).reshape(-1, 2).T
    return low, high
