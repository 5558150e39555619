"""What happened, what is asked, what follows: `given(referral, RECEIVED).when(ACCEPT).then(ACCEPTED, WAITING)`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from commonweal.domain import deciders
from commonweal.domain.message import Refused

Streams = Mapping[tuple[str, str], tuple[Any, ...]]
"""Events by (category, id)."""

BY_CATEGORY = {module.CATEGORY: module for module in deciders.MODULES}


def after(module: ModuleType, state: Any, events: Iterable[Any]) -> Any:
    """What a stream that was `state` is after these events."""
    for event in events:
        state = module.evolve(state, event)
    return state


def state_of(module: ModuleType, *events: Any) -> Any:
    """What a stream is after these events."""
    return after(module, module.INITIAL, events)


@dataclass(frozen=True)
class Outcome:
    events: tuple[tuple[Any, ...], ...]
    """Of the stream asked, then of each stream read."""
    streams: tuple[tuple[str, str], ...]
    refusal: str | None

    def then(self, *events: Any, writing: Streams | None = None) -> None:
        """These events and no others; `writing` names the events of the other streams, nothing where not named."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events[0] == events
        others = {key: made for key, made in zip(self.streams, self.events[1:], strict=True) if made}
        assert others == dict(writing or {})

    def then_nothing(self) -> None:
        self.then()

    def refused(self, part: str) -> None:
        """Refused, in a sentence that says this."""
        assert self.refusal is not None, f"not refused; it decided {self.events}"
        assert part in self.refusal


@dataclass(frozen=True)
class Given:
    module: ModuleType
    events: tuple[Any, ...]
    reading: Streams

    def when(self, command: Any) -> Outcome:
        """Decide; for a joint module over every stream it says it reads."""
        joint = self.module in deciders.JOINT
        primary = BY_CATEGORY[self.module.PRIMARY] if joint else self.module
        state = state_of(primary, *self.events)
        streams: tuple[tuple[str, str], ...] = self.module.reads(state, command) if joint else ()
        others = [state_of(BY_CATEGORY[category], *self.reading.get((category, key), ())) for category, key in streams]
        try:
            made = self.module.decide((state, *others), command) if joint else (self.module.decide(state, command),)
        except Refused as refusal:
            return Outcome((), streams, str(refusal))
        return Outcome(made, streams, None)


def given(module: ModuleType, *events: Any, reading: Streams | None = None) -> Given:
    """A stream of the module's (its primary one, for a joint module) with these events; `reading` has the other streams'."""
    return Given(module, events, reading or {})
