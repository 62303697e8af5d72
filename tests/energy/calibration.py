"""How often stated intervals hold the truth, on simulated miners whose truth is known.

Run as a program it prints the table that docs/energy.md shows; a test compares the two. The simulations use
plain formulas of their own: the model under test only states the intervals.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import erf
from random import Random

import numpy as np

from coalface import energy
from coalface.energy.amount import read_amount
from coalface.energy.answer import Question, answer
from coalface.energy.asking import Asked, question_of
from coalface.energy.assemble import Fleet
from coalface.energy.facts_calendar import facts_calendar
from coalface.energy.pack import load_fuel, load_site

N_WORLDS = 4_000
FIRST, LAST = np.datetime64("2017-09-01"), np.datetime64("2018-08-31")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    says: str
    stated: float
    held: int
    n: int

    @property
    def rate(self) -> float:
        """Share of worlds in which the statement was true."""
        return self.held / self.n


def table() -> list[Row]:
    """All simulations."""
    return [*solo_rows(), *forward_rows(), *inverse_rows(), *agreement_rows()]


def as_markdown(rows: list[Row]) -> str:
    """The table of docs/energy.md."""
    lines = ["| simulated | stated | held | of |", "|---|---|---|---|"]
    lines += [f"| {row.says} | {row.stated:.0%} | {row.rate:.1%} | {row.n:,} |" for row in rows]
    return "\n".join(lines)


def solo_rows() -> Iterator[Row]:
    """Solo miners of all sizes; the number of blocks is Poisson."""
    calendar = facts_calendar(FIRST, LAST)
    exposure = calendar.exposure_per_hs()
    rng = np.random.default_rng(11)
    for low, high in ((0.1, 1.0), (1.0, 10.0), (10.0, 100.0)):
        expected = np.exp(rng.uniform(np.log(low), np.log(high), N_WORLDS))
        found = rng.poisson(expected)
        ends = {
            int(k): energy.hashrate_hs_of_blocks(int(k), exposure, (0.025, 0.975)) for k in np.unique(found)
        }
        held = sum(
            ends[int(k)][0] <= mean / exposure <= ends[int(k)][1]
            for k, mean in zip(found, expected, strict=True)
        )
        yield Row(
            f"hash rate of a solo miner who should find {low:g} to {high:g} blocks", 0.95, int(held), N_WORLDS
        )
        bound = {
            int(k): float(energy.hashrate_hs_of_blocks(int(k), exposure, 0.95)) for k in np.unique(found)
        }
        below = sum(mean / exposure <= bound[int(k)] for k, mean in zip(found, expected, strict=True))
        yield Row(f"the same, one-sided bound, {low:g} to {high:g} blocks", 0.95, int(below), N_WORLDS)


def forward_rows() -> Iterator[Row]:
    """Worlds drawn from the priors, each reckoned day by day in plain Python."""
    question = _question("1 Mt")
    result = answer(question)
    assert result.outcome.usd is not None
    assert result.outcome.btc is not None
    rng = Random(12)
    worlds = [_plain_forward(question, _world(rng)) for _ in range(N_WORLDS)]
    for name, spread, place in (("BTC", result.outcome.btc, 0), ("USD", result.outcome.usd, 1)):
        held = sum(spread.p5 <= world[place] <= spread.p95 for world in worlds)
        yield Row(f"{name} from 1 Mt, if the priors are right", 0.90, held, N_WORLDS)


def inverse_rows() -> Iterator[Row]:
    """Miners of known energy in a pool without luck; the model is told only the coin they received."""
    rng = Random(13)
    question = _question("1 Mt")
    held = 0
    n_worlds = 200
    for _ in range(n_worlds):
        world = _world(rng)
        btc, _, energy_mwh = _plain_forward(question, world, contains_miner=True)
        told = answer(_question(f"{btc:.8f} BTC", n_draws=2_000, seed=rng.randrange(2**31)))
        assert told.outcome.energy_mwh is not None
        held += told.outcome.energy_mwh.p5 <= energy_mwh <= told.outcome.energy_mwh.p95
    yield Row("electricity behind a pool miner's coin, if the priors are right", 0.90, held, n_worlds)


def agreement_rows() -> Iterator[Row]:
    """Three honest estimates of one hash rate, each with an error that its own interval states."""
    rng = np.random.default_rng(14)
    for sources in (2, 3):
        held = 0
        for _ in range(N_WORLDS):
            estimates = []
            for sigma in (0.05, 0.2, 0.4)[:sources]:
                best = float(1e17 * np.exp(rng.normal(0, sigma)))
                reach = float(np.exp(1.959964 * sigma))
                estimates.append(energy.Estimate(best / reach, best, best * reach))
            named = dict(zip(("shares", "payouts", "power"), estimates, strict=False))
            held += energy.compare_estimates(**named).agreement is energy.Agreement.CONSISTENT
        yield Row(f"{sources} honest 95 % estimates called consistent", 0.95, held, N_WORLDS)


World = dict[str, float]


def _question(amount: str, n_draws: int = 20_000, seed: int = 1) -> Question:
    """A year of coal, the machines of the site pack."""
    site, fuel = load_site(), load_fuel("coal")
    return question_of(
        Asked(
            amount=read_amount(amount, "t"),
            calendar=facts_calendar(FIRST, LAST),
            fuel=fuel,
            site=site,
            fleet=Fleet(efficiency=site.parameters["machine_efficiency"]),
            n_draws=n_draws,
            seed=seed,
        )
    )


def _world(rng: Random) -> World:
    """One possible world, drawn with Python's own triangular numbers."""
    world = {
        "heating_value": rng.triangular(18, 28, 24),
        "grid_loss": rng.triangular(0, 0.16, 0.05),
        "pue": rng.triangular(1.01, 1.20, 1.10),
        "pool_fee": rng.triangular(0, 0.04, 0.02),
        "machine": rng.choices([98, 100, 110, 127, 160], [3, 1, 1, 1, 1])[0],
    }
    # Own use is high where the plant's efficiency is low, with the rank correlation of the pack.
    first, second = rng.gauss(0, 1), rng.gauss(0, 1)
    tie = 2 * np.sin(np.pi * -0.5 / 6)
    world["plant_efficiency"] = _triangle(_normal(first), 0.20, 0.28, 0.34)
    world["own_use"] = _triangle(_normal(tie * first + (1 - tie * tie) ** 0.5 * second), 0.05, 0.08, 0.12)
    return world


def _normal(value: float) -> float:
    """Share of a normal distribution below `value`."""
    return (1 + erf(value / 2**0.5)) / 2


def _triangle(share: float, low: float, mode: float, high: float) -> float:
    """Value of a triangle below which a share of it lies."""
    turn = (mode - low) / (high - low)
    if share < turn:
        return float(low + (share * (high - low) * (mode - low)) ** 0.5)
    return float(high - ((1 - share) * (high - low) * (high - mode)) ** 0.5)


def _plain_forward(
    question: Question, world: World, *, contains_miner: bool = False
) -> tuple[float, float, float]:
    """BTC, USD and MWh from a million tonnes, day by day."""
    calendar = question.setting.calendar
    mwh = 1e6 * world["heating_value"] * world["plant_efficiency"] * (1 - world["own_use"])
    mwh *= (1 - world["grid_loss"]) / 3.6
    rate = mwh * 3.6e9 / world["pue"] / world["machine"] * 1e12 / (len(calendar) * 86_400)
    btc = usd = 0.0
    rows = zip(
        calendar.difficulty.tolist(),
        calendar.subsidy_btc.tolist(),
        calendar.fees_btc.tolist(),
        calendar.price_usd.tolist(),
        strict=True,
    )
    for difficulty, subsidy, fees, price in rows:
        blocks = rate * 86_400 / (difficulty * 2**32)
        if not contains_miner:
            blocks /= 1 + rate / (difficulty * 2**32 / 600)
        earned = blocks * (subsidy + fees) * (1 - world["pool_fee"])
        btc += earned
        usd += earned * price
    return btc, usd, mwh


if __name__ == "__main__":
    sys.stdout.write(as_markdown(table()) + "\n")
