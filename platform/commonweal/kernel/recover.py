"""Recovering: events a restored log has lost are put back from the ICS's stream, as they were stored, each in its own place."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from nats.aio.client import Client
from psycopg import AsyncConnection, sql

from commonweal.domain.message import Refused
from commonweal.domain.people.person import PersonErased
from commonweal.kernel import kept
from commonweal.kernel.arrays import blobs, texts
from commonweal.kernel.decider import DECIDERS, category
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Fact, Streams

_HEAD: Final = "select position from head for update"
_MOVE: Final = "update head set position = %s"
_NEWEST: Final = "select max(position) from events"
_ALLOW: Final = "grant execute on all functions in schema {} to {}"
_FORBID: Final = "revoke execute on all functions in schema {} from {}"
_COLUMNS: Final = Recorded.__struct_fields__
_PUT: Final = sql.SQL("copy events ({}) from stdin").format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))
_GIVEN_BACK: Final = "delete from claims where stream_id = any(%s::text[])"
_RELEASED: Final = """
delete from claims as c using unnest(%s::text[], %s::bytea[]) as k (kind, hash) where c.kind = k.kind and c.hash = k.hash
"""
_TAKEN: Final = """
insert into claims (kind, hash, stream_id) select * from unnest(%s::text[], %s::bytea[], %s::text[])
on conflict (kind, hash) do update set stream_id = excluded.stream_id
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the log of an ICS lacks: it ends at `head`, its stream at `end`."""

    head: int
    end: int

    @property
    def count(self) -> int:
        return max(0, self.end - self.head)


@dataclass(frozen=True)
class Recovery:
    """One ICS whose log was restored to the past.

    `admin`: a connection of the database's administrator, of nobody else's use. `reader`: one to the ICS's account with the role
    `reader`. `schema`, `owner`, `login`: the ICS's in that database.
    """

    streams: Streams
    admin: AsyncConnection[Any]
    reader: Client
    schema: str
    owner: str
    login: str

    async def look(self) -> Missing:
        """What is missing. Raises `Refused` where the stream cannot make it good: it must continue the log."""
        async with self.as_owner():
            head = await self._head()
            newest = await self._one(_NEWEST)
        ends = await kept.ends(self.reader)
        missing = Missing(head, ends.last)
        if newest is not None and newest != head:
            raise Refused(
                f"{self._ods}: the log counts {head} events and its last is {newest}: it was not restored whole"
            )
        if missing.count == 0:
            return missing
        if ends.first > head + 1 or (newest is not None and ends.first > head):
            raise Refused(
                f"{self._ods}: the stream begins at {ends.first} only, the log ends at {head}. What lies between is in neither, "
                "or nothing shows that one continues the other"
            )
        if newest is not None:
            await self._compare(head)
        return missing

    async def work(self, missing: Missing, done: Callable[[int], None] = lambda _: None) -> None:
        """Put back what is missing, some events in each transaction; `done` is told each new end of the log.

        Meanwhile the log takes no commands. Cut off anywhere, it goes on from there when it is begun again. Raises `Refused`
        where somebody has written to the log nevertheless.
        """
        await self._commands(taken=False)
        try:
            head = missing.head
            async for batch in kept.events(self.reader, head + 1, missing.end):
                head = await self._put(head, batch)
                done(head)
            if head < missing.end:
                raise Refused(f"{self._ods}: the stream ended at {head}; it had said {missing.end}")
        finally:
            await self._commands(taken=True)

    async def _compare(self, head: int) -> None:
        ours = await self.streams.log.after(head - 1, 1)
        theirs = [event async for batch in kept.events(self.reader, head, head) for _, event in batch]
        if ours != theirs:
            raise Refused(
                f"{self._ods}: at position {head} the log has another event than the stream. It was written to since it was "
                "restored, and the two will never agree: restore it again, and let nobody write to it before it is recovered"
            )

    async def _put(self, head: int, batch: Sequence[tuple[int, Recorded]]) -> int:
        """One transaction. The new end of the log."""
        for expected, (sequence, event) in enumerate(batch, head + 1):
            if not expected == sequence == event.position:
                raise Refused(f"{self._ods}: the stream has no event {expected} where it should be")
        recorded = [event for _, event in batch]
        facts = await self.streams.understand([each for each in recorded if category(each.stream_id) in DECIDERS])
        async with self.as_owner():
            if await self._head() != head:
                raise Refused(f"{self._ods}: somebody wrote to the log meanwhile: stop every process and begin again")
            async with self.admin.cursor() as cursor, cursor.copy(_PUT) as copy:
                for each in recorded:
                    await copy.write_row([getattr(each, name) for name in _COLUMNS])
            await self._claim(facts)
            await self.admin.execute(_MOVE, (recorded[-1].position,))
        return recorded[-1].position

    async def _claim(self, facts: Iterable[Fact]) -> None:
        """The keys these events take and give back. An erased person's are given back with the key, if not with the event."""
        keys = Keys()
        for fact in facts:
            if isinstance(fact.event, PersonErased):
                keys.give_back(fact.stream_id)
            for claim in DECIDERS[category(fact.stream_id)].claims(fact.event):
                keys.change(
                    claim.kind,
                    self.streams.log.hash(claim.kind, claim.value),
                    None if claim.release else fact.stream_id,
                )
        await self.admin.execute(_GIVEN_BACK, (sorted(keys.given_back),))
        await self.admin.execute(_RELEASED, _pairs(keys.holders), binary=True)
        taken = {key: holder for key, holder in keys.holders.items() if holder is not None}
        await self.admin.execute(_TAKEN, (*_pairs(taken), texts(list(taken.values()))), binary=True)

    @property
    def _ods(self) -> str:
        return self.streams.tenant

    async def _head(self) -> int:
        return int(await self._one(_HEAD))

    async def _one(self, query: Any) -> Any:
        row = await (await self.admin.execute(query)).fetchone()
        return row[0] if row is not None else None

    async def _commands(self, *, taken: bool) -> None:
        """Let the ICS's login append, or not: who has lost their place in the log must not be given another's."""
        async with self.as_owner():
            names = sql.Identifier(self.schema), sql.Identifier(self.login)
            await self.admin.execute(sql.SQL(_ALLOW if taken else _FORBID).format(*names))

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A transaction in the ICS's schema, with its owner's rights."""
        async with self.admin.transaction():
            await self.admin.execute(sql.SQL("set local role {}").format(sql.Identifier(self.owner)))
            await self.admin.execute(sql.SQL("set local search_path = {}, pg_temp").format(sql.Identifier(self.schema)))
            yield self.admin


@dataclass(slots=True)
class Keys:
    """What becomes of keys in the course of some events."""

    holders: dict[tuple[str, bytes], str | None] = field(default_factory=dict)
    """(kind, hash) → the stream that holds it in the end; None: nobody."""
    given_back: set[str] = field(default_factory=set)
    """Streams that hold nothing of what they held before."""

    def change(self, kind: str, taken: bytes, holder: str | None) -> None:
        self.holders[kind, taken] = holder

    def give_back(self, stream_id: str) -> None:
        self.given_back.add(stream_id)
        self.holders = {key: None if holder == stream_id else holder for key, holder in self.holders.items()}


def _pairs(keys: Iterable[tuple[str, bytes]]) -> tuple[object, object]:
    several = list(keys)
    return texts([kind for kind, _ in several]), blobs([taken for _, taken in several])
