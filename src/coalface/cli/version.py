"""`coalface version`: what to put into a bug report, and what results name as their software."""

import platform

import click

import coalface
from coalface.cli.output import Format, format_option, write_record

__all__ = ["version"]


@click.command()
@format_option
def version(format: Format) -> None:
    """Show the version and how the engine was built.

    Example: coalface version --format json
    """
    engine = coalface.build_info()
    record = {
        "version": coalface.__version__,
        "engine_version": engine["version"],
        "engine_profile": engine["profile"],
        "engine_rustc": engine["rustc"],
        "python": platform.python_version(),
    }
    write_record(record, format)
