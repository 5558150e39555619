"""What one socket follows: its subscriptions, each an answer to be told again whenever it is another."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from graphql import GraphQLError

from commonweal.kernel.trace import refused
from commonweal.runtime import refusals
from commonweal.runtime.answering import Answering
from commonweal.runtime.live import words
from commonweal.runtime.live.feed import Question, Watch
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.live.wire import Write
from commonweal.runtime.operation import Invalid, Prepared
from commonweal.runtime.schema import Asker
from commonweal.runtime.waiting import until, until_now


@dataclass(slots=True)
class _Subscription:
    opening: bytes
    tenant: str
    prepared: Prepared
    variables: Mapping[str, Any]
    watch: Watch

    def told(self, answer: bytes) -> bytes:
        return b"%b%b}" % (self.opening, answer)


class Followed:
    """No answers are kept here, only which were told."""

    def __init__(
        self,
        answering: Answering,
        hub: Hub,
        ring: Callable[[], None],
        say: Callable[[str], Awaitable[None]],
        write: Write,
    ) -> None:
        """`ring` is called when `tell` has something to tell; `say` returns once there is room for what follows; `write`
        says it at once or not at all."""
        self._answering = answering
        self._hub = hub
        self._ring = ring
        self._say = say
        self._write = write
        self._busy = 0
        """How many go through what is open: nobody else tells anything meanwhile, or the older answer might come last."""
        self._open: dict[str, _Subscription] = {}

    def __contains__(self, identity: str) -> bool:
        return identity in self._open

    def __len__(self) -> int:
        return len(self._open)

    async def add(self, identity: str, asker: Asker, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """Follow one more; what is wrong with it is said."""
        try:
            watch = await self._watch(identity, asker, prepared, variables)
        except (GraphQLError, Invalid) as refusal:
            return await self.refuse(identity, refusal, asker.tenant.ods)
        self._open[identity] = _Subscription(
            words.opening(identity).encode(), asker.tenant.ods, prepared, variables, watch
        )  # fmt: skip
        self._ring()
        return None

    def drop(self, identity: str) -> None:
        if (each := self._open.pop(identity, None)) is not None:
            each.watch.leave()

    def drop_all(self) -> None:
        for identity in list(self._open):
            self.drop(identity)

    async def again(self, asker: Asker) -> None:
        """What they may see is another: every question is put anew."""
        with self._alone():
            for identity, each in list(self._open.items()):
                each.watch.leave()
                try:
                    each.watch = await self._watch(identity, asker, each.prepared, each.variables)
                except (GraphQLError, Invalid) as refusal:
                    del self._open[identity]
                    await self.refuse(identity, refusal, each.tenant)
                    continue
                if self._open.get(identity) is not each:
                    each.watch.leave()  # completed meanwhile
        self._ring()

    async def tell(self) -> None:
        """Say the newest answers that were not said yet."""
        with self._alone():
            for identity, each in list(self._open.items()):
                if self._open.get(identity) is not each:
                    continue
                try:
                    answer = each.watch.take()
                except GraphQLError as refusal:
                    self.drop(identity)
                    await self.refuse(identity, refusal, each.tenant)
                    continue
                if answer is not None:
                    await self._say(each.told(answer).decode())

    def _rung(self, identity: str) -> None:
        """There is something to tell: at once where nothing must be waited for, else by `tell`."""
        each = self._open.get(identity)
        if each is None or self._busy or not self._told(each):
            self._ring()

    def _told(self, each: _Subscription) -> bool:
        try:
            answer = each.watch.look()
        except GraphQLError:
            return False
        if answer is not None:
            if not self._write(each.told(answer)):
                return False
            each.watch.take()
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def refuse(self, identity: str, refusal: GraphQLError | Invalid, tenant: str) -> None:
        """Say so, and count it."""
        errors = refusal.errors if isinstance(refusal, Invalid) else (refusal,)
        if isinstance(refusal, Invalid):
            refused(refusal.kind, tenant)
        else:
            refusals.count(errors, tenant, asked="subscription")
        await self._say(words.error(identity, [each.formatted for each in errors]))

    async def _watch(self, identity: str, asker: Asker, prepared: Prepared, variables: Mapping[str, Any]) -> Watch:
        planned = self._answering.plan(asker, prepared, variables)
        if planned is None:
            raise GraphQLError("this cannot be followed: ask for a field and skip none", extensions={"code": "REFUSED"})
        # Waited for here, once: what many watch is not kept waiting by one of them.
        for room, position in planned.waits:
            await (until_now(asker.tenant, room) if position is None else until(asker.tenant, room, position))
        asked = replace(planned, waits=())
        await self._answering.watched(asker, asked)
        question = Question(
            planned.key,
            asker.tenant.ods,
            planned.rooms,
            lambda borrow: self._answering.run(replace(asker, reader=asker.reader.over(borrow)), asked),
        )
        return await self._hub.watch(question, partial(self._rung, identity), anew=bool(planned.waits))
