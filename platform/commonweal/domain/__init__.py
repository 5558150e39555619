"""What can happen: each module is one thing that has a history, in the words of the people who work with it."""

from types import ModuleType
from typing import Final

from commonweal.domain import (
    allocation,
    consent,
    hospital,
    link_worker,
    person,
    receive,
    referral,
    roster,
    tenant,
    user,
)

MODULES: Final[tuple[ModuleType, ...]] = (person, consent, referral, link_worker, hospital, tenant, user, roster)
"""One stream decides alone."""

JOINT: Final[tuple[ModuleType, ...]] = (receive, allocation)
"""Several streams decide together."""
