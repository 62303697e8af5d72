"""The story as a truth folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from story import Story
from story.truth_folder import write_story_truth


@pytest.fixture(scope="session")
def told_folder(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_story_truth(tmp_path_factory.mktemp("told") / "story-7", story, 7)
