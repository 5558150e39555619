"""Deciders: which pure module answers a command, on which streams."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final, TypeAlias, get_args

from commonweal.domain.deciders import EVENTS, JOINT, MODULES
from commonweal.domain.message import Claim

State: TypeAlias = Any
Event: TypeAlias = Any
Command: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Decider:
    """One kind of stream: how its state grows from its events, and whose key seals what is personal in them."""

    category: str
    initial: State
    evolve: Callable[[State, Event], State]
    claims: Callable[[Event], tuple[Claim, ...]]
    person: Callable[[State], str | None]
    case: Callable[[State], str | None]
    """The referral a stream belongs to, where it belongs to one."""
    subject_is_stream: bool

    def key_of(self, state: State, identity: str) -> str:
        """The name of the key that seals this stream's personal fields: the person's id, else the stream's own id."""
        return identity if self.subject_is_stream else self.person(state) or f"{self.category}-{identity}"

    def stream_id(self, identity: str) -> str:
        """`referral`, `7f…` → `referral-7f…`."""
        return f"{self.category}-{identity}"


Decide: TypeAlias = Callable[[tuple[State, ...], Command], tuple[tuple[Event, ...], ...]]
Reads: TypeAlias = Callable[[State, Command], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one command is answered: the stream it is addressed to, the others it reads, and the decision over all of them."""

    primary: str
    reads: Reads
    decide: Decide
    creates: bool


def category(stream_id: str) -> str:
    """`link_worker-7f…` → `link_worker`."""
    return stream_id.partition("-")[0]


def identity(stream_id: str) -> str:
    """`link_worker-7f…` → `7f…`."""
    return stream_id.partition("-")[2]


def deciders(modules: Iterable[ModuleType]) -> dict[str, Decider]:
    """Every decider by its category."""
    return {
        module.CATEGORY: Decider(
            category=module.CATEGORY,
            initial=module.INITIAL,
            evolve=module.evolve,
            claims=getattr(module, "claims", lambda _: ()),
            person=getattr(module, "person", lambda _: None),
            case=getattr(module, "case", lambda _: None),
            subject_is_stream=getattr(module, "SUBJECT_IS_STREAM", False),
        )
        for module in modules
    }


def behaviours(modules: Iterable[ModuleType], joint: Iterable[ModuleType]) -> dict[type, Behaviour]:
    """Every command's behaviour, by the command's class."""
    found: dict[type, Behaviour] = {}
    for module in modules:
        for command in members(module.Command):
            found[command] = Behaviour(module.CATEGORY, _nothing_else, _alone(module.decide), _creates(module, command))
    for module in joint:
        for command in members(module.Command):
            found[command] = Behaviour(module.PRIMARY, module.reads, module.decide, _creates(module, command))
    return found


def members(union: Any) -> tuple[type, ...]:
    """The classes of a union, or the one class it is."""
    return get_args(union) or (union,)


def _creates(module: ModuleType, command: type) -> bool:
    return command in getattr(module, "CREATES", ())


def _nothing_else(_state: State, _command: Command) -> tuple[tuple[str, str], ...]:
    return ()


def _alone(decide: Callable[[State, Command], tuple[Event, ...]]) -> Decide:
    return lambda states, command: (decide(states[0], command),)


DECIDERS: Final = deciders(MODULES)
BEHAVIOURS: Final = behaviours(MODULES, JOINT)
CATEGORY_OF: Final = {
    event: module.CATEGORY for module in MODULES for event in members(module.Event) if event in EVENTS.values()
}
"""The category in whose streams each event stands."""
