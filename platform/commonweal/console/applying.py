"""Where an application stands, as the organisation that made it is told: nothing of how others judged it until it is decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from commonweal.console.forms import Choice
from commonweal.console.page import Way
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import (
    grant,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
    grant_schedule,
)
from commonweal.domain.chest.money import pounds

T = TypeVar("T")
Facts = tuple[tuple[str, str], ...]
"""(label, words)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A drawdown or a report: when, what, how it stands, and what can be done about it."""

    when: str
    what: str
    words: str
    way: Way | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the link shows once it was sent. `about`: the fund and the round; `said`: what was just done; `until`: the link's last day;
    `planned`: what the instalments are called."""

    title: str
    about: str
    said: str
    stage: str
    facts: Facts
    planned: str
    schedule: Facts
    drawdowns: tuple[Line, ...]
    reports: tuple[Line, ...]
    ways: tuple[Way, ...]
    until: date


def applied(
    state: grant.State, events: Sequence[grant.Event], today: date, *, address: str, about: str, said: str, until: date
) -> Applied:
    """`address`: of the link, where each step begins."""
    ready = steps(state)
    return Applied(
        title=grant_application.title(state.application) or "Your application",
        about=about,
        said=said,
        stage=_STAGES.get(state.phase, _LOOKED_AT),
        facts=_facts(state, events),
        planned=planned(state.phase),
        schedule=schedule(state),
        drawdowns=tuple(_drawdowns(state, events, address)),
        reports=tuple(_reports(state, events, today, address)),
        ways=tuple(Way(text=text, href=f"{address}/{name}") for name, text in _WAYS.items() if name in ready),
        until=until,
    )


def steps(state: grant.State) -> frozenset[str]:
    """What can be done now, by the names of the steps."""
    phase = state.phase
    asked_back = any(each.phase == "queried" for each in state.payments.drawdowns.values())
    found = {
        "application": phase == "started",
        "look": phase == "started",
        "withdraw": phase in grant_application.BEFORE_OFFER,
        "accept": phase == "offered",
        "refuse": phase in ("offered", "accepted"),
        "drawdown": phase == "active" and (left(state) > 0 or asked_back),
        "report": any(each.phase != "accepted" for each in state.reports.values()),
        "underspend": phase in ("active", "paused", "terminated") and state.payments.paid > 0,
    }
    return frozenset(name for name, ready in found.items() if ready)


_LOOKED_AT: Final = "It is being looked at. You see here what was decided."
_STAGES: Final[Mapping[str, str]] = {
    "ineligible": "It cannot be funded: it does not meet what every application must.",
    "reserve": "It is on the reserve list: it is funded if money becomes free.",
    "declined": "It was declined.",
    "withdrawn": "It was withdrawn.",
    "offered": "You are offered a grant. Accept it or refuse it.",
    "accepted": "You accepted the offer. The agreement is not signed here: the chest’s officer records when both sides have signed it, and then "
    "money can be asked for.",
    "refused": "You refused the offer.",
    "active": "The grant is running.",
    "paused": "The grant is paused: nothing is paid until it goes on.",
    "terminated": "The grant was ended before its time.",
    "closed": "The grant is closed. Thank you.",
}
_WAYS: Final[Mapping[str, str]] = {
    "accept": "Accept the offer",
    "refuse": "Refuse the offer",
    "drawdown": "Ask for money of the grant",
    "underspend": "Say what will be left over",
    "withdraw": "Withdraw the application",
}


def _facts(state: grant.State, events: Sequence[grant.Event]) -> Facts:
    return (*_asked(state), *_decided(state, events), *_awarded(state, events))


def _asked(state: grant.State) -> Iterator[tuple[str, str]]:
    if (sent := state.application.submitted) is not None:
        yield "Sent", long_date(sent.submitted_on)
        yield "Asked for", pounds(sent.amount_pence)


def _decided(state: grant.State, events: Sequence[grant.Event]) -> Iterator[tuple[str, str]]:
    """Why it was not funded, in the words of those who decided."""
    failed, declined = (
        _last(events, grant_assessment.EligibilityFailed),
        _last(events, grant_assessment.ApplicationDeclined),
    )
    if state.phase == "ineligible" and failed is not None:
        yield "What it does not meet", "\n".join(sentence_case(codes.ELIGIBILITY_RULES[rule]) for rule in failed.rules)
        if isinstance(failed.reason, str):
            yield "Why", failed.reason
    if state.phase == "declined" and declined is not None:
        yield "Why", sentence_case(codes.APPLICATION_DECLINES[declined.reason])
        if isinstance(declined.feedback, str):
            yield "What you are told", declined.feedback


def _awarded(state: grant.State, events: Sequence[grant.Event]) -> Iterator[tuple[str, str]]:
    if state.phase not in grant_award.AWARDED:
        return
    yield "The grant", pounds(state.award.amount)
    yield from conditions(state, events)
    if state.phase in ("offered", "accepted"):
        return
    yield "Paid", paid(state)
    if state.payments.asked:
        yield "Asked for, and not paid yet", pounds(state.payments.asked)
    if state.payments.underspend:
        yield "Left over, to be sent back", pounds(state.payments.underspend)


def conditions(state: grant.State, events: Sequence[grant.Event]) -> Facts:
    """On which conditions the grant is, numbered as they are spoken of, and how each stands."""
    offered = _last(events, grant_award.GrantOffered)
    told = offered.conditions if offered is not None and isinstance(offered.conditions, tuple) else ()
    if not told:
        return ()
    lines = (f"{number}. {words} – {MET[state.award.met.get(number)]}" for number, words in enumerate(told, 1))
    return (("On condition", "\n".join(lines)),)


MET: Final[Mapping[bool | None, str]] = {True: "Met", False: "Breached", None: "Open"}
"""How a condition stands."""


def paid(state: grant.State) -> str:
    """What the organisation has of it and, where some came back, how that comes about."""
    kept, back = state.payments.paid, sum(pence for pence, _ in state.payments.returns.values())
    return f"{pounds(kept)}: {pounds(kept + back)} was paid, and {pounds(back)} came back" if back else pounds(kept)


def left(state: grant.State) -> int:
    """What can still be asked for, in pence; less than nothing where the award was made smaller than what was paid or is asked for."""
    return state.award.amount - state.payments.paid - state.payments.asked


def schedule(state: grant.State) -> Facts:
    """(day, sum) of each instalment."""
    return tuple((long_date(each.due_on), pounds(each.pence)) for each in grant_schedule.stands(state.award))


def planned(phase: str) -> str:
    """What the instalments are called: once a grant is over, nothing more is to be paid."""
    return "Was to be paid" if phase in ("terminated", "closed") else "To be paid"


def _last(events: Sequence[object], kind: type[T]) -> T | None:
    return next((each for each in reversed(events) if isinstance(each, kind)), None)


def _drawdowns(state: grant.State, events: Sequence[grant.Event], address: str) -> Iterator[Line]:
    asked = {each.drawdown_id: each for each in events if isinstance(each, grant_payments.DrawdownRequested)}
    why = {
        each.drawdown_id: codes.DRAWDOWN_REASONS[each.reason]
        for each in events
        if isinstance(each, grant_payments.DrawdownQueried | grant_payments.DrawdownRefused)
    }
    paid = {each.drawdown_id: each.paid_on for each in state.payments.payments.values() if not each.failed}
    for name, each in state.payments.drawdowns.items():
        anew = Way(text="Ask again, with more", href=f"{address}/drawdown?drawdown_id={name}")
        words = {
            "requested": "Asked for",
            "approved": "Approved, to be paid",
            "queried": f"Asked back: {why.get(name, '')}",
            "refused": f"Refused: {why.get(name, '')}",
            "paid": f"Paid on {long_date(paid[name])}" if name in paid else "Paid",
        }
        yield Line(
            when=long_date(asked[name].requested_on),
            what=pounds(each.amount),
            words=words[each.phase],
            way=anew if each.phase == "queried" and "drawdown" in steps(state) else None,
        )


def _reports(state: grant.State, events: Sequence[grant.Event], today: date, address: str) -> Iterator[Line]:
    for name, each in state.reports.items():
        send = Way(
            text="Report" if each.submitted is None else "Send it again", href=f"{address}/report?report_id={name}"
        )
        words = {
            "due": f"Due on {long_date(each.asked.due_on)}",
            "overdue": f"Overdue since {long_date(each.asked.due_on)}",
            "submitted": "Sent",
            "queried": f"Asked back: {question(events, name)}",
            "accepted": "Accepted",
        }
        yield Line(
            when=days(each),
            what="Report",
            words=words[each.phase],
            way=send if each.phase in ("due", "overdue", "queried") and today >= each.asked.to_on else None,
        )


def sent_reports(state: grant.State) -> tuple[Choice, ...]:
    """The reports that have come, by the days they are about, as answers."""
    return tuple(
        Choice(value=name, text=days(each)) for name, each in state.reports.items() if each.submitted is not None
    )


def days(report: grant_monitoring.Report) -> str:
    """The days a report is about."""
    return f"{long_date(report.asked.from_on)} to {long_date(report.asked.to_on)}"


def question(events: Sequence[grant.Event], report_id: str) -> str:
    """What was asked about a report last."""
    told = [
        each.question
        for each in events
        if isinstance(each, grant_monitoring.MonitoringQueried) and each.report_id == report_id
    ]
    return told[-1] if told and isinstance(told[-1], str) else ""
