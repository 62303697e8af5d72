"""The Monte Carlo and what is made of it."""

from dataclasses import replace

import numpy as np
import pytest

from coalface import energy
from coalface.cli.output import canonical_json
from coalface.energy import Choice, Fixed, Parameter, Standing, Triangular
from coalface.energy.amount import read_amount
from coalface.energy.answer import Question, answer
from coalface.energy.asking import Asked, question_of
from coalface.energy.country import load_country
from coalface.energy.facts_calendar import facts_calendar
from coalface.energy.limits import Limit, LimitKind
from coalface.energy.monthly import Paid
from coalface.energy.pack import load_fuel, load_site
from coalface.energy.record import record_of
from coalface.energy.result import Finding, Result
from coalface.energy.scenario import load_scenario
from coalface.energy.setting import Setting
from coalface.energy.verdict import VerdictWord
from coalface.energy.words import headline, paragraphs
from energy.calendars import year

YEAR = facts_calendar(np.datetime64("2017-09-01"), np.datetime64("2018-08-31"))


def prior(name: str, unit: str, *values: float) -> Parameter:
    known = Fixed(values[0]) if len(values) == 1 else Triangular(*values)
    return Parameter(name, unit, known, Standing.ASSUMED, "a prior")


MACHINES = Parameter(
    "machine_efficiency",
    "J/TH",
    Choice((98, 100, 110, 127, 160), (3, 1, 1, 1, 1)),
    Standing.ASSUMED,
    "a prior",
)
INPUTS = {
    "heating_value": prior("heating_value", "GJ/t", 18, 24, 28),
    "plant_efficiency": prior("plant_efficiency", "1", 0.20, 0.28, 0.34),
    "own_use": prior("own_use", "1", 0.05, 0.08, 0.12),
    "grid_loss": prior("grid_loss", "1", 0, 0.05, 0.16),
    "pue": prior("pue", "1", 1.01, 1.10, 1.20),
    "uptime": prior("uptime", "1", 0.60, 0.85, 0.97),
    "pool_fee": prior("pool_fee", "1", 0, 0.02, 0.04),
    "machine_efficiency": MACHINES,
}


def question(amount: str = "1 Mt", *limits: Limit, **changes: object) -> Question:
    setting = Setting(YEAR, read_amount(amount, "t"), INPUTS, (), None, contains_miner=False)
    made = Question("test", "a title", "a question?", setting, "t", "coal", limits, n_draws=20_000)
    return replace(made, **changes)  # type: ignore[arg-type]


def asked(amount: str, **changes: object) -> Result:
    whole = Asked(read_amount(amount, "t"), YEAR, load_fuel("coal"), load_site(), n_draws=2_000)
    return answer(question_of(replace(whole, **changes)))  # type: ignore[arg-type]


def limit(kind: LimitKind, **figures: Parameter) -> Limit:
    return Limit(kind, f"limit by {kind}", figures, "" if figures else "no source")


def test_a_million_tonnes_as_another_program_reckoned_it() -> None:
    """5/50/95 % of the same priors, by a script of its own over daily series of Coin Metrics (20,000 draws).

    That series has daily fees and prices; ours are monthly means, hence the room of 2.5 %.
    """
    found = answer(replace(question(), n_draws=100_000)).outcome
    for spread, scale, expected in (
        (found.mean_power_mw, 1, (133, 172, 214)),
        (found.hashrate_hs, 1e18, (0.91, 1.44, 1.92)),
        (found.btc, 1e3, (37.4, 57.0, 73.5)),
        (found.usd, 1e6, (315, 482, 623)),
    ):
        assert spread is not None
        assert (spread.p5 / scale, spread.p50 / scale, spread.p95 / scale) == pytest.approx(
            expected, rel=0.025
        )


def test_same_seed_same_bytes_another_seed_other_bytes() -> None:
    first, again, other = (canonical_json(record_of(answer(question(seed=seed)))) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_one_more_input_leaves_the_draws_of_the_others() -> None:
    drawn = energy.draw(INPUTS, 100, 3)
    fewer = energy.draw({name: INPUTS[name] for name in ("pue", "uptime")}, 100, 3)
    assert all((drawn[name] == fewer[name]).all() for name in fewer)


def test_correlations_are_kept() -> None:
    pair = energy.Correlation("pue", "uptime", -0.7, Standing.ASSUMED, "made up")
    drawn = energy.draw(INPUTS, 20_000, 3, (pair,))
    assert energy.rank_correlation(drawn["pue"], drawn["uptime"]) == pytest.approx(-0.7, abs=0.02)
    assert energy.rank_correlation(drawn["pue"], drawn["own_use"]) == pytest.approx(0, abs=0.02)
    alone = energy.draw(INPUTS, 20_000, 3)
    assert np.sort(drawn["pue"]).mean() == pytest.approx(alone["pue"].mean(), rel=1e-3)
    ring = [
        replace(pair, a=a, b=b, rank=-0.9)
        for a, b in (("pue", "uptime"), ("uptime", "own_use"), ("own_use", "pue"))
    ]
    with pytest.raises(ValueError, match="contradict"):
        energy.draw(INPUTS, 10, 3, ring)


def test_the_smallest_ceiling_binds_and_none_without_data_does() -> None:
    found = answer(
        question(
            "1 Mt",
            limit(LimitKind.FUEL, amount=prior("amount", "t", 5e6)),
            limit(
                LimitKind.GENERATION,
                energy=prior("energy", "MWh", 1e6),
                share=prior("share", "1", 0.2, 0.3, 0.9),
            ),
            limit(LimitKind.MACHINES),
        )
    )
    assert found.feasible.binding == "generation"
    assert sum(found.feasible.share_of_draws.values()) == pytest.approx(1)
    assert found.feasible.unavailable == ("machines",)
    assert found.verdict.word is VerdictWord.IMPOSSIBLE
    assert found.verdict.decided_by == "generation"
    assert "No data, so no ceiling, for: machines" in " ".join(paragraphs(found))


def test_no_ceiling_with_data_cannot_say() -> None:
    found = answer(question("1 Mt", limit(LimitKind.MACHINES)))
    assert found.verdict.word is VerdictWord.CANNOT_SAY
    assert found.at_ceiling is None


@pytest.mark.parametrize(
    ("amount", "word"),
    [("1 t", VerdictWord.PLAUSIBLE), ("1.2 Mt", VerdictWord.UNDECIDED), ("9 Mt", VerdictWord.IMPOSSIBLE)],
)
def test_verdicts(amount: str, word: VerdictWord) -> None:
    ceiling = limit(LimitKind.FUEL, amount=prior("amount", "t", 1e6, 1.2e6, 1.5e6))
    assert answer(question(amount, ceiling)).verdict.word is word


def test_immaterial_beside_what_the_fuel_sells_for() -> None:
    ceiling = limit(LimitKind.FUEL, amount=prior("amount", "t", 1e6))
    found = answer(
        question("1000 t", ceiling, sold_says="a fortune", sold_usd_per_unit=prior("sold", "USD/t", 1e6))
    )
    assert found.verdict.word is VerdictWord.IMMATERIAL
    assert {month.paid for month in found.months} == {Paid.NO}


def test_every_ceiling_kind_limits_what_it_says() -> None:
    """One ceiling at a time, checked with plain arithmetic at fixed inputs."""
    fixed = {name: prior(name, each.unit, each.distribution.mode) for name, each in INPUTS.items()}
    seconds, hours = 365 * 86_400, 365 * 24
    per_mwh = 3.6e9 / 1.10 / 98 * 1e12 / seconds
    at_site = (1 - 0.05) * per_mwh
    network = float(YEAR.network_hashrate_hs().mean())
    cases = {
        LimitKind.FUEL: ({"amount": 1e6}, 1e6 * 24 * 0.28 * 0.92 / 3.6 * at_site),
        LimitKind.PLANT: (
            {"power": 100, "capacity_factor": 0.5, "share": 0.1},
            100 * 0.5 * 0.1 * hours * at_site,
        ),
        LimitKind.GENERATION: ({"energy": 1e5, "share": 0.5}, 1e5 * 0.5 * at_site),
        LimitKind.MACHINES: ({"count": 1000, "hashrate": 14e12}, 1000 * 14e12 * 0.85),
        LimitKind.UPLINK: ({"rate": 1e6, "per_machine": 100, "hashrate": 14e12}, 1e4 * 14e12 * 0.85),
        LimitKind.NETWORK_SHARE: ({"share": 0.02}, network * 0.02 / 0.98),
    }
    assert set(cases) == set(LimitKind) - {LimitKind.BLOCKS}
    for kind, (figures, expected) in cases.items():
        stated = limit(kind, **{name: prior(name, "1", value) for name, value in figures.items()})
        whole = question("1 t", stated, n_draws=3)
        found = answer(replace(whole, setting=replace(whole.setting, parameters=fixed)))
        assert found.feasible.hashrate_hs == pytest.approx([expected] * 3), kind


def test_tornado_is_the_slope_of_each_input() -> None:
    found = answer(question())
    assert found.tornado_of == "usd"
    bars = {bar.name: bar for bar in found.tornado}
    assert next(iter(bars)) == "machine_efficiency"
    assert bars["plant_efficiency"].result_at_p95 > bars["plant_efficiency"].result_at_p5
    assert bars["uptime"].swing == 0
    best, worst = bars["machine_efficiency"].result_at_p5, bars["machine_efficiency"].result_at_p95
    assert best / worst == pytest.approx(160 / 98, rel=0.1)  # the price-taker rule takes a little


def test_fuel_is_never_called_burnt_without_a_finding() -> None:
    told = asked("1600 BTC")
    assert told.fuel_words == "coal-equivalent, if coal-fired"
    assert "coal-equivalent, if coal-fired" in headline(told)
    assert "burnt" not in " ".join(paragraphs(told))
    finding = Finding("a plant manager's records show it", "a court file", "2020-01-01")
    backed = asked("1600 BTC", findings=(finding,))
    assert backed.fuel_words == "coal"
    assert "a plant manager's records show it (a court file, 2020-01-01)" in " ".join(paragraphs(backed))


def test_rivals_of_the_country_are_named() -> None:
    told = asked("1600 BTC", country=load_country("kp"))
    assert any("water power" in each.says for each in told.rivals)
    assert "11.78" in " ".join(paragraphs(told))


def test_coin_that_nobody_can_have_earned() -> None:
    found = asked("900_000 BTC")
    assert found.verdict.word is VerdictWord.IMPOSSIBLE
    assert found.verdict.decided_by == "all_rewards"
    assert found.outcome.btc is None
    assert "impossible" in headline(found)
    canonical_json(record_of(found))


@pytest.mark.parametrize("amount", ["1 Mt", "1.5 TWh", "170 MW", "50 PH/s", "1600 BTC"])
def test_forward_and_inverse_agree(amount: str) -> None:
    """What one question answers, asked back, gives the amount."""
    known = {name: prior(name, each.unit, each.distribution.mode) for name, each in INPUTS.items()}
    whole = question(amount, n_draws=1)
    first = answer(
        replace(whole, setting=replace(whole.setting, parameters=known, contains_miner=True))
    ).outcome
    assert first.fuel is not None
    assert first.btc is not None
    assert first.hashrate_hs is not None
    assert first.energy_mwh is not None
    for back in (f"{first.fuel.p50!r} t", f"{first.btc.p50!r} BTC", f"{first.hashrate_hs.p50!r} H/s"):
        setting = replace(whole.setting, amount=read_amount(back, "t"), parameters=known, contains_miner=True)
        again = answer(replace(whole, setting=setting)).outcome
        assert again.energy_mwh is not None
        assert again.energy_mwh.p50 == pytest.approx(first.energy_mwh.p50, rel=1e-9)


def test_market_machines_get_better_with_the_years() -> None:
    found = asked("1 Mt")
    place = found.inputs["market_place"]
    assert (place.distribution.low, place.distribution.high) == (0, 1)
    whole = question_of(Asked(read_amount("1 Mt", "t"), YEAR, load_fuel("coal"), load_site()))
    assert whole.setting.market is not None
    lows = [each.low for each in whole.setting.market.by_period]
    assert lows == sorted(lows, reverse=True)
    assert lows[-1] < lows[0]


def test_the_scenario_that_ships() -> None:
    stated = load_scenario("unsold_coal_2017")
    found = answer(stated.ask(facts_calendar(stated.first_day, stated.last_day)))
    assert found.feasible.binding == "generation"
    assert set(found.feasible.unavailable) == {"machines", "uplink", "network_share"}
    assert found.verdict.word is VerdictWord.PLAUSIBLE
    assert len(found.months_paid) == 12
    assert [str(event.day) for event in found.events] == [
        "2016-12-01",
        "2017-01-01",
        "2017-02-18",
        "2017-09-05",
    ]
    assert {"plant_efficiency", "uptime", "fuel.amount"} <= set(found.assumed)


def test_months_against_a_slow_sum() -> None:
    """USD a tonne of one month in plain Python, a day at a time, at fixed inputs."""
    known = {name: prior(name, each.unit, each.distribution.mode) for name, each in INPUTS.items()}
    whole = question(n_draws=1)
    stretch = year()
    found = answer(replace(whole, setting=replace(whole.setting, calendar=stretch, parameters=known)))
    mwh = 24 * 0.28 * 0.92 * 0.95 / 3.6
    total, days = 0.0, 0
    for place, day in enumerate(stretch.start_day):
        if str(day).startswith("2017-10"):
            hashes = mwh * 3.6e9 / 1.10 / 98 * 1e12
            blocks = hashes / (float(stretch.difficulty[place]) * 2**32)
            total += blocks * (12.5 + float(stretch.fees_btc[place])) * float(stretch.price_usd[place]) * 0.98
            days += 1
    october = found.months[1]
    assert (str(october.month), october.n_days) == ("2017-10", 31)
    assert october.usd_per_unit is not None
    assert october.usd_per_unit.p50 == pytest.approx(total / days, rel=1e-12)


def test_an_unknown_price_gives_no_dollars() -> None:
    nameless = replace(YEAR, price_usd=np.full(len(YEAR), np.nan), price_resolution=None)
    whole = question()
    found = answer(replace(whole, setting=replace(whole.setting, calendar=nameless)))
    assert found.outcome.usd is None
    assert found.tornado_of == "btc"
    assert {month.paid for month in found.months} == {Paid.UNKNOWN}
    assert "no dollars" in " ".join(paragraphs(found))


def test_electricity_without_a_fuel_has_the_carbon_dioxide_of_its_origin() -> None:
    whole = Asked(read_amount("1000 MWh", None), YEAR, load_fuel("hydro"), load_site(), n_draws=10)
    found = answer(question_of(whole)).outcome
    assert found.fuel is None
    assert found.co2_t is not None
    assert found.co2_t.p50 == pytest.approx(1000 * 24 / 1000)  # 24 g/kWh, Cambridge CBECI
    assert asked("1000 MWh").outcome.co2_t != found.co2_t


def test_the_price_of_a_packs_electricity_drops_machines_that_did_not_earn_it() -> None:
    periods = []
    for name in ("grid", "hydro"):
        market = question_of(
            Asked(read_amount("1 GWh", None), YEAR, load_fuel(name), load_site())
        ).setting.market
        assert market is not None
        periods.append(market.by_period)
    assert all(priced.high <= free.high for priced, free in zip(*periods, strict=True))
    assert periods[0][-1].high < periods[1][-1].high
