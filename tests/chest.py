"""A community chest for a test: founded, paid into, applied to; each command with the record it is to."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from commonweal.domain.chest import (
    apply,
    assess,
    award,
    fund,
    fund_pledges,
    fund_rounds,
    grant_application,
    grant_assessment,
)

DAY: Final = date(2026, 4, 1)
LAST_DAY: Final = date(2026, 4, 30)
AREA: Final = "E09000002"
NHS, APPLICANT = "QMF", "GB-CHC-1054276"

Told = tuple[str, object]


def founded(fund_id: str, pence: int) -> Iterator[Told]:
    """A fund with so much confirmed, and an open round in it that an officer decides."""
    yield fund_id, fund.FoundFund(name="The chest", areas=(AREA,), method="delegated", by="olu")
    yield fund_id, fund.SetFundRules(eligibility=("in_area",), criteria=("need",), weights=(1,), by="olu")
    yield fund_id, fund_pledges.MakePledge(pledge_id="nhs", funder=NHS, amount_pence=pence, by="olu")
    yield fund_id, fund_pledges.ConfirmPledge(pledge_id="nhs", by="olu")
    yield (
        fund_id,
        fund_rounds.OpenRound(
            round_id="r1", name="Round 1", opens_on=DAY, closes_on=LAST_DAY, least_pence=1, most_pence=pence, by="olu"
        ),
    )


def recommended(fund_id: str, grant_id: str, pence: int) -> Iterator[Told]:
    """An application as far as it can be offered what it asks for."""
    yield (
        grant_id,
        apply.StartApplication(
            fund_id=fund_id, round_id="r1", organisation=APPLICANT, link_id=f"l-{grant_id}", on=DAY, by="olu"
        ),
    )
    yield (
        grant_id,
        grant_application.SaveApplication(
            title="Friday table",
            amount_pence=pence,
            purpose="loneliness",
            area=AREA,
            statement="We cook and eat together",
            beneficiaries="Whoever lives alone",
            starts_on=DAY,
            ends_on=LAST_DAY,
        ),
    )
    yield grant_id, apply.SubmitApplication(fund_id=fund_id, on=DAY)
    yield grant_id, assess.CheckEligibility(by="olu")
    yield (
        grant_id,
        grant_assessment.RecordDueDiligence(bank_checked=True, safeguarding_policy=True, on=DAY, by="olu"),
    )
    yield grant_id, assess.RecommendApplication(amount_pence=pence, by="olu")


def offer(fund_id: str, grant_id: str, pence: int, by: str = "olu") -> award.OfferGrant:
    """All of it, paid at once."""
    return award.OfferGrant(
        grant_id=grant_id,
        fund_id=fund_id,
        amount_pence=pence,
        schedule_on=(LAST_DAY,),
        schedule_pence=(pence,),
        on=DAY,
        by=by,
    )
