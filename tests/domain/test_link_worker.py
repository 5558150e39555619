"""What may change for a link worker."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.domain.message import Refused
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.caseload import CaseReleased, CaseTaken, HandoverAcknowledged
from commonweal.domain.workforce.link_worker import (
    AbsenceStarted,
    AcknowledgeHandover,
    AddLinkWorkerLanguage,
    AddLinkWorkerSkill,
    CaseloadLimitChanged,
    ChangeCaseloadLimit,
    ChangeWeeklyLimit,
    CoverStarted,
    EngageLinkWorker,
    LeavePost,
    LinkWorkerEngaged,
    LinkWorkerLanguageAdded,
    LinkWorkerLeft,
    LinkWorkerSkillAdded,
    WeeklyLimitChanged,
)
from commonweal.domain.workforce.post import ChangeWorkingPattern, WorkingPatternChanged
from tests.given import given, state_of

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
        ({"funders": ("QPM",), "funder_percents": (99,)}, "funder_percents"),
        ({"max_new_per_week": 0}, "max_new_per_week"),
        ({"contract_ends_on": date(2025, 8, 31)}, "contract_ends_on"),
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


def test_so_many_new_people_a_week_as_were_agreed() -> None:
    given(link_worker, ENGAGED).when(ChangeWeeklyLimit(max_new_per_week=2)).then(WeeklyLimitChanged(max_new_per_week=2))
    given(link_worker, ENGAGED).when(ChangeWeeklyLimit()).then_nothing()
    given(link_worker, ENGAGED).when(ChangeWeeklyLimit(max_new_per_week=0)).refused("max_new_per_week")
    new = [CaseTaken(referral_id=f"r{day}", weight=1, taken_on=TODAY + timedelta(days=day)) for day in (0, 6)]
    handed = CaseTaken(referral_id="r9", weight=1, taken_on=TODAY, from_worker_id="ben")
    state = state_of(link_worker, ENGAGED, WeeklyLimitChanged(max_new_per_week=2), handed, *new)
    with pytest.raises(Refused, match="2 new people this week"):
        link_worker.take(state, "r3", 1, on=TODAY + timedelta(days=2))
    assert link_worker.take(state, "r3", 1, on=TODAY + timedelta(days=7))
    assert link_worker.take(state, "r3", 1, on=TODAY, from_worker_id="ben")


def test_room_follows_the_hours_of_the_day() -> None:
    fewer = WorkingPatternChanged(fte_percent=30, from_on=TODAY)
    given(link_worker, ENGAGED).when(ChangeWorkingPattern(fte_percent=30, from_on=TODAY)).then(fewer)
    given(link_worker, ENGAGED, fewer).when(ChangeWorkingPattern(fte_percent=30, from_on=TODAY)).then_nothing()
    state = state_of(link_worker, ENGAGED, fewer)
    assert link_worker.room(state, TODAY - timedelta(days=1)) == 24
    assert link_worker.room(state, TODAY) == link_worker.room(state) == 12
    assert link_worker.room(state, START - timedelta(days=1)) == 0


def test_who_took_cases_over_says_they_have_read_what_was_said_of_them() -> None:
    at = datetime(2026, 1, 6, 9, tzinfo=UTC)
    handed = CaseTaken(referral_id="r1", weight=1, from_worker_id="ben")
    read = AcknowledgeHandover(referral_ids=("r1",), at=at)
    done = HandoverAcknowledged(referral_ids=("r1",), acknowledged_at=at)
    given(link_worker, ENGAGED, handed).when(read).then(done)
    given(link_worker, ENGAGED, handed, done).when(read).then_nothing()
    given(link_worker, ENGAGED, handed).when(replace(read, referral_ids=("r1", "r2"))).refused("not all of these")


def test_nobody_leaves_people_behind() -> None:
    one, two = CaseTaken(referral_id="r1", weight=1), CaseTaken(referral_id="r2", weight=5)
    given(link_worker, ENGAGED, one).when(LEAVE).refused("Amira Khan still holds 1 open case:")
    given(link_worker, ENGAGED, one, two).when(LEAVE).refused("2 open cases")
    given(link_worker, ENGAGED, one, CaseReleased(referral_id="r1", weight=1)).when(LEAVE).then(LEFT)


def test_who_left_is_left_alone() -> None:
    given(link_worker, ENGAGED, LEFT).when(LEAVE).then_nothing()
    given(link_worker, ENGAGED, LEFT).when(ChangeCaseloadLimit(caseload_limit=3)).refused("Amira Khan has left")


def test_nobody_leaves_who_covers_for_someone_away() -> None:
    given(link_worker, ENGAGED, CoverStarted(worker_id="ben")).when(LEAVE).refused("choose somebody else to cover")


def test_nothing_is_changed_of_somebody_unknown() -> None:
    given(link_worker).when(ChangeCaseloadLimit(caseload_limit=3)).refused("no such link worker")
