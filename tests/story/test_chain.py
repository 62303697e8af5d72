"""The chain builder's rules, and the truth of small hand-made chains."""

from __future__ import annotations

import pytest

from coalface.range import Kind, Outpoint
from coalface.range.block import COINBASE_MATURITY, read_block
from coalface.range.dice import Dice
from story import ChainBuilder, Payment, Purpose, Wallet
from story.paying import balance_sat, pay
from story.truth import FEES, value_at_tip_sat
from story.wallet import CORE_HABITS, OLD_HABITS

COIN_SAT = 100_000_000
TAG = b"test"


@pytest.fixture
def miner() -> Wallet:
    return Wallet(1, "miner", Kind.P2WPKH)


@pytest.fixture
def chain(miner: Wallet) -> ChainBuilder:
    """Two mature coinbase outputs of 50 coins."""
    chain, lock = ChainBuilder(1), miner.new_lock()
    for _ in range(COINBASE_MATURITY + 1):
        chain.mine(lock, TAG)
    return chain


def test_coinbases_mature_after_100_blocks(chain: ChainBuilder) -> None:
    assert [coin.height for coin in chain.coins("miner")] == [1, 2]


def test_a_coin_is_spent_once(chain: ChainBuilder, miner: Wallet) -> None:
    coin = chain.coins("miner")[0]
    payment = Payment(miner.new_lock(), COIN_SAT, Purpose.SELF)
    chain.send([coin], [payment], OLD_HABITS)
    with pytest.raises(ValueError, match="is not unspent"):
        chain.send([coin], [payment], OLD_HABITS)


def test_payments_cannot_exceed_the_coins(chain: ChainBuilder, miner: Wallet) -> None:
    payment = Payment(miner.new_lock(), 50 * COIN_SAT + 1, Purpose.SELF)
    with pytest.raises(ValueError, match="exceed the coins by 1 sat"):
        chain.send(chain.coins("miner")[:1], [payment], OLD_HABITS)


def test_a_wallet_cannot_pay_more_than_it_has(chain: ChainBuilder, miner: Wallet) -> None:
    payment = Payment(miner.new_lock(), balance_sat(chain, "miner") + 1, Purpose.SELF)
    with pytest.raises(ValueError, match="payments exceed the coins"):
        pay(chain, miner, [payment], Dice(1, "x"))


def test_an_address_has_one_owner(chain: ChainBuilder, miner: Wallet) -> None:
    coins, anchor = chain.coins("miner"), Kind.ANCHOR
    chain.send(coins[:1], [Payment(miner.new_lock(anchor), COIN_SAT, Purpose.SELF)], OLD_HABITS)
    other = Wallet(1, "other").new_lock(anchor)
    with pytest.raises(ValueError, match="belongs to miner, not to other"):
        chain.send(coins[1:], [Payment(other, COIN_SAT, Purpose.SELF)], OLD_HABITS)


def test_habits_show_in_the_transaction(chain: ChainBuilder, miner: Wallet) -> None:
    first, second = chain.coins("miner")
    payment = Payment(miner.new_lock(), COIN_SAT, Purpose.SELF)
    old = chain.send([first], [payment], OLD_HABITS)
    new = chain.send([second], [payment], CORE_HABITS)
    assert (old.version, old.inputs[0].sequence, old.locktime) == (1, 0xFFFFFFFF, 0)
    assert (new.version, new.inputs[0].sequence, new.locktime) == (2, 0xFFFFFFFD, chain.height)


def test_rival_holds_the_first_transactions_of_the_tip(chain: ChainBuilder, miner: Wallet) -> None:
    lock = miner.new_lock()
    for coin in chain.coins("miner"):
        chain.send([coin], [Payment(lock, coin.value_sat - 1000, Purpose.SELF)], OLD_HABITS)
    tip, rival = chain.mine(lock, TAG), chain.rival(lock, b"late", n_txs=1)
    (tip_header, tip_txs), (header, txs) = read_block(tip), read_block(rival)
    assert header.prev_hash == tip_header.prev_hash
    assert [tx.txid for tx in txs[1:]] == [tip_txs[1].txid]
    assert txs[0].outputs[0].value_sat == 50 * COIN_SAT + 1000


def test_value_is_followed_through_the_holders_hands_only(chain: ChainBuilder, miner: Wallet) -> None:
    thief, shop = Wallet(1, "thief"), Wallet(1, "shop")
    stolen, clean = chain.coins("miner")
    loot = chain.send([stolen], [Payment(thief.new_lock(), 30 * COIN_SAT, Purpose.THEFT)], OLD_HABITS)
    chain.send([clean], [Payment(thief.new_lock(), 10 * COIN_SAT, Purpose.PAYMENT)], OLD_HABITS)
    spent = [
        Payment(thief.new_lock(), 20 * COIN_SAT, Purpose.CHANGE),
        Payment(shop.new_lock(), 16 * COIN_SAT, Purpose.PAYMENT),
    ]
    chain.send(chain.coins("thief"), spent, OLD_HABITS)
    chain.mine(miner.new_lock(), TAG)
    chain.send(chain.coins("shop"), [Payment(miner.new_lock(), COIN_SAT, Purpose.PAYMENT)], OLD_HABITS)
    chain.mine(miner.new_lock(), TAG)
    # 30 of the 40 coins in were stolen, so three quarters of every output and of the fee
    assert value_at_tip_sat(chain.ledger, [Outpoint(loot.txid, 0)], "thief") == {
        "thief": 15 * COIN_SAT,
        "shop": 12 * COIN_SAT,
        FEES: 3 * COIN_SAT,
    }


def test_in_a_coinjoin_everybody_keeps_their_own(chain: ChainBuilder, miner: Wallet) -> None:
    thief, friend = Wallet(1, "thief"), Wallet(1, "friend")
    first, second = chain.coins("miner")
    loot = chain.send([first], [Payment(thief.new_lock(), 3 * COIN_SAT, Purpose.THEFT)], OLD_HABITS)
    chain.send([second], [Payment(friend.new_lock(), 5 * COIN_SAT, Purpose.PAYMENT)], OLD_HABITS)
    outputs = [
        Payment(friend.new_lock(), 2 * COIN_SAT, Purpose.COINJOIN),
        Payment(thief.new_lock(), 2 * COIN_SAT, Purpose.COINJOIN),
        Payment(thief.new_lock(), COIN_SAT - 10, Purpose.CHANGE),
        Payment(friend.new_lock(), 3 * COIN_SAT - 10, Purpose.CHANGE),
    ]
    chain.send([*chain.coins("friend"), *chain.coins("thief")], outputs, OLD_HABITS)
    chain.mine(miner.new_lock(), TAG)
    assert value_at_tip_sat(chain.ledger, [Outpoint(loot.txid, 0)], "thief") == {
        "thief": 3 * COIN_SAT - 10,
        FEES: 10,
    }
