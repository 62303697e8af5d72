"""Names and versions of the rules that decide about clusters, as answers quote them.

The rules themselves run in the engine (``forest``): the multi-input rule of Meiklejohn et al. (2013) over
every transaction that is neither a coinbase nor one that may be a CoinJoin by `COINJOIN_RULE`.
"""

__all__ = ["COINJOIN_RULE", "ERROR_RATES", "RULE_SET"]

RULE_SET = "strict/1"
"""All input addresses of a transaction belong together, unless it may be a CoinJoin."""
COINJOIN_RULE = "equal_outputs/1"
"""Three or more equal outputs, paid by at least as many addresses; or the shape of a Stonewall."""
ERROR_RATES: dict[str, str] = {"simulated": "unknown", "field": "unknown"}
"""Measured error rates of the rule set: none has been measured yet."""
