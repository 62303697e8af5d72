"""The ledger of stolen satoshi on made-up transactions: nothing lost, nothing gained, nobody over-accused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.stolen import FEES, StolenLedger, StolenTx, TheftKey
from coalface.range.economy.words import OutputPurpose
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint

NAMES = ("thief", "helper", "shop", "stranger", "mixer")


def lock(owner: str) -> Lock:
    return Lock(Kind.P2WPKH, owner.encode(), owner)


def txid(number: int) -> str:
    return f"{number:064x}"


def planned(owner: str, value_sat: int, restores: str | None = None) -> Planned:
    return Planned(lock(owner), value_sat, OutputPurpose.PAYMENT, restores=restores)


def coin(number: int, vout: int, output: Planned) -> Coin:
    return Coin(Outpoint(txid(number), vout), output.value_sat, output.lock, output.lock.owner, 1, False)


def ledger() -> StolenLedger:
    return StolenLedger({"shop", "mixer"}, {"mixer"}, crews={"case": {"thief", "helper"}})


def totals(found: StolenLedger, key: TheftKey) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (holder, _), sat in found.holders(key).items():
        sums[holder] = sums.get(holder, 0) + sat
    return sums


def test_a_payment_spreads_over_payee_change_and_fee() -> None:
    book = ledger()
    loot = planned("thief", 1_000)
    book.apply(StolenTx(txid(1), 1, [], [loot], "case", mixes=False))
    paid = [planned("shop", 300), planned("thief", 690)]
    book.apply(StolenTx(txid(2), 2, [coin(1, 0, loot)], paid, None, mixes=False))
    assert totals(book, TheftKey("case", txid(1))) == {"shop": 300, "thief": 690, FEES: 10}


def test_clean_coin_beside_it_dilutes() -> None:
    book = ledger()
    loot, clean = planned("thief", 1_000), planned("thief", 3_000)
    book.apply(StolenTx(txid(1), 1, [], [loot], "case", mixes=False))
    coins = [coin(1, 0, loot), coin(9, 0, clean)]
    book.apply(StolenTx(txid(2), 2, coins, [planned("shop", 2_000), planned("thief", 2_000)], None, False))
    assert totals(book, TheftKey("case", txid(1))) == {"shop": 500, "thief": 500}


def test_in_a_coinjoin_everybody_keeps_their_own() -> None:
    book = ledger()
    loot, other = planned("thief", 1_000), planned("stranger", 1_000)
    book.apply(StolenTx(txid(1), 1, [], [loot], "case", mixes=False))
    coins = [coin(9, 0, other), coin(1, 0, loot)]
    book.apply(StolenTx(txid(2), 2, coins, [planned("stranger", 990), planned("thief", 990)], None, True))
    assert totals(book, TheftKey("case", txid(1))) == {"thief": 990, FEES: 10}
    assert book.holders(TheftKey("case", txid(1)))["thief", "mixed"] == 990


def test_a_mixer_gives_back_other_coin_of_the_same_worth() -> None:
    book, key = ledger(), TheftKey("case", txid(1))
    loot, reserve = planned("thief", 1_000), planned("mixer", 5_000)
    book.apply(StolenTx(txid(1), 1, [], [loot], "case", mixes=False))
    book.apply(StolenTx(txid(2), 2, [coin(1, 0, loot)], [planned("mixer", 1_000)], None, mixes=False))
    assert book.holders(key) == {("mixer", "mixed"): 1_000}
    back = [planned("helper", 970, restores="case"), planned("mixer", 4_000)]
    book.apply(StolenTx(txid(3), 3, [coin(9, 0, reserve)], back, None, mixes=False))
    assert book.holders(key) == {("mixer", "mixed"): 30, ("helper", "mixed"): 970}
    assert book.outputs() == [("case", txid(2), 0, 30), ("case", txid(3), 0, 970)]


def test_what_others_get_is_not_followed() -> None:
    book, key = ledger(), TheftKey("case", txid(1))
    loot = planned("thief", 1_000)
    book.apply(StolenTx(txid(1), 1, [], [loot], "case", mixes=False))
    sold = planned("shop", 1_000)
    book.apply(StolenTx(txid(2), 2, [coin(1, 0, loot)], [sold], None, mixes=False))
    book.apply(StolenTx(txid(3), 3, [coin(2, 0, sold)], [planned("stranger", 1_000)], None, mixes=False))
    assert book.holders(key) == {("shop", "at_service"): 1_000}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[int], list[tuple[str, int]], int]]:
    """Transactions as: which unspent coins, weights of the outputs by owner, fee in percent."""
    owners = st.tuples(st.sampled_from(NAMES), st.integers(1, 1_000))
    step = st.tuples(
        st.lists(st.integers(0, 50), min_size=1, max_size=4),
        st.lists(owners, min_size=1, max_size=5),
        st.integers(0, 40),
    )
    return draw(st.lists(step, min_size=1, max_size=12))


@given(histories(), st.lists(st.integers(1, 10**12), min_size=1, max_size=4))
def test_any_history_conserves(
    steps: list[tuple[list[int], list[tuple[str, int]], int]], loot_sat: list[int]
) -> None:
    book, key = ledger(), TheftKey("case", txid(1))
    loot = [planned("thief", value) for value in loot_sat]
    book.apply(StolenTx(txid(1), 1, [], loot, "case", mixes=False))
    unspent = [coin(1, vout, output) for vout, output in enumerate(loot)]
    unspent += [coin(0, vout, planned(owner, 10**9 + vout)) for vout, owner in enumerate(NAMES)]
    values = {each.outpoint: each.value_sat for each in unspent}
    for number, (picks, weights, fee_percent) in enumerate(steps, 2):
        coins = [unspent[place] for place in sorted({pick % len(unspent) for pick in picks})]
        unspent = [each for each in unspent if each not in coins]
        room_sat = sum(each.value_sat for each in coins) * (100 - fee_percent) // 100
        whole = sum(weight for _, weight in weights)
        outputs = [planned(owner, room_sat * weight // whole) for owner, weight in weights]
        book.apply(StolenTx(txid(number), number, coins, outputs, None, mixes=False))
        made = [coin(number, vout, output) for vout, output in enumerate(outputs)]
        unspent += made
        values |= {each.outpoint: each.value_sat for each in made}
        book.close_height(number)
        assert sum(book.holders(key).values()) == sum(loot_sat)
        if not unspent:
            break
    for _, in_tx, vout, stolen_sat in book.outputs():
        assert 0 < stolen_sat <= values[Outpoint(in_tx, vout)]
    by_height: dict[int, int] = {}
    for row in book.rows:
        by_height[row.height] = by_height.get(row.height, 0) + row.value_sat
    assert set(by_height.values()) <= {sum(loot_sat)}


def test_two_actors_of_one_name_are_refused() -> None:
    from coalface.range.economy.book import ActorRow, Book
    from coalface.range.economy.words import ActorKind

    book = Book()
    book.add_actor(ActorRow("anna", ActorKind.PRIVATE, "electrum"))
    with pytest.raises(ValueError, match="two actors called anna"):
        book.add_actor(ActorRow("anna", ActorKind.PRIVATE, "electrum"))
