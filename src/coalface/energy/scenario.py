"""Scenarios: a question with all its inputs in one TOML file, which anybody can run again.

Its tables are explained in `docs/energy.md`. Like a data pack, the file is hostile input: bounded, and every
key that is not known is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from coalface.energy.amount import UNITS, Amount, AmountKind, read_amount
from coalface.energy.answer import Question
from coalface.energy.asking import Asked, question_of
from coalface.energy.assemble import Fleet
from coalface.energy.calendar import Calendar
from coalface.energy.country import LIMIT_FIGURES, CountryPack, load_country, read_limit
from coalface.energy.facts import Machine, machine
from coalface.energy.limits import Limit
from coalface.energy.pack import FuelPack, SitePack, input_units, load_fuel, load_site
from coalface.energy.pack_file import MAX_PACK_BYTES, Table, open_pack, pack_path
from coalface.energy.parameter import Parameter
from coalface.energy.quantity import quantity
from coalface.energy.result import Event, Finding, Rival
from coalface.prices.csv_file import read_bounded

__all__ = ["Scenario", "list_scenarios", "load_scenario", "scenario_text"]

_FOLDER: Final = "scenarios"
_MOST: Final = 1e18
_MOST_BLOCKS: Final = 10**9


@dataclass(frozen=True)
class Scenario:
    """A scenario as its file states it.

    Attributes
    ----------
    name, title, question
        For people; the name is that of the file.
    first_day, last_day
        UTC days, both included.
    amount
        What is given.
    fuel, kind, plant
        Data pack of the fuel, kind and plant in it (`None`: the pack's default).
    site
        Data pack of the site.
    country
        Data pack of the country, or `None`.
    fleet
        Which machines.
    inputs
        Inputs that stand in the place of the packs'.
    limits
        Limits that stand in the place of the country's, by kind.
    unattributed_blocks
        Blocks that are not reliably attributed to somebody else, and who counted them; `None` if unknown.
    sold_says, sold_price
        What the fuel sells for.
    events, findings, rivals
        Of the file.
    contains_miner
        Whether the difficulty contains him; `None` for what fits the amount.
    n_draws, seed
        Of the Monte Carlo.
    digest
        SHA-256 of the file, in hexadecimal.
    """

    name: str
    title: str
    question: str
    first_day: np.datetime64
    last_day: np.datetime64
    amount: Amount
    fuel: FuelPack
    kind: str | None
    plant: str | None
    site: SitePack
    country: CountryPack | None
    fleet: Fleet
    inputs: dict[str, Parameter]
    limits: tuple[Limit, ...]
    unattributed_blocks: tuple[int, str] | None
    sold_says: str
    sold_price: Parameter | None
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    rivals: tuple[Rival, ...]
    contains_miner: bool | None
    n_draws: int
    seed: int
    digest: str

    def ask(self, calendar: Calendar) -> Question:
        """The question of the scenario over a calendar of its days."""
        count, source = self.unattributed_blocks or (None, "")
        return question_of(
            Asked(
                amount=self.amount,
                calendar=calendar,
                fuel=self.fuel,
                site=self.site,
                country=self.country,
                kind=self.kind,
                plant=self.plant,
                fleet=self.fleet,
                inputs=tuple(self.inputs.values()),
                limits=self.limits,
                sold_price=self.sold_price,
                sold_says=self.sold_says,
                unattributed_blocks=count,
                unattributed_source=source,
                contains_miner=self.contains_miner,
                events=self.events,
                findings=self.findings,
                rivals=self.rivals,
                name=self.name,
                title=self.title,
                question=self.question,
                n_draws=self.n_draws,
                seed=self.seed,
            )
        )


def list_scenarios() -> tuple[tuple[str, str], ...]:
    """Name and title of every scenario that is shipped."""
    folder = Path(__file__).parent / "packs" / _FOLDER
    return tuple((path.stem, open_pack(path)[0].text("title")) for path in sorted(folder.glob("*.toml")))


def scenario_text(name_or_path: str | Path) -> str:
    """Text of a scenario's file, to be copied and changed; errors as of `load_scenario`."""
    return read_bounded(pack_path(name_or_path, _FOLDER), MAX_PACK_BYTES).decode("utf-8-sig")


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The scenario of a name that is shipped, or of the user's file.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If there is no such scenario, or the file is none; the message names the key.
    UnitError
        If a number has a wrong unit or is out of range.
    """
    path = pack_path(name_or_path, _FOLDER)
    top, digest = open_pack(path)
    fuel_table, machines_table, window = top.table("fuel"), top.table("machines"), top.table("window")
    fuel = load_fuel(fuel_table.text("pack"))
    site = load_site(_text(machines_table, "site") or "site")
    country = _text(top, "country")
    sold = top.table("sold")
    scenario = Scenario(
        name=path.stem,
        title=top.text("title"),
        question=top.text("question"),
        first_day=_day(window, "from"),
        last_day=_day(window, "to"),
        amount=_amount(top, fuel),
        fuel=fuel,
        kind=_text(fuel_table, "kind"),
        plant=_text(fuel_table, "plant"),
        site=site,
        country=None if country is None else load_country(country),
        fleet=_fleet(machines_table, site),
        inputs=top.table("inputs").parameters(input_units(fuel.fuel_unit)),
        limits=tuple(read_limit(kind, entry, LIMIT_FIGURES) for kind, entry in top.table("limits").entries()),
        unattributed_blocks=_blocks(top.table("unattributed_blocks")),
        sold_says=sold.text("says", default=""),
        sold_price=_price(sold, fuel),
        events=tuple(_event(each) for each in top.tables("event")),
        findings=tuple(_finding(each) for each in top.tables("finding")),
        rivals=tuple(_rival(each) for each in top.tables("rival")),
        contains_miner=_truth(window, "difficulty_contains_miner"),
        n_draws=_integer(top, "draws", 100_000, 1, 1_000_000),
        seed=_integer(top, "seed", 1, 0, 2**63 - 1),
        digest=digest,
    )
    for table in (fuel_table, machines_table, window, sold, top):
        table.finish()
    return scenario


def _amount(top: Table, fuel: FuelPack) -> Amount:
    """What is given: one text, or a table with unit, source and standing."""
    if isinstance(top.peek("amount"), str):
        return read_amount(top.text("amount"), fuel.fuel_unit)
    table = top.table("amount")
    kind_name = table.text("is")
    kinds = {kind.value: kind for kind in AmountKind if kind is not AmountKind.BLOCKS}
    if kind_name not in kinds:
        raise table.error("is", f"allowed are {', '.join(kinds)}")
    kind = kinds[kind_name]
    unit = fuel.fuel_unit if kind is AmountKind.FUEL else UNITS[kind]
    if unit is None:
        raise table.error("is", f"the pack `{fuel.name}` counts no fuel")
    return Amount(kind, table.parameter("amount", unit, 0.0, _MOST))


def _fleet(table: Table, site: SitePack) -> Fleet:
    """Machines: of the market, of the site's pack, or named models."""
    use = table.text("use", default="market")
    electricity = _text(table, "electricity_price")
    price = (
        None
        if electricity is None
        else quantity(electricity, "USD/kWh", name="electricity_price", high=100.0)
    )
    models: dict[Machine, float] = {}
    for name, part in table.numbers("models").items():
        models[machine(name)] = part
    if models and use != "models":
        raise table.error("models", 'these machines need `use = "models"`')
    if price is not None and use != "market":
        raise table.error("electricity_price", 'this price chooses machines of the market: `use = "market"`')
    if use == "models" and models:
        return Fleet(models=models)
    if use == "site" and "machine_efficiency" in site.parameters:
        return Fleet(efficiency=site.parameters["machine_efficiency"])
    if use != "market" or models:
        raise table.error("use", "market, site or models (with a table of that name) is allowed")
    return Fleet(electricity_usd_per_kwh=price)


def _blocks(table: Table) -> tuple[int, str] | None:
    """Blocks that nobody is known to have found."""
    if not table.has("count"):
        table.finish()
        return None
    found = _integer(table, "count", 0, 0, _MOST_BLOCKS), table.text("source")
    table.finish()
    return found


def _price(sold: Table, fuel: FuelPack) -> Parameter | None:
    """Price of a unit of the fuel."""
    if not sold.has("price"):
        return None
    return sold.table("price").parameter("sold_price", f"USD/{fuel.fuel_unit or 'MWh'}", 0.0, 1e9)


_DATE: Final = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2])(-\d{2})?)?")


def _date(table: Table) -> str:
    """Date as ``2017-09-05``, ``2017-09`` or ``2017``."""
    value = table.take("date")
    written = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    try:
        if isinstance(written, str) and _DATE.fullmatch(written):
            np.datetime64(written, "D")
            return written
    except ValueError:
        pass
    raise table.error("date", "a day, month or year such as 2017-09-05, 2017-09 or 2017 is allowed")


def _event(table: Table) -> Event:
    written = _date(table)
    found = Event(
        np.datetime64(written, "D"),
        len(written) == len("2017-09"),
        table.text("says"),
        table.text("source"),
        is_year=len(written) == len("2017"),
    )
    table.finish()
    return found


def _finding(table: Table) -> Finding:
    found = Finding(table.text("says"), table.text("source"), _date(table))
    table.finish()
    return found


def _rival(table: Table) -> Rival:
    found = Rival(table.text("says"), table.text("source"))
    table.finish()
    return found


def _day(table: Table, key: str) -> np.datetime64:
    value: Any = table.take(key)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise table.error(key, "a date such as 2017-09-01, without quotes, is needed")
    return np.datetime64(value, "D")


def _text(table: Table, key: str) -> str | None:
    return table.text(key) if table.has(key) else None


def _truth(table: Table, key: str) -> bool | None:
    value = table.take(key)
    if value is not None and not isinstance(value, bool):
        raise table.error(key, "true or false is allowed")
    return value


def _integer(table: Table, key: str, default: int, low: int, high: int) -> int:
    value = table.take(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise table.error(key, f"a whole number from {low:,} to {high:,} is allowed")
    return value
