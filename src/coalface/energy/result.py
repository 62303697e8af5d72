"""What a scenario answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from coalface.energy.amount import AmountKind
from coalface.energy.ceilings import Ceiling, Feasible
from coalface.energy.monthly import Month, Paid
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.sampling import Correlation, Spread
from coalface.energy.solo import SoloBound
from coalface.energy.tornado import Bar
from coalface.energy.verdict import Verdict

__all__ = ["Alternative", "Event", "Finding", "Result", "Rival", "Spreads"]


@dataclass(frozen=True)
class Spreads:
    """5, 50 and 95 % of an outcome's figures; `None` where a figure is unknown, or impossible in some draws.

    Attributes
    ----------
    fuel
        Fuel in the fuel's unit: burnt, or what it would take *if* the power came from that fuel.
    energy_mwh
        Electricity at the site, MWh.
    mean_power_mw, running_power_mw
        Mean power, and power while the machines run, MW.
    hashrate_hs
        Mean hash rate, H/s.
    network_share
        Share of all rewards of the stretch, 0 to 1.
    btc
        Coin after pool fees, BTC.
    usd
        The same in USD, before every cost.
    btc_per_unit, usd_per_unit
        Per unit of fuel (per MWh without a fuel), of this amount as a whole.
    co2_t
        Carbon dioxide of the fuel, t.
    """

    fuel: Spread | None
    energy_mwh: Spread | None
    mean_power_mw: Spread | None
    running_power_mw: Spread | None
    hashrate_hs: Spread | None
    network_share: Spread | None
    btc: Spread | None
    usd: Spread | None
    btc_per_unit: Spread | None
    usd_per_unit: Spread | None
    co2_t: Spread | None


@dataclass(frozen=True)
class Alternative:
    """What else the fuel could have been used for: selling it.

    Attributes
    ----------
    says
        In words.
    usd_per_unit
        What a unit sells for, USD.
    usd
        What all of the fuel would have sold for, USD.
    """

    says: str
    usd_per_unit: Parameter
    usd: Spread | None


@dataclass(frozen=True)
class Event:
    """A dated event of the stretch, such as a sanction; a day, or the first day of a month or year."""

    day: np.datetime64
    is_month: bool
    says: str
    source: str
    is_year: bool = False

    @property
    def date(self) -> str:
        """The day, month or year, no finer than its source has it."""
        unit = "Y" if self.is_year else "M" if self.is_month else "D"
        return str(self.day.astype(f"M8[{unit}]"))


@dataclass(frozen=True)
class Finding:
    """What is known from outside of the chain, entered by the user, who answers for it."""

    says: str
    source: str
    date: str


@dataclass(frozen=True)
class Rival:
    """Another explanation of the same hash rate, and what would tell it apart."""

    says: str
    source: str


@dataclass(frozen=True)
class Result:
    """The answer to a scenario.

    Attributes
    ----------
    name, title, question
        Of the scenario.
    first_day, last_day
        UTC days of the stretch, both included.
    amount, amount_kind
        What is given, and which kind of amount it is.
    fuel_unit, fuel_words
        Unit of the fuel, and what it may be called: "coal-equivalent, if coal-fired" unless a finding is
        attached.
    contains_miner
        Whether the difficulty was in force while he mined (the price-taker rule is off then).
    n_draws, seed
        Of the Monte Carlo.
    inputs
        Every input by name; the limits' figures among them.
    correlations
        Inputs that move together.
    outcome
        What the amount yields.
    months
        Worth of one more unit of fuel month by month.
    alternative
        Selling the fuel instead, `None` if no price is known.
    ceilings
        Every limit, those without data too.
    feasible
        What is feasible under them together.
    at_ceiling
        What the feasible hash rate yields, `None` without a ceiling that has data.
    share_of_feasible
        The amount's hash rate over the feasible one, `None` without a ceiling that has data.
    solo
        Bounds on a solo miner where blocks are given, `None` for other amounts.
    verdict
        On the amount.
    tornado
        Influence of every input on `tornado_of`.
    tornado_of
        ``usd`` or, without prices, ``btc``; for a measured amount ``energy_mwh``.
    events, findings, rivals
        What happened, what is known from elsewhere, and what else would explain it.
    price_resolution
        ``day``, ``month`` or `None`.
    sources
        Where difficulty, fees and prices are from.
    """

    name: str
    title: str
    question: str
    first_day: np.datetime64
    last_day: np.datetime64
    amount: Parameter
    fuel_unit: str | None
    fuel_words: str
    contains_miner: bool
    n_draws: int
    seed: int
    inputs: Mapping[str, Parameter]
    correlations: tuple[Correlation, ...]
    outcome: Spreads
    months: tuple[Month, ...]
    alternative: Alternative | None
    ceilings: tuple[Ceiling, ...]
    feasible: Feasible
    at_ceiling: Spreads | None
    verdict: Verdict
    tornado: tuple[Bar, ...]
    tornado_of: str
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    rivals: tuple[Rival, ...]
    price_resolution: str | None
    sources: tuple[str, ...]
    amount_kind: AmountKind = AmountKind.FUEL
    share_of_feasible: Spread | None = None
    solo: SoloBound | None = None

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the inputs that no source gives."""
        return tuple(name for name, each in self.inputs.items() if each.standing is Standing.ASSUMED)

    @property
    def months_paid(self) -> tuple[np.datetime64, ...]:
        """Months in which mining one more unit of fuel earned more than selling it."""
        return tuple(each.month for each in self.months if each.paid is Paid.YES)
