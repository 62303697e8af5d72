"""Names and versions of the detectors, as answers quote them. What they do: docs/coinjoin.md."""

__all__ = ["COINJOIN_RULE", "DETECTORS"]

COINJOIN_RULE = "coinjoin/1"
"""What clustering leaves alone and where a trace stops: a detector says yes or undecided."""
DETECTORS: dict[str, str] = {
    "whirlpool": "whirlpool/1",
    "ashigaru": "ashigaru/1",
    "wasabi2": "wasabi2/1",
    "wasabi1": "wasabi1/1",
    "joinmarket": "joinmarket/1",
    "equal_outputs": "equal_outputs/2",
    "stonewall": "stonewall/1",
    "tx0": "tx0/1",
    "exchange_batch": "exchange_batch/1",
    "payjoin": "payjoin/1",
    "dual_funding": "dual_funding/1",
}
"""Detector to rule: of those for CoinJoins, the first that says yes names the protocol."""
