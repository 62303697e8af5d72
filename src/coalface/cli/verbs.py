"""The table of verbs. `coalface --help` is printed from it alone, so that help never waits for the engine."""

from dataclasses import dataclass

__all__ = ["VERBS", "Verb"]


@dataclass(frozen=True)
class Verb:
    """One verb: where its click command is, and its line in the list of verbs."""

    target: str
    """``module:function``, imported when the verb runs."""
    summary: str
    """Equal to the short help of the command (a test compares them)."""


VERBS: dict[str, Verb] = {
    "index": Verb("coalface.cli.index:index", "Make a store from block files, or bring it up to date."),
    "follow": Verb(
        "coalface.cli.follow:follow",
        "Keep a store at the tip of your node, and a log of blocks that came and went.",
    ),
    "events": Verb(
        "coalface.cli.events:events", "Show which blocks came and went while the store was followed."
    ),
    "info": Verb("coalface.cli.info:info", "Show what a store holds: network, tip, counts, bytes, coverage."),
    "check": Verb("coalface.cli.check:check", "Check checksums and invariants of a store."),
    "block": Verb("coalface.cli.block:block", "Show blocks by height or hash."),
    "tx": Verb("coalface.cli.tx:tx", "Show transactions with the outputs they spend and make."),
    "address": Verb(
        "coalface.cli.address:address",
        "Show what addresses received and sent, and in which cluster they are.",
    ),
    "cluster": Verb(
        "coalface.cli.cluster:cluster", "Show the cluster that addresses are in: inference, never fact."
    ),
    "clusters": Verb(
        "coalface.cli.clusters:clusters", "Build named rule sets, and compare what they make of addresses."
    ),
    "explain": Verb("coalface.cli.explain:explain", "Show the transactions that tie two addresses together."),
    "coinjoin": Verb(
        "coalface.cli.coinjoin:coinjoin",
        "Say whether transactions are CoinJoins, by which protocol, and why.",
    ),
    "change": Verb(
        "coalface.cli.change:change",
        "Show which output of a transaction is held to be change, by which votes.",
    ),
    "trace": Verb(
        "coalface.cli.trace:trace", "Follow value from outputs, transactions, addresses or clusters."
    ),
    "compare": Verb(
        "coalface.cli.compare:compare", "Ask one question under all methods, and what its answer hangs on."
    ),
    "path": Verb(
        "coalface.cli.path:path",
        "Show the shortest, the largest and the earliest way from one place to another.",
    ),
    "meet": Verb("coalface.cli.meet:meet", "Show where money of several origins comes together."),
    "pooled": Verb(
        "coalface.cli.pooled:pooled",
        "Show what is left of a claim on a pooled account, by its lowest intermediate balance.",
    ),
    "scan": Verb("coalface.cli.scan:scan", "Ask a question about the whole chain."),
    "labels": Verb(
        "coalface.cli.labels:labels", "Import what others say of addresses, and show who said what."
    ),
    "screen": Verb("coalface.cli.screen:screen", "Screen addresses against the imported lists."),
    "prices": Verb(
        "coalface.cli.prices:prices", "Import daily prices, and show what an amount was worth at a time."
    ),
    "energy": Verb(
        "coalface.cli.energy:energy",
        "Reckon how much bitcoin lies in fuel, and how much fuel behind bitcoin.",
    ),
    "demo": Verb(
        "coalface.cli.demo:demo",
        "Build a small chain on which an exchange is robbed, index it, screen, trace, and explain.",
    ),
    "range": Verb(
        "coalface.cli.range:range_", "Make chains whose truth is known, and compare them with others."
    ),
    "version": Verb("coalface.cli.version:version", "Show the version and how the engine was built."),
}
