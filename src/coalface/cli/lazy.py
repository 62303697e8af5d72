"""A group of verbs that knows them by a table and imports a verb's module only when it is asked for."""

import importlib

import click

from coalface.cli.verbs import Verb

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group whose verbs stand in a table, in the order in which help lists them.

    Parameters
    ----------
    table
        Verbs by name. It is looked at anew each time.
    arguments
        What click's own group takes.
    """

    def __init__(self, table: dict[str, Verb], **arguments: object) -> None:
        super().__init__(**arguments)  # type: ignore[arg-type]  # click's own many keywords, handed through
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Verbs in the order of the table, which is the order of a first investigation."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        """Command of the verb, or `None` if there is no such verb."""
        verb = self.table.get(cmd_name)
        if verb is None:
            return None
        module, function = verb.target.split(":")
        command = getattr(importlib.import_module(module), function)
        if not isinstance(command, click.Command):
            raise TypeError(f"verb `{cmd_name}`: `{verb.target}` is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        """Write the list of verbs from the table, importing none of them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.summary) for name, verb in self.table.items()])
