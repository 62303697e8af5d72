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

from coalface.range.protocols.dual_funding import dual_funding
from coalface.range.protocols.equal_output import equal_output_round
from coalface.range.protocols.hash_rental import Rental, rent
from coalface.range.protocols.joinmarket import Offer, joinmarket_round
from coalface.range.protocols.payjoin import payjoin
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
from coalface.range.protocols.stonewall import stonewall, stonewallx2
from coalface.range.protocols.swap import SHORT_ASSETS, outbound_memo, swap_memo, swap_tx
from coalface.range.protocols.tx0 import tx0
from coalface.range.protocols.wasabi1 import WASABI_1_0, WASABI_1_1, Wasabi1Rules, wasabi1_round
from coalface.range.protocols.wasabi2 import WASABI_2_OPEN, WASABI_2_ZKSNACKS, Wasabi2Rules, wasabi2_round
from coalface.range.protocols.wasabi_amounts import standard_denominations
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
    "SHORT_ASSETS",
    "WASABI_1_0",
    "WASABI_1_1",
    "WASABI_2_OPEN",
    "WASABI_2_ZKSNACKS",
    "WHIRLPOOL_POOLS",
    "Bill",
    "FoundBlock",
    "InputCoin",
    "MiningSpan",
    "Offer",
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
    "Wasabi1Rules",
    "Wasabi2Rules",
    "WhirlpoolPool",
    "batches",
    "credited",
    "dual_funding",
    "equal_output_round",
    "in_coinbase",
    "joinmarket_round",
    "last_work",
    "outbound_memo",
    "p2pool",
    "payjoin",
    "pplns",
    "pps",
    "pps_plus",
    "premix_value_sat",
    "proportional",
    "rent",
    "settled",
    "shared",
    "solo",
    "standard_denominations",
    "stonewall",
    "stonewallx2",
    "swap_memo",
    "swap_tx",
    "tides",
    "tx0",
    "wasabi1_round",
    "wasabi2_round",
    "whirlpool_mix",
    "work_between",
]
