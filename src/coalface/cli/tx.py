"""`coalface tx`: one or several transactions."""

import click

from coalface.chain import Tx, TxInput, open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import (
    answer_each,
    as_of_option,
    partial_note,
    store_argument,
    subjects_argument,
)
from coalface.units import format_time

__all__ = ["tx"]

_COLUMNS = ("txid", "height", "block_hash", "time_unix", "coinbase", "size_bytes", "weight_wu", "fee_sat")


@click.command()
@store_argument
@subjects_argument("TXID")
@as_of_option
@format_option
def tx(store: str, subjects: tuple[str, ...], as_of: str | None, format: Format) -> int:
    """Show transactions with the outputs they spend and make.

    Example: coalface tx mainnet.coalface f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16
    """
    chain = open_chain(store, as_of=as_of)
    return answer_each(subjects, chain.tx, format, _COLUMNS, _show)


def _external(row: TxInput) -> str:
    """Whether the spent output lies outside the store, and what then tells its address."""
    if not row.external:
        return ""
    if row.value_sat is not None:
        return "external, from undo data"
    return "external" if row.address is None else "external, address from the spend"


def _show(found: Tx) -> None:
    """Write the facts, then a line an input, then a line an output."""
    write_record(
        {
            "txid": found.txid,
            "height": found.height,
            "time": format_time(found.time_unix),
            "coinbase": found.coinbase,
            "size_bytes": found.size_bytes,
            "weight_wu": found.weight_wu,
            "fee_sat": found.fee_sat,
            "unknown": list(found.coverage.unknown),
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    click.echo()
    inputs = [
        {
            "input": row.n,
            "value_sat": row.value_sat,
            "address": row.address,
            "type": row.script_type,
            "spends": "coinbase" if row.txid is None else f"{row.txid}:{row.vout}",
            "external": _external(row),
        }
        for row in found.inputs
    ]
    shown = ["input", "value_sat", "address", "type", "spends"]
    write_records(
        inputs, shown + (["external"] if any(r.external for r in found.inputs) else []), Format.TABLE
    )
    click.echo()
    outputs = [
        {
            "output": row.n,
            "value_sat": row.value_sat,
            "address": row.address,
            "type": row.script_type,
            "spent_by": None if row.spent_by is None else f"{row.spent_by.txid}:{row.spent_by.n}",
        }
        for row in found.outputs
    ]
    write_records(outputs, ["output", "value_sat", "address", "type", "spent_by"], Format.TABLE)
