"""What identifies a subject, however it is written."""

from dataclasses import dataclass
from typing import NamedTuple

from coalface import _core
from coalface.errors import InvalidAddress
from coalface.labels.draft import Problem, StatementDraft, SubjectKind

__all__ = ["CHAIN_OF_NETWORK", "Address", "Identity", "decode", "identified", "storable"]

CHAIN_OF_NETWORK = {
    "mainnet": "bitcoin",
    "testnet3": "bitcoin-testnet",
    "testnet4": "bitcoin-testnet",
    "signet": "bitcoin-testnet",
    "regtest": "bitcoin-regtest",
}
"""How formats of labels call the chain of a store's network."""
_BITCOIN = {None, *CHAIN_OF_NETWORK.values()}
_WRONG_NETWORK = "invalid_address_wrong_network"


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a store's network."""

    kind: str
    payload: bytes
    text: str
    """The address in its usual spelling: bech32 in lower case."""


class Identity(NamedTuple):
    """How a store finds the subject of a statement."""

    kind: str | None
    """Of an address of the store's network; `None` for any other subject."""
    payload: bytes | None
    subject: str
    """In its usual spelling; other subjects than addresses of the network are found by it."""
    problem: Problem | None


def identified(draft: StatementDraft, network: str) -> Identity:
    """How a store of `network` finds the subject of a statement, and what is wrong with it."""
    chain = draft.network
    if draft.subject_kind is SubjectKind.ADDRESS and chain in _BITCOIN:
        try:
            address = decode(network, draft.subject)
        except InvalidAddress as wrong:
            problem = draft.problem
            if problem is None and draft.asset in {None, "BTC"}:
                problem = Problem(wrong.code, wrong.message, draft.subject_written, draft.place)
            return Identity(None, None, storable(draft.subject), problem)
        problem = draft.problem
        if problem is not None and problem.code == _WRONG_NETWORK:
            problem = None  # of another network than bitcoin's main one, which is the store's
        return Identity(address.kind, address.payload, address.text, problem)
    return Identity(None, None, storable(draft.subject), draft.problem)


def decode(network: str, text: str) -> Address:
    """The address that a text stands for.

    Raises
    ------
    InvalidAddress
        If it is no address of the network; the code says why.

    Examples
    --------
    >>> decode("mainnet", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").text
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
    """
    kind, payload = _core.decode_address(network, storable(text))
    # Base58 tells upper from lower case, everything else is the same in both.
    usual = text if kind in {"p2pkh", "p2sh"} else text.lower()
    return Address(kind, bytes.fromhex(payload), usual)


def storable(text: str) -> str:
    """`text` with halves of surrogate pairs (bytes of the command line that are no UTF-8) as escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
