"""A block refused on top of a partial chain is looked at again when the chain below it arrives."""

from pathlib import Path

from coalface.chain import check, index, open_chain
from coalface.range.block import genesis_block
from coalface.range.datadir import write_block_files
from coalface.range.hashes import sha256d


def _version_1_block(parent: bytes, height: int, time_unix: int) -> bytes:
    """A block that only has a coinbase, of the version that binds to no height."""
    coinbase = _coinbase(height)
    for nonce in range(2**32):
        header = (
            (1).to_bytes(4, "little")
            + sha256d(parent[:80])
            + sha256d(coinbase)
            + time_unix.to_bytes(4, "little")
            + bytes.fromhex("ffff7f20")
            + nonce.to_bytes(4, "little")
        )
        if sha256d(header)[31] < 0x7F:
            return header + b"\x01" + coinbase
    raise AssertionError("half of all hashes meet the target")


def _coinbase(height: int) -> bytes:
    """A coinbase that claims the whole subsidy of the first halving period, for nobody in particular."""
    script = b"\x02" + height.to_bytes(2, "little")
    return (
        (1).to_bytes(4, "little")
        + b"\x01"
        + bytes(32)
        + b"\xff" * 4
        + bytes([len(script)])
        + script
        + b"\xff" * 4
        + b"\x01"
        + (50 * 10**8).to_bytes(8, "little")
        + b"\x01\x51"
        + bytes(4)
    )


def test_a_wrong_height_is_no_verdict_for_ever(tmp_path: Path) -> None:
    chain = [genesis_block()]
    for height in range(1, 12):
        chain.append(_version_1_block(chain[-1], height, 1_700_000_000 + 600 * height))
    blocks, store = tmp_path / "blocks", tmp_path / "store"
    # At the height given no subsidy is left, so the first block takes too much.
    write_block_files(chain[2:], blocks, xor_key=None)
    name = sha256d(chain[2][:80])[::-1].hex()
    report = index([blocks], store, network="regtest", heights={name: 1_000_000})
    assert [block.code for block in report.refused] == ["coinbase_too_large"]
    again = index([blocks], store)
    assert (again.blocks_added, again.blocks_removed, again.refused) == (0, 0, report.refused)
    write_block_files(chain, blocks, xor_key=None)
    full = index([blocks], store)
    assert full.refused == ()
    assert open_chain(store).as_of.height == len(chain) - 1
    assert check(store).ok
