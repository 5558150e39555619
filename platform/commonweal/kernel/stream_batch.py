"""A batch: events go to the stream together, all of them or none, and only if the stream still ends where they begin."""

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nats.aio.client import Client
from nats.errors import MaxPayloadError

from commonweal.kernel import cloud_event
from commonweal.kernel.log import Recorded

BATCH: Final = 500
"""Messages in a batch; a NATS server takes 1,000 at most."""
IN_FLIGHT: Final = 4 << 20
"""Bytes of stored events in a batch, unless one event alone is more."""
_A_WHILE: Final = 50
"""Messages written before what is written is let out, so that the server begins while we go on."""


class Doubt(Exception):  # noqa: N818
    """The server did not take a batch, or did not say; where the stream ends now tells."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as they go to the stream; `end` is the position of the last."""

    end: int
    messages: Sequence[tuple[str, bytes, dict[str, str]]]
    """(subject, message, headers)"""


def batch_of(tenant: str, recorded: Sequence[Recorded]) -> Batch:
    """What these events are as messages."""
    return Batch(
        recorded[-1].position,
        [
            (cloud_event.subject(tenant, each), cloud_event.write(tenant, each), cloud_event.headers(each))
            for each in recorded
        ],
    )


async def send(nats: Client, last: int, batch: Batch, answer: float) -> None:
    """One atomic batch: the server takes all of it, and only if the stream still ends at `last`. Raises `Doubt` where it does not.

    `answer`: seconds the server has for each of its two answers, to the first message and to the last.
    """
    name, count = secrets.token_hex(12), len(batch.messages)
    written: list[bytes] = []
    for number, (subject, message, known) in enumerate(batch.messages, 1):
        headers = {**known, "Nats-Batch-Id": name, "Nats-Batch-Sequence": str(number)}
        if 1 < number < count:
            written.append(_frame(nats, subject, message, headers))
            if not number % _A_WHILE or number == count - 1:
                await _write(nats, b"".join(written))
                written.clear()
            continue
        if number == 1:
            headers["Nats-Expected-Last-Sequence"] = str(last)
        if number == count:
            headers["Nats-Batch-Commit"] = "1"
        said = (await nats.request(subject, message, timeout=answer, headers=headers)).data
        taken = json.loads(said) if said else {}
        if "error" in taken or (number == count and taken.get("seq") != batch.end):
            raise Doubt(f"the stream did not take the batch: {taken}")


def _frame(nats: Client, subject: str, message: bytes, headers: Mapping[str, str]) -> bytes:
    """A message as NATS's protocol has it (https://docs.nats.io/reference/reference-protocols/nats-protocol#hpub)."""
    if len(message) > nats.max_payload:
        raise MaxPayloadError
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    head = f"NATS/1.0\r\n{lines}\r\n".encode()
    return b"HPUB %b %d %d\r\n%b%b\r\n" % (subject.encode(), len(head), len(head) + len(message), head, message)


async def _write(nats: Client, frames: bytes) -> None:
    """Many messages in one go. The client's own `publish` looks over each header of each: more work than all else of relaying."""
    if not nats.is_connected:
        raise Doubt("the connection was cut within a batch")
    await nats._send_command(frames)
    await nats._flush_pending()
    await asyncio.sleep(0)


def not_too_much(recorded: Sequence[Recorded]) -> Sequence[Recorded]:
    """As many as fit in one batch, one at least."""
    total = 0
    for number, each in enumerate(recorded):
        total += len(each.data)
        if total > IN_FLIGHT and number:
            return recorded[:number]
    return recorded


def next_limit(sent: Sequence[Recorded]) -> int:
    """How many to read next: large events are read a few at a time."""
    average = sum(len(each.data) for each in sent) // len(sent) + 1
    return max(1, min(BATCH, IN_FLIGHT // average))
