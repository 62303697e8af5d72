"""Whether a transaction is a CoinJoin, from a store or from JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from coalface import _core
from coalface.accuracy import error_rates
from coalface.chain import Chain
from coalface.coinjoin.result import CoinJoin, Finding, Gate, JudgedOutput, Lineage
from coalface.coinjoin.rules import COINJOIN_RULE, DETECTORS

__all__ = ["has_mainnet_eras", "judge", "judge_json"]

LINEAGE_MIXES = 100
"""Mixes that are followed back; a break is mostly in the first few."""
_POSSIBLE = ("yes", "undecided")


def has_mainnet_eras(chain: Chain, eras: bool | None) -> bool:
    """Whether heights are judged: as asked, else on mainnet alone, where protocols have their times."""
    return chain.network == "mainnet" if eras is None else eras


def judge(chain: Chain, txid: str, *, eras: bool | None = None) -> CoinJoin:
    """Whether a transaction is a CoinJoin, with every detector's gates.

    Parameters
    ----------
    chain
        As of which block.
    txid
        64 hex digits.
    eras
        Whether a protocol is looked for only at the heights of mainnet at which it was in use. On mainnet
        alone unless given.

    Raises
    ------
    InvalidReference
        If the text is no txid.
    NotFound
        If the chain does not hold the transaction.

    Notes
    -----
    A mix of Whirlpool or Ashigaru whose coins do not all come from Tx0s and mixes is undecided.
    O(inputs + outputs), and as much for each of up to 100 earlier mixes.

    References
    ----------
    docs/coinjoin.md names the sources of each detector.
    """
    core, bound = chain.core, chain.bound
    found = chain.tx(txid)
    row = core.find_tx(found.txid, bound)
    assert row is not None  # noqa: S101 - it was found just now
    is_mainnet = has_mainnet_eras(chain, eras)
    record = _core.coinjoin_tx(core, row, is_mainnet)
    traced = _core.coinjoin_lineage(core, row, is_mainnet, LINEAGE_MIXES)
    lineage = None if traced is None else Lineage(**traced)
    answer = _answer(record, is_mainnet, lineage)
    return replace(
        answer,
        coverage=chain.coverage.with_unknown(_unknown(answer.findings)),
        provenance=replace(chain.provenance, rules=_rules(answer)),
    )


def judge_json(json: bytes, *, eras: bool = True) -> list[CoinJoin]:
    """Whether transactions in JSON are CoinJoins: one answer each, in their order.

    Parameters
    ----------
    json
        A transaction as an Esplora server gives it, with the outputs that it spends; or a list of them.
    eras
        Whether a protocol is looked for only at the heights of mainnet at which it was in use.

    Raises
    ------
    TxJsonError
        If it is no such transaction, or an input does not say what it spends.
    LimitExceeded
        If it is larger than 64 MiB.
    """
    return [_answer(record, eras, None) for record in _core.coinjoin_json(json, eras)]


def _answer(record: dict[str, Any], is_mainnet: bool, lineage: Lineage | None) -> CoinJoin:
    findings = tuple(
        Finding(
            detector=each["detector"],
            rule=each["rule"],
            role=each["role"],
            decision=each["decision"],
            gates=tuple(Gate(**gate) for gate in each["gates"]),
        )
        for each in record["findings"]
    )
    decision, protocol = record["decision"], record["protocol"]
    if decision == "yes" and lineage is not None and lineage.decision == "no":
        decision, protocol = "undecided", None
    candidates = tuple(
        each.detector
        for each in findings
        if each.decision in _POSSIBLE and each.role in ("coinjoin", "veto", "joint_spend")
    )
    return CoinJoin(
        txid=record["txid"],
        height=record["height"],
        decision=decision,
        protocol=protocol,
        candidates=candidates,
        makes_links=not record["excluded"],
        n_inputs=record["n_inputs"],
        denominations_sat=tuple(record["denominations_sat"]),
        outputs=tuple(JudgedOutput(**row) for row in record["outputs"]),
        findings=findings,
        lineage=lineage,
        eras="mainnet" if is_mainnet else "off",
        txid_checked=record.get("txid_checked", True),
        coverage=None,
        provenance=None,
        error_rates=error_rates(_deciding_rules(protocol)),
    )


def _deciding_rules(protocol: str | None) -> tuple[str, ...]:
    return (COINJOIN_RULE,) if protocol is None else (DETECTORS[protocol], COINJOIN_RULE)


def _rules(answer: CoinJoin) -> tuple[str, ...]:
    """All rules that were asked, the lineage among them if there is one."""
    lineage = () if answer.lineage is None else (answer.lineage.rule,)
    return (COINJOIN_RULE, *(each.rule for each in answer.findings), *lineage)


def _unknown(findings: tuple[Finding, ...]) -> list[str]:
    """Gates that nothing was known for, as paths in the answer."""
    return [
        f"findings[{n}].gates[{m}].passed"
        for n, each in enumerate(findings)
        for m, gate in enumerate(each.gates)
        if gate.passed is None
    ]
