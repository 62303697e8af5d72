"""Where each stolen satoshi is, height by height.

Inside a transaction value has no identity, so a rule is needed. Everybody who brings coins loses what does
not come back to them, and those who get more than they brought share these losses with the miner. A payer's
stolen part is spread in proportion over what the payer gets back, and over what was lost. So in an ordinary
payment stolen value is spread in proportion over payee, change and fee; in a CoinJoin everybody keeps their
own.

Stolen value is followed while the criminals hold it. What somebody else gets is theirs from then on: a
service that takes a deposit owes it, whatever it does with the coin. A custodial mixer gives back other
coins of the same worth; these count as the stolen ones, since they are what the thief has for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import HoldingState
from coalface.range.tx import Outpoint

FEES = "fees"
"""Holder of what went to miners."""


class TheftKey(NamedTuple):
    """One theft: the playbook and the transaction that took the coin."""

    playbook: str
    theft_txid: str


class HoldingRow(NamedTuple):
    """What one holder has of one theft after a height at which something changed."""

    playbook: str
    theft_txid: str
    height: int
    holder: str
    purpose_state: str
    value_sat: int


@dataclass(slots=True)
class _Share:
    """Stolen value in one output."""

    key: TheftKey
    value_sat: int
    holder: str
    state: HoldingState


@dataclass(frozen=True, slots=True)
class StolenTx:
    """What the ledger needs to know of a transaction."""

    txid: str
    height: int
    coins: Sequence[Coin]
    outputs: Sequence[Planned]
    theft_of: str | None
    mixes: bool


@dataclass
class StolenLedger:
    """Holders of stolen value.

    Parameters
    ----------
    services
        Names of the actors that offer something to the public.
    mixers
        Names of the custodial mixers among them.
    """

    services: set[str] = field(default_factory=set)
    mixers: set[str] = field(default_factory=set)
    crews: dict[str, set[str]] = field(default_factory=dict)
    rows: list[HoldingRow] = field(default_factory=list)
    _shares: dict[Outpoint, list[_Share]] = field(default_factory=dict)
    _totals: dict[TheftKey, dict[tuple[str, str], int]] = field(default_factory=dict)
    _fees: dict[TheftKey, int] = field(default_factory=dict)
    _changed: dict[TheftKey, None] = field(default_factory=dict)
    _live: dict[Outpoint, None] = field(default_factory=dict)

    def apply(self, tx: StolenTx) -> None:
        """Moves stolen value as the transaction moves it."""
        if tx.theft_of is not None:
            self._begin(tx, tx.theft_of)
        else:
            self._move(tx)
        for vout, output in enumerate(tx.outputs):
            if output.restores is not None:
                self._restore(tx, vout, output, output.restores)

    def close_height(self, height: int) -> None:
        """Writes the holders of every theft of which something moved."""
        for key in self._changed:
            totals = self.holders(key)
            self.rows += [
                HoldingRow(*key, height, holder, state, sat)
                for (holder, state), sat in sorted(totals.items())
            ]
        self._changed.clear()

    def holders(self, key: TheftKey) -> dict[tuple[str, str], int]:
        """Satoshis of one theft by holder and state."""
        totals = {place: sat for place, sat in self._totals.get(key, {}).items() if sat}
        if self._fees.get(key):
            totals[FEES, HoldingState.LOST_TO_FEES.value] = self._fees[key]
        return totals

    def is_loot(self, outpoint: Outpoint) -> bool:
        """Whether criminals hold stolen value in that output, as of the last block."""
        return outpoint in self._live

    def outputs(self) -> list[tuple[str, str, int, int]]:
        """Playbook, txid, vout and satoshis of every output in which stolen value rests or ended."""
        sums: dict[tuple[str, str, int], int] = {}
        for outpoint, shares in self._shares.items():
            for share in shares:
                place = (share.key.playbook, outpoint.txid, outpoint.vout)
                sums[place] = sums.get(place, 0) + share.value_sat
        return [(*place, sat) for place, sat in sorted(sums.items()) if sat]

    def _begin(self, tx: StolenTx, playbook: str) -> None:
        key, crew = TheftKey(playbook, tx.txid), self.crews[playbook]
        for vout, output in enumerate(tx.outputs):
            if output.lock.owner in crew and not output.is_change:
                self._put(
                    Outpoint(tx.txid, vout), key, output.value_sat, output.lock.owner, HoldingState.HELD
                )

    def _put(
        self, outpoint: Outpoint, key: TheftKey, value_sat: int, holder: str, state: HoldingState
    ) -> None:
        if not value_sat:
            return
        self._changed[key] = None
        self._shares.setdefault(outpoint, []).append(_Share(key, value_sat, holder, state))
        self._count(key, holder, state, value_sat)
        if holder in self.crews[key.playbook]:
            self._live[outpoint] = None

    def _count(self, key: TheftKey, holder: str, state: HoldingState, more_sat: int) -> None:
        totals = self._totals.setdefault(key, {})
        totals[holder, state.value] = totals.get((holder, state.value), 0) + more_sat

    def _move(self, tx: StolenTx) -> None:
        spent = [coin for coin in tx.coins if coin.outpoint in self._live]
        if not spent:
            return
        brought: dict[str, int] = {}
        for coin in tx.coins:
            brought[coin.lock.owner] = brought.get(coin.lock.owner, 0) + coin.value_sat
        moving: dict[str, list[_Share]] = {}
        for coin in spent:
            del self._live[coin.outpoint]
            for share in self._shares.pop(coin.outpoint):
                self._count(share.key, share.holder, share.state, -share.value_sat)
                moving.setdefault(coin.lock.owner, []).append(share)
        for owner, shares in moving.items():
            self._spread(tx, shares, _slots(tx, owner, brought), brought[owner])

    def _spread(
        self,
        tx: StolenTx,
        shares: Sequence[_Share],
        slots: Sequence[tuple[int | None, int]],
        brought_sat: int,
    ) -> None:
        """Draws one owner's stolen amounts, and the clean rest, into the places where the owner's value went.

        Each place takes from each amount in proportion, as differences of rounded running sums; so the
        parts of an amount add up to it, and the parts in a place never exceed what went there.
        """
        left = [share.value_sat for share in shares]
        left_sat = brought_sat
        for place, amount_sat in slots:
            if not left_sat:
                return
            running, drawn_sat = 0, 0
            for number, share in enumerate(shares):
                running += left[number]  # before this place took its part
                part_sat = running * amount_sat // left_sat - drawn_sat
                drawn_sat += part_sat
                left[number] -= part_sat
                self._give(tx, share, place, part_sat)
            left_sat -= amount_sat

    def _give(self, tx: StolenTx, share: _Share, place: int | None, part_sat: int) -> None:
        key = share.key
        self._changed[key] = None
        if not part_sat:
            return
        if place is None:
            self._fees[key] = self._fees.get(key, 0) + part_sat
            return
        holder = tx.outputs[place].lock.owner
        if holder in self.crews[key.playbook]:
            state = HoldingState.MIXED if tx.mixes else share.state
        elif holder in self.mixers:
            state = HoldingState.MIXED
        else:
            state = HoldingState.AT_SERVICE if holder in self.services else HoldingState.HELD
        self._put(Outpoint(tx.txid, place), key, part_sat, holder, state)

    def _restore(self, tx: StolenTx, vout: int, output: Planned, playbook: str) -> None:
        """Takes what a mixer owes and puts it into the output with which the mixer pays it back."""
        wanted_sat = output.value_sat
        payers = {coin.lock.owner for coin in tx.coins}
        for shares in list(self._shares.values()):
            for share in shares:
                if share.key.playbook != playbook or share.holder not in payers or not wanted_sat:
                    continue
                taken_sat = min(wanted_sat, share.value_sat)
                share.value_sat -= taken_sat
                self._count(share.key, share.holder, share.state, -taken_sat)
                wanted_sat -= taken_sat
                self._put(
                    Outpoint(tx.txid, vout), share.key, taken_sat, output.lock.owner, HoldingState.MIXED
                )


def _slots(tx: StolenTx, owner: str, brought: dict[str, int]) -> list[tuple[int | None, int]]:
    """Where the value that one party brought has gone: outputs by number, and the fee as None, in satoshis.

    Own outputs first, as far as own coins reach; then the outputs of those who gained, and last the miner.
    """
    got: dict[str, int] = {}
    for output in tx.outputs:
        got[output.lock.owner] = got.get(output.lock.owner, 0) + output.value_sat
    own_sat, brought_sat = got.get(owner, 0), brought[owner]
    kept_sat = min(own_sat, brought_sat)
    lost_sat = brought_sat - kept_sat
    gains = {name: got[name] - brought.get(name, 0) for name in got if got[name] > brought.get(name, 0)}
    all_gains_sat = sum(gains.values()) + sum(brought.values()) - sum(got.values())
    slots: list[tuple[int | None, int]] = []
    for vout, output in enumerate(tx.outputs):
        name = output.lock.owner
        if name == owner:
            slots.append((vout, output.value_sat * kept_sat // own_sat if own_sat else 0))
        elif name in gains and lost_sat:
            part_sat = lost_sat * gains[name] * output.value_sat // (all_gains_sat * got[name])
            slots.append((vout, part_sat))
    slots.append((None, brought_sat - sum(amount_sat for _, amount_sat in slots)))
    return slots
