"""Builds a regtest chain block by block, and keeps the coins of every actor and the truth about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.address import regtest_address
from coalface.range.block import (
    COINBASE_MATURITY,
    block_hash,
    coinbase_tx,
    genesis_block,
    genesis_tx,
    mine_block,
    read_block,
    subsidy_sat,
)
from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock
from coalface.range.sighash import ALL
from coalface.range.sign import sign
from coalface.range.tx import Outpoint, Tx, TxInput, TxOutput
from story.truth import Ledger, OutputTruth, Purpose, TxTruth
from story.wallet import Habits

FIRST_TIME_UNIX = 1709251200  # 2024-03-01T00:00:00Z
MEAN_SPACING_SECONDS = 3600
COMMIT_FROM_HEIGHT = 50
"""From here on every block carries a witness commitment; before, only those that need one."""

GENESIS_OWNER = "nobody"
_MEDIAN_SPAN = 11


@dataclass(frozen=True)
class Coin:
    """One unspent output."""

    outpoint: Outpoint
    value_sat: int
    lock: Lock
    height: int
    is_coinbase: bool


@dataclass(frozen=True)
class Payment:
    """One output to make."""

    lock: Lock
    value_sat: int
    purpose: Purpose


@dataclass(frozen=True)
class _Pending:
    tx: Tx
    fee_sat: int
    truth: TxTruth


@dataclass(frozen=True)
class _Reward:
    """Where a block's reward goes, and what its miner writes into the coinbase script."""

    lock: Lock
    tag: bytes


class ChainBuilder:
    """A regtest chain that grows one block at a time.

    Parameters
    ----------
    seed
        Fixes the times of the blocks.

    Attributes
    ----------
    blocks
        Raw blocks, the genesis block first.
    ledger
        Truth about all that is in ``blocks``, and about what waits for the next one.
    """

    def __init__(self, seed: int) -> None:
        self.blocks: list[bytes] = [genesis_block()]
        self.ledger = Ledger()
        self._dice = Dice(seed, "block times")
        self._times_unix = [read_block(self.blocks[0])[0].time_unix]
        self._coins: dict[str, dict[Outpoint, Coin]] = {}
        self._pending: list[_Pending] = []
        self._last: list[_Pending] = []
        self._note_genesis()

    @property
    def height(self) -> int:
        """Height of the tip."""
        return len(self.blocks) - 1

    def coins(self, owner: str, *, min_value_sat: int = 0) -> list[Coin]:
        """Coins that the owner can spend in the next block, oldest first."""
        next_height = self.height + 1
        return [
            coin
            for coin in self._coins.get(owner, {}).values()
            if coin.value_sat >= min_value_sat
            and (not coin.is_coinbase or next_height - coin.height >= COINBASE_MATURITY)
        ]

    def send(
        self, coins: Sequence[Coin], payments: Sequence[Payment], habits: Habits, *, hash_type: int = ALL
    ) -> Tx:
        """A signed transaction that the next block will hold; its outputs can be spent at once.

        Parameters
        ----------
        coins
            What is spent, in order of the inputs; of one owner or of several.
        payments
            What is made, change included; what is left over is the fee.
        habits
            How the transaction looks.
        hash_type
            Signature hash type of all inputs.

        Raises
        ------
        ValueError
            If a coin is not there to be spent, or the payments exceed the coins.
        """
        fee_sat = sum(coin.value_sat for coin in coins) - sum(each.value_sat for each in payments)
        if fee_sat < 0:
            raise ValueError(f"payments exceed the coins by {-fee_sat} sat")
        unsigned = Tx(
            habits.version,
            tuple(TxInput(coin.outpoint, habits.sequence) for coin in coins),
            tuple(TxOutput(each.value_sat, each.lock.script_pubkey) for each in payments),
            self.height if habits.locks_to_tip else 0,
        )
        for coin in coins:
            if self._coins.get(coin.lock.owner, {}).pop(coin.outpoint, None) is None:
                raise ValueError(f"{coin.outpoint} of {coin.lock.owner} is not unspent")
        tx = sign(
            unsigned, [coin.lock for coin in coins], [coin.value_sat for coin in coins], hash_type=hash_type
        )
        made = self._note_outputs(tx.txid, payments, is_coinbase=False)
        truth = TxTruth(tx.txid, self.height + 1, tuple(coin.outpoint for coin in coins), made, fee_sat)
        self._pending.append(_Pending(tx, fee_sat, truth))
        return tx

    def mine(self, payout: Lock, tag: bytes) -> bytes:
        """The next block, which holds all that was sent; its reward goes to ``payout``."""
        height, waiting = self.height + 1, self._pending
        time_unix = self._next_time_unix()
        raw_block, coinbase = self._assemble(height, time_unix, waiting, _Reward(payout, tag))
        reward = Payment(payout, coinbase.outputs[0].value_sat, Purpose.COINBASE)
        made = self._note_outputs(coinbase.txid, [reward], is_coinbase=True)
        if len(coinbase.outputs) > 1:
            commitment = Lock(Kind.OP_RETURN, coinbase.outputs[1].script_pubkey, payout.owner)
            made += self._note_outputs(
                coinbase.txid, [Payment(commitment, 0, Purpose.COMMITMENT)], is_coinbase=True, first_vout=1
            )
        self.ledger.add_tx(TxTruth(coinbase.txid, height, (), made, 0))
        for each in waiting:
            self.ledger.add_tx(each.truth)
        self.blocks.append(raw_block)
        self._times_unix.append(time_unix)
        self._last, self._pending = waiting, []
        return raw_block

    def rival(self, payout: Lock, tag: bytes, *, n_txs: int) -> bytes:
        """Another block at the tip's height, with the first ``n_txs`` of the tip's transactions.

        The chain does not follow it: given to a node after the tip, it stays stale.
        """
        time_unix = self._times_unix[-1] + 1
        waiting = self._last[:n_txs]
        return self._assemble(self.height, time_unix, waiting, _Reward(payout, tag))[0]

    def _assemble(
        self, height: int, time_unix: int, waiting: Sequence[_Pending], reward: _Reward
    ) -> tuple[bytes, Tx]:
        txs = [each.tx for each in waiting]
        reward_sat = subsidy_sat(height) + sum(each.fee_sat for each in waiting)
        commit = height >= COMMIT_FROM_HEIGHT or any(tx.has_witness for tx in txs)
        claim = TxOutput(reward_sat, reward.lock.script_pubkey)
        coinbase = coinbase_tx(height, [claim], tag=reward.tag, others=txs, commit=commit)
        return mine_block(block_hash(self.blocks[height - 1]), time_unix, [coinbase, *txs]), coinbase

    def _next_time_unix(self) -> int:
        """Time of the next block: mostly later than the tip's, always later than the median of 11."""
        if self.height == 0:
            return FIRST_TIME_UNIX
        recent = sorted(self._times_unix[-_MEDIAN_SPAN:])
        median = recent[len(recent) // 2]
        step = self._dice.between(-MEAN_SPACING_SECONDS // 4, MEAN_SPACING_SECONDS * 9 // 4)
        return max(median + 1, self._times_unix[-1] + step)

    def _note_outputs(
        self, txid: str, payments: Sequence[Payment], *, is_coinbase: bool, first_vout: int = 0
    ) -> tuple[Outpoint, ...]:
        height, made = self.height + 1, []
        for vout, each in enumerate(payments, first_vout):
            outpoint, lock = Outpoint(txid, vout), each.lock
            made.append(outpoint)
            address = regtest_address(lock.kind, lock.script_pubkey)
            self.ledger.add_output(
                OutputTruth(
                    outpoint,
                    height,
                    each.value_sat,
                    address,
                    lock.kind.script_type,
                    lock.owner,
                    lock.customer,
                    each.purpose,
                )
            )
            if lock.kind is not Kind.OP_RETURN:
                coin = Coin(outpoint, each.value_sat, lock, height, is_coinbase)
                self._coins.setdefault(lock.owner, {})[outpoint] = coin
        return tuple(made)

    def _note_genesis(self) -> None:
        """Notes the genesis output, which no rule allows to be spent."""
        tx = genesis_tx()
        outpoint, output = Outpoint(tx.txid, 0), tx.outputs[0]
        address = regtest_address(Kind.P2PK_UNCOMPRESSED, output.script_pubkey)
        self.ledger.add_output(
            OutputTruth(outpoint, 0, output.value_sat, address, "p2pk", GENESIS_OWNER, None, Purpose.GENESIS)
        )
        self.ledger.add_tx(TxTruth(tx.txid, 0, (), (outpoint,), 0))
