"""Carrying: what was prepared goes to the recipient's address, or into the stream from which it takes it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from commonweal.integrations.delivery.shapes import Post, Put
from commonweal.kernel import trace

PATIENCE: Final = 10.0
"""Seconds a recipient has to take a message."""
_ANSWER: Final = 1 << 16
"""Bytes of an answer that are read, so that the connection can be used again; what it says is not kept."""


class NoLetterbox(Exception):  # noqa: N818
    """There is nowhere to put it: this process has no way to the streams of trusts."""


def _no_token(file: str) -> str:
    raise FileNotFoundError(file)


async def _nowhere(put: Put, _headers: dict[str, str]) -> None:
    raise NoLetterbox(put.recipient)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries what was prepared, by whichever way the recipient has."""

    http: httpx.AsyncClient
    token: Callable[[str], str] = _no_token
    """The bearer token in a file an ICS names."""
    put: Callable[[Put, dict[str, str]], Awaitable[None]] = _nowhere
    """Puts a message with these headers into the recipient's stream; back when it stands there. Raises where it does not."""
    patience: float = PATIENCE

    async def carry(self, message: Post | Put) -> int | None:
        """The HTTP status of the answer; None where the message stands in the recipient's stream."""
        headers = {
            "Content-Type": message.content_type,
            "X-Request-Id": str(message.request_id),
            "X-Correlation-Id": str(message.correlation_id),
        }
        if (here := trace.traceparent()) is not None:
            headers["traceparent"] = here
        async with asyncio.timeout(self.patience):
            if isinstance(message, Put):
                await self.put(message, headers)
                return None
            return await self._post(message, headers)

    async def _post(self, post: Post, headers: dict[str, str]) -> int:
        headers["Accept"] = post.content_type
        if post.token_file is not None:
            headers["Authorization"] = f"Bearer {self.token(post.token_file)}"
        async with self.http.stream("POST", post.url, content=post.body, headers=headers) as answer:
            size = 0
            async for chunk in answer.aiter_raw():
                size += len(chunk)
                if size > _ANSWER:
                    break
            return answer.status_code
