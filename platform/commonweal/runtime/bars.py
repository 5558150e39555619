"""Referrers' computers call here with FHIR messages in the shape of the Booking and Referral Standard, and are always answered."""

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from structlog.contextvars import bound_contextvars

from commonweal.domain import values
from commonweal.domain.message import Refused
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.intake import accept as intake
from commonweal.intake import fhir
from commonweal.intake.accept import LATER, Answer, Inbox
from commonweal.intake.fhir import problem
from commonweal.intake.fhir.problem import NotTaken
from commonweal.intake.referrers import BY_ROLE
from commonweal.kernel.trace import refused, span, where
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed, Principal
from commonweal.runtime.asking import Asking
from commonweal.runtime.turns import Full, Turns
from tenants.store import Tenant

ROOT: Final = "/FHIR/R4"
SECONDS: Final = 20.0
"""How long a sender waits for its answer."""
AT_ONCE: Final = 8
"""Messages of one ICS under way together, and WAITING more that wait for their turn: the next is told to come later."""
WAITING: Final = 64
_LARGEST: Final = 2 << 20
_MEDIA: Final = frozenset(
    {"application/fhir+json", "application/fhir+xml", "application/json", "application/xml", "text/xml"}
)
_MIRRORED: Final = ("X-Request-Id", "X-Correlation-Id")
_MIRROR: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
"""What of those is sent back: anything else may be anything."""
_STATUSES: Final = {status: error for error, (status, _) in problem.PROBLEMS.items()}

log: Final = structlog.get_logger(__name__)

Asked = Request[Any, Any, Any]


_turns: Final = Turns(AT_ONCE, WAITING)


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who brings a message: the role through which they may, and the organisations they speak for; None: any."""

    role: str
    organisations: frozenset[str] | None


def routes(asking: Asking) -> list[HTTPRouteHandler]:
    """Where messages are taken, and what is offered."""

    @post(f"{ROOT}/$process-message", status_code=200, request_max_body_size=_LARGEST)
    async def process_message(request: Asked) -> Response[bytes]:
        principal = await asking.door.authenticate(request)
        if request.content_type[0] not in _MEDIA:
            return _refusal(
                request, problem.UNSUPPORTED_MEDIA_TYPE, "send application/fhir+json or application/fhir+xml"
            )
        tenant = await asking.store.tenant(principal.tenant)
        with bound_contextvars(tenant=tenant.ods), span("hear fhir", tenant=tenant.ods) as hearing:
            try:
                _addressed(request, tenant.ods)
                status, body = await _process(tenant, principal, await request.body())
            except NotTaken as why:
                status, body = problem.PROBLEMS[why.error][0], fhir.outcome(why.error, str(why))
            hearing.note(outcome=str(status))
        if status >= 400:
            refused("message", tenant.ods)
        return _response(request, status, body)

    @get(f"{ROOT}/metadata", sync_to_thread=False)
    def metadata(request: Asked) -> Response[bytes]:
        return _response(request, 200, fhir.capability(version("commonweal")))

    return [process_message, metadata]


def is_ours(path: str) -> bool:
    """Is this an address whose answers are FHIR's?"""
    return path == ROOT or path.startswith(f"{ROOT}/")


def answer_to(connection: ASGIConnection[Any, Any, Any, Any], status: int, sentence: str) -> Response[bytes]:
    """What stands in the way before a message is looked at, as an OperationOutcome."""
    error = _STATUSES.get(status, problem.SERVER_ERROR if status >= 500 else problem.BAD_REQUEST)
    return _refusal(connection, error, sentence, status)


async def _process(tenant: Tenant, principal: Principal, raw: bytes) -> tuple[int, dict[str, Any]]:
    heading, inbox = fhir.heading(raw), Inbox(tenant.streams, tenant.pool.borrow)
    sender = _sender(principal)
    organisation = _organisation(sender, heading.sender, raw)
    key = f"{fhir.FEED}|{organisation}|{heading.key}"
    try:
        async with asyncio.timeout(SECONDS), _turns.turn(tenant):
            answer = await _accepted(inbox, f"{fhir.FEED}/{organisation}/{sender.role}", key, raw)
    except Full:
        raise NotTaken(problem.TOO_MANY, "too many messages are waiting here: send it again in a moment") from None
    except Exception as failure:  # noqa: BLE001 – whatever went wrong, the sender must know to send it again
        log.error("message not taken in", tenant=tenant.ods, error=where(failure))  # noqa: TRY400 – no traceback: it may quote
        answer = Answer(ack="AE", reason=LATER, error=problem.UNAVAILABLE)
    return fhir.answered(answer, heading, tenant.ods, datetime.now(UTC))


async def _accepted(inbox: Inbox, source: str, key: str, raw: bytes) -> Answer:
    own = await intake.place(inbox, key, raw)
    if own is None:
        sentence = "Bundle.id: another message came with this id; give each its own"
        return Answer(ack="AR", reason=sentence, error=problem.CONFLICT)
    return await intake.accept(inbox, source, own, raw, fhir.hear)


def _sender(principal: Principal) -> _Sender:
    """Raises NotAllowed for who is not granted a referrer's role."""
    for role in BY_ROLE:
        held = [(each, scope) for each, scope in principal.grants if each == role]
        if held:
            return _Sender(role, permissions.organisations(held, ReceiveReferral))
    raise NotAllowed("only a referrer's token may send messages here", kind="scope", tenant=principal.tenant)


def _organisation(sender: _Sender, told: str | None, raw: bytes) -> str:
    """For whom the message speaks. The token decides: what a message says of itself must agree with it."""
    if told is not None:
        if sender.organisations is not None and told not in sender.organisations:
            raise NotTaken(problem.FORBIDDEN, "MessageHeader.sender is not an organisation this token speaks for")
        try:
            return values.organisation(told, "MessageHeader.sender")
        except Refused as refusal:
            raise NotTaken(problem.UNPROCESSABLE, str(refusal)) from None
    if sender.organisations is not None and len(sender.organisations) == 1:
        return next(iter(sender.organisations))
    fhir.message(raw)  # what is no message at all is told so first
    raise NotTaken(problem.UNPROCESSABLE, "MessageHeader.sender must lead to an Organization with its ODS code")


def _addressed(request: Asked, ods: str) -> None:
    """A message for somebody else is not taken, where it says whom it is for."""
    shown = request.headers.get("nhsd-target-identifier")
    if shown is None:
        return
    try:
        target = msgspec.json.decode(base64.b64decode(shown, validate=True), type=Mapping[str, Any])
    except (binascii.Error, ValueError, RecursionError, msgspec.DecodeError):
        raise NotTaken(
            problem.BAD_REQUEST, "NHSD-Target-Identifier must be JSON with system and value, in Base64"
        ) from None
    if target.get("value") != ods:
        raise NotTaken(problem.UNPROCESSABLE, "NHSD-Target-Identifier names another receiver than this token's")


def _refusal(
    connection: ASGIConnection[Any, Any, Any, Any], error: str, sentence: str, status: int | None = None
) -> Response[bytes]:
    return _response(connection, status or problem.PROBLEMS[error][0], fhir.outcome(error, sentence))


def _response(connection: ASGIConnection[Any, Any, Any, Any], status: int, body: Mapping[str, Any]) -> Response[bytes]:
    mirrored = {
        name: shown for name in _MIRRORED if (shown := connection.headers.get(name)) and _MIRROR.fullmatch(shown)
    }
    headers = {"Cache-Control": "no-store", **mirrored, **({"Retry-After": "5"} if status in (429, 503) else {})}
    return Response(msgspec.json.encode(body), status_code=status, media_type=fhir.CONTENT_TYPE, headers=headers)
