"""Made-up results of scenarios for the tests of charts; their figures are invented, their shape is real."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from coalface.energy import (
    Bar,
    Ceiling,
    Correlation,
    Fixed,
    Parameter,
    Spread,
    Standing,
    Triangular,
    feasible,
)
from coalface.energy.monthly import Month, Paid
from coalface.energy.result import Alternative, Event, Finding, Result, Rival, Spreads
from coalface.energy.verdict import Verdict, VerdictWord

HOSTILE = (
    "$\\alpha_1$ <script>alert('x')</script> & \"q\" \u202egnp.exe\x07\x1b[31m \ud800 北京 ]]> --> "
    + "W" * 300
)
EH = 1e18


def parameter(
    name: str, unit: str, low: float, mode: float, high: float, standing: str, source: str
) -> Parameter:
    shape = Fixed(mode) if low == high else Triangular(low, mode, high)
    return Parameter(name, unit, shape, Standing(standing), source)


INPUTS = {
    each.name: each
    for each in (
        parameter("heating_value", "GJ/t", 18, 24, 28, "sourced", "IPCC 2006 guidelines, table 1.2"),
        parameter(
            "plant_efficiency",
            "1",
            0.2,
            0.28,
            0.34,
            "assumed",
            "old subcritical plants; no source for this country",
        ),
        parameter("own_use", "1", 0.05, 0.08, 0.12, "assumed", "recalled"),
        parameter("grid_loss", "1", 0, 0.05, 0.16, "assumed", "recalled"),
        parameter("pue", "1", 1.01, 1.1, 1.2, "sourced", "Cambridge CBECI, code"),
        parameter("uptime", "1", 0.6, 0.85, 0.97, "assumed", "a prior"),
        parameter("pool_fee", "1", 0, 0.02, 0.04, "given", "the user"),
        parameter("machine_efficiency", "J/TH", 98, 100, 160, "sourced", "CBECI miners table"),
        parameter("plant.power", "MW", 500, 1000, 1500, "sourced", "press report of 2014"),
    )
}

EVENTS = (
    Event(
        np.datetime64("2016-12-01"), True, "UN resolution 2321 caps coal exports for that month", "para 26(b)"
    ),
    Event(
        np.datetime64("2017-02-18"),
        False,
        "China suspends imports of coal",
        "press on Chinese customs figures",
    ),
    Event(
        np.datetime64("2017-09-05"),
        False,
        "UN resolution 2371 in force; September's imports are the last",
        "Reuters",
    ),
    Event(np.datetime64("2017-12-01"), True, "A month in which something happened to the trade", "customs"),
)


def spread(middle: float, width: float = 1.5) -> Spread:
    return Spread(middle / width, middle, middle * width)


def months(
    first: str, count: int, seed: int = 3, priced: bool = True, sold: float | None = 52.5
) -> tuple[Month, ...]:
    random = np.random.default_rng(seed)
    found = []
    usd = 420.0
    for place in range(count):
        usd *= float(np.exp(random.normal(0, 0.28)))
        band = Spread(usd * 0.62, usd, usd * 1.42)
        paid = Paid.UNKNOWN
        if priced and sold is not None:
            paid = Paid.YES if band.p5 > sold else Paid.NO if band.p95 < sold else Paid.UNCLEAR
        btc = spread(0.3 * 0.93**place)
        found.append(Month(np.datetime64(first, "M") + place, 30, btc, band if priced else None, paid))
    return tuple(found)


def ceilings(n: int = 400) -> tuple[Ceiling, ...]:
    random = np.random.default_rng(5)

    def around(middle: float) -> np.ndarray:
        return middle * np.exp(random.normal(0, 0.25, n)) * EH

    return (
        Ceiling("fuel", "7.3 Mt of coal that could not be sold in 2017-18", around(9), "customs figures"),
        Ceiling("plant", "1,000 MW of Pukchang, a third of it spared", around(1.2), "press report of 2014"),
        Ceiling("generation", "2.82 TWh of coal power in 2017, half of it", around(1.4), "Ember"),
        Ceiling(
            "machines", "machines that can have been imported", None, "no customs line for machines was found"
        ),
        Ceiling("uplink", "two links to the internet of 2.5 Gbit/s", around(300), "public routing tables"),
        Ceiling("network_share", "10 % of the network can have stayed unseen", around(0.7), "a prior"),
    )


def bars() -> tuple[Bar, ...]:
    rows = [
        ("machine_efficiency", 99, 142, 540e6, 372e6, -0.61),
        ("plant_efficiency", 0.228, 0.32, 352e6, 495e6, 0.55),
        ("uptime", 0.67, 0.94, 361e6, 466e6, 0.41),
        ("heating_value", 19.7, 26.9, 371e6, 470e6, 0.36),
        ("grid_loss", 0.017, 0.13, 447e6, 396e6, -0.2),
        ("pue", 1.04, 1.17, 446e6, 397e6, -0.17),
        ("own_use", 0.06, 0.107, 437e6, 416e6, -0.08),
        ("pool_fee", 0.006, 0.034, 434e6, 422e6, -0.05),
        ("plant.power", 600, 1400, 428e6, 428e6, None),
    ]
    return tuple(Bar(*row) for row in rows)


def twelve() -> Result:
    """The shape of the article's scenario: a year, four events, six ceilings of which one has no data."""
    limits = ceilings()
    outcome = Spreads(
        Spread(1e6, 1e6, 1e6),
        spread(1.51e6, 1.3),
        spread(172, 1.28),
        spread(205, 1.4),
        spread(1.13 * EH, 1.5),
        Spread(0.041, 0.066, 0.09),
        Spread(31_000, 50_600, 70_600),
        Spread(263e6, 429e6, 599e6),
        spread(0.0506),
        spread(429),
        spread(2.3e6, 1.1),
    )
    at_ceiling = replace(
        outcome,
        fuel=spread(6e5),
        mean_power_mw=spread(105, 1.5),
        hashrate_hs=spread(0.68 * EH, 1.5),
        btc=spread(31_000),
        usd=spread(260e6),
    )
    return Result(
        name="unsold-coal",
        title="Unsold coal of 2017-18",
        question="How much bitcoin was in a million tonnes of coal?",
        first_day=np.datetime64("2017-09-01"),
        last_day=np.datetime64("2018-08-31"),
        amount=parameter("amount", "t", 1e6, 1e6, 1e6, "given", "the article"),
        fuel_unit="t",
        fuel_words="coal-equivalent, if coal-fired",
        contains_miner=False,
        n_draws=20_000,
        seed=7,
        inputs=INPUTS,
        correlations=(
            Correlation(
                "heating_value", "plant_efficiency", 0.3, Standing.ASSUMED, "better coal, better plant"
            ),
        ),
        outcome=outcome,
        months=months("2017-09", 12),
        alternative=Alternative(
            "exported to China at the mean price of 2016",
            parameter("export_price", "USD/t", 45, 52.5, 60, "sourced", "customs, 1.18 bn USD for 22.49 Mt"),
            Spread(45e6, 52.5e6, 60e6),
        ),
        ceilings=limits,
        feasible=feasible(limits),
        at_ceiling=at_ceiling,
        verdict=Verdict(
            VerdictWord.UNDECIDED,
            "network_share",
            0.12,
            "it stays within every known ceiling in 12% of draws",
        ),
        tornado=bars(),
        tornado_of="usd",
        events=EVENTS,
        findings=(Finding("Satellite pictures show a plant at work", "an imagery report", "2018-03"),),
        rivals=(
            Rival("hydropower: 11.78 TWh in 2017 against 2.82 TWh from coal", "Ember"),
            Rival("the grid", "Ember"),
        ),
        price_resolution="month",
        sources=("difficulty: the chain's own", "prices: monthly means"),
    )


def one_month() -> Result:
    return replace(
        twelve(),
        first_day=np.datetime64("2017-12-05"),
        last_day=np.datetime64("2017-12-20"),
        months=months("2017-12", 1),
        events=EVENTS[2:],
    )


def five_years() -> Result:
    """Sixty months, twenty events with long texts, some of one day."""
    days: Sequence[str] = (
        [f"{2016 + n % 5}-{1 + (n * 5) % 12:02}-{1 + n:02}" for n in range(14)]
        + ["2017-09-05"] * 4
        + ["2017-09-20", "2017-10-11"]
    )
    events = tuple(
        Event(
            np.datetime64(day),
            False,
            f"Event {n} with a long name: " + "measures against the trade in minerals " * (1 + n % 4),
            "a source " * (1 + n % 5),
        )
        for n, day in enumerate(days)
    )
    return replace(
        twelve(),
        first_day=np.datetime64("2016-01-01"),
        last_day=np.datetime64("2020-12-31"),
        months=months("2016-01", 60, seed=11),
        events=events,
        price_resolution="day",
    )


def no_prices() -> Result:
    result = twelve()
    return replace(
        result,
        months=months("2017-09", 12, priced=False),
        price_resolution=None,
        alternative=None,
        outcome=replace(result.outcome, usd=None, usd_per_unit=None),
        at_ceiling=replace(result.outcome, usd=None),
        tornado_of="btc",
        tornado=tuple(
            replace(b, result_at_p5=b.result_at_p5 / 1e4, result_at_p95=b.result_at_p95 / 1e4) for b in bars()
        ),
    )


def no_ceilings() -> Result:
    return replace(
        twelve(),
        ceilings=(),
        feasible=feasible([]),
        at_ceiling=None,
        events=(),
        verdict=Verdict(VerdictWord.CANNOT_SAY, None, None, "no ceiling has data"),
    )


def no_fuel() -> Result:
    """A measured hash rate, without a fuel or anything to sell instead."""
    result = twelve()
    inputs = {
        name: each for name, each in INPUTS.items() if name not in ("heating_value", "plant_efficiency")
    }
    return replace(
        result,
        amount=parameter("amount", "H/s", 5e16, 5e16, 5e16, "given", "telemetry"),
        fuel_unit=None,
        fuel_words="electricity of unknown origin",
        contains_miner=True,
        inputs=inputs,
        alternative=None,
        months=months("2017-09", 12, sold=None),
        outcome=replace(result.outcome, fuel=None, co2_t=None),
        tornado_of="energy_mwh",
        tornado=bars()[:1] + bars()[5:6],
        events=(),
    )


def measured() -> Result:
    """Payouts that were seen, and what they took, coal perhaps; a ceiling is zero."""
    result = twelve()
    limits = (*ceilings(), Ceiling("blocks", "no block at all", np.zeros(400), "the chain"))
    return replace(
        result,
        amount=parameter("amount", "BTC", 1600, 1600, 1600, "given", "payouts of a pool"),
        outcome=replace(
            result.outcome, fuel=spread(31_000, 1.6), hashrate_hs=spread(3.4e13), btc=spread(1600, 1)
        ),
        contains_miner=True,
        at_ceiling=None,
        ceilings=limits,
        feasible=feasible(limits),
        verdict=Verdict(VerdictWord.IMPOSSIBLE, "blocks", 0.0, "it stays within blocks in only 0% of draws"),
    )


def mixed() -> Result:
    """Months that paid, months that did not, unclear ones, and one without a price."""
    found = list(months("2015-01", 18, seed=2))
    changed = []
    for place, each in enumerate(found):
        usd = 52.5 * (0.3 + 0.12 * place)
        band = Spread(usd * 0.7, usd, usd * 1.4)
        paid = Paid.YES if band.p5 > 52.5 else Paid.NO if band.p95 < 52.5 else Paid.UNCLEAR
        changed.append(replace(each, usd_per_unit=band, paid=paid))
    changed[9] = replace(changed[9], usd_per_unit=None, paid=Paid.UNKNOWN)
    return replace(
        twelve(),
        first_day=np.datetime64("2015-01-01"),
        last_day=np.datetime64("2016-06-30"),
        months=tuple(changed),
        events=(),
    )


def hostile() -> Result:
    """Every text from outside tries to be more than text."""
    result = twelve()
    return replace(
        result,
        name=HOSTILE,
        title=HOSTILE,
        question=HOSTILE,
        fuel_unit=HOSTILE,
        fuel_words=HOSTILE,
        inputs={
            f"{name}{HOSTILE}": replace(each, unit=HOSTILE, source=HOSTILE, note=HOSTILE)
            for name, each in INPUTS.items()
        },
        events=tuple(replace(each, says=HOSTILE, source=HOSTILE) for each in EVENTS),
        alternative=Alternative(HOSTILE, replace(INPUTS["own_use"], source=HOSTILE, unit=HOSTILE), None),
        ceilings=tuple(replace(each, says=HOSTILE, source=HOSTILE) for each in result.ceilings),
        verdict=Verdict(VerdictWord.IMPOSSIBLE, "plant", 0.0, HOSTILE),
        tornado=tuple(replace(each, name=HOSTILE) for each in result.tornado),
        findings=(Finding(HOSTILE, HOSTILE, HOSTILE),),
        rivals=(Rival(HOSTILE, HOSTILE),),
        sources=(HOSTILE,),
    )


EVERY = {
    "twelve": twelve,
    "one_month": one_month,
    "five_years": five_years,
    "no_prices": no_prices,
    "no_ceilings": no_ceilings,
    "no_fuel": no_fuel,
    "mixed": mixed,
    "measured": measured,
    "hostile": hostile,
}
