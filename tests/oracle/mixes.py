"""Which transactions are left alone, by docs/coinjoin.md: the gates that must hold, once more and slowly."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.slow import SlowOutput, SlowTx

BTC = 100_000_000
POOLS = [100_000, 1_000_000, 5_000_000, 50_000_000, 2_500_000, 25_000_000]
FEES = {
    100_000: (5_000, 5_000),
    1_000_000: (50_000, 50_000),
    2_500_000: (87_500, 125_000),
    5_000_000: (175_000, 175_000),
    25_000_000: (875_000, 1_250_000),
    50_000_000: (1_750_000, 1_750_000),
}
"""Of Tx0s, by pool: lowest and highest fee."""
DENOMINATIONS = {
    value
    for value in (
        {5000, *(2**k for k in range(13, 37)), *(3**k for k in range(8, 24))}
        | {2 * 3**k for k in range(8, 23)}
        | {n * 10**k for n in (1, 2, 5) for k in range(4, 12)}
    )
    if value <= 134_375_000_000
}  # fmt: skip


def kind(output: SlowOutput) -> str:
    """Script kind of an output, by how its address looks on regtest."""
    text = output.address
    if text is None:
        return "op_return"
    if text.startswith("script:"):
        return text.split(":")[1]
    if text.startswith("bcrt1q"):
        return "p2wpkh" if len(text) == 44 else "p2wsh"
    if text.startswith("bcrt1p"):
        return "p2tr" if len(text) == 64 else "other"
    return {"2": "p2sh", "m": "p2pkh", "n": "p2pkh"}.get(text[0], "other")


class Parts:
    """What the gates look at."""

    def __init__(self, tx: SlowTx) -> None:
        self.tx = tx
        self.payers: dict[str, int] = defaultdict(int)
        for each in tx.inputs:
            if each.address is not None:
                self.payers[each.address] += each.value_sat
        self.paid = [each for each in tx.outputs if each.address is not None]
        self.values = Counter(each.value_sat for each in self.paid)
        self.payees: dict[int, set[str]] = defaultdict(set)
        for each in self.paid:
            self.payees[each.value_sat].add(str(each.address))
        addresses = [each.address for each in self.paid]
        self.n_repeated = len(addresses) - len(set(addresses))
        self.n_self_paid = sum(address in self.payers for address in addresses)
        self.in_kinds = {kind(each) for each in tx.inputs}
        self.out_kinds = {kind(each) for each in tx.outputs}
        self.modal = min(self.values, key=lambda value: (-self.values[value], value), default=0)

    def funders(self, value: int) -> int:
        """At most so many people can bring that value each."""
        share = value - value // 100
        if share <= 0:
            return -1
        large = [sat for sat in self.payers.values() if sat >= share]
        return len(large) + (sum(self.payers.values()) - sum(large)) // share

    def is_funded(self, value: int) -> bool:
        """Unknown, for a value of nothing, counts as possible."""
        return value - value // 100 <= 0 or self.funders(value) >= len(self.payees[value])


def is_equal_outputs(parts: Parts) -> bool:
    fit = [value for value in parts.values if len(parts.payees[value]) <= len(parts.payers)]
    shared = min(fit, key=lambda value: (-len(parts.payees[value]), value), default=None)
    if shared is None or len(parts.payees[shared]) < 3:
        return False
    n_single = sum(count == 1 for count in parts.values.values())
    return n_single <= len(parts.payers) + 1 and parts.is_funded(shared)


def is_stonewall(parts: Parts) -> bool:
    twice = [value for value, count in parts.values.items() if count > 1]
    return (
        len(parts.payers) >= 2
        and len(parts.paid) in (3, 4)
        and len(twice) == 1
        and parts.values[twice[0]] == 2
        and twice[0] >= 5_000
        and parts.n_repeated == 0
        and parts.is_funded(twice[0])
    )


def is_joinmarket(parts: Parts) -> bool:
    n = parts.values[parts.modal]
    odd = {"op_return", "nonstandard", "empty", "multisig", "anchor"}
    return (
        len(parts.payees[parts.modal]) >= 3
        and len(parts.payers) >= n
        and not parts.out_kinds & odd
        and len(parts.paid) <= 2 * n + 1
        and parts.is_funded(parts.modal)
    )


def is_wasabi1(parts: Parts) -> bool:
    n, base = parts.values[parts.modal], parts.modal
    levels = [BTC // 10 << level for level in range(1, 12)]
    n_mixed = sum(count for value, count in parts.values.items() if value == base or value in levels)
    least = min((len(parts.paid) - 1) // 2, len(parts.paid) - len(parts.payers) - 1)
    return (
        n >= 3
        and n <= len(parts.payers) <= 7 * n
        and parts.out_kinds == parts.in_kinds == {"p2wpkh"}
        and base >= BTC // 10 - BTC // 50
        and n_mixed >= least
        and parts.is_funded(base)
    )


def is_wasabi2(parts: Parts) -> bool:
    order = [each.value_sat for each in parts.tx.outputs]
    n_standard = sum(value in DENOMINATIONS for value in order)
    return (
        min(len(parts.payers), len(parts.paid)) >= 5
        and min(parts.values, default=0) >= 5_000
        and max(parts.values.values()) > 1
        and n_standard * 100 // len(parts.paid) >= 50
        and order == sorted(order, reverse=True)
        and parts.out_kinds | parts.in_kinds <= {"p2wpkh", "p2tr"}
    )


def is_whirlpool(parts: Parts) -> bool:
    n = len(parts.tx.inputs)
    surpluses = [each.value_sat - parts.modal for each in parts.tx.inputs]
    return (
        parts.modal in POOLS
        and n == len(parts.tx.outputs)
        and 5 <= n <= 10
        and len(parts.values) == 1
        and parts.out_kinds == parts.in_kinds == {"p2wpkh"}
        and len(parts.payers) == n
        and parts.n_repeated == 0
        and all(over == 0 or 100 <= over <= 110_000 for over in surpluses)
    )


def is_tx0(parts: Parts) -> bool:
    if sum(each.address is None for each in parts.tx.outputs) != 1 or parts.n_repeated:
        return False
    for pool, (low, high) in FEES.items():
        for value, n in parts.values.items():
            if 100 <= value - pool <= 110_000:
                fees = sum(c for v, c in parts.values.items() if v != value and low // 2 <= v <= high * 3)
                if n <= 70 and len(parts.paid) - n <= 2 and fees == 1:
                    return True
    return False


def is_dual_funding(parts: Parts) -> bool:
    kinds = [kind(each) for each in parts.tx.outputs]
    return (
        len(parts.payers) >= 2
        and len(kinds) == 3
        and kinds.count("p2wsh") == 1
        and parts.n_repeated + parts.n_self_paid == 0
        and set(kinds) - {"p2wsh"} <= parts.in_kinds <= {"p2wpkh", "p2tr", "p2sh"}
        and "op_return" not in kinds
    )


MIXES = (is_equal_outputs, is_stonewall, is_joinmarket, is_wasabi1, is_wasabi2, is_whirlpool)


def may_be_coinjoin(tx: SlowTx) -> bool:
    """Whether some detector of CoinJoins does not say no: where a trace ends."""
    parts = Parts(tx)
    return bool(tx.spends and parts.paid) and any(is_one(parts) for is_one in MIXES) and not is_tx0(parts)


def is_left_alone(tx: SlowTx) -> bool:
    """Whether clustering takes no link from it."""
    parts = Parts(tx)
    return may_be_coinjoin(tx) or bool(tx.spends and is_dual_funding(parts) and not is_tx0(parts))
