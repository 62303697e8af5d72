"""docs/change.md says what the engine does."""

from __future__ import annotations

import re
from pathlib import Path

from coalface.clusters import change_model
from coalface.range.score.change_cases import FITTED_WITHOUT


def test_weights_are_those_of_the_engine(project: Path) -> None:
    text = (project / "docs" / "change.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_]+/\d+)` \|.*\| (-?\d+) / (-?\d+) \| [^|]+ \|$", text, re.MULTILINE)
    model = change_model()
    assert [(rule, int(keeps), int(rules_out)) for rule, keeps, rules_out in rows] == [
        (each.rule, each.keeps_millinats, each.rules_out_millinats) for each in model.rules
    ]
    base = model.two_outputs_millinats / 1000, model.more_outputs_millinats / 1000
    assert "an output has {:.2f} where two can be spent and {:.2f} where there are more".format(*base) in text
    standard, wide = (model.thresholds_millinats[name] for name in ("standard", "wide"))
    assert f"from {standard} on, `wide` from {wide} on" in text
    assert f"the block that stands {model.lag_blocks} blocks (a day) behind" in " ".join(text.split())


def test_families_without_a_part_in_the_fit_are_named(project: Path) -> None:
    text = (project / "docs" / "change.md").read_text("utf-8")
    table = (project / "crates/coalface-core/src/change/weights_table.rs").read_text("utf-8")
    for family in FITTED_WITHOUT:
        assert f"`{family}`" in text
        assert f"`{family}`" in table
