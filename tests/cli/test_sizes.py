from pathlib import Path

import click
import pytest

from coalface.cli import main
from coalface.cli.sizes import SIZE


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("350M", 350 << 20),
        ("4G", 4 << 30),
        ("4gib", 4 << 30),
        ("512kB", 512 << 10),
        ("1T", 1 << 40),
        ("268435456", 1 << 28),
        *((text, None) for text in ("", "M", "2 k", "-1M", "1.5G", "9" * 16)),
    ],
)
def test_sizes(text: str, n_bytes: int | None) -> None:
    if n_bytes is not None:
        assert SIZE.convert(text, None, None) == n_bytes
        return
    with pytest.raises(click.BadParameter, match="350M or 4G"):
        SIZE.convert(text, None, None)


def test_too_little_memory_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from coalface.range import write_bulk_chain

    write_bulk_chain(tmp_path / "chain", 300, seed=1)
    store = tmp_path / "store"
    assert main(["index", str(tmp_path / "chain"), str(store), "--memory", "10M"]) == 2
    assert "at least 268435456 are needed" in (said := capsys.readouterr().err)
    assert "--memory 256M" in said
    assert main(["index", str(tmp_path / "chain"), str(store), "--memory", "256M"]) == 0
