"""The documentation is complete, and what it shows is what happens."""

import doctest
import importlib
import pkgutil
import re
import shutil
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import pytest

import coalface
import docs_examples
from coalface.cli.program import program
from coalface.cli.verbs import VERBS
from docs_examples import Example, examples_of, matches, run
from refresh_examples import realigned

PROJECT = Path(__file__).parent.parent
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
EXAMPLES = [
    example
    for document in DOCUMENTS
    for example in examples_of(document, document.relative_to(PROJECT).as_posix())
]
MODULES = sorted(module.name for module in pkgutil.walk_packages(coalface.__path__, "coalface."))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, script_path: str) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    docs_examples.prepare(folder, script_path)
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document}:{example.line}")
def test_example(example: Example, prepared: Path, tmp_path: Path, script_path: str) -> None:
    folder = tmp_path / "here"
    shutil.copytree(prepared, folder)
    wrong = run(example, folder, script_path)
    assert not wrong, "\n\n".join(wrong)


def test_readme_and_reference_show_examples() -> None:
    assert {"README.md", "docs/cli.md", "docs/energy.md"} <= {example.document for example in EXAMPLES}


def test_a_file_of_a_document_is_there_for_its_examples(tmp_path: Path, script_path: str) -> None:
    document = tmp_path / "files.md"
    document.write_text("```console\n$ cat a.csv\n# file: a.csv\n1\n```\n\n```text\n# file: a.csv\n1\n```\n")
    (example,) = examples_of(document, "files.md")
    assert run(example, tmp_path, script_path) == []


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every verb, and every verb below a verb, by its full name."""
    context = click.Context(program)
    waiting: list[tuple[str, click.Command | None]] = [
        (name, program.get_command(context, name)) for name in VERBS
    ]
    while waiting:
        name, command = waiting.pop(0)
        assert command is not None, name
        yield name, command
        if isinstance(command, click.Group):
            waiting += [
                (f"{name} {below}", command.get_command(context, below))
                for below in command.list_commands(context)
            ]


COMMANDS = dict(commands())
SECTIONS = dict(
    re.findall(
        r"^## `([^`]+)`\n(.*?)(?=^## |\Z)",
        (PROJECT / "docs" / "cli.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


def test_the_reference_has_a_section_for_every_verb_and_no_other() -> None:
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_verb_is_documented(name: str) -> None:
    command, section = COMMANDS[name], SECTIONS[name]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"`{name}`: `{parameter.opts[0]}` has no help"
            for spelling in parameter.opts:
                assert f"`{spelling}" in section, f"docs/cli.md, `{name}`: `{spelling}` is missing"
        else:
            label = (parameter.metavar or parameter.name or "").upper().strip("[].…")
            assert label in section, f"docs/cli.md, `{name}`: {label} is missing"
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE)) <= known
    if not isinstance(command, click.Group):
        assert f"$ coalface {name}" in section, f"docs/cli.md, `{name}`: no example"
        assert "Example" in (command.help or ""), f"`coalface {name} --help` shows no example"


@pytest.mark.parametrize("name", VERBS)
def test_the_list_of_verbs_says_what_the_verb_says(name: str) -> None:
    assert VERBS[name].summary == COMMANDS[name].get_short_help_str(200)


@pytest.mark.parametrize("document", DOCUMENTS + sorted(PROJECT.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def dependencies() -> set[str]:
    """Names of everything that the project asks cargo or pip for."""
    names: set[str] = set()
    for manifest in (PROJECT / "crates").glob("*/Cargo.toml"):
        tables = tomllib.loads(manifest.read_text("utf-8"))
        for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
            names |= set(tables.get(kind, {}))
    python = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*python["dependencies"], *chain.from_iterable(python["optional-dependencies"].values())]
    for file in PROJECT.glob("requirements*.in"):
        wanted += file.read_text("utf-8").splitlines()
    return names | {match[0] for line in wanted if (match := re.match(r"[a-z][a-z0-9-]*", line))}


@pytest.mark.parametrize("name", sorted(dependencies() - {"coalface-core"}))
def test_every_dependency_is_justified(name: str) -> None:
    rows = [line for line in (PROJECT / "ARCHITECTURE.md").read_text("utf-8").splitlines() if line[:1] == "|"]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)


@pytest.mark.parametrize(
    ("shown", "printed", "is_match"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["c"], True),
        (["a", "...", "d"], ["a", "b", "c"], False),
        (["tx 4a...9f ok"], ["tx 4abc9f ok"], True),
        (["tx 4a...9f ok"], ["tx 4a", "9f ok"], False),
        (["a.c"], ["abc"], False),
        ([""], [""], True),
    ],
)
def test_wildcards(shown: list[str], printed: list[str], is_match: bool) -> None:
    assert matches(shown, printed) is is_match


@pytest.mark.parametrize(
    ("shown", "printed", "anew"),
    [
        (["a  1", "b  2"], ["a  3", "b  4"], ["a  3", "b  4"]),
        (["a  1", "...", "tx  9"], ["a  2", "b  3", "tx  4"], ["a  2", "...", "tx  4"]),
        (["ab12...,1,by list ..."], ["cd34567,2,by list `x` of today"], ["cd34...,2,by list ..."]),
        (["to ab12...:0  yes"], ["to cd3456:1  yes"], ["to cd34...:1  yes"]),
        (["gone entirely"], ["a  1"], ["gone entirely"]),
    ],
)
def test_examples_can_be_written_anew(shown: list[str], printed: list[str], anew: list[str]) -> None:
    assert realigned(shown, printed) == anew


def test_a_wrong_example_is_seen(tmp_path: Path, script_path: str) -> None:
    document = tmp_path / "wrong.md"
    document.write_text(
        "```console\n$ echo one \\\n> two\none two\n$ echo three\nfour\n"
        "$ (exit 3)\n$ echo $?\n3\n$ (exit 4)\n```\n"
    )
    (example,) = examples_of(document, "wrong.md")
    wrong = run(example, tmp_path, script_path)
    assert [text.split("\n")[0] for text in wrong] == ["`echo three` prints", "`(exit 4)` exits with 4:"]


def test_a_wrong_session_is_seen(tmp_path: Path, script_path: str) -> None:
    document = tmp_path / "wrong.md"
    document.write_text("```pycon\n>>> 1 + 1\n2\n```\n\n```pycon\n>>> 1 + 1\n3\n```\n")
    right, wrong = examples_of(document, "wrong.md")
    assert run(right, tmp_path, script_path) == []
    assert "Expected:" in "".join(run(wrong, tmp_path, script_path))
