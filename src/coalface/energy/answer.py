"""The Monte Carlo: many possible worlds, and where their answers lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.energy.amount import AmountKind
from coalface.energy.ceilings import Feasible, feasible
from coalface.energy.limits import Limit, ceiling_of, limit_inputs
from coalface.energy.monthly import Month, worth_by_month
from coalface.energy.parameter import Parameter
from coalface.energy.result import Alternative, Event, Finding, Result, Rival, Spreads
from coalface.energy.sampling import Spread, draw, spread_of
from coalface.energy.setting import (
    Draws,
    Outcome,
    Setting,
    hashrate_hs_per_mwh,
    outcome_of_energy,
    run,
)
from coalface.energy.solo import SoloBound
from coalface.energy.tornado import tornado
from coalface.energy.verdict import MOST_DRAWS, Verdict, VerdictWord, judge

__all__ = ["Question", "answer"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """A setting, and what its answer is held against.

    Attributes
    ----------
    name, title, question
        For people.
    setting
        Stretch of time, amount, inputs.
    fuel_unit, fuel_name
        Unit of the fuel and its name (``coal``); `None` without a fuel.
    limits
        What limits the miner.
    sold_says, sold_usd_per_unit
        What else the fuel is good for, and the price of a unit in USD; `None` if unknown.
    events, findings, rivals
        Shown with the answer.
    solo
        Bounds on a solo miner where blocks are given.
    n_draws, seed
        Of the Monte Carlo.
    """

    name: str
    title: str
    question: str
    setting: Setting
    fuel_unit: str | None
    fuel_name: str | None
    limits: tuple[Limit, ...] = ()
    sold_says: str = ""
    sold_usd_per_unit: Parameter | None = None
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    rivals: tuple[Rival, ...] = ()
    solo: SoloBound | None = None
    n_draws: int = 100_000
    seed: int = 1


def answer(question: Question) -> Result:
    """Answer to a question: spreads, ceilings, verdict, months, tornado; the same seed gives the same answer.

    Notes
    -----
    Complexity: draws times (inputs + difficulty epochs); 100,000 draws of a year take about a second.
    """
    setting = question.setting
    inputs = {**setting.inputs(), **limit_inputs(question.limits)}
    if question.sold_usd_per_unit is not None:
        inputs["sold_price"] = question.sold_usd_per_unit
    # Blocks that are given and blocks that may be his are two counts of one hash rate.
    same = {"blocks.count": "amount"} if setting.amount.kind is AmountKind.BLOCKS else {}
    draws = draw(inputs, question.n_draws, question.seed, setting.correlations, same)
    outcome = run(setting, draws)
    possible = _possible(outcome, setting)
    ceilings = tuple(ceiling_of(limit, setting, draws) for limit in question.limits)
    limits = feasible(ceilings)
    sold = draws.get("sold_price")
    what = _moved(outcome, setting)
    calendar = setting.calendar
    return Result(
        name=question.name,
        title=question.title,
        question=question.question,
        first_day=calendar.start_day[0],
        last_day=calendar.start_day[-1],
        amount=setting.amount.parameter,
        amount_kind=setting.amount.kind,
        share_of_feasible=_share(outcome, limits, possible),
        solo=question.solo,
        fuel_unit=question.fuel_unit,
        fuel_words=_fuel_words(question),
        contains_miner=setting.contains_miner,
        n_draws=question.n_draws,
        seed=question.seed,
        inputs=inputs,
        correlations=setting.correlations,
        outcome=spreads_of(outcome, possible),
        possible_share=float(possible.mean()),
        months=_months(setting, draws, outcome, sold),
        alternative=_alternative(question, outcome, sold, possible),
        ceilings=ceilings,
        feasible=limits,
        at_ceiling=_at_ceiling(setting, draws, limits),
        verdict=_verdict(outcome, limits, sold, possible),
        tornado=tornado(
            {name: inputs[name] for name in setting.inputs()},
            draws,
            _figure(outcome, what),
            lambda rows: _figure(run(setting, rows), what),
        ),
        tornado_of=what,
        events=question.events,
        findings=question.findings,
        rivals=question.rivals,
        price_resolution=calendar.price_resolution,
        sources=calendar.sources,
    )


def spreads_of(outcome: Outcome, possible: NDArray[np.bool_] | None = None) -> Spreads:
    """5, 50 and 95 % of every figure, over the draws that are possible; `None` where it is unknown."""
    mined = outcome.mined
    units = mined.energy_mwh if outcome.fuel is None else outcome.fuel
    with np.errstate(invalid="ignore", divide="ignore"):
        per_unit = {name: getattr(mined, name) / units for name in ("btc", "usd")}
    figures = {name: getattr(mined, name) for name in _FIGURES}
    figures |= {"fuel": outcome.fuel, "co2_t": outcome.co2_t}
    figures |= {f"{name}_per_unit": values for name, values in per_unit.items()}
    return Spreads(**{name: _spread(values, possible) for name, values in figures.items()})


_FIGURES = ("energy_mwh", "mean_power_mw", "running_power_mw", "hashrate_hs", "network_share", "btc", "usd")


def _spread(values: Floats | None, possible: NDArray[np.bool_] | None = None) -> Spread | None:
    """Spread over the possible draws, if there are any and all of them are known."""
    if values is not None and possible is not None:
        values = values[possible]
    if values is None or not len(values) or not np.isfinite(values).all():
        return None
    return spread_of(values)


def _possible(outcome: Outcome, setting: Setting) -> NDArray[np.bool_]:
    """Draws in which the amount is below all rewards of the stretch."""
    finite = np.isfinite(outcome.mined.energy_mwh)
    if not setting.contains_miner:
        return finite
    with np.errstate(invalid="ignore"):
        return finite & (outcome.mined.network_share < 1)


def _months(setting: Setting, draws: Draws, outcome: Outcome, sold: Floats | None) -> tuple[Month, ...]:
    """Worth by month; nothing is said of an amount that is impossible in some draws."""
    energy = outcome.mined.energy_mwh
    return worth_by_month(setting, draws, energy, sold) if np.isfinite(energy).all() else ()


def _moved(outcome: Outcome, setting: Setting) -> str:
    """Name of the figure whose tornado tells most."""
    if setting.amount.kind.is_measured:
        return "energy_mwh"
    return "usd" if np.isfinite(outcome.mined.usd).all() else "btc"


def _figure(outcome: Outcome, name: str) -> Floats:
    """One figure of an outcome."""
    values: Floats = getattr(outcome.mined, name)
    return values


def _fuel_words(question: Question) -> str:
    """What the fuel may be called: neither chain nor packets show it."""
    if question.fuel_name is None:
        return "electricity"
    if question.setting.amount.kind.is_measured:
        if question.findings:
            return f"{question.fuel_name}, by the finding attached"
        return f"{question.fuel_name}-equivalent, if {question.fuel_name}-fired"
    return question.fuel_name if question.findings else f"{question.fuel_name}, if burnt for mining"


def _alternative(
    question: Question, outcome: Outcome, sold: Floats | None, possible: NDArray[np.bool_]
) -> Alternative | None:
    """Selling the fuel instead."""
    if question.sold_usd_per_unit is None or sold is None:
        return None
    usd = None if outcome.fuel is None else _spread(outcome.fuel * sold, possible)
    return Alternative(question.sold_says, question.sold_usd_per_unit, usd)


def _at_ceiling(setting: Setting, draws: Draws, limits: Feasible) -> Spreads | None:
    """What the feasible hash rate yields."""
    if limits.hashrate_hs is None:
        return None
    energy = limits.hashrate_hs / hashrate_hs_per_mwh(setting, draws)
    return spreads_of(outcome_of_energy(setting, draws, energy))


def _share(outcome: Outcome, limits: Feasible, possible: NDArray[np.bool_]) -> Spread | None:
    """Hash rate of the amount over the feasible one."""
    if limits.hashrate_hs is None or not (limits.hashrate_hs > 0).all():
        return None
    return _spread(outcome.mined.hashrate_hs / limits.hashrate_hs, possible)


def _verdict(outcome: Outcome, limits: Feasible, sold: Floats | None, possible: NDArray[np.bool_]) -> Verdict:
    """Verdict on the amount; one that is not below all rewards is impossible whatever the ceilings say."""
    share = float(possible.mean())
    if share <= 1 - MOST_DRAWS or (share < MOST_DRAWS and limits.hashrate_hs is None):
        word = VerdictWord.IMPOSSIBLE if share <= 1 - MOST_DRAWS else VerdictWord.UNDECIDED
        because = f"it is below all rewards of the time in {share:.0%} of draws"
        return Verdict(word, "all_rewards", share, because)
    claimed = np.where(possible, outcome.mined.hashrate_hs, np.inf)
    worth = None if sold is None or outcome.fuel is None else outcome.fuel * sold
    earned = outcome.mined.usd if np.isfinite(outcome.mined.usd).all() else None
    return judge(claimed, limits, earned_usd=earned, alternative_usd=worth)
