"""What a user gets: the wheel and the source archive that `make build` left in `build/wheel`."""

import os
import sys
import tarfile
import zipfile
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest

import coalface


def built(project: Path, variable: str, pattern: str) -> Path:
    """The one built file: `variable` names it, else it is where `make build` puts it."""
    if named := os.environ.get(variable):
        return Path(named)
    found = list((project / "build" / "wheel").glob(pattern))
    assert len(found) == 1, f"expected one {pattern} in build/wheel, found {found}: run `make build`"
    return found[0]


@pytest.fixture(scope="module")
def wheel_files(project: Path) -> set[str]:
    with zipfile.ZipFile(built(project, "COALFACE_WHEEL", "*.whl")) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="module")
def sdist_files(project: Path) -> set[str]:
    with tarfile.open(built(project, "COALFACE_SDIST", "*.tar.gz")) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def sources(project: Path) -> set[str]:
    """Files of the package in the source tree, without caches."""
    folder = project / "src"
    return {
        path.relative_to(folder).as_posix()
        for path in (folder / "coalface").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_nothing_else(wheel_files: set[str], project: Path) -> None:
    info = f"coalface-{coalface.__version__}.dist-info"
    assert {name.split("/")[0] for name in wheel_files} == {"coalface", info}
    package = {name for name in wheel_files if name.startswith("coalface/")}
    assert package == sources(project) | {"coalface/_core.abi3.so"}
    assert {"coalface/py.typed", "coalface/_core.pyi"} <= package
    assert {f"{info}/licenses/LICENSE", f"{info}/entry_points.txt", f"{info}/METADATA"} <= wheel_files


def test_the_source_archive_can_be_built(sdist_files: set[str], project: Path) -> None:
    needed = {"Cargo.toml", "Cargo.lock", "pyproject.toml", "README.md", "LICENSE", "PKG-INFO"}
    assert needed <= sdist_files
    assert {f"src/{name}" for name in sources(project)} <= sdist_files
    crates = {path.relative_to(project).as_posix() for path in (project / "crates").rglob("src/**/*.rs")}
    assert crates <= sdist_files


def test_one_version_everywhere() -> None:
    assert metadata("coalface")["Version"] == coalface.__version__
    assert coalface.build_info()["version"] == coalface.__version__


def test_the_engine_is_a_release_build() -> None:
    info = coalface.build_info()
    assert info["profile"] == "release"
    assert info["rustc"].startswith("rustc ")


def test_metadata() -> None:
    assert metadata("coalface")["License-Expression"] == "Apache-2.0"
    names = {line.split(">")[0].strip() for line in requires("coalface") or [] if "extra ==" not in line}
    assert names == {"click", "numpy", "pint", "pyyaml", "scipy"}


def test_tests_import_the_installed_package(project: Path) -> None:
    package = Path(coalface.__file__)
    assert package.is_relative_to(sys.prefix), package
    assert not package.is_relative_to(project / "src")


def test_the_installed_package_is_the_current_one(project: Path) -> None:
    installed = Path(coalface.__file__).parent.parent
    stale = [
        name
        for name in sorted(sources(project))
        if (project / "src" / name).read_bytes() != (installed / name).read_bytes()
    ]
    assert stale == [], "run `make build`"


def test_the_front_door_lists_what_it_hands_out() -> None:
    assert dir(coalface) == sorted(coalface.__all__)
    for name in coalface.__all__:
        assert getattr(coalface, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        coalface.nonsense  # noqa: B018 - the access is the test
