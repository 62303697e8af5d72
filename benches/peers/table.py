"""The table: a line a peer, in the order given, with a line for those that did not run."""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = (
    "program",
    "does",
    "does not",
    "licence",
    "seconds",
    "MB/s",
    "tx/s",
    "CPU s",
    "memory MB",
    "index takes",
)


@dataclass(frozen=True)
class Row:
    """A program that ran, or the reason why it did not."""

    name: str
    does: str
    lacks: str
    licence: str
    seconds: float | None = None
    cpu_s: float = 0.0
    own_mb: float = 0.0
    resident_mb: float = 0.0
    absent: str = ""
    n_bytes: int = 0
    n_txs: int = 0


def cells(row: Row, index_s: float | None) -> list[str]:
    """Cells of a row; the last is the time of the index of the same files as a multiple of the row's."""
    head = [row.name, row.does, row.lacks, row.licence]
    if row.seconds is None:
        return [*head, row.absent or "did not run: unknown", *[""] * (len(HEAD) - 5)]
    return [
        *head,
        f"{row.seconds:.2f}",
        f"{row.n_bytes / row.seconds / 1e6:,.0f}",
        f"{row.n_txs / row.seconds:,.0f}",
        f"{row.cpu_s:.2f}",
        f"{row.own_mb:,.0f} / {row.resident_mb:,.0f}",
        "" if index_s is None else f"{index_s / row.seconds:.2f} x",
    ]


def markdown(rows: Sequence[Row], index_s: float | None, head: Sequence[str] = HEAD) -> str:
    """The rows as a table."""
    lines = [list(head)] + [cells(row, index_s) for row in rows]
    return grid(lines, n_text=4)


def grid(lines: Sequence[Sequence[str]], n_text: int) -> str:
    """Lines of cells as a table whose first columns are text and whose others are numbers."""
    rule = ["---" if n < n_text else "---:" for n in range(len(lines[0]))]
    shown = [lines[0], rule, *lines[1:]]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in shown)
