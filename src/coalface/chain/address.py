"""Totals and history of one address."""

from collections.abc import Iterator
from dataclasses import dataclass

from coalface import _core
from coalface.chain.coverage import Coverage
from coalface.chain.provenance import Provenance

__all__ = ["Address", "AddressEvent", "ClusterName", "Seen", "address_from", "events_of"]


@dataclass(frozen=True)
class Seen:
    """When something happened."""

    height: int | None
    time_unix: int


@dataclass(frozen=True)
class ClusterName:
    """The cluster that an address is in, by its anchor: inference, never fact."""

    anchor: str
    n_addresses: int


@dataclass(frozen=True)
class Address:
    """What happened to one address, as of a block.

    In a complete chain an address that never occurred has zeros. In a partial chain sums are those of the
    indexed blocks, and what these cannot tell is `None`: the balance always. There `sent_sat` counts only
    spends that the store can tie to the address, by the output spent or by the address that the input
    proves; an input that spends an output made outside and proves no address may be this one's as well.
    """

    address: str
    script_type: str
    balance_sat: int | None
    """Received minus sent; `None` in a partial chain."""
    received_sat: int | None
    sent_sat: int | None
    """`None` where an output that it is known to spend lies outside a partial chain and no undo data told its
    value; a number leaves out spends of such outputs that nothing ties to it."""
    n_outputs: int
    n_txs: int
    """Transactions that pay it or spend from it."""
    first_seen: Seen | None
    last_seen: Seen | None
    cluster: ClusterName | None
    """`None` if the address does not occur."""
    coverage: Coverage
    provenance: Provenance


@dataclass(frozen=True)
class AddressEvent:
    """What one transaction did to an address."""

    txid: str
    height: int | None
    time_unix: int
    received_sat: int
    sent_sat: int | None
    """`None` where an input's value is unknown; counts inputs known to be the address's own."""


def address_from(
    chain: _core.Chain, text: str, bound: _core.Bound, coverage: Coverage, provenance: Provenance
) -> Address:
    """Totals of the address `text` below `bound`.

    Raises
    ------
    InvalidAddress
        If the text is no address of the store's network.
    """
    kind, _ = _core.decode_address(chain.network, text)
    address_id = chain.find_address(text, bound)
    if address_id is None:
        # In a partial chain it may have received and spent where nobody looked.
        known = 0 if coverage.complete_from_genesis else None
        unknown = [] if coverage.complete_from_genesis else ["balance_sat", "received_sat", "sent_sat"]
        return Address(
            address=text,
            script_type=kind,
            balance_sat=known,
            received_sat=known,
            sent_sat=known,
            n_outputs=0,
            n_txs=0,
            first_seen=None,
            last_seen=None,
            cluster=None,
            coverage=coverage.with_unknown(unknown),
            provenance=provenance,
        )
    totals = chain.address_totals(address_id, bound)
    shown, script_type = chain.address_text(address_id)
    root, n_addresses = chain.cluster(address_id, bound)
    anchor, _ = chain.address_text(root)
    is_received_known = totals["n_external"] == 0
    is_sent_known = totals["n_unknown"] == 0
    is_complete = coverage.complete_from_genesis
    is_known = {"balance_sat": is_complete, "received_sat": is_received_known, "sent_sat": is_sent_known}
    unknown = [name for name, can_tell in is_known.items() if not can_tell]
    return Address(
        address=shown or text,
        script_type=script_type or kind,
        balance_sat=totals["received_sat"] - totals["sent_sat"] if is_complete else None,
        # Who spends an output made outside a partial chain received more than its blocks show.
        received_sat=totals["received_sat"] if is_received_known else None,
        sent_sat=totals["sent_sat"] if is_sent_known else None,
        n_outputs=totals["n_outputs"],
        n_txs=totals["n_txs"],
        first_seen=None if totals["first_seen"] is None else Seen(*totals["first_seen"]),
        last_seen=None if totals["last_seen"] is None else Seen(*totals["last_seen"]),
        cluster=ClusterName(anchor or "", n_addresses),
        coverage=coverage.with_unknown(unknown),
        provenance=provenance,
    )


def events_of(chain: _core.Chain, text: str, bound: _core.Bound) -> Iterator[AddressEvent]:
    """Transactions of the address in chain order, in bounded memory whatever their number."""
    address_id = chain.find_address(text, bound)
    if address_id is None:
        return
    history = chain.address_history(address_id, bound)
    while (window := history.next()) is not None:
        step = 4096
        for start in range(0, len(window[0]), step):
            part = slice(start, start + step)
            numbers = (window[1][part].tolist(), window[2][part].tolist(), window[3][part].tolist())
            for txid, height, time_unix, in_sat, out_sat, n_unknown in zip(
                *chain.txs(window[0][part]), *numbers, strict=True
            ):
                yield AddressEvent(txid, height, time_unix, in_sat, None if n_unknown else out_sat)
