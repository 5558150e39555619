"""A community chest for the tests' stories: a fund with money and an open round, and applications to it with everything filled in."""

from datetime import date, timedelta
from typing import Any, Final

from commonweal.domain.chest import (
    apply,
    assess,
    award,
    fund,
    fund_pledges,
    fund_rounds,
    grant_application,
    grant_assessment,
    grant_award,
)

BY: Final = "0" * 32
FINANCE: Final = "1" * 32
FUND, ROUND = "chest", "round-1"
CHOIR, GARDEN, KITCHEN = "GB-CHC-1054276", "GB-CHC-1054277", "GB-CHC-1054278"
AREA: Final = "E06000061"
HASH: Final = "a" * 64


def founded(on: date, **round_: Any) -> tuple[object, ...]:
    """Its fund, which has £10,000, and a round of it in which one may apply."""
    return (
        fund.FoundFund(name="Nene community chest", areas=(AREA,), method="delegated", by=BY),
        fund.SetFundRules(eligibility=("in_area",), criteria=("need",), weights=(1,), votes=2, by=BY),
        fund_pledges.MakePledge(pledge_id="icb", funder="QPM", amount_pence=1_000_000, by=BY),
        fund_pledges.ConfirmPledge(pledge_id="icb", by=BY),
        fund_pledges.ReceiveFunds(
            pledge_id="icb", receipt_id="bank-1", amount_pence=1_000_000, received_on=on, on=on, by=FINANCE
        ),
        opened(on, **round_),
    )


def opened(on: date, **known: Any) -> fund_rounds.OpenRound:
    return fund_rounds.OpenRound(
        **{
            "round_id": ROUND,
            "name": "Round 1",
            "opens_on": on,
            "closes_on": on + timedelta(days=30),
            "least_pence": 50_000,
            "most_pence": 500_000,
            "by": BY,
            **known,
        }
    )


def begun(on: date, link_id: str, organisation: str = CHOIR, round_id: str = ROUND) -> apply.StartApplication:
    return apply.StartApplication(
        fund_id=FUND, round_id=round_id, organisation=organisation, link_id=link_id, on=on, by=BY
    )


def saved(on: date, **known: Any) -> grant_application.SaveApplication:
    return grant_application.SaveApplication(
        **{
            "title": "Singing on Tuesdays",
            "amount_pence": 120_000,
            "purpose": "loneliness",
            "area": AREA,
            "statement": "A choir for whoever comes",
            "beneficiaries": "Older people who live alone",
            "starts_on": on,
            "ends_on": on + timedelta(days=200),
            **known,
        }
    )


def sent(on: date, **known: Any) -> tuple[object, ...]:
    """Saved, sent, and found to meet the rules."""
    return (
        saved(on, **known),
        apply.SubmitApplication(fund_id=FUND, on=on),
        assess.CheckEligibility(by=BY),
        looked_at(on),
    )


def looked_at(on: date) -> grant_assessment.RecordDueDiligence:
    """The organisation is what it says."""
    return grant_assessment.RecordDueDiligence(bank_checked=True, safeguarding_policy=True, on=on, by=BY)


def offered(on: date, grant_id: str, pence: int = 120_000) -> tuple[object, ...]:
    """Recommended on a condition, and offered: half now, half later."""
    half = pence // 2
    return (
        assess.RecommendApplication(amount_pence=pence, conditions=("Have a safeguarding policy",), by=BY),
        award.OfferGrant(
            grant_id=grant_id,
            fund_id=FUND,
            amount_pence=pence,
            schedule_on=(on, on + timedelta(days=100)),
            schedule_pence=(half, pence - half),
            on=on,
            by=BY,
        ),
    )


def signed(on: date) -> grant_award.SignAgreement:
    return grant_award.SignAgreement(document_hash=HASH, signed_for=("QPM", CHOIR), signed_on=on, on=on, by=BY)
