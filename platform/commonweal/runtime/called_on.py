"""Who is called on: nobody is asked to answer, to take over or to stand in as whom nobody signs in."""

from collections.abc import Mapping, Sequence
from typing import Final

from graphql import GraphQLError

from commonweal.domain.workforce import absence, allocation, handover, link_worker, propose
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime.waiting import until_now
from projections.set_up import READ_MODEL as SET_UP
from projections.set_up.graphql import coming_in_as
from tenants.store import Tenant

CALLED_ON: Final[Mapping[type, str]] = {
    propose.ProposeAllocation: "worker_id",
    allocation.ReallocateReferral: "worker_id",
    handover.HandOverCaseload: "worker_id",
    absence.StartAbsence: "cover_worker_id",
    absence.ChangeCover: "cover_worker_id",
}
"""Command → its field for the link worker who has something to do from then on. Allocating is not among them: a case may be given
to somebody before their first day. Who answers a proposal is signed in."""


async def can_be_called_on(tenant: Tenant, reader: Reader, command: object) -> None:
    """Raises REFUSED where a command calls on a colleague as whom nobody signs in. Of who is none, the decider says so."""
    field = CALLED_ON.get(type(command), "")
    worker_id = getattr(command, field, None)
    if not isinstance(worker_id, str) or await _signs_in(reader, worker_id):
        return
    colleague: link_worker.State = (await tenant.streams.committed(link_worker.CATEGORY, worker_id)).state
    if colleague.phase != "active":
        return
    await until_now(tenant, SET_UP.name)  # they may have been let in this moment
    if not await _signs_in(reader, worker_id):
        sentence = (
            f"{field}: nobody signs in as {colleague.name} here yet: ask an administrator to let them in, or choose a "
            "colleague who signs in"
        )
        raise GraphQLError(sentence, extensions={"code": "REFUSED"})


async def signing_in(reader: Reader, workers: Sequence[str]) -> frozenset[str]:
    """Those of these link workers as whom somebody signs in, as far as the room has read."""
    grants = await fetch(reader, SET_UP, coming_in_as(workers))
    return frozenset(each["scope"].partition(":")[2] for each in grants)


async def _signs_in(reader: Reader, worker_id: str) -> bool:
    return worker_id in await signing_in(reader, [worker_id])
