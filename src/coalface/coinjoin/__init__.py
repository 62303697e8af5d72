"""CoinJoins: which transactions strangers made together to mix coins, by which protocol, and why. Inference.

The detectors run in the engine (``coinjoin``), a file each; the same ones keep clusters apart. `judge` asks
about a transaction of a store, `judge_json` about one in JSON, `scan_coinjoins` about a whole chain;
`result` is what they answer, `rules` names what decides.
"""

from coalface.coinjoin.judge import judge, judge_json
from coalface.coinjoin.result import CoinJoin, Finding, Gate, JudgedOutput, Lineage
from coalface.coinjoin.rules import COINJOIN_RULE, DETECTORS
from coalface.coinjoin.scan import CoinJoinScan, ScannedTx, scan_coinjoins

__all__ = [
    "COINJOIN_RULE",
    "DETECTORS",
    "CoinJoin",
    "CoinJoinScan",
    "Finding",
    "Gate",
    "JudgedOutput",
    "Lineage",
    "ScannedTx",
    "judge",
    "judge_json",
    "scan_coinjoins",
]
