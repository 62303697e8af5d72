"""Writes anew what README.md and docs/*.md show: ``.venv/bin/python tests/refresh_examples.py``.

For a change that is meant, such as one of the demo's chain. Ids of the demo are replaced everywhere, then
each output that no longer holds is written again, with ``...`` where the document has it, and the picture is
that of the demo. What cannot be written so is named, for a hand to do. Read the difference before it is
committed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from docs_examples import SESSION, examples_of, matches, outputs, prepare

__all__ = ["realigned"]

PROJECT = Path(__file__).parent.parent
DOCUMENTS = (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))
_GAP = "..."
_PART = re.compile(r"([\s,:]+)")
_NUMBER = re.compile(r"[0-9a-f]{6,}|[0-9]+")
_DOCTEST = re.compile(r"^Expected:\n    (.*)\nGot:\n    (.*)\n", re.MULTILINE)
_ALIKE = 0.6
"""Similarity from which on a printed line is taken for the shown one."""
_TELLS = (
    r"\$ coalface explain demo/store (\S+) (\S+)\n(?:.*\n)+?\$ coalface explain demo/store \S+ (\S+)",
    r"\$ coalface trace demo/store ([0-9a-f]{64})\n",
)


def realigned(shown: list[str], printed: list[str]) -> list[str]:
    """The shown lines as they are printed now; a line that is not found stays.

    Examples
    --------
    >>> realigned(["a  1", "...", "txid 77aa... 5"], ["a  2", "b  2", "txid 99bb0011 6"])
    ['a  2', '...', 'txid 99bb... 6']
    """
    place, found, after_gap = 0, list[str](), False
    for line in shown:
        if line.strip() == _GAP:
            found.append(line)
            after_gap = True
            continue
        candidates = range(place, len(printed) if after_gap else min(place + 1, len(printed)))
        best = max(candidates, key=lambda at: (_likeness(line, printed[at]), -at), default=None)
        if best is None or _likeness(line, printed[best]) < _ALIKE:
            found.append(line)
        else:
            found.append(_refitted(line, printed[best]))
            place = best + 1
        after_gap = False
    return found


def _likeness(shown: str, printed: str) -> float:
    """How alike two lines are apart from their numbers and ids; a shown gap is like anything."""
    words, there = (
        list(filter(None, re.split(r"[\s,:]+", _NUMBER.sub("#", line))))
        for line in (shown.replace(_GAP, " "), printed)
    )
    if _GAP not in shown:
        return SequenceMatcher(None, words, there).ratio() if words or there else 1.0
    return sum(word in there for word in words) / len(words) if words else 0.0


def _refitted(shown: str, printed: str) -> str:
    """The printed line with the gaps of the shown one."""
    if _GAP not in shown:
        return printed
    by_part = _part_by_part(_PART.split(shown), _PART.split(printed))
    if by_part is not None:
        return by_part
    before, _, rest = shown.partition(_GAP)
    after = rest.rpartition(_GAP)[2] if _GAP in rest else rest
    return _head(before, printed) + _GAP + _tail(after, printed)


def _part_by_part(parts: list[str], there: list[str]) -> str | None:
    """Each part of the shown line from the printed one at its place; `None` if they do not stand so."""
    found = []
    for part, now in zip(parts, there, strict=False):
        if part == _GAP:
            break
        before, gap, after = part.partition(_GAP)
        found.append(now[: len(before)] + gap + now[len(now) - len(after) :] if gap else now)
    ends_open = parts[-1] == _GAP and len(found) == len(parts) - 1
    return "".join(found) + (_GAP if ends_open else "") if ends_open or len(parts) == len(there) else None


def _head(piece: str, printed: str) -> str:
    """As many parts of the printed line's beginning as the piece has, the last cut to its length."""
    parts, there = _PART.split(piece), _PART.split(printed)
    return "".join(there[: len(parts) - 1]) + "".join(there[len(parts) - 1 : len(parts)])[: len(parts[-1])]


def _tail(piece: str, printed: str) -> str:
    """As many parts of the printed line's end as the piece has, the first cut to its length."""
    parts, there = _PART.split(piece), _PART.split(printed)
    first = there[-len(parts)] if len(parts) <= len(there) else ""
    kept = first[len(first) - len(parts[0]) :] if parts[0] else ""
    return kept + "".join(there[len(there) - len(parts) + 1 :] if len(parts) > 1 else [])


def _ids(text: str) -> list[str]:
    """The addresses and the txid of the demo that the reference speaks of."""
    return [word for tell in _TELLS if (found := re.search(tell, text)) for word in found.groups()]


def _ids_now(told: str) -> list[str]:
    """The same of a demo that has just run, by what it printed."""
    explain = re.search(r"explain \S+ (\S+) (\S+)", told)
    innocent = re.search(r"why the dusted.*\n +(\S+)", told)
    theft = re.search(r"theft +([0-9a-f]{64})", told)
    if explain is None or innocent is None or theft is None:
        raise SystemExit("the demo does not tell what the documents speak of")
    return [*explain.groups(), innocent[1], theft[1]]


def _refresh(document: Path, prepared: Path, path: str) -> Iterator[str]:
    """Writes a document anew; yields what is left for a hand."""
    name, text = document.relative_to(PROJECT).as_posix(), document.read_text("utf-8")
    for example in examples_of(document, name):
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / "here"
            shutil.copytree(prepared, here)
            ran = outputs(example, here, path)
        for command, (output, _) in zip(example.commands, ran, strict=False):
            printed = output.splitlines()
            if not command.shown or matches(command.shown, printed):
                continue
            anew = realigned(command.shown, printed)
            prompt = "$ " + command.text.replace("\n", "\n> ") + "\n"
            old = prompt + "\n".join(command.shown)
            if matches(anew, printed) and old in text:
                text = text.replace(old, prompt + "\n".join(anew), 1)
            else:
                yield f"{name}:{example.line}: `{command.text}` is left for you"
        if SESSION in example.files:
            session = example.files[SESSION]
            for old, new in _DOCTEST.findall(ran[0][0]):
                session = session.replace(f"\n{old}\n", f"\n{new}\n", 1)
            text = text.replace(example.files[SESSION], session, 1)
    document.write_text(text, "utf-8")


def main() -> None:
    """Writes all documents anew."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder)
        prepare(prepared, path)
        command = [str(Path(sys.executable).parent / "coalface"), "demo", "told"]
        told = subprocess.run(command, cwd=prepared, check=True, capture_output=True, text=True).stdout
        shutil.rmtree(prepared / "told")
        shutil.copyfile(prepared / "demo" / "story.svg", PROJECT / "docs" / "demo.svg")
        reference = (PROJECT / "docs" / "cli.md").read_text("utf-8")
        renamed = dict(zip(_ids(reference), _ids_now(told), strict=True))
        for document in DOCUMENTS:
            text = document.read_text("utf-8")
            for old, new in renamed.items():
                text = text.replace(old, new)
            document.write_text(text, "utf-8")
            for left in _refresh(document, prepared, path):
                print(left)  # noqa: T201 - a program of its own


if __name__ == "__main__":
    main()
