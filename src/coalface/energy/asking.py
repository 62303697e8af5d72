"""A question from single answers to "which fuel, which machines, which days", as a command line asks them."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.energy.amount import Amount, AmountKind
from coalface.energy.answer import Question
from coalface.energy.assemble import (
    Fleet,
    country_events,
    country_limits,
    country_rivals,
    make_setting,
    most_blocks,
)
from coalface.energy.calendar import Calendar
from coalface.energy.country import CountryPack
from coalface.energy.facts import Machine
from coalface.energy.limits import Limit, LimitKind, blocks_parameter
from coalface.energy.pack import FuelPack, SitePack
from coalface.energy.parameter import Parameter
from coalface.energy.result import Event, Finding, Rival
from coalface.energy.solo import SoloBound, solo_bound
from coalface.errors import UsageError

__all__ = ["Asked", "question_of"]


@dataclass(frozen=True)
class Asked:
    """What a question needs.

    Attributes
    ----------
    amount
        What is given.
    calendar
        Days of the stretch.
    fuel, site, country
        Data packs; the country may be `None`.
    kind, plant
        Kind of fuel and plant in its pack, `None` for the default.
    fleet, machines
        Which machines, and the table of machines (`None`: the built-in one).
    inputs
        Inputs that stand in the place of the packs'.
    limits
        Limits that stand in the place of the country's, kind by kind.
    sold_price, sold_says
        What a unit of the fuel sells for; that of the country's pack if `None` and the fuel is its case's.
    unattributed_blocks, unattributed_source
        Blocks of the stretch that are not reliably attributed to anybody (those given as the amount not among
        them), and who counted them.
    contains_miner
        Whether the difficulty contains him; `None` for what fits the amount.
    events, findings, rivals
        Shown with the answer; events in the place of the country's, rivals beside them.
    name, title, question
        For people.
    n_draws, seed
        Of the Monte Carlo.
    """

    amount: Amount
    calendar: Calendar
    fuel: FuelPack
    site: SitePack
    country: CountryPack | None = None
    kind: str | None = None
    plant: str | None = None
    fleet: Fleet | None = None
    machines: tuple[Machine, ...] | None = None
    inputs: tuple[Parameter, ...] = ()
    limits: tuple[Limit, ...] = ()
    sold_price: Parameter | None = None
    sold_says: str = ""
    unattributed_blocks: int | None = None
    unattributed_source: str = "given"
    contains_miner: bool | None = None
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    rivals: tuple[Rival, ...] = ()
    name: str = "asked"
    title: str = ""
    question: str = ""
    n_draws: int = 100_000
    seed: int = 1


def question_of(asked: Asked) -> Question:
    """The question, ready for `answer`.

    Raises
    ------
    UsageError, FactsError
        As `make_setting`.
    """
    fuel, calendar = asked.fuel, asked.calendar
    setting = make_setting(
        asked.amount,
        calendar,
        fuel,
        asked.site,
        kind=asked.kind,
        plant=asked.plant,
        fleet=asked.fleet,
        overrides={each.name: each for each in asked.inputs},
        contains_miner=asked.contains_miner,
        known_machines=asked.machines,
    )
    sold_says, sold_price = _sold(asked)
    return Question(
        name=asked.name,
        title=asked.title or _title(asked),
        question=asked.question or "What does it yield, or take, and what limits it?",
        setting=setting,
        fuel_unit=fuel.fuel_unit,
        fuel_name=fuel.name.replace("_", " ") if fuel.fuel_unit else None,
        limits=_limits(asked),
        sold_says=sold_says,
        sold_usd_per_unit=sold_price,
        events=asked.events or (() if asked.country is None else country_events(asked.country, calendar)),
        findings=asked.findings,
        rivals=(*country_rivals(asked.country, fuel), *asked.rivals),
        solo=_solo(asked),
        n_draws=asked.n_draws,
        seed=asked.seed,
    )


def _solo(asked: Asked) -> SoloBound | None:
    """Bounds on a solo miner, if his blocks are given."""
    if asked.amount.kind is not AmountKind.BLOCKS:
        return None
    known = int(asked.amount.parameter.distribution.mode)
    return solo_bound(known, asked.unattributed_blocks, asked.calendar)


def _title(asked: Asked) -> str:
    """What is asked, in a few words."""
    days = asked.calendar.start_day
    amount = asked.amount.parameter.source.removeprefix("given as ").strip("`")
    fuel = "" if asked.amount.kind.is_measured else f", {asked.fuel.title}"
    return f"{amount}, {days[0]} to {days[-1]}{fuel}"


def _limits(asked: Asked) -> tuple[Limit, ...]:
    """Limits of the country, of the question, and by blocks."""
    of_country = () if asked.country is None else country_limits(asked.country, asked.fuel, asked.calendar)
    limits = {each.kind: each for each in (*of_country, *asked.limits)}
    if asked.unattributed_blocks is not None:
        count = asked.unattributed_blocks
        if count > most_blocks(asked.calendar):
            raise UsageError(
                f"{count:,} blocks without a finder: everybody together found about"
                f" {asked.calendar.n_blocks.sum():,.0f} in these days",
                code="usage_blocks",
                context={"blocks": count},
            )
        says = f"{count:,} blocks of the time that are not reliably attributed to anybody"
        if asked.amount.kind is AmountKind.BLOCKS:
            known = int(asked.amount.parameter.distribution.mode)
            count, says = count + known, f"{says}, and the {known:,} given"
        figures = {"count": blocks_parameter(count, asked.calendar, asked.unattributed_source)}
        limits[LimitKind.BLOCKS] = Limit(LimitKind.BLOCKS, says, figures)
    return tuple(limits[kind] for kind in LimitKind if kind in limits)


def _sold(asked: Asked) -> tuple[str, Parameter | None]:
    """What a unit of the fuel sells for."""
    country = asked.country
    if asked.sold_price is not None or country is None or country.fuel != asked.fuel.name:
        return asked.sold_says or "the price given", asked.sold_price
    for name, price in country.price.items():
        return name.replace("_", " "), price
    return "", None
