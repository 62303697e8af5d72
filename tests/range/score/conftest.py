"""The story as a truth folder, with its store; made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.chain import index
from coalface.range.score import Report, score
from story import Story
from story.truth_folder import write_story_truth


@pytest.fixture(scope="session")
def truth_folder(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_story_truth(tmp_path_factory.mktemp("truth") / "story-7", story, 7)


@pytest.fixture(scope="session")
def scored_store(truth_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("scored") / "store"
    index([truth_folder], store)
    return store


@pytest.fixture(scope="session")
def report(scored_store: Path, truth_folder: Path) -> Report:
    return score(scored_store, truth_folder)
