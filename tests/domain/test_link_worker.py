"""What may change for a link worker."""

from dataclasses import replace
from datetime import date

import pytest

from commonweal.domain import link_worker
from commonweal.domain.link_worker import (
    AbsenceEnded,
    AbsenceStarted,
    AddLinkWorkerLanguage,
    AddLinkWorkerSkill,
    CaseloadLimitChanged,
    CaseReleased,
    CaseTaken,
    ChangeCaseloadLimit,
    EndAbsence,
    EngageLinkWorker,
    LeavePost,
    LinkWorkerEngaged,
    LinkWorkerLanguageAdded,
    LinkWorkerLeft,
    LinkWorkerSkillAdded,
    StartAbsence,
)
from tests.given import given

START = date(2025, 9, 1)
TODAY = date(2026, 1, 5)
ENGAGE = EngageLinkWorker(
    display_name=" Amira Khan ",
    employer="GB-CHC-1054276",
    host_practices=("U35821/burton",),
    pcns=("U35821",),
    fte_percent=60,
    languages=("en", "so"),
    skills=("motivational_interviewing",),
    stated_gender="2",
    caseload_limit=40,
    funder="QPM",
    engaged_on=START,
)
ENGAGED = LinkWorkerEngaged(
    display_name="Amira Khan",
    employer="GB-CHC-1054276",
    host_practices=("U35821/burton",),
    pcns=("U35821",),
    fte_percent=60,
    languages=("en", "so"),
    skills=("motivational_interviewing",),
    stated_gender="2",
    caseload_limit=40,
    funder="QPM",
    role="07049",
    engaged_on=START,
)
AWAY = AbsenceStarted(kind="leave", cover_worker_id="ben", started_on=TODAY)
GO_AWAY = StartAbsence(kind="leave", cover_worker_id="ben", started_on=TODAY)
LEAVE = LeavePost(last_day=TODAY)
LEFT = LinkWorkerLeft(last_day=TODAY)


def test_a_link_worker_is_engaged_once() -> None:
    given(link_worker).when(ENGAGE).then(ENGAGED)
    given(link_worker, ENGAGED).when(ENGAGE).then_nothing()
    given(link_worker, ENGAGED).when(replace(ENGAGE, fte_percent=100)).refused("engaged already")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"employer": "Age UK"}, "employer"),
        ({"host_practices": ("Burton",)}, "host_practices"),
        ({"pcns": ("K83001",)}, "pcns"),
        ({"fte_percent": 0}, "fte_percent"),
        ({"fte_percent": 101}, "fte_percent"),
        ({"languages": ("Somali",)}, "languages"),
        ({"skills": ("good with people",)}, "skills"),
        ({"stated_gender": "F"}, "stated_gender"),
        ({"caseload_limit": 0}, "caseload_limit"),
        ({"funder": "the county"}, "funder"),
    ],
)
def test_an_engagement_with_something_wrong_names_the_field(wrong: dict[str, object], field: str) -> None:
    given(link_worker).when(replace(ENGAGE, **wrong)).refused(field)  # type: ignore[arg-type]


def test_a_language_or_a_skill_is_added_once() -> None:
    given(link_worker, ENGAGED).when(AddLinkWorkerLanguage(language="uk")).then(LinkWorkerLanguageAdded(language="uk"))
    given(link_worker, ENGAGED).when(AddLinkWorkerLanguage(language="so")).then_nothing()
    given(link_worker, ENGAGED).when(AddLinkWorkerSkill(skill="debt")).then(LinkWorkerSkillAdded(skill="debt"))
    given(link_worker, ENGAGED, LinkWorkerSkillAdded(skill="debt")).when(
        AddLinkWorkerSkill(skill="debt")
    ).then_nothing()


def test_a_limit_is_changed() -> None:
    given(link_worker, ENGAGED).when(ChangeCaseloadLimit(caseload_limit=30)).then(
        CaseloadLimitChanged(caseload_limit=30)
    )
    given(link_worker, ENGAGED).when(ChangeCaseloadLimit(caseload_limit=40)).then_nothing()
    given(link_worker, ENGAGED).when(ChangeCaseloadLimit(caseload_limit=0)).refused("caseload_limit")


def test_an_absence_starts_once_then_ends() -> None:
    given(link_worker, ENGAGED).when(GO_AWAY).then(AWAY)
    given(link_worker, ENGAGED, AWAY).when(GO_AWAY).then_nothing()
    given(link_worker, ENGAGED, AWAY).when(replace(GO_AWAY, kind="sickness")).refused("away already (leave)")
    given(link_worker, ENGAGED, AWAY).when(EndAbsence(ended_on=TODAY)).then(AbsenceEnded(ended_on=TODAY))
    given(link_worker, ENGAGED).when(EndAbsence(ended_on=TODAY)).then_nothing()
    given(link_worker, ENGAGED, AWAY).when(EndAbsence(ended_on=START)).refused("before the absence started")


def test_nobody_leaves_people_behind() -> None:
    one, two = CaseTaken(referral_id="r1", weight=1), CaseTaken(referral_id="r2", weight=5)
    given(link_worker, ENGAGED, one).when(LEAVE).refused("Amira Khan still holds 1 open case:")
    given(link_worker, ENGAGED, one, two).when(LEAVE).refused("2 open cases")
    given(link_worker, ENGAGED, one, CaseReleased(referral_id="r1", weight=1)).when(LEAVE).then(LEFT)


def test_who_left_is_left_alone() -> None:
    given(link_worker, ENGAGED, LEFT).when(LEAVE).then_nothing()
    given(link_worker, ENGAGED, LEFT).when(GO_AWAY).refused("Amira Khan has left")


def test_nobody_unknown_goes_away() -> None:
    given(link_worker).when(GO_AWAY).refused("no such link worker")
