"""Where a grant stands, as the organisation that has it is told: what is still to be paid, what came back, and each condition."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commonweal.console import applying
from commonweal.domain.chest import grant, grant_award, grant_payments

DAYS = (date(2026, 5, 1), date(2026, 11, 1), date(2027, 5, 1))
OFFERED = grant_award.GrantOffered(
    fund_id="f1",
    amount_pence=600_00,
    shares=(),
    schedule=tuple(map(grant_award.Instalment, DAYS, (100_00, 200_00, 300_00))),
    conditions=("Name a lead", "Have a policy", "Open on Fridays"),
    by="olu",
)
RUNNING = (
    OFFERED,
    grant_award.GrantAccepted(accepted_on=DAYS[0]),
    grant_award.AgreementSigned(document_hash="0" * 64, signed_for=("QPM", "QMF"), signed_on=DAYS[0], by="olu"),
)
PAID = (
    grant_payments.DrawdownRequested(drawdown_id="d1", amount_pence=300_00, requested_on=DAYS[0]),
    grant_payments.DrawdownApproved(drawdown_id="d1", by="olu"),
    grant_payments.PaymentMade(
        payment_id="p1", drawdown_id="d1", amount_pence=300_00, shares=(), paid_on=DAYS[0], by="fin"
    ),
)
BACK = grant_payments.PaymentReturned(
    payment_id="p1", return_id="back-1", amount_pence=40_00, returned_on=DAYS[1], by="fin"
)
UNSPENT = grant_payments.UnderspendReturned(
    return_id="back-2", amount_pence=10_00, shares=(), returned_on=DAYS[1], by="fin"
)
ENDED = grant_award.AwardTerminated(reason="closed_down", released_pence=340_00, shares=(), by="olu")


def shown(*events: Any) -> applying.Applied:
    state = replace(grant.INITIAL, phase="recommended")
    for each in events:
        state = grant.evolve(state, each)
    return applying.applied(
        state, events, DAYS[1], address="/apply/x", about="Chest, Spring", said="", until=date(2027, 6, 1)
    )


@pytest.mark.parametrize(
    ("events", "called", "pounds"),
    [
        ((OFFERED,), "To be paid", ["£100", "£200", "£300"]),
        ((*RUNNING, *PAID), "To be paid", ["£100", "£200", "£300"]),
        ((*RUNNING, *PAID, BACK), "To be paid", ["£100", "£200", "£300"]),
        ((*RUNNING, *PAID, UNSPENT), "To be paid", ["£100", "£200", "£290"]),
        ((*RUNNING, *PAID, BACK, ENDED), "Was to be paid", ["£100", "£160"]),
        ((OFFERED, grant_award.GrantRefused(reason="no_need", amount_pence=600_00, shares=())), "To be paid", []),
    ],
)
def test_the_instalments_come_to_what_the_award_still_is(
    events: tuple[Any, ...], called: str, pounds: list[str]
) -> None:
    page = shown(*events)
    assert (page.planned, [pence for _, pence in page.schedule]) == (called, pounds)


def test_what_came_back_is_said_beside_what_was_paid() -> None:
    assert dict(shown(*RUNNING, *PAID).facts)["Paid"] == "£300"
    assert dict(shown(*RUNNING, *PAID, BACK, UNSPENT).facts)["Paid"] == "£250: £300 was paid, and £50 came back"
    failed = grant_payments.PaymentFailed(payment_id="p1", reason="account", failed_on=DAYS[1], by="fin")
    assert dict(shown(*RUNNING, *PAID, failed).facts)["Paid"] == "£0"


def test_each_condition_says_whether_it_is_open_met_or_breached() -> None:
    met = grant_award.ConditionMet(condition=2, by="olu")
    breached = grant_award.ConditionBreached(condition=3, reason="breach", by="olu")
    told = dict(shown(*RUNNING, met, breached).facts)["On condition"].splitlines()
    assert told == ["1. Name a lead – Open", "2. Have a policy – Met", "3. Open on Fridays – Breached"]


def test_who_accepted_is_told_who_records_the_agreement_for_there_is_nothing_to_sign_here() -> None:
    page = shown(*RUNNING[:2])
    assert "officer records when both sides have signed it" in page.stage
    assert [way.text for way in page.ways] == ["Refuse the offer"]
