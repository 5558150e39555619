"""Framework: the areas of life in which an ICS asks people what matters to them."""

import re
from dataclasses import dataclass, replace
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class FrameworkPublished:
    """`domains`: each `code|name|shared`, where `shared` is the one of ours (`SHARED`) it is counted under."""

    version: int
    name: str
    domains: tuple[str, ...]


@event
class FrameworkRetired:
    pass


@command
class PublishFramework:
    """A new version; plans that were started keep the version they were started with."""

    name: str
    domains: tuple[str, ...]


@command
class RetireFramework:
    """No new plan is started with it."""


CATEGORY: Final = "framework"
CREATES: Final = (PublishFramework,)
Event = FrameworkPublished | FrameworkRetired
Command = PublishFramework | RetireFramework

SHARED: Final = {
    "body": "Body and health",
    "mind": "Mind and mood",
    "people": "People around me",
    "home": "My home",
    "money": "Money and paperwork",
    "days": "How I spend my days",
    "learning": "Learning and work",
    "about": "Getting about",
    "safety": "Feeling safe",
    "self": "Being myself",
}
"""Areas of life every framework is mapped to, so that ICSs with different ones can be counted together. Local."""
BUILT_IN: Final = "what_matters"
"""The framework that is there without anyone publishing it."""


@dataclass(frozen=True, slots=True)
class State:
    version: int = 0
    name: str = ""
    domains: tuple[str, ...] = ()
    retired: bool = False


INITIAL: Final = State()
OURS: Final = State(
    version=1, name="What matters to me", domains=tuple(f"{code}|{name}|{code}" for code, name in SHARED.items())
)
"""The built-in one."""
MOST: Final = 30
_DOMAIN: Final = re.compile(r"([a-z][a-z0-9_]{0,29})\|([^|\s][^|]{0,59})\|([a-z]+)")


def evolve(state: State, event: Event) -> State:
    match event:
        case FrameworkPublished(version=version, name=name, domains=domains):
            return State(version=version, name=name, domains=domains)
        case FrameworkRetired():
            return replace(state, retired=True)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case PublishFramework(name=name, domains=domains):
            called = values.said(name, "name", 60)
            checked = _checked(domains)
            if (state.name, state.domains, state.retired) == (called, checked, False):
                return ()
            return (FrameworkPublished(version=state.version + 1, name=called, domains=checked),)
        case RetireFramework():
            if not state.version:
                raise Refused("there is no such framework")
            return () if state.retired else (FrameworkRetired(),)


def _checked(domains: tuple[str, ...]) -> tuple[str, ...]:
    values.within(len(domains), 1, MOST, "domains")
    for domain in domains:
        found = _DOMAIN.fullmatch(domain)
        if found is None:
            raise Refused("domains must each be written code|name|area, for example garden|My garden|days")
        values.one_of(frozenset(SHARED), found[3], "domains: the area")
    if len(set(map(code, domains))) < len(domains):
        raise Refused("domains must have a code of their own each")
    return domains


def code(domain: str) -> str:
    """`garden|My garden|days` → `garden`."""
    return domain.partition("|")[0]
