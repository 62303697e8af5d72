"""`coalface range build` and `coalface range list`: made-up economies with known truth."""

from importlib.util import find_spec

import click

from coalface import __version__
from coalface.errors import UsageError

__all__ = ["build", "list_scenarios"]

_SIGNS = ("coincurve", "signs the made-up transactions", "pip install 'coalface[range]'")
_WRITES = ("pyarrow", "writes the truth", "pip install 'coalface[range]'")
_JUDGES = ("pbk", "is Bitcoin Core's library", "pip install py-bitcoinkernel")


@click.command()
@click.argument("scenario")
@click.argument("out", type=click.Path(file_okay=False))
@click.option("--seed", type=int, required=True, help="Fixes every byte of the blocks and of the truth.")
@click.option("--blocks", type=int, default=500, show_default=True, help="Height of the last block.")
@click.option(
    "--hide-labels",
    type=click.Choice(["0", "50", "90", "98"]),
    default="0",
    show_default=True,
    help="Percent of services of which nothing is published.",
)
@click.option(
    "--writer",
    type=click.Choice(["own", "core"]),
    default="own",
    show_default=True,
    help="Who writes the block files; `core` lets Bitcoin Core's library check every block.",
)
@click.option(
    "--wallet-code",
    "wallet_code",
    multiple=True,
    default=["own"],
    show_default=True,
    metavar="own|bdk|electrum",
    help="Whose code builds transactions of those private users and merchants whose wallets fit, by turns. "
    "Repeatable, or a comma list. Bytes then depend on its version, which scenario.json names.",
)
def build(
    scenario: str,
    out: str,
    seed: int,
    blocks: int,
    hide_labels: str,
    writer: str,
    wallet_code: tuple[str, ...],
) -> None:
    """Build the chain of a scenario, with everything that is true of it.

    OUT gets blocks as a node writes them, the truth as Parquet, the labels that the public knows, and the
    story.

    Example: coalface range build everyday /tmp/everyday --seed 7 --blocks 200
    """
    _need(_SIGNS, _WRITES, *([_JUDGES] if writer == "core" else []))
    from coalface.range.scenarios import build_scenario

    played = build_scenario(
        scenario,
        out,
        seed=seed,
        n_blocks=blocks,
        hide_labels_percent=int(hide_labels),
        writer=writer,
        wallet_codes=[code.strip() for each in wallet_code for code in each.split(",")],
        version=__version__,
    )
    book = played.economy.book
    click.echo(
        f"{scenario}: {blocks} blocks, {len(book.txs)} transactions, {len(book.outputs)} outputs, "
        f"{len(book.addresses)} addresses, {len(book.actors)} actors"
    )


@click.command("list")
def list_scenarios() -> None:
    """List the scenarios, one a line.

    Example: coalface range list
    """
    from coalface.range.scenarios import SCENARIOS

    for name in SCENARIOS:
        click.echo(name)


def _need(*wanted: tuple[str, str, str]) -> None:
    """Refuses at once if something is not installed, before minutes of work."""
    for module, purpose, hint in wanted:
        if find_spec(module) is None:
            raise UsageError(
                f"`{module}` is not installed; it {purpose}",
                code="usage_range_extra",
                hint=hint,
                context={"module": module},
            )
