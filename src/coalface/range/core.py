"""Bitcoin Core's own library as judge of a chain, and as writer of a data directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coalface.range.block import block_hash


class CoreRefused(ValueError):
    """Bitcoin Core does not accept a block."""


def write_with_core(blocks: Sequence[bytes], folder: Path) -> None:
    """Lets Bitcoin Core's library check every block and write its data directory into ``folder``.

    Parameters
    ----------
    blocks
        Raw blocks of a regtest chain, the genesis block first.
    folder
        Gets ``blocks`` and ``chainstate``, as the node's ``regtest`` folder has them.

    Raises
    ------
    CoreRefused
        If a block does not become the tip; the height is in the message.
    """
    import pbk

    options = pbk.ContextOptions()
    options.set_chainparams(pbk.ChainParameters(pbk.ChainType.REGTEST))
    context = pbk.Context(options)
    core = pbk.ChainstateManager(pbk.ChainstateManagerOptions(context, str(folder), str(folder / "blocks")))
    height = 0
    try:
        for height, raw_block in enumerate(blocks):
            if height:
                core.process_block(pbk.Block(raw_block))
            if _tip(core) != (height, block_hash(raw_block)):
                raise CoreRefused(_refusal(height))
    except pbk.ProcessBlockException as error:
        raise CoreRefused(_refusal(height)) from error
    finally:
        # in this order, since the library keeps pointers: what was opened last is closed first
        del core
        del context


def _tip(core: Any) -> tuple[int, bytes]:  # noqa: ANN401 - the library ships no types
    chain = core.get_active_chain()
    return chain.height, bytes(chain.block_tree_entries[chain.height].block_hash)


def _refusal(height: int) -> str:
    return f"bitcoin core does not accept the block of height {height}"
