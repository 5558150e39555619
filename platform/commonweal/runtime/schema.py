"""The GraphQL schema: every room's questions and every command somebody may give, put together."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter
from strawberry.schema.config import StrawberryConfig

from commonweal.domain import receive
from commonweal.domain.message import Refused
from commonweal.kernel.decider import BEHAVIOURS
from commonweal.kernel.handle import Stale, handle
from commonweal.kernel.log import About, Claimed, Conflict
from commonweal.kernel.reading import SCALARS, Position, Reader
from commonweal.kernel.trace import where
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import Principal
from commonweal.runtime.mutations import Receipt
from projections.caseload.graphql import Query as Caseload
from tenants.store import Tenant

log = structlog.get_logger()

_CONFIG: Final = StrawberryConfig(scalar_map={**SCALARS})
_DEPTH: Final = 12
_ALIASES: Final = 30
_TOKENS: Final = 2_000


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
    values: dict[str, Any],
    key: str | None,
    version: int | None,
) -> Receipt:
    asker = info.context["asker"]
    assert isinstance(asker, Asker)  # noqa: S101 – the web process puts it there
    _permit(asker, command, values)
    command_id, record = mutations.ids(command, identity, key, asker.principal.id)
    await _in_scope(asker, command, record)
    about = About(
        command_id=command_id,
        occurred_at=asker.now,
        actor=asker.principal.id,
        channel=asker.channel,
        correlation_id=asker.correlation_id,
        traceparent=asker.traceparent,
    )
    try:
        made = mutations.make(command, record, values, asker.now)
        receipt = await handle(asker.tenant.streams, record, made, about, expected_version=version)
    except (Refused, Claimed) as refusal:
        raise refused(str(refusal)) from None
    except Stale as stale:
        raise refused(str(stale), "CONFLICT", version=stale.version) from None
    except Conflict as conflict:
        raise refused(str(conflict), "CONFLICT") from None
    return Receipt(
        id=strawberry.ID(record),
        version=receipt.version,
        position=Position(receipt.position),
        command_id=strawberry.ID(str(receipt.command_id)),
        repeated=receipt.repeated,
    )


def _permit(asker: Asker, command: type, values: dict[str, Any]) -> None:
    if not permissions.may(asker.principal.grants, command):
        raise refused("your role may not do this", "OUT_OF_SCOPE")
    if command is receive.ReceiveReferral:
        own = permissions.organisations(asker.principal.grants, command)
        if own is not None and values["source_org"] not in own:
            raise refused("source_org: you may refer for your own organisation only", "OUT_OF_SCOPE")


async def _in_scope(asker: Asker, command: type, record: str) -> None:
    """Someone who sees a part of the ICS changes referrals of that part alone."""
    behaviour = BEHAVIOURS[command]
    if behaviour.primary != "referral" or behaviour.creates:
        return
    scope = permissions.scope(asker.principal.grants, permissions.COMMANDS[command])
    if scope is not None and scope.everything:
        return
    seen = await Caseload().caseload_referral(_Context({"reader": asker.reader}), strawberry.ID(record))
    if seen is None:
        raise refused("there is no such referral among those you see", "NOT_FOUND")


@dataclass(frozen=True, slots=True)
class _Context:
    context: dict[str, Any]


@strawberry.type
class Query(Caseload):
    """Every room's questions."""


class Schema(strawberry.Schema):
    """Errors nobody foresaw are told as such and kept for those who run the installation, without what was in them."""

    def process_errors(self, errors: list[GraphQLError], _execution_context: Any = None) -> None:
        for error in errors:
            cause = error.original_error
            if cause is not None and not isinstance(cause, GraphQLError):
                log.error("graphql_failed", error=where(cause), path=".".join(map(str, error.path or ())))
                error.message = "something went wrong here: it was noted; please try again"
                error.extensions = {"code": "INTERNAL"}


def schema(*, introspection: bool) -> Schema:
    """The schema, with its limits built once."""
    limits: list[Any] = [
        QueryDepthLimiter(max_depth=_DEPTH),
        MaxAliasesLimiter(max_alias_count=_ALIASES),
        MaxTokensLimiter(max_token_count=_TOKENS),
    ]
    if not introspection:
        limits.append(DisableIntrospection())
    return Schema(
        query=Query,
        mutation=mutations.mutation_type(_run),
        config=_CONFIG,
        extensions=[_always(limit) for limit in limits],
    )


def _always(extension: Any) -> Any:
    return lambda: extension
