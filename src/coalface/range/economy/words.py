"""The words in which the truth is told: kinds of actors and transactions, purposes of outputs."""

from __future__ import annotations

from enum import StrEnum


class ActorKind(StrEnum):
    """What somebody does for a living."""

    PRIVATE = "private"
    MERCHANT = "merchant"
    EXCHANGE = "exchange"
    NESTED_SERVICE = "nested_service"
    OTC = "otc"
    GAMBLING = "gambling"
    CUSTODIAL_WALLET = "custodial_wallet"
    LIGHTNING = "lightning"
    POOL = "pool"
    SOLO_MINER = "solo_miner"
    POOL_MINER = "pool_miner"
    MIXER = "mixer"
    COORDINATOR = "coordinator"
    SWAP = "swap"
    HASH_RENTAL = "hash_rental"
    DUSTER = "duster"
    THIEF = "thief"
    ASSOCIATE = "associate"
    RANSOMWARE = "ransomware"
    FORFEITURE = "forfeiture"
    BUYER = "buyer"
    NOISE = "noise"


class TxKind(StrEnum):
    """Why a transaction was made, as its initiator would say."""

    PAYMENT = "payment"
    BATCH = "batch"
    SWEEP = "sweep"
    COINBASE = "coinbase"
    COLD = "cold"
    SELF = "self"
    WASABI1 = "coinjoin:wasabi1"
    WASABI2 = "coinjoin:wasabi2"
    WHIRLPOOL = "coinjoin:whirlpool"
    ASHIGARU = "coinjoin:ashigaru"
    JOINMARKET = "coinjoin:joinmarket"
    GENERIC = "coinjoin:generic"
    TX0 = "tx0"
    PAYJOIN = "payjoin"
    STONEWALL = "stonewall"
    PEEL = "peel"
    CONSOLIDATION = "consolidation"
    DISPERSAL = "dispersal"
    POOL_PAYOUT = "pool_payout"
    DUST = "dust"
    SWAP = "swap"
    DUAL_FUNDING = "dual_funding"
    CHANNEL_CLOSE = "channel_close"
    MIXER_PAYOUT = "mixer_payout"
    THEFT = "theft"
    RANSOM = "ransom"
    FORFEITURE = "forfeiture"
    NOISE = "noise"


class OutputPurpose(StrEnum):
    """Why an output was made, as its maker would say."""

    GENESIS = "genesis"
    COINBASE = "coinbase"
    COMMITMENT = "commitment"
    PAYMENT = "payment"
    CHANGE = "change"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    SWEEP = "sweep"
    COLD = "cold"
    POOL_PAYOUT = "pool_payout"
    COINJOIN_MIX = "coinjoin_mix"
    COINJOIN_CHANGE = "coinjoin_change"
    COORDINATOR_FEE = "coordinator_fee"
    PREMIX = "premix"
    SELF = "self"
    DUST = "dust"
    MEMO = "memo"
    THEFT = "theft"
    CONSOLIDATION = "consolidation"
    DISPERSAL = "dispersal"
    PEEL = "peel"
    PEEL_CARRY = "peel_carry"
    RANSOM = "ransom"
    SWAP = "swap"
    CHANNEL = "channel"
    FORFEITURE = "forfeiture"
    NOISE = "noise"


class HoldingState(StrEnum):
    """Where a stolen satoshi is."""

    HELD = "held"
    AT_SERVICE = "at_service"
    MIXED = "mixed"
    LOST_TO_FEES = "lost_to_fees"


SERVICE_KINDS = frozenset(
    {
        ActorKind.EXCHANGE,
        ActorKind.NESTED_SERVICE,
        ActorKind.OTC,
        ActorKind.MERCHANT,
        ActorKind.GAMBLING,
        ActorKind.CUSTODIAL_WALLET,
        ActorKind.POOL,
        ActorKind.MIXER,
        ActorKind.COORDINATOR,
        ActorKind.SWAP,
        ActorKind.HASH_RENTAL,
    }
)
"""Kinds that offer something to the public."""
