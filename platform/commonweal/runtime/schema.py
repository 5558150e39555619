"""The GraphQL schema: every room's questions and every command somebody may give, put together."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Final
from uuid import UUID, uuid4

import strawberry
import structlog
from graphql import ASTValidationRule, FieldNode, GraphQLError, GraphQLSchema, NoSchemaIntrospectionCustomRule
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.base_scalars import DateTimeDefinition

from commonweal.domain import user, values
from commonweal.domain.chest import assess
from commonweal.domain.message import Refused
from commonweal.domain.referrals import receive
from commonweal.domain.workforce.allocation_rule import THE_RULE, ChangeAllocationRule
from commonweal.kernel.append import About, Claimed, Conflict
from commonweal.kernel.decider import BEHAVIOURS
from commonweal.kernel.fetch import get
from commonweal.kernel.handle import Stale, handle
from commonweal.kernel.reading import SCALARS, Position, Reader
from commonweal.kernel.trace import where
from commonweal.kernel.view import PLAN, Root, subscription_type
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import Principal
from commonweal.runtime.called_on import can_be_called_on
from commonweal.runtime.known import looked_up
from commonweal.runtime.mutations import Receipt
from commonweal.runtime.refusals import Counted
from commonweal.runtime.said_no import nobody_said_no
from commonweal.runtime.within import within
from projections.activity.graphql import Query as Activity
from projections.caseload.graphql import Query as Caseload
from projections.community_chest.awards import Query as Awards
from projections.community_chest.graphql import Query as CommunityChest
from projections.connections.graphql import Query as Connections
from projections.equity_funnel.graphql import Query as EquityFunnel
from projections.measures.graphql import Query as Measures
from projections.outcomes.graphql import Query as Outcomes
from projections.person_record.graphql import Query as PersonRecord
from projections.plan.graphql import Query as Plans
from projections.record_access.graphql import Query as RecordAccess
from projections.referrals_made.graphql import Query as ReferralsMade
from projections.safeguarding.graphql import Query as Safeguarding
from projections.service_directory.graphql import Query as ServiceDirectory
from projections.set_up.graphql import Query as SetUp
from projections.waiting_list.graphql import Query as WaitingList
from projections.work.graphql import Query as Work
from projections.workforce.graphql import Query as Workforce
from tenants.store import Tenant

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asker:
    """Someone asking something of one ICS, through one channel, at one moment."""

    principal: Principal
    tenant: Tenant
    reader: Reader
    channel: str = "graphql"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    traceparent: str | None = None
    correlation_id: UUID = field(default_factory=uuid4)


def refused(sentence: str, code: str = "REFUSED", **more: Any) -> GraphQLError:
    """A typed error: what to tell the person who asked, and a code a program can act on."""
    return GraphQLError(sentence, extensions={"code": code, **more})


async def _run(
    info: strawberry.Info,
    command: type,
    identity: str | None,
    given: dict[str, Any],
    key: str | None,
    version: int | None,
) -> Receipt:
    asker = info.context["asker"]
    assert isinstance(asker, Asker)  # noqa: S101 – the web process puts it there
    _permit(asker, command, given)
    command_id, record = mutations.ids(command, identity, key, asker.principal.id)
    _address(command, record)
    await within(asker.principal, asker.tenant, asker.reader, command, record, given)
    about = About(
        command_id=command_id,
        occurred_at=asker.now,
        actor=asker.principal.id,
        channel=asker.channel,
        correlation_id=asker.correlation_id,
        traceparent=asker.traceparent,
    )
    try:
        who: dict[str, Any] = {
            "by": asker.principal.id,
            "by_role": min(asker.principal.roles),
            "by_organisations": permissions.sent_by(asker.principal.grants),
            **await looked_up(command, asker.tenant, asker.reader, record, given),
        }
        made = mutations.make(command, record, given, asker.now, who)
    except Refused as refusal:
        raise refused(str(refusal)) from None
    await can_be_called_on(asker.tenant, asker.reader, made)
    await nobody_said_no(asker.tenant, made, record, asker.reader.today)
    try:
        receipt = await handle(asker.tenant.streams, record, made, about, expected_version=version)
    except (Refused, Claimed) as refusal:
        raise Counted(str(refusal), extensions={"code": "REFUSED"}) from None
    except Stale as stale:
        raise Counted(str(stale), extensions={"code": "CONFLICT", "version": stale.version}) from None
    except Conflict as conflict:
        raise Counted(str(conflict), extensions={"code": "CONFLICT"}) from None
    return Receipt(
        id=strawberry.ID(record),
        version=receipt.version,
        position=Position(receipt.position),
        command_id=strawberry.ID(str(receipt.command_id)),
        repeated=receipt.repeated,
    )


def _permit(asker: Asker, command: type, given: dict[str, Any]) -> None:
    if not permissions.may(asker.principal.grants, command):
        raise refused("your role may not do this", "OUT_OF_SCOPE")
    if (for_own := _FOR_THEIR_OWN.get(command)) is not None:
        name, sentence = for_own
        own = permissions.organisations(asker.principal.grants, command)
        if own is not None and given.get(name) not in own:
            raise refused(f"{name}: {sentence}", "OUT_OF_SCOPE")


_FOR_THEIR_OWN: Final = {
    receive.ReceiveReferral: ("source_org", "you may refer for your own organisation only"),
    assess.AssessApplication: ("organisation", "you judge for the organisation that sent you: name it"),
}
"""Command → the field in which whoever is there for organisations names one of them, and what is said where they do not."""
_USER: Final = re.compile(r"[0-9a-f]{32}")


def _address(command: type, record: str) -> None:
    """An id stands in clear in the log: it is no name, and a user's is what `access.user_id` makes. Of what is there once, it is the one."""
    try:
        values.identifier(record, "id")
    except Refused as refusal:
        raise refused(str(refusal)) from None
    if BEHAVIOURS[command].primary == user.CATEGORY and not _USER.fullmatch(record):
        raise refused("id must be a user's id: 32 digits and letters from a to f")
    if command is ChangeAllocationRule and record != THE_RULE:
        raise refused(f"id must be {THE_RULE}: an ICS has one rule")


@strawberry.type
class Query(
    Caseload,
    WaitingList,
    Work,
    Safeguarding,
    PersonRecord,
    RecordAccess,
    ServiceDirectory,
    Connections,
    Measures,
    Outcomes,
    Plans,
    ReferralsMade,
    Workforce,
    EquityFunnel,
    Activity,
    CommunityChest,
    Awards,
    SetUp,
):
    """Every room's questions."""


class Schema(strawberry.Schema):
    """The types of every room and command, with what the planner knows of them."""

    rules: tuple[type[ASTValidationRule], ...] = ()
    """What a document has to keep to beside the specification's rules and our limits."""

    @property
    def core(self) -> GraphQLSchema:
        return self._schema

    @cached_property
    def planned(self) -> dict[str, Root]:
        """Root fields of queries and subscriptions that the planner knows, by their names."""
        assert self.core.query_type is not None  # noqa: S101 – made below
        return {
            name: known
            for name, each in self.core.query_type.fields.items()
            if (known := each.extensions["strawberry-definition"].metadata.get(PLAN)) is not None
        }

    def told(self, errors: Sequence[GraphQLError]) -> Sequence[GraphQLError]:
        """Errors as they are told. One nobody foresaw is kept for those who run the installation, without what was in it."""
        for error in errors:
            cause = error.original_error
            if cause is not None and not isinstance(cause, GraphQLError):
                log.error("graphql_failed", error=where(cause), field=_field(error))
                error.message = "something went wrong here: it was noted; please try again"
                error.extensions = {"code": "INTERNAL"}
            elif not error.extensions:
                error.extensions = {"code": "REFUSED"}
        return errors


def _field(error: GraphQLError) -> str:
    """The field's own name: the one it was given in the document may say anything."""
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else ""


def _instant(value: datetime) -> str:
    """ISO 8601 with as few digits as it needs, as PostgreSQL writes it."""
    whole, point, rest = value.isoformat().partition(".")
    return f"{whole}.{rest[:6].rstrip('0')}{rest[6:]}" if point else whole


_CONFIG: Final = StrawberryConfig(
    scalar_map={**SCALARS, datetime: replace(DateTimeDefinition, serialize=_instant)}, default_resolver=get
)


@cache
def schema(*, introspection: bool) -> Schema:
    """The schema, with its limits; made once, and never changed."""
    made = Schema(
        query=Query,
        mutation=mutations.mutation_type(_run),
        subscription=subscription_type(Query),
        config=_CONFIG,
    )
    made.rules = () if introspection else (NoSchemaIntrospectionCustomRule,)
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{schema(introspection=True).as_str()}\n")
