"""Regtest addresses, encoded independently of the engine, so that each can check the other."""

from __future__ import annotations

from coalface.range.hashes import sha256, sha256d
from coalface.range.script import Kind

REGTEST_HRP = "bcrt"
P2PKH_VERSION = 0x6F
P2SH_VERSION = 0xC4

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANT = 1
_BECH32M_CONSTANT = 0x2BC830A3


def base58check(version: int, payload: bytes) -> str:
    """Base58 text of a version byte, a payload and their 4-byte checksum."""
    data = bytes([version]) + payload
    data += sha256d(data)[:4]
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + text


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _to_base32(data: bytes) -> list[int]:
    number, bits = int.from_bytes(data, "big"), len(data) * 8
    padding = -bits % 5
    number <<= padding
    return [number >> shift & 31 for shift in range(bits + padding - 5, -1, -5)]


def segwit_address(hrp: str, version: int, program: bytes) -> str:
    """Address of a witness program: Bech32 for version 0 (BIP-0173), else Bech32m (BIP-0350)."""
    constant = _BECH32_CONSTANT if version == 0 else _BECH32M_CONSTANT
    values = [version, *_to_base32(program)]
    expanded = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    checksum = _polymod(expanded + values + [0] * 6) ^ constant
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return hrp + "1" + "".join(_BECH32[value] for value in values)


def regtest_address(kind: Kind, script_pubkey: bytes) -> str | None:
    """Regtest address of an output; None for OP_RETURN, which has none.

    Scripts without a standard encoding read ``script:<type>:<SHA-256 of the script>``.
    """
    if kind is Kind.OP_RETURN:
        return None
    script_type = kind.script_type
    if script_type == "p2pkh":
        return base58check(P2PKH_VERSION, script_pubkey[3:23])
    if script_type == "p2sh":
        return base58check(P2SH_VERSION, script_pubkey[2:22])
    if script_type in ("p2wpkh", "p2wsh", "p2tr", "anchor", "witness_unknown"):
        version = script_pubkey[0] - 0x50 if script_pubkey[0] else 0
        return segwit_address(REGTEST_HRP, version, script_pubkey[2:])
    return f"script:{script_type}:{sha256(script_pubkey).hex()}"
