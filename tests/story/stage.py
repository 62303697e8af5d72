"""The chain of the story: an exchange is robbed, and everybody else goes about their business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from coalface.range.address import regtest_address
from coalface.range.block import read_block
from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint
from story.chain import ChainBuilder, Coin, Payment
from story.exchange import Exchange
from story.lab import Lab
from story.paying import COIN_SAT, pay
from story.people import People
from story.pool import Pool
from story.thief import ASSOCIATE, COINJOIN_SAT, THIEF, Deeds, Thief
from story.truth import Ledger, Purpose, value_at_tip_sat
from story.wallet import Wallet

TIP_HEIGHT = 320
VICTIM = "exchange-a"
CASH_OUT = "exchange-b"
DUSTED = "iris"

FIRST_MATURE = 101
THEFT_HEIGHT = 205
LISTING_HEIGHT = 250
"""Block on whose day the list is published, well after the theft."""

_PEEL_HEIGHTS = (208, 212, 212, 218, 224, 230, 237, 245, 254, 264, 275, 286, 303, 308)
_LAST_SWEEP_B = 300
_STALE_HEIGHTS = (60, 181, 262)
_JOINERS = 4
_N_DUSTED_WITH_IRIS = 5


@dataclass(frozen=True)
class Truth:
    """What is true of the story's chain.

    Attributes
    ----------
    ledger
        Owner of every address, purpose of every output.
    deeds
        Txids and outpoints of theft, consolidation, peels, CoinJoin and dusting.
    stolen_at_tip_sat
        Who has the stolen value at the tip, by actor, satoshis; ``fees`` is what it cost to move. The sum
        is ``deeds.stolen_sat``.
    listed_address
        The thief's old address that is on the list.
    dusted_address, dust_outpoint
        Where the innocent was dusted, and with which output; never spent.
    victim, thief, associate, cash_out, dusted
        Names of the actors.
    """

    ledger: Ledger = field(repr=False)
    deeds: Deeds
    stolen_at_tip_sat: dict[str, int]
    listed_address: str
    dusted_address: str
    dust_outpoint: Outpoint
    victim: str = VICTIM
    thief: str = THIEF
    associate: str = ASSOCIATE
    cash_out: str = CASH_OUT
    dusted: str = DUSTED


@dataclass(frozen=True)
class Labels:
    """What the public knows: address lists to import.

    Attributes
    ----------
    listed
        Addresses on a made-up sanctions list.
    listed_on
        Date of that list, ``YYYY-MM-DD`` in UTC.
    exchanges
        Exchange name to its publicly known addresses: hot wallets, and some deposit addresses.
    """

    listed: tuple[str, ...]
    listed_on: str
    exchanges: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Story:
    """A chain, blocks that lost the race, the truth, and what the public knows.

    Attributes
    ----------
    blocks
        Raw blocks of the best chain, regtest's genesis block first.
    stale
        Raw blocks beside the best chain; each has its parent in ``blocks``.
    truth
        What is true; a tool under test must not see it.
    labels
        What it may see.
    """

    blocks: list[bytes] = field(repr=False)
    stale: list[bytes] = field(repr=False)
    truth: Truth
    labels: Labels


def build_story(seed: int = 7) -> Story:
    """The story's chain of 321 blocks, built in about a second; the same seed gives the same bytes."""
    return _Stage(seed).play()


class _Stage:
    """The cast, and what happens at which height."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice = Dice(seed, "story")
        self._chain = ChainBuilder(seed)
        self._a = Exchange(seed, VICTIM, deposit_kind=Kind.P2SH_P2WPKH, hot_kind=Kind.P2WPKH, n_hot=3)
        self._b = Exchange(seed, CASH_OUT, deposit_kind=Kind.P2WPKH, hot_kind=Kind.P2SH_MULTISIG, n_hot=2)
        self._people = People(seed, (self._a, self._b))
        self._pool = Pool(seed, self._people.payout_locks)
        self._thief = Thief(seed)
        self._lab = Lab(seed)
        self._iris = Wallet(seed, DUSTED)
        self._iris_lock = self._iris.new_lock()
        self._stale: list[bytes] = []
        self._events = self._script()

    def play(self) -> Story:
        """The finished story."""
        for height in range(1, TIP_HEIGHT + 1):
            if height >= FIRST_MATURE:
                self._everyday(height)
            for event in self._events.get(height, []):
                event()
            self._pool.mine(self._chain)
            if height in _STALE_HEIGHTS:
                self._stale.append(self._pool.rival(self._chain, n_txs=2))
        return Story(self._chain.blocks, self._stale, self._truth(), self._labels())

    def _everyday(self, height: int) -> None:
        """Routine of services and people."""
        if height % 3 == 0:
            self._pool.pay_miners(self._chain)
        self._people.act(self._chain)
        if height % 6 == 0:
            self._a.sweep(self._chain)
        if height % 9 == 4 and height < _LAST_SWEEP_B:
            self._b.sweep(self._chain)
        if height % 4 == 2:
            self._a.pay_out(self._chain)
        if height % 5 == 3:
            self._b.pay_out(self._chain)

    def _script(self) -> dict[int, list[Callable[[], None]]]:
        """Scenes by height."""
        chain, thief = self._chain, self._thief
        script: dict[int, list[Callable[[], None]]] = {
            110: [lambda: self._fund(self._lab.wallet.new_lock(), 2 * COIN_SAT)],
            112: [lambda: self._lab.fan_out(chain)],
            115: [lambda: self._lab.spend_one_by_one(chain)],
            117: [lambda: self._lab.spend_together(chain)],
            118: [lambda: self._fund(thief.listed_lock, 3 * COIN_SAT)],
            124: [lambda: self._pool.deposit_reward(chain, self._a.deposit_lock("pool"))],
            133: [lambda: self._fund(self._iris_lock, COIN_SAT)],
            151: [lambda: self._a.withdraw(self._iris_lock, COIN_SAT // 2)],
            160: [lambda: self._a.to_cold(chain)],
            165: [lambda: self._iris_pays(COIN_SAT // 4)],
            166: [lambda: self._pool.deposit_reward(chain, self._b.deposit_lock("pool"))],
            THEFT_HEIGHT: [lambda: thief.rob(chain, self._a)],
            209: [lambda: thief.consolidate(chain)],
            214: [lambda: thief.dust(chain, self._strangers())],
            216: [lambda: thief.split(chain)],
            222: [lambda: thief.mix(chain, self._joiners())],
            231: [lambda: self._b.withdraw(self._iris_lock, COIN_SAT // 3)],
            240: [lambda: self._a.from_cold(chain)],
            246: [lambda: self._iris_pays(COIN_SAT // 5)],
        }
        for height in _PEEL_HEIGHTS:
            script.setdefault(height, []).append(lambda: thief.peel(chain, self._b))
        return script

    def _fund(self, target: Lock, value_sat: int) -> None:
        """A miner sells some coin to somebody."""
        miner = self._people.a_miner_with(self._chain, value_sat * 11 // 10)
        pay(self._chain, miner, [Payment(target, value_sat, Purpose.PAYMENT)], self._dice)

    def _iris_pays(self, value_sat: int) -> None:
        """The innocent buys something; the change returns to her one address."""
        payment = Payment(self._people.shop_lock, value_sat, Purpose.PAYMENT)
        pay(self._chain, self._iris, [payment], self._dice, change=self._iris_lock)

    def _strangers(self) -> list[Lock]:
        others = [self._people.person_lock(3 * number + 1) for number in range(_N_DUSTED_WITH_IRIS)]
        return self._dice.shuffled([self._iris_lock, *others])

    def _joiners(self) -> list[tuple[Wallet, Coin]]:
        """Four people with a coin of a fitting size."""
        found = []
        for wallet in self._dice.shuffled([*self._people.persons, *self._people.miners]):
            coins = self._chain.coins(wallet.actor, min_value_sat=COINJOIN_SAT * 11 // 10)
            if coins:
                found.append((wallet, min(coins, key=lambda coin: coin.value_sat)))
        return found[:_JOINERS]

    def _truth(self) -> Truth:
        ledger, deeds = self._chain.ledger, self._thief.deeds
        dust = next(
            output
            for output in ledger.outputs.values()
            if output.outpoint.txid == deeds.dust_txid and output.owner == DUSTED
        )
        return Truth(
            ledger,
            deeds,
            value_at_tip_sat(ledger, deeds.theft_outputs, THIEF),
            self._address(self._thief.listed_lock),
            self._address(self._iris_lock),
            dust.outpoint,
        )

    def _labels(self) -> Labels:
        """Hot wallets are known to all; of the deposit addresses every second one."""
        ledger = self._chain.ledger
        exchanges = {}
        for exchange in (self._a, self._b):
            hot = tuple(self._address(lock) for lock in exchange.hot_locks())
            deposits = [address for address in ledger.customers if ledger.owners[address] == exchange.name]
            exchanges[exchange.name] = (*hot, *deposits[::2])
        listing_unix = read_block(self._chain.blocks[LISTING_HEIGHT])[0].time_unix
        listed_on = datetime.fromtimestamp(listing_unix, UTC).date().isoformat()
        return Labels((self._address(self._thief.listed_lock),), listed_on, exchanges)

    @staticmethod
    def _address(lock: Lock) -> str:
        address = regtest_address(lock.kind, lock.script_pubkey)
        if address is None:
            raise ValueError(f"{lock.owner} has an output without address")
        return address
