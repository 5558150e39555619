"""A long log: invented cases side by side as in a year of an ICS, each event decided, sealed and appended as the product does."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from commonweal.domain.message import Refused
from commonweal.domain.tenant import PCN, ConfigureTenant, Practice, Trust
from commonweal.kernel.append import About, Append
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.kernel.handle import handle
from commonweal.kernel.streams import Grown, Kept
from commonweal.runtime.simulate.play import deal
from commonweal.runtime.simulate.step import Step, made_id
from tenants.store import Tenant

_FEWEST: Final = 6
"""Events of a case, on the safe side."""
_TOGETHER: Final = 2_000
"""Commands whose keys are made and that are appended at a time."""
NOW: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When everything in it is said to have happened."""
_SINCE: Final = date(2025, 4, 1)


async def write(here: Tenant, events: int) -> int:
    """Append `events` events to an empty log, and the rest of what the last command came to. The head's position."""
    await handle(here.streams, here.ods, _configured(here.ods), _about(here.ods, "configure"))
    dealt = await deal(here, events // _FEWEST + 20, seed=1, now=NOW)
    steps = [step for case, worker in dealt.cases for step in case.steps(worker)]
    steps.sort(key=lambda step: step.at)
    writer = _Writer(here)
    left = events - await here.log.head()
    for some in _pieces([*dealt.engaging, *steps]):
        left -= await writer.carry_out(some, left)
        if left <= 0:
            break
    return await here.log.head()


def _pieces(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    return (steps[at : at + _TOGETHER] for at in range(0, len(steps), _TOGETHER))


class _Writer:
    """Decides on states it keeps itself, so that nothing waits for a commit but the next piece."""

    def __init__(self, here: Tenant) -> None:
        self._here = here
        self._kept: dict[tuple[str, str], Kept] = {}

    async def carry_out(self, steps: Sequence[Step], at_most: int) -> int:
        """How many events followed from these commands; those that are refused leave none."""
        decided = [made for step in steps if (made := self._decide(step))]
        streams, appends, written = self._here.streams, [], 0
        needed = {
            key for _, several in decided for each in several for key in streams.keys_of(each) if streams.lacks(key)
        }
        if needed:
            await streams.vault.make_all(needed)
        for step, several in decided:
            if written >= at_most:
                break
            seen = [(each.kept.stream_id, each.kept.version) for each in several]
            events, claims = streams.write(several)
            appends.append(Append(seen, events, claims, _about(self._here.ods, step.identity, step.name, step.at)))
            written += len(events)
        for append in appends:
            self._here.log.enqueue(append)
        await asyncio.gather(*(append.done for append in appends))
        return written

    def _decide(self, step: Step) -> tuple[Step, list[Grown]] | None:
        behaviour = BEHAVIOURS[type(step.command)]
        first = self._stream(behaviour.primary, step.identity)
        try:
            reads = [self._stream(*each) for each in behaviour.reads(first.state, step.command)]
            answers = behaviour.decide((first.state, *(kept.state for kept in reads)), step.command)
        except Refused:
            return None
        made = [kept.grown(events) for kept, events in zip((first, *reads), answers, strict=True) if events]
        for each in made:
            self._kept[each.kept.decider.category, each.kept.identity] = each.ahead(())
        return (step, made) if made else None

    def _stream(self, category: str, identity: str) -> Kept:
        decider = DECIDERS[category]
        return self._kept.get((category, identity)) or Kept(decider, identity, decider.initial, 0)


def _about(ods: str, *names: str | datetime) -> About:
    return About(
        command_id=made_id(ods, *names), occurred_at=NOW, actor="user-of-the-bench", channel="bench",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )  # fmt: skip


def _configured(ods: str) -> ConfigureTenant:
    pcns = tuple(
        PCN(ods=f"U{number}{number}{number}11", name=f"Invented PCN {number}", since=_SINCE, practices=tuple(
            Practice(name=f"Invented Practice {number}{letter}", ods=f"K8{number}00{letter}") for letter in range(1, 6)
        ))
        for number in range(1, 6)
    )  # fmt: skip
    return ConfigureTenant(
        ods=ods,
        name="Invented ICS",
        gss="E54000059",
        pcns=pcns,
        trusts=(Trust(ods="RP1", name="Invented Hospital"),),
        on=NOW.date(),
    )
