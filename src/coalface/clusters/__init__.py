"""Clusters: which addresses are held to be under one control, by which rule, and why. Inference, never fact.

The forests themselves are kept by the engine: `strict` while blocks are indexed, named rule sets beside it
(`rule_sets` says which, and makes them). `cluster` says who is in one, `explain` by which transactions two
addresses came together, `apart` why they did not, `change` which output came back to its payer, `merges`
which clusters became one between two blocks, `difference` what two sets make of the same addresses; `steps`
and `picture` show evidence, `rules` names and versions what decides. `overlay` holds apart or joins what
guards and analysts (`decisions`) say, over the engine in `constrained`; `held` is its review queue.
"""

from coalface.clusters.apart import Apart, CommonCounterparty, Contact, InSet, apart
from coalface.clusters.change import Change, ChangeOutput, ChangeVote, change
from coalface.clusters.change_model import CHANGE_RULE, ChangeModel, ChangeRuleWeights, change_model
from coalface.clusters.cluster import Cluster, cluster
from coalface.clusters.decisions import Decision, decisions, merge, split, withdraw_decision
from coalface.clusters.difference import DividedCluster, Part, SetDifference, difference
from coalface.clusters.explain import Explanation, explain, explain_shortest, with_overlay
from coalface.clusters.held import HeldUnions, held
from coalface.clusters.merges import Merge, Merges, merges
from coalface.clusters.overlay import OVERLAY_RULE, Guards, Hold, Join, Overlay
from coalface.clusters.picture import explanation_svg
from coalface.clusters.rule_sets import (
    BuildReport,
    OpenSet,
    RuleSetState,
    build_rule_set,
    open_set,
    rule_sets,
)
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET
from coalface.clusters.steps import Step

__all__ = [
    "CHANGE_RULE",
    "COINJOIN_RULE",
    "OVERLAY_RULE",
    "RULE_SET",
    "Apart",
    "BuildReport",
    "Change",
    "ChangeModel",
    "ChangeOutput",
    "ChangeRuleWeights",
    "ChangeVote",
    "Cluster",
    "CommonCounterparty",
    "Contact",
    "Decision",
    "DividedCluster",
    "Explanation",
    "Guards",
    "HeldUnions",
    "Hold",
    "InSet",
    "Join",
    "Merge",
    "Merges",
    "OpenSet",
    "Overlay",
    "Part",
    "RuleSetState",
    "SetDifference",
    "Step",
    "apart",
    "build_rule_set",
    "change",
    "change_model",
    "cluster",
    "decisions",
    "difference",
    "explain",
    "explain_shortest",
    "explanation_svg",
    "held",
    "merge",
    "merges",
    "open_set",
    "rule_sets",
    "split",
    "with_overlay",
    "withdraw_decision",
]
