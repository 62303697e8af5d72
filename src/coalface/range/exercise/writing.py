"""Writes the folder of a blind case."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coalface.errors import IoFailure, RangeFileError, UsageError
from coalface.range.exercise.questions import KINDS, Question, questions_of
from coalface.range.exercise.sealing import seal
from coalface.range.score.truth import Truth, read_truth

__all__ = ["KEY_FILE", "QUESTIONS_FILE", "Exercise", "write_exercise"]

KEY_FILE = "key.json"
QUESTIONS_FILE = "questions.json"

_CASE = """\
# A case

A made-up chain on regtest: nobody in it is real. Find out, from the blocks and the public labels alone, what
the questions ask. Nothing in this folder tells the truth but `key.json`, in which right answers are sealed:
they can be compared with yours, not read.

| file | what it is |
|---|---|
| `blocks/` | block files as a node writes them |
| `labels.csv` | addresses of services that are publicly known |
| `questions.json` | the questions below, for programs |
| `answers.csv` | write your answers here: a line each, `question,answer` |

Begin with

    coalface index blocks store
    coalface info store

and when you are done

    coalface range grade . answers.csv

Every right answer counts, and every wrong one is counted too: to accuse somebody wrongly is worse than to
miss.

## Questions
"""


@dataclass(frozen=True)
class Exercise:
    """What was written."""

    folder: str
    n_questions: int
    n_labels: int
    questions: tuple[str, ...]
    """Ids of the questions."""


def write_exercise(source: str | Path, out: str | Path) -> Exercise:
    """A blind case in the new folder `out`: chain, public labels, questions; no truth.

    Parameters
    ----------
    source
        Folder that `coalface range build` wrote.
    out
        A folder that does not exist yet, or is empty.

    Raises
    ------
    UsageError
        If `out` holds something.
    RangeFileError
        If the truth cannot be read, or has an answer to no question.
    IoFailure
        If the folder cannot be written.
    """
    source, out = Path(source), Path(out)
    truth = read_truth(source)
    asked = questions_of(truth)
    if not asked:
        raise RangeFileError(
            f"`{source}`: nothing can be asked about this chain: no theft, no labelled service, no CoinJoin",
            code="range_no_question",
            context={"path": str(source)},
        )
    try:
        if out.exists() and any(out.iterdir()):
            raise UsageError(
                f"`{out}` is not empty",
                code="usage_exercise_folder",
                hint="name a new folder",
                context={"path": str(out)},
            )
        out.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source / "blocks", out / "blocks")
        _write(out, truth, asked)
    except OSError as error:
        raise IoFailure(f"`{out}`: {error.strerror or error}", context={"path": str(out)}) from error
    return Exercise(str(out), len(asked), len(truth.labels), tuple(each.id for each in asked))


def _write(out: Path, truth: Truth, asked: Sequence[Question]) -> None:
    """Everything but the blocks."""
    shutil.copyfile(truth.folder / "labels.csv", out / "labels.csv")
    parts = [_CASE]
    for each in asked:
        parts.append(f"### `{each.id}`\n\n{each.text}\n\nAnswer: {KINDS[each.kind]}.\n")
    (out / "CASE.md").write_text("\n".join(parts), "utf-8")
    told = [
        {"id": each.id, "kind": each.kind, "text": each.text, "answer": KINDS[each.kind]} for each in asked
    ]
    _write_json(out / QUESTIONS_FILE, told)
    (out / "answers.csv").write_text("question,answer\n", "utf-8")
    salt = hashlib.sha256(f"exercise\0{truth.scenario.digest}\0{truth.scenario.seed}".encode()).hexdigest()
    key = {
        "salt": salt,
        "questions": {
            each.id: {"kind": each.kind, "unit": each.unit, "right": seal(each.right, each.id, salt)}
            for each in asked
        },
    }
    _write_json(out / KEY_FILE, key)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
