"""Verbs that answer for one or several subjects: reading them, asking for each, writing what comes back."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click

from coalface.chain import Coverage
from coalface.cli.errors import DONE, report
from coalface.cli.output import Format, plain, write_record, write_records
from coalface.errors import Cancelled, CoalfaceError, StaleSnapshot, UsageError

__all__ = [
    "Batch",
    "answer_each",
    "as_of_option",
    "network_fs_option",
    "rule_set_option",
    "store_argument",
    "subjects_argument",
    "subjects_of",
]

Command = Callable[..., Any]
Answer = TypeVar("Answer")
_MAX_LINE = 1024
"""Characters of a subject on standard input; no address, txid or outpoint is longer."""


def store_argument(command: Command) -> Command:
    """The argument STORE."""
    return click.argument("store", type=click.Path(file_okay=False))(command)


def network_fs_option(command: Command) -> Command:
    """The option ``--allow-network-fs`` of every verb that writes a chain."""
    return click.option(
        "--allow-network-fs",
        is_flag=True,
        help="Write even if the store lies on a network file system or FUSE, whose locks do not hold.",
    )(command)


def subjects_argument(metavar: str) -> Callable[[Command], Command]:
    """One or several subjects, or ``-`` for standard input."""
    return click.argument("subjects", nargs=-1, required=True, metavar=f"{metavar}…|-")


def as_of_option(command: Command) -> Command:
    """The option ``--as-of`` of every verb that reads a chain."""
    return click.option(
        "--as-of",
        metavar="HEIGHT|HASH|DATE",
        help="Last block to use: a height, a block hash, or a UTC date (the last block whose median time is "
        "not after it).",
    )(command)


def rule_set_option(command: Command) -> Command:
    """The option ``--rule-set`` of verbs that answer by clusters."""
    return click.option(
        "--rule-set",
        metavar="NAME",
        help="Rule set to answer by, one that `clusters build` made; `strict` unless given.",
    )(command)


def subjects_of(
    subjects: Sequence[str], refuse: Callable[[CoalfaceError], object] | None = None
) -> Iterator[str]:
    """The subjects given, with ``-`` replaced by the lines of standard input.

    Parameters
    ----------
    subjects
        As the user gave them.
    refuse
        Called with the error of a line that is too long to be a subject, before the next line; the error is
        raised unless given.

    Raises
    ------
    UsageError
        If a line is too long to be a subject.
    """
    for subject in subjects:
        if subject == "-":
            yield from _lines(refuse)
        else:
            yield subject


def _lines(refuse: Callable[[CoalfaceError], object] | None) -> Iterator[str]:
    """Lines of standard input without the blanks around them, blank ones left out."""
    number = 0
    has_any = False
    while line := sys.stdin.readline(_MAX_LINE + 1):
        number += 1
        if len(line.removesuffix("\n")) <= _MAX_LINE:
            if text := line.strip():
                has_any = True
                yield text
            continue
        has_any = True
        error = UsageError(
            f"line {number} of standard input is longer than {_MAX_LINE} characters",
            code="usage_line",
            context={"line": number, "allowed": _MAX_LINE},
        )
        if refuse is None:
            raise error
        refuse(error)
        while line and not line.endswith("\n"):
            line = sys.stdin.readline(_MAX_LINE + 1)
    if not has_any:
        # A broken pipe line must not look like an answer.
        raise UsageError("standard input holds no subject", code="usage_no_subject")


class Batch:
    """Subjects that are asked about one by one; one that has no answer is reported and the rest go on."""

    def __init__(self, subjects: Sequence[str]) -> None:
        self._subjects = subjects
        self.status = DONE
        """The worst exit code so far: 2 says that a question was not understood."""

    def answers(self, ask: Callable[[str], Iterable[Answer]]) -> Iterator[Answer]:
        """What `ask` gives for every subject, one after another."""
        for subject in subjects_of(self._subjects, self._refuse):
            try:
                yield from ask(subject)
            except (Cancelled, StaleSnapshot):
                raise  # these are not about this subject
            except CoalfaceError as error:
                self._refuse(error)

    def _refuse(self, error: CoalfaceError) -> None:
        self.status = max(self.status, report(error))


def partial_note(coverage: Coverage) -> dict[str, str]:
    """For a table: that the chain is a partial one; nothing where it is complete."""
    if coverage.complete_from_genesis:
        return {}
    count = len(coverage.segments)
    return {"coverage": f"partial chain of {count} segment{'s'[: count != 1]}: more may lie outside it"}


def show_facts(found: object) -> None:
    """Write the fields of an answer as a table, and of coverage and provenance what a reader needs."""
    record = plain(found)
    assert isinstance(record, dict)  # noqa: S101 - answers are dataclasses
    coverage, provenance = record.pop("coverage"), record.pop("provenance")
    assert isinstance(coverage, dict)  # noqa: S101 - same
    assert isinstance(provenance, dict)  # noqa: S101 - same
    record["as_of"] = provenance["as_of"]
    record["complete_from_genesis"] = coverage["complete_from_genesis"]
    if coverage["unknown"]:
        record["unknown"] = coverage["unknown"]
    write_record(record, Format.TABLE)


def answer_each(
    subjects: Sequence[str],
    ask: Callable[[str], object],
    format: Format,
    columns: Sequence[str],
    show: Callable[[Any], None] | None = None,
) -> int:
    """Exit code after writing the answer for every subject; one that has none is reported and the rest go on.

    Parameters
    ----------
    subjects
        As the user gave them.
    ask
        Gives the answer for one subject, or raises.
    format
        How answers are written: JSON is one document for one subject and an array for several.
    columns
        Fields that CSV shows.
    show
        Writes one answer as a table; field by field unless given.
    """
    batch = Batch(subjects)
    answers = batch.answers(lambda subject: (ask(subject),))
    is_one = len(subjects) == 1 and subjects[0] != "-"
    if format is Format.TABLE:
        for number, found in enumerate(answers):
            if number:
                click.echo()
            (show or show_facts)(found)
    elif is_one and format is Format.JSON:
        for found in answers:
            write_record(found, format)
    else:
        write_records(answers, columns, format)
    return batch.status
