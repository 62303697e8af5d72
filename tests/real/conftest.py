"""Real blocks, for those who have ``../shared/data`` beside the repository; else nothing is collected."""

from __future__ import annotations

import pytest

from real.blocks import DATA, RealBlock, real_blocks

collect_ignore_glob = [] if DATA.is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def blocks() -> dict[str, RealBlock]:
    """The 24 blocks by their name in the index of the data."""
    return real_blocks()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of one block run for each of them."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", list(real_blocks()))
