"""Blocks that break one rule each, on the tip of a random economy; all else about them is sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coalface.range import Kind, Lock, Outpoint
from coalface.range.block import Header, block_hash, coinbase_tx, mine_block, read_block, subsidy_sat
from coalface.range.script import push
from coalface.range.sign import sign
from coalface.range.tx import Tx, TxInput, TxOutput, compact_size
from oracle.economy import OWNER, Economy
from story import Coin

_KEYLESS = "whoever comes first"
_MOST_SAT = 21_000_000 * 100_000_000
_LONGEST_SCRIPT = (push(bytes(520)) + b"\x75") * 19 + push(bytes(41)) + b"\x75\x51"
"""Pushes and drops, 10,000 bytes of them, then true: one byte more and no output has it."""


@dataclass(frozen=True)
class Flaw:
    """One block; ``code`` is the rule it breaks in the words of the index, None for a sound block."""

    name: str
    raw: bytes
    code: str | None
    on_disk: bool
    """Whether Core writes the block before it finds the flaw."""


SPENT_AT_ONCE = 3
"""Place of a twin with three transactions, of which the merkle flaws are made."""


class Workshop:
    """Makes sibling blocks, all of them children of the economy's tip."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        # a coin that the tip itself spends
        self.spent = self._ordinary()[0]
        self.longest = Lock(Kind.NONSTANDARD, _LONGEST_SCRIPT, _KEYLESS)
        self.too_long = Lock(Kind.NONSTANDARD, _LONGEST_SCRIPT[:-1] + b"\x61\x51", _KEYLESS)
        part = self.spent.value_sat // 4
        economy.pay([self.spent], [part, part, part], [self.longest, self.too_long, economy.lock()])
        economy.mine()
        self.height = len(economy.blocks)
        self.coins = self._ordinary()

    def _ordinary(self) -> list[Coin]:
        """Coins of value whose script has keys and whose spend is bound to it by a signature."""
        keyed = (Kind.P2WPKH, Kind.P2PKH, Kind.P2TR, Kind.P2PK)
        return [
            coin
            for coin in self.economy.coins()
            if coin.lock.kind in keyed and coin.value_sat > 10_000 and not coin.is_coinbase
        ]

    def coinbases(self, depth: int) -> Coin:
        """The coin of the coinbase that is ``depth`` blocks deep in the next block."""
        wanted = self.height - depth
        coins = self.economy.builder._coins[OWNER].values()
        return next(coin for coin in coins if coin.is_coinbase and coin.height == wanted)

    def spend(self, coins: Sequence[Coin], out_sat: int | None = None) -> Tx:
        """A signed transaction that spends the coins into one output; the fee is 1000 unless told."""
        total = sum(coin.value_sat for coin in coins)
        output = TxOutput(total - 1000 if out_sat is None else out_sat, self.economy.lock(0.9).script_pubkey)
        unsigned = Tx(2, tuple(TxInput(coin.outpoint) for coin in coins), (output,))
        return sign(unsigned, [coin.lock for coin in coins], [coin.value_sat for coin in coins])

    def open_coin(self, lock: Lock) -> Tx:
        """A transaction that spends the coin of a lock that asks for no signature."""
        coin = next(coin for coin in self.economy.builder.coins(_KEYLESS) if coin.lock == lock)
        return Tx(2, (TxInput(coin.outpoint),), (TxOutput(coin.value_sat, b"\x51"),))

    def block(
        self,
        txs: Sequence[Tx],
        *,
        fees_sat: int = 0,
        extra_sat: int = 0,
        time_step: int = 60,
        commit: bool = True,
    ) -> bytes:
        """A child of the tip."""
        blocks = self.economy.blocks
        claim = TxOutput(
            subsidy_sat(self.height) + fees_sat + extra_sat, self.economy.lock(0.9).script_pubkey
        )
        coinbase = coinbase_tx(self.height, [claim], tag=b"flaw", others=txs, commit=commit)
        times = sorted(read_block(raw)[0].time_unix for raw in blocks[-11:])
        time_unix = times[-1] + time_step if time_step >= 0 else times[5] + 1 + time_step
        return mine_block(block_hash(blocks[-1]), time_unix, [coinbase, *txs])


def sound_blocks(shop: Workshop) -> list[Flaw]:
    """Twins of flawed blocks at the allowed side of the rule."""
    coin = shop.coins[0]
    first = shop.spend([coin])
    second = shop.spend(
        [
            replace(
                coin,
                outpoint=Outpoint(first.txid, 0),
                lock=_lock_of(shop, first),
                value_sat=coin.value_sat - 1000,
            )
        ]
    )
    return [
        Flaw("coinbase takes subsidy and fees", shop.block([first], fees_sat=1000), None, True),
        Flaw("coinbase takes less", shop.block([first], fees_sat=7), None, True),
        Flaw("coinbase 100 deep is spent", shop.block([shop.spend([shop.coinbases(100)])]), None, True),
        Flaw("spent in the block that made it", shop.block([first, second], fees_sat=2000), None, True),
        Flaw("a script of 10000 bytes is spent", shop.block([shop.open_coin(shop.longest)]), None, True),
        Flaw("no fee", shop.block([shop.spend([coin], coin.value_sat)]), None, True),
    ]


def flawed_blocks(shop: Workshop, twins: Sequence[Flaw]) -> list[Flaw]:
    """One block for every rule; the merkle flaws are those of one of the sound ``twins``."""
    a, b, c = shop.coins[:3]
    first = shop.spend([a])
    second = shop.spend(
        [
            replace(
                a, outpoint=Outpoint(first.txid, 0), lock=_lock_of(shop, first), value_sat=a.value_sat - 1000
            )
        ]
    )
    nowhere = replace(b, outpoint=Outpoint("5a" * 32, 0))
    beyond = replace(b, outpoint=Outpoint(b.outpoint.txid, 4000))
    genesis = Outpoint(read_block(shop.economy.blocks[0])[1][0].txid, 0)
    of_genesis = replace(b, outpoint=genesis, value_sat=50 * 100_000_000)
    memo = next(o for o in shop.economy.builder.ledger.outputs.values() if o.script_type == "op_return")
    burned = Tx(2, (TxInput(memo.outpoint), TxInput(b.outpoint)), (TxOutput(1, b""),))
    twice = sign(
        Tx(2, (TxInput(c.outpoint), TxInput(c.outpoint)), (TxOutput(c.value_sat, b"\x51"),)),
        [c.lock, c.lock],
        [c.value_sat, c.value_sat],
    )
    too_much = shop.spend([a, b], a.value_sat + b.value_sat + 1)
    other_coinbase = coinbase_tx(shop.height, [TxOutput(0, b"\x51")], tag=b"two", others=[], commit=False)
    huge = Tx(2, (TxInput(a.outpoint),), (TxOutput(0, b"\x6a" + bytes(1_000_000)),))
    plain = next(shop.spend([coin]) for coin in shop.coins if coin.lock.kind in (Kind.P2PKH, Kind.P2PK))
    witness = next(shop.spend([coin]) for coin in shop.coins if coin.lock.kind in (Kind.P2WPKH, Kind.P2TR))
    sound = twins[SPENT_AT_ONCE].raw
    header, txs = read_block(sound)
    return [
        Flaw(
            "coinbase takes one satoshi more",
            shop.block([first], fees_sat=1000, extra_sat=1),
            "coinbase_too_large",
            True,
        ),
        Flaw("spends what the tip spent", shop.block([shop.spend([shop.spent])]), "spent_output", True),
        Flaw("spends an unknown transaction", shop.block([shop.spend([nowhere])]), "missing_output", True),
        Flaw(
            "spends output 4000 of a small transaction",
            shop.block([shop.spend([beyond])]),
            "missing_output",
            True,
        ),
        Flaw("spends the genesis coinbase", shop.block([shop.spend([of_genesis])]), "missing_output", True),
        Flaw("spends an OP_RETURN", shop.block([burned]), "missing_output", True),
        Flaw(
            "spends a script of 10001 bytes",
            shop.block([shop.open_coin(shop.too_long)]),
            "missing_output",
            True,
        ),
        Flaw(
            "coinbase 99 deep is spent",
            shop.block([shop.spend([shop.coinbases(99)])]),
            "immature_coinbase",
            True,
        ),
        Flaw(
            "coinbase of the tip is spent",
            shop.block([shop.spend([shop.coinbases(1)])]),
            "immature_coinbase",
            True,
        ),
        Flaw("pays one satoshi more than it takes", shop.block([too_much]), "overspent", True),
        Flaw(
            "two transactions spend one coin",
            shop.block([first, shop.spend([a], 5)], fees_sat=0),
            "spent_output",
            True,
        ),
        Flaw("spends what a later transaction makes", shop.block([second, first]), "missing_output", True),
        Flaw("one transaction spends one coin twice", shop.block([twice]), "spent_output", False),
        Flaw(
            "an output of more than all bitcoin",
            shop.block([shop.spend([a], _MOST_SAT + 1)]),
            "amount",
            False,
        ),
        Flaw("two coinbases", shop.block([other_coinbase]), "coinbase", False),
        Flaw("no coinbase", mine_block(header.prev_hash, header.time_unix, [plain]), "coinbase", False),
        Flaw("more than four million weight units", shop.block([huge]), "weight", False),
        Flaw(
            "no commitment to its witnesses",
            shop.block([witness], fees_sat=1000, commit=False),
            "witness_commitment",
            False,
        ),
        Flaw("another merkle root", mined(replace(header, merkle_root=bytes(32)), txs), "merkle_root", False),
        Flaw(
            "last transaction twice (CVE-2012-2459)", mined(header, [*txs, txs[-1]]), "mutated_merkle", False
        ),
        Flaw("time not after the median of eleven", shop.block([], time_step=-1), "header", False),
    ]


def _lock_of(shop: Workshop, tx: Tx) -> Lock:
    script = tx.outputs[0].script_pubkey
    return next(lock for lock in shop.economy.locks if lock.script_pubkey == script)


def mined(header: Header, txs: Sequence[Tx]) -> bytes:
    """The block with this header, but for a nonce that works, and these transactions."""
    nonce = header.nonce
    while replace(header, nonce=nonce).hash[31] > 0x7F:
        nonce += 1
    header = replace(header, nonce=nonce)
    return header.serialize() + compact_size(len(txs)) + b"".join(tx.serialize() for tx in txs)


def unchecked_blocks(shop: Workshop) -> list[Flaw]:
    """One block for every rule that Core knows and the index does not look at."""
    coin = next(coin for coin in shop.coins if coin.lock.kind is Kind.P2WPKH)
    signed = shop.spend([coin])
    signature, key = signed.inputs[0].witness
    broken = signature[:12] + bytes([signature[12] ^ 1]) + signature[13:]
    forged = replace(signed, inputs=(replace(signed.inputs[0], witness=(broken, key)),))

    def locked(sequence: int, locktime: int, script: bytes = b"\x51") -> Tx:
        spends, makes = (TxInput(coin.outpoint, sequence),), (TxOutput(1000, script),)
        return sign(Tx(2, spends, makes, locktime), [coin.lock], [coin.value_sat])

    tip, claim = shop.economy.blocks[-1], TxOutput(0, b"\x51")
    other_height = coinbase_tx(shop.height + 1, [claim], tag=b"flaw", others=[], commit=True)
    coinbase = coinbase_tx(shop.height, [claim], tag=b"flaw", others=[], commit=True)
    time_unix = read_block(tip)[0].time_unix + 7200
    far_future = 2**32 - 1
    return [
        Flaw("a forged signature", shop.block([forged]), None, True),
        Flaw("spent before its relative lock time (BIP-0068)", shop.block([locked(5000, 0)]), None, True),
        Flaw("spent before its lock time", shop.block([locked(0, 10**6)]), None, False),
        Flaw("too many signature operations", shop.block([locked(0, 0, b"\xae" * 9000)]), None, False),
        Flaw(
            "coinbase names another height",
            mine_block(block_hash(tip), time_unix, [other_height]),
            None,
            False,
        ),
        Flaw("from the future", mine_block(block_hash(tip), far_future, [coinbase]), None, False),
    ]


def on_top_of(raw_block: bytes, height: int, txs: Sequence[Tx] = (), *, extra_sat: int = 0) -> bytes:
    """A child of any block: it pays itself the subsidy and ``extra_sat``, and has these transactions."""
    claim = TxOutput(subsidy_sat(height) + extra_sat, b"\x51")
    coinbase = coinbase_tx(height, [claim], tag=b"child", others=txs, commit=True)
    return mine_block(block_hash(raw_block), read_block(raw_block)[0].time_unix + 7200, [coinbase, *txs])


def keyless_flaws(blocks: Sequence[bytes]) -> list[bytes]:
    """Flawed children of the last block of any chain, for which no key is needed."""
    height, tip = len(blocks), blocks[-1]
    txs = [tx for raw_block in blocks for tx in read_block(raw_block)[1]]
    spent = {each.outpoint for tx in txs for each in tx.inputs}
    # its signatures are as good as ever, but its coins are gone; its outputs too, so the id may come again
    again = next(
        tx for tx in txs if not tx.is_coinbase and all((tx.txid, n) in spent for n in range(len(tx.outputs)))
    )
    nowhere = Tx(2, (TxInput(Outpoint("5a" * 32, 0)),), (TxOutput(1, b"\x51"),))
    return [
        on_top_of(tip, height, extra_sat=1),
        on_top_of(tip, height, [again]),
        on_top_of(tip, height, [nowhere]),
    ]
