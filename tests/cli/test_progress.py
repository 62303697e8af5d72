import io

import pytest

from coalface.cli.progress import Progress, _duration, _scaled


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(terminal: Terminal) -> list[str]:
    return [line for line in terminal.getvalue().split("\r\x1b[K") if line]


def test_a_pipe_gets_nothing() -> None:
    pipe = io.StringIO()
    with Progress("reading", "B", pipe) as progress:
        progress.update(10, 100)
        progress.update(100, 100, "linking")
    assert pipe.getvalue() == ""


def test_a_terminal_sees_share_rate_and_time_left_and_a_clean_line_at_the_end() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress("reading", "B", terminal, clock) as progress:
        progress.update(0, 4_000_000)
        clock.now = 2.0
        progress.update(1_000_000, 4_000_000)
    assert drawn(terminal) == [
        "reading: 0 of 4.0 MB (0 %)",
        "reading: 1.0 M of 4.0 MB (25 %), 500.0 kB/s, 6 s left",
    ]
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_it_draws_at_most_five_times_a_second() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress("reading", "tx", terminal, clock)
    for hundredth in range(100):
        clock.now = hundredth / 100
        progress.update(hundredth)
    assert len(drawn(terminal)) == 5


def test_a_new_phase_is_drawn_at_once_and_counts_its_own_time() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress("reading", "tx", terminal, clock)
    clock.now = 10.0
    progress.update(50)
    progress.update(0, 10, "linking")
    clock.now = 11.0
    progress.update(5, 10, "linking")
    assert drawn(terminal) == [
        "reading: 50 tx, 5 tx/s",
        "linking: 0 of 10 tx (0 %)",
        "linking: 5 of 10 tx (50 %), 5 tx/s, 1 s left",
    ]


def test_a_phase_may_count_something_else() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress("reading", "B", terminal, clock)
    progress.update(1, 2)
    progress.update(3, 8, "joining", "parts")
    assert drawn(terminal) == ["reading: 1 of 2 B (50 %)", "joining: 3 of 8 parts (37 %)"]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 "), (999, "999 "), (1000, "1.0 k"), (1_500_000, "1.5 M"), (2 * 10**12, "2.0 T")],
)
def test_scaled(count: int, text: str) -> None:
    assert _scaled(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_duration(seconds: float, text: str) -> None:
    assert _duration(seconds) == text
