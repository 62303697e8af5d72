"""Checksums of bech32 and bech32m (BIP-0173, BIP-0350), and of Bitcoin Cash's cashaddr."""

__all__ = ["bech32_prefix", "cashaddr_version"]

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASH_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
# Sums that a right checksum leaves: bech32 and bech32m.
_SUMS = {1, 0x2BC830A3}
_MAX_CHARACTERS = 256  # Zcash's unified addresses are 141 and more long


def _values(text: str) -> list[int] | None:
    """Values of the letters; `None` if one is no letter of the alphabet."""
    found = [_VALUES.get(letter, -1) for letter in text]
    return None if -1 in found else found


def bech32_prefix(text: str) -> tuple[str, bool] | None:
    """Prefix before the last ``1``, and whether the checksum is right; `None` if the form is another.

    Examples
    --------
    >>> bech32_prefix("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9")
    ('ltc', True)
    """
    if text != text.lower() and text != text.upper():
        return None
    prefix, separator, data = text.lower().rpartition("1")
    values = _values(data)
    if not separator or not prefix or len(data) < 6 or len(text) > _MAX_CHARACTERS or values is None:
        return None
    if not prefix.isascii():
        return None
    total = 1
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values]:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                total ^= generator
    return prefix, total in _SUMS


def cashaddr_version(text: str, prefix: str = "bitcoincash") -> tuple[int, bool] | None:
    """Version byte, and whether the checksum is right; `None` if the form is another.

    The prefix may be left out, as OFAC does.
    """
    if text != text.lower() and text != text.upper():
        return None
    given, separator, data = text.lower().rpartition(":")
    values = _values(data)
    if (separator and given != prefix) or len(data) not in {42, 61} or values is None:
        return None
    total = 1
    for value in [*(ord(letter) & 31 for letter in prefix), 0, *values]:
        top = total >> 35
        total = (total & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate(_CASH_GENERATOR):
            if top >> bit & 1:
                total ^= generator
    return values[0] << 3 | values[1] >> 2, total == 1
