"""Activity: each contact that was held, each referral, each plan a person agreed."""

from collections.abc import Iterable
from typing import Final

from commonweal.domain import tenant
from commonweal.domain.plans import plan
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.contacts import contacts
from projections.places import places


def _case(fact: Fact) -> Iterable[Statement]:
    for statement in cases(fact):
        yield Put("referral", {**statement.row, "retracted": False}) if isinstance(statement, Put) else statement
    if isinstance(fact.event, referral.ReferralRetractedInError):
        yield Change("referral", fact.identity, {"retracted": True})
    yield from contacts(fact)


def _plan(fact: Fact) -> Iterable[Statement]:
    """A plan is agreed only where it is complete as a personalised care and support plan: see `plan_agreement`."""
    match fact.event:
        case plan.PlanStarted(referral_id=case):
            yield Put("plan", {"plan_id": fact.identity, "referral_id": case, "agreed_on": None})
        case plan.PlanAgreedByPerson(agreed_on=day):
            yield Change("plan", fact.identity, {"agreed_on": day})
        case _:
            pass


project: Final = by_module(
    {
        referral: _case,
        contact: contacts,
        plan: _plan,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
