"""What a question asks about: outputs that value may have reached, named as origins are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain
from coalface.errors import UsageError
from coalface.tracing.origins import Origin, origin_outputs

__all__ = ["target_outputs"]


def target_outputs(chain: Chain, targets: Sequence[str]) -> tuple[list[Origin], NDArray[np.uint64]]:
    """What each text stands for, and the output ids of all of them, ascending, each once.

    Raises
    ------
    NotFound, InvalidAddress
        As for origins.
    UsageError
        If there is none, or one names a part of an output.
    """
    if not targets or isinstance(targets, str):
        raise UsageError(
            "name what may have been reached: txid:vout, a txid or an address", code="usage_target"
        )
    found, outputs = origin_outputs(chain, targets)
    for each in found:
        if each.kind == "part":
            raise UsageError(
                f"`{each.text[:80]}` is a part of an output, name the whole one", code="usage_target"
            )
    return found, outputs
