"""Do the intervals cover, and does the test keep its level, when builds fail together? Fixed seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest

from generator.stats.intervals import Moments, by_cluster, difference, effective, wilson
from generator.stats.testing import change_p

SIZES = (20, 100, 600, 5000)
RATES = (0.01, 0.05, 0.2, 0.5)
CORRELATIONS = (0.0, 0.1, 0.4)
CLUSTERS = (1.5, 5.0)
AXES = ("n", "rate", "correlation", "cluster size")
Setting = tuple[int, float, float, float]


def repeats(n: int) -> int:
    return 400 if n <= 600 else 200


def clustered(rng: np.random.Generator, setting: Setting, repeats: int) -> Moments:
    """Moments of `repeats` samples of n builds: clusters of varying size, each with a rate of its own."""
    n, rate, correlation, mean = setting
    drawn = int(n / mean * 1.5) + 30
    sizes = 1 + rng.poisson(rng.gamma(1.5, (mean - 1) / 1.5, size=(repeats, drawn)))
    ends = np.cumsum(sizes, axis=1)
    assert ends[:, -1].min() >= n
    sizes = np.clip(n - (ends - sizes), 0, sizes)
    own = np.full(sizes.shape, rate)
    if correlation:
        scale = (1 - correlation) / correlation
        own = rng.beta(rate * scale, (1 - rate) * scale, size=sizes.shape)
    hits = rng.binomial(sizes, own)
    cell = np.repeat(np.arange(repeats), drawn)
    return by_cluster(cell, hits.ravel(), sizes.ravel(), repeats)


def alone(m: Moments) -> np.ndarray:
    """Effective n of each sample, with no other cell to learn from."""
    values = [np.asarray(v) for v in vars(m).values()]
    return np.concatenate([effective(Moments(*(v[i : i + 1] for v in values))) for i in range(len(m.n))])


def covered(m: Moments, worth: np.ndarray, rate: float) -> float:
    low, high = wilson(m.k / m.n, worth)
    return float(((low <= rate + 1e-9) & (rate <= high + 1e-9)).mean())


def settings() -> Iterator[Setting]:
    yield from product(SIZES, RATES, CORRELATIONS, CLUSTERS)


def table(measure: Callable[[np.random.Generator, Setting], float], seed: int) -> dict[Setting, float]:
    return {s: measure(np.random.default_rng([seed, i]), s) for i, s in enumerate(settings())}


def margins(cells: dict[Setting, float]) -> dict[tuple[str, float], float]:
    """The mean of all cells that share a value of one axis."""
    return {
        (AXES[axis], value): float(np.mean([c for s, c in cells.items() if s[axis] == value]))
        for axis in range(4)
        for value in sorted({s[axis] for s in cells})
    }


@pytest.mark.parametrize("worth", [effective, alone], ids=["among others", "alone"])
def test_intervals_cover(worth: Callable[[Moments], np.ndarray]) -> None:
    def measure(rng: np.random.Generator, setting: Setting) -> float:
        m = clustered(rng, setting, repeats(setting[0]) // (1 if worth is effective else 2))
        return covered(m, worth(m), setting[1])

    cells = table(measure, seed=1)
    assert 0.93 <= np.mean(list(cells.values())) <= 0.97
    margin = margins(cells)
    assert all(0.93 <= value <= 0.98 for value in margin.values()), margin
    assert min(cells.values()) > 0.86, min(cells, key=lambda s: cells[s])


def test_intervals_that_forget_clusters_do_not() -> None:
    cells = table(
        lambda rng, s: covered(m := clustered(rng, s, 60), m.n.astype(float), s[1]) if s[2] else 1.0, seed=2
    )
    assert margins(cells)["correlation", 0.4] < 0.9


def test_the_test_of_a_change_keeps_its_level_and_its_interval_covers() -> None:
    def measure(rng: np.random.Generator, setting: Setting) -> tuple[float, float]:
        size = repeats(setting[0]) // 2
        now, before = clustered(rng, setting, size), clustered(rng, (setting[0] * 2, *setting[1:]), size)
        a, b = effective(now), effective(before)
        p = change_p(now.k, now.n, a, before.k, before.n, b)
        _, low, high = difference(
            now.k / now.n, *wilson(now.k / now.n, a), before.k / before.n, *wilson(before.k / before.n, b)
        )
        return float((p <= 0.05).mean()), float(((low <= 0) & (high >= 0)).mean())

    both = {s: measure(np.random.default_rng([3, i]), s) for i, s in enumerate(settings())}
    level = {s: found for s, (found, _) in both.items()}
    assert 0.02 <= np.mean(list(level.values())) <= 0.06
    assert all(value <= 0.07 for value in margins(level).values()), margins(level)
    cover = {s: value for s, (_, value) in both.items()}
    assert 0.93 <= np.mean(list(cover.values())) <= 0.975


def test_a_doubled_rate_is_found() -> None:
    rng = np.random.default_rng(4)
    now, before = clustered(rng, (1000, 0.2, 0.1, 5.0), 200), clustered(rng, (1000, 0.1, 0.1, 5.0), 200)
    p = change_p(now.k, now.n, effective(now), before.k, before.n, effective(before))
    assert (p <= 0.05).mean() > 0.9
