"""The program: the group of verbs, loaded one by one, and the one place where errors become exit codes."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TextIO, cast

import click

from coalface import __version__
from coalface.cli.errors import INTERRUPTED, READER_GONE, report
from coalface.cli.lazy import LazyGroup
from coalface.cli.streams import Input, Output
from coalface.cli.verbs import VERBS
from coalface.errors import CoalfaceError, StaleSnapshot

__all__ = ["main", "program"]

_RETRIES = 3
"""Times that a verb is run again because the chain was reorganised under it."""


class _ReaderGone(Exception):
    """Whoever read our output (`head`, a closed pager) has enough."""


class _Program(LazyGroup):
    """The group of all verbs."""

    def __init__(self, **arguments: object) -> None:
        super().__init__(VERBS, **arguments)

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb. Click would end the process at a closed pipe; `main` wants to hear of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGone from error


@click.group(
    cls=_Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="VERB [ARGUMENT]...",
    epilog="`coalface VERB --help` explains a verb and shows an example.",
)
@click.version_option(__version__, message="coalface %(version)s")
def program() -> None:
    """Who mined this bitcoin, whose hands did it pass through, where did it go, and how sure are we?

    Everything is answered from a local store that `index` builds out of your node's block files. Nothing
    leaves this machine.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code of one run of the command line.

    Parameters
    ----------
    arguments
        What follows the program's name; those of this process if `None`.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The same bytes in every locale; half a surrogate pair, as in a file name, becomes a JSON escape.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    if isinstance(sys.stdin, io.TextIOWrapper):
        # As for arguments: bytes that are no text make a subject that does not exist, not the end of a batch.
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        result = _run(arguments)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except (_ReaderGone, BrokenPipeError):
        # Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except (click.ClickException, CoalfaceError) as error:
        return report(error)
    return result if isinstance(result, int) else 0


def _run(arguments: Sequence[str] | None) -> object:
    """What the verb returns.

    A verb under which the chain was reorganised is run again, which opens the store anew, as long as nothing
    was written to standard output. After that it is an error: answers of two chains must not stand in one
    output.
    """
    stdin, output = sys.stdin, Output(sys.stdout)
    given = Input(stdin)
    sys.stdin = cast(TextIO, given)
    try:
        with redirect_stdout(cast(TextIO, output)):
            retries_left = _RETRIES
            while True:
                try:
                    return program.main(args=arguments, prog_name="coalface", standalone_mode=False)
                except StaleSnapshot:
                    if output.has_begun or retries_left == 0 or not given.rewind():
                        raise
                    retries_left -= 1
    finally:
        sys.stdin = stdin
