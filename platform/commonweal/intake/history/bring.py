"""The past is brought in: rehearsed line by line, then carried out as everything is, as often as it takes and never twice."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.link_worker import EngageLinkWorker
from commonweal.intake.arrival import is_news, same_person
from commonweal.intake.history.acts import Act, acts, ends, engaging, leaving, person_of, registering
from commonweal.intake.history.shape import Line, is_case
from commonweal.intake.rehearse import Rehearsal
from commonweal.kernel.append import IMPORT, About, Claimed, Conflict
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.kernel.handle import Stale, handle
from commonweal.kernel.streams import Streams

PASSING: Final = 4
"""Cases that end within their line, of one link worker, at a time: each has a place at their desk for a moment."""
_ON_RECORD: Final = frozenset({"programme", "framework", "instrument"})
"""Kinds of records that no line brings: a rehearsal sees those of the ICS."""


def _with_room() -> link_worker.State:
    """A link worker who can take any case: whom a line names is seen to when it is carried out."""
    engage = EngageLinkWorker(display_name="somebody", employer="RP1", engaged_on=date(1948, 7, 5))
    (engaged,) = link_worker.decide(link_worker.INITIAL, engage)
    return replace(link_worker.evolve(link_worker.INITIAL, engaged), caseload_limit=10**6)


_ROOMY: Final = _with_room()


@dataclass(slots=True)
class _Imagined(Rehearsal):
    """A rehearsal of a line by itself: nobody is known yet, and where it is a case every link worker has room."""

    known: dict[str, Any] = field(default_factory=dict)
    """What was read of the ICS's own records, for all lines."""
    colleague: link_worker.State = _ROOMY

    async def state(self, category: str, identity: str) -> Any:
        key = (category, identity)
        if key not in self._states:
            self._states[key] = await self._first(category, identity)
        return self._states[key]

    async def _first(self, category: str, identity: str) -> Any:
        if category == link_worker.CATEGORY:
            return self.colleague
        if category not in _ON_RECORD:
            return DECIDERS[category].initial
        name = f"{category}-{identity}"
        if name not in self.known:
            self.known[name] = (await self.streams.committed(category, identity)).state
        return self.known[name]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a line; `sentence` and the name of what was refused where it was."""

    result: Literal["brought", "had already", "refused"]
    step: str = ""
    sentence: str = ""


@dataclass(slots=True)
class Past:
    """The past of one ICS."""

    streams: Streams
    _known: dict[str, Any] = field(default_factory=dict)
    _desks: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    async def rehearse(self, line: Line) -> Brought | None:
        """What the rules would refuse of a line by itself; None where nothing."""
        colleague = _ROOMY if is_case(line) else link_worker.INITIAL
        rehearsal = _Imagined(self.streams, known=self._known, colleague=colleague)
        step = ""
        try:
            for act in self._all(line):
                step = act.name
                await rehearsal.ask(act.identity, act.command)
        except Refused as refusal:
            return Brought("refused", _shown(step), str(refusal))
        return None

    async def bring(self, line: Line) -> Brought:
        """Carry a line out. Doing it again does what is left."""
        if not is_case(line):
            return await self._carry_out([engaging(self.streams.tenant, line)], line.tool)
        workers = {step.worker or step.worker_id for step in line.happened if hasattr(step, "worker")} - {None}
        if not ends(line) or not workers:
            return await self._case(line)
        async with self._desks.setdefault(f"{line.tool} {min(workers)}", asyncio.Semaphore(PASSING)):
            return await self._case(line)

    async def leave(self, line: Line) -> Brought | None:
        """A link worker leaves, after all cases are told; None where they stay."""
        act = leaving(self.streams.tenant, line)
        return None if act is None else await self._carry_out([act], line.tool)

    def _all(self, line: Line) -> Iterable[Act]:
        if not is_case(line):
            return [engaging(self.streams.tenant, line)]
        ods = self.streams.tenant
        return [registering(ods, line), *acts(ods, line, person_of(ods, line))]

    async def _case(self, case: Line) -> Brought:
        try:
            registered = registering(self.streams.tenant, case)
            known = await self._known_person(registered)
        except Refused as refusal:
            return Brought("refused", "registered", str(refusal))
        person_id = known or registered.identity
        told = list(acts(self.streams.tenant, case, person_id))
        if await self._is_done(told[-1]):
            return Brought("had already")
        if known is None:
            told = [registered, *told]
            for act in told:  # most lines come once: only where one was begun before are its records read
                self.streams.begin(BEHAVIOURS[type(act.command)].primary, act.identity)
            return await self._carry_out(told, case.tool)
        return await self._carry_out(await self._news(told, person_id), case.tool)

    async def _known_person(self, registered: Act) -> str | None:
        """Somebody else's id who has this NHS number: they were known before, from elsewhere. Raises `Refused`."""
        wish = registered.command
        if not isinstance(wish, RegisterPerson) or wish.nhs_number is None:
            return None
        holder = await self.streams.log.holder("nhs_number", wish.nhs_number)
        person_id = None if holder is None else holder.partition("-")[2]
        if person_id in (None, registered.identity):
            return None
        same_person((await self.streams.committed(person.CATEGORY, person_id)).state, wish.date_of_birth)
        return person_id

    async def _news(self, told: Iterable[Act], person_id: str) -> list[Act]:
        """Without the consents that somebody known gave already, here or there. Raises nothing: what they took back stays so."""
        answers: consent.State = (await self.streams.committed(consent.CATEGORY, person_id)).state
        found = []
        for act in told:
            if isinstance(act.command, GiveConsent) and not _still_news(answers, act.command):
                continue
            found.append(act)
        return found

    async def _is_done(self, last: Act) -> bool:
        stream_id = DECIDERS[BEHAVIOURS[type(last.command)].primary].stream_id(last.identity)
        return await self.streams.log.receipt(last.command_id, stream_id) is not None

    async def _carry_out(self, told: Iterable[Act], tool: str) -> Brought:
        new = False
        for act in told:
            try:
                receipt = await handle(self.streams, act.identity, act.command, told_of(act, tool))
            except (Refused, Claimed, Stale, Conflict) as refusal:
                return Brought("refused", _shown(act.name), str(refusal))
            new = new or not receipt.repeated
        return Brought("brought" if new else "had already")


def told_of(act: Act, tool: str) -> About:
    """What is written beside the events of an act."""
    return About(
        command_id=act.command_id,
        occurred_at=act.at,
        actor=f"import:{tool}",
        channel=IMPORT,
        correlation_id=act.root,
    )


def _still_news(answers: consent.State, given: GiveConsent) -> bool:
    try:
        return is_news(answers, given, given.given_on)
    except Refused:
        return False


def _shown(name: str) -> str:
    """`closed 2024-06-01T14:00:00+00:00 1` → `closed 2024-06-01T14:00:00+00:00`."""
    return " ".join(name.split(" ")[:2])
