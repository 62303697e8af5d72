"""What a look-up is for: an address of the store's network, one of another chain, or any other subject."""

import re
from dataclasses import dataclass

from coalface.errors import InvalidAddress
from coalface.labels.address import Address, decode, storable
from coalface.labels.draft import SubjectCheck
from coalface.labels.formats.chains import inspect_address
from coalface.labels.formats.chains.tickers import EVM_CHAINS

__all__ = ["Subject", "subject_of"]

_TXID = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Subject:
    """What a text stands for."""

    text: str
    """In its usual spelling."""
    address: Address | None
    """If it is an address of the store's network."""
    networks: tuple[str, ...]
    """Other chains that it is an address of, by its form; empty where the form tells none."""
    wrong: InvalidAddress | None
    """Why it is no address of the store's network."""


def subject_of(network: str, text: str) -> Subject:
    """What a text stands for in a store of `network`.

    Examples
    --------
    >>> subject_of("mainnet", "0x7F367cC41522cE07553e823bf3be79A889DEbe1B").networks[0]
    'ethereum'
    >>> subject_of("mainnet", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").address.kind
    'p2wpkh'
    """
    try:
        address = decode(network, text)
    except InvalidAddress as error:
        wrong = error
    else:
        return Subject(address.text, address, (), None)
    written = storable(text)
    if _TXID.fullmatch(written):
        return Subject(written.lower(), None, (), wrong)
    found = inspect_address(written, None)
    if found.check not in {SubjectCheck.CHECKSUM, SubjectCheck.FORM} or (
        found.network or "bitcoin"
    ).startswith("bitcoin"):
        is_known = found.check is not SubjectCheck.UNCHECKED and found.network is not None
        return Subject(found.text if is_known else written, None, (), wrong)
    # A text of Ethereum's form may be of any chain like it.
    networks = (
        ("ethereum", *sorted(EVM_CHAINS - {"ethereum"}), "evm")
        if found.network == "evm"
        else (found.network or "",)
    )
    return Subject(found.text, None, networks, wrong)
