"""Running a program and measuring what it took."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.answer import Answer, PeerError, parse_answer

SAMPLE_S = 0.02


@dataclass(frozen=True)
class Run:
    """What one run took."""

    answer: Answer
    cpu_s: float
    """User and system time of the whole process, its start included."""
    resident_mb: float
    """Peak resident memory, mapped files included."""
    own_mb: float
    """Peak of the memory that is the process's own: mapped files not counted; sampled."""


def run(command: Sequence[str], env: Mapping[str, str], limit_s: float) -> Run:
    """One run of a program that prints an answer; `PeerError` if it fails or takes longer than the limit."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env={**os.environ, **env}, start_new_session=True
        )
        watch = _Watch(process.pid, limit_s)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.ended.set()
        watch.join()
        out.seek(0)
        err.seek(0)
        if watch.too_long:
            raise PeerError(f"stopped after {limit_s:.0f} s")
        if process.returncode:
            raise PeerError(last_words(err.read()) or f"exit code {process.returncode}")
        return Run(
            parse_answer(out.read()),
            used.ru_utime + used.ru_stime,
            watch.kb["VmHWM"] / 1024,
            watch.kb["RssAnon"] / 1024,
        )


def last_words(stderr: str) -> str:
    """The line of an error output that says most, short."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = [line for line in lines if line.startswith(("error", "thread", "Error"))] or lines
    if not said:
        return ""
    first = said[0] if said is not lines else said[-1]
    if first.startswith("thread") and lines.index(first) + 1 < len(lines):
        first = lines[lines.index(first) + 1]
    return first[:160]


class _Watch(threading.Thread):
    """Samples a process's own memory, and ends it after the limit."""

    def __init__(self, pid: int, limit_s: float) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.too_long = False
        # Not `ru_maxrss`: before the program is loaded, the process counts the memory of this one as its own.
        self.kb = {"VmHWM": 0, "RssAnon": 0}
        self._pid, self._limit_s = pid, limit_s

    def run(self) -> None:
        start = time.monotonic()
        status = Path(f"/proc/{self._pid}/status")
        while not self.ended.wait(SAMPLE_S):
            try:
                for line in status.read_text("ascii", "replace").splitlines():
                    name, _, value = line.partition(":")
                    if name in self.kb:
                        self.kb[name] = max(self.kb[name], int(value.split()[0]))
            except OSError:
                return
            if time.monotonic() - start > self._limit_s:
                self.too_long = True
                os.killpg(self._pid, signal.SIGKILL)
                return
