"""The demo's surveys: before and after the pilot, in three languages, and after each joint session.

The first round of the present pilot is open. The survey of the past pilot is over: its answers come as files
of Moodle feedback, as partners upload them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from coil_bridge.domain import Person
from coil_bridge.evaluation import survey_starts
from coil_bridge.evaluation.surveys import ItemWords, Wave, Words
from coil_bridge.services.bundle import Services
from coil_bridge.services.piloting.survey_inputs import ItemInput, SurveyInput

_ANSWERED = 0.85  # of a class, in each round
_TEXT = "Six statements, two minutes. There are no right answers."
_SERBIAN_TEXT = "Šest tvrdnji, dva minuta. Nema tačnih odgovora."
_CHINESE = Words(
    "跨文化知识与能力",
    "六个陈述，两分钟。没有标准答案。",
    {
        f"q{number}": ItemWords(text, "刚刚开始", "完全做到")
        for number, text in enumerate(
            (
                "我知道自身文化的规则和习惯如何影响我的想法和行为。",
                "我理解对伙伴文化的成员而言什么是重要的：其历史、价值观和做事方式。",
                "我能从伙伴的角度看待情况，并据此行动。",
                "我能注意到言语和手势上的差异，并找到相互理解的方法。",
                "我会就其他文化提出问题，并从多个角度寻找答案。",
                "我愿意与和自己不同的人开始合作，而不对他们妄加评判。",
            ),
            1,
        )
    },
)


def add_finished_survey(
    then: Services, now: Services, lead: Person, pilot_id: str, *, sizes: Sequence[int], seed: int
) -> None:
    """Both rounds of the past pilot's survey: most answered twice, and most have learned something.

    ``sizes``: how many students each course has, in the order of their names.
    """
    pilot = then.pilots.get(lead, pilot_id).pilot
    draft = then.surveys.create(lead, pilot_id, survey_starts.VALUE_RUBRIC, "en")
    items = [ItemInput(each.id, each.text, each.points, each.low, each.high) for each in draft.items]
    first, last = pilot.starts_on, pilot.ends_on
    form = SurveyInput(
        draft.title,
        _TEXT,
        draft.language,
        items,
        pre_first=first,
        pre_last=first + timedelta(weeks=2),
        post_first=last - timedelta(weeks=2),
        post_last=last,
    )
    then.surveys.edit(lead, draft.id, form, draft.version)
    then.surveys.publish(lead, draft.id)
    chance = random.Random(seed + 2)  # noqa: S311 - the same demo every time
    courses = sorted(now.survey_import.courses(lead, draft.id), key=lambda each: each.course_name)
    for course, size in zip(courses, sizes, strict=True):
        began = {number: [chance.randint(1, 3) for _ in items] for number in range(size)}
        for wave in (Wave.PRE, Wave.POST):
            lines = [[each.text for each in items] + ["Your own code"]]
            for number, values in began.items():
                if chance.random() < _ANSWERED:
                    grown = 0 if wave is Wave.PRE else 1
                    marks = [min(each + grown * (chance.random() < 0.6), 4) for each in values]
                    lines.append([str(each) for each in marks] + [f"{course.site_name[:2]}{number:04}"])
            content = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()
            place = f"{course.pairing_id}:{course.course_id}"
            then.survey_import.store(
                lead, draft.id, wave=wave, course=place, content=content, code_question="Your own code"
            )


def add_surveys(services: Services, lead: Person, week_zero: date) -> None:
    """Publish both for every pilot there is."""
    for pilot in services.pilots.all(lead):
        draft = services.surveys.create(lead, pilot.id, survey_starts.VALUE_RUBRIC, "en")
        items = [ItemInput(each.id, each.text, each.points, each.low, each.high) for each in draft.items]
        form = SurveyInput(
            draft.title,
            _TEXT,
            draft.language,
            items,
            pre_first=week_zero - timedelta(weeks=1),
            pre_last=week_zero + timedelta(weeks=2),
            post_first=pilot.ends_on - timedelta(weeks=2),
            post_last=pilot.ends_on,
        )
        edited = services.surveys.edit(lead, draft.id, form, draft.version)
        serbian = replace(edited.translations["sr_Latn"], introduction=_SERBIAN_TEXT)
        edited = services.surveys.translate(lead, draft.id, "sr_Latn", serbian, edited.version)
        services.surveys.translate(lead, draft.id, "zh", _CHINESE, edited.version)
        services.surveys.publish(lead, draft.id)
        meeting = services.surveys.create(lead, pilot.id, survey_starts.MEETING, "en")
        services.surveys.publish(lead, meeting.id)
