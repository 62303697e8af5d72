"""Examples in the documentation: found, run and compared.

An example is a fenced block of the language ``console``. Its lines are commands, ``$ coalface …``
(continued by lines that begin with ``> ``), each followed by what it prints. The commands of a block run
one after another in one shell, in a fresh copy of the prepared folder. Output is compared when the block
shows some: a line ``...`` stands for any number of lines, ``...`` inside a line for any text. A command
must exit with 0, unless the next one asks ``echo $?``.

A fenced block of the language ``pycon`` is an interactive session of Python, run by ``doctest`` in such a
folder; ``...`` inside its output stands for any text.

A fenced block whose first line is a comment that names a file (``# file: peat.toml``) is that file, which
every example of its document finds in the folder.
"""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "PREPARATION",
    "SESSION",
    "Command",
    "Example",
    "examples_of",
    "matches",
    "outputs",
    "prepare",
    "run",
]

PREPARATION: tuple[str, ...] = ("coalface demo demo > /dev/null",)
"""Commands that fill the folder in which every example runs: the store that the documents speak of."""

_FENCE = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```[a-z]+\n(# file: ([a-z0-9_]+\.[a-z]+)\n.*?)^```$", re.MULTILINE | re.DOTALL)
SESSION = "session.txt"
"""File in which an example of the language ``pycon`` lies."""
_DOCTEST = f"python -m doctest -o ELLIPSIS {SESSION}"
_MARK = "\x1e"  # ASCII record separator: no command prints it


@dataclass
class Command:
    """One command and the lines that the document shows below it."""

    text: str
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Example:
    """One block of a document."""

    document: str
    line: int
    commands: list[Command]
    files: dict[str, str] = field(default_factory=dict)
    """Text of the files that the commands find, by name."""


def examples_of(document: Path, name: str) -> list[Example]:
    """Every example of a Markdown file, in order."""
    text = document.read_text("utf-8")
    files = {name: body for body, name in _FILE.findall(text)}
    found = []
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        if fence[1] == "console":
            found.append(Example(name, line, _commands(fence[2], f"{name}:{line}"), files))
        else:
            found.append(Example(name, line, [Command(_DOCTEST)], {**files, SESSION: fence[2]}))
    return found


def _commands(block: str, place: str) -> list[Command]:
    """Commands of a block with their shown output."""
    commands: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
        elif not commands:
            raise ValueError(f"{place}: a console block begins with a line `$ command`, not `{line}`")
        elif line.startswith("> ") and not commands[-1].shown:
            commands[-1].text += "\n" + line[2:]
        else:
            commands[-1].shown.append(line)
    return commands


def prepare(folder: Path, path: str) -> None:
    """Run `PREPARATION` in `folder`."""
    for command in PREPARATION:
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=_environment(path), check=True
        )


def run(example: Example, folder: Path, path: str) -> list[str]:
    """What is wrong with an example, a line each; nothing if it holds."""
    ran = outputs(example, folder, path)
    if len(ran) != len(example.commands):
        return [f"the shell stopped early after {ran}"]
    wrong = []
    for number, (command, (output, status)) in enumerate(zip(example.commands, ran, strict=True)):
        is_asked = number + 1 < len(example.commands) and example.commands[number + 1].text == "echo $?"
        if status != "0" and not is_asked:
            wrong.append(f"`{command.text}` exits with {status}:\n{output}")
        if command.shown and not matches(command.shown, output.splitlines()):
            shown = "\n".join(command.shown)
            wrong.append(f"`{command.text}` prints\n{output}\nbut the document shows\n{shown}")
    return wrong


def outputs(example: Example, folder: Path, path: str) -> list[tuple[str, str]]:
    """What each command of an example prints in `folder`, and the status with which it exits."""
    for file, text in example.files.items():
        (folder / file).write_text(text, "utf-8")
    script = "".join(
        f"{command.text}\nstatus=$?; printf '{_MARK}%d{_MARK}' $status; (exit $status)\n"
        for command in example.commands
    )
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", script],
        cwd=folder,
        env=_environment(path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    pieces = done.stdout.split(_MARK)
    return list(zip(pieces[0::2], pieces[1::2], strict=False))


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether the printed lines are the shown ones, wildcards allowed."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?"
        if line.strip() == "..."
        else ".*?".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
        for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed)) is not None


def _environment(path: str) -> dict[str, str]:
    """A user's plain environment: nothing of this machine changes what is printed."""
    return {"PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100"}
