"""`coalface energy scenario`: a question in a file, answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from coalface.cli.energy.options import Network, draws_options, network_options
from coalface.cli.energy.show import check_charts, show_result, write_charts
from coalface.cli.output import Format, format_option, write_records
from coalface.energy.answer import answer
from coalface.energy.chart import CHARTS
from coalface.energy.scenario import list_scenarios, load_scenario, scenario_text
from coalface.errors import UsageError

__all__ = ["chart_options", "scenario"]


def chart_options(command: click.decorators.FC) -> click.decorators.FC:
    """``--chart`` and ``--chart-of``."""
    command = click.option(
        "--chart-of",
        type=click.Choice(CHARTS),
        default=CHARTS[0],
        show_default=True,
        help="What an .svg or .png shows; an .html shows all of them with the tables behind.",
    )(command)
    return click.option(
        "--chart",
        "charts",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Draw the answer into this .svg, .png or .html file; repeatable.",
    )(command)


@click.command()
@click.argument("scenario", required=False, metavar="[NAME|FILE]")
@click.option("--list", "listed", is_flag=True, help="List the scenarios that are built in.")
@click.option("--show", is_flag=True, help="Print the scenario's file, to be copied and changed.")
@network_options
@draws_options
@chart_options
@format_option
def scenario(
    scenario: str | None,
    listed: bool,
    show: bool,
    store: Path | None,
    prices: Path | None,
    difficulty: Path | None,
    fees: str | None,
    draws: int | None,
    seed: int | None,
    charts: tuple[Path, ...],
    chart_of: str,
    format: Format,
) -> None:
    """Answer a scenario: one that is built in, by its name, or a TOML file of your own.

    Example: coalface energy scenario unsold_coal_2017 --chart unsold.html
    """
    if listed:
        rows = [{"name": name, "title": title} for name, title in list_scenarios()]
        write_records(rows, ("name", "title"), format)
        return
    if scenario is None:
        raise UsageError(
            "which scenario?", code="usage_scenario", hint="`coalface energy scenario --list` lists them"
        )
    stated = load_scenario(scenario)
    if show:
        click.echo(scenario_text(scenario), nl=False)
        return
    check_charts(charts)
    calendar = Network(store, prices, difficulty, fees).calendar(stated.first_day, stated.last_day)
    question = stated.ask(calendar)
    question = replace(
        question, n_draws=draws or question.n_draws, seed=question.seed if seed is None else seed
    )
    result = answer(question)
    show_result(result, format)
    write_charts(result, charts, chart_of)
