import json
import subprocess
import sys

import click
import pytest

from coalface.cli import main
from coalface.cli.program import program
from coalface.cli.verbs import VERBS, Verb
from coalface.errors import Cancelled, CorruptStore, InvalidAddress

HINT = "hint: try `coalface version --help`\n"


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds a verb `try` that does what its argument says."""
    monkeypatch.setitem(VERBS, "try", Verb(f"{__name__}:attempt", "Try."))


@click.command()
@click.argument("what")
def attempt(what: str) -> int | None:
    """Try."""
    match what:
        case "corrupt":
            raise CorruptStore("`tx.fee`: bad checksum at byte 4096", hint="rebuild the group")
        case "address":
            raise InvalidAddress("`1abc`: bad checksum")
        case "cancelled":
            raise Cancelled("cancelled")
        case "interrupt":
            raise KeyboardInterrupt
        case "three":
            return 3
    return None


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "  version   Show the version and how the engine was built.\n" in out


def test_no_arguments_show_the_help_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: coalface")


@pytest.mark.parametrize(
    ("arguments", "code", "err"),
    [
        (["nonsense"], 2, "error: no such command 'nonsense'\n\nhint: try `coalface --help`\n"),
        (
            ["version", "--nonsense"],
            2,
            "error: no such option '--nonsense'\n\n" + HINT,
        ),
        (
            ["version", "--format", "xml"],
            2,
            "error: invalid value for '--format': 'xml' is not one of 'table', 'json', 'jsonl', 'csv'\n\n"
            + HINT,
        ),
        (["try", "corrupt"], 1, "error: `tx.fee`: bad checksum at byte 4096\n\nhint: rebuild the group\n"),
        (["try", "address"], 2, "error: `1abc`: bad checksum\n"),
        (["try", "cancelled"], 130, "error: cancelled\n"),
        (["try", "interrupt"], 130, "\ninterrupted\n"),
        (["try", "three"], 3, ""),
        (["try", "nothing"], 0, ""),
    ],
)
@pytest.mark.usefixtures("verb")
def test_exit_code_and_stderr(
    arguments: list[str], code: int, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == err


def test_a_target_that_is_no_command_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "bad", Verb("coalface.units:format_btc", "Bad."))
    with pytest.raises(TypeError, match=r"verb `bad`: `coalface\.units:format_btc` is no click command"):
        program.get_command(click.Context(program), "bad")


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_help_loads_neither_numpy_nor_the_engine() -> None:
    code = (
        "import sys; from coalface.cli import main; assert main(['--help']) == 0; "
        "print([name for name in sys.modules if name.startswith(('numpy', 'coalface'))])"
    )
    loaded = python(code).splitlines()[-1]
    assert "numpy" not in loaded
    assert "_core" not in loaded
    assert "cli.version" not in loaded


def test_the_reader_may_leave(script_path: str) -> None:
    code = (
        "import sys; from coalface.cli import program, main; from coalface.cli.verbs import VERBS, Verb; "
        "import click; program.program.get_command = lambda *_: click.Command('x', callback=lambda: "
        "[print('x' * 1000) for _ in range(10000)]); sys.exit(main(['x']))"
    )
    shell = f'"{sys.executable}" -c "{code}" | head -n 1 | wc -c; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", shell], check=True, capture_output=True, text=True, env={"PATH": script_path}
    )
    assert done.stdout == "1001\n141\n"
    assert done.stderr == ""


def test_output_is_utf_8_in_every_locale() -> None:
    code = (
        "from coalface.cli import program, main; from coalface.cli.output import *; import click; "
        "program.program.get_command = lambda *_: click.Command('x', callback=lambda: "
        "write_record({'label': '\\u00e9\\udc80'}, Format.JSONL)); main(['x'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env={"PYTHONIOENCODING": "latin-1"}
    )
    assert json.loads(done.stdout) == {"label": "\u00e9\udc80"}


def test_the_installed_program_runs(script_path: str) -> None:
    done = subprocess.run(
        ["coalface", "--version"], check=True, capture_output=True, text=True, env={"PATH": script_path}
    )
    assert done.stdout.startswith("coalface ")
