"""Tables of facts: small, dated, and with a source for every row. The user's own file can stand in for each.

Nothing is downloaded. A day outside of a table is an error that says where the table begins and ends.
"""

from coalface.energy.facts.difficulty import DifficultyEpochs, difficulty_epochs
from coalface.energy.facts.events import SanctionEvent, sanction_events
from coalface.energy.facts.fees import MonthlyFees, monthly_fees
from coalface.energy.facts.machines import Machine, machine, machines
from coalface.energy.facts.prices_monthly import MonthlyPrices, monthly_prices
from coalface.energy.facts.trade import CoalTrade, coal_trade

__all__ = [
    "CoalTrade",
    "DifficultyEpochs",
    "Machine",
    "MonthlyFees",
    "MonthlyPrices",
    "SanctionEvent",
    "coal_trade",
    "difficulty_epochs",
    "machine",
    "machines",
    "monthly_fees",
    "monthly_prices",
    "sanction_events",
]
