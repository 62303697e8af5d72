"""The answer in sentences. They say only what the numbers say, and name what is assumed."""

from __future__ import annotations

from coalface.energy.amount import AmountKind
from coalface.energy.figure import people
from coalface.energy.monthly import Paid
from coalface.energy.result import Result
from coalface.energy.sampling import Spread

__all__ = ["amount_words", "headline", "paragraphs", "span"]

_PHS = 1e15


def headline(result: Result) -> str:
    """The answer in one sentence."""
    found = result.outcome
    amount = amount_words(result)
    if found.btc is None or found.energy_mwh is None:
        return f"{amount}: impossible, since it is not below all rewards of the time."
    if result.amount_kind.is_measured:
        fuel = "" if found.fuel is None else f"; {span(found.fuel)} {result.fuel_unit} of {result.fuel_words}"
        rate = "" if result.amount_kind is AmountKind.HASHRATE else f"{span(found.hashrate_hs, _PHS)} PH/s, "
        return f"{amount}: {rate}{span(found.mean_power_mw)} MW on average{fuel}."
    dollars = "" if found.usd is None else f", {_dollars(found.usd)}"
    sold = None if result.alternative is None else result.alternative.usd
    instead = "" if sold is None else f"; sold, {_dollars(sold)}"
    return f"{amount} would have earned {span(found.btc)} BTC{dollars}{instead}."


def amount_words(result: Result) -> str:
    """What is given, in words."""
    known = result.amount.distribution
    value = span(Spread(known.low, known.mode, known.high))
    match result.amount_kind:
        case AmountKind.FUEL:
            return f"{value} {result.fuel_unit} of {result.fuel_words}"
        case AmountKind.ENERGY:
            return f"{value} MWh of electricity"
        case AmountKind.POWER:
            return f"{value} MW of installed power"
        case AmountKind.HASHRATE:
            per_phs = (known.low / _PHS, known.mode / _PHS, known.high / _PHS)
            return f"{span(Spread(*per_phs))} PH/s"
        case AmountKind.REWARD:
            return f"{value} BTC"
        case AmountKind.BLOCKS:
            return result.amount.note


def paragraphs(result: Result) -> list[str]:
    """The answer in a few paragraphs, for people."""
    return [
        text
        for text in (
            _solo(result),
            _yield(result),
            _months(result),
            _limits(result),
            _at_ceiling(result),
            f"Verdict: {result.verdict.word.value.replace('_', ' ')}: {result.verdict.because}.",
            _fuel(result),
            _assumed(result),
            _prices(result),
        )
        if text
    ]


def span(spread: Spread | None, scale: float = 1.0) -> str:
    """Median, and the 5 and 95 % points in brackets; one number if they do not differ."""
    if spread is None:
        return "-"
    low, middle, high = (people(value / scale) for value in (spread.p5, spread.p50, spread.p95))
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def _large(spread: Spread) -> str:
    """As `span`, in millions from one million on."""
    return f"{span(spread, 1e6)} million" if spread.p50 >= 1e6 else span(spread)


def _dollars(spread: Spread) -> str:
    """An amount of money in words."""
    return f"{_large(spread)} USD"


def _solo(result: Result) -> str:
    """Both bounds on a solo miner, and which may be quoted."""
    bound = result.solo
    if bound is None:
        return ""
    known, count = bound.known_hs, bound.known_blocks
    text = (
        f"{count} block{'s' if count != 1 else ''} known to be his: at most {people(known[3] / _PHS)} PH/s"
        " (97.5 %, the upper end of a central 95 % interval; one-sided 95 %:"
        f" {people(known[2] / _PHS)} PH/s), if every other block of the time is reliably attributed to"
        " somebody else."
    )
    if bound.ceiling_hs is None:
        return f"{text} How many are not, nobody has counted (--unattributed)."
    if bound.unattributed_blocks:
        text += (
            f" But {bound.unattributed_blocks:,} are not, and each may be his: the honest bound is"
            f" {people(bound.ceiling_hs[3] / _PHS)} PH/s (97.5 %)."
        )
    return text


def _yield(result: Result) -> str:
    """Power, hash rate, coin, dollars."""
    found = result.outcome
    if found.hashrate_hs is None:
        return ""
    share = "-" if found.network_share is None else span(found.network_share, 0.01)
    rule = (
        "the difficulty was in force while he mined, so it contains him"
        if result.contains_miner
        else "his own part of the difficulty is reckoned in"
    )
    per_unit = "" if found.usd_per_unit is None else f", {span(found.usd_per_unit)} USD a {_unit(result)}"
    return (
        f"From {result.first_day} to {result.last_day}: {span(found.mean_power_mw)} MW on average,"
        f" {span(found.running_power_mw)} MW while the machines run, {span(found.hashrate_hs, _PHS)} PH/s,"
        f" {share} % of all rewards ({rule}); {span(found.btc)} BTC"
        + ("" if found.usd is None else f" or {_dollars(found.usd)}{per_unit}")
        + ", before the cost of machines and people. Brackets hold 90 % of the draws."
    )


def _months(result: Result) -> str:
    """In which months one more unit of fuel was worth more as bitcoin than sold."""
    known = [each for each in result.months if each.paid is not Paid.UNKNOWN]
    if not known or result.alternative is None:
        return ""
    paid = [str(each.month) for each in known if each.paid is Paid.YES]
    sold = people(result.alternative.usd_per_unit.distribution.mode)
    which = "" if len(paid) in (0, len(known)) else f" ({_runs(paid)})"
    return (
        f"One more {_unit(result)} earned more as bitcoin than the {sold} USD it sells for"
        f" ({result.alternative.says}) in {len(paid)} of {len(known)} months{which}."
    )


def _limits(result: Result) -> str:
    """Which ceiling binds, and which have no data."""
    limits = result.feasible
    if not result.ceilings:
        return ""
    text = ""
    if limits.binding is not None:
        share = limits.share_of_draws[limits.binding]
        says = next(each.says for each in result.ceilings if each.name == limits.binding)
        text = (
            f"What binds is {limits.binding.replace('_', ' ')} ({says}), in {share:.0%} of draws:"
            f" at most {span(limits.spread_hs[limits.binding], _PHS)} PH/s."
        )
        if result.share_of_feasible is not None:
            text += f" The amount is {span(result.share_of_feasible, 0.01)} % of what is feasible."
    if limits.unavailable:
        names = ", ".join(name.replace("_", " ") for name in limits.unavailable)
        text += f" No data, so no ceiling, for: {names}."
    return text.strip()


def _at_ceiling(result: Result) -> str:
    """What the feasible set yields."""
    found = result.at_ceiling
    if found is None or found.btc is None:
        return ""
    fuel = "" if found.fuel is None else f"{_large(found.fuel)} {result.fuel_unit} of fuel, "
    dollars = "" if found.usd is None else f", {_dollars(found.usd)}"
    return (
        f"At most, under all ceilings with data together: {fuel}{span(found.hashrate_hs, _PHS)} PH/s,"
        f" {span(found.btc)} BTC{dollars}."
    )


def _fuel(result: Result) -> str:
    """What may be said of the fuel."""
    if result.fuel_unit is None:
        return ""
    if result.findings:
        held = "; ".join(f"{each.says} ({each.source}, {each.date})" for each in result.findings)
        return f"That the fuel was burnt for this rests on a finding from outside of the chain: {held}."
    text = (
        "Neither chain nor network records show a fuel: tonnes follow from assumed plants and machines, so"
        f" read `{result.fuel_words}`."
    )
    if result.rivals:
        text += f" Rival explanations: {'; '.join(each.says for each in result.rivals)}."
    return text


def _assumed(result: Result) -> str:
    """What no source gives."""
    names = result.assumed
    if not names:
        return ""
    return f"Assumed, since no source gives it: {', '.join(name.replace('_', ' ') for name in names)}."


def _prices(result: Result) -> str:
    """How good the prices are."""
    if result.price_resolution == "month":
        return "Dollars are rough: monthly mean prices stand for every day. Bring daily prices with --prices."
    if result.price_resolution is None:
        return "No prices for this time, so no dollars: bring daily prices with --prices."
    return ""


def _unit(result: Result) -> str:
    """One unit of the fuel in words."""
    return {"t": "tonne", "m3": "cubic metre", None: "MWh"}.get(result.fuel_unit, result.fuel_unit or "MWh")


def _runs(months: list[str]) -> str:
    """Months, with runs of them written as `first to last`."""
    runs: list[list[str]] = []
    for month in months:
        if runs and _next(runs[-1][-1]) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _next(month: str) -> str:
    """The month after ``YYYY-MM``."""
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}"
