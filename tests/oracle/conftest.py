"""Directories that Bitcoin Core's own library wrote, and stores built from them, once for all tests."""

from __future__ import annotations

import pytest

from coalface.chain import index, open_chain
from oracle.directories import RECIPES, CoreDirectory, TwoSteps, write_directory
from oracle.economy import Economy, build_economy
from story import Story, build_story


@pytest.fixture(scope="session")
def story() -> Story:
    return build_story()


@pytest.fixture(scope="session")
def economy() -> Economy:
    return build_economy(11)


@pytest.fixture(scope="session", params=sorted(RECIPES))
def directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CoreDirectory:
    name = str(request.param)
    return write_directory(RECIPES[name](), tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def indexed(directory: CoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> TwoSteps:
    folder = tmp_path_factory.mktemp("store") / "store"
    first = index([directory.half_source], folder, threads=2)
    second = index([directory.source], folder, threads=2)
    return TwoSteps(folder, (first, second), open_chain(folder))
