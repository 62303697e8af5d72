"""Data packs of fuels and of mining sites: what is burnt, in what kind of plant, and what a site needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from coalface.energy.pack_file import Table, open_pack, pack_path
from coalface.energy.parameter import Parameter
from coalface.energy.sampling import Correlation
from coalface.errors import FactsError

__all__ = [
    "INPUT_UNITS",
    "FuelPack",
    "PackInfo",
    "SitePack",
    "Variant",
    "input_units",
    "list_packs",
    "load_fuel",
    "load_site",
]

Units = dict[str, tuple[str, float, float]]

_PLANT: Final[Units] = {"plant_efficiency": ("1", 0.01, 0.99), "own_use": ("1", 0, 0.99)}
_SUPPLY: Final[Units] = {
    "grid_loss": ("1", 0, 0.99),
    "co2_intensity": ("g/kWh", 0, 5000),
    "electricity_price": ("USD/kWh", 0, 100),
}
_SITE: Final[Units] = {
    "pue": ("1", 1, 10),
    "uptime": ("1", 0.001, 1),
    "pool_fee": ("1", 0, 0.99),
    "machine_efficiency": ("J/TH", 5, 20e6),
    "electricity_price": ("USD/kWh", 0, 100),
}
_KIND_BY_FUEL_UNIT: Final[dict[str, Units]] = {
    "t": {"heating_value": ("GJ/t", 1, 60), "co2_factor": ("kg/TJ", 0, 200_000)},
    "m3": {"heating_value": ("GJ/m3", 0.001, 0.2), "co2_factor": ("kg/TJ", 0, 200_000)},
}
INPUT_UNITS: Final[Units] = {
    **_SITE,
    **_PLANT,
    "grid_loss": _SUPPLY["grid_loss"],
    "co2_intensity": _SUPPLY["co2_intensity"],
    "heating_value": ("GJ/t", 1, 60),
    "co2_factor": ("kg/TJ", 0, 200_000),
}
"""Every input that a question can have, with its unit, lowest and highest value; that of a fuel in tonnes."""


def input_units(fuel_unit: str | None) -> Units:
    """`INPUT_UNITS` for a fuel that is counted in `fuel_unit`."""
    return {**INPUT_UNITS, **_KIND_BY_FUEL_UNIT.get(fuel_unit or "", {})}


@dataclass(frozen=True)
class Variant:
    """A kind of the fuel, or a kind of plant.

    Attributes
    ----------
    title
        What it is, in words.
    parameters
        Its inputs by name.
    """

    title: str
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True)
class FuelPack:
    """Where electricity comes from.

    Attributes
    ----------
    name
        Name of the pack: that of its file.
    title
        What it is, in words.
    fuel_unit
        Unit in which the fuel is counted, ``t`` or ``m3``; `None` if none is (water, grid).
    kinds
        Kinds of the fuel by name, each with ``heating_value`` (net, GJ per unit of fuel) and perhaps
        ``co2_factor`` (kg/TJ).
    plants
        Kinds of plant by name, each with ``plant_efficiency`` and ``own_use`` (shares).
    default_kind, default_plant
        Which of them is meant where nothing is said; empty without a fuel.
    supply
        Inputs that all have: ``grid_loss`` (a share), ``co2_intensity`` (g/kWh), ``electricity_price``
        (USD/kWh).
    correlations
        Inputs that move together.
    rivals
        Other explanations that every finding names.
    digest
        SHA-256 of the file, in hexadecimal: which data these are.
    """

    name: str
    title: str
    fuel_unit: str | None
    kinds: Mapping[str, Variant]
    plants: Mapping[str, Variant]
    default_kind: str
    default_plant: str
    supply: Mapping[str, Parameter]
    correlations: tuple[Correlation, ...]
    rivals: tuple[str, ...]
    digest: str

    def parameters(self, kind: str | None = None, plant: str | None = None) -> dict[str, Parameter]:
        """Inputs of one kind of fuel in one kind of plant, by name; each in the unit it carries.

        Parameters
        ----------
        kind, plant
            Names of `kinds` and `plants`; the default ones if `None`.

        Raises
        ------
        FactsError
            If there is no such kind or plant; the hint lists those there are.
        """
        found = dict(self.supply)
        for what, name, default, variants in (
            ("kind", kind, self.default_kind, self.kinds),
            ("plant", plant, self.default_plant, self.plants),
        ):
            wanted = default if name is None else name
            if wanted in variants:
                found.update(variants[wanted].parameters)
            elif wanted:
                raise FactsError(
                    f"the pack `{self.name}` has no {what} {wanted[:40]!r}",
                    code="facts_pack_unknown",
                    hint=f"there are {', '.join(variants)}" if variants else f"it has no {what}s",
                )
        return found


@dataclass(frozen=True)
class SitePack:
    """What a mining site needs: ``pue``, ``uptime``, ``pool_fee`` (shares), ``machine_efficiency`` (J/TH).

    Attributes
    ----------
    name, title
        Name of the pack, and what it is in words.
    parameters
        Inputs by name.
    correlations
        Inputs that move together.
    digest
        SHA-256 of the file, in hexadecimal.
    """

    name: str
    title: str
    parameters: Mapping[str, Parameter]
    correlations: tuple[Correlation, ...]
    digest: str


@dataclass(frozen=True)
class PackInfo:
    """A pack that is shipped."""

    kind: Literal["fuel", "site", "country"]
    name: str
    title: str


def load_fuel(name_or_path: str | Path) -> FuelPack:
    """The fuel of a shipped pack (``coal``), or of the user's file; its inputs carry their units.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If there is no such pack, or the file is none; the message names the key.
    UnitError
        If a number has a wrong unit or is out of range.
    """
    path = pack_path(name_or_path, "fuels")
    top, digest = open_pack(path)
    title = top.text("title")
    fuel_unit = top.text("fuel_unit", default="")
    if fuel_unit and fuel_unit not in _KIND_BY_FUEL_UNIT:
        raise top.error(
            "fuel_unit", f"allowed are {', '.join(_KIND_BY_FUEL_UNIT)}; none, if no fuel is counted"
        )
    kind_units = _KIND_BY_FUEL_UNIT.get(fuel_unit, {})
    kinds = _variants(top.table("kinds"), kind_units, ("heating_value",))
    plants = _variants(top.table("plants"), _PLANT if fuel_unit else {}, ("plant_efficiency", "own_use"))
    default_kind, default_plant = "", ""
    if fuel_unit:
        default_kind = _default(top, "default_kind", kinds)
        default_plant = _default(top, "default_plant", plants)
    elif kinds or plants:
        raise top.error("fuel_unit", "kinds and plants need the unit of the fuel")
    supply = top.table("parameters").parameters(_SUPPLY)
    if "grid_loss" not in supply:
        raise top.error("parameters", "`grid_loss` is missing")
    known = frozenset(kind_units) | frozenset(_PLANT) | frozenset(_SUPPLY) | frozenset(_SITE)
    pack = FuelPack(
        path.stem,
        title,
        fuel_unit or None,
        kinds,
        plants,
        default_kind,
        default_plant,
        supply,
        tuple(each.correlation(known) for each in top.tables("correlation")),
        top.texts("rivals"),
        digest,
    )
    top.finish()
    return pack


def load_site(name_or_path: str | Path = "site") -> SitePack:
    """The inputs of a mining site: of the shipped pack, or of the user's file; they carry their units.

    Raises
    ------
    IoFailure, FactsError, UnitError
        As `load_fuel`.
    """
    path = pack_path(name_or_path, "sites")
    top, digest = open_pack(path)
    title = top.text("title")
    parameters = top.table("parameters").parameters(_SITE)
    for name in ("pue", "uptime", "pool_fee"):
        if name not in parameters:
            raise top.error("parameters", f"`{name}` is missing")
    known = frozenset(_PLANT) | frozenset(_SUPPLY) | frozenset(_SITE)
    correlations = tuple(each.correlation(known) for each in top.tables("correlation"))
    top.finish()
    return SitePack(path.stem, title, parameters, correlations, digest)


def list_packs() -> tuple[PackInfo, ...]:
    """Every pack that is shipped, by kind and name."""
    found = []
    kinds: tuple[tuple[Literal["fuel", "site", "country"], str], ...] = (
        ("country", "countries"),
        ("fuel", "fuels"),
        ("site", "sites"),
    )
    for kind, folder in kinds:
        for path in sorted((Path(__file__).parent / "packs" / folder).glob("*.toml")):
            found.append(PackInfo(kind, path.stem, open_pack(path)[0].text("title")))
    return tuple(found)


def _variants(table: Table, units: Units, needed: tuple[str, ...]) -> dict[str, Variant]:
    """Kinds or plants, each with its title and parameters."""
    found = {}
    for name, entry in table.entries():
        title = entry.text("title")
        parameters = entry.parameters(units)
        for key in needed:
            if key not in parameters:
                raise entry.error(key, "missing")
        found[name] = Variant(title, parameters)
    return found


def _default(top: Table, key: str, variants: Mapping[str, Variant]) -> str:
    """Name of the variant that is meant where nothing is said."""
    name = top.text(key)
    if name not in variants:
        raise top.error(key, f"{name[:40]!r} is none of {', '.join(variants) or 'nothing'}")
    return name
