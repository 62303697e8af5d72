"""Change rules as their sources word them: plain loops over columns of a store, no code of the engine."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from coalface.chain import Chain
from coalface.coinjoin import scan_coinjoins

NONE = 2**32 - 1
COINBASE, SEGWIT, BIP69 = 1, 2, 8 + 16
LAG = 144
Said = dict[str, tuple[set[int], set[int]]]
"""By rule, the outputs that it keeps and those that it rules out."""


@dataclass(frozen=True)
class SlowIn:
    """One input."""

    output: int
    address: int
    sequence: int
    flags: int


@dataclass(frozen=True)
class SlowTx:
    """One transaction."""

    row: int
    block: int
    version: int
    locktime: int
    flags: int
    fee_rate: int | None
    inputs: tuple[SlowIn, ...]
    outputs: range


class SlowChange:
    """All columns of a small store as lists, and what the rules say of a transaction."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        bound = chain.bound

        def column(name: str) -> list[int]:
            values: list[int] = np.asarray(chain.column(name)).tolist()
            return values

        self.value = column("output.value_sat")
        self.address = column("output.address_id")
        self.kind = column("address.kind")
        first_input = [*column("tx.first_input")[: bound.txs], bound.inputs]
        first_output = [*column("tx.first_output")[: bound.txs], bound.outputs]
        first_tx = [*column("block.first_tx")[: bound.blocks], bound.txs]
        spent, payer = column("input.spent_output"), column("input.address_id")
        sequence, flags = column("input.sequence"), column("input.spend_flags")
        version, locktime = column("tx.version"), column("tx.locktime")
        weight, fee, tx_flags = column("tx.weight"), column("tx.fee_sat"), column("tx.flags")
        self.n_blocks = bound.blocks
        self.txs: list[SlowTx] = []
        for block in range(bound.blocks):
            for row in range(first_tx[block], first_tx[block + 1]):
                vsize = -(-weight[row] // 4)
                self.txs.append(
                    SlowTx(
                        row,
                        block,
                        version[row],
                        locktime[row],
                        tx_flags[row],
                        None if tx_flags[row] & COINBASE else fee[row] * 1000 // vsize,
                        tuple(
                            SlowIn(spent[n], payer[n], sequence[n], flags[n])
                            for n in range(first_input[row], first_input[row + 1])
                        ),
                        range(first_output[row], first_output[row + 1]),
                    )
                )
        self.maker = {output: tx for tx in self.txs for output in tx.outputs}
        self.spender = {
            each.output: (tx, each) for tx in self.txs if not tx.flags & COINBASE for each in tx.inputs
        }
        self.paying: dict[int, list[int]] = defaultdict(list)
        for output in sorted(self.maker):
            self.paying[self.address[output]].append(output)
        # Held to the detectors' definition by tests of their own.
        mixes = {each.txid for each in scan_coinjoins(chain)[1] if not each.makes_links}
        txids = chain.core.txs(np.arange(bound.txs, dtype=np.uint32))[0]
        self.mixes = {row for row, txid in enumerate(txids) if txid in mixes}
        self._bounds: dict[int, object] = {}

    def spend(self, output: int, last_block: int) -> tuple[SlowTx, SlowIn] | None:
        """What spends an output in the blocks up to the last one."""
        found = self.spender.get(output)
        return found if found is not None and found[0].block <= last_block else None

    def root(self, address: int, last_block: int) -> int:
        """Cluster of an address as the store keeps it, as of a block."""
        if last_block not in self._bounds:
            self._bounds[last_block] = self.chain.core.bound_height(last_block)
        bound = self._bounds[last_block]
        return self.chain.core.cluster(address, bound)[0]  # type: ignore[arg-type]  # kept as object above

    def is_left_alone(self, tx: SlowTx) -> bool:
        """Whether nothing is said about a transaction."""
        spendable = [n for n in tx.outputs if self.address[n] != NONE]
        if tx.flags & COINBASE or len(spendable) < 2 or len(tx.outputs) > 64:
            return True
        return tx.row in self.mixes

    def votes(self, tx: SlowTx) -> Said:
        """What every rule says of a transaction, as of the block that stands `LAG` behind it."""
        last = tx.block + LAG
        first = tx.outputs.start
        outputs = [n for n in tx.outputs if self.address[n] != NONE]
        payers = {each.address for each in tx.inputs}
        fresh, again = self.fresh(tx), self.paid_again(tx)
        spends = {n: found for n in outputs if (found := self.spend(n, last)) is not None}
        said: dict[str, tuple[set[int], set[int]]] = {}

        def say(rule: str, keeps: set[int], rules_out: set[int]) -> None:
            said[rule] = ({n - first for n in keeps}, {n - first for n in rules_out})

        everything = set(outputs)
        reuses = any(
            len({self.maker[n].row for n in self.paying[payer] if self.maker[n].block <= last}) > 1
            for payer in payers
        )
        own = {n for n in outputs if self.address[n] in payers}
        say("reuse", own, everything - own if own else set())
        is_one = not own and len(fresh) == 1 and not fresh & again and not reuses
        say("one_time_change", fresh if is_one else set(), everything - fresh if is_one else set())
        say("client_behaviour", set() if reuses else fresh, set() if reuses else everything - fresh)
        say("received_again", set(), set() if reuses else again)
        kinds = {self.kind[each.address] for each in tx.inputs}
        like = {n for n in outputs if self.kind[self.address[n]] in kinds}
        is_one_kind = len(kinds) == 1
        say("address_type", like if is_one_kind else set(), everything - like if is_one_kind else set())
        texts = {n: str(self.value[n]) for n in outputs}
        zeros = {n: len(text) - len(text.rstrip("0")) if text != "0" else 0 for n, text in texts.items()}
        round_, odd = {n for n in outputs if zeros[n] >= 4}, {n for n in outputs if zeros[n] <= 2}
        say("round_value", odd if round_ and odd else set(), round_ if round_ and odd else set())
        small = {n for n in outputs if self.value[n] < min(self.value[each.output] for each in tx.inputs)}
        is_several = len(tx.inputs) > 1
        say("optimal_change", small if is_several else set(), everything - small if is_several else set())
        tied = {
            n for n in outputs if self.root(self.address[n], last) == self.root(tx.inputs[0].address, last)
        }
        say("co_spent", tied, everything - tied if tied else set())
        equal = {n for n, (spender, _) in spends.items() if spender.fee_rate == tx.fee_rate}
        say("fixed_fee", equal, set(spends) - equal)
        hops = {n for n, (spender, _) in spends.items() if is_hop(spender)}
        is_chain = is_hop(tx) and (is_hop(self.maker[tx.inputs[0].output]) or bool(hops))
        say("peel", hops if is_chain else set(), set(spends) - hops if is_chain else set())
        differ: dict[int, int] = dict.fromkeys(spends, 0)
        for rule, (ours, theirs) in self.habits(tx, spends).items():
            same = {n for n, habit in theirs.items() if habit == ours}
            other = set(theirs) - same
            if rule != "low_r":
                for n in other:
                    differ[n] += 1
            if rule == "script":
                plain = {n for n in theirs if is_plain(ours) and is_plain(theirs[n])}
                same, other = same - plain, other - plain
            say(f"fingerprint_{rule}", same, other)
        agree = {n for n, count in differ.items() if count == 0}
        is_clear = len(agree) == 1 and len(spends) == len(outputs)
        say("same_features", agree if is_clear else set(), set(spends) - agree if is_clear else set())
        return said

    def fresh(self, tx: SlowTx) -> set[int]:
        """Outputs to addresses that nobody paid before."""
        outputs = [n for n in tx.outputs if self.address[n] != NONE]
        return {n for n in outputs if self.paying[self.address[n]][0] >= tx.outputs.start}

    def paid_again(self, tx: SlowTx) -> set[int]:
        """Outputs to addresses that a later transaction pays, within the lag."""
        return {
            n
            for n in tx.outputs
            if self.address[n] != NONE
            and any(
                other >= tx.outputs.stop and self.maker[other].block <= tx.block + LAG
                for other in self.paying[self.address[n]]
            )
        }

    def habits(
        self, tx: SlowTx, spends: dict[int, tuple[SlowTx, SlowIn]]
    ) -> dict[str, tuple[object, dict[int, object]]]:
        """By habit, that of a transaction and those of what spends its outputs, where both show one."""
        kinds = {self.kind[each.address] for each in tx.inputs}
        templates, classes = (
            {template(each.flags) for each in tx.inputs},
            {sequence_class(each.sequence) for each in tx.inputs},
        )
        short = [low_r(each.flags) for each in tx.inputs]
        found: dict[str, tuple[object, dict[int, object]]] = {
            "version": (tx.version, {n: each.version for n, (each, _) in spends.items()}),
            "locktime": (tx.locktime > 0, {n: each.locktime > 0 for n, (each, _) in spends.items()}),
            "segwit": (tx.flags & SEGWIT, {n: each.flags & SEGWIT for n, (each, _) in spends.items()}),
            "order": (
                tx.flags & BIP69 == BIP69,
                {
                    n: each.flags & BIP69 == BIP69
                    for n, (each, _) in spends.items()
                    if (len(each.inputs), len(each.outputs)) != (1, 1)
                },
            ),
        }
        found["sequence"] = (
            min(classes),
            {n: sequence_class(each.sequence) for n, (_, each) in spends.items()}
            if len(classes) == 1
            else {},
        )
        is_known = len(kinds) == 1 and len(templates) == 1
        found["script"] = (
            min(templates),
            {
                n: template(each.flags)
                for n, (_, each) in spends.items()
                if is_known and self.kind[self.address[n]] in kinds
            },
        )
        found["low_r"] = (
            all(short),
            {
                n: low_r(each.flags)
                for n, (_, each) in spends.items()
                if None not in short and low_r(each.flags) is not None
            },
        )
        return found


def is_hop(tx: SlowTx) -> bool:
    """One input, two outputs."""
    return (len(tx.inputs), len(tx.outputs)) == (1, 2)


def sequence_class(sequence: int) -> str:
    """What wallets differ in."""
    named = {0xFFFFFFFF: "a final", 0xFFFFFFFE: "b lockable", 0xFFFFFFFD: "c replaceable"}
    return named.get(sequence, "d other" if sequence >> 31 else "e relative")


def template(flags: int) -> tuple[int, ...]:
    """Inner kind, wrapped, taproot paths, m, n, compressed, uncompressed."""
    return (
        flags & 15, flags >> 4 & 1, flags >> 5 & 1, flags >> 6 & 1, flags >> 7 & 31, flags >> 12 & 31,
        flags >> 17 & 1, flags >> 18 & 1,
    )  # fmt: skip


def is_plain(found: object) -> bool:
    """Whether a template shows nothing but a compressed key or a taproot key path."""
    assert isinstance(found, tuple)
    return all(part == 0 for place, part in enumerate(found) if place not in {2, 6})


def low_r(flags: int) -> bool | None:
    """Whether R is short; `None` where no ECDSA signature is seen."""
    if not flags >> 19 & 1 or not flags >> 21 & 15 or flags >> 5 & 3:
        return None
    return bool(flags >> 20 & 1)
