"""`coalface block`: one or several blocks."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option
from coalface.cli.subjects import answer_each, as_of_option, store_argument, subjects_argument

__all__ = ["block"]

_COLUMNS = (
    "height",
    "hash",
    "time_unix",
    "n_txs",
    "size_bytes",
    "weight_wu",
    "fees_sat",
    "coinbase_out_sat",
    "coinbase_txid",
)


@click.command()
@store_argument
@subjects_argument("HEIGHT|HASH")
@as_of_option
@format_option
def block(store: str, subjects: tuple[str, ...], as_of: str | None, format: Format) -> int:
    """Show blocks by height or hash.

    Example: coalface block mainnet.coalface 170
    """
    chain = open_chain(store, as_of=as_of)
    return answer_each(subjects, chain.block, format, _COLUMNS)
