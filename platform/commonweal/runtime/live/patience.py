"""Patience with those who do not listen: a connection that takes in nothing for some seconds is cut, and what was meant for it let go."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from commonweal.kernel.counting import refused
from commonweal.runtime.live import wire

PATIENCE: Final = 10.0
"""Seconds in which somebody has to take in something of a full buffer. Slow is well; silent is not."""
REST: Final = 75
"""Seconds a connection may rest between two requests: longer than clients and proxies rest theirs (5 to 60), or one of them asks in
the moment in which we close it, and hears that we broke it off."""
_FAREWELL: Final = 2.0
"""Seconds more in which they may read why."""
TOO_SLOW: Final = 1013
"""Close code "try again later" (IANA WebSocket close code registry)."""
_quiet: Final = logging.getLogger("uvicorn.sockets")
_quiet.setLevel(logging.WARNING)


class Patience:
    """With one connection, from when its buffer is full until it is nearly empty."""

    def __init__(self, transport: asyncio.WriteTransport, part: Callable[[], None]) -> None:
        self._transport = transport
        self._part = part
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.wait(PATIENCE, self._look, self._transport.get_write_buffer_size())

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wait(self, seconds: float, then: Callable[..., None], *given: Any) -> None:
        self.end()
        self._timer = asyncio.get_running_loop().call_later(seconds, then, *given)

    def _look(self, before: int) -> None:
        if (left := self._transport.get_write_buffer_size()) < before:
            self.wait(PATIENCE, self._look, left)
        else:
            self._part()


class PatientHttp(HttpToolsProtocol):
    """Streams and pages alike. Without this a response nobody reads would be kept until the network gives up."""

    patience: Patience

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.patience = Patience(transport, transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.patience.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.patience.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self.patience.end()
        super().connection_lost(exc)


class PatientSocket(WebSocketsSansIOProtocol):
    """Web sockets. Who does not read is not read either: their pings would be answered into the same full buffer."""

    patience: Patience

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.patience = Patience(self.transport, self._part)
        # The libraries write addresses, and what is said, into the log.
        self.logger = self.conn.logger = _quiet
        self.conn.debug = False

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:  # or it was refused already
            wire.offer(self)

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        refused("socket")

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()
        self.patience.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.patience.end()
        if not self.read_paused:
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.patience.end()
        super().connection_lost(exc)

    def _part(self) -> None:
        if not self.close_sent:
            refused("socket")
            self.conn.send_close(TOO_SLOW, "what was sent was not read for some seconds")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.patience.wait(_FAREWELL, self.transport.abort)


HOW_WE_SERVE: Final[dict[str, Any]] = {
    "http": PatientHttp,
    "ws": PatientSocket,
    "ws_max_size": 256 << 10,
    "ws_per_message_deflate": False,
    "timeout_keep_alive": REST,
}
"""For `uvicorn.Config`. Not compressed: hundreds of windows held in memory, and secrets beside what others may choose."""
