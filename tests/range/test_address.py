"""Encodings against the vectors of BIP-0173 and BIP-0350, and addresses known to everybody."""

from __future__ import annotations

import pytest

from coalface.range.address import base58check, regtest_address, segwit_address
from coalface.range.hashes import sha256
from coalface.range.keys import derive_key
from coalface.range.script import Kind, data_lock, lock_with


@pytest.mark.parametrize(
    ("hrp", "script", "address"),
    [
        ("bc", "0014751e76e8199196d454941c45d1b3a323f1433bd6", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        (
            "tb",
            "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        ),
        (
            "bc",
            "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        ),
        ("bc", "6002751e", "bc1sw50qgdz25j"),
        ("bc", "5210751e76e8199196d454941c45d1b3a323", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"),
        (
            "tb",
            "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
            "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
        ),
        (
            "bc",
            "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ),
        ("bc", "51024e73", "bc1pfeessrawgf"),
    ],
)
def test_segwit_addresses_of_bip173_and_bip350(hrp: str, script: str, address: str) -> None:
    raw = bytes.fromhex(script)
    assert segwit_address(hrp, raw[0] - 0x50 if raw[0] else 0, raw[2:]) == address


@pytest.mark.parametrize(
    ("version", "payload", "address"),
    [
        (0x00, "62e907b15cbf27d5425399ebf6f0fb50ebb88f18", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        (0x00, "00" * 20, "1111111111111111111114oLvT2"),
        (0x05, "f815b036d9bbbce5e9f2a00abd1bf3dc91e95510", "3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC"),
    ],
)
def test_base58check(version: int, payload: str, address: str) -> None:
    assert base58check(version, bytes.fromhex(payload)) == address


def test_each_kind_has_the_address_of_its_script_type() -> None:
    keys = [derive_key(1, "x", index) for index in range(3)]
    prefixes = {
        "p2pkh": ("m", "n"),
        "p2sh": ("2",),
        "p2wpkh": ("bcrt1q",),
        "p2wsh": ("bcrt1q",),
        "p2tr": ("bcrt1p",),
        "anchor": ("bcrt1pfeesnyr2tx",),
        "witness_unknown": ("bcrt1z",),
    }
    for kind in Kind:
        if kind is Kind.OP_RETURN:
            assert regtest_address(kind, data_lock(b"x", "x").script_pubkey) is None
            continue
        script = lock_with(kind, keys, "x", threshold=2).script_pubkey
        address = regtest_address(kind, script)
        assert address is not None
        bare = (f"script:{kind.script_type}:{sha256(script).hex()}",)
        assert address.startswith(prefixes.get(kind.script_type, bare))
