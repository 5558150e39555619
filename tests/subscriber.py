"""Somebody on a web socket, for a test: speaks graphql-transport-ws as the field's own clients do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.web import Web

FIVE = 5.0
"""Seconds within which something must be said."""


class Subscriber:
    """One socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, seconds: float = FIVE) -> dict[str, Any]:
        """The next message; TimeoutError where there is none."""
        heard: dict[str, Any] = json.loads(self.socket.recv(seconds))
        return heard

    def begin(self, token: str | None) -> "Subscriber":
        self.say(type="connection_init", payload={"authorization": f"Bearer {token}"} if token else {})
        assert self.hear() == {"type": "connection_ack"}
        return self

    def subscribe(self, document: str, identity: str = "1", **variables: Any) -> None:
        self.say(id=identity, type="subscribe", payload={"query": document, "variables": variables})

    def next(self, identity: str = "1", seconds: float = FIVE) -> Any:
        """The data of the next answer."""
        heard = self.hear(seconds)
        assert (heard["type"], heard["id"]) == ("next", identity), heard
        assert "errors" not in heard["payload"], heard
        return heard["payload"]["data"]

    def silent(self, seconds: float = 0.4) -> bool:
        """Is nothing said for so long?"""
        try:
            self.hear(seconds)
        except TimeoutError:
            return True
        return False

    def closed(self, seconds: float = FIVE) -> tuple[int, str]:
        """Why the other side ended it, whatever it says before."""
        with pytest.raises(ConnectionClosed) as closed:
            self._hear_out(seconds)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason

    def _hear_out(self, seconds: float) -> None:
        while True:
            self.socket.recv(seconds)


@contextmanager
def socket(web: Web, protocol: str = "graphql-transport-ws", query: str = "", **known: Any) -> Iterator[Subscriber]:
    """A socket nobody has said anything on."""
    address = web.url.replace("http://", "ws://") + f"/graphql{query}"
    with connect(address, subprotocols=[Subprotocol(protocol)], compression=None, **known) as opened:
        yield Subscriber(opened)


@contextmanager
def subscriber(web: Web, token: str) -> Iterator[Subscriber]:
    """A socket on which somebody has said who they are."""
    with socket(web) as opened:
        yield opened.begin(token)
