"""Keccak-256 as Ethereum and Monero use it, and EIP-55.

`hashlib.sha3_256` is the later standard, which pads in another way, and gives other digests.
"""

__all__ = ["eip55", "keccak_256"]

_RATE_BYTES = 136
_MASK = (1 << 64) - 1


def _constants() -> tuple[list[int], list[tuple[int, int, int]]]:
    """Round constants, and for each lane its source in the rho-pi step with the rotation (FIPS 202, 3.2)."""
    rounds, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        rounds.append(constant)
    moves, x, y = [(0, 0, 0)], 1, 0
    for step in range(24):
        rotation = (step + 1) * (step + 2) // 2 % 64
        moves.append((y + 5 * ((2 * x + 3 * y) % 5), x + 5 * y, rotation))
        x, y = y, (2 * x + 3 * y) % 5
    return rounds, moves


_ROUNDS, _MOVES = _constants()


def _permuted(state: list[int]) -> list[int]:
    """The state after the permutation keccak-f[1600]."""
    for constant in _ROUNDS:
        column = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        change = []
        for x in range(5):
            after = column[(x + 1) % 5]
            change.append(column[x - 1] ^ ((after << 1 | after >> 63) & _MASK))
        moved = [0] * 25
        for target, source, rotation in _MOVES:
            lane = state[source] ^ change[source % 5]
            moved[target] = (lane << rotation | lane >> (64 - rotation)) & _MASK
        state = [
            moved[y + x] ^ (~moved[y + (x + 1) % 5] & moved[y + (x + 2) % 5] & _MASK)
            for y in range(0, 25, 5)
            for x in range(5)
        ]
        state[0] ^= constant
    return state


def keccak_256(message: bytes) -> bytes:
    """Digest of 32 bytes.

    Examples
    --------
    >>> keccak_256(b"").hex()[:16]
    'c5d2460186f7233c'
    """
    return _sponge(message, b"\x01")


def _sponge(message: bytes, suffix: bytes) -> bytes:
    """Digest of 32 bytes; the suffix is where Keccak (0x01) and SHA-3 (0x06) part."""
    padded = bytearray(message) + suffix
    padded += b"\0" * (-len(padded) % _RATE_BYTES)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for lane in range(_RATE_BYTES // 8):
            at = start + lane * 8
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def eip55(address: str) -> str:
    """Address in the mixed case that is its checksum (EIP-55).

    Examples
    --------
    >>> eip55("0x7f367cc41522ce07553e823bf3be79a889debe1b")
    '0x7F367cC41522cE07553e823bf3be79A889DEbe1B'
    """
    digits = address[2:].lower()
    digest = keccak_256(digits.encode("ascii")).hex()
    return "0x" + "".join(
        letter.upper() if int(nibble, 16) > 7 else letter
        for letter, nibble in zip(digits, digest, strict=False)
    )
