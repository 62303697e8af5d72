"""What protocols and pools make of people's coins: pure functions that plan a transaction or share a reward.

Here belongs one protocol a file, written from the protocol's own documents and source, which each file
names. What builds, signs or mines a transaction does not belong here, nor anything that recognises one:
detectors are measured by these.

A CoinJoin-like protocol takes ``Participant`` (a name and its ``InputCoin``) and a ``Dice`` and returns a
``Round``: inputs and outputs *in the order in which they stand in the transaction*, the fee, and a ``Bill``
for each participant. A ``Round`` refuses to exist if a satoshi is lost. The caller maps ``inputs`` back to
its coins by ``InputCoin.outpoint``, gives each output a fresh script of ``output.kind`` that belongs to
``output.owner`` (a participant, a payee named to the protocol, ``COORDINATOR``, or None for OP_RETURN,
which carries ``output.payload``), and spends and pays just that. Where ``ordering`` is ``BIP69``, outputs
of equal value take their scripts in ascending order. What cannot be done raises ``RoundRefused``, a
``ValueError``. Same arguments and same dice give the same round.

Pools work the other way round: ``MiningSpan`` (hash rates by height) and ``FoundBlock`` go in, a ``Split``
of exact credits comes out; ``credited`` and ``settled`` keep the book and say what is paid on the chain.
"""

from coalface.range.protocols.hash_rental import Rental, rent
from coalface.range.protocols.pool_payouts import Settlement, batches, credited, in_coinbase, settled
from coalface.range.protocols.pool_schemes import (
    FoundBlock,
    Scheme,
    Split,
    p2pool,
    pplns,
    pps,
    pps_plus,
    proportional,
    solo,
    tides,
)
from coalface.range.protocols.pool_work import MiningSpan, last_work, shared, work_between
from coalface.range.protocols.round import (
    COORDINATOR,
    Bill,
    InputCoin,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.tx0 import tx0
from coalface.range.protocols.whirlpool import (
    ASHIGARU_POOLS,
    WHIRLPOOL_POOLS,
    WhirlpoolPool,
    premix_value_sat,
    whirlpool_mix,
)

__all__ = [
    "ASHIGARU_POOLS",
    "COORDINATOR",
    "WHIRLPOOL_POOLS",
    "Bill",
    "FoundBlock",
    "InputCoin",
    "MiningSpan",
    "Ordering",
    "Participant",
    "PlannedOutput",
    "Protocol",
    "Rental",
    "Role",
    "Round",
    "RoundRefused",
    "Scheme",
    "Settlement",
    "Split",
    "WhirlpoolPool",
    "batches",
    "credited",
    "in_coinbase",
    "last_work",
    "p2pool",
    "pplns",
    "pps",
    "pps_plus",
    "premix_value_sat",
    "proportional",
    "rent",
    "settled",
    "shared",
    "solo",
    "tides",
    "tx0",
    "whirlpool_mix",
    "work_between",
]
