"""Calendars for tests: the three golden days, and a year that looks like 2017."""

from dataclasses import dataclass

import numpy as np

from coalface.energy import Calendar

DAY_S = 86_400.0


@dataclass(frozen=True)
class GoldenDay:
    """A day's published figures, and what an independent computation made of them.

    Sources: difficulty, fees and price are those of Coin Metrics' community data of the day; the results were
    computed from them for net heating value 24 GJ/t, plant efficiency 0.28, no losses, PUE 1.10, 98 J/TH.
    """

    day: str
    difficulty: float
    fees_btc: float
    price_usd: float
    btc_per_t: float
    usd_per_t: float
    usd_per_th_day: float
    breakeven_j_per_th: float
    network_ehs: float


GOLDEN = (
    GoldenDay(
        "2017-05-17",
        559970892890.839,
        3.1350716916129033,
        1726.73,
        0.4052519141,
        699.7606376,
        0.9698682438,
        808.2235365,
        4.008427786,
    ),
    GoldenDay(
        "2017-08-05",
        860221984436.22,
        0.6416202652542373,
        2897.63,
        0.2217323334,
        642.4982612,
        0.89050259,
        742.0854917,
        6.157708817,
    ),
    GoldenDay(
        "2017-12-17",
        1590896927258.08,
        2.894263109837838,
        19475.8,
        0.1404453979,
        2735.286481,
        3.791107063,
        3159.255885,
        11.38808379,
    ),
)


def golden_calendar(golden: GoldenDay) -> Calendar:
    """That one day."""
    return calendar([golden.difficulty], [golden.fees_btc], [golden.price_usd], first_day=golden.day)


def calendar(
    difficulty: list[float],
    fees_btc: list[float],
    price_usd: list[float],
    *,
    first_day: str = "2017-09-01",
    subsidy_btc: float = 12.5,
) -> Calendar:
    """One period a day."""
    n_days = len(difficulty)
    first = np.datetime64(first_day, "D")
    return Calendar(
        start_day=first + np.arange(n_days),
        seconds=np.full(n_days, DAY_S),
        n_blocks=np.full(n_days, DAY_S / 600),
        difficulty=np.array(difficulty, float),
        subsidy_btc=np.full(n_days, subsidy_btc),
        fees_btc=np.array(fees_btc, float),
        price_usd=np.array(price_usd, float),
        price_resolution="day",
        sources=("made up",),
    )


def year(seed: int = 1) -> Calendar:
    """A year whose difficulty rises every fourteen days; fees and prices scatter."""
    rng = np.random.default_rng(seed)
    n_days = 365
    difficulty = np.repeat(9e11 * 1.07 ** np.arange(27), 14)[:n_days]
    return calendar(
        difficulty.tolist(), rng.uniform(0, 4, n_days).tolist(), rng.uniform(4e3, 2e4, n_days).tolist()
    )
