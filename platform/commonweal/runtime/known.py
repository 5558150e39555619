"""Known: what a command says that nobody tells it, looked up in a room when the command is given."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from commonweal.domain.chest import assess, ballot_opening, fund_effect, fund_priorities
from commonweal.domain.people import erasure
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime import votes
from commonweal.runtime.evidence import unmet_need, what_came
from commonweal.runtime.waiting import until_now
from projections.person_record import READ_MODEL as PERSON_RECORD
from projections.person_record.graphql import every_case_of
from tenants.store import Tenant

LookUp: TypeAlias = Callable[[Tenant, Reader, str, Mapping[str, Any]], Awaitable[object]]
"""(ICS, who reads, the record's id, what was given) → what the field says."""


async def looked_up(
    command: type, tenant: Tenant, reader: Reader, record: str, given: Mapping[str, Any]
) -> dict[str, object]:
    """The field of `mutations.KNOWN` that a command has, if it has one. Raises `Refused`."""
    if (known := _LOOKED_UP.get(command)) is None:
        return {}
    name, look_up = known
    return {name: await look_up(tenant, reader, record, given)}


async def _every_case(tenant: Tenant, reader: Reader, person_id: str, _given: Mapping[str, Any]) -> tuple[str, ...]:
    """Every referral of a person, and of the records merged into theirs, whoever sees them, as the room has them once it has read
    what is recorded now."""
    await until_now(tenant, PERSON_RECORD.name)
    return tuple(each["id"] for each in await fetch(reader, PERSON_RECORD, every_case_of(person_id)))


_LOOKED_UP: Final[Mapping[type, tuple[str, LookUp]]] = {
    erasure.RequestErasure: ("known_referrals", _every_case),
    erasure.ApproveErasure: ("known_referrals", _every_case),
    fund_priorities.AttachPriorityEvidence: (
        "known_needs",
        lambda tenant, reader, id_, _: unmet_need(tenant, reader, id_),
    ),
    fund_effect.ReleaseEffect: ("known_effect", lambda tenant, reader, id_, _: what_came(tenant, reader, id_)),
    assess.RecommendApplication: ("known_ballots", lambda tenant, reader, id_, _: votes.on_this(tenant, reader, id_)),
    ballot_opening.OpenBallot: ("known_ballots", votes.besides),
}
