"""Clusters: which addresses are held to be under one control, by which rule, and why. Inference, never fact.

The forest itself is kept by the engine while blocks are indexed. `cluster` says who is in one, `explain` by
which transactions two addresses came together, `rules` names and versions what decides.
"""

from coalface.clusters.cluster import Cluster, cluster
from coalface.clusters.explain import Explanation, Step, explain
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET

__all__ = ["COINJOIN_RULE", "RULE_SET", "Cluster", "Explanation", "Step", "cluster", "explain"]
