"""What an address is by its own form, and whether that is what its list says it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coalface import _core
from coalface.errors import InvalidAddress
from coalface.labels.draft import SubjectCheck
from coalface.labels.formats.chains.base58 import (
    BITCOIN,
    RIPPLE,
    base58_bytes,
    base58check_payload,
    monero_payload,
)
from coalface.labels.formats.chains.bech32 import bech32_prefix, cashaddr_version
from coalface.labels.formats.chains.keccak import eip55
from coalface.labels.formats.chains.tickers import ANY_CHAIN, CHAINS_OF, EVM_CHAINS, TOKENS, canonical_ticker

__all__ = ["MAX_ADDRESS_CHARACTERS", "Inspected", "inspect_address"]

MAX_ADDRESS_CHARACTERS = 256
"""Longer text is no address of any chain."""

_HEX_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_BITCOIN_NETWORKS = {"mainnet": "bitcoin", "testnet4": "bitcoin-testnet", "regtest": "bitcoin-regtest"}
# Version bytes of base58check -> chains that use them: each chain's `chainparams.cpp` (`base58Prefixes`),
# Tron's developer documentation ("0x41"), and the Zcash protocol specification, section 5.6.
_VERSIONS: dict[bytes, tuple[str, ...]] = {
    b"\x00": ("bitcoin-cash", "bitcoin-sv"),
    b"\x05": ("bitcoin-cash", "bitcoin-sv", "litecoin"),
    b"\x30": ("litecoin",),
    b"\x32": ("litecoin",),
    b"\x4c": ("dash",),
    b"\x10": ("dash",),
    b"\x1e": ("dogecoin", "verge"),
    b"\x16": ("dogecoin",),
    b"\x21": ("verge",),
    b"\x26": ("bitcoin-gold",),
    b"\x17": ("bitcoin-gold",),
    b"\x41": ("tron",),
    b"\x1c\xb8": ("zcash",),
    b"\x1c\xbd": ("zcash",),
}
_PREFIXES = {
    "ltc": "litecoin",
    "ltcmweb": "litecoin",
    "btg": "bitcoin-gold",
    "bnb": "bnb-beacon-chain",
    "zs": "zcash",
    "u": "zcash",
}  # human-readable parts of bech32
# Bytes before the keys: standard, integrated, subaddress (Monero's `cryptonote_config.h`).
_MONERO = {18: 69 - 4, 19: 77 - 4, 42: 69 - 4}


@dataclass(frozen=True, slots=True)
class Inspected:
    """An address, as far as its text and its ticker tell."""

    text: str
    """Canonical for the form that it has, be it the wrong one; as written if it has none."""
    network: str | None
    check: SubjectCheck
    code: str | None = None
    """Why the check failed."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """One thing that a text may be."""

    network: str
    text: str
    check: SubjectCheck
    fault: str | None = None
    """Set if it has the form but a wrong checksum."""


def inspect_address(written: str, asset: str | None, network: str | None = None) -> Inspected:
    """What an address is.

    Parameters
    ----------
    written
        Text of the list, without blanks around it.
    asset
        Ticker of the list; `None` if the list names none.
    network
        Chain that the list names; that of the ticker if `None`.

    Examples
    --------
    >>> found = inspect_address("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "XBT")
    >>> found.network, found.code
    ('tron', 'label_address_other_chain')
    >>> inspect_address("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "USDT").check.value
    'checksum'
    """
    if not written or len(written) > MAX_ADDRESS_CHARACTERS:
        return _failed(
            written,
            None,
            "label_address_form",
            f"{len(written)} characters, an address has 1 to {MAX_ADDRESS_CHARACTERS}",
        )
    ticker = None if asset is None else canonical_ticker(asset)
    chains = (network,) if network is not None else CHAINS_OF.get(ticker or "", ANY_CHAIN)
    if chains == ("bitcoin",):
        # Most addresses by far, and the engine is the one judge of Bitcoin's.
        return _bitcoin(written)
    forms = list(_forms(written))
    if not chains and ticker is not None and ticker not in TOKENS:
        return _of_unknown(written, forms)
    fitting = [form for form in forms if not chains or _fits(form.network, chains)]
    right = [form for form in fitting if form.fault is None]
    if right:
        return _agreed(chains, right)
    if fitting:
        form = fitting[0]
        network = form.network if form.network != "evm" else _evm_chain(chains)
        return _failed(form.text, network, "label_address_checksum", form.fault or "a wrong checksum")
    return _unfit(written, ticker, chains, forms)


def _of_unknown(written: str, forms: list[_Form]) -> Inspected:
    """An address of an asset of which nothing is known: it may share its form with a chain that is."""
    right = next((form for form in forms if form.fault is None), None)
    if right is not None:
        return Inspected(right.text, None, right.check)
    return _unfit(written, None, ANY_CHAIN, [])


def _bitcoin(written: str) -> Inspected:
    """An address that its list says is Bitcoin's."""
    try:
        kind, _ = _core.decode_address("mainnet", written.encode("utf-8", "backslashreplace").decode("utf-8"))
    except InvalidAddress as error:
        code, reason = error.code, error.message
    else:
        # Base58 tells upper from lower case, everything else is the same in both.
        text = written if kind in {"p2pkh", "p2sh"} else written.lower()
        return Inspected(text, "bitcoin", SubjectCheck.CHECKSUM)
    other = next((form for form in _forms(written) if form.fault is None), None)
    if other is None or (other.check is SubjectCheck.FORM and not _HEX_ADDRESS.fullmatch(written)):
        return _failed(written, "bitcoin", code, reason)
    if other.network.startswith("bitcoin-") and code == "invalid_address_wrong_network":
        return _failed(other.text, other.network, code, reason)
    return _other_chain(other, "bitcoin")


def _forms(written: str) -> Iterator[_Form]:
    """Everything that a text may be, Bitcoin's own first."""
    for name, chain in _BITCOIN_NETWORKS.items():
        try:
            kind, _ = _core.decode_address(name, written.encode("utf-8", "backslashreplace").decode("utf-8"))
        except InvalidAddress:
            continue
        text = written if kind in {"p2pkh", "p2sh"} else written.lower()
        yield _Form(chain, text, SubjectCheck.CHECKSUM)
    if _HEX_ADDRESS.fullmatch(written):
        yield _evm(written)
    yield from _base58_forms(written)
    yield from _bech32_forms(written)


def _evm(written: str) -> _Form:
    """An Ethereum-like address; mixed case is its checksum."""
    digits = written[2:]
    text = "0x" + digits.lower()
    if digits in {digits.lower(), digits.upper()}:
        return _Form("evm", text, SubjectCheck.FORM)
    usual = eip55(text)
    fault = None if usual[2:] == digits else f"the mixed case is no EIP-55 checksum, `{usual}` would be"
    return _Form("evm", text, SubjectCheck.CHECKSUM, fault)


def _base58_forms(written: str) -> Iterator[_Form]:
    """Forms whose text is base58."""
    wrong = "the base58check checksum is wrong"
    found = base58check_payload(written, BITCOIN)
    if found is not None:
        payload, is_right = found
        for size in (1, 2):
            if len(payload) == size + 20:
                for chain in _VERSIONS.get(payload[:size], ()):
                    yield _Form(chain, written, SubjectCheck.CHECKSUM, None if is_right else wrong)
    found = base58check_payload(written, RIPPLE)
    if found is not None and written.startswith("r") and len(found[0]) == 21 and found[0][0] == 0:
        yield _Form("xrp-ledger", written, SubjectCheck.CHECKSUM, None if found[1] else wrong)
    found = monero_payload(written)
    if found is not None and _MONERO.get(found[0][0]) == len(found[0]):
        fault = None if found[1] else "the Keccak checksum is wrong"
        yield _Form("monero", written, SubjectCheck.CHECKSUM, fault)
    raw = base58_bytes(written)
    if raw is not None and len(raw) == 32 and 32 <= len(written) <= 44:
        yield _Form("solana", written, SubjectCheck.FORM)


def _bech32_forms(written: str) -> Iterator[_Form]:
    """Forms whose text is bech32 or cashaddr."""
    found = bech32_prefix(written)
    if found is not None and found[0] in _PREFIXES:
        fault = None if found[1] else "the bech32 checksum is wrong"
        yield _Form(_PREFIXES[found[0]], written.lower(), SubjectCheck.CHECKSUM, fault)
    cash = cashaddr_version(written)
    if cash is not None:
        fault = None if cash[1] else "the cashaddr checksum is wrong"
        yield _Form("bitcoin-cash", written.lower(), SubjectCheck.CHECKSUM, fault)


def _fits(found: str, chains: tuple[str, ...]) -> bool:
    """Whether an address of that form can be on one of the chains."""
    return found in chains or (found == "evm" and not EVM_CHAINS.isdisjoint(chains))


def _agreed(chains: tuple[str, ...], right: list[_Form]) -> Inspected:
    """An address that is what its list says."""
    form = right[0]
    if chains:
        network = form.network if form.network in chains else _evm_chain(chains)
        return Inspected(form.text, network, form.check)
    # A token: its form tells the chain, unless chains share it. Bitcoin's carries tokens, its forks do not.
    is_told = form.network == "bitcoin" or len({each.network for each in right}) == 1
    return Inspected(form.text, form.network if is_told else None, form.check)


def _evm_chain(chains: tuple[str, ...]) -> str:
    """The Ethereum-like chain that a list names; ``evm`` if it names none."""
    return next((chain for chain in chains if chain in EVM_CHAINS), "evm")


def _unfit(written: str, ticker: str | None, chains: tuple[str, ...], forms: list[_Form]) -> Inspected:
    """An address that is not what its list says, or of a chain whose form is not known here."""
    known = {chain for each in CHAINS_OF.values() for chain in each}
    other = next((form for form in forms if form.fault is None), None)
    named = ", ".join(chains) if chains else ticker
    if chains and not known.isdisjoint(chains):
        if other is not None:
            return _other_chain(other, named or "")
        return _failed(written, chains[0], "label_address_form", f"no address of {named}")
    if any(letter.isspace() or not letter.isprintable() for letter in written):
        return _failed(written, None, "label_address_form", "an address holds no blanks")
    if other is not None:
        # Of a chain of which nothing is known: the form is shared, the chain is what the list says.
        return Inspected(other.text, chains[0] if chains else None, other.check)
    return Inspected(written, chains[0] if chains else None, SubjectCheck.UNCHECKED)


def _other_chain(form: _Form, named: str) -> Inspected:
    """An address of another chain than its list says."""
    of = "Ethereum or a chain like it" if form.network == "evm" else form.network
    return _failed(
        form.text, form.network, "label_address_other_chain", f"an address of {of}, not of {named}"
    )


def _failed(written: str, network: str | None, code: str, reason: str) -> Inspected:
    """An address whose check failed."""
    return Inspected(written, network, SubjectCheck.FAILED, code, reason)
