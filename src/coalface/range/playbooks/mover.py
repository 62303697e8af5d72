"""Moves with large sums, the same for thieves and for treasurers: split, join, peel, wait, sell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coalface.range.actors.actor import Actor
from coalface.range.economy.chain import EconomyRefused
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.tx import Outpoint, Tx
from coalface.range.wallets.purse import Poor

_TRIES = 6


class Mover(Actor):
    """Somebody with a plan for a large sum."""

    def plan(self, height: int, move: Callable[[], None], tries: int = _TRIES) -> None:
        """Makes a move before the block of that height, or somewhat later if there is too little coin."""

        def attempt() -> None:
            try:
                move()
            except (Poor, EconomyRefused):
                if tries > 1:
                    self.plan(self.economy.height + 2, move, tries - 1)

        self.town.at(max(height, self.economy.height + 1), attempt)

    def tell(self, event: str, txs: Sequence[Tx], text: str) -> None:
        """Notes a move for the story."""
        self.economy.tell(self.name, event, [tx.txid for tx in txs], text)

    def large_coins(self) -> list[Coin]:
        """Own coins, the largest first, dust left out."""
        coins = [coin for coin in self.purse.coins.values() if coin.value_sat > 100_000]
        return sorted(coins, key=lambda coin: (-coin.value_sat, coin.outpoint))

    def split(
        self, coin: Coin, n_parts: int, *, spread_percent: int, purpose: OutputPurpose, kind: TxKind
    ) -> Tx:
        """One coin into many of one's own.

        Parameters
        ----------
        coin
            What is split.
        n_parts
            Into how many.
        spread_percent
            How much the parts differ; 0 makes them equal.
        purpose, kind
            What it is called.

        Raises
        ------
        Poor
            If the coin is too small.
        """
        room_sat = coin.value_sat - self.purse.rate_sat_vb() * (200 + 40 * n_parts) * 2
        mean_sat = room_sat // n_parts
        if mean_sat < 20_000:
            raise Poor(f"{coin.value_sat} sat are too little for {n_parts} parts")
        planned = []
        for _ in range(n_parts):
            percent = 100 - self.dice.below(spread_percent + 1)
            planned.append(Planned(self.purse.new_lock(), mean_sat * percent // 100, purpose))
        return self.purse.pay(planned, kind, coins=[coin], playbook=self.part.playbook)

    def join(self, coins: Sequence[Coin], purpose: OutputPurpose, kind: TxKind) -> Tx:
        """Many coins into one of one's own.

        Raises
        ------
        Poor
            If there is nothing to join.
        """
        if not coins:
            raise Poor(f"{self.name} has nothing to join")
        return self.purse.send_all(coins, self.purse.new_lock(), purpose, kind, playbook=self.part.playbook)

    def peel(self, coin: Coin, payment: Planned) -> tuple[Tx, Coin | None]:
        """One hop of a peel chain; returns what is carried on to the next hop.

        Raises
        ------
        Poor
            If the coin is too small.
        """
        carry = self.purse.new_lock()
        tx = self.purse.pay(
            [payment],
            TxKind.PEEL,
            coins=[coin],
            change=carry,
            change_purpose=OutputPurpose.PEEL_CARRY,
            playbook=self.part.playbook,
        )
        for vout, output in enumerate(tx.outputs):
            if output.script_pubkey == carry.script_pubkey:
                return tx, self.purse.coins.get(Outpoint(tx.txid, vout))
        return tx, None

    def peel_chain(
        self,
        heights: Sequence[int],
        target: Callable[[int], Planned],
        *,
        low_permille: int,
        high_permille: int,
    ) -> None:
        """Plans a chain of hops, one at each height, from the largest coin at the first.

        Parameters
        ----------
        heights
            When; ascending.
        target
            The output for a payment of that many satoshis.
        low_permille, high_permille
            What a hop pays, in parts of the coin carried.
        """
        state: dict[str, Coin | None] = {"carry": None}

        def hop() -> None:
            coin = state["carry"]
            if coin is None or coin.outpoint not in self.purse.coins:
                large = self.large_coins()
                if not large:
                    raise Poor(f"{self.name} has nothing to peel")
                coin = large[0]
            value_sat = coin.value_sat * self.dice.between(low_permille, high_permille) // 1000
            value_sat = self.purse.profile.amounts.shaped_sat(value_sat, self.dice)
            tx, state["carry"] = self.peel(coin, target(value_sat))
            self.tell("peel", [tx], f"{self.name} pays {value_sat} sat and carries the rest on")

        for height in heights:
            self.plan(height, hop, tries=2)

    def pay_off(self, coins: Sequence[Coin], target: Callable[[int], Planned]) -> Tx:
        """These coins whole to somebody else, less the fee.

        Raises
        ------
        Poor
            If they are not worth the fee.
        """
        probe = target(1)
        return self.purse.send_all(
            coins,
            probe.lock,
            probe.purpose,
            TxKind.PAYMENT,
            beneficiary=probe.beneficiary,
            playbook=self.part.playbook,
        )


class Thief(Mover):
    """Somebody who holds coin that is not theirs."""

    kind = ActorKind.THIEF


class Associate(Mover):
    """Somebody who launders for a thief."""

    kind = ActorKind.ASSOCIATE


class Company(Mover):
    """A lawful business that moves large sums."""

    kind = ActorKind.PRIVATE


class Buyer(Mover):
    """Somebody who bought lawfully what once was stolen."""

    kind = ActorKind.BUYER


def stages(first: int, last: int, n_stages: int) -> list[int]:
    """Heights spread evenly from the first to the last, both included."""
    if n_stages < 2:
        return [first]
    return [first + (last - first) * number // (n_stages - 1) for number in range(n_stages)]
