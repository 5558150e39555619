"""Deadlines: what has a time by which it must be done, and what happens when nobody did it."""

from datetime import datetime
from types import ModuleType
from typing import Final

from commonweal.domain import hospital, tenant
from commonweal.domain.chest import grant
from commonweal.domain.directory import community_service, connection
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.measures import measure
from commonweal.domain.people import consent
from commonweal.domain.plans import plan
from commonweal.domain.referrals import gp_message, referral_clocks
from commonweal.domain.work import lone_visit
from commonweal.domain.workforce import learning

TIMED: Final[tuple[ModuleType, ...]] = (
    referral_clocks,
    hospital,
    consent,
    lone_visit,
    community_service,
    connection,
    learning,
    measure,
    plan,
    gp_message,
    grant,
)
"""Modules whose events set or settle deadlines: `deadlines(policies, identity, event)` and `FALLS_DUE` in each."""

_BY_KIND: Final[FallsDue] = {kind: make for module in TIMED for kind, make in module.FALLS_DUE.items()}
_BY_EVENT: Final = {event: module.deadlines for module in TIMED for event in module.Event.__args__}


def deadlines(policies: tenant.Policies, identity: str, event: object) -> tuple[Deadline, ...]:
    """The deadlines an event sets or settles; each replaces the one of the same kind, stream and `about`."""
    found = _BY_EVENT.get(type(event))
    return () if found is None else tuple(found(policies, identity, event))


def when_due(due: Deadline, now: datetime) -> object:
    """The command for a deadline that has come."""
    if (make := _BY_KIND.get(due.kind)) is None:
        raise ValueError(f"no deadline is of the kind {due.kind}")
    return make(due, now)
