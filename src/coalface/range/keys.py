"""Test keys: derived from a seed and a name, so that anybody can derive them again. Never for real coin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coalface.range.hashes import hash160, sha256, tagged_hash

if TYPE_CHECKING:
    from coincurve import PrivateKey

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of secp256k1 (SEC 2, section 2.4.1)."""

_NO_AUX = bytes(32)


@dataclass(frozen=True)
class Key:
    """One secp256k1 key and its signatures, all of them deterministic."""

    secret: bytes

    @cached_property
    def _private(self) -> PrivateKey:
        from coincurve import PrivateKey  # noqa: PLC0415 - an extra; what signs nothing does without it

        return PrivateKey(self.secret)

    @cached_property
    def public(self) -> bytes:
        """Compressed public key, 33 bytes."""
        return self._private.public_key.format(compressed=True)

    @cached_property
    def public_uncompressed(self) -> bytes:
        """Uncompressed public key, 65 bytes."""
        return self._private.public_key.format(compressed=False)

    @property
    def x_only(self) -> bytes:
        """X coordinate of the public key, 32 bytes (BIP-0340)."""
        return self.public[1:]

    @cached_property
    def public_hash(self) -> bytes:
        """HASH160 of the compressed public key, 20 bytes."""
        return hash160(self.public)

    def tap_tweak(self, merkle_root: bytes = b"") -> bytes:
        """Tweak of BIP-0341 for this internal key, 32 bytes; no script tree by default."""
        return tagged_hash("TapTweak", self.x_only + merkle_root)

    def tweaked(self, merkle_root: bytes = b"") -> Key:
        """The key that signs for the taproot output of this internal key (BIP-0341, key path)."""
        secret = int.from_bytes(self.secret, "big")
        if self.public[0] == 3:
            secret = CURVE_ORDER - secret
        total = (secret + int.from_bytes(self.tap_tweak(merkle_root), "big")) % CURVE_ORDER
        return Key(total.to_bytes(32, "big"))

    @cached_property
    def taproot(self) -> Key:
        """The tweaked key without a script tree."""
        return self.tweaked()

    def sign_ecdsa(self, digest: bytes) -> bytes:
        """DER signature of a 32-byte digest (RFC 6979 nonce, low S)."""
        return self._private.sign(digest, hasher=None)

    def sign_ecdsa_low_r(self, digest: bytes) -> bytes:
        """DER signature whose R takes 32 bytes, found by counting up the extra entropy as Bitcoin Core does.

        ``CKey::Sign`` of Bitcoin Core (``src/key.cpp``): no extra entropy first, then a 32-byte counter.
        """
        from coincurve._libsecp256k1 import ffi  # noqa: PLC0415 - see above

        signature, counter = self.sign_ecdsa(digest), 0
        while signature[3] != 32:
            counter += 1
            entropy = ffi.new("unsigned char[32]", counter.to_bytes(32, "little"))
            signature = self._private.sign(digest, hasher=None, custom_nonce=(ffi.NULL, entropy))
        return signature

    def sign_schnorr(self, digest: bytes) -> bytes:
        """BIP-0340 signature of a 32-byte digest, 64 bytes (auxiliary randomness fixed to zero)."""
        return self._private.sign_schnorr(digest, _NO_AUX)


def derive_key(seed: int, actor: str, index: int) -> Key:
    """The key number ``index`` of ``actor`` in the chain of that seed."""
    return Key(sha256(f"coalface range key/{seed}/{actor}/{index}".encode()))
