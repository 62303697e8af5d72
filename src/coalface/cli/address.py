"""`coalface address`: totals or history of addresses."""

from collections.abc import Iterator

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, plain, write_records
from coalface.cli.subjects import (
    Batch,
    answer_each,
    as_of_option,
    store_argument,
    subjects_argument,
)

__all__ = ["address"]

_COLUMNS = (
    "address",
    "script_type",
    "balance_sat",
    "received_sat",
    "sent_sat",
    "n_outputs",
    "n_txs",
    "first_seen.height",
    "last_seen.height",
    "cluster.anchor",
    "cluster.n_addresses",
)
_EVENT_COLUMNS = ("address", "height", "time_unix", "txid", "received_sat", "sent_sat")


@click.command()
@store_argument
@subjects_argument("ADDRESS")
@click.option("--txs", is_flag=True, help="Stream every transaction of the address instead of its totals.")
@as_of_option
@format_option
def address(store: str, subjects: tuple[str, ...], txs: bool, as_of: str | None, format: Format) -> int:
    """Show what addresses received and sent, and in which cluster they are.

    Example: coalface address mainnet.coalface 12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX --txs
    """
    chain = open_chain(store, as_of=as_of)
    if not txs:
        return answer_each(subjects, chain.address, format, _COLUMNS)

    def events(subject: str) -> Iterator[object]:
        for event in chain.address_txs(subject):
            record = plain(event)
            assert isinstance(record, dict)  # noqa: S101 - a dataclass becomes a mapping
            yield {"address": subject, **record}

    batch = Batch(subjects)
    write_records(batch.answers(events), _EVENT_COLUMNS, format)
    return batch.status
