"""Bulk chains of an era are like the real blocks that it was measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.range import BulkEra, bulk_eras, compare_blocks, write_bulk_chain
from real.blocks import BLOCKS

MEASURED = [era for era in bulk_eras() if era.measured_on]


@pytest.mark.parametrize("era", MEASURED, ids=lambda era: era.name)
def test_total_variation_is_at_most_a_tenth(tmp_path: Path, era: BulkEra) -> None:
    name = era.name
    write_bulk_chain(tmp_path / "made", 60_000, seed=11, era=name)
    found = compare_blocks(tmp_path / "made", BLOCKS, era=name)
    apart = {figure.name: figure.total_variation_ppm for figure in found.figures}
    assert apart.keys() == {"script_kinds", "input_counts", "output_counts"}
    assert all(figure.is_alike for figure in found.figures), apart
    assert max(apart.values()) <= 60_000, apart
    assert found.real.n_blocks == len(era.measured_on)
