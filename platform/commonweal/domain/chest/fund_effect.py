"""Effect: what came of a fund's money, as whoever gives to it is told.

A funder is told once a calendar month at most. Between two looks people come and go, and who may look at will finds one of them by
subtracting.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from commonweal.domain import due, values
from commonweal.domain.message import Refused, command, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Of all grants of a fund that pay for places: what they were awarded, the places, and of the people who came by one how many came,
    saw the service through, and had their goals met. As it stood at a position, suppressed by a rule: None where it is held back."""

    as_of: datetime
    position: int
    disclosure_rule: str
    grants: int
    awarded_pence: int
    places: int
    people: int | None
    completed: int | None
    met: int | None

    @property
    def id(self) -> str:
        """The SHA-256 of what it says, in a line: who has the numbers can see that they are these."""
        told = (self.grants, self.awarded_pence, self.places, self.people, self.completed, self.met)
        numbers = " ".join("*" if each is None else f"{each}" for each in told)
        return sha256(f"{self.as_of.isoformat()} {self.disclosure_rule} {numbers}".encode()).hexdigest()


# These names are the storage format: never renamed.


@event
class EffectReleased:
    """An `Effect`, as it was told on a day in London. `snapshot_id`: see `Effect.id`."""

    snapshot_id: str
    as_of: datetime
    position: int
    disclosure_rule: str
    grants: int
    awarded_pence: int
    places: int
    people: int | None = None
    completed: int | None = None
    met: int | None = None
    released_on: date
    by: str


@command
class ReleaseEffect:
    """Tell the funders what came of their money, as the numbers of the ICS say it now, with nothing told of few. Once a calendar month."""

    known_effect: Effect
    at: datetime
    by: str


def decide(last: EffectReleased | None, command: ReleaseEffect) -> tuple[EffectReleased, ...]:
    """`last`: what the funders were told before."""
    effect = command.known_effect
    if not effect.places:
        raise Refused("no grant of this fund pays for places in a service yet: there is nothing to tell")
    if last is not None and last.snapshot_id == effect.id:
        return ()
    today = due.today(values.moment(command.at, "at"))
    if last is not None and today < (again := _next_month(last.released_on)):
        raise Refused(f"the funders are told once a month: tell them again from {again.day} {again:%B %Y}")
    return (
        EffectReleased(
            snapshot_id=effect.id,
            as_of=values.moment(effect.as_of, "as_of"),
            position=effect.position,
            disclosure_rule=values.identifier(effect.disclosure_rule, "disclosure_rule"),
            grants=effect.grants,
            awarded_pence=effect.awarded_pence,
            places=effect.places,
            people=effect.people,
            completed=effect.completed,
            met=effect.met,
            released_on=today,
            by=command.by,
        ),
    )


def pence_per_place(awarded_pence: int, places: int) -> int:
    """What one of so many places costs, to the nearest penny."""
    return (2 * awarded_pence + places) // (2 * places)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
