"""What every judgement of the change rules rests on: rules, weights, thresholds and lag of the engine."""

from dataclasses import dataclass
from functools import cache

from coalface import _core

__all__ = ["CHANGE_RULE", "ChangeModel", "ChangeRuleWeights", "change_model"]

CHANGE_RULE = "change/1"
"""Calibrated combination of all change rules."""


@dataclass(frozen=True)
class ChangeRuleWeights:
    """What the votes of one rule weigh, thousandths of a natural logarithm."""

    rule: str
    keeps_millinats: int
    rules_out_millinats: int


@dataclass(frozen=True)
class ChangeModel:
    """Rules, weights, thresholds and lag."""

    rules: tuple[ChangeRuleWeights, ...]
    two_outputs_millinats: int
    """Sum of an output before any vote, where two can be spent."""
    more_outputs_millinats: int
    """The same where there are more."""
    thresholds_millinats: dict[str, int]
    """Log-odds from which on a rule set ties change to its payer, by rule set, the strictest first."""
    lag_blocks: int
    """Blocks behind its own at which a transaction is judged."""


@cache
def change_model() -> ChangeModel:
    """The model of this release; weights in thousandths of a natural logarithm."""
    record = _core.change_model()
    return ChangeModel(
        rules=tuple(
            ChangeRuleWeights(*row)
            for row in zip(record["rules"], record["keeps"], record["rules_out"], strict=True)
        ),
        two_outputs_millinats=record["two_outputs"],
        more_outputs_millinats=record["more_outputs"],
        thresholds_millinats={"standard": record["standard_millinats"], "wide": record["wide_millinats"]},
        lag_blocks=record["lag_blocks"],
    )
