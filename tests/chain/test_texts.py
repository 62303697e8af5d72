"""Whatever is typed, only errors of our own come out, and the right ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.chain import Chain, parse_outpoint
from coalface.clusters import cluster, explain
from coalface.errors import CoalfaceError, InvalidAddress, InvalidReference, NotFound, UsageError
from coalface.tracing import trace
from story import Story

HEX = st.text("0123456789abcdefABCDEF", max_size=70)
BASE58 = st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=60)
BECH32 = st.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l", max_size=90).map(lambda text: f"bcrt1{text}")
BARE = st.builds("script:{}:{}".format, st.sampled_from(["p2pk", "multisig", "empty", "p2sh", "x", ""]), HEX)
OUTPOINTS = st.builds("{}:{}".format, HEX, st.integers(-1, 2**40))
# half surrogates too: the shell passes them on for bytes that are no UTF-8
ANYTHING = st.text(st.characters())
TEXTS = st.one_of(
    ANYTHING, HEX, BASE58, BECH32, BARE, OUTPOINTS, st.from_regex(r"\d{4}-\d\d-\d\dT?[\d:]*[Z+-]?\d*")
)

LOOKUPS: dict[str, Callable[[Chain, str], object]] = {
    "block": Chain.block,
    "tx": Chain.tx,
    "address": Chain.address,
    "address_txs": lambda chain, text: list(chain.address_txs(text)),
    "at": Chain.at,
    "column": Chain.column,
    "cluster": cluster,
    "explain": lambda chain, text: explain(chain, text, text),
    "trace": lambda chain, text: trace(chain, [text]),
    "trace_stops": lambda chain, text: trace(chain, [chain.block(1).coinbase_txid], stops={text: "x"}),
}


@pytest.mark.parametrize("lookup", LOOKUPS)
@given(text=TEXTS)
def test_any_text(lookup: str, chain: Chain, text: str) -> None:
    error = error_of(lambda: LOOKUPS[lookup](chain, text))
    if error is not None:
        assert error.code
        assert error.code == error.code.lower()
        assert error.message
        assert "\n" not in error.message or "\n" in text
        assert error.as_dict()["code"] == error.code


def error_of(ask: Callable[[], object]) -> CoalfaceError | None:
    """The error of a question, if it is one of our own."""
    try:
        ask()
    except CoalfaceError as error:
        return error
    return None


@given(text=TEXTS)
def test_outpoints(text: str) -> None:
    found = parse_outpoint(text)
    if found is not None:
        txid, vout = found
        assert f"{txid}:{vout}" == text.lower().replace(text.split(":")[1], str(int(text.split(":")[1])))
        assert 0 <= vout < 2**32


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_address_empty"),
        ("bcrt1" + "q" * 500, "invalid_address_too_long"),
        ("\udcff", "invalid_address_bad_character"),
        ("n2XLSpwb3UhaS4ot6oT2939R7ipuzeJUH0", "invalid_address_bad_character"),
        ("n2XLSpwb3UhaS4ot6oT2939R7ipuzeJUHq", "invalid_address_base58_checksum"),
        ("bcrt1qpnxteqy87q9xnmvmdhvvp3fn20035j8p8qha7z", "invalid_address_bech32_checksum"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "invalid_address_wrong_network"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "invalid_address_wrong_network"),
        ("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "invalid_address_unknown_version"),
        ("script:p2wsh:" + "00" * 32, "invalid_address_unknown_script_kind"),
        ("script:p2pk:00", "invalid_address_bad_hex"),
        ("script:empty:" + "00" * 32, "invalid_address_not_the_empty_script"),
    ],
)
def test_codes_of_addresses(chain: Chain, text: str, code: str) -> None:
    for lookup in ("address", "address_txs", "cluster", "explain", "trace", "trace_stops"):
        with pytest.raises(InvalidAddress) as caught:
            LOOKUPS[lookup](chain, text)
        assert caught.value.code == code, lookup
        assert caught.value.hint
        assert isinstance(caught.value, ValueError)


def test_codes_of_references(chain: Chain, story: Story) -> None:
    theft = story.truth.deeds.theft_txid
    cases: list[tuple[Callable[[], object], type[CoalfaceError], str]] = [
        (lambda: chain.tx("zz"), InvalidReference, "invalid_txid"),
        (lambda: chain.tx(theft[:-1]), InvalidReference, "invalid_txid"),
        (lambda: chain.tx("ab" * 32), NotFound, "not_found_tx"),
        (lambda: chain.block("nonsense"), InvalidReference, "invalid_block"),
        (lambda: chain.block(-1), InvalidReference, "invalid_block"),
        (lambda: chain.block(2**32 - 1), InvalidReference, "invalid_block"),
        (lambda: chain.block(321), NotFound, "not_found_block"),
        (lambda: chain.block("ab" * 32), NotFound, "not_found_block"),
        (lambda: trace(chain, [f"{theft}:99"]), NotFound, "not_found_output"),
        (lambda: trace(chain, [f"{'ab' * 32}:0"]), NotFound, "not_found_tx"),
        (lambda: trace(chain, ["script:p2pk:" + "00" * 32]), NotFound, "not_found_address"),
        (lambda: trace(chain, []), UsageError, "usage_origin"),
        (lambda: trace(chain, [theft], method="first"), UsageError, "usage_method"),
        (lambda: trace(chain, [theft], max_txs=-1), UsageError, "usage_count"),
        (lambda: cluster(chain, story.truth.listed_address, limit=0), UsageError, "usage_count"),
        (lambda: explain(chain, story.truth.listed_address, "", limit=-1), UsageError, "usage_count"),
        (lambda: chain.column("block.hash"), UsageError, "usage_column"),
        (lambda: chain.column("output"), UsageError, "usage_column"),
    ]
    for ask, kind, code in cases:
        with pytest.raises(kind) as caught:
            ask()
        assert caught.value.code == code


def test_an_address_that_never_occurred_has_nothing(chain: Chain) -> None:
    found = chain.address("script:p2pk:" + "00" * 32)
    assert (found.script_type, found.balance_sat, found.received_sat, found.n_txs) == ("p2pk", 0, 0, 0)
    assert found.coverage.unknown == ()
    assert cluster(chain, found.address).anchor is None
    assert explain(chain, found.address, found.address).same_cluster is False


def test_upper_case_names_the_same(chain: Chain, story: Story) -> None:
    theft = story.truth.deeds.theft_txid
    assert chain.tx(theft.upper()) == chain.tx(theft)
    assert trace(chain, [f"{theft.upper()}:0"]).edges == trace(chain, [f"{theft}:0"]).edges
    address = next(each for each in story.truth.ledger.owners if each.startswith("bcrt1"))
    assert chain.address(address.upper()).address == address
