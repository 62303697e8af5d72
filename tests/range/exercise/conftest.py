"""The demo's story as a truth folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.range import Story
from story_truth import write_story_truth


@pytest.fixture(scope="session")
def told_folder(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_story_truth(tmp_path_factory.mktemp("told") / "demo-7", story, 7)
