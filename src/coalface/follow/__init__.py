"""Keeping a store at the tip of the user's own node, and a log of what came and went.

Here belongs whatever talks to a node or watches the files that it writes. `node` (over `rpc`, `rest`,
`http`) and `directory` (over `records`) are the two sources; `branch` walks from their tip back to the store;
`follower` fetches, indexes and logs, look by look; `running` repeats it; `event_log` keeps what was connected
and withdrawn. Only calls that read are made (`rpc.READ_ONLY_METHODS`), to the one node that the user names.
"""

from coalface.follow.event import Event
from coalface.follow.event_log import read_events
from coalface.follow.follower import Follower
from coalface.follow.opening import open_directory, open_node
from coalface.follow.progress import Round
from coalface.follow.rpc import READ_ONLY_METHODS
from coalface.follow.running import run
from coalface.follow.source import BlockSource, Goal

__all__ = [
    "READ_ONLY_METHODS",
    "BlockSource",
    "Event",
    "Follower",
    "Goal",
    "Round",
    "open_directory",
    "open_node",
    "read_events",
    "run",
]
