"""What others are told of an event: everything we stored about it, still sealed, in the envelope the world agreed on.

The envelope is CloudEvents 1.0 in its structured JSON form. It holds every column of the event's row, so that the row can be
made again from it: JetStream keeps a copy of the log. Extensions we add: `position` (as text, for an integer of CloudEvents has
32 bits), `streamversion`, `recordedat`, `occurredat`, `commandid`, `actor`, `onbehalfof`, `channel`, `correlationid`,
`causationid`, `traceparent` (W3C).
"""

import base64
import re
import zlib
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from commonweal.kernel.decider import category
from commonweal.kernel.log import Recorded

PARTS: Final = 16
"""A stream's events all have one of so many subjects: whoever wants order by stream may share the work by part."""
TYPE: Final = "uk.commonweal."
"""Stands before an event's name in a CloudEvent's `type`."""
SPEC: Final = "1.0"

_CATEGORY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~|:@-]*")
"""What a header's value may hold as it is."""
_NOTHING: Final = msgspec.Raw()


class Unreadable(Exception):  # noqa: N818
    """A message on the stream is not one of ours."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The envelope. `subject` is the stream's id; `time` when it happened as far as we know."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str | None = None
    data: msgspec.Raw = _NOTHING
    data_base64: str | None = None
    position: str
    streamversion: int
    recordedat: datetime
    occurredat: datetime | None = None
    commandid: UUID | None = None
    actor: str | None = None
    onbehalfof: str | None = None
    channel: str | None = None
    correlationid: UUID | None = None
    causationid: UUID | None = None
    traceparent: str | None = None


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(CloudEvent).decode
_look_over: Final = msgspec.json.Decoder(msgspec.Raw).decode


def subject(tenant: str, recorded: Recorded) -> str:
    """`sp.QPM.referral.7.ReferralAccepted`; the stream's id is not in it, nor anything about a person."""
    stream_id = recorded.stream_id
    part = zlib.crc32(stream_id.encode()) % PARTS
    return f"sp.{tenant}.{_kind(category(stream_id))}.{part}.{_event(recorded.type)}"


@lru_cache(1024)
def _kind(named: str) -> str:
    return named if _CATEGORY.fullmatch(named) else "foreign"


@lru_cache(1024)
def _event(named: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", named) or "_"


def headers(recorded: Recorded) -> dict[str, str]:
    """What a consumer may want to know before it opens the message."""
    stream_id = recorded.stream_id
    named = stream_id if _PLAIN.fullmatch(stream_id) else quote(stream_id, safe="|:@")
    found = {"Sp-Stream": named, "Sp-Version": str(recorded.version)}
    if recorded.traceparent is not None and _TRACEPARENT.fullmatch(recorded.traceparent):
        found["traceparent"] = recorded.traceparent
    return found


def write(tenant: str, recorded: Recorded) -> bytes:
    """The message. The stored bytes stand in it as they are, or in base64 where a foreign writer's are not JSON."""
    plain = _is_json(recorded.data)
    return _encode(
        CloudEvent(
            specversion=SPEC,
            id=recorded.event_id,
            source=f"/tenants/{tenant}",
            type=TYPE + recorded.type,
            subject=recorded.stream_id,
            time=recorded.occurred_at or recorded.recorded_at,
            datacontenttype="application/json" if plain else None,
            data=msgspec.Raw(recorded.data) if plain else _NOTHING,
            data_base64=None if plain else base64.b64encode(recorded.data).decode(),
            position=str(recorded.position),
            streamversion=recorded.version,
            recordedat=recorded.recorded_at,
            occurredat=recorded.occurred_at,
            commandid=recorded.command_id,
            actor=recorded.actor,
            onbehalfof=recorded.on_behalf_of,
            channel=recorded.channel,
            correlationid=recorded.correlation_id,
            causationid=recorded.causation_id,
            traceparent=recorded.traceparent,
        )
    )


def read(message: bytes) -> Recorded:
    """The row a message was made of, exactly. Raises `Unreadable`."""
    try:
        found = _decode(message)
        data = bytes(found.data) if found.data_base64 is None else base64.b64decode(found.data_base64, validate=True)
        position = int(found.position)
    except ValueError as wrong:  # msgspec's errors are ValueErrors too
        raise Unreadable("a message on the stream is not a CloudEvent of ours") from wrong
    return Recorded(
        position, found.subject, found.streamversion, found.type.removeprefix(TYPE), data, found.id, found.recordedat,
        found.commandid, found.occurredat, found.actor, found.onbehalfof, found.channel, found.correlationid,
        found.causationid, found.traceparent,
    )  # fmt: skip


def _is_json(data: bytes) -> bool:
    """Would these bytes come out of the envelope as they went in? White space around them would not."""
    try:
        data.decode()
        return bytes(_look_over(data)) == data
    except ValueError:
        return False
