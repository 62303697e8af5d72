"""The chain of the story, built once."""

from __future__ import annotations

import pytest

from story import Story, build_story


@pytest.fixture(scope="session")
def story() -> Story:
    return build_story()
