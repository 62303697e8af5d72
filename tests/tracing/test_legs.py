"""External legs: what a file may say, and how a trace leaves the chain and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.errors import IoFailure, UsageError
from coalface.range.tx import Outpoint
from coalface.tracing import Leg, read_legs, trace
from oracle.nasty import NastyChain, pay_to
from oracle.test_traces import Pair, read

FIELDS = {"asset": "XMR", "amount": "9", "time": "2021-05-01", "source": "a book", "grade": "record"}


def leg(out: str, back: str | None = None, *, is_followable: bool = True) -> Leg:
    return Leg(out=out, back=back, is_followable=is_followable, **FIELDS)


class Swaps:
    """Coin goes into a swap, comes back, goes into another, comes back again."""

    def __init__(self, folder: Path) -> None:
        chain = NastyChain()
        for _ in range(105):
            chain.mine()
        loot, *others = list(chain.coins)[:4]
        value = chain.coins[loot][0]
        first = chain.send([loot], [(value // 2, pay_to(1)), (value - value // 2, pay_to(2))])
        chain.mine()
        second = chain.send([others[0]], [(1000, pay_to(3)), (value - 1000, pay_to(4))])
        chain.mine()
        third = chain.send([Outpoint(second.txid, 0)], [(1000, pay_to(5))])
        chain.mine()
        fourth = chain.send([others[1]], [(77, pay_to(6)), (value - 77, pay_to(7))])
        chain.mine()
        chain.send([Outpoint(fourth.txid, 0)], [(70, pay_to(8))])
        chain.mine()
        self.value = value
        self.origin = f"{first.txid}:0"
        self.out, self.back = f"{first.txid}:0", f"{second.txid}:0"
        self.again, self.home = f"{third.txid}:0", f"{fourth.txid}:0"
        self.pair: Pair = read(chain.blocks, folder, "swaps")


@pytest.fixture(scope="module")
def swaps(tmp_path_factory: pytest.TempPathFactory) -> Swaps:
    return Swaps(tmp_path_factory.mktemp("swaps"))


def test_a_trace_goes_on_where_value_came_back(swaps: Swaps) -> None:
    legs = [leg(swaps.again, swaps.home), leg(swaps.out, swaps.back)]
    for method in ("haircut", "fifo"):
        found = trace(swaps.pair.fast, [swaps.origin], legs=legs, method=method)
        by_out = {each.leg.out: each for each in found.legs}
        assert (by_out[swaps.out].tainted_sat, by_out[swaps.out].continued_sat) == (swaps.value // 2, 1000)
        assert (by_out[swaps.again].tainted_sat, by_out[swaps.again].continued_sat) == (1000, 77)
        assert {each.outcome for each in found.legs} == {"continued"}
        assert (found.origin_sat, found.continued_sat) == (swaps.value // 2, 1077)
        assert found.totals_sat["swap"] == swaps.value // 2 + 1000
        assert found.totals_sat["unspent"] == 70
        assert found.lost_to_fees_sat == 7
        ends = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
        assert found.origin_sat + found.continued_sat == ends


def test_backward_a_leg_is_followed_the_other_way(swaps: Swaps) -> None:
    legs = [leg(swaps.again, swaps.home), leg(swaps.out, swaps.back)]
    found = trace(swaps.pair.fast, [swaps.home], legs=legs, direction="backward")
    assert [each.outcome for each in found.legs] == ["continued", "continued"]
    assert found.totals_sat["coinbase"] == swaps.value // 2


def test_what_does_not_come_back_is_an_answer(swaps: Swaps) -> None:
    meanings = []
    for is_followable, outcome in ((True, "left"), (False, "lost")):
        found = trace(swaps.pair.fast, [swaps.origin], legs=[leg(swaps.out, is_followable=is_followable)])
        assert [each.outcome for each in found.legs] == [outcome]
        assert (found.totals_sat["swap"], found.continued_sat) == (found.origin_sat, 0)
        meanings.append(found.legs[0].meaning)
    assert "cannot be followed" in meanings[1]
    with pytest.raises(UsageError):
        trace(swaps.pair.fast, [swaps.origin], legs=[leg(swaps.back, swaps.out)])


def test_files(tmp_path: Path) -> None:
    txid = "ab" * 32
    toml, csv = tmp_path / "legs.toml", tmp_path / "legs.csv"
    toml.write_text(
        f'[[leg]]\nout = "{txid}:1"\nasset = "ETH"\namount = "1.5"\ntime = "2021-05-01T10:00:00Z"\n'
        f'source = "x"\ngrade = "memo"\nback = "{txid}:2"\nforeign_tx = "0xfe"\nfollowable = true\n'
    )
    csv.write_text(
        "out,asset,amount,time,source,grade,foreign_tx,back,followable\n"
        f"{txid}:1,ETH,1.5,2021-05-01T10:00:00Z,x,memo,0xfe,{txid}:2,true\n"
    )
    expected = Leg(f"{txid}:1", "ETH", "1.5", "2021-05-01T10:00:00Z", "x", "memo", "0xfe", f"{txid}:2")
    assert read_legs(toml) == read_legs(csv) == (expected,)
    with pytest.raises(IoFailure):
        read_legs(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("out", "nonsense"),
        ("grade", "sure"),
        ("time", "soon"),
        ("followable", "perhaps"),
        ("asset", ""),
        ("colour", "red"),
    ],
)
def test_files_that_make_no_sense(tmp_path: Path, field: str, text: str) -> None:
    fields = {"out": "ab" * 32 + ":0", **FIELDS, field: text}
    file = tmp_path / "legs.toml"
    file.write_text("[[leg]]\n" + "".join(f'{name} = "{value}"\n' for name, value in fields.items()))
    with pytest.raises(UsageError) as caught:
        read_legs(file)
    assert caught.value.code == "usage_legs"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError):
        read_legs(file)
