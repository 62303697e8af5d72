"""Every question about the whole chain equals a slow oracle, whatever the chain and the block."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coalface import _core
from coalface.chain import QUERIES, Chain, index, open_chain
from coalface.errors import StaleSnapshot, UsageError
from oracle.economy import build_economy, go_on
from scan.slow_scan import slow_scan
from story import build_story


def plain(result: Any) -> Any:  # noqa: ANN401 - of any query
    """The result as the oracle gives it."""
    if not isinstance(result, tuple):
        return asdict(result)
    rows = [asdict(row) for row in result]
    if "script_type" in rows[0]:
        return {row.pop("script_type"): +Counter(row) for row in rows if row["n_outputs"]}
    if "month" in rows[0]:
        return {row.pop("month"): +Counter(row) for row in rows}
    return [+Counter({name: n for name, n in row.items() if not name.endswith("_days")}) for row in rows]


def wanted(result: Any) -> Any:  # noqa: ANN401 - of any query
    match result:
        case Counter():
            return +result
        case list():
            return [+row for row in result]
        case dict() if all(isinstance(row, Counter) for row in result.values()):
            return {name: +row for name, row in result.items()}
        case _:
            return result


@pytest.fixture(scope="module", params=["story", "economy"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[bytes], Chain]:
    blocks = build_story().blocks if request.param == "story" else build_economy(33, n_blocks=60).blocks
    folder = tmp_path_factory.mktemp("scan")
    for n, step in enumerate((blocks[: len(blocks) // 2], blocks)):
        _core.write_block_files(folder / f"blocks{n}", "regtest", step)
        index([folder / f"blocks{n}"], folder / "store")
    return blocks, open_chain(folder / "store")


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_equals_the_oracle(made: tuple[list[bytes], Chain], query: str) -> None:
    blocks, chain = made
    random = Random(query)
    for height in {0, 1, len(blocks) - 1, *random.sample(range(len(blocks)), 5)}:
        found = chain.at(height).scan(query)
        assert found.query == query
        assert plain(found.result) == wanted(slow_scan(blocks[: height + 1], query)), height
        assert found.provenance.as_of.height == height
        assert found.coverage.unknown == ()
        assert chain.at(height).scan(query, threads=1).result == found.result


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_a_partial_chain(tmp_path: Path, query: str) -> None:
    blocks = build_economy(34, n_blocks=40).blocks[115:]
    _core.write_block_files(tmp_path / "blocks", "regtest", blocks)
    index([tmp_path / "blocks"], tmp_path / "store")
    found = open_chain(tmp_path / "store").scan(query)
    assert plain(found.result) == wanted(slow_scan(blocks, query, from_genesis=False))
    assert not found.coverage.complete_from_genesis
    if query == "months":
        assert found.coverage.unknown == ("result.fees_sat",)


def test_after_a_reorganisation(tmp_path: Path) -> None:
    old, new = build_economy(35, n_blocks=10), build_economy(35, n_blocks=10)
    new.random.seed(1)
    go_on(old, 5)
    go_on(new, 8)
    _core.write_block_files(tmp_path / "before", "regtest", old.blocks)
    index([tmp_path / "before"], tmp_path / "store")
    before = open_chain(tmp_path / "store")
    before.scan("kinds")
    _core.write_block_files(tmp_path / "after", "regtest", [*old.blocks, *new.blocks[-8:]])
    index([tmp_path / "after"], tmp_path / "store")
    chain = open_chain(tmp_path / "store")
    for query in QUERIES:
        assert plain(chain.scan(query).result) == wanted(slow_scan(new.blocks, query))
        with pytest.raises(StaleSnapshot):
            before.scan(query)


def test_progress_and_stop(made: tuple[list[bytes], Chain]) -> None:
    _, chain = made
    seen: list[tuple[int, int]] = []
    chain.scan("largest-output", progress=lambda done, total: seen.append((done, total)))
    outputs = chain.facts["counts"]["outputs"]
    assert seen[0] == (0, outputs)
    assert seen[-1] == (outputs, outputs)

    def stop(done: int, total: int) -> None:  # noqa: ARG001 - as it is called
        raise KeyError("enough")

    with pytest.raises(KeyError):
        chain.scan("locktime", progress=stop)


def test_no_such_question(made: tuple[list[bytes], Chain]) -> None:
    with pytest.raises(UsageError) as raised:
        made[1].scan("everything")
    assert raised.value.code == "usage_scan"
