"""Who is away, and who sees to their people."""

from dataclasses import replace
from datetime import date

from commonweal.domain.workforce import absence
from commonweal.domain.workforce.absence import ChangeCover, EndAbsence, StartAbsence
from commonweal.domain.workforce.link_worker import (
    AbsenceEnded,
    AbsenceStarted,
    CoverChanged,
    CoverEnded,
    CoverStarted,
    LinkWorkerEngaged,
    LinkWorkerLeft,
)
from tests.given import given

DAY = date(2026, 1, 5)
AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan", employer="U35821", fte_percent=50, caseload_limit=10, engaged_on=date(2025, 9, 1)
)
BEN, CHI = replace(AMIRA, display_name="Ben Osei"), replace(AMIRA, display_name="Chi Eze")
BEN_ID, CHI_ID = ("link_worker", "ben"), ("link_worker", "chi")
GO = StartAbsence(link_worker_id="amira", kind="leave", cover_worker_id="ben", started_on=DAY)
AWAY = AbsenceStarted(kind="leave", cover_worker_id="ben", started_on=DAY)
COVERS = CoverStarted(worker_id="amira")
BACK = EndAbsence(link_worker_id="amira", ended_on=DAY)


def test_whoever_covers_is_told_so() -> None:
    given(absence, AMIRA, reading={BEN_ID: (BEN,)}).when(GO).then(AWAY, writing={BEN_ID: (COVERS,)})
    given(absence, AMIRA, AWAY, reading={BEN_ID: (BEN, COVERS)}).when(GO).then_nothing()
    given(absence, AMIRA).when(replace(GO, cover_worker_id=None)).then(replace(AWAY, cover_worker_id=None))


def test_somebody_away_does_not_go_away() -> None:
    given(absence, AMIRA, AWAY, reading={BEN_ID: (BEN, COVERS)}).when(replace(GO, kind="sickness")).refused(
        "away already (leave)"
    )
    given(absence).when(GO).refused("no such link worker")
    given(absence, AMIRA, LinkWorkerLeft(last_day=DAY)).when(GO).refused("Amira Khan has left")
    given(absence, AMIRA).when(replace(GO, kind="weather", cover_worker_id=None)).refused("kind")


def test_only_a_colleague_at_work_covers() -> None:
    left = (BEN, LinkWorkerLeft(last_day=DAY))
    ill = (BEN, AbsenceStarted(kind="sickness", started_on=DAY))
    given(absence, AMIRA).when(GO).refused("cover_worker_id: there is no such")
    given(absence, AMIRA, reading={BEN_ID: left}).when(GO).refused("cover_worker_id: there is no such")
    given(absence, AMIRA, reading={BEN_ID: ill}).when(GO).refused("Ben Osei is away too")
    given(absence, AMIRA, reading={("link_worker", "amira"): (AMIRA,)}).when(
        replace(GO, cover_worker_id="amira")
    ).refused("nobody covers for themselves")


def test_cover_goes_from_one_colleague_to_another() -> None:
    covered = {BEN_ID: (BEN, COVERS), CHI_ID: (CHI,)}
    to_chi = ChangeCover(link_worker_id="amira", cover_worker_id="chi")
    given(absence, AMIRA, AWAY, reading=covered).when(to_chi).then(
        CoverChanged(cover_worker_id="chi"), writing={BEN_ID: (CoverEnded(worker_id="amira"),), CHI_ID: (COVERS,)}
    )
    given(absence, AMIRA, AWAY, reading=covered).when(replace(to_chi, cover_worker_id=None)).then(
        CoverChanged(), writing={BEN_ID: (CoverEnded(worker_id="amira"),)}
    )
    given(absence, AMIRA, AWAY, reading=covered).when(replace(to_chi, cover_worker_id="ben")).then_nothing()
    given(absence, AMIRA).when(to_chi).refused("is not away")


def test_cover_ends_with_the_absence() -> None:
    given(absence, AMIRA, AWAY, reading={BEN_ID: (BEN, COVERS)}).when(BACK).then(
        AbsenceEnded(ended_on=DAY), writing={BEN_ID: (CoverEnded(worker_id="amira"),)}
    )
    given(absence, AMIRA).when(BACK).then_nothing()
    given(absence, AMIRA, AWAY, reading={BEN_ID: (BEN, COVERS)}).when(replace(BACK, ended_on=date(2026, 1, 4))).refused(
        "before the absence started"
    )
