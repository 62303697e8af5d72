"""Bitcoin Core's own library as judge of a chain, and as writer of a data directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    for height, raw_block in enumerate(blocks):
        try:
            if height:
                core.process_block(pbk.Block(raw_block))
        except pbk.ProcessBlockException as error:
            raise CoreRefused(_refusal(height)) from error
        chain = core.get_active_chain()
        tip = bytes(chain.block_tree_entries[chain.height].block_hash)
        if chain.height != height or tip != block_hash(raw_block):
            raise CoreRefused(_refusal(height))


def _refusal(height: int) -> str:
    return f"bitcoin core does not accept the block of height {height}"
