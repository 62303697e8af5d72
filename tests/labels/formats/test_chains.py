"""Addresses are checked for their own chain."""

from __future__ import annotations

import hashlib

import pytest
from embit import bech32 as embit_bech32
from embit.base58 import decode_check, encode_check
from hypothesis import given, settings
from hypothesis import strategies as st

from coalface.labels.draft import SubjectCheck
from coalface.labels.formats.chains import canonical_ticker, inspect_address, network_named
from coalface.labels.formats.chains.base58 import base58check_payload
from coalface.labels.formats.chains.bech32 import bech32_prefix, cashaddr_version
from coalface.labels.formats.chains.keccak import _sponge, eip55, keccak_256

CHECKSUM, FORM, UNCHECKED, FAILED = (
    SubjectCheck.CHECKSUM, SubjectCheck.FORM, SubjectCheck.UNCHECKED, SubjectCheck.FAILED,
)  # fmt: skip

# Examples of the standards (BIP-0173, EIP-55, cashaddr, Monero's documentation), and of OFAC's public list.
RIGHT = [
    ("XBT", "1BitcoinEaterAddressDontSendf59kuE", "bitcoin", CHECKSUM),
    ("BTC", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bitcoin", CHECKSUM),
    ("ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum", CHECKSUM),
    ("ETH", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum", FORM),
    ("ETC", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum-classic", CHECKSUM),
    ("BSC", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "bnb-smart-chain", CHECKSUM),
    ("USDT", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "evm", CHECKSUM),
    ("USDT", "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "tron", CHECKSUM),
    ("USDT", "1BitcoinEaterAddressDontSendf59kuE", "bitcoin", CHECKSUM),
    ("TRX", "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "tron", CHECKSUM),
    ("LTC", "LWnbjLYUfqeokfbWM4FcU7uk2FP2DSxuWS", "litecoin", CHECKSUM),
    ("LTC", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "litecoin", CHECKSUM),
    ("ZEC", "t1WSKwCDL1QYRRUrCCknEs5tDLhtGVYu9KM", "zcash", CHECKSUM),
    ("DASH", "XnPFsRWTaSgiVauosEwQ6dEitGYXgwznz2", "dash", CHECKSUM),
    ("BTG", "GPwg61XoHqQPNmAucFACuQ5H9sGCDv9TpS", "bitcoin-gold", CHECKSUM),
    ("XVG", "DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z", "verge", CHECKSUM),
    ("DOGE", "DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z", "dogecoin", CHECKSUM),
    ("BSV", "12sjrrhoFEsedNRhtgwvvRqjFTh8fZTDX9", "bitcoin-sv", CHECKSUM),
    ("BCH", "18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB", "bitcoin-cash", CHECKSUM),
    ("BCH", "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq", "bitcoin-cash", CHECKSUM),
    ("BCH", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "bitcoin-cash", CHECKSUM),
    ("XRP", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "xrp-ledger", CHECKSUM),
    (
        "XMR",
        "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
        "monero",
        CHECKSUM,
    ),
    ("BNB", "bnb1grpf0955h0ykzq3ar5nmum7y6gdfl6lxfn46h2", "bnb-beacon-chain", CHECKSUM),
    ("SOL", "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "solana", FORM),
    ("NEW", "whatever-this-is", None, UNCHECKED),
    # An asset of which nothing is known may share its form with a known one, or may not.
    ("NEW", "LWnbjLYUfqeokfbWM4FcU7uk2FP2DSxuWS", None, CHECKSUM),
    ("NEW", "LWnbjLYUfqeokfbWM4FcU7uk2FP2DSxuWT", None, UNCHECKED),
    (None, "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "tron", CHECKSUM),
]
WRONG = [
    ("XBT", "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "tron", "label_address_other_chain"),
    ("BTC", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "evm", "label_address_other_chain"),
    ("BTC", "LWnbjLYUfqeokfbWM4FcU7uk2FP2DSxuWS", "litecoin", "label_address_other_chain"),
    ("BTC", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "bitcoin-testnet", "invalid_address_wrong_network"),
    ("BTC", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "bitcoin-testnet", "invalid_address_wrong_network"),
    ("BTC", "1BitcoinEaterAddressDontSendf59kuF", "bitcoin", "invalid_address_base58_checksum"),
    ("BTC", "", None, "label_address_form"),
    ("BTC", "x" * 300, None, "label_address_form"),
    ("ETH", "0xa7e5d5a720f06526557c513402f2e6b5fa20b00", "ethereum", "label_address_form"),
    ("ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "ethereum", "label_address_checksum"),
    ("ETH", "1BitcoinEaterAddressDontSendf59kuE", "bitcoin", "label_address_other_chain"),
    (
        "XMR",
        "5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320",
        "monero",
        "label_address_form",
    ),
    ("XRP", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", "xrp-ledger", "label_address_checksum"),
    ("BCH", "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhp", "bitcoin-cash", "label_address_checksum"),
    ("LTC", "LWnbjLYUfqeokfbWM4FcU7uk2FP2DSxuWT", "litecoin", "label_address_checksum"),
    ("LTC", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n8", "litecoin", "label_address_checksum"),
    ("USDT", "two words", None, "label_address_form"),
]


@pytest.mark.parametrize(("ticker", "address", "network", "check"), RIGHT)
def test_what_lists_say_rightly(
    ticker: str | None, address: str, network: str | None, check: SubjectCheck
) -> None:
    found = inspect_address(address, ticker)
    assert (found.network, found.check, found.code, found.reason) == (network, check, None, None)
    # Base58 and what is unknown as written, everything else in lower case.
    assert found.text in {address, address.lower()}


@pytest.mark.parametrize(("ticker", "address", "network", "code"), WRONG)
def test_what_lists_say_wrongly(ticker: str, address: str, network: str | None, code: str) -> None:
    found = inspect_address(address, ticker)
    assert (found.network, found.check, found.code) == (network, FAILED, code)
    assert found.reason


def test_a_wrong_case_of_hex_is_still_found_under_the_same_text() -> None:
    right, wrong = (
        inspect_address(f"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe{last}", "ETH") for last in "dD"
    )
    assert right.text == wrong.text == "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"


def test_a_network_wins_over_a_ticker() -> None:
    assert (
        inspect_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "USDT", "ethereum").network
        == "ethereum"
    )
    found = inspect_address("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "USDT", "ethereum")
    assert (found.network, found.code) == ("tron", "label_address_other_chain")


def test_a_network_of_which_nothing_is_known() -> None:
    found = inspect_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "USDC", "base")
    assert (found.text, found.network, found.check) == (
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "base", CHECKSUM,
    )  # fmt: skip


def test_tickers_and_networks() -> None:
    assert [canonical_ticker(text) for text in ("XBT", "xbt", "BTC", "usdt", "XMR")] == [
        "BTC", "BTC", "BTC", "USDT", "XMR",
    ]  # fmt: skip
    assert [network_named(text) for text in ("BTC", "eth", "Bitcoin Cash", "TRX", "unheard of")] == [
        "bitcoin", "ethereum", "bitcoin-cash", "tron", "unheard-of",
    ]  # fmt: skip


@given(st.binary(max_size=500))
@settings(deadline=None)
def test_the_permutation_is_that_of_sha3(message: bytes) -> None:
    # Keccak and SHA-3 differ in the bits behind the message alone.
    assert _sponge(message, b"\x06") == hashlib.sha3_256(message).digest()


def test_keccak_and_eip55() -> None:
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    for address in (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ):
        assert eip55(address.lower()) == address


@given(st.binary(min_size=1, max_size=40))
def test_base58check_as_embit_does_it(payload: bytes) -> None:
    text = encode_check(payload)
    assert base58check_payload(text) == (payload, True)
    assert decode_check(text) == payload


@given(st.binary(min_size=2, max_size=40), st.sampled_from(["ltc", "bnb", "bc"]), st.booleans())
def test_bech32_as_embit_does_it(program: bytes, prefix: str, is_m: bool) -> None:
    encoding = embit_bech32.Encoding.BECH32M if is_m else embit_bech32.Encoding.BECH32
    text = embit_bech32.bech32_encode(encoding, prefix, embit_bech32.convertbits(program, 8, 5))
    assert bech32_prefix(text) == (prefix, True)
    last = "q" if text[-1] != "q" else "p"
    assert bech32_prefix(text[:-1] + last) == (prefix, False)
    assert cashaddr_version(text) is None


@given(st.text(max_size=120), st.sampled_from(["BTC", "ETH", "USDT", "XMR", "BCH", None, "FOO"]))
@settings(deadline=None, max_examples=50)
def test_any_text_is_inspected(text: str, ticker: str | None) -> None:
    found = inspect_address(text, ticker)
    assert (found.check is FAILED) == (found.code is not None) == (found.reason is not None)
