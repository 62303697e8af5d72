"""Writes docs/accuracy.md and the table of the room `accuracy` from built scenarios: ``make accuracy``.

``python -m coalface.range.score.publish FOLDER…`` scores what is in the folders and writes both files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from coalface.chain import index
from coalface.errors import CoalfaceError, StoreNotFound
from coalface.range.score.accuracy_page import accuracy_page
from coalface.range.score.accuracy_table import accuracy_table
from coalface.range.score.bulk import BulkScore, score_bulk
from coalface.range.score.pooling import pool
from coalface.range.score.report import Report, score

__all__ = ["publish"]

_COMMAND = "make accuracy"


def publish(folders: Sequence[Path], page: Path, table: Path, *, bulk: Sequence[Path] = ()) -> list[Report]:
    """Reports of the chains in the folders, after writing the page and the table.

    Parameters
    ----------
    folders
        What `coalface range build` wrote, a chain each; a store is made in each that has none.
    page
        Markdown file to write.
    table
        JSON file to write.
    bulk
        What `coalface range bulk` wrote, a chain each; on the page only.

    Raises
    ------
    RangeFileError
        If a folder holds no sound truth.
    """
    reports = [_scored(folder) for folder in sorted(folders, key=lambda path: path.name)]
    pooled = pool(reports)
    page.write_text(
        accuracy_page(reports, pooled, _COMMAND, [_scored_bulk(folder) for folder in bulk]), "utf-8"
    )
    table.write_text(accuracy_table(reports, pooled), "utf-8")
    return reports


def _scored(folder: Path) -> Report:
    store = folder / "store"
    try:
        return score(store, folder)
    except StoreNotFound:
        index([folder / "blocks"], store)
        return score(store, folder)


def _scored_bulk(folder: Path) -> BulkScore:
    store = folder / "store"
    try:
        return score_bulk(store, folder)
    except StoreNotFound:
        index([folder / "blocks"], store)
        return score_bulk(store, folder)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/accuracy.md"))
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("src/coalface/accuracy/simulated.json"),
)
@click.option("--bulk", multiple=True, type=click.Path(file_okay=False, path_type=Path))
def main(folders: tuple[Path, ...], page: Path, table: Path, bulk: tuple[Path, ...]) -> None:
    """Score built scenarios, and write the page and the table of error rates."""
    try:
        reports = publish(folders, page, table, bulk=bulk)
    except CoalfaceError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"accuracy: {len(reports) + len(bulk)} chains scored, {page} and {table} written")


if __name__ == "__main__":
    main()
