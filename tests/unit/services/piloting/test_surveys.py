from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from coil_bridge.domain import CourseRole, Pairing, Person, Pilot, SessionState
from coil_bridge.errors import Conflict, EditConflict, InvalidInput, NotFound
from coil_bridge.evaluation import survey_starts
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.survey_words import missing
from coil_bridge.evaluation.surveys import ItemWords, Survey, SurveyState, Wave, Words
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.services.piloting.survey_answers import SurveyAnswers
from coil_bridge.services.piloting.survey_evidence import SurveyEvidence
from coil_bridge.services.piloting.survey_inputs import ItemInput, SurveyInput
from coil_bridge.services.piloting.surveys import SurveyService
from coil_bridge.storage.engine import reading
from coil_bridge.storage.survey_tables import survey_response, survey_taken
from tests.unit.services.consortium import Consortium

# Belgrade is two hours ahead of UTC until 25 October 2026, then one; Almaty five, Shanghai eight.
PRE = (date(2026, 10, 22), date(2026, 10, 28))
POST = (date(2027, 1, 11), date(2027, 1, 17))
SPEAK = ItemInput("", "I can speak up in a mixed team.", 5, "not at all", "fully")


class Asking:
    """A pilot with a pairing of three universities, and the services that ask their people."""

    def __init__(self, consortium: Consortium) -> None:
        self.consortium, build = consortium, consortium.build
        self.clock, self.storage = consortium.clock, consortium.storage
        self.lead = build.lead()
        self.pilot: Pilot = build.pilot()
        self.pairing: Pairing = consortium.agreed(phase=build.phase(self.pilot))
        self.surveys = SurveyService(storage=self.storage, clock=self.clock)
        self.answers = SurveyAnswers(storage=self.storage, clock=self.clock, vault=consortium.vault)

    def draft(self, start: str = survey_starts.BLANK) -> Survey:
        return self.surveys.create(self.lead, self.pilot.id, start, "en")

    def form(self, **changes: object) -> SurveyInput:
        form = SurveyInput("Working together", "", "en", [SPEAK], *PRE, *POST)
        return replace(form, **changes)  # type: ignore[arg-type] - fields of the form

    def published(self) -> Survey:
        draft = self.draft()
        self.surveys.edit(self.lead, draft.id, self.form(), 1)
        return self.surveys.publish(self.lead, draft.id)

    def meeting(self) -> Survey:
        return self.surveys.publish(self.lead, self.draft(survey_starts.MEETING).id)

    def answer(self, who: Person, survey: Survey, value: int = 3, code: str = "MA07KO") -> None:
        self.answers.answer(who, survey.id, self.pairing.id, code, {"q1": value})

    def class_of(self, size: int) -> list[Person]:
        found = []
        for number in range(size):
            someone = self.consortium.build.person(f"Student {number}", site=self.consortium.ub)
            self.consortium.build.enrol(someone, self.consortium.belgrade, CourseRole.STUDENT)
            found.append(someone)
        return found

    def rows(self) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        with reading(self.storage._engine) as connection:
            found = [
                [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in (survey_response, survey_taken)
            ]
        return found[0], found[1]


@pytest.fixture
def asking(consortium: Consortium) -> Asking:
    return Asking(consortium)


@pytest.fixture
def on_sqlite(sqlite_consortium: Consortium) -> Asking:
    return Asking(sqlite_consortium)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_round_opens_and_closes_by_each_universitys_own_day(asking: Asking) -> None:
    survey, jelena, lin = asking.published(), asking.consortium.jelena, asking.consortium.lin
    asking.clock.set(at("2026-10-21T16:30"))  # 22 October in Shanghai, 21 in Belgrade
    assert [each.wave for each in asking.answers.waiting(lin)] == [Wave.PRE]
    assert asking.answers.waiting(jelena) == []
    asking.clock.set(at("2026-10-28T22:30"))  # 29 October in Shanghai, still 28 in Belgrade (winter time)
    assert asking.answers.waiting(lin) == []
    assert [each.survey.id for each in asking.answers.waiting(jelena)] == [survey.id]


def test_an_answer_is_stored_once_and_apart_from_who_gave_it(asking: Asking) -> None:
    survey = asking.published()
    asking.clock.set(at("2026-10-23T08:00"))
    asking.answer(asking.consortium.jelena, survey, 4)
    with pytest.raises(NotFound):
        asking.answer(asking.consortium.jelena, survey, 5)
    responses, taken = asking.rows()
    assert [row["answers"] for row in responses] == [{"q1": 4}]
    assert "person_id" not in responses[0]
    assert responses[0]["code"] not in (None, "MA07KO", "ma07ko")
    assert [row["person_id"] for row in taken] == [asking.consortium.jelena.id]


def test_who_has_answered_is_forgotten_when_the_round_is_over_everywhere(asking: Asking) -> None:
    survey = asking.published()
    asking.clock.set(at("2026-10-23T08:00"))
    asking.answer(asking.consortium.jelena, survey)
    asking.clock.set(at("2026-10-29T11:59"))  # still 28 October at UTC-12
    assert asking.surveys.prune() == 0
    asking.clock.set(at("2026-10-29T12:00"))
    assert asking.surveys.prune() == 1
    assert len(asking.rows()[0]) == 1


def test_teachers_and_strangers_are_not_asked_what_changed_for_students(on_sqlite: Asking) -> None:
    survey = on_sqlite.published()
    on_sqlite.clock.set(at("2026-10-23T08:00"))
    stranger = on_sqlite.consortium.build.person("Petra Novak")
    for someone in (on_sqlite.consortium.mira, stranger, on_sqlite.lead):
        assert on_sqlite.answers.waiting(someone) == []
        with pytest.raises(NotFound):
            on_sqlite.answer(someone, survey)


def test_before_and_after_meet_by_the_code(asking: Asking) -> None:
    survey = asking.published()
    students = asking.class_of(10)
    for when, value in (("2026-10-23T08:00", 2), ("2027-01-12T08:00", 4)):
        asking.clock.set(at(when))
        for number, someone in enumerate(students):
            asking.answer(someone, survey, value, f"Code-{number}0" if value == 2 else f"CODE{number}0")
    asking.clock.set(at("2027-01-25T11:59"))
    assert asking.surveys.get(asking.lead, survey.id).changes == ()  # somebody may still upload answers
    asking.clock.set(at("2027-01-25T12:00"))
    whole, belgrade = asking.surveys.get(asking.lead, survey.id).changes
    assert (whole.n_pre, whole.n_post, whole.n_paired) == (10, 10, 10)
    assert whole.items[0].change is not None
    assert whole.items[0].change.mean == 2
    assert belgrade.key == asking.consortium.ub.institution.id


def test_with_the_key_goes_what_joins_the_rounds(on_sqlite: Asking) -> None:
    survey, consortium = on_sqlite.published(), on_sqlite.consortium
    on_sqlite.clock.set(at("2026-10-23T08:00"))
    on_sqlite.answer(consortium.jelena, survey)
    pilots = PilotService(
        storage=on_sqlite.storage, clock=on_sqlite.clock, vault=consortium.vault, settings=consortium.settings
    )
    pilots.destroy_key(on_sqlite.lead, on_sqlite.pilot.id)
    assert [row["code"] for row in on_sqlite.rows()[0]] == [None]
    with pytest.raises(Conflict):
        on_sqlite.answer(consortium.dana, survey)
    assert len(on_sqlite.rows()[1]) == 1  # the refused answer left nothing behind


def test_a_joint_session_is_evaluated_by_everybody_within_a_week(asking: Asking) -> None:
    survey, build = asking.meeting(), asking.consortium.build
    session = build.session(asking.pairing, asking.consortium.mira)  # 27 October 13:00 to 14:00 UTC
    build.session(asking.pairing, asking.consortium.mira, state=SessionState.CANCELLED)
    asking.clock.set(at("2026-10-27T13:59"))
    assert asking.answers.waiting(asking.consortium.jelena) == []
    asking.clock.set(at("2026-10-27T14:00"))
    for someone in (asking.consortium.jelena, asking.consortium.mira):
        assert [each.subject_id for each in asking.answers.waiting(someone)] == [session.id]
        asking.answers.answer(someone, survey.id, session.id, "", {"q2": 5})
        assert asking.answers.waiting(someone) == []
    assert asking.surveys.prune() == 0
    asking.clock.set(at("2026-11-03T14:01"))
    assert asking.answers.waiting(asking.consortium.lin) == []
    assert asking.surveys.prune() == 2
    assert [row["code"] for row in asking.rows()[0]] == [None, None]


def test_a_published_survey_cannot_be_edited_or_published_again(on_sqlite: Asking) -> None:
    survey = on_sqlite.published()
    with pytest.raises(Conflict, match="published"):
        on_sqlite.surveys.edit(on_sqlite.lead, survey.id, on_sqlite.form(), survey.version)
    with pytest.raises(Conflict):
        on_sqlite.surveys.publish(on_sqlite.lead, survey.id)
    withdrawn = on_sqlite.surveys.withdraw(on_sqlite.lead, survey.id)
    assert withdrawn.state is SurveyState.WITHDRAWN
    on_sqlite.clock.set(at("2026-10-23T08:00"))
    assert on_sqlite.answers.waiting(on_sqlite.consortium.jelena) == []


def test_two_leads_do_not_overwrite_each_other(on_sqlite: Asking) -> None:
    draft = on_sqlite.draft()
    on_sqlite.surveys.edit(on_sqlite.lead, draft.id, on_sqlite.form(), 1)
    with pytest.raises(EditConflict) as caught:
        on_sqlite.surveys.edit(on_sqlite.lead, draft.id, on_sqlite.form(title="Mine"), 1)
    assert caught.value.current_version == 2


def test_an_edited_statement_keeps_its_id_and_new_ones_get_fresh_ones(on_sqlite: Asking) -> None:
    draft = on_sqlite.draft(survey_starts.VALUE_RUBRIC)
    kept = [ItemInput(item.id, item.text, item.points, item.low, item.high) for item in draft.items[3:5]]
    edited = on_sqlite.surveys.edit(on_sqlite.lead, draft.id, on_sqlite.form(items=[SPEAK, *kept]), 1)
    assert [item.id for item in edited.items] == ["q6", "q4", "q5"]
    assert sorted(edited.translations["sr_Latn"].items) == ["q4", "q5"]  # the new q6 is another statement


def test_a_double_click_starts_one_draft(asking: Asking) -> None:
    def pressed(form: str | None) -> str:
        made = asking.surveys.create(asking.lead, asking.pilot.id, survey_starts.MEETING, "en", form)
        return made.id

    first = pressed("form")
    assert pressed("form") == first
    assert len({first, pressed("another"), pressed(None)}) == 3
    with asking.storage.read() as tx:
        drafted = [each for each in tx.audit.of("pilot", asking.pilot.id) if each.action == "survey_drafted"]
    assert len(drafted) == 3


def test_a_start_is_written_in_the_lead_s_language_and_translated_into_the_other(asking: Asking) -> None:
    start = survey_starts.VALUE_RUBRIC
    serbian = asking.surveys.create(asking.lead, asking.pilot.id, start, "sr_Latn")
    assert (serbian.language, list(serbian.translations)) == ("sr_Latn", ["en"])
    assert serbian.items[0].text.startswith("Znam")
    french = asking.surveys.create(asking.lead, asking.pilot.id, start, "fr")
    assert (french.language, list(french.translations)) == ("en", ["sr_Latn"])
    assert asking.surveys.get(asking.lead, serbian.id).survey == serbian  # as it is stored
    for survey in (serbian, french):
        assert all(not missing(survey, language) for language in survey.translations)


def test_a_published_survey_gets_languages_but_keeps_its_words(asking: Asking) -> None:
    survey = asking.published()
    words = Words("Zajedno", "", {"q1": ItemWords("Umem da govorim.", "nikako", "potpuno")})
    translate = asking.surveys.translate
    changed = translate(asking.lead, survey.id, "sr_Latn", replace(words, title=""), survey.version)
    changed = translate(asking.lead, survey.id, "sr_Latn", words, changed.version)  # the title was missing
    assert asking.surveys.get(asking.lead, survey.id).survey.translations == {"sr_Latn": words}
    for other in (replace(words, title="Skupa"), replace(words, items={}), Words()):
        with pytest.raises(Conflict, match="have read these words"):
            translate(asking.lead, survey.id, "sr_Latn", other, changed.version)
    with pytest.raises(EditConflict):
        translate(asking.lead, survey.id, "zh", words, survey.version)
    with pytest.raises(NotFound):
        translate(asking.consortium.mira, survey.id, "zh", words, changed.version)
    with asking.storage.read() as tx:
        audited = [each.detail for each in tx.audit.of("pilot", asking.pilot.id)]
    assert {"title": "Working together", "language": "sr_Latn"} in audited


def test_answers_are_one_set_whichever_language(asking: Asking) -> None:
    survey = asking.published()
    words = Words("", "", {"q1": ItemWords("Umem da govorim.", "nikako", "potpuno")})
    asking.surveys.translate(asking.lead, survey.id, "sr_Latn", words, survey.version)
    asking.clock.set(at("2026-10-23T08:00"))
    asking.answer(asking.consortium.jelena, survey, 4)
    asking.answer(asking.consortium.lin, survey, 2)
    assert sorted(row["answers"]["q1"] for row in asking.rows()[0]) == [2, 4]  # type: ignore[index] - JSON
    with asking.storage.read() as tx:
        extra = SurveyEvidence().added(tx, asking.pilot, SETS[CURRENT], date(2027, 3, 1))
    changes, _, wordings = extra.tables
    column = changes.header.index("language")
    assert {row[column] for row in changes.rows} == {"en"}
    assert [row[2:4] for row in wordings.rows] == [("en", SPEAK.text), ("sr-Latn", "Umem da govorim.")]


@pytest.mark.parametrize(
    ("language", "words", "field"),
    [
        ("en", Words("Again"), "language"),
        ("zh", Words(introduction="There is none to translate"), "introduction"),
        ("zh", Words(items={"q1": ItemWords("我", "", "好")}), "items.q1.low"),
    ],
)
def test_a_translation_that_cannot_be_is_refused_by_field(
    on_sqlite: Asking, language: str, words: Words, field: str
) -> None:
    draft = on_sqlite.draft(survey_starts.VALUE_RUBRIC)
    with pytest.raises(InvalidInput) as caught:
        on_sqlite.surveys.translate(on_sqlite.lead, draft.id, language, words, 1)
    assert list(caught.value.errors) == [field]


def test_a_draft_is_not_written_in_a_language_it_is_translated_into(on_sqlite: Asking) -> None:
    draft = on_sqlite.draft(survey_starts.VALUE_RUBRIC)
    with pytest.raises(InvalidInput) as caught:
        on_sqlite.surveys.edit(on_sqlite.lead, draft.id, on_sqlite.form(language="sr_Latn"), 1)
    assert list(caught.value.errors) == ["language"]
    emptied = on_sqlite.surveys.translate(on_sqlite.lead, draft.id, "sr_Latn", Words(), 1)
    assert emptied.translations == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"title": ""}, "title"),
        ({"items": [replace(SPEAK, points=1)]}, "items.0.points"),
        ({"post_first": date(2026, 10, 25)}, "post_first"),
        ({"pre_last": date(2026, 10, 1)}, "pre_last"),
        ({"post_last": None}, "post_last"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    on_sqlite: Asking, changes: dict[str, object], field: str
) -> None:
    draft = on_sqlite.draft()
    with pytest.raises(InvalidInput) as caught:
        on_sqlite.surveys.edit(on_sqlite.lead, draft.id, on_sqlite.form(**changes), 1)
    assert list(caught.value.errors) == [field]


@pytest.mark.parametrize(
    ("code", "answers"), [("", {"q1": 3}), ("a-1", {"q1": 3}), ("MA07KO", {"q1": 6}), ("MA07KO", {})]
)
def test_a_bad_answer_leaves_nothing_behind(on_sqlite: Asking, code: str, answers: dict[str, int]) -> None:
    survey = on_sqlite.published()
    on_sqlite.clock.set(at("2026-10-23T08:00"))
    with pytest.raises(InvalidInput):
        on_sqlite.answers.answer(on_sqlite.consortium.jelena, survey.id, on_sqlite.pairing.id, code, answers)
    assert on_sqlite.rows() == ([], [])


def test_surveys_are_for_those_who_evaluate(on_sqlite: Asking) -> None:
    survey = on_sqlite.published()
    for act in (
        lambda: on_sqlite.surveys.get(on_sqlite.consortium.mira, survey.id),
        lambda: on_sqlite.surveys.of_pilot(on_sqlite.consortium.mira, on_sqlite.pilot.id),
        lambda: on_sqlite.surveys.withdraw(on_sqlite.consortium.jelena, survey.id),
        lambda: on_sqlite.surveys.get(on_sqlite.lead, "nosuchsurvey"),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_pack_tells_what_the_page_tells(on_sqlite: Asking) -> None:
    survey, students = on_sqlite.published(), on_sqlite.class_of(10)
    for when, value in (("2026-10-23T08:00", 2), ("2027-01-12T08:00", 4)):
        on_sqlite.clock.set(at(when))
        for number, someone in enumerate(students):
            on_sqlite.answer(someone, survey, value, f"CODE{number}0")
    with on_sqlite.storage.read() as tx:
        before = SurveyEvidence().added(tx, on_sqlite.pilot, SETS[CURRENT], date(2027, 1, 3))
        after = SurveyEvidence().added(tx, on_sqlite.pilot, SETS[CURRENT], date(2027, 1, 31))
    changes, meetings, _ = after.tables
    [whole, belgrade] = [dict(zip(changes.header, row, strict=True)) for row in changes.rows]
    assert (whole["about"], whole["n_paired"], whole["change"], whole["note"]) == ("everybody", 10, 2.0, "")
    assert belgrade["about"] == "University of Belgrade"
    assert meetings.rows == ()
    assert before.tables[0].rows == ()
    assert any("Student's t" in getattr(part, "text", "") for part in after.sections)


def test_without_surveys_the_pack_has_none(on_sqlite: Asking) -> None:
    with on_sqlite.storage.read() as tx:
        assert SurveyEvidence().added(tx, on_sqlite.pilot, SETS[CURRENT], date(2027, 1, 3)).tables == []
