"""Look after look: waits between them, and patience with a node that does not answer."""

from collections.abc import Callable

from coalface.errors import SourceError, StoreLocked
from coalface.follow.follower import Follower
from coalface.follow.progress import Round, Told
from coalface.follow.trouble import passes
from coalface.follow.waiting import Backoff, Clock, Waker

__all__ = ["run"]

_ATTEMPTS_ONCE = 6
_QUICK_ATTEMPTS = 3


def run(
    follower: Follower,
    *,
    once: bool = False,
    until_height: int | None = None,
    poll_seconds: float = 10.0,
    waker: Waker | None = None,
    on_round: Callable[[Round], None] | None = None,
    warn: Callable[[str], None] | None = None,
    backoff: Backoff | None = None,
) -> int:
    """Height of the store's tip (-1: empty), after following as long as was asked for.

    Parameters
    ----------
    follower
        Whom to let look.
    once
        End when the store holds all that the source has; a source that does not answer is tried a few times.
    until_height
        End when the store has this height.
    poll_seconds
        Between two looks.
    waker
        Waits; may be woken by the node.
    on_round
        Called after every look.
    warn
        Called with what a person should know, once as long as it lasts.
    backoff
        Waits after failures.

    Raises
    ------
    SourceError
        If the source cannot be used and waiting does not help.
    StoreLocked
        If another process writes to the store all the while and `once` is asked for.
    """
    waits, told, waker = backoff or Backoff(), Told(), waker or Clock()
    warn = warn or (lambda _text: None)
    while True:
        try:
            found = follower.look()
        except (SourceError, StoreLocked) as error:
            if not _passes(error) or (once and waits.n_failures + 1 >= _ATTEMPTS_ONCE):
                raise
            # What moves under the reader is worth another look at once; what is broken is worth a wait.
            if error.code != "source_node_changing" or waits.n_failures >= _QUICK_ATTEMPTS:
                for text in told.news((error.message,)):
                    warn(f"{text}; trying again")
            waker.wait(waits.next_seconds())
            continue
        if waits.n_failures > _QUICK_ATTEMPTS:
            warn(f"{follower.source.name} answers again")
        waits.reset()
        for text in told.news(found.notes):
            warn(text)
        if on_round is not None:
            on_round(found)
        has_reached = until_height is not None and found.tip_height >= until_height
        if has_reached or (once and found.is_done):
            return found.tip_height
        if found.is_done:
            waker.wait(poll_seconds)


def _passes(error: SourceError | StoreLocked) -> bool:
    """Whether waiting may help; it does where another process, `index` say, writes to the store just now."""
    return isinstance(error, StoreLocked) or passes(error)
