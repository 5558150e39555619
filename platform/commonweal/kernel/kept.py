"""What the stream of an ICS keeps: every event as it was stored, read by its position, while the server remembers nothing of us."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from nats.aio.client import Client
from nats.aio.subscription import Subscription

from commonweal.kernel import cloud_event
from commonweal.kernel.log import Recorded
from commonweal.kernel.relay import STREAM

_AT_ONCE: Final = 1_000
_BYTES: Final = 8 << 20
_ANSWER: Final = 10.0
_THE_END: Final = ("204", "404")
"""Of a batch: that was all of it; there is nothing there."""


class Silent(Exception):  # noqa: N818
    """The stream could not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The sequences of the first and the last message; `first` is one more than `last` where there is none."""

    first: int
    last: int


async def ends(reader: Client) -> Ends:
    """Where the stream begins and ends now. `reader`: a connection with the role `reader` of the ICS's account."""
    answer = json.loads((await reader.request(f"$JS.API.STREAM.INFO.{STREAM}", b"", timeout=_ANSWER)).data)
    if "error" in answer:
        raise Silent(f"the stream {STREAM} cannot be read: {answer['error'].get('description')}")
    state = answer["state"]
    return (
        Ends(state["first_seq"], state["last_seq"])
        if state["messages"]
        else Ends(state["last_seq"] + 1, state["last_seq"])
    )


async def events(reader: Client, first: int, last: int) -> AsyncIterator[list[tuple[int, Recorded]]]:
    """(sequence, event) of every message from a sequence to another, in batches.

    Ends early where the stream does. Raises `Silent`, `cloud_event.Unreadable`, and what NATS raises.
    """
    inbox = reader.new_inbox()
    answers = await reader.subscribe(inbox, pending_msgs_limit=-1, pending_bytes_limit=-1)
    try:
        while first <= last:
            wish = {"seq": first, "batch": min(_AT_ONCE, last - first + 1), "max_bytes": _BYTES}
            await reader.publish(f"$JS.API.DIRECT.GET.{STREAM}", json.dumps(wish).encode(), reply=inbox)
            found = await _batch(answers)
            if not found:
                return
            first = found[-1][0] + 1
            yield [each for each in found if each[0] <= last]
    finally:
        await answers.unsubscribe()


async def _batch(answers: Subscription) -> list[tuple[int, Recorded]]:
    found: list[tuple[int, Recorded]] = []
    while True:
        answer = await answers.next_msg(_ANSWER)
        headers = answer.headers or {}
        if (status := headers.get("Status")) is not None:
            if status not in _THE_END:
                raise Silent(f"the stream {STREAM} cannot be read: {status} {headers.get('Description')}")
            return found
        found.append((int(headers["Nats-Sequence"]), cloud_event.read(answer.data)))
