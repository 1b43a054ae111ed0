"""The bootstrap: draws against plain loops, against scipy, and the coverage of its intervals in a simulation."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from emphasis import resampling
from emphasis.errors import InputError
from emphasis.resampling import Bootstrap, intervals

matrices = st.tuples(st.integers(1, 12), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 9))
)


def counts(n, *, statement_id="s", **given):
    """Return how often each of n units is in each draw: the sums of the units' own columns."""
    return Bootstrap(**given).sums(np.eye(n), statement_id)


@pytest.mark.parametrize("draws", [0, 50, 99, 1_000_001, 2_000_000, -2000])
def test_draws_have_bounds(draws):
    """Too few draws for a percentile, and too many to wait for, are refused with what is allowed."""
    with pytest.raises(InputError, match=f"^draws is {draws}; allowed are: whole numbers from 100 to 1,000,000$"):
        Bootstrap(draws=draws)


def test_the_bounds_themselves_are_allowed():
    """A hundred draws and a million are allowed."""
    assert [Bootstrap(draws=draws).draws for draws in (100, 1_000_000)] == [100, 1_000_000]


def test_a_seed_below_none_is_refused():
    """A seed is a whole number from none."""
    with pytest.raises(InputError, match=r"^seed is -1; allowed are: whole numbers from 0$"):
        Bootstrap(seed=-1)


@given(matrices)
def test_sums_are_those_of_plain_loops(values):
    """Each sum is that of the units drawn, added up one by one."""
    times = counts(len(values), draws=100)
    drawn = Bootstrap(draws=100).sums(values, "s")
    for draw, own in zip(drawn.tolist(), times.tolist(), strict=True):
        expected = [sum(own[i] * values[i][j] for i in range(len(values))) for j in range(values.shape[1])]
        assert draw == pytest.approx(expected)


@given(st.integers(1, 40), st.integers(0, 5))
def test_as_many_units_are_drawn_as_there_are(n, seed):
    """Every draw has n units, each of them a whole number of times."""
    times = counts(n, draws=100, seed=seed)
    assert (times.sum(axis=1) == n).all()
    assert (times >= 0).all()
    assert (times == times.round()).all()


def test_units_are_drawn_alike():
    """Over 20,000 draws the counts have the means, variances and covariances of a multinomial of equal chances."""
    n = 23
    times = counts(n, draws=20_000)
    assert times.mean(axis=0) == pytest.approx(1, abs=0.05)
    assert np.cov(times.T) == pytest.approx(np.eye(n) - 1 / n, abs=0.06)


def test_draws_hang_on_seed_and_statement():
    """The same seed and statement give the same draws; another of either gives others."""
    first = counts(23)
    assert (first == counts(23)).all()
    assert not (first == counts(23, seed=2)).all()
    assert not (first == counts(23, statement_id="t")).all()
    assert np.corrcoef(first[:, 0], counts(23, statement_id="t")[:, 0])[0, 1] == pytest.approx(0, abs=0.1)


def test_draws_are_paired_whatever_is_summed():
    """Columns summed apart and together come from the same draws."""
    values = np.random.default_rng(3).integers(0, 2, (23, 4))
    together = Bootstrap().sums(values, "s")
    apart = [Bootstrap().sums(values[:, [column]], "s") for column in range(4)]
    assert (together == np.hstack(apart)).all()


@pytest.mark.parametrize("cells", [1, 100, 23 * 7])
def test_batches_do_not_show(monkeypatch, cells):
    """The draws are the same in whatever batches they are made."""
    expected = counts(23, draws=300)
    monkeypatch.setattr(resampling, "CELLS", cells)
    assert (counts(23, draws=300) == expected).all()


def test_intervals_by_hand():
    """Of the draws 0 to 40 the 2.5 and 97.5 % points are 1 and 39; of draws that are all alike, themselves."""
    low, high = intervals([np.arange(41.0)[::-1], np.full(100, 0.25)])
    assert low.tolist() == [1, 0.25]
    assert high.tolist() == [39, 0.25]


def test_no_numbers_have_no_intervals():
    """Of no numbers there are no intervals."""
    low, high = intervals([])
    assert (low.shape, high.shape) == ((0,), (0,))


def test_intervals_are_near_those_of_scipy():
    """The percentile interval of a mean is scipy's, but for what is left to chance in 20,000 draws."""
    values = np.random.default_rng(7).exponential(size=40)
    low, high = intervals(Bootstrap(draws=20_000).sums(values[:, None], "s").T / 40)
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(8), vectorized=True
    ).confidence_interval
    spread = values.std() / np.sqrt(40)
    assert (low[0], high[0]) == (
        pytest.approx(other.low, abs=0.06 * spread),
        pytest.approx(other.high, abs=0.06 * spread),
    )


def test_two_thousand_draws_are_quick():
    """2,000 draws over 23 units and nine themes, with their percentiles, take less than 0.2 seconds."""
    values = np.random.default_rng(1).integers(0, 2, (23, 9))
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        intervals(Bootstrap().sums(values, "s").T)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize(("draws", "n"), [(1_000_000, 23), (2000, 20_000)])
def test_memory_is_bounded(draws, n):
    """Neither a million draws nor a statement of 20,000 units takes more than 300 MB."""
    values = np.random.default_rng(1).integers(0, 2, (n, 9)).astype(float)
    tracemalloc.start()
    intervals(Bootstrap(draws=draws).sums(values, "s").T)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6


def coverage(p, *, n=200, samples=4000, of_one_draw=40):
    """Return how many samples of n units, of which each carries the theme with chance p, have p in their interval.

    Forty samples share the draws of one statement; of each share of samples the standard error is 0.35 points.
    """
    carries = np.random.default_rng([5, int(1000 * p)]).random((samples // of_one_draw, n, of_one_draw)) < p
    held = []
    for number, own in enumerate(carries):
        low, high = intervals(Bootstrap(draws=1000).sums(own, f"statement {number}").T / n)
        held.append((low <= p) & (p <= high))
    return np.mean(held)


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.1, 0.2, 0.35, 0.5])
def test_the_coverage_of_the_percentile_bootstrap(p):
    """At 200 units a share's percentile interval holds the true share in 93 to 97 % of 4,000 samples."""
    assert 0.93 < coverage(p) < 0.97
