"""Said no: a provider is told of nobody who said in any of their records that it must not be."""

from datetime import date
from typing import Final

from graphql import GraphQLError

from commonweal.domain.directory import connect, connection
from commonweal.domain.people import consent
from commonweal.integrations.delivery import consents_of
from tenants.store import Tenant

_ELSEWHERE: Final = "this person has said no to this in another record of theirs: ask them, record their answer in that record, then send"


async def nobody_said_no(tenant: Tenant, command: object, identity: str, today: date) -> None:
    """Raises REFUSED where a connection would be sent against a no in another record of the person.

    The decider weighs the record itself. What goes by telephone or by letter nobody can weigh again when it is read.
    """
    if not isinstance(command, connect.SendConnection):
        return
    state: connection.State = (await tenant.streams.committed(connection.CATEGORY, identity)).state
    if state.person_id is None:
        return
    own: consent.State = (await tenant.streams.committed(consent.CATEGORY, state.person_id)).state
    everywhere = await consents_of(tenant.streams, state.person_id)
    if connect.agreed(own, state.service_id, today) and not connect.agreed(everywhere, state.service_id, today):
        raise GraphQLError(_ELSEWHERE, extensions={"code": "REFUSED"})
