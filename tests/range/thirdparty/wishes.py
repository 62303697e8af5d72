"""Wallets with random coins, and payments that somebody wants to make from them."""

from __future__ import annotations

from hypothesis import strategies as st

from coalface.range.protocols.size import output_vbytes, tx_vbytes
from coalface.range.script import Kind
from coalface.range.thirdparty import Choice, OfferedCoin, Wanted

PREFIXES = {
    Kind.P2PKH: (b"\x76\xa9\x14", 20, b"\x88\xac"),
    Kind.P2SH_P2WPKH: (b"\xa9\x14", 20, b"\x87"),
    Kind.P2WPKH: (b"\x00\x14", 20, b""),
    Kind.P2TR: (b"\x51\x20", 32, b""),
}


def script(kind: Kind, number: int) -> bytes:
    """An output script of a kind, another for every number."""
    before, size, after = PREFIXES[kind]
    if kind is Kind.P2TR:  # the x coordinates of a few points, since not every number is one
        return (
            before + bytes.fromhex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798") + after
        )
    return before + number.to_bytes(size, "big") + after


def wishes(kinds: tuple[Kind, ...]) -> st.SearchStrategy[Wanted]:
    """Wallets of one kind with one to twenty coins, and one to three payments."""

    def made(kind: Kind, values: list[int], paid: list[int], rate: int, height: int) -> Wanted:
        coins = tuple(
            OfferedCoin(value, kind, script(kind, 1 + place // 2), (f"{place + 1:064x}", place % 3))
            for place, value in enumerate(values)
        )
        payments = tuple((script(Kind.P2WPKH, 1000 + place), value) for place, value in enumerate(paid))
        return Wanted(coins, payments, script(kind, 999), rate, height)

    return st.builds(
        made,
        st.sampled_from(kinds),
        st.lists(st.integers(1_000, 10**8), min_size=1, max_size=20),
        st.lists(st.integers(1_000, 10**7), min_size=1, max_size=3),
        st.integers(1, 60),
        st.integers(0, 800_000),
    )


def rate_sat_vb(choice: Choice, wanted: Wanted) -> float:
    """Fee rate of what was chosen, by our own sizes, satoshis a virtual byte."""
    kinds = [coin.kind for coin in choice.inputs]
    sizes = [
        output_vbytes(wanted.coins[0].kind if is_change else Kind.P2WPKH)
        for _, _, is_change in choice.outputs
    ]
    return choice.fee_sat / tx_vbytes(kinds, sizes)
