"""Whose desk an invented case lands on: a link worker of that PCN with room, else one more is engaged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from commonweal.domain.workforce.link_worker import EngageLinkWorker, State
from commonweal.runtime.simulate.invented import colleague

PASSING: Final = 4
"""Room kept free at each desk for cases that are closed within the play, as many at a time."""
_INVENTED: Final = "invented-"


@dataclass(slots=True)
class _Desk:
    worker_id: str
    pcns: frozenset[str]
    room: int


@dataclass(slots=True)
class Desks:
    """Fills desks in an order that is the same each time the same cases are dealt out."""

    limit: int
    desks: list[_Desk] = field(default_factory=list)
    engaged: dict[str, EngageLinkWorker] = field(default_factory=dict)
    """Link workers that must be engaged first, by id."""

    @classmethod
    def of(cls, known: Mapping[str, State], cases: Collection[str], limit: int) -> "Desks":
        """The desks as they are without these cases (ids of referrals), which may have been dealt out before."""
        desks = cls(limit)
        for worker_id, state in sorted(known.items(), key=lambda each: _order(each[0])):
            if state.phase != "active" or state.absence or state.engaged is None:
                continue
            held = sum(weight for referral, weight in state.held.items() if referral not in cases)
            room = state.engaged.fte_percent * state.caseload_limit // 100 - held - PASSING
            desks.desks.append(_Desk(worker_id, frozenset(state.engaged.pcns), room))
        return desks

    def take(self, pcn: str, weight: int, today: date) -> str:
        """The link worker who gets a case of this weight; 0: one that is closed again."""
        free = [desk for desk in self.desks if pcn in desk.pcns and desk.room >= weight]
        real = [desk for desk in free if not desk.worker_id.startswith(_INVENTED)]
        first = free[0] if free else None
        desk = max(real, key=lambda each: each.room) if real else first or self._engage(pcn, today)
        desk.room -= weight
        return desk.worker_id

    def _engage(self, pcn: str, today: date) -> _Desk:
        there = {desk.worker_id for desk in self.desks}
        number = next(n for n in range(1, len(there) + 2) if _id(pcn, n) not in there)
        worker_id = _id(pcn, number)
        self.engaged[worker_id] = EngageLinkWorker(
            display_name=colleague(number, pcn),
            employer="GB-CHC-0000001",
            pcns=(pcn,),
            languages=("en",),
            caseload_limit=self.limit,
            engaged_on=today,
        )
        self.desks.append(_Desk(worker_id, frozenset({pcn}), self.limit - PASSING))
        return self.desks[-1]


def _id(pcn: str, number: int) -> str:
    return f"{_INVENTED}{pcn.lower()}-{number:04d}"


def _order(worker_id: str) -> tuple[bool, str]:
    return worker_id.startswith(_INVENTED), worker_id
