"""Someone is erased: what was told of their stays before we knew whose they were is forgotten with them."""

from collections.abc import Sequence
from typing import Final

from commonweal.intake.accept import Inbox

_STILL_OURS: Final = "select key_name from inbox where stream_id = any(%s) and key_name = 'intake-' || id"


async def forget(inbox: Inbox, stays: Sequence[str]) -> int:
    """Destroy the keys of everything told of these stays (stream ids, `hospital_episode-…`) that the person's own key does not open:
    each stay's own, and those of its messages. How many. Doing it twice changes nothing."""
    async with inbox.borrow() as connection:
        rows = await (await connection.execute(_STILL_OURS, (list(stays),))).fetchall()
    names = [*stays, *[name for (name,) in rows]]
    for name in names:
        await inbox.streams.vault.destroy(name, "the person was erased")
    return len(names)
