"""The wire: where a web socket has room for it, an answer is written on it at once, with nobody woken for it."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

_EXTENSION: Final = "commonweal.wire"
_FINAL_TEXT: Final = 0x81
"""RFC 6455, 5.2: the only frame of a text message. A server's frames are not masked."""

Write: TypeAlias = Callable[[bytes], bool]
"""Writes a message. False where that cannot be now, and nothing was written."""


def offer(protocol: WebSocketsSansIOProtocol) -> None:
    """Let the application write on this socket, beside what ASGI has for it."""

    def write(message: bytes) -> bool:
        transport = protocol.transport
        if not protocol.writable.is_set() or protocol.conn.state is not State.OPEN or transport.is_closing():
            return False
        transport.write(frame(message))
        return True

    protocol.scope["extensions"] = {**(protocol.scope.get("extensions") or {}), _EXTENSION: {"write": write}}


def offered(scope: Any) -> Write:
    """How to write on the socket of this scope: a server of another kind writes nothing at once."""
    found: Write = scope.get("extensions", {}).get(_EXTENSION, {}).get("write", _never)
    return found


def frame(message: bytes) -> bytes:
    """A text message as it stands on the wire."""
    length = len(message)
    if length < 126:
        return bytes((_FINAL_TEXT, length)) + message
    if length < 1 << 16:
        return bytes((_FINAL_TEXT, 126, length >> 8, length & 0xFF)) + message
    return bytes((_FINAL_TEXT, 127)) + length.to_bytes(8) + message


def _never(_message: bytes) -> bool:
    return False
