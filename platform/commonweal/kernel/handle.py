"""Handling: a command is weighed against everything it must read, and what follows from it is written whole or not at all."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from psycopg import OperationalError

from commonweal.domain.message import Refused
from commonweal.kernel import trace
from commonweal.kernel.append import About, Append, Claimed, Conflict, Repeated
from commonweal.kernel.counting import APPENDED, commanded
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS, Behaviour
from commonweal.kernel.streams import Grown, Kept, Streams

_TRIES: Final = 40
"""How often a command is decided anew before it gives way: other processes would have to win each time."""
_CUTS: Final = 4
"""How often a cut connection to PostgreSQL is tried again within one command."""


class Stale(Exception):  # noqa: N818
    """The record is not at the version the caller knows; `version` is the one it is at."""

    def __init__(self, version: int) -> None:
        super().__init__(f"someone else changed this record in the meantime: it is now at version {version}")
        self.version = version


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What a command came to: the stream it was addressed to, that stream's version and the log's position after it."""

    command_id: UUID
    stream_id: str
    version: int
    position: int
    repeated: bool = False
    """The command was carried out before; this is the first receipt again."""


class _Asked(msgspec.Struct, frozen=True):
    behaviour: Behaviour
    identity: str
    command: object
    command_id: UUID
    about: About
    expected_version: int | None


async def handle(
    streams: Streams,
    identity: str,
    command: object,
    about: About,
    *,
    expected_version: int | None = None,
    behaviours: dict[type, Behaviour] = BEHAVIOURS,
) -> Receipt:
    """Carry out a command on the record `identity`.

    Raises `Refused` with a sentence for the person who asked, `Claimed` where a key is another record's, `Stale` where the
    record moved on since the caller looked, `Conflict` where others kept winning. The same command id again answers with
    the first receipt.
    """
    asked = _Asked(behaviours[type(command)], identity, command, about.command_id or uuid4(), about, expected_version)
    name, outcome = type(command).__name__, "failed"
    with trace.span(f"command {name}", tenant=streams.tenant) as span:
        try:
            receipt = await _carried_out(streams, asked)
            outcome = "repeated" if receipt.repeated else "done"
        except (Refused, Claimed):
            outcome = "refused"
            raise
        except (Stale, Conflict):
            outcome = "conflict"
            raise
        finally:
            commanded(name, outcome, streams.tenant)
            if outcome != "failed":
                span.note(outcome=outcome)
    return receipt


async def _carried_out(streams: Streams, asked: _Asked) -> Receipt:
    failures = 0
    for attempt in range(_TRIES):
        if attempt > 1:
            await asyncio.sleep(random.random() * 0.002 * attempt)  # noqa: S311 – a pause, not a secret
        try:
            if (receipt := await _attempt(streams, asked)) is not None:
                return receipt
        except OperationalError:  # cut off: it may have been written or not, and its command id will tell
            failures += 1
            if failures > _CUTS:
                raise
            await asyncio.sleep(0.1 * failures)
    raise Conflict("others kept changing this record; please try again")


async def _attempt(streams: Streams, asked: _Asked) -> Receipt | None:
    kept = await _read(streams.get, asked)
    if not all(streams.current(each) for each in kept):
        return None
    try:
        decided = _decide(asked, kept)
    except (Refused, Stale):
        decided = ()
    if not any(decided):
        if (answer := await _confirm(streams, asked)) is None:
            _forget(streams, kept)
        return answer
    made = [each.grown(events) for each, events in zip(kept, decided, strict=True)]
    if missing := [name for each in made for name in streams.keys_of(each) if streams.lacks(name)]:
        await _make_keys(streams, missing)
        return None
    try:
        return await _write(streams, made, asked)
    except Repeated:
        return await _first_receipt(streams, asked)
    except Conflict:
        _forget(streams, kept)
        return None


async def _read(get: Callable[[str, str], Awaitable[Kept]], asked: _Asked) -> list[Kept]:
    primary = await get(asked.behaviour.primary, asked.identity)
    others = asked.behaviour.reads(primary.state, asked.command)
    return [primary, *[await get(category, other) for category, other in others]]


def _decide(asked: _Asked, kept: list[Kept]) -> tuple[tuple[Any, ...], ...]:
    if asked.expected_version is not None and kept[0].version != asked.expected_version:
        raise Stale(kept[0].version)
    return asked.behaviour.decide(tuple(each.state for each in kept), asked.command)


async def _confirm(streams: Streams, asked: _Asked) -> Receipt | None:
    """A refusal, or nothing to do, said from what is kept here is weighed again on what the database has.

    Raises the refusal; answers with a receipt where there is nothing to do or the command was carried out before; None where
    the database has it otherwise.
    """
    if (first := await _first_receipt(streams, asked)) is not None:
        return first
    kept = await _read(streams.committed, asked)
    if any(_decide(asked, kept)):
        return None
    return Receipt(asked.command_id, kept[0].stream_id, kept[0].version, await streams.log.head())


def _forget(streams: Streams, kept: list[Kept]) -> None:
    for each in kept:
        streams.forget(each.stream_id)


async def _make_keys(streams: Streams, names: list[str]) -> None:
    for name in dict.fromkeys(names):
        if await streams.vault.make(name) is None:
            raise Refused("this record was erased: nothing personal can be added to it")


async def _write(streams: Streams, made: list[Grown], asked: _Asked) -> Receipt:
    events, claims = streams.write(made)
    with trace.span("append"):
        here = trace.traceparent() or asked.about.traceparent  # whoever follows the events goes on from here
        about = msgspec.structs.replace(asked.about, command_id=asked.command_id, traceparent=here)
        append = Append([(each.kept.stream_id, each.kept.version) for each in made], events, claims, about)
        for each in made:
            if each.events:
                streams.go_on(each.ahead(streams.keys_of(each)), append.done)
        before = await streams.log.append(append)
    APPENDED.add(streams.tenant, by=len(events))
    primary = made[0]
    version = primary.kept.version + len(primary.events)
    return Receipt(asked.command_id, primary.kept.stream_id, version, before + len(events))


async def _first_receipt(streams: Streams, asked: _Asked) -> Receipt | None:
    stream_id = DECIDERS[asked.behaviour.primary].stream_id(asked.identity)
    if (found := await streams.log.receipt(asked.command_id, stream_id)) is None:
        return None
    return Receipt(asked.command_id, stream_id, version=found[1], position=found[0], repeated=True)
