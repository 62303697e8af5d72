"""The chain that all actors grow: who holds which coin, what waits for the next block, what is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
from coalface.range.economy.book import (
    ActorRow,
    AddressRow,
    Book,
    CoinJoinRow,
    Event,
    MiningRow,
    OutputRow,
    PayoutRow,
    TxRow,
)
from coalface.range.economy.clock import Clock, FeeMarket, Times
from coalface.range.economy.coin import Coin, Look, Planned
from coalface.range.economy.stolen import StolenLedger, StolenTx
from coalface.range.economy.words import SERVICE_KINDS, ActorKind, OutputPurpose, TxKind
from coalface.range.script import OP_RETURN, Kind, Lock, push
from coalface.range.sign import sign
from coalface.range.tx import Outpoint, Tx, TxInput, TxOutput

if TYPE_CHECKING:
    from coalface.range.wallets.purse import Purse

NOBODY = "nobody"
_MAX_BLOCK_WEIGHT_WU = 3_900_000
"""Below consensus' 4,000,000 (BIP-0141), with room for the coinbase."""


class EconomyRefused(ValueError):
    """Somebody wants to spend what is not there."""


@dataclass(frozen=True)
class _Pending:
    tx: Tx
    weight_wu: int
    fee_sat: int
    coins: tuple[Coin, ...]
    outputs: tuple[Planned, ...]
    initiator: str
    family: str
    kind: TxKind
    playbook: str | None
    theft_of: str | None
    built_by: str


@dataclass(frozen=True)
class Claim:
    """How a block's reward is claimed.

    Parameters
    ----------
    locks
        Where it goes, with the share of each in parts of the sum of shares.
    tag
        What the miner writes into the coinbase script.
    finder
        Whose machine found the block.
    pool
        For which pool; None if for itself.
    scheme
        Name of the payout scheme if the coinbase pays the pool's miners itself, else None.
    """

    locks: tuple[tuple[Lock, int], ...]
    tag: bytes
    finder: str
    pool: str | None = None
    scheme: str | None = None


class Economy:
    """A regtest chain that many actors grow.

    Parameters
    ----------
    seed
        Fixes everything.
    clock
        Length and tempo.

    Attributes
    ----------
    blocks
        Raw blocks, the genesis block first.
    book
        What is true of all that is in them.
    stolen
        Where each stolen satoshi is.
    """

    def __init__(self, seed: int, clock: Clock) -> None:
        self.seed = seed
        self.clock = clock
        self.blocks: list[bytes] = [genesis_block()]
        self.book = Book()
        self.stolen = StolenLedger()
        self.market = FeeMarket(Dice(seed, "fee market"))
        self.purses: dict[str, Purse] = {}
        self._tip_hash = block_hash(self.blocks[0])
        self._times = Times(clock, read_block(self.blocks[0])[0].time_unix, Dice(seed, "block times"))
        self._purse_of: dict[bytes, Purse] = {}
        self._addresses: dict[bytes, str | None] = {}
        self._immature: dict[int, list[Coin]] = {}
        self._pending: list[_Pending] = []
        self._n_coinjoins = 0
        self._note_genesis()

    @property
    def height(self) -> int:
        """Height of the tip."""
        return len(self.blocks) - 1

    @property
    def n_waiting(self) -> int:
        """Transactions that wait for a block."""
        return len(self._pending)

    def dice(self, topic: str) -> Dice:
        """A stream of choices of its own."""
        return Dice(self.seed, topic)

    def add_actor(self, row: ActorRow) -> None:
        """Lets somebody take part."""
        self.book.add_actor(row)
        if row.kind in SERVICE_KINDS:
            self.stolen.services.add(row.actor)
        if row.kind is ActorKind.MIXER:
            self.stolen.mixers.add(row.actor)

    def register(self, lock: Lock, purse: Purse) -> None:
        """Notes whose wallet a lock belongs to; done by the wallet that makes it."""
        self._purse_of[lock.script_pubkey] = purse

    def purse_at(self, lock: Lock) -> Purse | None:
        """The wallet that a lock belongs to, None for what nobody can spend."""
        return self._purse_of.get(lock.script_pubkey)

    def address(self, lock: Lock) -> str | None:
        """Address of a lock, None for OP_RETURN."""
        script = lock.script_pubkey
        if script not in self._addresses:
            self._addresses[script] = regtest_address(lock.kind, script)
        return self._addresses[script]

    def send(
        self,
        coins: Sequence[Coin],
        outputs: Sequence[Planned],
        look: Look,
        *,
        initiator: Purse,
        kind: TxKind,
        playbook: str | None = None,
        theft_of: str | None = None,
        built_by: str = "own",
    ) -> Tx:
        """A signed transaction that waits for the next block with room; its outputs can be spent at once.

        Parameters
        ----------
        coins
            What is spent, in order of the inputs; of one owner or of several.
        outputs
            What is made, change included; what is left over is the fee.
        look
            Version, lock time, sequence.
        initiator
            The wallet that makes the transaction.
        kind
            Why it is made.
        playbook
            Crime, or lawful twin, that it is part of.
        theft_of
            Playbook whose theft this transaction is.
        built_by
            Whose code chose the coins.

        Raises
        ------
        EconomyRefused
            If a coin is not there to be spent, or the outputs exceed the coins.
        """
        fee_sat = sum(coin.value_sat for coin in coins) - sum(each.value_sat for each in outputs)
        if fee_sat < 0 or not coins or not outputs or any(each.value_sat < 0 for each in outputs):
            raise EconomyRefused(f"{len(coins)} coins, {len(outputs)} outputs, fee {fee_sat} sat")
        unsigned = Tx(
            look.version,
            tuple(TxInput(coin.outpoint, look.sequence) for coin in coins),
            tuple(TxOutput(each.value_sat, each.lock.script_pubkey) for each in outputs),
            look.locktime,
        )
        for coin in coins:
            self.purses[coin.wallet].remove(coin)
        tx = sign(
            unsigned,
            [coin.lock for coin in coins],
            [coin.value_sat for coin in coins],
            has_low_r=look.has_low_r,
        )
        for vout, each in enumerate(outputs):
            self._hand_out(Outpoint(tx.txid, vout), each, self.height + 1)
        weight_wu = 3 * len(tx.stripped_bytes) + len(tx.raw_bytes)
        self._pending.append(
            _Pending(
                tx,
                weight_wu,
                fee_sat,
                tuple(coins),
                tuple(outputs),
                initiator.actor,
                initiator.profile.name,
                kind,
                playbook,
                theft_of,
                built_by,
            )
        )
        return tx

    def note_coinjoin(self, rows: Sequence[CoinJoinRow]) -> None:
        """Notes who took part in a transaction of several parties."""
        self.book.coinjoins += rows

    def next_round(self) -> int:
        """A number for the next transaction of several parties."""
        self._n_coinjoins += 1
        return self._n_coinjoins

    def tell(self, actor: str, event: str, txids: Sequence[str], text: str) -> None:
        """Notes something for the story; it is dated with the block that comes next."""
        self.book.events.append(Event(self.height + 1, 0, actor, event, tuple(txids), text))

    def mine(self, claim: Claim) -> bytes:
        """The next block, with all that has waited for it and finds room."""
        height, time_unix = self.height + 1, self._times.next_unix()
        taken = self._take_pending()
        txs = [each.tx for each in taken]
        fees_sat = sum(each.fee_sat for each in taken)
        reward_sat = subsidy_sat(height) + fees_sat
        paid = _claimed(claim, reward_sat)
        payouts = [TxOutput(each.value_sat, each.lock.script_pubkey) for each in paid]
        coinbase = coinbase_tx(height, payouts, tag=claim.tag, others=txs, commit=True)
        owner = claim.pool or claim.finder
        script = coinbase.outputs[-1].script_pubkey
        paid.append(Planned(Lock(Kind.OP_RETURN, script, owner), 0, OutputPurpose.COMMITMENT))
        raw_block = mine_block(self._tip_hash, time_unix, [coinbase, *txs])
        self._tip_hash = block_hash(raw_block)
        self.blocks.append(raw_block)
        self._times.all_unix.append(time_unix)
        self._note_coinbase(height, coinbase.txid, paid, claim)
        self.book.mining.append(MiningRow(height, claim.pool, claim.finder, reward_sat, fees_sat))
        for each in taken:
            self._note_tx(height, each)
        self.stolen.close_height(height)
        for coin in self._immature.pop(height + 1 - COINBASE_MATURITY, []):
            self.purses[coin.wallet].add(coin)
        self.market.move()
        return raw_block

    def fees_waiting_sat(self) -> int:
        """Fees that the next block would earn now, satoshis."""
        return sum(each.fee_sat for each in self._fitting())

    def time_unix(self, height: int) -> int:
        """Header time of a block."""
        return self._times.all_unix[height]

    def dated_events(self) -> list[Event]:
        """The story so far, each event with the time of its block."""
        return [
            replace(event, time_unix=self.time_unix(min(event.height, self.height)))
            for event in self.book.events
            if event.height <= self.height
        ]

    def _take_pending(self) -> list[_Pending]:
        taken = self._fitting()
        self._pending = self._pending[len(taken) :]
        return taken

    def _fitting(self) -> list[_Pending]:
        """What has waited longest, as far as a block has room."""
        weight_wu, n_taken = 0, 0
        for each in self._pending:
            weight_wu += each.weight_wu
            if weight_wu > _MAX_BLOCK_WEIGHT_WU:
                break
            n_taken += 1
        return self._pending[:n_taken]

    def _hand_out(self, outpoint: Outpoint, planned: Planned, height: int) -> None:
        purse = self.purse_at(planned.lock)
        if purse is not None:
            purse.add(Coin(outpoint, planned.value_sat, planned.lock, purse.name, height, planned.is_change))

    def _note_coinbase(self, height: int, txid: str, paid: Sequence[Planned], claim: Claim) -> None:
        initiator = claim.pool or claim.finder
        purse = self.purses.get(initiator)
        family = purse.profile.name if purse is not None else NOBODY
        self.book.txs.append(TxRow(txid, height, initiator, family, TxKind.COINBASE.value, None, "own", 0))
        self._note_outputs(txid, height, paid)
        for vout, each in enumerate(paid):
            purse = self.purse_at(each.lock)
            if purse is not None:
                coin = Coin(Outpoint(txid, vout), each.value_sat, each.lock, purse.name, height, False)
                self._immature.setdefault(height, []).append(coin)
                if claim.scheme is not None and claim.pool is not None and purse.actor != claim.pool:
                    miner = each.lock.customer or purse.actor
                    row = PayoutRow(txid, vout, claim.pool, miner, each.value_sat, claim.scheme)
                    self.book.payouts.append(row)

    def _note_tx(self, height: int, each: _Pending) -> None:
        txid = each.tx.txid
        row = TxRow(
            txid,
            height,
            each.initiator,
            each.family,
            each.kind.value,
            each.playbook,
            each.built_by,
            each.fee_sat,
        )
        self.book.txs.append(row)
        for vin, coin in enumerate(each.coins):
            self.book.spent_by[coin.outpoint] = (txid, vin)
        self._note_outputs(txid, height, each.outputs)
        mixes = any(output.is_mix for output in each.outputs)
        self.stolen.apply(StolenTx(txid, height, each.coins, each.outputs, each.theft_of, mixes))

    def _note_outputs(self, txid: str, height: int, outputs: Sequence[Planned]) -> None:
        rows = []
        for vout, each in enumerate(outputs):
            lock, purse = each.lock, self.purse_at(each.lock)
            address, kind = self.address(lock), lock.kind.script_type
            wallet = purse.name if purse is not None else lock.owner
            row = OutputRow(
                txid,
                vout,
                height,
                each.value_sat,
                address,
                kind,
                lock.owner,
                wallet,
                each.purpose.value,
                each.beneficiary or lock.customer or lock.owner,
                each.is_change,
            )
            seen = None
            if address is not None:
                family = purse.profile.name if purse is not None else NOBODY
                seen = AddressRow(address, wallet, lock.owner, family, kind, height, lock.customer)
            rows.append((row, seen))
        self.book.add_outputs(rows)

    def _note_genesis(self) -> None:
        """Notes the genesis output, which no rule allows to be spent."""
        tx = genesis_tx()
        self.add_actor(ActorRow(NOBODY, ActorKind.NOISE, NOBODY))
        self.book.txs.append(TxRow(tx.txid, 0, NOBODY, NOBODY, TxKind.COINBASE.value, None, "own", 0))
        self.book.mining.append(MiningRow(0, None, NOBODY, tx.outputs[0].value_sat, 0))
        lock = Lock(Kind.P2PK_UNCOMPRESSED, tx.outputs[0].script_pubkey, NOBODY)
        self._note_outputs(tx.txid, 0, [Planned(lock, tx.outputs[0].value_sat, OutputPurpose.GENESIS)])


def _claimed(claim: Claim, reward_sat: int) -> list[Planned]:
    """The reward over the locks by their shares, rounded down; the rest to the first."""
    whole = sum(share for _, share in claim.locks)
    values_sat = [reward_sat * share // whole for _, share in claim.locks]
    values_sat[0] += reward_sat - sum(values_sat)
    return [
        Planned(lock, value, OutputPurpose.COINBASE)
        for (lock, _), value in zip(claim.locks, values_sat, strict=True)
    ]


def memo(payload: bytes, owner: str) -> Planned:
    """An OP_RETURN output."""
    return Planned(Lock(Kind.OP_RETURN, OP_RETURN + push(payload), owner), 0, OutputPurpose.MEMO)
