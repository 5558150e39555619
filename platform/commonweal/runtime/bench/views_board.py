"""The board that is measured: an ICS of invented people with link workers, and the question for fifty of their referrals."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.people import person
from commonweal.domain.people.person import ContactPreferenceSet, PersonRegistered
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import (
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralReceived,
    TriageStarted,
)
from commonweal.domain.tenant import PCNFormed, PracticeJoinedPCN, TrustConnected
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.link_worker import LinkWorkerEngaged
from commonweal.kernel.append import About, Append
from commonweal.kernel.decider import DECIDERS
from commonweal.kernel.follow import Room
from commonweal.kernel.streams import Kept
from commonweal.runtime.simulate.invented import colleague, nhs_numbers, someone
from projections.caseload import READ_MODEL
from tenants.store import Tenant

PER_CASE: Final = 7
"""Events of one referral and its person."""
PAGE: Final = 50
_PCNS: Final = tuple(f"U{number:05d}" for number in range(90001, 90006))
_PRACTICES: Final = tuple(f"Z9{number:04d}" for number in range(25))
_TRUSTS: Final = ("Z9A", "Z9B")
_WORKERS: Final = 20
_AT_ONCE: Final = 64
_BEGAN: Final = datetime(2025, 1, 6, 9, tzinfo=UTC)
FIELDS: Final = """
id version stage phase priority needs source sourceOrganisation sourceOrganisationName setting referrerRole receivedAt since overdue
person { id name nhsNumber dateOfBirth ageBand phone email address postcode language interpreter contactChannel safeTimes
  safeToLeaveMessage erased }
practice { code name pcnCode pcnName }
linkWorker { id name }
"""
DOCUMENT: Final = f"""query Board($first: Int!, $after: String) {{
  caseload(filter: {{stage: ALLOCATED}}, first: $first, after: $after) {{
    edges {{ cursor node {{ {FIELDS} }} }}
    pageInfo {{ hasNextPage endCursor }}
    asOf
    position
  }}
}}"""

Written = tuple[str, str, list[Any]]
"""Category, identity, its events."""


async def fill(here: Tenant, cases: int) -> None:
    """So many cases in the log, sealed and claimed as the product does it, and the room that shows them."""
    await write(here, list(_setting()))
    chance, numbers = Random(7), nhs_numbers(7)  # noqa: S311 – invented people
    made = (_case(chance, next(numbers), number) for number in range(cases))
    while some := list(islice(made, _AT_ONCE)):
        await asyncio.gather(*(write(here, each) for each in some))
    await Room(here.streams, here.pool.borrow, READ_MODEL, unheard).catch_up()


def _setting() -> Iterator[Written]:
    """PCNs with their practices, trusts, link workers."""
    day = _BEGAN.date() - timedelta(days=400)
    formed = [PCNFormed(pcn=pcn, name=f"Invented PCN {pcn}", formed_on=day) for pcn in _PCNS]
    joined = [
        PracticeJoinedPCN(practice=code, pcn=_PCNS[number % 5], name=f"Invented Surgery {number}", joined_on=day)
        for number, code in enumerate(_PRACTICES)
    ]
    trusts = [TrustConnected(trust=code, name=f"Invented Hospital {code}", kind="acute") for code in _TRUSTS]
    yield tenant.CATEGORY, "ics", [*formed, *joined, *trusts]
    for number in range(_WORKERS):
        pcn = _PCNS[number % 5]
        engaged = LinkWorkerEngaged(
            display_name=colleague(number, pcn), employer=pcn, pcns=(pcn,), fte_percent=100, caseload_limit=30, engaged_on=day
        )  # fmt: skip
        yield link_worker.CATEGORY, f"bench-{number}", [engaged]


def _case(chance: Random, nhs_number: str, number: int) -> list[Written]:
    """A person and their referral, on its way to a link worker: newer referrals have higher numbers."""
    received_at = _BEGAN + timedelta(minutes=number)
    person_id, referral_id = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(2))
    practice = chance.choice(_PRACTICES)
    known = someone(chance, nhs_number, practice, received_at.date())
    given = {name: getattr(known, name) for name in PersonRegistered.__annotations__ if hasattr(known, name)}
    wish = ContactPreferenceSet(channel="phone", safe_times="weekday mornings", safe_to_leave_message=True)
    received = ReferralReceived(
        person_id=person_id,
        source="03",
        source_org=chance.choice(_TRUSTS),
        source_reference=str(number),
        setting="gp",
        priority=chance.choice("12"),
        reasons=("loneliness", "housing"),
        narrative="Would like company on a walk each week.",
        referrer_role="nurse",
        practice=practice,
        received_at=received_at,
    )
    allocated = LinkWorkerAllocated(worker_id=f"bench-{chance.randrange(_WORKERS)}", weight=1, reason="capacity")
    waiting = PlacedOnWaitingList(priority=received.priority)
    steps = [received, TriageStarted(), ReferralAccepted(), waiting, allocated]
    return [
        (person.CATEGORY, person_id, [PersonRegistered(**given), wish]),
        (referral.CATEGORY, referral_id, steps),
    ]


async def write(here: Tenant, written: list[Written]) -> None:
    """What happened to some records, all of it new, as one command would have brought it about."""
    made = []
    for category, identity, told in written:
        decider = DECIDERS[category]
        kept = Kept(decider, identity, decider.initial, 0)
        made.append(kept.grown(told))
    await here.streams.vault.make_all(key for each in made for key in here.streams.keys_of(each))
    events, claims = here.streams.write(made)
    about = About(command_id=uuid.uuid4(), occurred_at=_BEGAN, actor="user-of-the-bench", channel="bench")
    await here.log.append(Append([], events, claims, about))


async def unheard(_position: int) -> None:
    """Nobody listens to this room."""
