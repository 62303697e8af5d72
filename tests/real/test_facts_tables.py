"""The shipped tables and packs against the data that stand beside the repository."""

import csv

import numpy as np
import pytest

from coalface.energy import facts
from coalface.energy.country import load_country
from coalface.energy.distribution import Distribution
from coalface.energy.pack import load_fuel, load_site
from real.blocks import DATA


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / "energy" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_difficulty() -> None:
    table, expected = facts.difficulty_epochs(), rows("difficulty_epochs.csv")
    assert table.first_height.tolist() == [int(row["first_height"]) for row in expected]
    np.testing.assert_allclose(table.difficulty, [float(row["difficulty"]) for row in expected], rtol=1e-14)
    assert table.start_day.astype(str).tolist() == [row["start_date"] for row in expected]
    assert table.is_exact.tolist() == [row["start_date_kind"] == "exact" for row in expected]


def test_machines() -> None:
    expected = {
        (row["model"].replace("\xa0", " "), row["release_month"], float(row["j_per_th"]))
        for row in rows("asic_efficiency.csv")
    }
    found = {(one.model, str(one.release_month), one.efficiency_j_per_th) for one in facts.machines()}
    assert found == expected


def test_months() -> None:
    fees, expected = facts.monthly_fees(), rows("monthly_fees.csv")
    assert fees.month.astype(str).tolist() == [row["month"] for row in expected]
    assert fees.fees_btc_per_block.tolist() == [float(row["mean_fees_btc_per_block"]) for row in expected]
    prices, expected = facts.monthly_prices(), rows("monthly_price_usd.csv")
    assert prices.month.astype(str).tolist() == [row["month"] for row in expected]
    np.testing.assert_allclose(prices.price_usd, [float(row["mean_usd"]) for row in expected], rtol=0.005)


def parameters() -> dict[str, tuple[Distribution, float]]:
    """Name in the data -> what the packs say, and what one of the data's units is in theirs."""
    coal, site, kp = load_fuel("coal"), load_site().parameters, load_country("kp")
    found = {
        "ncv_export_mix_prior": (coal.kinds["export_mix"].parameters["heating_value"].distribution, 1.0),
        "plant_net_efficiency_old_subcritical": (coal.parameters()["plant_efficiency"].distribution, 1.0),
        "plant_own_use": (coal.parameters()["own_use"].distribution, 1.0),
        "grid_loss": (coal.parameters()["grid_loss"].distribution, 1.0),
        "pue": (site["pue"].distribution, 1.0),
        "pool_fee": (site["pool_fee"].distribution, 1.0),
        "machine_uptime": (site["uptime"].distribution, 1.0),
        "capacity_total_bok": (kp.capacity["total"].distribution, 1e3),
        "capacity_usable_nautilus": (kp.capacity["usable"].distribution, 1e3),
        "capacity_1990": (kp.capacity["total_1990"].distribution, 1e3),
        "capacity_pukchang": (kp.plants[0].power.distribution, 1.0),
        "hydro_power_2017": (kp.generation["hydro"][2017].distribution, 1e6),
        "china_imports_of_dprk_coal_2016": (kp.exports["reference"].distribution, 1e6),
        "unscr_2321_cap_2017": (kp.exports["cap_2017"].distribution, 1e6),
        "unscr_2321_cap_2016_12": (kp.exports["cap_2016_12"].distribution, 1e6),
        "export_value_per_tonne_2016": (kp.price["export_2016"].distribution, 1.0),
    }
    for kind in ("anthracite", "other_bituminous", "lignite"):
        variant = coal.kinds[kind].parameters
        found[f"ncv_{kind}"] = (variant["heating_value"].distribution, 1.0)
        found[f"co2_{kind}"] = (variant["co2_factor"].distribution, 1.0)
    for year, generation in kp.generation["coal"].items():
        found[f"coal_power_{year}"] = (generation.distribution, 1e6)
    return found


@pytest.mark.parametrize("row", rows("coal.csv") if DATA.is_dir() else [], ids=lambda row: row["parameter"])
def test_parameters(row: dict[str, str]) -> None:
    if row["parameter"].startswith("china_imports_2017_"):
        month = np.datetime64(row["parameter"][-7:].replace("_", "-"), "M")
        trade = facts.coal_trade()
        found = trade.coal_t[(trade.start == month) & (trade.n_months == 1)]
        assert found == pytest.approx(float(row["mode"]) * 1e6)
    elif row["parameter"] in (known := parameters()):
        distribution, factor = known[row["parameter"]]
        assert distribution.mode == pytest.approx(float(row["mode"]) * factor)
        if row["low"]:
            assert (distribution.low, distribution.high) == (float(row["low"]), float(row["high"]))
