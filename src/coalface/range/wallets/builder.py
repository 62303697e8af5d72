"""Builder: whose code chooses coins and change: the parts of a profile, or a third party's wallet code."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, replace

from coalface.range.dice import Dice
from coalface.range.economy.coin import Coin, Look, Planned
from coalface.range.thirdparty import ChoiceRefused, OfferedCoin, Wanted, choose
from coalface.range.wallets.locktime import AntiFeeSniping, ExactTip, Locktime
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import OWN_CODE, Profile
from coalface.range.wallets.sequence import Sequence

WALLET_CODES = (OWN_CODE, "bdk", "electrum")
"""Whose code may build a transaction."""
_FITTING = {
    "bdk": ("bitcoin_core", "bitcoin_core_0_16", "mobile_bitcoinj", "payment_processor"),
    "electrum": ("electrum", "electrum_2", "payment_processor"),
}
"""Families that a code may stand in for: one key, a fresh address for change, coins of one kind.

Electrum replaces what imitates it. BDK is a library, so it replaces wallets that it could be in. Who runs a
payment processor may spend its takings with either, since the processor knows no private key.
"""

_LOCKTIMES: dict[str, Locktime] = {"bdk": ExactTip(), "electrum": AntiFeeSniping()}


@dataclass(frozen=True)
class Built:
    """A transaction as somebody's code makes it.

    Parameters
    ----------
    inputs, outputs
        In the order in which they stand.
    look
        Version, lock time, sequence.
    """

    inputs: tuple[Coin, ...]
    outputs: tuple[Planned, ...]
    look: Look


def fits(profile: Profile, code: str) -> bool:
    """Whether that third party's code can build the transactions of such a wallet."""
    return profile.name in _FITTING.get(code, ())


def rebuilt(profile: Profile, code: str) -> Profile:
    """The profile with its transactions built by that code, or the same profile if it does not fit.

    Habits of the user (amounts, reuse, fees) stay. Upgrades do not, since they may bring coins of another
    kind; the family is named after the code, unless it is the code's own. Order, version and lock time are
    the code's too where a user sends everything, which leaves nothing to choose.
    """
    if not fits(profile, code):
        return profile
    name, order, locktime = code, Order.SHUFFLED, _LOCKTIMES[code]
    if code == "electrum":
        name, order = profile.name if profile.name.startswith(code) else code, Order.BIP69
    return replace(
        profile,
        name=name,
        code=code,
        order=order,
        version=2,
        locktime=locktime,
        sequence=Sequence(),
        upgrades=(),
    )


def built(
    profile: Profile,
    coins: Many[Coin],
    payments: Many[Planned],
    change: Planned,
    look: Look,
    *,
    rate_sat_vb: int,
    height: int,
    dice: Dice,
) -> Built | None:
    """The payments as the profile's third-party code makes them; None if it refuses.

    Parameters
    ----------
    profile
        Names the code.
    coins
        What may be spent; the code is offered those of the profile's kind.
    payments
        What is paid.
    change
        Change without its value; its lock is of the profile's kind.
    look
        Taken where the code does not decide.
    rate_sat_vb
        Fee rate.
    height
        Height of the tip.
    dice
        Decides what the code would leave to chance.
    """
    by_outpoint = {
        (coin.outpoint.txid, coin.outpoint.vout): coin for coin in coins if coin.lock.kind is profile.kind
    }
    wanted = Wanted(
        tuple(
            OfferedCoin(coin.value_sat, coin.lock.kind, coin.lock.script_pubkey, point)
            for point, coin in by_outpoint.items()
        ),
        tuple((each.lock.script_pubkey, each.value_sat) for each in payments),
        change.lock.script_pubkey,
        rate_sat_vb,
        height,
    )
    try:
        choice = choose(profile.code, wanted, dice)
    except ChoiceRefused:
        return None
    left, outputs = list(payments), []
    for script, value_sat, is_change in choice.outputs:
        if is_change:
            outputs.append(replace(change, value_sat=value_sat))
            continue
        place = next(
            number
            for number, each in enumerate(left)
            if (each.lock.script_pubkey, each.value_sat) == (script, value_sat)
        )
        outputs.append(left.pop(place))
    decided = Look(
        look.version if choice.version is None else choice.version,
        look.locktime if choice.locktime is None else choice.locktime,
        look.sequence if choice.sequence is None else choice.sequence,
        look.has_low_r,
    )
    return Built(tuple(by_outpoint[coin.outpoint] for coin in choice.inputs), tuple(outputs), decided)
