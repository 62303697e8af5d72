"""Tx0: the transaction that cuts coins to a Whirlpool pool's size and pays its fee. It mixes nothing.

Outputs: equal premix coins; the pool's fee; change, if any is left; an OP_RETURN of 64 masked bytes by
which the coordinator recognises the payment. Sorted by BIP-0069.

References
----------
Samourai-Wallet/whirlpool-client, ``Tx0Service.tx0`` and ``Tx0Param``; Samourai-Wallet/whirlpool-protocol,
``WhirlpoolFee`` (``FEE_LENGTH``).
"""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.round import (
    COORDINATOR,
    Bill,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.size import dust_sat, output_vbytes, tx_fee_sat
from coalface.range.protocols.whirlpool import WhirlpoolPool, premix_value_sat
from coalface.range.script import Kind

_MEMO_BYTES = 64


def tx0(
    pool: WhirlpoolPool,
    owner: Participant,
    dice: Dice,
    *,
    rate_sat_vb: int,
    mix_rate_sat_vb: int | None = None,
    max_premix: int | None = None,
) -> Round:
    """The Tx0 of all the owner's coins, with as many premix coins as they make.

    Parameters
    ----------
    pool
        Pool to enter.
    owner
        Who enters, with which coins.
    dice
        Fills the masked bytes, decides places that the order leaves open.
    rate_sat_vb
        Fee rate of the Tx0, satoshis a virtual byte.
    mix_rate_sat_vb
        Fee rate that the first mix shall pay; as the Tx0 where None.
    max_premix
        Fewer premix coins than the pool allows.

    Raises
    ------
    RoundRefused
        If the coins do not make one premix coin.
    """
    premix_sat = premix_value_sat(pool, mix_rate_sat_vb or rate_sat_vb)
    kinds = [coin.kind for coin in owner.coins]
    memo = bytes(dice.below(256) for _ in range(_MEMO_BYTES))
    memo_vbytes = output_vbytes(Kind.OP_RETURN, memo)
    wanted = min(owner.value_sat // premix_sat, pool.max_premix, max_premix or pool.max_premix)
    for n_premix in range(wanted, 0, -1):
        sizes = [output_vbytes(Kind.P2WPKH)] * (n_premix + 2)
        fee_sat = tx_fee_sat(rate_sat_vb, kinds, [*sizes, memo_vbytes])
        change_sat = owner.value_sat - n_premix * premix_sat - pool.pool_fee_sat - fee_sat
        if change_sat >= 0:
            break
    else:
        raise RoundRefused(f"{owner.value_sat} sat do not make one premix coin of {premix_sat} sat")
    if change_sat < dust_sat(Kind.P2WPKH):
        fee_sat, change_sat = fee_sat + change_sat, 0
    outputs = [
        PlannedOutput(owner.name, premix_sat, Role.PREMIX, denomination_sat=pool.denomination_sat)
        for _ in range(n_premix)
    ]
    outputs.append(PlannedOutput(COORDINATOR, pool.pool_fee_sat, Role.FEE))
    outputs.append(PlannedOutput(None, 0, Role.MEMO, Kind.OP_RETURN, payload=memo))
    if change_sat:
        outputs.append(PlannedOutput(owner.name, change_sat, Role.CHANGE))
    bill = Bill(owner.name, mining_sat=fee_sat, service_sat=pool.pool_fee_sat)
    return settle(Protocol.TX0, [owner], outputs, [bill], dice, Ordering.BIP69)
