"""The thief: robs a hot wallet, splits the loot, peels it into deposits, mixes some, dusts strangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint, Tx
from story.chain import ChainBuilder, Coin, Payment
from story.exchange import Exchange
from story.paying import COIN_SAT, DUST_LIMIT_SAT, Style, Target, fee_sat, pay_with
from story.truth import Purpose
from story.wallet import CORE_HABITS, Wallet

THIEF = "thief"
ASSOCIATE = "associate"
DUST_SAT = 546
"""Dust limit of Bitcoin Core for P2PKH at its default relay fee; the usual size of dusting attacks."""

COINJOIN_SAT = COIN_SAT
_COINJOIN_PIECE_SAT = 17 * COIN_SAT // 10
_STRAW_MEN = ("straw-1", "straw-2", "straw-3")


@dataclass
class Deeds:
    """What the thief did, as txids and outpoints."""

    theft_txid: str = ""
    theft_outputs: tuple[Outpoint, ...] = ()
    stolen_sat: int = 0
    consolidation_txid: str = ""
    split_txid: str = ""
    coinjoin_txid: str = ""
    dust_txid: str = ""
    peel_txids: list[str] = field(default_factory=list)
    peel_deposits: list[Outpoint] = field(default_factory=list)


class Thief:
    """The thief's keys and deeds.

    Parameters
    ----------
    seed
        Seed of the chain.

    Attributes
    ----------
    listed_lock
        The thief's old address, the one that is on the list.
    """

    def __init__(self, seed: int) -> None:
        self.deeds = Deeds()
        self._wallet = Wallet(seed, THIEF, habits=CORE_HABITS)
        self._associate = Wallet(seed, ASSOCIATE, Kind.P2TR)
        self._dice = Dice(seed, THIEF)
        self._style = Style(CORE_HABITS, self._dice)
        self.listed_lock = self._wallet.new_lock(Kind.P2PKH)
        self._carry: Coin | None = None

    def rob(self, chain: ChainBuilder, victim: Exchange) -> None:
        """Takes all hot coins of the exchange but the two smallest, in one transaction to two addresses."""
        coins = sorted(victim.hot_coins(chain), key=lambda coin: coin.value_sat)[2:]
        total_sat = sum(coin.value_sat for coin in coins) - fee_sat(len(coins), 2, 20)
        first_sat = total_sat * self._dice.between(52, 64) // 100
        outputs = [
            Payment(self._wallet.new_lock(), first_sat, Purpose.THEFT),
            Payment(self._wallet.new_lock(), total_sat - first_sat, Purpose.THEFT),
        ]
        tx = chain.send(coins, outputs, CORE_HABITS)
        self.deeds.theft_txid = tx.txid
        self.deeds.theft_outputs = (Outpoint(tx.txid, 0), Outpoint(tx.txid, 1))
        self.deeds.stolen_sat = total_sat
        self._carry = self._coin(chain, tx, 0)

    def consolidate(self, chain: ChainBuilder) -> None:
        """Joins the second branch with the coin at the listed address; 1 coin goes back to that address."""
        loot = self._coin_at(chain, self.deeds.theft_outputs[1])
        [listed] = [coin for coin in chain.coins(THIEF) if coin.lock == self.listed_lock]
        back = Payment(self.listed_lock, COIN_SAT, Purpose.CHANGE)
        rest = Target(self._wallet.new_lock(), Purpose.CONSOLIDATION)
        tx = pay_with(chain, [loot, listed], [back], rest, self._style)
        self.deeds.consolidation_txid = tx.txid

    def dust(self, chain: ChainBuilder, strangers: Sequence[Lock]) -> None:
        """Sends 546 sat from the listed address to each of the strangers."""
        [coin] = [coin for coin in chain.coins(THIEF) if coin.lock == self.listed_lock]
        payments = [Payment(lock, DUST_SAT, Purpose.DUST) for lock in strangers]
        tx = pay_with(chain, [coin], payments, Target(self.listed_lock), self._style)
        self.deeds.dust_txid = tx.txid

    def split(self, chain: ChainBuilder) -> None:
        """Divides the consolidated coin: a share for the associate, a piece to mix, the rest to keep."""
        [coin] = self._made(chain, self.deeds.consolidation_txid, Purpose.CONSOLIDATION)
        payments = [
            Payment(self._associate.new_lock(), coin.value_sat // 5, Purpose.SHARE),
            Payment(self._wallet.new_lock(), _COINJOIN_PIECE_SAT, Purpose.SELF),
        ]
        tx = pay_with(chain, [coin], payments, Target(self._wallet.new_lock()), self._style)
        self.deeds.split_txid = tx.txid

    def mix(self, chain: ChainBuilder, others: Sequence[tuple[Wallet, Coin]]) -> None:
        """Joins strangers in a CoinJoin with equal outputs of 1 coin; everybody takes their own change."""
        [piece] = self._made(chain, self.deeds.split_txid, Purpose.SELF)
        parties = self._dice.shuffled([(self._wallet, piece), *others])
        payments: list[Payment] = []
        for wallet, coin in parties:
            change_sat = coin.value_sat - COINJOIN_SAT - fee_sat(1, 2, 4)
            payments.append(Payment(wallet.new_lock(Kind.P2WPKH), COINJOIN_SAT, Purpose.COINJOIN))
            payments.append(Payment(wallet.new_lock(Kind.P2WPKH), change_sat, Purpose.CHANGE))
        tx = chain.send([coin for _, coin in parties], self._dice.shuffled(payments), CORE_HABITS)
        self.deeds.coinjoin_txid = tx.txid

    def peel(self, chain: ChainBuilder, service: Exchange) -> None:
        """One hop of the peel chain: a few percent to a straw man's deposit address, the rest carried on."""
        if self._carry is None:
            raise ValueError("there is nothing to peel before the theft")
        coin, n_hops = self._carry, len(self.deeds.peel_txids)
        straw_man = _STRAW_MEN[n_hops % len(_STRAW_MEN)]
        peel_sat = coin.value_sat * self._dice.between(30, 80) // 1000
        payment = Payment(service.deposit_lock(straw_man), peel_sat, Purpose.PEEL)
        carry = Target(self._wallet.new_lock(), Purpose.PEEL_CARRY)
        tx = pay_with(chain, [coin], [payment], carry, self._style)
        [self._carry] = self._made(chain, tx.txid, Purpose.PEEL_CARRY)
        [deposit] = [
            Outpoint(tx.txid, vout)
            for vout in range(len(tx.outputs))
            if Outpoint(tx.txid, vout) != self._carry.outpoint
        ]
        self.deeds.peel_txids.append(tx.txid)
        self.deeds.peel_deposits.append(deposit)

    def _made(self, chain: ChainBuilder, txid: str, purpose: Purpose) -> list[Coin]:
        """The thief's coins that a transaction made for a purpose."""
        return [
            coin
            for coin in chain.coins(THIEF, min_value_sat=DUST_LIMIT_SAT)
            if coin.outpoint.txid == txid and chain.ledger.outputs[coin.outpoint].purpose is purpose
        ]

    def _coin(self, chain: ChainBuilder, tx: Tx, vout: int) -> Coin:
        return self._coin_at(chain, Outpoint(tx.txid, vout))

    @staticmethod
    def _coin_at(chain: ChainBuilder, outpoint: Outpoint) -> Coin:
        return next(coin for coin in chain.coins(THIEF) if coin.outpoint == outpoint)
