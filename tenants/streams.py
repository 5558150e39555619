"""Streams on NATS: what happened in an ICS, kept beside its log; what a trust is told and what it tells, kept until it is read."""

import json
from datetime import timedelta
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import NoRespondersError

from commonweal.domain.message import Refused

STREAM: Final = "EVENTS"
INTAKE: Final = "INTAKE"
INTAKE_DAYS: Final = 30
"""How long what a trust sent waits to be read."""
TRUST_BYTES: Final = 128 << 20
"""Of each stream of a trust, set aside on the server for it: some days of what a large one sends before it is told to keep it a
while longer, years of what it is told. Not without end: it can have the answers to what it sends put there, too."""
TRIED_AGAIN: Final = 30.0
"""Seconds after which a trust is given again what it took and did not acknowledge."""
_ANSWER: Final = 10.0
"""Seconds the server has to answer."""
_NOT_FOUND: Final = 10059


class StreamRefused(Refused):
    """The NATS server did not make or change a stream; the message carries its reason."""


async def make_events(
    onboard: Client, ods: str, *, first: int = 1, max_age: timedelta | None = None, replicas: int = 1
) -> bool:
    """The stream EVENTS of an ICS; True where it was made, False where it was there. Again: `max_age` and `replicas` are set anew.

    `onboard`: a connection with the role `onboard` of the ICS's account. `first`: the sequence of its first message, for a log
    that starts later than 1. `max_age`: how long messages are kept; None: for ever. Raises StreamRefused with the server's
    reason, TimeoutError when it does not answer.
    """
    return await _make(onboard, STREAM, _configuration(ods, first, max_age, replicas), keeps=("first_seq",))


async def make_letterbox(onboard: Client, trust: str, *, days: int, replicas: int = 1) -> list[str]:
    """The streams of a trust, and the one consumer by which it takes what is told to it; the names of those made now.

    `onboard`: a connection with the role `onboard` of the trust's account. A message is known again by its id for as long as
    the stream keeps it. One message at a time is on its way to the trust: taken and not acknowledged, it comes again before
    any other. Raises like `make_events`.
    """
    wanted = {out(trust): _out(trust, days, replicas), INTAKE: _intake(trust, replicas)}
    made = [name for name, config in wanted.items() if await _make(onboard, name, config)]
    consumer = {
        "durable_name": trust,
        "name": trust,
        "ack_policy": "explicit",
        "ack_wait": _nanoseconds(timedelta(seconds=TRIED_AGAIN)),
        "max_ack_pending": 1,
    }
    await _ask(onboard, f"CONSUMER.CREATE.{out(trust)}.{trust}", {"stream_name": out(trust), "config": consumer})
    return made


async def has(onboard: Client, name: str) -> bool:
    """Is there a stream of this name in the account? Raises like `make_events`."""
    return await _ask(onboard, f"STREAM.INFO.{name}", {}) is not None


def out(trust: str) -> str:
    """The name of the stream of what is told to a trust."""
    return f"OUT_{trust}"


async def _make(onboard: Client, name: str, wanted: dict[str, Any], keeps: tuple[str, ...] = ()) -> bool:
    """Make a stream, or make the one that is there be as is wanted, but for what it `keeps`; True where it was made."""
    there = await _ask(onboard, f"STREAM.INFO.{name}", {})
    if there is None:
        await _ask(onboard, f"STREAM.CREATE.{name}", wanted)
        return True
    config = there["config"]
    if any(config.get(key) != value for key, value in wanted.items() if key not in keeps):
        await _ask(onboard, f"STREAM.UPDATE.{name}", {**config, **wanted, **{key: config.get(key, 0) for key in keeps}})
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
        "max_age": _nanoseconds(max_age or timedelta()),
        "first_seq": first,
        "allow_direct": True,
        "allow_atomic": True,
        "deny_delete": True,
        "deny_purge": True,
    }


def _out(trust: str, days: int, replicas: int) -> dict[str, Any]:
    kept = _nanoseconds(timedelta(days=days))
    return {
        "name": out(trust),
        "subjects": [f"out.{trust}.>"],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "num_replicas": replicas,
        "max_age": kept,
        "max_bytes": TRUST_BYTES,
        "duplicate_window": kept,
        "deny_delete": True,
        "deny_purge": True,
    }


def _intake(trust: str, replicas: int) -> dict[str, Any]:
    """What a hospital wrote is gone from here as soon as it is in the inbox, sealed."""
    return {
        "name": INTAKE,
        "subjects": [f"in.{trust}.>"],
        "storage": "file",
        "retention": "workqueue",
        "discard": "new",
        "num_replicas": replicas,
        "max_age": _nanoseconds(timedelta(days=INTAKE_DAYS)),
        "max_bytes": TRUST_BYTES,
        "deny_delete": True,
        "deny_purge": True,
    }


def _nanoseconds(time: timedelta) -> int:
    return int(time.total_seconds()) * 1_000_000_000


async def _ask(onboard: Client, question: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """The server's answer, None where there is no such stream."""
    try:
        message = await onboard.request(f"$JS.API.{question}", json.dumps(body).encode(), timeout=_ANSWER)
    except NoRespondersError:
        raise StreamRefused(
            f"the NATS server answers no {question}: JetStream is off for this account. Its log says why"
        ) from None
    found: dict[str, Any] = json.loads(message.data)
    if error := found.get("error"):
        if error.get("err_code") == _NOT_FOUND:
            return None
        raise StreamRefused(f"the NATS server refused {question}: {error.get('description')}")
    return found
