"""Nothing in the tree is tied to one machine: no registry hosts, no home folders."""

import re
import subprocess
from pathlib import Path

import pytest

# Pieces of registry hosts, written so that this file does not name one.
REGISTRY_HOST = re.compile(r"pythonhosted\.|pypi\.(?:org|io)|registry\.npm|(?:static|index)\.crates\.")
HOME_FOLDER = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w")
CARGO_INDEX_LINE = re.compile(r'source = "registry\+https://[\w.]+/rust-lang/crates\.io-index"')
REGISTRY_OPTION = re.compile(r"--(?:extra-)?index-url|--trusted-host|--find-links")


@pytest.fixture(scope="module")
def texts(project: Path) -> dict[str, str]:
    """Path -> content of every text file that is or could be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout
    found = {}
    for name in filter(None, listed.split("\0")):
        path = project / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            found[name] = content.decode("utf-8", "replace")
    return found


def hits(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of every line that matches."""
    return [
        f"{name}:{number}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def is_lock(name: str) -> bool:
    return Path(name).suffix == ".lock" or Path(name).name == "package-lock.json"


def test_lock_files_name_no_host(texts: dict[str, str]) -> None:
    locks = {name: text for name, text in texts.items() if is_lock(name)}
    assert {"Cargo.lock", "requirements.lock", "requirements-bench.lock"} <= set(locks)
    lines = [
        f"{name}: {line}"
        for name, text in locks.items()
        for line in text.splitlines()
        if "://" in line and not (Path(name).name == "Cargo.lock" and CARGO_INDEX_LINE.fullmatch(line))
    ]
    assert lines == []
    assert hits(locks, REGISTRY_OPTION) == []


def test_every_locked_requirement_has_a_hash(texts: dict[str, str]) -> None:
    for name in ("requirements.lock", "requirements-bench.lock"):
        entries = re.split(r"\n(?=\S)", texts[name].strip())
        assert all(
            re.match(r"[a-z0-9-]+==\S+(?: ; [^\\\n]+)? \\\n +--hash=sha256:[0-9a-f]{64}", entry)
            for entry in entries
        )


def test_no_registry_host(texts: dict[str, str]) -> None:
    assert hits(texts, REGISTRY_HOST) == []


def test_no_home_folder(texts: dict[str, str]) -> None:
    assert hits(texts, HOME_FOLDER) == []
