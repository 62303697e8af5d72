"""The calibration table: true at the rates it states, and the one that the documentation shows."""

import functools
from pathlib import Path

import pytest

from energy.calibration import Row, as_markdown, table

ROWS = functools.cache(table)


def test_intervals_hold_at_their_rate() -> None:
    """At least at the rate that is stated, less what chance takes (two standard errors) and one point."""
    for row in ROWS():
        error = (row.stated * (1 - row.stated) / row.n) ** 0.5
        assert row.rate >= row.stated - 2 * error - 0.01, row.says


def test_intervals_are_not_wide_for_nothing() -> None:
    """Continuous ones hold at just their rate; those of small counts and of overlaps may hold more often."""
    exact = [row for row in ROWS() if "priors are right" in row.says or "10 to 100" in row.says]
    assert len(exact) == 5
    for row in exact:
        assert row.rate == pytest.approx(row.stated, abs=0.03 if row.n < 1000 else 0.015), row.says


def test_the_documentation_shows_this_table(project: Path) -> None:
    assert as_markdown(ROWS()) in (project / "docs" / "energy.md").read_text("utf-8")


def test_a_row_says_its_rate() -> None:
    assert Row("x", 0.9, 45, 50).rate == 0.9
