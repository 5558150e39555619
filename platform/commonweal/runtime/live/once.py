"""Asked once: queries and mutations on a web socket, each answered and then complete."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from litestar.exceptions import WebSocketException

from commonweal.kernel.trace import where
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.answering import Answering
from commonweal.runtime.live import words
from commonweal.runtime.live.sight import Sight
from commonweal.runtime.live.words import Asked, Close
from commonweal.runtime.process import end

AT_ONCE: Final = 2
"""Answered at a time on a socket."""
_FAILED: Final = Close(1011, "something went wrong here: it was noted", None)

log = structlog.get_logger()


class Once:
    """Those that are not answered yet, by their ids."""

    def __init__(
        self, answering: Answering, say: Callable[[str], Awaitable[None]], close: Callable[[Close], None]
    ) -> None:
        """`close` is called where the socket cannot go on."""
        self._answering = answering
        self._say = say
        self._close = close
        self._open: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    def __contains__(self, identity: str) -> bool:
        return identity in self._open

    def __len__(self) -> int:
        return len(self._open)

    def ask(self, sight: Sight, identity: str, asked: Asked) -> None:
        self._open[identity] = asyncio.create_task(self._answer(sight, identity, asked))

    def drop(self, identity: str) -> None:
        if (task := self._open.get(identity)) is not None:
            task.cancel()

    async def end(self) -> None:
        await end(*self._open.values())

    async def _answer(self, sight: Sight, identity: str, asked: Asked) -> None:
        try:
            async with self._turn:
                answer = await self._answering.answer(
                    await sight.now(), asked.query, asked.operation_name, asked.variables
                )
                await self._say(f"{words.opening(identity)}{answer.decode()}}}")
            await self._say(words.complete(identity))
        except NotAllowed as refusal:
            self._close(Close(words.NOT_ALLOWED, str(refusal.detail), None))
        except (WebSocketException, OSError):
            pass  # they are gone
        except Exception as error:  # noqa: BLE001 – the socket ends, and it is noted
            self._close(noted(error))
        finally:
            self._open.pop(identity, None)


def noted(error: Exception) -> Close:
    """What nobody foresaw: whoever runs the installation is told where, and the other end that it was."""
    log.error("live_socket_failed", error=where(error))
    return _FAILED
