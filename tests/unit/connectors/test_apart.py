from __future__ import annotations

import os

import pytest

from connectors.apart import TookTooMuch, apart


def reversed_text(data: bytes) -> str:
    return data.decode()[::-1]


def for_ever(data: bytes) -> None:
    while True:
        pass


def hungry(data: bytes) -> int:
    return len(bytearray(1 << 30))


def secrets(data: bytes) -> list[str]:
    return [name for name in os.environ if name.startswith("COIL_BRIDGE_")]


def test_what_the_child_makes_comes_back() -> None:
    assert apart(reversed_text, "Мост".encode(), seconds=30, megabytes=512) == "тсоМ"


def test_a_child_that_goes_on_for_ever_or_wants_all_memory_is_ended() -> None:
    with pytest.raises(TookTooMuch):
        apart(for_ever, b"", seconds=0.2, megabytes=512)
    with pytest.raises(TookTooMuch):
        apart(hungry, b"", seconds=30, megabytes=512)


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COIL_BRIDGE_SECRET_KEY", "hush")
    assert apart(secrets, b"", seconds=30, megabytes=512) == []
