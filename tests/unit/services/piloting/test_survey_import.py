from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.evaluation.surveys import Survey, Wave
from coil_bridge.services.piloting.survey_import import Imported, SurveyImport
from tests.unit.services.consortium import Consortium
from tests.unit.services.piloting.test_surveys import Asking

HEADINGS = ["Full name", "Date", "I can speak up in a mixed team.", "Your own code"]


class Uploading(Asking):
    """A published survey of two rounds, and files from the Moodle in Almaty."""

    def __init__(self, consortium: Consortium) -> None:
        super().__init__(consortium)
        self.survey: Survey = self.published()
        self.files = SurveyImport(storage=self.storage, clock=self.clock, vault=consortium.vault)

    def take(self, content: bytes, **changes: object) -> Imported:
        given = {
            "wave": Wave.PRE,
            "course": f"{self.pairing.id}:{self.consortium.almaty.id}",
            "content": content,
            "code_question": "Your own code",
        } | changes
        return self.files.store(self.lead, self.survey.id, **given)  # type: ignore[arg-type] - named above


@pytest.fixture
def uploading(sqlite_consortium: Consortium) -> Uploading:
    return Uploading(sqlite_consortium)


def lines(count: int, value: str = "4 mostly") -> list[list[str]]:
    return [HEADINGS, *([f"Student {number}", "22/10/26", value, f"CODE{number}"] for number in range(count))]


def as_csv(table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(table: list[list[str]]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for line in table:
        book.active.append(line)  # type: ignore[union-attr] - a new book has a sheet
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("write", [as_csv, as_workbook], ids=["csv", "xlsx"])
def test_a_file_becomes_answers_without_names(uploading: Uploading, write: object) -> None:
    assert uploading.take(write(lines(12))).stored == 12  # type: ignore[operator] - one of the two above
    responses, taken = uploading.rows()
    assert {str(row["answers"]) for row in responses} == {"{'q1': 4}"}
    assert len({row["code"] for row in responses}) == 12
    assert taken == []
    assert "Student" not in repr(responses)


def test_a_second_file_replaces_the_first_and_nothing_else(uploading: Uploading) -> None:
    uploading.clock.set(datetime(2026, 10, 23, 8, tzinfo=UTC))
    uploading.answer(uploading.consortium.jelena, uploading.survey, 2)
    uploading.take(as_csv(lines(12)))
    uploading.take(as_csv(lines(11)))
    uploading.take(as_csv(lines(3)), wave=Wave.POST)
    assert len(uploading.rows()[0]) == 1 + 11 + 3


def test_uploaded_rounds_meet_by_the_code(uploading: Uploading) -> None:
    uploading.take(as_csv(lines(12, "2")))
    uploading.take(as_csv([*lines(12, "5 fully")[:6], *lines(12, "4")[6:]]), wave=Wave.POST)
    uploading.clock.set(datetime(2027, 2, 1, tzinfo=UTC))
    with pytest.raises(Conflict, match="shown already"):
        uploading.take(as_csv(lines(12)))
    whole = uploading.surveys.get(uploading.lead, uploading.survey.id).changes[0]
    assert whole.n_paired == 12
    assert whole.items[0].change is not None
    assert 2 < whole.items[0].change.mean < 3


def test_what_cannot_be_read_is_listed_and_nothing_is_half_stored(uploading: Uploading) -> None:
    found = uploading.take(as_csv([*lines(12), ["Nikola", "", "perhaps", "X"]]))
    assert [(each.line, each.value) for each in found.unread] == [(14, "perhaps")]
    assert uploading.rows() == ([], [])
    other = uploading.take(as_csv([["Full name", "Something else"], ["A", "3"]]))
    assert other.missing == ("I can speak up in a mixed team.",)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"\x00\x01\x02"])
def test_what_is_no_table_is_said(uploading: Uploading, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        uploading.take(content)


def test_only_the_lead_and_only_into_the_own_pilot(uploading: Uploading) -> None:
    with pytest.raises(NotFound):
        uploading.take(as_csv(lines(12)), course="another:course")
    with pytest.raises(NotFound):
        uploading.files.courses(uploading.consortium.mira, uploading.survey.id)
    uploading.surveys.withdraw(uploading.lead, uploading.survey.id)
    with pytest.raises(Conflict):
        uploading.take(as_csv(lines(12)))


def test_with_the_key_gone_nothing_more_is_taken(uploading: Uploading) -> None:
    with uploading.storage.write() as tx:
        tx.pilots.destroy_key(uploading.pilot.id, uploading.clock())
    with pytest.raises(Conflict):
        uploading.take(as_csv(lines(12)))
    assert uploading.rows() == ([], [])
