"""Data packs of countries: what is on record of plants, electricity, exports and limits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coalface.energy.facts.events import SanctionEvent, sanction_events
from coalface.energy.limits import Limit, LimitKind
from coalface.energy.pack_file import Table, open_pack, pack_path
from coalface.energy.parameter import Parameter

__all__ = ["CountryPack", "Plant", "Rival", "load_country", "read_limit"]

_POWER: Final = ("MW", 0.0, 1e7)
_ENERGY: Final = ("MWh", 0.0, 1e12)
_MASS: Final = ("t", 0.0, 1e11)
_PRICE: Final = ("USD/t", 0.0, 1e6)
_SHARE: Final = ("1", 0.0, 1.0)
_COUNT: Final = ("1", 0.0, 1e12)
_HASHRATE: Final = ("H/s", 0.0, 1e24)
_RATE: Final = ("bit/s", 0.0, 1e18)
_RATE_OF_ONE: Final = ("bit/s", 1e-3, 1e18)
_PART: Final = ("1", 0.0, 0.999)

LIMIT_FIGURES: Final[Mapping[str, dict[str, tuple[str, float, float]]]] = {
    "fuel": {"amount": _MASS},
    "plant": {"power": _POWER, "capacity_factor": _SHARE, "share": _SHARE},
    "generation": {"energy": _ENERGY, "share": _SHARE},
    "machines": {"count": _COUNT, "hashrate": _HASHRATE},
    "uplink": {"rate": _RATE, "per_machine": _RATE_OF_ONE, "hashrate": _HASHRATE},
    "network_share": {"share": _PART},
}
"""Figures that each kind of limit needs, with unit, lowest and highest value."""
_OF_A_STRETCH: Final = ("fuel", "generation")


@dataclass(frozen=True)
class Plant:
    """A power plant: its fuel (name of a pack) and its power in MW."""

    name: str
    title: str
    fuel: str
    power: Parameter


@dataclass(frozen=True)
class Rival:
    """Another explanation of every finding about this country."""

    name: str
    text: str
    source: str


@dataclass(frozen=True)
class CountryPack:
    """What is on record of a country.

    Attributes
    ----------
    name
        ISO 3166 code in lower case: the name of the file.
    title
        Its name.
    fuel
        Name of the fuel pack that the case is about.
    plants
        Power plants, MW.
    capacity
        Power by name, MW, as several sources give it; they contradict each other.
    capacity_factor
        Mean share of the capacity that was used, by the same names.
    generation
        Electricity of a year in MWh, by source (``coal``, ``hydro``) and year.
    exports
        Fuel sold abroad or allowed to be, t, by name: ``reference`` is a year without a cap.
    unsold
        Fuel that can have been left over, t, by period in words.
    price
        What the fuel fetched abroad, USD/t, by name.
    limits
        What can limit a miner, by kind.
    rivals
        Other explanations.
    events
        Dated sanctions: those of the file, else those of the table for this country.
    digest
        SHA-256 of the file, in hexadecimal.
    """

    name: str
    title: str
    fuel: str
    plants: tuple[Plant, ...]
    capacity: Mapping[str, Parameter]
    capacity_factor: Mapping[str, Parameter]
    generation: Mapping[str, Mapping[int, Parameter]]
    exports: Mapping[str, Parameter]
    unsold: Mapping[str, Parameter]
    price: Mapping[str, Parameter]
    limits: Mapping[str, Limit]
    rivals: tuple[Rival, ...]
    events: tuple[SanctionEvent, ...]
    digest: str


def load_country(name_or_path: str | Path) -> CountryPack:
    """What is on record of a country (``kp``) in the shipped pack or the user's file: MW, MWh, t, USD/t.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If there is no such pack, or the file is none; the message names the key.
    UnitError
        If a number has a wrong unit or is out of range.
    """
    path = pack_path(name_or_path, "countries")
    top, digest = open_pack(path)
    pack = CountryPack(
        path.stem,
        top.text("title"),
        top.text("fuel"),
        tuple(_plant(each) for each in top.tables("plants")),
        _named(top.table("capacity"), _POWER),
        _named(top.table("capacity_factor"), _SHARE),
        {source: _by_year(years) for source, years in top.table("generation").entries()},
        _named(top.table("exports"), _MASS),
        _named(top.table("unsold"), _MASS),
        _named(top.table("price"), _PRICE),
        {kind: _limit(kind, entry) for kind, entry in top.table("limits").entries()},
        tuple(_rival(each) for each in top.tables("rivals")),
        _events(path.stem, top.tables("events")),
        digest,
    )
    top.finish()
    return pack


def _named(table: Table, bounds: tuple[str, float, float]) -> dict[str, Parameter]:
    """Parameters of one unit, under any names."""
    return {name: entry.parameter(name, *bounds) for name, entry in table.entries()}


def _by_year(table: Table) -> dict[int, Parameter]:
    found = {}
    for year, entry in table.entries():
        if not re.fullmatch(r"(19|20)\d\d", year):
            raise table.error(year, "a year from 1900 to 2099 is allowed")
        found[int(year)] = entry.parameter("generation", *_ENERGY)
    return found


def _plant(table: Table) -> Plant:
    found = Plant(
        table.text("name"),
        table.text("title"),
        table.text("fuel"),
        table.table("power").parameter("power", *_POWER),
    )
    table.finish()
    return found


def _rival(table: Table) -> Rival:
    found = Rival(table.text("name"), table.text("text"), table.text("source"))
    table.finish()
    return found


def _limit(kind: str, table: Table) -> Limit:
    if kind in _OF_A_STRETCH:
        raise table.error(
            "says",
            f"{kind!r} depends on the days that are asked about: state it in a scenario; a country's"
            " electricity goes by year into `[generation.FUEL.YEAR]`",
        )
    allowed = tuple(name for name in LIMIT_FIGURES if name not in _OF_A_STRETCH)
    return read_limit(kind, table, allowed)


def read_limit(kind: str, table: Table, allowed: Collection[str]) -> Limit:
    """The limit that a table states, with all its figures or the reason why there are none.

    Parameters
    ----------
    kind
        Name of the kind.
    table
        ``says``, and either ``figures`` or ``unavailable``.
    allowed
        Kinds that may stand here.

    Raises
    ------
    FactsError
        If the kind is not allowed, or figures are missing.
    """
    if kind not in allowed:
        raise table.error("says", f"no limit is called {kind[:40]!r}; allowed are {', '.join(allowed)}")
    says, why = table.text("says"), table.text("unavailable", default="")
    figures = table.table("figures").parameters(LIMIT_FIGURES[kind])
    missing = [name for name in LIMIT_FIGURES[kind] if name not in figures]
    if why and figures:
        raise table.error("unavailable", "a limit with figures is available")
    if missing and not why:
        raise table.error(
            "figures", f"`{missing[0]}` is missing; or say under `unavailable` why there is none"
        )
    table.finish()
    return Limit(LimitKind(kind), says, figures, why)


def _events(country: str, tables: list[Table]) -> tuple[SanctionEvent, ...]:
    """Events of the file, else those of the table for this country."""
    if not tables:
        return tuple(event for event in sanction_events() if event.country == country)
    events = []
    for table in tables:
        date, text, source = table.text("date"), table.text("text"), table.text("source")
        try:
            events.append(SanctionEvent.on(country, date, text, source))
        except ValueError:
            raise table.error("date", "a day, month or year such as 2017-09-05 is allowed") from None
        table.finish()
    return tuple(sorted(events, key=lambda event: (event.first_day, event.date)))
