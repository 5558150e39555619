"""Rehearsing: what would follow from commands is seen before anything is written, so that nothing is half done."""

from dataclasses import dataclass, field
from typing import Any

from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.kernel.streams import Streams


@dataclass(slots=True)
class Rehearsal:
    """Records as they are, and as commands rehearsed one after another would leave them. It never writes."""

    streams: Streams
    _states: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def state(self, category: str, identity: str) -> Any:
        """A record's state by now."""
        key = (category, identity)
        if key not in self._states:
            self._states[key] = (await self.streams.committed(category, identity)).state
        return self._states[key]

    async def ask(self, identity: str, command: object) -> None:
        """Decide a command. Raises `Refused` as carrying it out would; keys that others hold are not looked at."""
        behaviour = BEHAVIOURS[type(command)]
        primary = await self.state(behaviour.primary, identity)
        read = ((behaviour.primary, identity), *behaviour.reads(primary, command))
        states = tuple([await self.state(*each) for each in read])
        for (category, key), events in zip(read, behaviour.decide(states, command), strict=True):
            for event in events:
                self._states[category, key] = DECIDERS[category].evolve(self._states[category, key], event)
