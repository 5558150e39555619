"""Whatever others tell us is put away, sealed, before anything follows from it; it is answered when something has."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, LiteralString, TypeAlias
from uuid import UUID, uuid4

import structlog
from psycopg import OperationalError

from commonweal.domain.message import Refused
from commonweal.kernel.log import Borrow
from commonweal.kernel.streams import Streams
from commonweal.kernel.trace import where
from commonweal.kernel.vault import Lost, Tampered

Ack: TypeAlias = Literal["AA", "AE", "AR"]

LATER: Final = "it could not be recorded just now; send it again"
_STATES: Final[dict[Ack, str]] = {"AA": "done", "AR": "refused", "AE": "failed"}
_BATCH: Final = 200
_MENDED: Final = 20
"""How many messages may be refused under one id before the sender has to give the next another."""

_FIRST: Final = """
select id, ack, reason, error, kind, stream_id, position, key_name from inbox where key = %s
"""
_STORE: Final = """
insert into inbox (id, source, key, sealed, key_name) values (%s, %s, %s, %s, %s) on conflict do nothing
"""
_UNDER_KEY: Final = "select id, sealed, key_name, state from inbox where key = %s"
_HAND_OVER: Final = "update inbox set sealed = %s, key_name = %s where id = %s"
_ANSWERED: Final = """
update inbox set state = %s, ack = %s, reason = %s, error = %s, kind = %s, stream_id = %s, position = %s where id = %s
"""
_LEFT: Final = """
select id, source, sealed, key_name from inbox
where state = 'received' and received_at <= now() - %s and split_part(source, '/', 1) = any(%s)
order by received_at, id limit %s
"""

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One ICS's inbox in this process. `borrow` lends a connection that logs in as the ICS."""

    streams: Streams
    borrow: Borrow


@dataclass(frozen=True, slots=True)
class Received:
    """A message put away. `source`: a format, `/` and whose channel it came by."""

    id: UUID
    source: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """AA recorded, or knowingly passed over; AE send it again; AR it can never be taken, for the reason given."""

    ack: Ack
    reason: str | None = None
    """A sentence for whoever looks after the sending system. It never quotes the message."""
    error: str | None = None
    """HL7 table 0357."""
    kind: str | None = None
    stream_id: str | None = None
    position: int | None = None
    person_id: str | None = None
    """Whom the message is about, where that is known: it is then sealed with their key."""
    duplicate: bool = False
    """The same message came before; this is the answer it had."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message in the inbox, and its answer where it has one."""

    id: UUID
    answer: Answer | None


CarryOut: TypeAlias = Callable[[Inbox, Received], Awaitable[Answer]]
"""What follows from a message. It may be asked again for the same message and must then change nothing: its command ids derive
from `Received.id`. A `Refused` is answered AR."""


async def accept(inbox: Inbox, source: str, key: str, raw: bytes, carry_out: CarryOut) -> Answer:
    """Put a message away, do what follows from it, and answer. `key` is the same when the same message comes again.

    A message that was recorded is answered as it was the first time. One that was refused, failed or never finished is tried
    again: nothing has followed from it, and what stood in the way may be gone. Raises psycopg's `OperationalError` while the
    database is away: answer AE. Whatever was put away by then, `heal` finishes.
    """
    hashed = inbox.streams.log.hash("inbox", key)
    kept = await _kept(inbox, hashed) or await _store(inbox, source, hashed, raw)
    if kept.answer is not None and kept.answer.ack == "AA":
        return kept.answer
    return await _finish(inbox, Received(kept.id, source, raw), carry_out)


async def place(inbox: Inbox, key: str, raw: bytes) -> str | None:
    """The key under which this message is put away, or was: `key`, or one of its own where all that came with it were refused.

    None where another message was taken with it, or may be yet, or where more were refused than anybody mends.
    """
    found, own = key, None
    for _ in range(_MENDED):
        hashed = inbox.streams.log.hash("inbox", found)
        async with inbox.borrow() as connection:
            row = await (await connection.execute(_UNDER_KEY, (hashed,), prepare=True)).fetchone()
        if row is None:
            return own or found
        identity, sealed, key_name, state = row
        if await _is_it(inbox, raw, identity, sealed, key_name):
            own = own or found
        elif state != "refused":
            return None
        found = f"{key}|{identity}"
    return own


async def _is_it(inbox: Inbox, raw: bytes, identity: UUID, sealed: bytes, key_name: str) -> bool:
    """Is this the message put away there? Yes, where that cannot be told any more: its key is destroyed."""
    try:
        return await _opened(inbox, identity, sealed, key_name) == raw
    except (Lost, Tampered):
        return True


async def heal(inbox: Inbox, carriers: Mapping[str, CarryOut], older: timedelta = timedelta(0)) -> int:
    """Finish, in the order they came, the messages put away longer ago than `older` from which nothing has followed yet.

    `carriers` by format. How many there were. Raises psycopg's `OperationalError` while the database is away.
    """
    healed = 0
    while True:
        async with inbox.borrow() as connection:
            left = await (await connection.execute(_LEFT, (older, list(carriers), _BATCH), binary=True)).fetchall()
        for identity, source, sealed, key_name in left:
            try:
                raw = await _opened(inbox, identity, sealed, key_name)
            except (Lost, Tampered) as why:
                log.error("message cannot be opened", id=str(identity), error=where(why))  # noqa: TRY400
                await _answered(inbox, identity, Answer(ack="AE", reason="it cannot be opened any more; send it again"))
                continue
            await _finish(inbox, Received(identity, source, raw), carriers[source.partition("/")[0]])
        healed += len(left)
        if len(left) < _BATCH:
            return healed


async def _kept(inbox: Inbox, hashed: bytes) -> _Kept | None:
    async with inbox.borrow() as connection:
        row = await (await connection.execute(_FIRST, (hashed,), prepare=True)).fetchone()
    if row is None:
        return None
    identity, ack, reason, error, kind, stream_id, position, key_name = row
    if ack is None:
        return _Kept(identity, None)
    answer = Answer(
        ack=ack,
        reason=reason,
        error=error,
        kind=kind,
        stream_id=stream_id,
        position=position,
        person_id=None if key_name == _intake_key(identity) else key_name,
        duplicate=True,
    )
    return _Kept(identity, answer)


async def _store(inbox: Inbox, source: str, hashed: bytes, raw: bytes) -> _Kept:
    identity = uuid4()
    name = _intake_key(identity)
    key = await inbox.streams.vault.make(name)
    if key is None:
        raise Lost("the key of a new message was destroyed before it was used")
    sealed = key.seal(raw, bound_to(inbox.streams.tenant, identity))
    if await _write(inbox, _STORE, (identity, source, hashed, sealed, name)):
        return _Kept(identity, None)
    await inbox.streams.vault.destroy(name, "not needed")  # the same message came by another connection meanwhile
    kept = await _kept(inbox, hashed)
    if kept is None:
        raise Lost("a message put away is gone: nothing is ever deleted from an inbox")
    return kept


async def _finish(inbox: Inbox, received: Received, carry_out: CarryOut) -> Answer:
    try:
        answer = await carry_out(inbox, received)
    except Refused as refusal:
        answer = Answer(ack="AR", reason=str(refusal))
    except OperationalError:
        raise
    except Exception as failure:  # noqa: BLE001 – the sender must know to send it again, and the next message waits
        log.error("message not carried out", id=str(received.id), error=where(failure))  # noqa: TRY400 – no traceback: it may quote
        answer = Answer(ack="AE", reason=LATER)
    if answer.person_id is not None:
        await _hand_over(inbox, received, answer.person_id)
    await _answered(inbox, received.id, answer)
    return answer


async def _hand_over(inbox: Inbox, received: Received, person_id: str) -> None:
    """From now on the person's own key opens the message; where that is destroyed, none does."""
    key = await inbox.streams.vault.make(person_id)
    if key is not None:
        sealed = key.seal(received.raw, bound_to(inbox.streams.tenant, received.id))
        await _write(inbox, _HAND_OVER, (sealed, person_id, received.id))
    await inbox.streams.vault.destroy(_intake_key(received.id), "handed over")


async def _answered(inbox: Inbox, identity: UUID, answer: Answer) -> None:
    noted = (answer.ack, answer.reason, answer.error, answer.kind, answer.stream_id, answer.position, identity)
    await _write(inbox, _ANSWERED, (_STATES[answer.ack], *noted))


async def _opened(inbox: Inbox, identity: UUID, sealed: bytes, key_name: str) -> bytes:
    await inbox.streams.vault.fetch([key_name])
    key = inbox.streams.vault.get(key_name)
    if key is None:
        raise Lost("the key of this message is destroyed")
    return key.open(sealed, bound_to(inbox.streams.tenant, identity))


async def _write(inbox: Inbox, statement: LiteralString, values: tuple[object, ...]) -> bool:
    async with inbox.borrow() as connection:
        return (await connection.execute(statement, values, prepare=True)).rowcount == 1


def _intake_key(identity: UUID) -> str:
    return f"intake-{identity}"


def bound_to(tenant: str, identity: UUID) -> bytes:
    """What a kept message is bound to: moved to another ICS or another row it does not open."""
    return f"{tenant}|inbox|{identity}".encode()
