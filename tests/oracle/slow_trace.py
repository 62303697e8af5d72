"""Traces by every method, forward and backward, the slow and obvious way: whole chain, plain lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from coalface.range.block import subsidy_sat
from oracle.mixes import may_be_coinjoin
from oracle.slow import Outpoint, SlowChain, SlowTx

Run = tuple[int, int, Outpoint, int]
"""Satoshi before a stretch, in it, the origin that it is coin of, satoshi before it there."""
Parts = Mapping[Outpoint, Sequence[tuple[int, int]]]
"""(start, satoshi) of the parts of each origin output."""
AMOUNTS = ("haircut", "tiho", "poison")
LINES = ("fifo", "lifo")


@dataclass
class Coin:
    """What an output carries: an amount, or stretches."""

    sat: int = 0
    runs: list[Run] = field(default_factory=list)
    is_mixed: bool = False


@dataclass
class Found:
    """Where value ended."""

    terminals: dict[Outpoint, tuple[int, str, bool, tuple[Run, ...]]] = field(default_factory=dict)
    edges: list[tuple[str, dict[Outpoint, int], dict[int, int], int]] = field(default_factory=list)
    lost_sat: int = 0
    met_again_sat: int = 0


def joined(runs: Sequence[Run]) -> list[Run]:
    """Stretches in order, those that continue each other as one."""
    found: list[Run] = []
    for start, sat, origin, place in sorted(runs):
        if found:
            before, length, other, at = found[-1]
            if before + length == start and other == origin and at + length == place:
                found[-1] = (before, length + sat, origin, at)
                continue
        found.append((start, sat, origin, place))
    return found


def lay(sides: Sequence[tuple[int, Coin]]) -> list[Run]:
    """One line of all sides."""
    line: list[Run] = []
    at = 0
    for value, coin in sides:
        line += [(at + start, sat, origin, place) for start, sat, origin, place in coin.runs]
        at += value
    return line


def cut(line: Sequence[Run], values: Sequence[int]) -> list[Coin]:
    """The line, cut into pieces of these values."""
    pieces = []
    at = 0
    for value in values:
        runs = []
        for start, sat, origin, place in line:
            first, last = max(start, at), min(start + sat, at + value)
            if first < last:
                runs.append((first - at, last - first, origin, place + first - start))
        pieces.append(Coin(sum(run[1] for run in runs), joined(runs)))
        at += value
    return pieces


def merge(method: str, value: int, a: Coin, b: Coin) -> tuple[Coin, int]:
    """Both in one output, and what both have."""
    is_mixed = a.is_mixed or b.is_mixed
    if method in AMOUNTS:
        return Coin(min(value, a.sat + b.sat), [], is_mixed), max(0, a.sat + b.sat - value)
    runs = list(a.runs)
    twice = 0
    for start, sat, origin, place in b.runs:
        free = [(start, start + sat)]
        for other, length, _, _ in a.runs:
            free = [
                piece
                for first, last in free
                for piece in ((first, min(last, other)), (max(first, other + length), last))
                if piece[0] < piece[1]
            ]
        runs += [(first, last - first, origin, place + first - start) for first, last in free]
        twice += sat - sum(last - first for first, last in free)
    return Coin(a.sat + b.sat - twice, joined(runs), is_mixed), twice


def draw(taken: int, total: int, values: Sequence[int]) -> list[int]:
    """The drawing rule."""
    shares = []
    for value in values:
        share = taken * value // total if total else 0
        taken, total = taken - share, total - value
        shares.append(share)
    return shares


def hand_on(method: str, sides: Sequence[tuple[int, Coin]], values: Sequence[int]) -> list[Coin]:
    """Forward through one transaction: outputs, then what is left."""
    taken = sum(coin.sat for _, coin in sides)
    if method == "fifo":
        return cut(lay(sides), values)
    if method == "lifo":
        return cut(lay(list(reversed(sides))), values)
    if method == "poison":
        return [Coin(value) for value in values]
    if method == "haircut":
        return [Coin(share) for share in draw(taken, sum(values), values)]
    made = [Coin() for _ in values]
    order = sorted(range(len(values) - 1), key=lambda n: (-values[n], n))
    for n in [*order, len(values) - 1]:
        made[n].sat = min(taken, values[n])
        taken -= made[n].sat
    return made


def ask_back(method: str, sides: Sequence[tuple[int, Coin]], values: Sequence[int]) -> list[Coin]:
    """Backward through one transaction: from outputs and fee to inputs."""
    wanted = sum(coin.sat for _, coin in sides)
    if method == "fifo":
        return cut(lay(sides), values)
    if method == "lifo":
        return list(reversed(cut(lay(sides), list(reversed(values)))))
    if method == "poison":
        return [Coin(value) for value in values]
    return [Coin(share) for share in draw(wanted, sum(values), values)]


def start_coins(chain: SlowChain, parts: Parts) -> dict[Outpoint, Coin]:
    """What the origins carry."""
    found = {}
    for outpoint, pieces in parts.items():
        runs: list[Run] = []
        for start, sat in sorted(pieces):
            first = max([start, *(run[0] + run[1] for run in runs)])  # what overlaps counts once
            if start + sat > first:
                runs = joined([*runs, (first, start + sat - first, outpoint, first)])
        found[outpoint] = Coin(sum(run[1] for run in runs), runs)
        assert all(start >= 0 and start + sat <= chain.output[outpoint].value_sat for start, sat in pieces)
    return {outpoint: coin for outpoint, coin in found.items() if coin.sat}


def by_block(chain: SlowChain, height: int) -> list[list[SlowTx]]:
    """Transactions block by block."""
    blocks: list[list[SlowTx]] = [[] for _ in range(height + 1)]
    for tx in chain.up_to(height):
        blocks[tx.height].append(tx)
    return blocks


def trace_forward(
    chain: SlowChain,
    parts: Parts,
    height: int,
    method: str,
    *,
    stops: Collection[str] = (),
    through_coinjoins: bool = False,
    follow_fees: bool = False,
) -> Found:
    """Transactions in chain order, the coinbase of a block behind its others."""
    found = Found()
    coins = start_coins(chain, parts)
    origins = set(coins)
    blocks = by_block(chain, height)
    for block in blocks:
        at = block[0].height
        fees: dict[str, Coin] = {}
        for tx in [*block[1:], block[0]]:
            is_coinbase = not tx.spends
            if is_coinbase:
                if not fees:
                    continue
                sides = [(subsidy_sat(at), Coin())]
                sides += [(each.fee_sat, fees.get(each.txid, Coin())) for each in block[1:]]
                taken: dict[Outpoint, Coin] = {}
                is_mixed = any(coin.is_mixed for coin in fees.values())
            else:
                taken = {
                    each: coins[each]
                    for each in tx.spends
                    if each in coins and (each in origins or chain.output[each].address not in stops)
                }
                if not taken or (may_be_coinjoin(tx) and not through_coinjoins):
                    continue
                for each in taken:
                    del coins[each]
                sides = [
                    (output.value_sat, taken.get(each, Coin()))
                    for each, output in zip(tx.spends, tx.inputs, strict=True)
                ]
                is_mixed = may_be_coinjoin(tx) or any(coin.is_mixed for coin in taken.values())
            values = [output.value_sat for output in tx.outputs]
            left = sum(value for value, _ in sides) - sum(values)
            *made, fee = hand_on(method, sides, [*values, left])
            for vout, coin in enumerate(made):
                if coin.sat:
                    coin.is_mixed = is_mixed
                    here = (tx.txid, vout)
                    coins[here], twice = merge(method, values[vout], coins.get(here, Coin()), coin)
                    found.met_again_sat += twice
            if fee.sat and follow_fees and not is_coinbase:
                fee.is_mixed = is_mixed
                fees[tx.txid] = fee
            else:
                found.lost_sat += fee.sat
            found.edges.append(
                (
                    tx.txid,
                    {each: coin.sat for each, coin in taken.items()},
                    {vout: coin.sat for vout, coin in enumerate(made) if coin.sat},
                    fee.sat,
                )
            )
    for outpoint, coin in coins.items():
        why = _why_forward(chain, outpoint, height, outpoint in origins, stops)
        found.terminals[outpoint] = (coin.sat, why, coin.is_mixed, tuple(coin.runs))
    return found


def _why_forward(
    chain: SlowChain, outpoint: Outpoint, height: int, is_origin: bool, stops: Collection[str]
) -> str:
    address = chain.output[outpoint].address
    if address is None or outpoint[0] == chain.txs[0].txid:
        return "burned"
    if not is_origin and address in stops:
        return "service"
    spender = chain.spender.get(outpoint)
    return "unspent" if spender is None or spender.height > height else "coinjoin"


def trace_backward(  # noqa: C901, PLR0912 - the whole method in one place, as its documentation tells it
    chain: SlowChain,
    parts: Parts,
    height: int,
    method: str,
    *,
    stops: Collection[str] = (),
    through_coinjoins: bool = False,
    follow_fees: bool = False,
) -> Found:
    """Transactions in reverse chain order, the coinbase of a block before its others."""
    found = Found()
    coins = start_coins(chain, parts)
    origins = set(coins)
    blocks = by_block(chain, height)

    def ends(tx: SlowTx, vout: int, coin: Coin, why: str) -> None:
        found.terminals[tx.txid, vout] = (coin.sat, why, coin.is_mixed, tuple(coin.runs))

    for block in reversed(blocks):
        at = block[0].height
        fees: dict[str, Coin] = {}
        for tx in [block[0], *reversed(block[1:])]:
            wanted = {
                vout: coins.pop((tx.txid, vout))
                for vout in range(len(tx.outputs))
                if (tx.txid, vout) in coins
            }
            for vout in list(wanted):
                outpoint = (tx.txid, vout)
                if outpoint not in origins and chain.output[outpoint].address in stops:
                    ends(tx, vout, wanted.pop(vout), "service")
            fee = fees.pop(tx.txid, Coin())
            if not wanted and not fee.sat:
                continue
            is_mixed = fee.is_mixed or any(coin.is_mixed for coin in wanted.values())
            values = [output.value_sat for output in tx.outputs]
            sides = [(value, wanted.get(vout, Coin())) for vout, value in enumerate(values)]
            if not tx.spends:
                if not follow_fees:
                    for vout, coin in wanted.items():
                        ends(tx, vout, coin, "coinbase")
                    continue
                given = [subsidy_sat(at), *(each.fee_sat for each in block[1:])]
                sides.append((sum(given) - sum(values), Coin()))
                minted, *asked = ask_back(method, sides, given)
                for each, coin in zip(block[1:], asked, strict=True):
                    if coin.sat:
                        coin.is_mixed = is_mixed
                        fees[each.txid] = coin
                left = minted.sat
                for vout, coin in wanted.items():
                    sat = min(left, coin.sat)
                    left -= sat
                    if sat:
                        ends(tx, vout, Coin(sat, [], is_mixed), "coinbase")
                found.lost_sat += left
                continue
            if may_be_coinjoin(tx) and not through_coinjoins:
                for vout, coin in wanted.items():
                    ends(tx, vout, coin, "coinjoin")
                found.lost_sat += fee.sat
                continue
            is_mixed = is_mixed or may_be_coinjoin(tx)
            sides.append((tx.fee_sat, fee))
            sources = ask_back(method, sides, [output.value_sat for output in tx.inputs])
            for place, output, coin in zip(tx.spends, tx.inputs, sources, strict=True):
                if coin.sat:
                    coin.is_mixed = is_mixed
                    coins[place], twice = merge(method, output.value_sat, coins.get(place, Coin()), coin)
                    found.met_again_sat += twice
            found.edges.append(
                (
                    tx.txid,
                    {each: coin.sat for each, coin in zip(tx.spends, sources, strict=True) if coin.sat},
                    {vout: coin.sat for vout, coin in wanted.items()},
                    fee.sat,
                )
            )
    return found
