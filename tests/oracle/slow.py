"""Slow, obvious answers from raw blocks: no code of the engine, plain Python integers, sets and dicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from coalface.range.block import read_block
from oracle import scripts
from oracle.mixes import is_left_alone, may_be_coinjoin

Outpoint = tuple[str, int]


@dataclass(frozen=True)
class SlowOutput:
    """One output."""

    value_sat: int
    address: str | None


@dataclass(frozen=True)
class SlowTx:
    """One transaction."""

    place: int
    txid: str
    height: int
    time_unix: int
    spends: tuple[Outpoint, ...]
    inputs: tuple[SlowOutput, ...]
    outputs: tuple[SlowOutput, ...]

    @property
    def fee_sat(self) -> int:
        """Inputs minus outputs."""
        return sum(each.value_sat for each in self.inputs) - sum(each.value_sat for each in self.outputs)

    @property
    def input_addresses(self) -> list[str]:
        """Addresses that it spends from, each once, in order."""
        return list(dict.fromkeys(each.address for each in self.inputs if each.address is not None))


@dataclass
class SlowTotals:
    """What happened to one address."""

    received_sat: int = 0
    sent_sat: int = 0
    n_outputs: int = 0
    history: list[list[int]] = field(default_factory=list)
    """Place of a transaction, received, sent."""

    def at(self, place: int) -> list[int]:
        """The history's row for a transaction."""
        if not self.history or self.history[-1][0] != place:
            self.history.append([place, 0, 0])
        return self.history[-1]


class SlowChain:
    """Every transaction of a regtest chain in chain order."""

    def __init__(self, blocks: Sequence[bytes]) -> None:
        self.txs: list[SlowTx] = []
        self.output: dict[Outpoint, SlowOutput] = {}
        self.spender: dict[Outpoint, SlowTx] = {}
        for height, raw_block in enumerate(blocks):
            header, txs = read_block(raw_block)
            for tx in txs:
                spends = (
                    () if tx.is_coinbase else tuple((i.outpoint.txid, i.outpoint.vout) for i in tx.inputs)
                )
                outputs = tuple(
                    SlowOutput(o.value_sat, scripts.address("regtest", o.script_pubkey)) for o in tx.outputs
                )
                inputs = tuple(self.output[each] for each in spends)
                made = SlowTx(len(self.txs), tx.txid, height, header.time_unix, spends, inputs, outputs)
                self.txs.append(made)
                for vout, output in enumerate(outputs):
                    self.output[tx.txid, vout] = output
                for outpoint in spends:
                    assert outpoint not in self.spender
                    self.spender[outpoint] = made

    def up_to(self, height: int) -> list[SlowTx]:
        """Transactions of the blocks up to a height."""
        return [tx for tx in self.txs if tx.height <= height]

    def totals(self, height: int) -> dict[str, SlowTotals]:
        """Totals and history of every address that occurs, as of a height."""
        found: dict[str, SlowTotals] = {}
        for tx in self.up_to(height):
            for output in tx.outputs:
                if output.address is not None:
                    totals = found.setdefault(output.address, SlowTotals())
                    totals.received_sat += output.value_sat
                    totals.n_outputs += 1
                    totals.at(tx.place)[1] += output.value_sat
            for each in tx.inputs:
                if each.address is not None:
                    totals = found[each.address]
                    totals.sent_sat += each.value_sat
                    totals.at(tx.place)[2] += each.value_sat
        return found

    def clusters(self, height: int) -> SlowClusters:
        """Clusters as of a height."""
        clusters = SlowClusters()
        for tx in self.up_to(height):
            clusters.add(tx)
        return clusters


class SlowClusters:
    """The multi-input rule as sets that are merged."""

    def __init__(self) -> None:
        self.of: dict[str, set[str]] = {}

    def add(self, tx: SlowTx) -> None:
        """Merge what a transaction ties together."""
        for output in tx.outputs:
            if output.address is not None:
                self.of.setdefault(output.address, {output.address})
        if is_left_alone(tx):
            return
        for address in tx.input_addresses[1:]:
            merged = self.of[tx.input_addresses[0]] | self.of[address]
            for member in merged:
                self.of[member] = merged


@dataclass
class SlowTrace:
    """Where tainted value went."""

    terminals: dict[Outpoint, tuple[int, str]] = field(default_factory=dict)
    edges: list[tuple[str, dict[Outpoint, int], dict[int, int], int]] = field(default_factory=list)
    """Txid, tainted satoshi of spent outputs, of made outputs, of the fee."""
    met_again_sat: int = 0


def haircut(
    chain: SlowChain,
    origins: Collection[Outpoint],
    height: int,
    *,
    stops: Collection[str] = (),
    through_coinjoins: bool = False,
    max_txs: int = 1 << 30,
) -> SlowTrace:
    """Every transaction up to ``height`` in chain order takes its share."""
    found = SlowTrace()
    tainted = {each: chain.output[each].value_sat for each in origins if chain.output[each].value_sat}
    n_txs = 0
    for tx in chain.up_to(height):
        taken = {
            each: tainted[each]
            for each in tx.spends
            if each in tainted and goes_on(chain, each, origins, stops)
        }
        if not taken or (may_be_coinjoin(tx) and not through_coinjoins):
            continue
        if n_txs == max_txs:
            break
        n_txs += 1
        for each in taken:
            del tainted[each]
        left, total = sum(taken.values()), sum(each.value_sat for each in tx.inputs)
        made: dict[int, int] = {}
        for vout, output in enumerate(tx.outputs):
            share = left * output.value_sat // total if total else 0
            left, total = left - share, total - output.value_sat
            if share:
                made[vout] = share
                if (tx.txid, vout) in origins:
                    found.met_again_sat += share
                else:
                    tainted[tx.txid, vout] = share
        found.edges.append((tx.txid, taken, made, left))
    for each, sat in tainted.items():
        found.terminals[each] = (sat, boundary(chain, each, height, origins, stops, through_coinjoins))
    return found


def goes_on(
    chain: SlowChain, outpoint: Outpoint, origins: Collection[Outpoint], stops: Collection[str]
) -> bool:
    """Whether a tainted output may be followed, by itself."""
    return outpoint in origins or chain.output[outpoint].address not in stops


def boundary(
    chain: SlowChain,
    outpoint: Outpoint,
    height: int,
    origins: Collection[Outpoint],
    stops: Collection[str],
    through_coinjoins: bool,
) -> str:
    """Why the value stays here."""
    if chain.output[outpoint].address is None:
        return "burned"
    genesis_txid = chain.txs[0].txid
    if outpoint[0] == genesis_txid and outpoint not in chain.spender:
        return "burned"  # nobody can spend what the genesis block made
    if not goes_on(chain, outpoint, origins, stops):
        return "service"
    spender: Mapping[Outpoint, SlowTx] = chain.spender
    if outpoint not in spender or spender[outpoint].height > height:
        return "unspent"
    if may_be_coinjoin(spender[outpoint]) and not through_coinjoins:
        return "coinjoin"
    return "limit"
