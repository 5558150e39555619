"""GraphQL over a web socket: what somebody subscribed to is told again whenever it has changed, for as long as they may see it."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLError
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketException
from litestar.handlers import WebsocketRouteHandler

from commonweal.kernel.trace import refused
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Asking
from commonweal.runtime.identity import NotSignedIn
from commonweal.runtime.live import words
from commonweal.runtime.live.followed import Followed
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.live.once import Once, noted
from commonweal.runtime.live.sight import Sight, leave
from commonweal.runtime.live.wire import offered
from commonweal.runtime.live.words import Asked, Close, Said
from commonweal.runtime.operation import Invalid
from commonweal.runtime.process import end

OPERATIONS: Final = 20
"""Operations open at a time on a socket."""
SOCKETS: Final = 20
"""Sockets open at a time for one user, in one process."""
TO_BEGIN: Final = 5.0
"""Seconds somebody has to say who they are."""
IDLE: Final = 30.0
"""Seconds between looks at what somebody may see who is told nothing."""
_EXPIRED: Final = Close(words.NOT_ALLOWED, "this token has expired: sign in again", "token")

Socket = WebSocket[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Live:
    """What all sockets of this process share. `open`: a user's id → how many they have."""

    asking: Asking
    hub: Hub
    open: Counter[str] = field(default_factory=Counter)


def route(live: Live) -> WebsocketRouteHandler:
    """`/graphql` as a web socket. Anyone may open one; who they are is said on it, and never by a browser's cookie."""

    @websocket("/graphql")
    async def subscriptions(socket: Socket) -> None:
        if words.PROTOCOL in socket.scope["subprotocols"]:
            await socket.accept(subprotocols=words.PROTOCOL)
            await Conversation(live, socket).hold()
        else:
            refused("socket")
            await socket.accept()
            await socket.close(words.NO_COMMON_WORDS, f"this socket speaks {words.PROTOCOL}")

    return subscriptions


class Conversation:
    """One socket: one task hears, another tells. What there is to tell is not kept here, only that there is something."""

    def __init__(self, live: Live, socket: Socket) -> None:
        self._live = live
        self._socket = socket
        self._sight: Sight | None = None
        self._looking = asyncio.Lock()
        self._counted: str | None = None
        self._bell = asyncio.Event()
        self._wire = offered(socket.scope)
        self._followed = Followed(live.asking.answering, live.hub, self._bell.set, self._say, self._write)
        self._once = Once(live.asking.answering, self._say, self._end)
        self._over: Close | None = None
        late = Close(words.TOO_LATE, "nobody said who they are in time")
        self._timer = asyncio.get_running_loop().call_later(TO_BEGIN, self._end, late)

    async def hold(self) -> None:
        """Until either side ends it."""
        telling = asyncio.create_task(self._tell())
        try:
            while True:
                await self._hear(words.heard(await self._socket.receive_text()))
        except Close as close:
            await self._close(close)
        except (WebSocketException, OSError):
            pass  # they are gone
        except Exception as error:  # noqa: BLE001 – the socket ends, and it is noted
            await self._close(noted(error))
        finally:
            self._timer.cancel()
            self._followed.drop_all()
            if self._counted:
                leave(self._live.open, self._counted)
            await end(telling)
            await self._once.end()

    async def _hear(self, said: Said) -> None:
        match said.type:
            case "connection_init":
                await self._begin(said)
            case "subscribe":
                await self._subscribe(*words.wanted(said))
            case "complete":
                self._forget(words.named(said))
            case "ping":
                await self._say(words.PONG)
            case "pong":
                pass
            case _:
                raise Close(words.NOT_UNDERSTOOD, "a message of this type means nothing here")

    async def _begin(self, said: Said) -> None:
        if self._sight is not None:
            raise Close(words.TWICE, "who you are was said already")
        told = words.payload(said)
        shown = told.get("authorization") or told.get("Authorization") or self._socket.headers.get("authorization")
        if not isinstance(shown, str):
            raise Close(words.NOT_ALLOWED, "connection_init must carry an authorization: Bearer and a token")
        try:
            sight = Sight(self._live.asking, await self._live.asking.door.bearer(shown), "graphql")
            await sight.look()
        except (NotSignedIn, NotAllowed) as refusal:
            raise Close(words.NOT_ALLOWED, str(refusal.detail), None) from None
        self._sight, user = sight, sight.asker.principal.id
        if self._live.open[user] >= SOCKETS:
            raise Close(words.NOT_ALLOWED, f"you have {SOCKETS} connections open: close one of them first")
        self._live.open[user] += 1
        self._counted = user
        self._wait(sight)
        await self._say(words.ACKNOWLEDGED)

    def _wait(self, sight: Sight) -> None:
        """Look again in a while, and end with the token."""
        self._timer.cancel()
        self._bell.set()
        if (left := sight.expires - time.time()) <= 0:
            self._end(_EXPIRED)
        else:
            self._timer = asyncio.get_running_loop().call_later(min(left, IDLE), self._wait, sight)

    def _end(self, close: Close) -> None:
        """Leave it to the task that tells."""
        self._over = close
        self._bell.set()

    async def _subscribe(self, identity: str, asked: Asked) -> None:
        if (sight := self._sight) is None:
            raise Close(words.NOT_SIGNED_IN, "say who you are first: connection_init")
        tenant = sight.asker.tenant.ods
        if identity in self._followed or identity in self._once:
            raise Close(words.TAKEN, "an operation with this id is open already")
        if len(self._followed) + len(self._once) >= OPERATIONS:
            full = GraphQLError(f"a socket carries {OPERATIONS} operations at a time", extensions={"code": "REFUSED"})
            refused("socket", tenant)
            return await self._say(words.error(identity, [full.formatted]))
        try:
            prepared = self._live.asking.answering.prepare(asked.query, asked.operation_name)
        except Invalid as invalid:
            return await self._followed.refuse(identity, invalid, tenant)
        if prepared.kind == "subscription":
            await self._look()
            asker = sight.asker
            await self._followed.add(identity, asker, prepared, asked.variables or {})
            if sight.asker is not asker:  # what they may see became another meanwhile
                await self._followed.again(sight.asker)
            return None
        self._once.ask(sight, identity, asked)
        return None

    def _forget(self, identity: str) -> None:
        self._followed.drop(identity)
        self._once.drop(identity)

    async def _tell(self) -> None:
        try:
            while self._over is None:
                await self._look()
                await self._followed.tell()
                await self._bell.wait()
                self._bell.clear()
            await self._close(self._over)
        except Close as close:
            await self._close(close)
        except (WebSocketException, OSError):
            pass  # they are gone
        except Exception as error:  # noqa: BLE001 – the socket ends, and it is noted
            await self._close(noted(error))

    async def _look(self) -> None:
        """May they still, and still the same? One looks at a time: nobody takes an answer while that is not known."""
        if (sight := self._sight) is None:
            return
        async with self._looking:
            try:
                if await sight.look():
                    await self._followed.again(sight.asker)
            except NotAllowed as refusal:
                raise Close(words.NOT_ALLOWED, str(refusal.detail), None) from None

    async def _say(self, text: str) -> None:
        """Returns when the network has room for it: until then there is one message, and no more."""
        await self._socket.send_data(text)

    def _write(self, message: bytes) -> bool:
        """Says it at once, where there is room and what they may see is known; False: nothing was said."""
        known = self._sight is not None and self._sight.fresh and not self._looking.locked() and self._over is None
        return known and self._wire(message)

    async def _close(self, close: Close) -> None:
        if close.kind is not None:
            refused(close.kind, "" if self._sight is None else self._sight.asker.tenant.ods)
        with suppress(WebSocketException, OSError):
            await self._socket.close(close.code, close.sentence.encode()[:123].decode(errors="ignore"))
