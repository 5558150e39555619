"""The words of graphql-transport-ws: what is said over a web socket, and why one is closed.

Source: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

PROTOCOL: Final = "graphql-transport-ws"
LONGEST_ID: Final = 128
"""Characters of an operation's id, which comes back with every answer."""


class Close(Exception):  # noqa: N818
    """The socket ends here, with a code and a sentence (at most 123 bytes) for whoever is at the other end."""

    def __init__(self, code: int, sentence: str, kind: str | None = "socket") -> None:
        """`kind`: as what it is counted among refusals; None where it was counted before, or is none."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.kind = kind


NOT_UNDERSTOOD: Final = 4400
NOT_SIGNED_IN: Final = 4401
NOT_ALLOWED: Final = 4403
NO_COMMON_WORDS: Final = 4406
TOO_LATE: Final = 4408
TAKEN: Final = 4409
TWICE: Final = 4429


class Asked(msgspec.Struct, frozen=True):
    """What `subscribe` carries: an operation as over HTTP."""

    query: str
    operation_name: str | None = msgspec.field(name="operationName", default=None)
    variables: dict[str, Any] | None = None


class Said(msgspec.Struct, frozen=True):
    """A message as it came."""

    type: str
    id: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


_said: Final = msgspec.json.Decoder(Said)
_asked: Final = msgspec.json.Decoder(Asked)
_object: Final = msgspec.json.Decoder(dict[str, Any] | None)


def heard(text: str) -> Said:
    """A message. Raises Close for anything that is none, such as a binary one, which comes as an empty text."""
    try:
        return _said.decode(text)
    except (ValueError, RecursionError):
        raise Close(NOT_UNDERSTOOD, "a message must be a JSON object with a type, as text") from None


def wanted(said: Said) -> tuple[str, Asked]:
    """What a `subscribe` message asks, and under which id. Raises Close."""
    identity = named(said)
    try:
        return identity, _asked.decode(said.payload)
    except (ValueError, RecursionError):
        raise Close(NOT_UNDERSTOOD, "the payload of subscribe must be an object with a query") from None


def named(said: Said) -> str:
    """The id in a message. Raises Close."""
    if not said.id or len(said.id) > LONGEST_ID:
        raise Close(NOT_UNDERSTOOD, f"{said.type} needs an id of 1 to {LONGEST_ID} characters")
    return said.id


def payload(said: Said) -> dict[str, Any]:
    """The payload of any other message. Raises Close."""
    try:
        return _object.decode(said.payload) or {}
    except (ValueError, RecursionError):
        raise Close(NOT_UNDERSTOOD, f"the payload of {said.type} must be an object") from None


ACKNOWLEDGED: Final = '{"type":"connection_ack"}'
PONG: Final = '{"type":"pong"}'


def opening(identity: str) -> str:
    """The beginning of every `next` of an operation; an answer and `}` follow."""
    return f'{{"id":{_json(identity)},"type":"next","payload":'


def error(identity: str, errors: Sequence[object]) -> str:
    return f'{{"id":{_json(identity)},"type":"error","payload":{_json(errors)}}}'


def complete(identity: str) -> str:
    return f'{{"id":{_json(identity)},"type":"complete"}}'


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
