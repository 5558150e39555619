"""A scene set up for one story, which is played and taken down again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

T = TypeVar("T")


def play(scene: AbstractAsyncContextManager[T], story: Callable[[T], Awaitable[None]]) -> None:
    """To its end, on a loop of its own."""

    async def whole() -> None:
        async with scene as on:
            await story(on)

    asyncio.run(whole())
