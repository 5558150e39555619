"""A question that is watched: its newest answer, and all who are told when there is a newer one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

import structlog
from graphql import GraphQLError

from commonweal.kernel.log import Borrow
from commonweal.kernel.trace import where

REST: Final = 0.025
"""Seconds between two askings of one question: a room that never rests is not read for each event."""
ANEW: Final = 60.0
"""Seconds after which a question is asked again though nothing was changed: some answers change with the clock alone."""
_BACKOFF: Final = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one ICS. Whoever brings an equal key may be told the same answer: the key holds all that it
    depends on, what the one who asks may see included."""

    key: Hashable
    tenant: str
    rooms: frozenset[str]
    ask: Callable[[Borrow], Awaitable[bytes]] = field(repr=False)
    """Reads with the connection it is lent. May raise a typed GraphQLError: it is told to all who watch, and ends their watch."""
    rest: float = REST


class Watch:
    """One who watches a question. They hold no answers: only which one they have seen."""

    __slots__ = ("_feed", "_seen", "_since", "ring")

    def __init__(self, feed: "Feed", ring: Callable[[], None], since: int) -> None:
        """`since`: how many askings were begun too early for them."""
        self._feed = feed
        self._seen = 0
        self._since = since
        self.ring = ring

    @property
    def new(self) -> bool:
        """They were told nothing yet."""
        return self._seen == 0

    @property
    def key(self) -> Hashable:
        return self._feed.question.key

    def look(self) -> bytes | None:
        """The newest answer; None where it was taken before or there is none yet. Raises GraphQLError."""
        feed = self._feed
        if feed.refusal is not None:
            raise feed.refusal
        return None if feed.number == self._seen or feed.ended <= self._since else feed.answer

    def take(self) -> bytes | None:
        """As `look`, and it was seen."""
        if (answer := self.look()) is not None:
            self._seen = self._feed.number
        return answer

    def leave(self) -> None:
        self._feed.leave(self)


class Feed:
    """A question that is watched, and its newest answer."""

    def __init__(
        self, question: Question, want: Callable[["Feed"], None], empty: Callable[["Feed"], None]
    ) -> None:  # fmt: skip
        """`want` is called when it is to be renewed; `empty` when nobody watches any more."""
        self.question = question
        self.watches: dict[Watch, None] = {}
        """In the order they came."""
        self.answer: bytes | None = None
        self.number = 0
        self.begun = self.ended = 0
        """How often it was asked, and answered."""
        self.refusal: GraphQLError | None = None
        self.stale = False
        """Something was changed since it was asked."""
        self._want = want
        self._empty = empty
        self._wanted = False
        self._rests_until = 0.0
        self._answered = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.stir()

    def leave(self, watch: Watch) -> None:
        self.watches.pop(watch, None)
        if not self.watches:
            self._end()

    def stir(self) -> None:
        """It may be another by now: it is asked again, at once unless it was just before."""
        self.stale = True
        if not self._wanted:
            self._wanted = True
            self._again(self._rests_until - asyncio.get_running_loop().time())

    def age(self, now: float) -> None:
        """Ask again what was not asked for long. `now` by the loop's clock."""
        if now - self._answered >= ANEW:
            self.stir()

    async def renew(self, borrow: Borrow) -> bool:
        """Ask, and tell those who watch. False where that failed: what they saw last stands meanwhile."""
        if not self.watches:
            return True
        self.stale = False
        self.begun += 1
        try:
            answer = await self.question.ask(borrow)
        except GraphQLError as refusal:
            self.refusal = refusal
            self._end()  # whoever comes next asks for themselves
            self.tell()
            return True
        except Exception as error:  # noqa: BLE001 – shown and tried again
            log.error("live_question_failed", error=where(error), tenant=self.question.tenant)  # noqa: TRY400
            self.stale = True
            self._again(_BACKOFF)
            return False
        self._answered = asyncio.get_running_loop().time()
        self._rests_until = self._answered + self.question.rest
        self._wanted = False
        self._take(answer)
        if self.stale:
            self.stir()
        return True

    def _take(self, answer: bytes) -> None:
        self.ended = self.begun
        if changed := answer != self.answer:
            self.answer, self.number = answer, self.number + 1
        self.tell(everyone=changed)

    def _again(self, seconds: float) -> None:
        if seconds > 0:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._want, self)
        else:
            self._want(self)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._empty(self)

    def tell(self, *, everyone: bool = True) -> None:
        """Let them know that there is something to take: everyone, or those who wait for their first answer."""
        for watch in tuple(self.watches):
            if everyone or watch.new:
                watch.ring()
