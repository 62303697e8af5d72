"""Errors of the engine tell programs their facts one by one."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path

import pytest

from chain.shelf import Shelf
from coalface.chain import Chain, index, open_chain
from coalface.errors import CoalfaceError, InvalidAddress, SourceError, StoreLocked, StoreNotFound
from coalface.range import write_block_files
from story import Story

HEX_KEY = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d"


def test_a_wrong_checksum(chain: Chain) -> None:
    text = "1BitcoinEaterAddressDontSendf59kuF"
    with pytest.raises(InvalidAddress) as caught:
        chain.address(text)
    assert caught.value.context == {"address": text, "encoding": "base58check"}
    mistyped = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt08q"
    with pytest.raises(InvalidAddress) as caught:
        chain.address(mistyped)
    assert caught.value.context == {"address": mistyped, "encoding": "bech32", "suspect_position": 43}


def test_an_address_of_another_network(chain: Chain) -> None:
    with pytest.raises(InvalidAddress) as caught:
        chain.address("1BitcoinEaterAddressDontSendf59kuE")
    assert caught.value.context == {"received": "mainnet", "allowed": "regtest"}


@pytest.mark.parametrize(
    "text", ["0x" + HEX_KEY, "script:p2pk:" + HEX_KEY[1:], "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy"]
)
def test_what_may_be_a_private_key_is_repeated_nowhere(chain: Chain, text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        chain.address(text)
    assert text[-20:] not in json.dumps(caught.value.as_dict())
    assert "it may be a private key" in caught.value.message


def test_a_damaged_block_file(tmp_path: Path, story: Story) -> None:
    [file] = write_block_files(story.blocks[:5], tmp_path, xor_key=None)
    data = bytearray(file.read_bytes())
    second = int.from_bytes(data[4:8], "little") + 8
    data[second] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        index([tmp_path], tmp_path / "store")
    assert caught.value.context == {
        "path": str(file),
        "offset": second,
        "received": data[second : second + 8].hex(),
        "allowed": "fabfb5da",
    }


def test_a_network_that_was_not_asked_for(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(SourceError) as caught:
        index([shelf.source], tmp_path / "store", network="mainnet")
    context = dict(caught.value.context)
    assert str(context.pop("path")).startswith(str(shelf.source))
    assert context == {"received": "regtest", "allowed": "mainnet"}


def test_no_store_and_a_locked_one(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(StoreNotFound) as missing:
        open_chain(tmp_path)
    assert missing.value.context == {"path": str(tmp_path)}
    store = tmp_path / "store"
    shutil.copytree(shelf.store, store)
    with (store / "LOCK").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreLocked) as locked:
            index([shelf.source], store)
    assert locked.value.context == {"path": str(store)}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CoalfaceError) as caught:
        index([tmp_path / "nowhere"], tmp_path / "store")
    context = caught.value.context
    assert (context["path"], context["os_error"]) == (str(tmp_path / "nowhere"), 2)


def test_a_text_of_any_length_makes_a_short_error(chain: Chain, tmp_path: Path) -> None:
    with pytest.raises(CoalfaceError) as caught:
        index([tmp_path], tmp_path / "store", network="x" * 10_000)
    assert len(caught.value.message) < 300
    assert len(str(caught.value.context["received"])) == 80
    with pytest.raises(CoalfaceError) as caught:
        chain.core.find_block("x" * 10_000, chain.core.bound_tip())
    assert len(caught.value.message) < 300
