"""Grades answers to a blind case."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coalface.errors import IoFailure
from coalface.range.exercise.sealing import normal, sealed
from coalface.range.exercise.writing import KEY_FILE
from coalface.range.score.folder import read_json, wrong
from coalface.range.score.rate import MILLION

__all__ = ["Grade", "grade"]

_MAX_BYTES = 64 << 20
_MAX_ANSWER = 1024


@dataclass(frozen=True)
class Grade:
    """How right the answers to one question are. Not answered is not the same as wrong."""

    question: str
    status: str
    """``graded`` or ``not answered``."""
    n_right: int
    n_wrong: int
    n_missed: int
    right_weight: int
    """What the right answers weigh, in `unit`."""
    possible_weight: int
    """What all right answers weigh together."""
    unit: str
    precision_ppm: int | None
    """Share of the answers that are right; `None` without answers."""
    recall_ppm: int | None
    """Share of the possible weight that was found; `None` without answers."""


def grade(folder: str | Path, answers: str | Path) -> list[Grade]:
    """A grade for every question of the exercise in `folder`.

    Parameters
    ----------
    folder
        What `coalface range exercise` wrote.
    answers
        CSV file with the columns ``question`` and ``answer``, a line an answer. One given twice counts once.

    Raises
    ------
    RangeFileError
        If the exercise or the answers cannot be read, or answer a question that was not asked.
    IoFailure
        If a file cannot be read.
    """
    key_path = Path(folder) / KEY_FILE
    salt, key = _key(key_path)
    given = _answers(Path(answers), key)
    return [_graded(question, row, given.get(question, set()), salt) for question, row in key.items()]


def _graded(question: str, row: Mapping[str, Any], given: set[str], salt: str) -> Grade:
    right: Mapping[str, int] = row["right"]
    hits = {found for answer in given if (found := sealed(answer, question, salt)) in right}
    weight, possible = sum(right[found] for found in hits), sum(right.values())
    return Grade(
        question=question,
        status="graded" if given else "not answered",
        n_right=len(hits),
        n_wrong=len(given) - len(hits),
        n_missed=len(right) - len(hits),
        right_weight=weight,
        possible_weight=possible,
        unit=row["unit"],
        precision_ppm=len(hits) * MILLION // len(given) if given else None,
        recall_ppm=weight * MILLION // possible if given and possible else None,
    )


def _key(path: Path) -> tuple[str, dict[str, dict[str, Any]]]:
    content = read_json(path)
    salt = content.get("salt") if isinstance(content, dict) else None
    questions = content.get("questions") if isinstance(content, dict) else None
    if (
        not isinstance(salt, str)
        or not isinstance(questions, dict)
        or not all(map(_is_sound, questions.values()))
    ):
        raise wrong(path, "is no key of an exercise", "range_key")
    return salt, questions


def _is_sound(row: object) -> bool:
    """Whether a question's part of the key has what grading needs."""
    if not isinstance(row, dict) or not isinstance(row.get("unit"), str):
        return False
    right = row.get("right")
    return isinstance(right, dict) and all(
        isinstance(weight, int) and not isinstance(weight, bool) and weight > 0 for weight in right.values()
    )


def _answers(path: Path, questions: Mapping[str, object]) -> dict[str, set[str]]:
    """Answers by question, each once."""
    found: dict[str, set[str]] = {}
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise wrong(path, f"is larger than {_MAX_BYTES} bytes", "range_size")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            if not {"question", "answer"} <= set(rows.fieldnames or ()):
                raise wrong(path, "lacks one of the columns question, answer", "range_column")
            for row in rows:
                question, answer = (row["question"] or "").strip(), normal(row["answer"] or "")
                if not answer:
                    continue
                if question not in questions:
                    what = f"line {rows.line_num} answers `{question[:80]}`, which was not asked"
                    raise wrong(path, what, "range_question")
                if len(answer) > _MAX_ANSWER:
                    raise wrong(
                        path, f"line {rows.line_num} is longer than {_MAX_ANSWER} characters", "range_size"
                    )
                found.setdefault(question, set()).add(answer)
    except FileNotFoundError as error:
        raise wrong(path, "is missing", "range_missing") from error
    except OSError as error:
        raise IoFailure(f"`{path}`: {error.strerror}", context={"path": str(path)}) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise wrong(path, "is no CSV text in UTF-8", "range_csv") from error
    return found
