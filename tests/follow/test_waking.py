"""ZMQ only wakes the follower; a lie on it changes nothing."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import zmq

from coalface.cli import main
from coalface.errors import UsageError
from coalface.follow import Follower, Round, open_node, run
from coalface.follow.stopping import Stopped
from coalface.follow.waiting import zmq_waker
from follow.chains import economy
from follow.node_server import NodeServer


def test_a_message_ends_the_wait_and_a_transaction_does_not(tmp_path: Path, node: NodeServer) -> None:
    chain = economy()
    node.give(*chain[1:50])
    context = zmq.Context()
    publisher = context.socket(zmq.PUB)
    url = f"tcp://127.0.0.1:{publisher.bind_to_random_port('tcp://127.0.0.1')}"
    waker = zmq_waker(url)
    time.sleep(0.2)
    began = time.monotonic()
    publisher.send_multipart([b"sequence", bytes(32) + b"A" + bytes(8), bytes(4)])
    waker.wait(0.4)
    assert time.monotonic() - began > 0.35
    seen = list[int]()

    def hear(found: Round) -> None:
        seen.append(found.tip_height)
        if found.tip_height == len(chain) - 1:
            raise Stopped(0)

    def publish() -> None:
        time.sleep(0.5)
        node.give(*chain[50:])
        # a disconnect of a block that never was, then noise
        publisher.send_multipart([b"sequence", b"\xff" * 32 + b"D", bytes(4)])
        publisher.send_multipart([b"hashblock", b"nonsense"])

    thread = threading.Thread(target=publish)
    thread.start()
    follower = Follower(tmp_path / "store", open_node(node.url))
    with pytest.raises(Stopped):
        run(follower, poll_seconds=60, waker=waker, on_round=hear)
    thread.join()
    follower.close()
    waker.close()
    publisher.close(linger=0)
    context.term()
    assert seen[0] == 49


def test_what_is_no_address_is_refused(tmp_path: Path, node: NodeServer) -> None:
    with pytest.raises(UsageError) as caught:
        zmq_waker("nonsense")
    assert caught.value.code == "usage_zmq"
    assert main(["follow", str(tmp_path / "s"), "--rpc", node.url, "--zmq", "x", "--once"]) == 2
