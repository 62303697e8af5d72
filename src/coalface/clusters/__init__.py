"""Clusters: which addresses are held to be under one control, by which rule, and why. Inference, never fact.

The forest itself is kept by the engine while blocks are indexed. `cluster` says who is in one, `explain` by
which transactions two addresses came together, `change` which output came back to the payer, `rules` names
and versions what decides.
"""

from coalface.clusters.change import Change, ChangeOutput, ChangeVote, change
from coalface.clusters.change_model import CHANGE_RULE, ChangeModel, ChangeRuleWeights, change_model
from coalface.clusters.cluster import Cluster, cluster
from coalface.clusters.explain import Explanation, Step, explain
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET

__all__ = [
    "CHANGE_RULE",
    "COINJOIN_RULE",
    "RULE_SET",
    "Change",
    "ChangeModel",
    "ChangeOutput",
    "ChangeRuleWeights",
    "ChangeVote",
    "Cluster",
    "Explanation",
    "Step",
    "change",
    "change_model",
    "cluster",
    "explain",
]
