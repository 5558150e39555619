"""Keeps everything at work: whatever ends on its own is started again, unless it ends as soon as it is started."""

import asyncio
import signal
import time
from dataclasses import dataclass, field
from typing import Final

from commonweal.runtime.child import Child, Say

SOON: Final = 5.0
"""Seconds: whatever is killed sooner after its start has not lived."""
UNWELL: Final = 30.0
"""Seconds: nor has what ends by an error of its own sooner than this."""
TRIES: Final = 5
"""How often in a row something may end that soon before it is given up."""
_PAUSE: Final = 0.3
"""Seconds before another try, more each time."""


@dataclass
class Keeper:
    """Looks after `children`, in the order of their start: a server is back before those that need it."""

    children: list[Child]
    say: Say
    serving: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once everything was ready; what ends before that is not started again."""
    _failed: dict[str, int] = field(default_factory=dict)

    async def keep(self) -> Child:
        """Until one of them cannot be kept; which one. Raises `Refused` where a server does not start again."""
        while True:
            ended = next((place for place, each in enumerate(self.children) if each.code is not None), None)
            if ended is None:
                await asyncio.sleep(0.1)
            elif (gone := await self._again(ended)) is not None:
                return gone

    async def _again(self, place: int) -> Child | None:
        """Start it again in its old place; the one that ended, where that is not to be."""
        ended = self.children[place]
        await ended.stop()  # its last lines are still on their way
        soon = time.monotonic() - ended.began < (UNWELL if (ended.code or 0) > 0 else SOON)
        failed = self._failed[ended.name] = self._failed.get(ended.name, 0) + 1 if soon else 0
        if not self.serving.is_set() or ended.again is None or failed >= TRIES:
            return ended
        self.say("commonweal", f"{ended.name} ended on its own ({meaning(ended)}): starting it again")
        await asyncio.sleep(_PAUSE * failed)
        self.children[place] = await ended.again()
        self.say("commonweal", f"{ended.name} was started again")
        return None


def meaning(ended: Child) -> str:
    """Its code, or the signal that ended it."""
    code = ended.code or 0
    return f"code {code}" if code >= 0 else signal.Signals(-code).name
