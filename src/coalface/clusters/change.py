"""Which output of a transaction came back to whoever paid: votes of rules, evidence, decision."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from coalface import _core
from coalface.accuracy import ErrorRates
from coalface.chain import Chain, Coverage, Provenance
from coalface.clusters.change_model import CHANGE_RULE, change_model
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET, change_error_rates

__all__ = ["Change", "ChangeOutput", "ChangeVote", "change"]

Evidence = dict[str, int | bool | str | None]


@dataclass(frozen=True)
class ChangeVote:
    """What one rule says of one output."""

    rule: str
    """Name and version."""
    stance: str
    """``keeps`` (it may be change), ``rules_out`` (it is none), ``abstains``."""
    weight_millinats: int
    """What the vote adds to the output's sum, thousandths of a natural logarithm."""
    evidence: Evidence
    """What the rule looked at; names of facts about the whole transaction begin with ``tx_``."""


@dataclass(frozen=True)
class ChangeOutput:
    """One output and all votes about it."""

    n: int
    value_sat: int
    address: str | None
    score_millinats: int | None
    """Sum of weights; `None` if nothing is said about the transaction, or the output cannot be spent."""
    votes: tuple[ChangeVote, ...]
    """In the order of the rules; none if nothing is said."""


@dataclass(frozen=True)
class Change:
    """Which output of a transaction is held to be change, as of a block, and why."""

    txid: str
    height: int | None
    best_output: int | None
    """Number of the output that stands out; `None` if nothing is said about the transaction."""
    log_odds_millinats: int | None
    """How far it stands out of the strongest rival, thousandths of a natural logarithm."""
    rule_sets: tuple[str, ...]
    """Rule sets that tie it to the payer; none if there is a `refusal`."""
    refusal: str | None
    """Why nothing is tied; `None` if something is."""
    payer_address: str | None
    """Address of the first input."""
    change_address: str | None
    """Address of the output that stands out."""
    is_final: bool
    """Whether so many blocks came after it that the judgement stays."""
    judged_at_height: int | None
    """Last block that was looked at."""
    outputs: tuple[ChangeOutput, ...]
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=change_error_rates)


def change(chain: Chain, txid: str) -> Change:
    """Which output of a transaction is held to be change; weights in thousandths of a natural logarithm.

    Parameters
    ----------
    chain
        As of which block. A transaction is judged as of the block that stands `ChangeModel.lag_blocks` behind
        its own; with fewer blocks the judgement is provisional and ties nothing.
    txid
        The transaction.

    Raises
    ------
    NotFound
        If the transaction is not in the store.
    UsageError
        If the text is no txid.

    Notes
    -----
    Wrong where payer and payee use the same software and nothing else tells the outputs apart; docs/change.md
    says for each rule when it is. A decision is inference, never fact.

    References
    ----------
    Meiklejohn et al. (2013), Kalodner et al. (2020), Kappos et al. (2022), Möser and Narayanan (2022).
    """
    core, bound = chain.core, chain.bound
    tx = chain.tx(txid)
    row = core.find_tx(tx.txid, bound)
    assert row is not None  # noqa: S101 - it was found a line above, and a snapshot does not change
    record = _core.change_tx(core, row, bound)
    model = change_model()
    scores = dict(record["scores"])
    best = record["best"]
    votes = _votes(core, record, len(tx.outputs), bound)
    odds = record["log_odds_millinats"]
    refusal = record["refusal"]
    if refusal is None and not record["is_final"]:
        refusal = "too_recent"
    if refusal is None and (odds is None or odds < model.thresholds_millinats["wide"]):
        refusal = "below_threshold"
    return Change(
        txid=tx.txid,
        height=tx.height,
        best_output=best,
        log_odds_millinats=odds,
        rule_sets=()
        if refusal is not None or odds is None
        else tuple(name for name, least in model.thresholds_millinats.items() if odds >= least),
        refusal=refusal,
        payer_address=tx.inputs[0].address if tx.inputs else None,
        change_address=None if best is None else tx.outputs[best].address,
        is_final=record["is_final"],
        judged_at_height=record["judged_at_height"],
        outputs=tuple(
            ChangeOutput(each.n, each.value_sat, each.address, scores.get(each.n), tuple(votes[each.n]))
            for each in tx.outputs
        ),
        coverage=chain.coverage,
        provenance=replace(chain.provenance, rules=(CHANGE_RULE, RULE_SET, COINJOIN_RULE)),
    )


def _votes(
    core: _core.Chain, record: "_core.ChangeRecord", n_outputs: int, bound: _core.Bound
) -> dict[int, list[ChangeVote]]:
    """Votes by output, in the order of the rules."""
    model = change_model()
    txids: dict[int, str] = {}
    found: dict[int, list[ChangeVote]] = defaultdict(list)
    scored = {n for n, _ in record["scores"]}
    for vote, rule in zip(record["votes"], model.rules, strict=False):
        common: Evidence = {}
        own: dict[int, Evidence] = defaultdict(dict)
        for output, name, value in vote["facts"]:
            place, key = (common, f"tx_{name}") if output is None else (own[output], name)
            if isinstance(value, dict):
                spender = value["tx"]
                if spender not in txids:
                    txids[spender] = core.tx(spender, bound)["txid"]
                place[key] = txids[spender]
            else:
                place[key] = value
        for n in range(n_outputs):
            if n not in scored:
                continue
            stance = "keeps" if n in vote["keeps"] else "rules_out" if n in vote["rules_out"] else "abstains"
            weight = {"keeps": rule.keeps_millinats, "rules_out": rule.rules_out_millinats}.get(stance, 0)
            found[n].append(ChangeVote(vote["rule"], stance, weight, {**common, **own[n]}))
    return found
