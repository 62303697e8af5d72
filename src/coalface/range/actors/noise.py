"""Noise: experiments, time stamps, odd outputs, coin moved in circles for no reason that shows."""

from __future__ import annotations

from coalface.range.actors.actor import Actor
from coalface.range.economy.chain import memo
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.hashes import sha256
from coalface.range.script import Kind
from coalface.range.wallets.purse import Poor

_ODD_KINDS = (
    Kind.MULTISIG,
    Kind.P2PK,
    Kind.NONSTANDARD,
    Kind.P2PKH_UNCOMPRESSED,
    Kind.P2SH_P2WSH,
    Kind.P2WSH_MULTISIG,
    Kind.P2TR,
)


class Tinkerer(Actor):
    """Somebody who tries things out."""

    kind = ActorKind.NOISE

    def act(self) -> None:
        """A time stamp, some odd outputs, a circle, or nothing."""
        if not self.dice.chance(15) or self.purse.balance_sat < 1_000_000:
            return
        try:
            match self.dice.below(3):
                case 0:
                    self._time_stamp()
                case 1:
                    self._odd_outputs()
                case _:
                    self._circle()
        except Poor:
            return

    def _time_stamp(self) -> None:
        """A hash in an output that nobody can spend; all the rest is change."""
        payload = b"TS" + sha256(str(self.economy.height).encode())
        planned = memo(payload, self.name)
        self.purse.pay([planned], TxKind.NOISE)

    def _odd_outputs(self) -> None:
        """Some outputs to oneself, of kinds that few use, all of the same value."""
        value_sat = self.purse.balance_sat // 20
        kinds = self.dice.sample(_ODD_KINDS, self.dice.between(1, 4))
        planned = [Planned(self.purse.new_lock(kind), value_sat, OutputPurpose.NOISE) for kind in kinds]
        self.purse.pay(planned, TxKind.NOISE)

    def _circle(self) -> None:
        """One coin to oneself."""
        coins = self.purse.spendable()
        lock = self.purse.receive_lock()
        self.purse.send_all([self.dice.pick(coins)], lock, OutputPurpose.NOISE, TxKind.NOISE)
