"""An ICS's stream: what happened in it, kept on NATS beside its log, for whoever may hear of it."""

import json
from datetime import timedelta
from typing import Any, Final

from nats.aio.client import Client

STREAM: Final = "EVENTS"
ANSWER: Final = 10.0
"""Seconds the server has to answer."""
_NOT_FOUND: Final = 10059


class StreamRefused(Exception):  # noqa: N818 – named for what happened
    """The NATS server did not make or change a stream; the message carries its reason."""


async def make_events(
    onboard: Client, ods: str, *, first: int = 1, max_age: timedelta | None = None, replicas: int = 1
) -> bool:
    """The stream EVENTS of an ICS; True where it was made, False where it was there. Again: `max_age` and `replicas` are set anew.

    `onboard`: a connection with the role `onboard` of the ICS's account. `first`: the sequence of its first message, for a log
    that starts later than 1. `max_age`: how long messages are kept; None: for ever. Raises StreamRefused with the server's
    reason, TimeoutError when it does not answer.
    """
    wanted = _configuration(ods, first, max_age, replicas)
    there = await _ask(onboard, f"INFO.{STREAM}", {})
    if there is None:
        await _ask(onboard, f"CREATE.{STREAM}", wanted)
        return True
    config = there["config"]
    if any(config.get(name) != value for name, value in wanted.items() if name != "first_seq"):
        # The sequence it started with is its own for ever.
        await _ask(onboard, f"UPDATE.{STREAM}", {**config, **wanted, "first_seq": config.get("first_seq", 0)})
    return False


def _configuration(ods: str, first: int, max_age: timedelta | None, replicas: int) -> dict[str, Any]:
    """https://docs.nats.io/nats-concepts/jetstream/streams, with times in nanoseconds."""
    return {
        "name": STREAM,
        "subjects": [f"sp.{ods}.>"],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "num_replicas": replicas,
        "max_age": int((max_age or timedelta()).total_seconds()) * 1_000_000_000,
        "first_seq": first,
        "allow_direct": True,
        "allow_atomic": True,
        "deny_delete": True,
        "deny_purge": True,
    }


async def _ask(onboard: Client, question: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """The server's answer, None where there is no such stream."""
    message = await onboard.request(f"$JS.API.STREAM.{question}", json.dumps(body).encode(), timeout=ANSWER)
    found: dict[str, Any] = json.loads(message.data)
    if error := found.get("error"):
        if error.get("err_code") == _NOT_FOUND:
            return None
        raise StreamRefused(f"the NATS server refused the stream {STREAM}: {error.get('description')}")
    return found
