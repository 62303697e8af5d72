"""Putting a question together: packs, machines, calendar, and what the user overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from coalface.energy.amount import Amount, AmountKind
from coalface.energy.breakeven import breakeven_efficiency_j_per_th, usd_per_th_day
from coalface.energy.calendar import Calendar
from coalface.energy.country import CountryPack
from coalface.energy.distribution import Fixed, Uniform
from coalface.energy.facts import Machine, machines
from coalface.energy.fleet import fleet_efficiency_j_per_th, market_efficiency_j_per_th
from coalface.energy.limits import Limit, LimitKind, blocks_parameter
from coalface.energy.pack import FuelPack, SitePack
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.result import Event, Rival
from coalface.energy.sampling import draw
from coalface.energy.setting import Market, Setting
from coalface.errors import FactsError, UsageError

__all__ = ["Fleet", "country_events", "country_limits", "country_rivals", "make_setting", "most_blocks"]

_CBECI = "Cambridge CBECI: best model on sale, mean and worst of those that paid, none older than five years"


@dataclass(frozen=True)
class Fleet:
    """Which machines; at most one of the three, the market if none.

    Attributes
    ----------
    efficiency
        Efficiency, J/TH.
    models
        Models, each with its part of the hash rate.
    electricity_usd_per_kwh
        For the market: only machines that earned their electricity at this price ran; at that of the packs if
        `None`, and without that all of them.
    is_price_of_pack
        Whether that price is the pack's: then times without a price of bitcoin take all machines.
    """

    efficiency: Parameter | None = None
    models: Mapping[Machine, float] = field(default_factory=dict)
    electricity_usd_per_kwh: float | None = None
    is_price_of_pack: bool = False


def make_setting(
    amount: Amount,
    calendar: Calendar,
    fuel: FuelPack,
    site: SitePack,
    *,
    kind: str | None = None,
    plant: str | None = None,
    fleet: Fleet | None = None,
    overrides: Mapping[str, Parameter] | None = None,
    contains_miner: bool | None = None,
    known_machines: tuple[Machine, ...] | None = None,
) -> Setting:
    """The setting of a question.

    Parameters
    ----------
    amount
        What is given.
    calendar
        Days of the stretch.
    fuel, site
        Data packs.
    kind, plant
        Kind of fuel and of plant; the pack's default if `None`.
    fleet
        Which machines.
    overrides
        Inputs that stand in the place of the packs', by name.
    contains_miner
        Whether the calendar's difficulty contains him; if `None`, it does for a measured amount (hash rate,
        coin, blocks), and does not for fuel and power.
    known_machines
        Table of machines; the built-in one if `None`.

    Raises
    ------
    UsageError
        If an override names no input, or no machine was on sale.
    FactsError
        If the packs have no such kind or plant.
    """
    if amount.kind is AmountKind.BLOCKS:
        amount = _rate_of_blocks(amount, calendar)
        if contains_miner is False:
            raise UsageError(
                "found blocks were counted under the difficulty in force, which contains him",
                code="usage_network",
                hint="leave out --network-without-him",
            )
    fleet = fleet or Fleet()
    found = dict(fuel.parameters(kind, plant))
    found |= {name: each for name, each in site.parameters.items() if name != "machine_efficiency"}
    if amount.kind is AmountKind.BLOCKS:
        found["pool_fee"] = Parameter("pool_fee", "1", Fixed(0.0), Standing.GIVEN, "blocks found alone")
    price = found.pop("electricity_price", None)
    if fleet.electricity_usd_per_kwh is None and price is not None:
        fleet = replace(fleet, electricity_usd_per_kwh=price.distribution.mode, is_price_of_pack=True)
    if fuel.fuel_unit is not None:
        found.pop("co2_intensity", None)  # its carbon dioxide is that of the fuel
    found.setdefault("own_use", Parameter("own_use", "1", Fixed(0.0), Standing.GIVEN, "no plant is counted"))
    market = None
    if fleet.efficiency is not None:
        found["machine_efficiency"] = fleet.efficiency
    elif fleet.models:
        found["machine_efficiency"] = _of_models(fleet.models, calendar)
    else:
        market = _market(calendar, fleet, known_machines or machines())
        found["market_place"] = _market_place(market, fleet)
    for name, each in (overrides or {}).items():
        if name not in found:
            raise UsageError(
                f"no input is called `{name[:40]}` here",
                code="usage_input",
                hint=f"there are {', '.join(sorted(found.keys() - {'market_place'}))};"
                " machines are chosen by --machine or --efficiency",
                context={"input": name[:40]},
            )
        found[name] = replace(each, name=name)
    pairs = tuple(
        each for each in (*fuel.correlations, *site.correlations) if each.a in found and each.b in found
    )
    try:
        draw({name: found[name] for each in pairs for name in (each.a, each.b)}, 1, 0, pairs)
    except ValueError as error:
        raise FactsError(str(error), code="facts_correlation", hint="mend the data packs") from error
    contains = amount.kind.is_measured if contains_miner is None else contains_miner
    return Setting(calendar, amount, found, pairs, market, contains)


def most_blocks(calendar: Calendar) -> int:
    """More blocks than came in the stretch, even by luck: its blocks and six standard deviations."""
    n_blocks = float(calendar.n_blocks.sum())
    return int(n_blocks + 6 * n_blocks**0.5)


def _rate_of_blocks(amount: Amount, calendar: Calendar) -> Amount:
    """Blocks as what they say of the hash rate that found them."""
    n_blocks = int(amount.parameter.distribution.mode)
    if n_blocks > most_blocks(calendar):
        raise UsageError(
            f"{n_blocks:,} blocks: all miners found about {calendar.n_blocks.sum():,.0f} in this time",
            code="usage_blocks",
            context={"blocks": n_blocks},
        )
    rate = blocks_parameter(n_blocks, calendar, amount.parameter.source)
    return Amount(amount.kind, replace(rate, note=f"{n_blocks} block{'' if n_blocks == 1 else 's'}"))


def _market_place(market: Market, fleet: Fleet) -> Parameter:
    """Where between the best and the worst machine of the market the fleet stands."""
    first, last = market.by_period[0], market.by_period[-1]
    note = (
        f"from {first.low:.3g} to {first.high:.3g} J/TH at first, {last.low:.3g} to {last.high:.3g} at last"
    )
    if fleet.electricity_usd_per_kwh:
        note += f"; of those that earned electricity of {fleet.electricity_usd_per_kwh:g} USD/kWh"
    return Parameter("market_place", "1", Uniform(0.0, 1.0), Standing.ASSUMED, _CBECI, note)


def _of_models(models: Mapping[Machine, float], calendar: Calendar) -> Parameter:
    """Efficiency of a fleet of named models."""
    efficiency = fleet_efficiency_j_per_th(models, calendar.start_day[0])
    names = ", ".join(machine.model for machine in models)
    sources = "; ".join(dict.fromkeys(machine.source for machine in models))
    return Parameter("machine_efficiency", "J/TH", Fixed(efficiency), Standing.SOURCED, f"{names}: {sources}")


def _market(calendar: Calendar, fleet: Fleet, known: tuple[Machine, ...]) -> Market:
    """Machines of the market in every period of one difficulty."""
    periods = calendar.by_difficulty()
    limits: list[float | None] = [None] * len(periods)
    if fleet.electricity_usd_per_kwh:
        limits = _reach(calendar, fleet.electricity_usd_per_kwh)
        if None in limits and not fleet.is_price_of_pack:
            raise UsageError(
                "without prices of bitcoin nobody can say which machines earned their electricity",
                code="usage_fleet",
                hint="bring daily prices with --prices, or leave the price of electricity out",
            )
    return Market(
        tuple(
            market_efficiency_j_per_th(day, known, breakeven_j_per_th=limit)
            for day, limit in zip(periods.start_day, limits, strict=True)
        )
    )


def _reach(calendar: Calendar, usd_per_kwh: float) -> list[float | None]:
    """Break-even efficiency in J/TH of every period, over its days with a price; `None` without one."""
    starts = calendar.by_difficulty().start_day
    period_of = np.searchsorted(starts, calendar.start_day, side="right") - 1
    earned = usd_per_th_day(calendar.difficulty, calendar.reward_per_block_btc, calendar.price_usd)
    found: list[float | None] = []
    for period in range(len(starts)):
        known = earned[(period_of == period) & np.isfinite(earned)]
        mean = float(known.mean()) if len(known) else None
        found.append(None if mean is None else float(breakeven_efficiency_j_per_th(mean, usd_per_kwh)))
    return found


def country_limits(country: CountryPack, fuel: FuelPack, calendar: Calendar) -> tuple[Limit, ...]:
    """What is on record to limit a miner of that country in the stretch.

    Limits of plants and fuel count only if they are those of `fuel`; electricity on record is that from it.
    """
    of_fuel = (LimitKind.FUEL, LimitKind.PLANT, LimitKind.GENERATION)
    limits = {
        each.kind: each
        for each in country.limits.values()
        if fuel.name == country.fuel or each.kind not in of_fuel
    }
    if fuel.name in country.generation and LimitKind.GENERATION not in limits:
        limits[LimitKind.GENERATION] = _generation(country, fuel.name, calendar)
    return tuple(limits[kind] for kind in LimitKind if kind in limits)


def country_events(country: CountryPack, calendar: Calendar) -> tuple[Event, ...]:
    """Dated sanctions, those of the stretch and of the year before it."""
    first, last = calendar.start_day[0] - np.timedelta64(366, "D"), calendar.start_day[-1]
    return tuple(
        Event(
            each.first_day,
            each.precision == "month",
            each.text,
            each.source,
            is_year=each.precision == "year",
        )
        for each in country.events
        if first <= each.first_day <= last
    )


def country_rivals(country: CountryPack | None, fuel: FuelPack) -> tuple[Rival, ...]:
    """Other explanations of the same hash rate."""
    own = tuple(Rival(each, f"data pack `{fuel.name}`") for each in fuel.rivals)
    known = () if country is None else country.rivals
    return (*own, *(Rival(each.text, each.source) for each in known))


def _generation(country: CountryPack, fuel: str, calendar: Calendar) -> Limit:
    """All electricity on record from a fuel, by the days of each year."""
    years = calendar.start_day.astype("datetime64[Y]").astype(int) + 1970
    by_year = country.generation[fuel]
    says = f"all electricity from {fuel} on record, with everything else switched off"
    missing = [str(year) for year in np.unique(years) if int(year) not in by_year]
    if missing:
        return Limit(LimitKind.GENERATION, says, {}, f"no record of {', '.join(missing)}")
    energy_mwh = 0.0
    for year in np.unique(years).tolist():
        days_of_year = 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365
        energy_mwh += by_year[year].distribution.mode * int((years == year).sum()) / days_of_year
    sources = "; ".join(dict.fromkeys(by_year[year].source for year in np.unique(years).tolist()))
    figures = {
        "energy": Parameter("energy", "MWh", Fixed(energy_mwh), Standing.SOURCED, f"{sources}, by days"),
        "share": Parameter("share", "1", Fixed(1.0), Standing.ASSUMED, "a ceiling: all of it"),
    }
    return Limit(LimitKind.GENERATION, says, figures)
