from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from coil_bridge.domain import Answer, CourseRole, PairingState, SessionState, SiteState
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound, TooManyRequests
from coil_bridge.services.activity.told_courses import TELL_PLUGIN
from coil_bridge.services.agreed.pairing_states import Action, standing
from coil_bridge.services.pairing.proposing import MOST_INVITED, MOST_PROPOSALS
from tests.unit.services.consortium import Consortium, wall


def test_a_proposal_is_stored_as_written_and_on_record(consortium: Consortium) -> None:
    pairing = consortium.pairings.propose(consortium.mira, consortium.form(), "key-1")
    view = consortium.pairings.get(consortium.mira, pairing.id)
    assert view.pairing == pairing
    assert (pairing.state, pairing.title) == (PairingState.PROPOSED, "Voices across borders")
    assert [(each.course.id, each.initiating, each.answer) for each in pairing.courses] == [
        (consortium.belgrade.id, True, Answer.ACCEPTED),
        (consortium.almaty.id, False, Answer.PENDING),
    ]
    assert [(entry.actor_name, entry.action) for entry in view.audit] == [("Mira Jovanović", "proposed")]


def test_without_a_title_the_courses_give_it(consortium: Consortium) -> None:
    pairing = consortium.pairings.propose(consortium.mira, consortium.form(title=" "), "key-1")
    assert pairing.title == "Intercultural Communication – English for Negotiators"


def test_known_teachers_are_told_at_once_and_a_task_looks_for_the_others(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    told = consortium.told()
    assert [(each.name, each.channel) for each in told] == [
        ("Aigerim Sadykova", "email"),
        ("Aigerim Sadykova", "moodle"),
        ("Wei Zhang", "email"),
        ("Wei Zhang", "moodle"),
    ]
    assert "“English for Negotiators”" in told[0].body
    assert "Shall we compare how we say no?" in told[0].body
    assert f"https://bridge.example.org/pairings/{pairing.id}" in told[0].body
    with consortium.storage.write() as tx:
        tasks = tx.tasks.claim(
            "worker", consortium.clock(), datetime(2027, 1, 1, tzinfo=UTC), limit=9, per_site=2
        )
    assert {(each.kind, each.site_id, each.payload["course_id"]) for each in tasks} == {
        ("tell_of_proposal", consortium.ail.id, consortium.almaty.id),
        ("tell_of_proposal", consortium.snc.id, consortium.shanghai.id),
    }


def test_the_task_tells_those_whom_the_moodle_names_and_nobody_twice(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    before = consortium.told()
    marat = consortium.build.person("Marat Ospanov", site=consortium.ail)
    consortium.build.enrol(marat, consortium.almaty)
    payload = {"pairing_id": pairing.id, "course_id": consortium.almaty.id}
    consortium.pairings.tell_of_proposal(payload)
    consortium.pairings.tell_of_proposal(payload)
    assert consortium.looked_up == [consortium.almaty.id, consortium.almaty.id]
    new = [each for each in consortium.told() if each not in before]
    assert [(each.name, each.channel) for each in new] == [
        ("Marat Ospanov", "email"),
        ("Marat Ospanov", "moodle"),
    ]


def test_nobody_is_told_of_a_proposal_that_was_withdrawn_meanwhile(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    consortium.pairings.withdraw(consortium.mira, pairing.id)
    marat = consortium.build.person("Marat Ospanov", site=consortium.ail)
    consortium.build.enrol(marat, consortium.almaty)
    consortium.pairings.tell_of_proposal({"pairing_id": pairing.id, "course_id": consortium.almaty.id})
    assert "Marat Ospanov" not in {each.name for each in consortium.told()}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"partner_course_ids": ()}, "partner_course_ids"),
        ({"partner_course_ids": ("nosuchcourse",)}, "partner_course_ids"),
        ({"starts_on": date(2026, 12, 18)}, "ends_on"),
        ({"starts_on": date(2026, 12, 19)}, "ends_on"),
        ({"starts_on": date(2026, 5, 1), "ends_on": date(2026, 10, 19)}, "ends_on"),
        ({"ends_on": date(2028, 1, 1)}, "ends_on"),
        ({"starts_on": date(2225, 1, 1), "ends_on": date(2225, 3, 1)}, "starts_on"),
        ({"language": ""}, "language"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"message": "bell \x07"}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"phase_id": "nosuchphase"}, "phase_id"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_by_field(
    sqlite_consortium: Consortium, changes: dict[str, Any], field: str
) -> None:
    consortium = sqlite_consortium
    before = consortium.counts()
    with pytest.raises(InvalidInput) as refusal:
        consortium.pairings.propose(consortium.mira, consortium.form(**changes), "key-1")
    assert list(refusal.value.errors) == [field]
    assert consortium.counts() == before


def test_hidden_gone_paused_and_unknown_courses_are_refused_alike(consortium: Consortium) -> None:
    hidden = consortium.build.course(consortium.snc, "Hidden", visible=False)
    gone = consortium.build.course(consortium.snc, "Gone", gone_at=consortium.clock())
    with consortium.storage.write() as tx:
        tx.sites.set_state(consortium.ail.id, SiteState.PAUSED)
    reasons = set()
    for course_id in (hidden.id, gone.id, consortium.almaty.id, "nosuchcourse"):
        with pytest.raises(InvalidInput) as refusal:
            consortium.pairings.propose(consortium.mira, consortium.form(course_id), "key-1")
        reasons.add(str(refusal.value.errors))
    assert len(reasons) == 1


def test_a_partner_is_of_another_university(consortium: Consortium) -> None:
    colleague = consortium.build.course(consortium.ub, "Rhetoric")
    with pytest.raises(InvalidInput, match="other universities"):
        consortium.pairings.propose(consortium.mira, consortium.form(colleague.id), "key-1")


@pytest.mark.parametrize("who", ["aigerim", "jelena"])
def test_only_who_teaches_the_course_proposes_with_it(consortium: Consortium, who: str) -> None:
    with pytest.raises(NotFound):
        consortium.pairings.propose(getattr(consortium, who), consortium.form(), "key-1")


@pytest.mark.parametrize("key", ["", "x" * 65, "ключ"])
def test_a_form_without_a_usable_key_is_refused(sqlite_consortium: Consortium, key: str) -> None:
    consortium = sqlite_consortium
    with pytest.raises(InvalidInput):
        consortium.pairings.propose(consortium.mira, consortium.form(), key)


def test_the_same_form_again_gives_the_same_pairing(consortium: Consortium) -> None:
    first = consortium.pairings.propose(consortium.mira, consortium.form(), "key-1")
    before = consortium.counts()
    with consortium.storage.write() as tx:  # even where it could not be proposed any more
        tx.sites.set_state(consortium.ail.id, SiteState.PAUSED)
    assert consortium.pairings.propose(consortium.mira, consortium.form(), "key-1") == first
    assert consortium.counts() == before


def test_a_second_open_pairing_of_the_same_courses_is_a_conflict_that_names_the_first(
    consortium: Consortium,
) -> None:
    first = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    with pytest.raises(Conflict, match="“Voices across borders”") as refusal:
        consortium.proposed(consortium.shanghai.id)
    assert refusal.value.values["pairing_id"] == first.id


def test_the_other_side_cannot_pair_the_same_courses_either(consortium: Consortium) -> None:
    consortium.proposed()
    form = consortium.form(consortium.belgrade.id, own_course_id=consortium.almaty.id)
    with pytest.raises(Conflict):
        consortium.pairings.propose(consortium.aigerim, form, "key-2")


def test_courses_can_be_paired_again_once_the_first_pairing_is_over(consortium: Consortium) -> None:
    first = consortium.proposed()
    consortium.pairings.decline(consortium.aigerim, first.id, note="Next spring, perhaps.")
    assert consortium.proposed().id != first.id


def test_the_invited_teacher_accepts(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    before = consortium.told()
    after = consortium.pairings.accept(consortium.aigerim, pairing.id, note="Gladly.")
    assert after.state is PairingState.ACCEPTED
    assert after.version == pairing.version + 1
    assert (after.courses[1].answer, after.courses[1].answered_by) == (Answer.ACCEPTED, consortium.aigerim.id)
    new = [each for each in consortium.told() if each not in before]
    assert {each.name for each in new} == {"Mira Jovanović"}
    assert "Gladly." in new[0].body
    assert "joint sessions can be planned now" in new[0].body


def test_with_two_partners_the_second_answer_decides(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    assert consortium.pairings.accept(consortium.aigerim, pairing.id).state is PairingState.PROPOSED
    assert consortium.pairings.accept(consortium.wei, pairing.id).state is PairingState.ACCEPTED


def test_a_course_that_declines_leaves_and_the_pairing_goes_on(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    assert consortium.pairings.decline(consortium.wei, pairing.id).state is PairingState.ACCEPTED
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    view = consortium.pairings.get(consortium.wei, pairing.id)
    assert (view.part, view.sessions, view.actions, view.may_plan) == ("left", (), (), False)
    with pytest.raises(NotFound):  # the students of a course that has left
        consortium.pairings.get(consortium.lin, pairing.id)


def test_declined_when_nobody_remains(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    assert consortium.pairings.decline(consortium.aigerim, pairing.id).state is PairingState.PROPOSED
    assert consortium.pairings.decline(consortium.wei, pairing.id).state is PairingState.DECLINED


def test_an_answer_stands(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    with pytest.raises(Conflict, match="has given its answer"):
        consortium.pairings.decline(consortium.aigerim, pairing.id)


def test_a_teacher_of_two_invited_courses_can_answer_for_one(consortium: Consortium) -> None:
    consortium.build.enrol(consortium.aigerim, consortium.shanghai)
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    after = consortium.pairings.decline(consortium.aigerim, pairing.id, course_id=consortium.shanghai.id)
    assert {each.course.id: each.answer for each in after.courses if not each.initiating} == {
        consortium.almaty.id: Answer.PENDING,
        consortium.shanghai.id: Answer.DECLINED,
    }
    with pytest.raises(NotFound):
        consortium.pairings.accept(consortium.aigerim, pairing.id, course_id=consortium.belgrade.id)


def test_an_invitation_that_nobody_answers_can_be_withdrawn_alone(consortium: Consortium) -> None:
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    before = consortium.told()
    after = consortium.pairings.withdraw(
        consortium.mira, pairing.id, "We must begin.", course_id=consortium.shanghai.id
    )
    assert after.state is PairingState.ACCEPTED
    subjects = {each.name: each.subject for each in consortium.told() if each not in before}
    assert subjects == {
        "Wei Zhang": "The proposal was withdrawn: Voices across borders",
        "Aigerim Sadykova": "The pairing is agreed: Voices across borders",
    }
    entry = consortium.pairings.get(consortium.mira, pairing.id).audit[-1]
    assert (entry.action, entry.detail["course"]) == ("invitation_withdrawn", "Business English (SNC)")


def test_withdrawing_the_last_invitation_withdraws_the_proposal(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    after = consortium.pairings.withdraw(consortium.mira, pairing.id, course_id=consortium.almaty.id)
    assert after.state is PairingState.WITHDRAWN


def test_starting_and_completing(consortium: Consortium) -> None:
    pairing = consortium.agreed(PairingState.ACCEPTED)
    assert consortium.pairings.start(consortium.wei, pairing.id).state is PairingState.ACTIVE
    assert consortium.pairings.complete(consortium.aigerim, pairing.id).state is PairingState.COMPLETED


def test_a_pairing_with_sessions_ahead_cannot_be_completed(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    with pytest.raises(Conflict, match="still to come"):
        consortium.pairings.complete(consortium.mira, pairing.id)
    consortium.sessions.cancel(consortium.mira, session.id, session.version)
    assert consortium.pairings.complete(consortium.mira, pairing.id).state is PairingState.COMPLETED


def test_calling_off_cancels_what_lies_ahead_and_tells_everybody(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-21 14:00"), count=3)
    past, *ahead = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    feed = consortium.feeds.link(consortium.dana, pairing.id)
    consortium.clock.set(datetime(2026, 10, 22, 9, tzinfo=UTC))
    before = consortium.told()
    after = consortium.pairings.cancel(consortium.aigerim, pairing.id, "Our term was shortened.")
    assert after.state is PairingState.CANCELLED
    view = consortium.pairings.get(consortium.dana, pairing.id)
    assert {each.id: (each.state, each.sequence) for each in view.sessions} == {
        past.id: (SessionState.PLANNED, 0),
        ahead[0].id: (SessionState.CANCELLED, 1),
        ahead[1].id: (SessionState.CANCELLED, 1),
    }
    assert consortium.feeds.serve(feed.token).body.count(b"STATUS:CANCELLED") == 2
    new = [each for each in consortium.told() if each not in before]
    assert {each.name for each in new} == {
        "Mira Jovanović",
        "Wei Zhang",
        "Jelena Marković",
        "Dana Akhmetova",
        "Lin Chen",
    }
    assert "Our term was shortened." in new[0].body
    assert "2 joint sessions that were still to come are cancelled." in new[0].body


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001, "bell \x07"])
def test_calling_off_needs_a_reason_that_can_be_read(sqlite_consortium: Consortium, reason: str) -> None:
    consortium = sqlite_consortium
    pairing = consortium.agreed()
    with pytest.raises(InvalidInput) as refusal:
        consortium.pairings.cancel(consortium.mira, pairing.id, reason)
    assert list(refusal.value.errors) == ["reason"]


def test_the_options_shown_are_the_moves_that_work(consortium: Consortium) -> None:
    acts = {
        Action.ACCEPT: consortium.pairings.accept,
        Action.DECLINE: consortium.pairings.decline,
        Action.WITHDRAW: consortium.pairings.withdraw,
        Action.START: consortium.pairings.start,
        Action.COMPLETE: consortium.pairings.complete,
        Action.CANCEL: lambda actor, pairing_id: consortium.pairings.cancel(actor, pairing_id, "Because."),
    }
    for state in PairingState:
        pairing = consortium.agreed(state)
        options = consortium.pairings.get(consortium.mira, pairing.id).actions
        assert [each.action for each in options] == list(Action)
        before = consortium.counts()
        for option in [each for each in options if not each.allowed]:
            with pytest.raises((Conflict, Forbidden)) as refusal:
                acts[option.action](consortium.mira, pairing.id)
            assert refusal.value.message == option.why_not
        assert consortium.counts() == before
        for option in [each for each in options if each.allowed][:1]:
            acts[option.action](consortium.mira, pairing.id)
            trail = consortium.pairings.get(consortium.mira, pairing.id).audit
            assert trail[-1].action == option.action


def test_a_forbidden_move_says_the_state_and_what_is_possible(consortium: Consortium) -> None:
    pairing = consortium.agreed(PairingState.ACTIVE)
    with pytest.raises(Conflict) as refusal:
        consortium.pairings.accept(consortium.aigerim, pairing.id)
    assert refusal.value.message == standing(PairingState.ACTIVE)


def test_moves_belong_to_the_right_teachers(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    with pytest.raises(Forbidden, match="invited course"):
        consortium.pairings.accept(consortium.mira, pairing.id)
    with pytest.raises(Forbidden, match="who proposed"):
        consortium.pairings.withdraw(consortium.aigerim, pairing.id)
    with pytest.raises(Forbidden, match="teachers of this pairing"):
        consortium.pairings.cancel(consortium.dana, consortium.agreed().id, "No.")


def test_students_see_a_pairing_once_it_is_agreed_and_never_the_negotiation(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    assert consortium.pairings.mine(consortium.dana) == []
    with pytest.raises(NotFound):
        consortium.pairings.get(consortium.dana, pairing.id)
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    view = consortium.pairings.get(consortium.dana, pairing.id)
    assert (view.part, view.audit, view.pairing.message, view.actions) == ("student", (), "", ())
    assert [each.id for each in consortium.pairings.mine(consortium.dana)] == [pairing.id]


def test_for_outsiders_a_pairing_does_not_exist(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    for outsider in (consortium.wei, consortium.lin, consortium.build.person("Tariq Haddad")):
        with pytest.raises(NotFound):
            consortium.pairings.get(outsider, pairing.id)
        with pytest.raises(NotFound):
            consortium.pairings.accept(outsider, pairing.id)
    with pytest.raises(NotFound):
        consortium.pairings.get(consortium.mira, "nosuchpairing")


def test_leads_and_administrators_read_all_and_act_on_nothing(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    lead = consortium.build.lead()
    view = consortium.pairings.get(lead, pairing.id)
    assert (view.part, view.actions, len(view.audit)) == ("overseer", (), 1)
    assert [each.id for each in consortium.pairings.all(consortium.build.administrator())] == [pairing.id]
    with pytest.raises(Forbidden):
        consortium.pairings.withdraw(lead, pairing.id)
    with pytest.raises(Forbidden):
        consortium.pairings.all(consortium.mira)


def test_a_teacher_whom_moodle_no_longer_shows_loses_the_pairing(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.unenrol(consortium.wei, consortium.shanghai.id, CourseRole.TEACHER)
    with pytest.raises(NotFound):
        consortium.pairings.get(consortium.wei, pairing.id)


def test_the_lead_assigns_a_phase(consortium: Consortium) -> None:
    pairing, phase, lead = consortium.proposed(), consortium.build.phase(), consortium.build.lead()
    assert consortium.pairings.assign_phase(lead, pairing.id, phase.id).phase == phase
    assert consortium.pairings.assign_phase(lead, pairing.id, None).phase is None
    trail = consortium.pairings.get(lead, pairing.id).audit
    assert [entry.detail["phase"] for entry in trail if entry.action == "phase_assigned"] == [
        "Pilot 2026/27: Autumn",
        "",
    ]
    with pytest.raises(Forbidden):
        consortium.pairings.assign_phase(consortium.mira, pairing.id, phase.id)
    with pytest.raises(NotFound):
        consortium.pairings.assign_phase(lead, pairing.id, "nosuchphase")


def test_a_proposal_carries_its_phase(consortium: Consortium) -> None:
    phase = consortium.build.phase()
    pairing = consortium.pairings.propose(consortium.mira, consortium.form(phase_id=phase.id), "key-1")
    assert pairing.phase == phase


def test_dates_count_on_the_initiating_universitys_calendar(consortium: Consortium) -> None:
    """Belgrade, 28 March 2027: the day has 23 hours and begins at 23:00 UTC, long after Shanghai's."""
    first, last = date(2027, 3, 28), date(2027, 3, 29)
    pairing = consortium.agreed(PairingState.ACCEPTED, starts_on=first, ends_on=last)

    def state_at(now: datetime) -> PairingState:
        consortium.pairings.act_by_date(now)
        return consortium.pairings.get(consortium.mira, pairing.id).pairing.state

    assert state_at(datetime(2027, 3, 27, 22, 59, tzinfo=UTC)) is PairingState.ACCEPTED
    assert state_at(datetime(2027, 3, 27, 23, 0, tzinfo=UTC)) is PairingState.ACTIVE
    assert state_at(datetime(2027, 3, 29, 21, 59, tzinfo=UTC)) is PairingState.ACTIVE
    assert state_at(datetime(2027, 3, 29, 22, 0, tzinfo=UTC)) is PairingState.COMPLETED
    trail = consortium.pairings.get(consortium.mira, pairing.id).audit
    assert [(entry.action, entry.actor_id, entry.actor_name) for entry in trail] == [
        ("start", None, "COIL Bridge"),
        ("complete", None, "COIL Bridge"),
    ]


def test_a_worker_that_slept_through_both_dates_makes_both_moves(consortium: Consortium) -> None:
    pairing = consortium.agreed(PairingState.ACCEPTED)
    proposal = consortium.build.pairing(
        [consortium.belgrade, consortium.almaty], proposed_by=consortium.mira, state=PairingState.PROPOSED
    )
    later = datetime(2027, 2, 1, tzinfo=UTC)
    assert consortium.pairings.act_by_date(later) == 2
    assert consortium.pairings.act_by_date(later) == 0
    states = {each.id: each.state for each in consortium.pairings.mine(consortium.mira)}
    assert states == {pairing.id: PairingState.COMPLETED, proposal.id: PairingState.PROPOSED}


@pytest.mark.parametrize(("proposals", "each"), [(MOST_PROPOSALS, 1), (MOST_INVITED // 5, 5)])
def test_nobody_floods_the_consortium_with_proposals(
    consortium: Consortium, proposals: int, each: int
) -> None:
    theirs = [consortium.build.course(consortium.ail) for _ in range(proposals * each + 1)]
    for number in range(proposals):
        invited = [course.id for course in theirs[number * each : (number + 1) * each]]
        consortium.pairings.propose(consortium.mira, consortium.form(*invited), f"key-{number}")
    one_more = consortium.form(theirs[-1].id)
    with pytest.raises(TooManyRequests, match="20 pairings and invite up to 60"):
        consortium.pairings.propose(consortium.mira, one_more, "one-more")
    consortium.pairings.propose(consortium.mira, consortium.form(theirs[0].id), "key-0")  # the same again
    consortium.clock.advance(days=1)
    consortium.pairings.propose(consortium.mira, one_more, "one-more")


def test_the_moodles_plugins_are_told_when_a_pairing_begins_and_when_it_ends(consortium: Consortium) -> None:
    def told() -> Counter[str]:
        now = consortium.clock()
        with consortium.storage.write() as tx:
            due = tx.tasks.claim("worker", now, now + timedelta(minutes=1), limit=50, per_site=9)
            for each in due:
                tx.tasks.finish(each.id, now)
            return Counter(each.site_id for each in due if each.kind == TELL_PLUGIN and each.site_id)

    sites = Counter({consortium.belgrade.site_id: 1, consortium.almaty.site_id: 1})
    pairing = consortium.pairings.propose(consortium.mira, consortium.form(), "key-1")
    assert told() == Counter()
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    assert told() == sites
    consortium.clock.advance(minutes=5)
    consortium.pairings.cancel(consortium.mira, pairing.id, "Nobody has time.")
    assert told() == sites


def test_the_plugin_of_a_paused_moodle_is_not_told(consortium: Consortium) -> None:
    pairing = consortium.pairings.propose(consortium.mira, consortium.form(), "key-1")
    with consortium.storage.write() as tx:
        tx.sites.set_state(consortium.almaty.site_id, SiteState.PAUSED)
    consortium.pairings.accept(consortium.aigerim, pairing.id)
    with consortium.storage.read() as tx:
        told = [row["site_id"] for row in tx.tasks.recent(50) if row["kind"] == TELL_PLUGIN]
    assert told == [consortium.belgrade.site_id]
