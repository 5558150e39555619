"""The conditions, reports, drawdowns and payments of a grant: what each is, and what can be said of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from commonweal.console import applying
from commonweal.console.page import Way
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import (
    assess,
    fund,
    grant,
    grant_assessment,
    grant_monitoring,
    grant_payments,
)
from commonweal.domain.chest.money import pounds
from commonweal.runtime import permissions
from commonweal.runtime.pages.chest_pieces import deeds
from commonweal.runtime.schema import Asker

_BY_DRAWDOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("approve-drawdown", "query-drawdown", "refuse-drawdown"),
    "queried": ("approve-drawdown", "refuse-drawdown"),
    "approved": ("make-payment",),
}
_BY_CONDITION: Final[Mapping[bool | None, tuple[str, ...]]] = {
    None: ("meet-condition", "breach-condition"),
    True: ("breach-condition",),
    False: ("meet-condition",),
}
"""Whether a condition is met → what can be said of it."""
_BY_REPORT: Final[Mapping[str, tuple[str, ...]]] = {
    "due": ("submit-monitoring",),
    "overdue": ("submit-monitoring",),
    "queried": ("submit-monitoring", "accept-monitoring"),
    "submitted": ("accept-monitoring", "query-monitoring"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A drawdown, a payment, a condition or a report: what it is, and what can be done about it."""

    text: str
    deeds: tuple[Way, ...] = ()


def parts(
    asker: Asker, grant_id: str, state: grant.State, chest: fund.State, back: str
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Each heading with its parts; of some there are none."""

    def can(names: tuple[str, ...], **taken: str) -> tuple[Way, ...]:
        return deeds(asker, names, grant_id, back, **taken)

    yield "Conflicts of interest", tuple(_conflicts(asker, state, chest, can))
    running = state.phase in ("accepted", "active", "paused")
    conditions = state.assessment.recommended.conditions if state.assessment.recommended is not None else ()
    told = conditions if isinstance(conditions, tuple) else ()
    yield (
        "Conditions",
        tuple(
            Part(
                text=f"{text} – {applying.MET[state.award.met.get(number)]}",
                deeds=can(_BY_CONDITION[state.award.met.get(number)], condition=str(number)) if running else (),
            )
            for number, text in enumerate(told, start=1)
        ),
    )
    if "chest_payments" in permissions.views(asker.principal.grants):
        yield from _money(state, can)
    yield (
        "Reports",
        tuple(
            Part(
                text=_report(each),
                deeds=can(_BY_REPORT.get(each.phase, ()), report_id=report_id),
            )
            for report_id, each in state.reports.items()
        ),
    )


def _conflicts(
    asker: Asker, state: grant.State, chest: fund.State, can: Callable[..., tuple[Way, ...]]
) -> Iterator[Part]:
    """One's own is always told; those of others to whoever may clear them."""
    me, others = asker.principal.id, permissions.may(asker.principal.grants, grant_assessment.ClearConflict)
    for each, kind in sorted(state.assessment.conflicts.items()):
        why = codes.CONFLICTS.get(kind, kind)
        if each == me:
            yield Part(text=f"You declared a conflict of interest: {why}. Somebody else judges this")
        elif others:
            yield Part(text=f"Somebody does not judge this: {why}", deeds=can(("clear-conflict",), assessor=each))
    grants = asker.principal.grants
    if permissions.may(grants, assess.AssessApplication) and assess.interested(
        state, chest, permissions.sent_by(grants)
    ):
        yield Part(text="Your organisation has an interest in the applicant: somebody else judges this")


def _report(each: grant_monitoring.Report) -> str:
    """How it stands and, once it has come, what it says."""
    told, sent = (
        f"Of {applying.days(each)}, due {long_date(each.asked.due_on)} – {sentence_case(each.phase)}",
        each.submitted,
    )
    if sent is None:
        return told
    people = codes.PEOPLE_BANDS.get(sent.people_band, sent.people_band)
    said_ = f"{sent.sessions:,} sessions, {sent.places:,} places, {people} people, {pounds(sent.spend_pence)} spent"
    learning = f". {sent.learning}" if isinstance(sent.learning, str) and sent.learning else ""
    return f"{told}: {said_}{learning}"


def _drawdown(state: grant.State, each: grant_payments.Drawdown) -> str:
    """What is asked for, how it stands, and what it rests on: whoever approves it reads that first."""
    report = state.reports.get(each.report_id or "")
    many = len(each.evidence)
    said_ = (
        f"{pounds(each.amount)} – {sentence_case(each.phase)}",
        codes.DRAWDOWN_REASONS.get(each.reason, ""),
        "" if report is None else f"with the report of {applying.days(report)}",
        f"with {many} {'document' if many == 1 else 'documents'}" if many else "",
    )
    return ", ".join(each for each in said_ if each)


def _money(state: grant.State, can: Callable[..., tuple[Way, ...]]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    paid, fund_id = state.payments, state.fund_id
    yield (
        "Drawdowns",
        tuple(
            Part(
                text=_drawdown(state, each),
                deeds=can(_BY_DRAWDOWN.get(each.phase, ()), drawdown_id=drawdown, fund_id=fund_id),
            )
            for drawdown, each in paid.drawdowns.items()
        ),
    )
    yield (
        "Payments",
        tuple(
            Part(
                text=f"{pounds(each.amount)} on {long_date(each.paid_on)}, {payment}"
                + (
                    " – the bank did not pay it"
                    if each.failed
                    else f" – {pounds(each.back)} came back"
                    if each.back
                    else ""
                ),
                deeds=can(_by_payment(each, paid.paid), payment_id=payment, fund_id=fund_id),
            )
            for payment, each in paid.payments.items()
        ),
    )
    left = f"{pounds(paid.underspend)} is left over and not returned" if paid.underspend else ""
    free = f"{pounds(paid.to_move_on)} that came back has not gone to another" if paid.to_move_on else ""
    yield (
        "Left over",
        (
            *((Part(text=left, deeds=can(("return-underspend",), fund_id=fund_id)),) if left else ()),
            *((Part(text=free, deeds=can(("reallocate-underspend",), fund_id=fund_id)),) if free else ()),
        ),
    )


def _by_payment(each: grant_payments.Payment, paid: int) -> tuple[str, ...]:
    """What can be said of a payment: one of which something came back was carried out. `paid`: what the grantee has of all."""
    if not min(each.kept, paid):
        return ()
    return ("return-payment",) if each.back or each.amount > paid else ("fail-payment", "return-payment")
