"""A case as the commands that tell it again, each with its time and an id that is the same whenever the line comes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid5

from commonweal.domain import due, values
from commonweal.domain.deciders import COMMANDS
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.workforce.link_worker import EngageLinkWorker, LeavePost
from commonweal.intake.history.happened import ENDS, HAPPENED
from commonweal.intake.history.shape import COUNTED, NOW, TODAY, Line, what_of

_SPACE: Final = UUID("6f1c0a54-0b35-5e0d-9a53-6f2a1f7f9b10")
"""Under this name space the ICS, a tool and its ids become ours."""
_NOT_TODAY: Final = frozenset({"AllocateLinkWorker", "ProposeAllocation"})
"""How many people somebody was given in a week long ago is not weighed against a limit of today."""
_MAKES: Final = frozenset({"what_matters", "strength", "risk_raised", "referred_back", "action_added", "gain_recorded"})
"""What begins a part of its own; anything else speaks of the latest one, where it names none."""


@dataclass(frozen=True, slots=True)
class Act:
    """One command of a line. `name` tells it from the line's others for ever, also where more is told later."""

    name: str
    identity: str
    command: object
    at: datetime
    root: UUID
    command_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "command_id", uuid5(self.root, self.name))


def root_of(ods: str, tool: str, kind: str, identity: str) -> UUID:
    """`kind`: case, person, link_worker."""
    return uuid5(_SPACE, f"{ods}|{tool}|{kind} {identity}")


def ends(case: Line) -> bool:
    """Does nobody have the case at the end of its line?"""
    ended = False
    for step in case.happened:
        what = what_of(step)
        ended = what in ENDS or (ended and what != "reopened")
    return ended


def engaging(ods: str, line: Line) -> Act:
    """A link worker's line: they are engaged."""
    root = root_of(ods, line.tool, "link_worker", line.id)
    told = {name: getattr(line, name) for name in _fields(EngageLinkWorker)}
    return Act("engaged", str(root), EngageLinkWorker(**told), due.end_of(line.engaged_on), root)


def leaving(ods: str, line: Line) -> Act | None:
    """They leave, once the cases they had are told; None where they stay."""
    if line.left_on is None:
        return None
    root = root_of(ods, line.tool, "link_worker", line.id)
    return Act("left", str(root), LeavePost(last_day=line.left_on), due.end_of(line.left_on), root)


def person_of(ods: str, case: Line) -> str:
    """The id of a person the tool tells of, where nobody known has their NHS number."""
    return str(root_of(ods, case.tool, "person", case.person.id))


def registering(ods: str, case: Line) -> Act:
    """Whom the case is about. Raises `Refused` for an NHS number that is none."""
    someone, at = case.person, min([case.referral.received_at, *(step.at for step in case.happened)])
    told = {name: getattr(someone, name) for name in _fields(RegisterPerson) if name != "on"}
    number = someone.nhs_number and values.nhs_number(someone.nhs_number, "nhs_number")
    told |= {"nhs_number": number, "nhs_number_status": someone.nhs_number_status or ("02" if number else "03")}
    root = root_of(ods, case.tool, "person", case.person.id)
    return Act("registered", str(root), RegisterPerson(**told, on=due.today(at)), at, root)


def acts(ods: str, case: Line, person_id: str) -> Iterator[Act]:
    """The rest of a case, in order: the referral is received after what is about the person alone and was before it."""
    root = root_of(ods, case.tool, "case", case.id)
    telling = _Telling(ods, case, person_id, root, _record_of(root, "referral", ""))
    received = False
    for step in case.happened:
        about = HAPPENED[what_of(step)]
        if not received and (about.record != "person" or step.at > case.referral.received_at):
            yield telling.received()
            received = True
        yield telling.act(step)
    if not received:
        yield telling.received()


@dataclass(slots=True)
class _Telling:
    """One case, told from its beginning."""

    ods: str
    case: Line
    person_id: str
    root: UUID
    referral_id: str
    _times: Counter[str] = field(default_factory=Counter)
    _latest: dict[str, str] = field(default_factory=dict)

    def received(self) -> Act:
        about = self.case.referral
        told = {name: getattr(about, name) for name in _fields(ReceiveReferral) if name != "person_id"}
        command = ReceiveReferral(**told, person_id=self.person_id)
        return Act("received", self.referral_id, command, about.received_at, self.root)

    def act(self, step: Line) -> Act:
        what = what_of(step)
        about = HAPPENED[what]
        named = f"{what} {step.at.isoformat()}"
        self._times[named] += 1
        name = f"{named} {self._times[named]}"
        command = COMMANDS[about.command]
        told = {each: self._value(each, step, about.command, name) for each in _fields(command)}
        return Act(name, self._identity(about.record, step, name), command(**told), step.at, self.root)

    def _identity(self, record: str, step: Line, name: str) -> str:
        match record:
            case "person":
                return self.person_id
            case "referral":
                return self.referral_id
            case "plan":
                return self._record("plan", step.plan or "")
            case _:
                return self._record(record, step.id or name)

    def _value(self, name: str, step: Line, command: str, act: str) -> Any:  # noqa: PLR0911 – one answer a kind of field
        said = getattr(step, name, None)
        match name:
            case "referral_id":
                return self.referral_id
            case "person_id":
                return self.person_id
            case "plan_id":
                return self._record("plan", step.plan or "")
            case "by":
                return f"import:{self.case.tool}"
            case "worker_id":
                return said or (step.worker and str(root_of(self.ods, self.case.tool, "link_worker", step.worker)))
            case "contact_id":
                return said and self._record("contact", said)
            case "supersedes":
                return None if said is None else self._record("plan", said)
            case "on" if command in _NOT_TODAY:
                return None
            case _ if name in NOW:
                return step.at
            case _ if name in TODAY:
                return said or due.today(step.at)
            case _ if name in COUNTED:
                return self._part(name, said, step, act)
            case _:
                return said

    def _part(self, name: str, said: str | None, step: Line, act: str) -> str:
        if said is None and what_of(step) not in _MAKES:
            said = self._latest.get(name)
        found = said or uuid5(self.root, act).hex
        self._latest[name] = found
        return found

    def _record(self, kind: str, identity: str) -> str:
        return _record_of(self.root, kind, identity)


def _record_of(root: UUID, kind: str, identity: str) -> str:
    return str(uuid5(root, f"record {kind} {identity}"))


@cache
def _fields(command: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(command))
