"""Chains that no wallet would make: self-spends, zero values, dust, hundreds of inputs, chains in a block.

Scripts are never run by the index, so nothing is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from coalface.range.block import block_hash, coinbase_tx, genesis_block, mine_block, read_block, subsidy_sat
from coalface.range.tx import Outpoint, Tx, TxInput, TxOutput

OP_RETURN = b"\x6a\x04gone"


def pay_to(number: int) -> bytes:
    """A P2PKH script; the same number, the same address."""
    return b"\x76\xa9\x14" + number.to_bytes(20, "big") + b"\x88\xac"


@dataclass
class NastyChain:
    """A regtest chain that grows block by block; only coinbases have to wait before they can be spent."""

    blocks: list[bytes] = field(default_factory=lambda: [genesis_block()])
    coins: dict[Outpoint, tuple[int, bytes]] = field(default_factory=dict)
    """Value and script of what is unspent."""
    waiting: list[Tx] = field(default_factory=list)
    fees_sat: int = 0

    def send(self, spends: Sequence[Outpoint], outputs: Sequence[tuple[int, bytes]]) -> Tx:
        """A transaction of the next block; what is left over is the fee."""
        given = sum(self.coins.pop(each)[0] for each in spends)
        tx = Tx(
            2,
            tuple(TxInput(each) for each in spends),
            tuple(TxOutput(value, script) for value, script in outputs),
        )
        fee = given - sum(value for value, _ in outputs)
        assert fee >= 0
        self.fees_sat += fee
        self._keep(tx)
        self.waiting.append(tx)
        return tx

    def mine(self, outputs: Sequence[tuple[int, bytes]] | None = None) -> Tx:
        """The next block; its coinbase takes all that it may, unless other outputs are given."""
        height = len(self.blocks)
        may_take = subsidy_sat(height) + self.fees_sat
        claims = [(may_take, pay_to(10**6 + height))] if outputs is None else outputs
        assert sum(value for value, _ in claims) <= may_take
        coinbase = coinbase_tx(
            height, [TxOutput(*each) for each in claims], tag=b"nasty", others=self.waiting, commit=False
        )
        previous = self.blocks[-1]
        time_unix = read_block(previous)[0].time_unix + 600
        self.blocks.append(mine_block(block_hash(previous), time_unix, [coinbase, *self.waiting]))
        self._keep(coinbase)
        self.waiting, self.fees_sat = [], 0
        return coinbase

    def _keep(self, tx: Tx) -> None:
        for vout, output in enumerate(tx.outputs):
            if not output.script_pubkey.startswith(b"\x6a"):
                self.coins[Outpoint(tx.txid, vout)] = (output.value_sat, output.script_pubkey)


def split(random: Random, total: int, count: int) -> list[int]:
    """So many amounts that are not above the total together: many of 0 and 1, some equal, some large."""
    amounts = []
    for _ in range(count):
        kind = random.randrange(6)
        amount = (0, 1, 546, total // 2, total // max(count, 1), random.randrange(total + 1))[kind]
        amount = min(amount, total)
        total -= amount
        amounts.append(amount)
    if random.random() < 0.6 and amounts:
        amounts[random.randrange(len(amounts))] += total
    return amounts


def nasty_chain(seed: int, *, n_blocks: int = 60, most_txs: int = 9) -> list[bytes]:
    """Raw blocks of a chain at random, genesis first."""
    random = Random(seed)
    chain = NastyChain()
    for _ in range(101):
        chain.mine()
    mature = {each: 101 + number for number, each in enumerate(chain.coins)}
    for number in range(n_blocks):
        height = len(chain.blocks)
        fresh: list[Outpoint] = []
        for _ in range(random.randrange(most_txs + 1)):
            ready = [each for each in chain.coins if mature.get(each, 0) <= height]
            # what this very block made, most of the time
            pool = [each for each in fresh if each in chain.coins]
            count = random.choice([1, 1, 1, 2, 2, 3, 5, 12]) if number % 25 else 300
            spends = random.sample(pool, min(len(pool), count)) if random.random() < 0.6 else []
            spends += random.sample(ready, min(len(ready), count - len(spends)))
            spends = list(dict.fromkeys(spends))
            if not spends:
                continue
            total = sum(chain.coins[each][0] for each in spends)
            own = chain.coins[spends[0]][1]
            n_outputs = random.choice([1, 2, 2, 3, 4, 7]) if number % 30 != 7 else 250
            outputs = [
                (amount, random.choice([own, pay_to(random.randrange(60)), pay_to(random.randrange(10**5))]))
                for amount in split(random, total, n_outputs)
            ]
            if random.random() < 0.1:
                outputs[-1] = (outputs[-1][0], OP_RETURN)
            tx = chain.send(spends, outputs)
            fresh += [Outpoint(tx.txid, vout) for vout in range(len(outputs))]
        may_take = subsidy_sat(height) + chain.fees_sat
        claims = [
            (amount, pay_to(random.randrange(60)))
            for amount in split(random, may_take, random.randrange(1, 4))
        ]
        coinbase = chain.mine(claims)
        for vout in range(len(claims)):
            mature[Outpoint(coinbase.txid, vout)] = height + 100
    return chain.blocks


def peel_chain(n_hops: int) -> list[bytes]:
    """One coin of many stretches, from which every transaction peels a little, a thousand in a block."""
    chain = NastyChain()
    for _ in range(160):
        chain.mine()
    coins = list(chain.coins)[:60]
    tx = chain.send(coins, [(sum(chain.coins[each][0] for each in coins), pay_to(1))])
    chain.mine()
    for hop in range(n_hops):
        carry = Outpoint(tx.txid, 0)
        value = chain.coins[carry][0]
        tx = chain.send([carry], [(value - 1000, pay_to(2 + hop)), (900, pay_to(1))])
        if hop % 1000 == 999:
            chain.mine()
    chain.mine()
    return chain.blocks
