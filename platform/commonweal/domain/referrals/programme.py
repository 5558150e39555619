"""Programme: a service that takes referrals, and says of whom."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class ProgrammeOpened:
    name: str
    restricted: bool = False


@event
class CriteriaPublished:
    """Whom it is for; what is empty or missing does not matter. Areas are practices or neighbourhoods: one of either is enough."""

    version: int
    minimum_age: int | None = None
    maximum_age: int | None = None
    practices: tuple[str, ...] = ()
    lsoas: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    excluded_needs: tuple[str, ...] = ()


@event
class ProgrammeClosed:
    pass


@command
class OpenProgramme:
    """`restricted`: nobody sees its referrals, or counts them, who was not let into it by name."""

    name: str
    restricted: bool = False


@command
class PublishCriteria:
    """Whom it is for from now on: a new version, all of it said again. What says nothing is refused: a form sent empty by mistake
    would open the programme to everyone."""

    minimum_age: int | None = None
    maximum_age: int | None = None
    practices: tuple[str, ...] = ()
    lsoas: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    excluded_needs: tuple[str, ...] = ()


@command
class CloseProgramme:
    """It takes no more referrals; those it has go on."""


CATEGORY: Final = "programme"
CREATES: Final = (OpenProgramme,)
CORE: Final = "core"
"""The programme of whoever is referred to none in particular: always open, to everyone unless it publishes criteria."""

Event = ProgrammeOpened | CriteriaPublished | ProgrammeClosed
Command = OpenProgramme | PublishCriteria | CloseProgramme


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → open → closed"""
    name: str = ""
    restricted: bool = False
    criteria: CriteriaPublished | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case ProgrammeOpened(name=name, restricted=restricted):
            return replace(state, phase="open", name=name, restricted=restricted)
        case CriteriaPublished():
            return replace(state, criteria=event)
        case ProgrammeClosed():
            return replace(state, phase="closed")


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case OpenProgramme():
            return _open(state, command)
        case PublishCriteria():
            _require_open(state)
            return _publish(state, command)
        case CloseProgramme():
            if state.phase == "closed":
                return ()
            _require_open(state)
            return (ProgrammeClosed(),)


UNKNOWN: Final = "there is no such programme"


def _require_open(state: State) -> None:
    if state.phase != "open":
        raise Refused(UNKNOWN if state.phase == "unknown" else "this programme is closed")


def _open(state: State, command: OpenProgramme) -> tuple[Event, ...]:
    opened = ProgrammeOpened(name=values.said(command.name, "name", 100), restricted=command.restricted)
    if state.phase == "unknown":
        return (opened,)
    if (state.name, state.restricted) == (opened.name, opened.restricted) and state.phase == "open":
        return ()
    raise Refused("there is a programme of this code already: choose another")


def _publish(state: State, command: PublishCriteria) -> tuple[Event, ...]:
    for age, what in ((command.minimum_age, "minimum_age"), (command.maximum_age, "maximum_age")):
        if age is not None:
            values.within(age, 0, 130, what)
    if None not in (command.minimum_age, command.maximum_age) and command.minimum_age > command.maximum_age:  # type: ignore[operator]
        raise Refused("minimum_age lies above maximum_age")
    if not _says_something(command):
        raise Refused("say whom the programme is for: an age, a practice, a neighbourhood or a need")
    published = CriteriaPublished(
        version=state.criteria.version if state.criteria else 1,
        minimum_age=command.minimum_age,
        maximum_age=command.maximum_age,
        practices=tuple(dict.fromkeys(values.practice_key(each, "practices") for each in command.practices)),
        lsoas=tuple(dict.fromkeys(values.lsoa_2021(each, "lsoas") for each in command.lsoas)),
        needs=values.all_of(codes.NEEDS, command.needs, "needs"),
        excluded_needs=values.all_of(codes.NEEDS, command.excluded_needs, "excluded_needs"),
    )
    if state.criteria is None:
        return (published,)
    return () if published == state.criteria else (replace(published, version=state.criteria.version + 1),)


def _says_something(command: PublishCriteria) -> bool:
    ages = (command.minimum_age, command.maximum_age)
    return ages != (None, None) or any((command.practices, command.lsoas, command.needs, command.excluded_needs))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody that criteria may ask for."""

    age: int | None
    practice: str | None
    lsoa: str | None
    needs: tuple[str, ...]


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def weighed(criteria: CriteriaPublished | None, facts: Facts) -> Iterator[tuple[str, str | None]]:
    """Each criterion that was published – `age`, `area`, `needs`, `excluded_needs` – and why it is not met, a key of
    `codes.UNMET_CRITERIA`; None where it is."""
    if criteria is None:
        return
    if (criteria.minimum_age, criteria.maximum_age) != (None, None):
        yield "age", _age(criteria, facts.age)
    if criteria.practices or criteria.lsoas:
        yield "area", _area(criteria, facts)
    if criteria.needs:
        yield "needs", None if set(criteria.needs).intersection(facts.needs) else "need_not_included"
    if criteria.excluded_needs:
        hit = set(criteria.excluded_needs).intersection(facts.needs)
        yield "excluded_needs", "need_excluded" if hit else None


def unmet(criteria: CriteriaPublished | None, facts: Facts) -> tuple[str, ...]:
    """Why somebody does not fit: keys of `codes.UNMET_CRITERIA`, none where they do."""
    return tuple(why for _, why in weighed(criteria, facts) if why is not None)


def _age(criteria: CriteriaPublished, age: int | None) -> str | None:
    if age is None:
        return "age_unknown"
    lowest = 0 if criteria.minimum_age is None else criteria.minimum_age
    highest = age if criteria.maximum_age is None else criteria.maximum_age
    return None if lowest <= age <= highest else "outside_age"


def _area(criteria: CriteriaPublished, facts: Facts) -> str | None:
    if facts.practice in criteria.practices or facts.lsoa in criteria.lsoas:
        return None
    asked = (facts.practice if criteria.practices else None, facts.lsoa if criteria.lsoas else None)
    return "area_unknown" if asked == (None, None) else "out_of_area"
