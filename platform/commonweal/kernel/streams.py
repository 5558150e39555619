"""Streams kept warm: what we last understood of a record, so that the next command need not read its whole history."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from commonweal.domain.people.person import PersonErased
from commonweal.kernel import codec
from commonweal.kernel.append import NewClaim, NewEvent
from commonweal.kernel.decider import DECIDERS, Decider, identity
from commonweal.kernel.log import Log, Recorded
from commonweal.kernel.vault import Vault

_KEPT: Final = 20_000
_ERASURE: Final = PersonErased.__name__


@dataclass(slots=True)
class Kept:
    """A stream as this process understands it, perhaps ahead of the database by what is on its way there (`pending`)."""

    decider: Decider
    identity: str
    state: Any
    version: int
    keys: frozenset[str] = frozenset()
    """The names of the keys that sealed what it says: it is kept no longer than they are."""
    pending: "asyncio.Future[int] | None" = None
    stream_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.stream_id = self.decider.stream_id(self.identity)

    def grown(self, events: Sequence[object]) -> "Grown":
        """The stream and what follows on it."""
        states, state = [], self.state
        for event in events:
            state = self.decider.evolve(state, event)
            states.append(state)
        return Grown(self, events, states)


class Grown(msgspec.Struct, frozen=True, gc=False):
    """What follows on a stream from a command, and the stream's state after each event."""

    kept: Kept
    events: Sequence[Any]
    states: Sequence[Any]

    def ahead(self, keys: Iterable[str]) -> Kept:
        """The stream as it is then, where these keys seal what is personal in the events."""
        kept = self.kept
        state = self.states[-1] if self.states else kept.state
        return Kept(kept.decider, kept.identity, state, kept.version + len(self.states), kept.keys.union(keys))


class Fact(msgspec.Struct, frozen=True, gc=False):
    """An event as understood, and what is known of how it came to be."""

    position: int
    stream_id: str
    version: int
    event: Any
    event_id: UUID
    recorded_at: datetime
    command_id: UUID | None
    occurred_at: datetime | None
    actor: str | None
    channel: str | None
    traceparent: str | None

    @property
    def identity(self) -> str:
        return self.stream_id.partition("-")[2]

    @property
    def at(self) -> datetime:
        """When it happened as far as we know: as told, else when it was recorded."""
        return self.occurred_at or self.recorded_at


class Streams:
    """One tenant's streams in this process: its log, its vault, and the states it keeps warm."""

    def __init__(self, tenant: str, log: Log, vault: Vault, deciders: dict[str, Decider] = DECIDERS) -> None:
        self.tenant = tenant
        self.log = log
        self.vault = vault
        self._deciders = deciders
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    async def get(self, category: str, identity: str) -> Kept:
        """A stream, warm or read now."""
        stream_id = self._deciders[category].stream_id(identity)
        if (kept := await self._open(stream_id)) is None:
            read = await self.committed(category, identity)
            # Another command may have brought it, and gone on from it, in the meantime.
            kept = self._kept.get(stream_id)
        return self._keep(read if kept is None else kept)

    def warm(self, category: str, identity: str) -> Kept | None:
        """A stream as far as this process keeps it."""
        return self._kept.get(self._deciders[category].stream_id(identity))

    def begin(self, category: str, identity: str) -> None:
        """Take a record for new without looking. Where it is not, what is written of it conflicts, and then it is read."""
        decider = self._deciders[category]
        if decider.stream_id(identity) not in self._kept:
            self._keep(Kept(decider, identity, decider.initial, 0))

    async def committed(self, category: str, identity: str) -> Kept:
        """A stream as the database has it, beside what is kept here."""
        decider = self._deciders[category]
        base = await self._open(decider.stream_id(identity))
        if base is not None and base.pending is not None:
            pending = base.pending
            await asyncio.wait([pending])
            if pending.cancelled() or pending.exception() is not None:
                base = None
        known = base or Kept(decider, identity, decider.initial, 0)
        recorded = await self.log.stream(known.stream_id, known.version)
        grown = known.grown([fact.event for fact in await self.understand(recorded)])
        named = filter(None, (codec.key_name(each.data) for each in recorded))
        return grown.ahead(name for name in named if self.vault.get(name) is not None)

    def current(self, kept: Kept) -> bool:
        """Is this still what the process knows of the stream?"""
        return self._kept.get(kept.stream_id) is kept

    def go_on(self, ahead: Kept, pending: "asyncio.Future[int]") -> None:
        """What was just decided is what we know of a stream from now on, unless the database refuses it."""
        ahead.pending = pending
        self._keep(ahead)

        def settled(done: "asyncio.Future[int]") -> None:
            if done.cancelled() or done.exception() is not None:
                self._kept.pop(ahead.stream_id, None)
            else:
                ahead.pending = None

        pending.add_done_callback(settled)

    def forget(self, stream_id: str) -> None:
        """Keep nothing of this stream: the next command reads it anew."""
        self._kept.pop(stream_id, None)

    async def understand(self, recorded: Sequence[Recorded]) -> list[Fact]:
        """Stored events, opened and as they are understood today. One question to the vault for all of them.

        Whoever reads here that somebody was erased opens nothing of theirs any more, whatever stands before or behind it.
        """
        for each in recorded:
            if each.type == _ERASURE:
                self.vault.give_up(identity(each.stream_id))
        parsed = [codec.parse(each.type, each.data) for each in recorded]
        await self.vault.fetch(read.box.key for read in parsed if read.box is not None)
        return [
            Fact(
                each.position, each.stream_id, each.version,
                read.opened(b"" if read.box is None else self._about(each), self.vault),
                each.event_id, each.recorded_at, each.command_id, each.occurred_at, each.actor, each.channel, each.traceparent,
            )
            for each, read in zip(recorded, parsed, strict=True)
        ]  # fmt: skip

    def _about(self, each: Recorded) -> bytes:
        return codec.about(self.tenant, each.stream_id, each.version, each.type)

    def keys_of(self, made: Grown) -> Iterable[str]:
        """The names of the keys that seal what is personal in these events."""
        kept = made.kept
        for event, state in zip(made.events, made.states, strict=True):
            if codec.has_personal(event):
                yield kept.decider.key_of(state, kept.identity)

    def lacks(self, name: str) -> bool:
        """Is this key not at hand, or was it destroyed when we last looked?"""
        return not self.vault.has(name) or self.vault.get(name) is None

    def write(self, made: Iterable[Grown]) -> tuple[list[NewEvent], list[NewClaim]]:
        """Events as they will be stored, and the keys they take or give back."""
        written: list[NewEvent] = []
        claims: list[NewClaim] = []
        for each in made:
            decider, identity = each.kept.decider, each.kept.identity
            stream_id = each.kept.stream_id
            version = each.kept.version
            for event, state in zip(each.events, each.states, strict=True):
                version += 1
                name = type(event).__name__
                key_name = key = None
                if codec.has_personal(event):
                    key_name = decider.key_of(state, identity)
                    key = self.vault.get(key_name)
                data = codec.encode(event, codec.about(self.tenant, stream_id, version, name), key_name, key)
                written.append(NewEvent(stream_id, version, name, data))
                for claim in decider.claims(event):
                    taken = self.log.hash(claim.kind, claim.value)
                    claims.append(NewClaim(claim.kind, taken, stream_id, claim.release))
        return written, claims

    async def _open(self, stream_id: str) -> Kept | None:
        """A stream that is kept here, if the keys of what it says may still be used: otherwise nothing of it is kept."""
        while (kept := self._kept.get(stream_id)) is not None:
            await self.vault.fetch(kept.keys)
            if not self.current(kept):
                continue  # another command has gone on from it meanwhile
            if all(self.vault.get(name) is not None for name in kept.keys):
                return kept
            self.forget(stream_id)
        return None

    def _keep(self, kept: Kept) -> Kept:
        self._kept[kept.stream_id] = kept
        self._kept.move_to_end(kept.stream_id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept
