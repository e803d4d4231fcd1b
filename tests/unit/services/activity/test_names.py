"""Names of one person in two lists."""

from __future__ import annotations

import pytest

from coil_bridge.services.activity.names import comparable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PETROVIĆ, Ana", "Ана Петровић"),
        ("Ђорђе Љубичић", "Ljubičić Đorđe"),
        ("Djordje Džajić", "Ђорђе Џајић"),
        ("Јелена Живковић-Шћепановић", "Jelena Zivkovic Scepanovic"),
        ("王 小明", "王小明"),
        ("小明 王", "王小明"),
        ("Дана Ахметова", "АХМЕТОВА Дана"),
        ("Łukasz Groß", "lukasz gross"),
    ],
)
def test_one_person_in_two_lists(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_two_people_are_two() -> None:
    assert len({comparable(each) for each in ("Ana Petrović", "Ana Petrov", "王芳", "王方", "Дана", "")}) == 6
