"""From fuel to bitcoin and back: how much power, hash rate and money lie behind an amount of fuel.

Here belong the energy and capacity model, its tables of facts and its data packs. It works without a chain.
What is seen on the chain (pools, payouts) or in network records (shares) does not belong here: their
estimates come in as numbers, and `compare_estimates` says whether they agree.

Plain functions take and return arrays, with units in their names; docs/energy.md explains the model.
"""

from coalface.energy.answer import Question, answer
from coalface.energy.breakeven import (
    breakeven_efficiency_j_per_th,
    breakeven_electricity_usd_per_kwh,
    electricity_cost_usd_per_btc,
    usd_per_th_day,
)
from coalface.energy.calendar import Calendar
from coalface.energy.ceilings import Ceiling, Feasible, feasible
from coalface.energy.chain_calendar import chain_calendar, chain_days
from coalface.energy.consistency import Agreement, Consistency, Estimate, Gap, compare_estimates
from coalface.energy.distribution import Choice, Distribution, Fixed, Triangular
from coalface.energy.facts_calendar import facts_calendar
from coalface.energy.forward import Mined, forward, mine
from coalface.energy.fuel import co2_t, energy_mwh_of_fuel, fuel_t_of_energy
from coalface.energy.inverse import energy_mwh_of_reward, hashrate_hs_of_reward, hashrate_hs_of_share
from coalface.energy.network import difficulty_of_bits, network_hashrate_hs, realised_hashrate_hs
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.power import (
    energy_mwh_of_hashrate,
    hashrate_hs_of_energy,
    hashrate_hs_of_plant,
    machine_count,
    mean_power_mw,
    running_power_mw,
)
from coalface.energy.record import record_of
from coalface.energy.result import Result
from coalface.energy.reward import expected_reward_btc, price_taker_factor, reward_btc, reward_usd
from coalface.energy.sampling import Correlation, Spread, draw, rank_correlation, spread_of
from coalface.energy.scenario import Scenario, list_scenarios, load_scenario
from coalface.energy.solo import SoloBound, hashrate_hs_of_blocks, solo_bound
from coalface.energy.subsidy import subsidy_sat
from coalface.energy.tornado import Bar, tornado
from coalface.energy.verdict import Verdict, VerdictWord, judge
from coalface.energy.worth import btc_per_mwh, usd_per_mwh

__all__ = [
    "Agreement",
    "Bar",
    "Calendar",
    "Ceiling",
    "Choice",
    "Consistency",
    "Correlation",
    "Distribution",
    "Estimate",
    "Feasible",
    "Fixed",
    "Gap",
    "Mined",
    "Parameter",
    "Question",
    "Result",
    "Scenario",
    "SoloBound",
    "Spread",
    "Standing",
    "Triangular",
    "Verdict",
    "VerdictWord",
    "answer",
    "breakeven_efficiency_j_per_th",
    "breakeven_electricity_usd_per_kwh",
    "btc_per_mwh",
    "chain_calendar",
    "chain_days",
    "co2_t",
    "compare_estimates",
    "difficulty_of_bits",
    "draw",
    "electricity_cost_usd_per_btc",
    "energy_mwh_of_fuel",
    "energy_mwh_of_hashrate",
    "energy_mwh_of_reward",
    "expected_reward_btc",
    "facts_calendar",
    "feasible",
    "forward",
    "fuel_t_of_energy",
    "hashrate_hs_of_blocks",
    "hashrate_hs_of_energy",
    "hashrate_hs_of_plant",
    "hashrate_hs_of_reward",
    "hashrate_hs_of_share",
    "judge",
    "list_scenarios",
    "load_scenario",
    "machine_count",
    "mean_power_mw",
    "mine",
    "network_hashrate_hs",
    "price_taker_factor",
    "rank_correlation",
    "realised_hashrate_hs",
    "record_of",
    "reward_btc",
    "reward_usd",
    "running_power_mw",
    "solo_bound",
    "spread_of",
    "subsidy_sat",
    "tornado",
    "usd_per_mwh",
    "usd_per_th_day",
]
