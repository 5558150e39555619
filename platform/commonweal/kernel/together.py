"""Handling together: what many commands come to is decided in memory, story by story, and each story is written whole or not at all."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from commonweal.domain.message import Refused
from commonweal.kernel import trace
from commonweal.kernel.append import About, Append, NewClaim
from commonweal.kernel.counting import APPENDED, commanded
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.kernel.streams import Grown, Kept, Streams

_TRIES: Final = 5
"""How often stories are decided anew where others change what they read."""


class Wish(msgspec.Struct, frozen=True, gc=False):
    """A command for the record `identity`; its `about` has the command's id."""

    identity: str
    command: object
    about: About


@dataclass(slots=True)
class _Story:
    """Commands decided one after another, each on what those before it leave."""

    seen: dict[str, Kept] = field(default_factory=dict)
    """Each stream it read, as it was before."""
    now: dict[str, Kept] = field(default_factory=dict)
    made: list[Grown] = field(default_factory=list)
    abouts: list[About] = field(default_factory=list)
    """What is known of the command that led to each of `made`."""
    keys: set[str] = field(default_factory=set)
    """The names of those that seal what is personal in it."""


@dataclass(slots=True)
class Together:
    """Carries out stories nobody is waiting for at a desk: a past that is brought, cases that are invented.

    Of a story in which anything stands in the way nothing is written, and it is not said what: whoever asked tells its commands
    one by one (`kernel.handle`), and hears. Of what is read it is sure by the same optimistic check as each command by itself.
    """

    streams: Streams
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def carry_out(self, stories: Sequence[Sequence[Wish]], new: Collection[str] = ()) -> list[bool]:
        """Was each story carried out? `new`: ids of records of which nobody has heard, which are begun without a look."""
        with trace.span("commands together", tenant=self.streams.tenant):
            async with self._turn:  # while one lot waits for its commit the next is decided
                appends = await self._appended(stories, new)
            waiting = [each.done for each in appends if each is not None]
            if waiting:
                await asyncio.wait(waiting)
        done = [each is not None and each.done.exception() is None for each in appends]
        for story, append, well in zip(stories, appends, done, strict=True):
            if append is not None and well:
                APPENDED.add(self.streams.tenant, by=len(append.events))
                for wish in story:
                    commanded(type(wish.command).__name__, "done", self.streams.tenant)
        return done

    async def _appended(self, stories: Sequence[Sequence[Wish]], new: Collection[str]) -> list[Append | None]:
        """For each story what is on its way to the log; None where it stays out."""
        out: set[int] = set()
        for _ in range(_TRIES):
            lot = _Lot(self.streams, new)
            told = [None if number in out else await lot.tell(story) for number, story in enumerate(stories)]
            if unkeyed := {name for story in told if story for name in story.keys if self.streams.lacks(name)}:
                await self.streams.vault.make_all(unkeyed)
            if not all(self.streams.current(each) for each in lot.read.values()):
                continue
            appends = [None if story is None else self._append(story) for story in told]
            if lost := {number for number, story in enumerate(told) if story and appends[number] is None}:
                out |= lost  # and others may have gone on from them
                continue
            for story, append in zip(told, appends, strict=True):
                if story is not None and append is not None:
                    self._enqueue(story, append)
            return appends
        return [None] * len(stories)

    def _append(self, story: _Story) -> Append | None:
        """What is written of a story; None where it would be added to a record that was erased, or cannot be written down."""
        if any(self.streams.lacks(name) for name in story.keys):
            return None
        try:
            events, claims = self.streams.write(story.made)
        except Refused:
            return None
        here = trace.traceparent()
        abouts: list[About] = []
        for each, known in zip(story.made, story.abouts, strict=True):
            about = known if here is None else msgspec.structs.replace(known, traceparent=here)
            abouts += [about] * len(each.events)
        seen = [(stream_id, kept.version) for stream_id, kept in story.seen.items()]
        return Append(seen, events, _in_the_end(claims), abouts=abouts)

    def _enqueue(self, story: _Story, append: Append) -> None:
        for kept in story.now.values():
            self.streams.go_on(kept, append.done)
        self.streams.log.enqueue(append)


def _in_the_end(claims: Sequence[NewClaim]) -> list[NewClaim]:
    """Without the keys that a stream takes and gives back within one story, or the other way round: nobody sees the time between."""
    found: dict[tuple[str, bytes, str], NewClaim] = {}
    for claim in claims:
        key = (claim.kind, claim.hash, claim.stream_id)
        if key in found and found[key].release != claim.release:
            del found[key]
        else:
            found[key] = claim
    return list(found.values())


@dataclass(slots=True)
class _Lot:
    """Stories told one after another on the states of one moment."""

    streams: Streams
    new: Collection[str]
    read: dict[str, Kept] = field(default_factory=dict)
    """Each stream that was read, as this process knew it."""
    now: dict[str, Kept] = field(default_factory=dict)

    async def tell(self, wishes: Sequence[Wish]) -> _Story | None:
        """Decide a story; None, and nothing of it, where it is refused."""
        story = _Story()
        try:
            for wish in wishes:
                await self._tell(story, wish)
        except Refused:
            return None
        self.now |= story.now
        return story

    async def _tell(self, story: _Story, wish: Wish) -> None:
        behaviour = BEHAVIOURS[type(wish.command)]
        primary = await self._get(story, behaviour.primary, wish.identity)
        read = [primary]
        for category, identity in behaviour.reads(primary.state, wish.command):
            read.append(await self._get(story, category, identity))
        decided = behaviour.decide(tuple([each.state for each in read]), wish.command)
        for kept, events in zip(read, decided, strict=True):
            if events:
                made = kept.grown(events)
                keys = set(self.streams.keys_of(made))
                story.made.append(made)
                story.abouts.append(wish.about)
                story.keys |= keys
                story.now[kept.stream_id] = made.ahead(keys)

    async def _get(self, story: _Story, category: str, identity: str) -> Kept:
        stream_id = DECIDERS[category].stream_id(identity)
        if (kept := story.now.get(stream_id)) is not None:
            return kept
        if (kept := self.now.get(stream_id)) is None and (kept := self.read.get(stream_id)) is None:
            if identity in self.new:
                self.streams.begin(category, identity)
            kept = self.read[stream_id] = await self.streams.get(category, identity)
        return story.seen.setdefault(stream_id, kept)
