"""A safeguarding concern is raised about someone in a case of ours."""

from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.work import safeguarding


@command
class RaiseSafeguardingConcern:
    """It is seen by whoever raised it, the case's link worker, team leads and the information governance lead alone."""

    referral_id: str
    concerning: str = "adult"
    types: tuple[str, ...]
    detail: str
    immediate_danger: bool = False
    by: str
    at: datetime


PRIMARY: Final = "safeguarding"
CREATES: Final = (RaiseSafeguardingConcern,)

Command = RaiseSafeguardingConcern


def reads(_state: safeguarding.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("referral", command.referral_id),)


def decide(
    states: tuple[safeguarding.State, referral.State], command: Command
) -> tuple[tuple[safeguarding.Event, ...], tuple[()]]:
    """Writes to the concern only. A case in any phase may give rise to one."""
    known, case = states
    person_id = referral.known(case)
    values.one_of(codes.SAFEGUARDING_OF, command.concerning, "concerning")
    types = values.all_of(codes.ABUSE, command.types, "types")
    detail = values.said(command.detail, "detail")
    if not types:
        raise Refused("types is missing: say what kind of harm it may be")
    before = known.raised
    if before is not None:
        if (before.referral_id, before.types, before.detail) == (command.referral_id, types, detail):
            return (), ()
        raise Refused("this concern was raised already")
    raised = safeguarding.SafeguardingConcernRaised(
        referral_id=command.referral_id,
        person_id=person_id,
        concerning=command.concerning,
        types=types,
        detail=detail,
        immediate_danger=command.immediate_danger,
        raised_by=command.by,
        raised_at=values.moment(command.at, "at"),
    )
    return (raised,), ()
