"""Which machines: the market of a day, or named models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coalface.energy.distribution import Triangular
from coalface.energy.facts.machines import Machine
from coalface.errors import UsageError

__all__ = ["fleet_efficiency_j_per_th", "market_efficiency_j_per_th"]

_AGE_MONTHS = 60
"""Models older than five years are scrap: the age limit of Cambridge's index (CBECI code, v1.3.1)."""


def market_efficiency_j_per_th(
    day: np.datetime64, machines: Sequence[Machine], *, breakeven_j_per_th: float | None = None
) -> Triangular:
    """Efficiency in J/TH of the machines that ran on a day, as Cambridge's index reckons it.

    Lowest: the best model on sale. Highest: the worst one that was still profitable. Between them, most
    likely: the mean of all profitable models, of which none is older than five years.

    Parameters
    ----------
    day
        UTC day.
    machines
        Models with their release month.
    breakeven_j_per_th
        Efficiency beyond which electricity costs more than is earned; every model counts if `None`.

    Raises
    ------
    UsageError
        If no model was on sale, or none profitable.

    Notes
    -----
    Every model counts once, whatever the number sold: nobody publishes that. Source: Cambridge Bitcoin
    Electricity Consumption Index, code of the calculator.
    """
    month = day.astype("datetime64[M]")
    ages = {each: int((month - each.release_month).astype(int)) for each in machines}
    on_sale = [each for each, age in ages.items() if 0 <= age <= _AGE_MONTHS]
    running = [
        each.efficiency_j_per_th
        for each in on_sale
        if breakeven_j_per_th is None or each.efficiency_j_per_th <= breakeven_j_per_th
    ]
    if not running:
        what = (
            "was on sale"
            if not on_sale
            else f"earned its electricity (at most {breakeven_j_per_th:.4g} J/TH)"
        )
        raise UsageError(
            f"no machine of the table {what} on {day}",
            code="usage_fleet",
            hint="name the efficiency yourself, e.g. --efficiency '98 J/TH'",
            context={"day": str(day)},
        )
    return Triangular(min(running), sum(running) / len(running), max(running))


def fleet_efficiency_j_per_th(shares: Mapping[Machine, float], first_day: np.datetime64) -> float:
    """Efficiency in J/TH of a fleet of named models: the mean over its hash rate.

    Parameters
    ----------
    shares
        Model to its part of the fleet's hash rate; the parts are divided by their sum.
    first_day
        Day from which the fleet runs.

    Raises
    ------
    UsageError
        If a model was released after that day, there is no model, or a part is not above 0.
    """
    if not shares or not all(np.isfinite(part) and part > 0 for part in shares.values()):
        raise UsageError("a fleet needs at least one machine, each with a part above 0", code="usage_fleet")
    month = first_day.astype("datetime64[M]")
    for machine in shares:
        if machine.release_month > month:
            raise UsageError(
                f"machine `{machine.model}` was released in {machine.release_month},"
                f" the fleet runs from {first_day}",
                code="usage_fleet",
                hint="take a later day or a machine on sale then: `coalface energy facts machines`",
                context={"machine": machine.model, "released": str(machine.release_month)},
            )
    total = sum(shares.values())
    return sum(machine.efficiency_j_per_th * part for machine, part in shares.items()) / total
