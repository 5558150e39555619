"""What hangs on a grant as rows: how it was judged, what is asked of its money, and what it has to report."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain.chest import grant_assessment, grant_monitoring, grant_payments
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact


def judged(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case grant_assessment.ApplicationAssessed(assessor=who, organisation=organisation, points=points):
            yield _scores(fact, who, organisation, points, moderated=False)
        case grant_assessment.AssessmentModerated(moderator=who, points=points):
            yield _scores(fact, who, None, points, moderated=True)
        case grant_assessment.ConflictDeclared(assessor=who, kind=kind):
            row = {"grant_id": fact.identity, "assessor": who, "kind": kind}
            yield Put("conflict", {"conflict": f"{fact.identity}|{who}", **row})
            yield Remove("assessment", f"{fact.identity}|{who}")
            yield Remove("assessment", f"{fact.identity}|{AGREED}")
        case grant_assessment.ConflictCleared(assessor=who):
            yield Remove("conflict", f"{fact.identity}|{who}")
        case _:
            pass


def _scores(
    fact: Fact, who: str, organisation: str | None, points: tuple[grant_assessment.Point, ...], *, moderated: bool
) -> Put:
    """What was moderated stands once, whoever did it last."""
    return Put(
        "assessment",
        {
            "assessment": f"{fact.identity}|{AGREED if moderated else who}",
            "grant_id": fact.identity,
            "assessor": who,
            "organisation": organisation,
            "moderated": moderated,
            "points": [{"criterion": each.criterion, "score": each.score} for each in points],
            "given_at": fact.at,
        },
    )


AGREED: Final = ""
"""Whose score is everybody's."""


def drawdowns(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case grant_payments.DrawdownRequested() as event:
            yield _requested(fact, event)
        case grant_payments.DrawdownApproved(drawdown_id=drawdown):
            yield _drawn(fact, drawdown, phase="APPROVED", reason=None)
        case grant_payments.DrawdownQueried(drawdown_id=drawdown, reason=reason):
            yield _drawn(fact, drawdown, phase="QUERIED", reason=reason)
        case grant_payments.DrawdownRefused(drawdown_id=drawdown, reason=reason):
            yield _drawn(fact, drawdown, phase="REFUSED", reason=reason)
        case grant_payments.PaymentMade(drawdown_id=drawdown, payment_id=payment):
            yield _drawn(fact, drawdown, payment_id=payment)
        case _:
            pass


def _requested(fact: Fact, event: grant_payments.DrawdownRequested) -> Put:
    return Put(
        "drawdown",
        {
            "drawdown": f"{fact.identity}|{event.drawdown_id}",
            "grant_id": fact.identity,
            "drawdown_id": event.drawdown_id,
            "pence": event.amount_pence,
            "phase": "REQUESTED",
            "reason": None,
            "requested_on": event.requested_on,
            "evidence": list(event.evidence),
            "report_id": event.report_id,
            "payment_id": None,
        },
    )


def _drawn(fact: Fact, drawdown_id: str, **columns: Any) -> Change:
    return Change("drawdown", f"{fact.identity}|{drawdown_id}", columns)


def reports(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case grant_monitoring.MonitoringDue() as event:
            asked = {name: getattr(event, name) for name in ("report_id", "from_on", "to_on", "due_on")}
            row = {"grant_id": fact.identity, **asked, "phase": "DUE", **dict.fromkeys(_SUBMITTED)}
            yield Put("report", {"report": f"{fact.identity}|{event.report_id}", **row})
        case grant_monitoring.MonitoringSubmitted() as event:
            told = {name: getattr(event, name) for name in _SUBMITTED}
            yield Change("report", f"{fact.identity}|{event.report_id}", {**told, "phase": "SUBMITTED"})
        case event if (phase := _REPORTS.get(type(event))) is not None:
            yield Change("report", f"{fact.identity}|{event.report_id}", {"phase": phase})
        case _:
            pass


_SUBMITTED: Final = ("sessions", "places", "people_band", "spend_pence", "submitted_on")
_REPORTS: Final[Mapping[type, str]] = {
    grant_monitoring.MonitoringAccepted: "ACCEPTED",
    grant_monitoring.MonitoringQueried: "QUERIED",
    grant_monitoring.MonitoringOverdue: "OVERDUE",
}
