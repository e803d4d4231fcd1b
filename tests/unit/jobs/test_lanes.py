from __future__ import annotations

import threading

from coil_bridge.jobs.lanes import Lanes


def test_no_more_than_the_size_and_each_key_once() -> None:
    lanes, go, done = Lanes(2, "test"), threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        go.wait(5)
        done.release()

    assert lanes.start("a", wait)
    assert not lanes.start("a", wait)
    assert lanes.start("b", wait)
    assert (lanes.free, lanes.busy) == (0, {"a", "b"})
    assert not lanes.start("c", wait)
    go.set()
    lanes.close()
    assert done.acquire(blocking=False)
    assert done.acquire(blocking=False)
    assert (lanes.free, lanes.busy) == (2, frozenset())
    assert not lanes.start("d", wait)


def test_work_that_fails_frees_its_lane() -> None:
    lanes = Lanes(1, "test")

    def fail() -> None:
        raise ValueError("on purpose")

    assert lanes.start("a", fail)
    lanes.close()
    assert lanes.free == 1
