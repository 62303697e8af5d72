"""Base58Check, in the alphabets of Bitcoin and of the XRP Ledger, and Monero's own base58."""

from hashlib import sha256

from coalface.labels.formats.chains.keccak import keccak_256

__all__ = ["BITCOIN", "RIPPLE", "base58_bytes", "base58check_payload", "monero_payload"]

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_VALUES = {
    alphabet: {letter: value for value, letter in enumerate(alphabet)} for alphabet in (BITCOIN, RIPPLE)
}
_MAX_CHARACTERS = 120
# Characters of a block of Monero's base58 -> bytes that it stands for: blocks of 8 bytes are 11 characters.
_MONERO_BYTES = {0: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}


def base58_bytes(text: str, alphabet: str = BITCOIN) -> bytes | None:
    r"""Bytes that a base58 text stands for; `None` if it is none or longer than any address.

    Examples
    --------
    >>> base58_bytes("11")
    b'\x00\x00'
    >>> base58_bytes("0") is None
    True
    """
    values = _VALUES[alphabet]
    if not text or len(text) > _MAX_CHARACTERS:
        return None
    number = 0
    for letter in text:
        value = values.get(letter)
        if value is None:
            return None
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check_payload(text: str, alphabet: str = BITCOIN) -> tuple[bytes, bool] | None:
    """Version and payload, and whether the checksum is right; `None` if the text is no base58.

    Examples
    --------
    >>> base58check_payload("1111111111111111111114oLvT2") == (bytes(21), True)
    True
    """
    raw = base58_bytes(text, alphabet)
    if raw is None or len(raw) < 5:
        return None
    payload, checksum = raw[:-4], raw[-4:]
    return payload, sha256(sha256(payload).digest()).digest()[:4] == checksum


def monero_payload(text: str) -> tuple[bytes, bool] | None:
    """Network byte and keys, and whether the checksum is right; `None` if the text is no address's length.

    Monero codes blocks of eight bytes on their own, and sums with Keccak-256.
    """
    if len(text) not in {95, 106}:
        return None
    raw = b""
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        size = _MONERO_BYTES.get(len(block))
        if size is None:
            return None
        number = 0
        for letter in block:
            value = _VALUES[BITCOIN].get(letter)
            if value is None:
                return None
            number = number * 58 + value
        if number >= 1 << (8 * size):
            return None
        raw += number.to_bytes(size, "big")
    return raw[:-4], keccak_256(raw[:-4])[:4] == raw[-4:]
