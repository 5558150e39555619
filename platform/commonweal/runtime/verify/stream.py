"""The stream an ICS has on NATS tells the same story as its log, event for event."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from commonweal.kernel import cloud_event
from commonweal.kernel.log import Recorded
from commonweal.kernel.relay import STREAM
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds, reached

_AT_ONCE: Final = 1_000
_BYTES: Final = 8 << 20
_ANSWER: Final = 10.0
_THE_SERVERS: Final = "Nats-"
"""Begins the headers a NATS server and our relay tell each other about the batch."""


class Silent(Exception):  # noqa: N818
    """The stream could not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept."""

    sequence: int
    subject: str
    headers: Mapping[str, str]
    """Without those that a server and the relay tell each other."""
    data: bytes

    @property
    def all_of_it(self) -> bytes:
        """Everything in it in which something could be said."""
        return b"\n".join([self.subject.encode(), *(f"{k}: {v}".encode() for k, v in self.headers.items()), self.data])


def is_just(tenant: str, stored: Recorded, message: Message) -> bool:
    """Is the message what the relay makes of the event today, to the byte?"""
    return (
        message.data == cloud_event.write(tenant, stored)
        and message.subject == cloud_event.subject(tenant, stored)
        and message.headers == cloud_event.headers(stored)
    )


def difference(tenant: str, stored: Recorded, message: Message) -> str | None:
    """What a message does not have as its event has it; None where the event can be made again from it exactly."""
    try:
        carried = cloud_event.read(message.data)
    except cloud_event.Unreadable:
        return "it is not a CloudEvent of ours"
    for name in Recorded.__struct_fields__:
        if getattr(carried, name) != getattr(stored, name):
            return f"its {name} is not that of the log"
    if message.subject != cloud_event.subject(tenant, stored):
        return "its subject is not that of its event"
    expected = cloud_event.headers(stored)
    if message.headers != expected:
        return (
            f"its headers are {_named(message.headers)} and should be {_named(expected)}, with the event's own values"
        )
    return None


def _named(headers: Mapping[str, str]) -> str:
    return ", ".join(sorted(headers)) or "none"


async def check(grounds: Grounds, head: int, odd: Callable[[Message], None]) -> Finding:
    """Read all the stream keeps up to `head` beside the log. `odd` is told of each message that is not just its event."""
    finding = Finding("stream")
    ods = grounds.tenant.ods
    try:
        async with _reader(grounds) as reader:
            await _compare(grounds, reader, head, finding, odd)
    except (NatsError, OSError) as away:
        finding.differs(f"the account of {ods} on NATS does not let us read: {type(away).__name__}")
    except Silent as why:
        finding.differs(str(why))
    return finding


async def _compare(
    grounds: Grounds, reader: Client, head: int, finding: Finding, odd: Callable[[Message], None]
) -> None:
    ods = grounds.tenant.ods

    async def last() -> int:
        return int((await _state(reader))["last_seq"])

    end = await reached(last, head, grounds.patience)
    # What was appended since we began may have been relayed already.
    if end > (now := head if end <= head else await grounds.tenant.log.head()):
        finding.differs(f"it is ahead of the log: it ends at {end}, the log at {now}")
    expected, to = int((await _state(reader))["first_seq"]), min(end, now)
    if expected > 1:
        finding.looked_at["from sequence"] = expected
    async for messages in _kept(reader, expected, to):
        stored = await grounds.tenant.log.after(messages[0].sequence - 1, len(messages))
        events = {each.position: each for each in stored}
        for message in messages:
            if message.sequence != expected:
                finding.differs(f"message {expected} is missing: message {message.sequence} comes next")
            expected = message.sequence + 1
            event = events.get(message.sequence)
            if event is not None and is_just(ods, event, message):
                continue
            odd(message)
            if wrong := difference(ods, event, message) if event else "the log has no such position":
                finding.differs(f"message {message.sequence}: {wrong}")
        finding.looked_at["messages"] += len(messages)
        grounds.seen("stream", expected - 1, head)
    if expected <= to:
        finding.differs(f"message {expected} is missing: the stream says it ends at {end}")
    if end < head:
        finding.differs(f"it ends at {end}, the log at {head}: {grounds.behind('the relay')}")


@asynccontextmanager
async def _reader(grounds: Grounds) -> AsyncIterator[Client]:
    installation = grounds.installation

    async def quiet(_: Exception) -> None:
        """What goes wrong is raised where it is waited for."""

    reader = await installation.accounts.connect(
        installation.nats_url, grounds.tenant.ods, "reader", name="verify", allow_reconnect=False, error_cb=quiet
    )
    try:
        yield reader
    finally:
        await reader.close()


async def _state(reader: Client) -> dict[str, Any]:
    answer = json.loads((await reader.request(f"$JS.API.STREAM.INFO.{STREAM}", b"", timeout=_ANSWER)).data)
    if "error" in answer:
        raise Silent(f"the stream {STREAM} cannot be read: {answer['error'].get('description')}")
    state: dict[str, Any] = answer["state"]
    return state


async def _kept(reader: Client, first: int, last: int) -> AsyncIterator[list[Message]]:
    """All messages from a sequence to another, in batches; asked for directly, so that nothing on the server remembers us."""
    inbox = reader.new_inbox()
    answers = await reader.subscribe(inbox, pending_msgs_limit=-1, pending_bytes_limit=-1)
    while first <= last:
        question = {"seq": first, "batch": _AT_ONCE, "max_bytes": _BYTES}
        await reader.publish(f"$JS.API.DIRECT.GET.{STREAM}", json.dumps(question).encode(), reply=inbox)
        messages = await _batch(answers)
        if not messages:
            return
        first = messages[-1].sequence + 1
        yield [each for each in messages if each.sequence <= last]
    await answers.unsubscribe()


async def _batch(answers: Subscription) -> list[Message]:
    found: list[Message] = []
    while True:
        answer = await answers.next_msg(_ANSWER)
        headers = answer.headers or {}
        if (status := headers.get("Status")) is not None:
            if status not in ("204", "404"):
                raise Silent(f"the stream {STREAM} cannot be read: {status} {headers.get('Description')}")
            return found
        told = {name: value for name, value in headers.items() if not name.startswith(_THE_SERVERS)}
        found.append(Message(int(headers["Nats-Sequence"]), headers["Nats-Subject"], told, answer.data))
