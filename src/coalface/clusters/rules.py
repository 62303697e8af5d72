"""Names and versions of the rules that decide about clusters, as answers quote them.

The rules themselves run in the engine (``forest``): the multi-input rule of Meiklejohn et al. (2013) over
every transaction that is neither a coinbase nor one that may be a CoinJoin by `COINJOIN_RULE`.
"""

from coalface.accuracy import ErrorRates, error_rates
from coalface.coinjoin import COINJOIN_RULE

__all__ = ["COINJOIN_RULE", "RULE_SET", "change_error_rates", "cluster_error_rates"]

RULE_SET = "strict/2"
"""All input addresses of a transaction belong together, unless `COINJOIN_RULE` leaves it alone."""


def cluster_error_rates() -> ErrorRates:
    """Measured rates of the two rules behind every statement on a cluster."""
    return error_rates((RULE_SET, COINJOIN_RULE))


def change_error_rates() -> ErrorRates:
    """Measured rates of the change rules, then of the rule that leaves possible CoinJoins alone."""
    return error_rates(("change/1", COINJOIN_RULE))
