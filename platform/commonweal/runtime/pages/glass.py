"""Glass: how much of somebody's record a broken glass opened, and who looks through it."""

from dataclasses import replace

from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime import permissions
from commonweal.runtime.schema import Asker
from projections.person_record import READ_MODEL
from projections.person_record.graphql import VIEW, hidden


async def parts(asker: Asker, person_id: str) -> frozenset[str]:
    """The parts that a broken glass opened; none where they see the whole record, or nothing of it."""
    broken = permissions.parts(asker.principal.grants, person_id)
    own = permissions.scope(asker.principal.grants, permissions.VIEWS[VIEW])
    if not broken or own is None:
        return frozenset()
    reader = Reader(asker.tenant.pool.borrow, {VIEW: own}, asker.now, asker.reader.today)
    return frozenset() if await fetch(reader, READ_MODEL, hidden(reader, person_id)) is None else broken


async def who_looks(asker: Asker, person_id: str) -> Asker:
    """Who looks at somebody's record: through a broken glass as one who reads it and is offered nothing to do in it."""
    if not await parts(asker, person_id):
        return asker
    grants = permissions.reading(asker.principal.grants)
    return replace(asker, principal=replace(asker.principal, grants=grants))
