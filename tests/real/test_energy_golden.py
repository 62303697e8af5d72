"""The model against every day of the golden table, with all of its inputs."""

import csv

import numpy as np
import pytest

from coalface import energy
from real.blocks import DATA


def test_every_golden_day_to_six_digits() -> None:
    with (DATA / "energy" / "golden.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 3
    for row in rows:
        value = {name: float(text) for name, text in row.items() if name != "day"}
        calendar = energy.Calendar(
            start_day=np.array([row["day"]], "datetime64[D]"),
            seconds=np.array([86_400.0]),
            n_blocks=np.array([144.0]),
            difficulty=np.array([value["difficulty"]]),
            subsidy_btc=np.array([value["subsidy_btc"]]),
            fees_btc=np.array([value["fees_btc_per_block"]]),
            price_usd=np.array([value["price_usd"]]),
            price_resolution="day",
            sources=("golden",),
        )
        plant = (value["ncv_gj_per_t"], value["plant_efficiency"], value["own_use"], value["grid_loss"])
        mined = energy.mine(
            energy.energy_mwh_of_fuel(1.0, *plant),
            calendar,
            efficiency_j_per_th=value["j_per_th"],
            pue=value["pue"],
            uptime=value["uptime"],
            pool_fee=value["pool_fee"],
            contains_miner=True,
        )
        earned = energy.usd_per_th_day(calendar.difficulty, calendar.reward_per_block_btc, calendar.price_usd)
        found = {
            "mwh_per_t": mined.energy_mwh[0],
            "btc_per_t": mined.btc[0],
            "usd_per_t": mined.usd[0],
            "usd_per_th_day": earned[0],
            "breakeven_j_per_th_at_5c": energy.breakeven_efficiency_j_per_th(earned, 0.05)[0],
            "network_eh_per_s": calendar.network_hashrate_hs()[0] / 1e18,
        }
        for name, figure in found.items():
            assert figure == pytest.approx(value[name], rel=1e-6), (row["day"], name)
