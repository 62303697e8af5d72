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
        totals: dict[tuple[str, str], int] = {}
        for shares in self._shares.values():
            for share in shares:
                if share.key == key and share.value_sat:
                    place = (share.holder, share.state.value)
                    totals[place] = totals.get(place, 0) + share.value_sat
        if self._fees.get(key):
            totals[FEES, HoldingState.LOST_TO_FEES.value] = self._fees[key]
        return totals

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
        if holder in self.crews[key.playbook]:
            self._live[outpoint] = None

    def _move(self, tx: StolenTx) -> None:
        spent = [coin for coin in tx.coins if coin.outpoint in self._live]
        if not spent:
            return
        brought: dict[str, int] = {}
        for coin in tx.coins:
            brought[coin.lock.owner] = brought.get(coin.lock.owner, 0) + coin.value_sat
        for coin in spent:
            del self._live[coin.outpoint]
            stays = []
            for share in self._shares.pop(coin.outpoint):
                if share.holder in self.crews[share.key.playbook]:
                    self._spread(tx, share, coin.lock.owner, brought)
                else:
                    stays.append(share)
            if stays:
                self._shares[coin.outpoint] = stays

    def _spread(self, tx: StolenTx, share: _Share, owner: str, brought: dict[str, int]) -> None:
        """Shares one stolen amount over its owner's outputs and over what the owner lost."""
        got: dict[str, int] = {}
        for output in tx.outputs:
            got[output.lock.owner] = got.get(output.lock.owner, 0) + output.value_sat
        gains = {name: got[name] - brought.get(name, 0) for name in got if got[name] > brought.get(name, 0)}
        fee_sat = sum(brought.values()) - sum(got.values())
        lost_sat = max(0, brought[owner] - got.get(owner, 0))
        all_gains_sat = sum(gains.values()) + fee_sat
        weights: list[tuple[int | None, int]] = []
        for vout, output in enumerate(tx.outputs):
            name = output.lock.owner
            if name == owner:
                weights.append((vout, output.value_sat * all_gains_sat))
            elif name in gains and lost_sat:
                weights.append((vout, lost_sat * gains[name] * output.value_sat // got[name]))
        weights.append((None, lost_sat * fee_sat))
        total = sum(weight for _, weight in weights)
        if not total:  # a consolidation without fee to oneself has no gains at all
            weights = [(v, o.value_sat) for v, o in enumerate(tx.outputs) if o.lock.owner == owner]
            total = sum(weight for _, weight in weights)
        passed, given_sat = 0, 0
        for place, weight in weights:
            passed += weight
            part_sat = share.value_sat * passed // total - given_sat
            given_sat += part_sat
            self._give(tx, share, place, part_sat)

    def _give(self, tx: StolenTx, share: _Share, place: int | None, part_sat: int) -> None:
        key = share.key
        self._changed[key] = None
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
                wanted_sat -= taken_sat
                self._put(
                    Outpoint(tx.txid, vout), share.key, taken_sat, output.lock.owner, HoldingState.MIXED
                )
