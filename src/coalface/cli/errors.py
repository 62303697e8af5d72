"""Errors as the user sees them: ``error: …`` on stderr, a blank line, ``hint: …``, and an exit code."""

import click

from coalface.errors import (
    Cancelled,
    CoalfaceError,
    InvalidAddress,
    InvalidReference,
    UnitError,
    UsageError,
)

__all__ = ["DONE", "FAILED", "INTERRUPTED", "READER_GONE", "USAGE", "exit_code", "report"]

DONE = 0
"""Done, or nothing found."""
FAILED = 1
"""The answer could not be given."""
USAGE = 2
"""The question was not understood."""
INTERRUPTED = 130
"""Ctrl-C; what a shell reports for a program that SIGINT ended (128 + 2)."""
READER_GONE = 141
"""Whoever read our output stopped reading; what a shell reports for SIGPIPE (128 + 13)."""


def exit_code(error: click.ClickException | CoalfaceError) -> int:
    """Exit code that stands for `error`."""
    match error:
        case click.UsageError() | UsageError() | UnitError() | InvalidAddress() | InvalidReference():
            return USAGE
        case Cancelled():
            return INTERRUPTED
        case _:
            return FAILED


def report(error: click.ClickException | CoalfaceError) -> int:
    """Exit code that stands for `error`, after telling the user on stderr."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return USAGE
    if isinstance(error, CoalfaceError):
        message, hint = error.message, error.hint
    else:
        message, hint = _sentence(error.format_message()), _usage_hint(error)
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"\nhint: {hint}", err=True)
    return exit_code(error)


def _usage_hint(error: click.ClickException) -> str | None:
    """Where the right usage is explained, if the error came from reading the arguments."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"try `{error.ctx.command_path} --help`"
    return None


def _sentence(message: str) -> str:
    """The message of click in our own form: lower case at the start, no full stop at the end."""
    return message[:1].lower() + message[1:].removesuffix(".")
