"""Hash rate, power and fuel behind dated payouts, each taken as the pay of the days since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.energy.amount import Amount, AmountKind
from coalface.energy.asking import Asked, question_of
from coalface.energy.calendar import Calendar
from coalface.energy.distribution import Fixed
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.sampling import Spread, draw, spread_of
from coalface.energy.setting import run
from coalface.errors import UsageError
from coalface.prices.csv_file import read_csv, refused

__all__ = ["Payout", "PayoutSpan", "behind_payouts", "read_payouts"]

Floats = NDArray[np.float64]
_MOST_BTC = 21e6


@dataclass(frozen=True)
class Payout:
    """Coin that arrived on a UTC day, BTC."""

    day: np.datetime64
    btc: float


@dataclass(frozen=True)
class PayoutSpan:
    """Days that one payout pays for, or all of them together.

    Attributes
    ----------
    first_day, last_day
        UTC days, both included.
    btc
        What was paid, BTC.
    hashrate_hs, mean_power_mw, energy_mwh
        Behind it; `None` if it is not below all rewards of the days.
    fuel
        Fuel in its unit *if* the power came from that fuel; `None` without a fuel.
    """

    first_day: np.datetime64
    last_day: np.datetime64
    btc: float
    hashrate_hs: Spread | None
    mean_power_mw: Spread | None
    energy_mwh: Spread | None
    fuel: Spread | None


def read_payouts(path: str | Path) -> tuple[Payout, ...]:
    """Payouts of a CSV file with the columns ``date`` and ``btc``, by day; those of one day are added up.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such file, or a day comes before the one above it.
    """
    file = read_csv(Path(path), required=("date", "btc"))
    found: list[Payout] = []
    for row in file.rows:
        day, btc = row.day("date"), row.number("btc", 0.0, _MOST_BTC)
        if found and day < found[-1].day:
            raise row.error("date", "days must rise from line to line")
        if found and day == found[-1].day:
            found[-1] = replace(found[-1], btc=found[-1].btc + btc)
        else:
            found.append(Payout(day, btc))
    if not found:
        raise refused(
            Path(path), "no payout", code="facts_table", hint="write `date,btc` and a line a payout"
        )
    return tuple(found)


def behind_payouts(
    payouts: Sequence[Payout], first_day: np.datetime64, asked: Asked
) -> tuple[PayoutSpan, ...]:
    """What stands behind each payout, then all of them together as the last span.

    Parameters
    ----------
    payouts
        By day.
    first_day
        UTC day from which the first one pays.
    asked
        Fuel, site, machines, draws; its calendar reaches from `first_day` to the last payout. Its amount
        plays no part.

    Raises
    ------
    UsageError
        If the first payout comes before `first_day`.

    Notes
    -----
    Wrong where a pool pays late (thresholds, pay-per-last-n-shares): then coin of earlier days counts for
    later ones; the sum suffers less than the single spans. A draw has the same plant and machines in all
    spans, so that the sum is taken draw by draw.
    """
    if payouts[0].day < first_day:
        raise UsageError(
            f"the first payout, of {payouts[0].day}, comes before {first_day}",
            code="usage_days",
            hint="--from is the first day that is paid for",
        )
    spans, start = [], first_day
    energy, fuel, seconds = _zeros(asked), _zeros(asked), 0.0
    work = _zeros(asked)
    has_fuel = asked.fuel.fuel_unit is not None
    for payout in payouts:
        calendar = _between(asked.calendar, start, payout.day)
        part = Parameter("amount", "BTC", Fixed(payout.btc), Standing.GIVEN, "payout")
        setting = question_of(
            replace(asked, calendar=calendar, amount=Amount(AmountKind.REWARD, part))
        ).setting
        outcome = run(setting, draw(setting.inputs(), asked.n_draws, asked.seed, setting.correlations))
        mined = outcome.mined
        spans.append(
            PayoutSpan(
                start,
                payout.day,
                payout.btc,
                _spread(mined.hashrate_hs),
                _spread(mined.mean_power_mw),
                _spread(mined.energy_mwh),
                _spread(outcome.fuel),
            )
        )
        seconds += calendar.total_seconds
        energy = energy + mined.energy_mwh
        work = work + mined.hashrate_hs * calendar.total_seconds
        fuel = fuel + outcome.fuel if outcome.fuel is not None else fuel
        start = payout.day + np.timedelta64(1, "D")
    whole = PayoutSpan(
        first_day,
        payouts[-1].day,
        sum(payout.btc for payout in payouts),
        _spread(work / seconds),
        _spread(energy / (seconds / 3600)),
        _spread(energy),
        _spread(fuel) if has_fuel else None,
    )
    return (*spans, whole)


def _zeros(asked: Asked) -> Floats:
    """Nothing, one value a draw."""
    return np.zeros(asked.n_draws)


def _between(calendar: Calendar, first: np.datetime64, last: np.datetime64) -> Calendar:
    """Days of a calendar from `first` to `last`."""
    days = (calendar.start_day >= first) & (calendar.start_day <= last)
    columns = ("start_day", "seconds", "n_blocks", "difficulty", "subsidy_btc", "fees_btc", "price_usd")
    return replace(calendar, **{name: getattr(calendar, name)[days] for name in columns})


def _spread(values: Floats | None) -> Spread | None:
    """Spread of draws that are all possible."""
    if values is None or not np.isfinite(values).all():
        return None
    return spread_of(values)
