"""`coalface range exercise` and `coalface range grade`: a blind case for people, and its grader."""

import contextlib
import io
import secrets
import tempfile
from pathlib import Path

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.range_need import need_truth_reader
from coalface.errors import UsageError

__all__ = ["exercise", "grade"]

_COLUMNS = (
    "question", "status", "n_right", "n_wrong", "n_missed", "right_weight", "possible_weight", "unit",
    "precision_ppm", "recall_ppm",
)  # fmt: skip
_SEEDS = 1 << 31


@click.command()
@click.argument("scenario")
@click.argument("out", type=click.Path(file_okay=False))
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=_SEEDS - 1),
    help="Seed of the chain; drawn unless given. Whoever knows it can look the truth up.",
)
@format_option
def exercise(scenario: str, out: str, seed: int | None, format: Format) -> None:
    """Write a blind case: a chain and questions, no truth.

    SCENARIO is a name from `range list`, or a folder that `range build` wrote. OUT gets the blocks, the
    labels that the public knows, the questions, and the right answers under seal.

    Example: coalface range exercise theft case
    """
    need_truth_reader()
    from coalface.range.exercise import write_exercise

    if (Path(scenario) / "scenario.json").is_file():
        if seed is not None:
            raise UsageError(f"`{scenario}` is built already: a seed changes nothing", code="usage_seed")
        made = write_exercise(scenario, out)
    else:
        with tempfile.TemporaryDirectory(prefix="coalface-exercise-") as folder:
            built = Path(folder) / "chain"
            _build(scenario, built, secrets.randbelow(_SEEDS) if seed is None else seed)
            made = write_exercise(built, out)
    write_record(made, format)


@click.command()
@click.argument("out", type=click.Path(file_okay=False))
@click.argument("answers", type=click.Path(dir_okay=False))
@format_option
def grade(out: str, answers: str, format: Format) -> None:
    """Grade answers to a blind case.

    OUT is the folder that `range exercise` wrote, ANSWERS a CSV file with the columns question and answer.

    Example: coalface range grade case case/answers.csv
    """
    from coalface.range.exercise import grade as grade_answers

    write_records(grade_answers(out, answers), _COLUMNS, format)


def _build(scenario: str, folder: Path, seed: int) -> None:
    """Have `range build` make the chain."""
    parent = click.get_current_context().parent
    group = parent.command if parent is not None else None
    build = (
        group.get_command(parent, "build") if parent is not None and isinstance(group, click.Group) else None
    )
    if build is None:
        raise UsageError(
            f"`{scenario}` is no folder that `range build` wrote",
            code="usage_scenario",
            hint="it holds a scenario.json",
            context={"scenario": scenario},
        )
    with contextlib.redirect_stdout(io.StringIO()):
        build.main([scenario, str(folder), "--seed", str(seed)], standalone_mode=False)
