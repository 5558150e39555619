"""Lines by the lot: those of which nothing is here yet are told whole and together, the others one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from commonweal.domain.message import Refused
from commonweal.domain.people.person import RegisterPerson
from commonweal.intake.history.acts import Act, acts, engaging, person_of, registering
from commonweal.intake.history.bring import Brought, Past, told_of
from commonweal.intake.history.shape import Line, is_case
from commonweal.kernel.together import Together, Wish

_RECEIVED: Final = "received"


@dataclass(slots=True)
class _Story:
    """A line as its acts. `new`: the records of which it is the first to tell."""

    told: list[Act]
    new: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Lots:
    """The past of one ICS, by the lot."""

    past: Past
    _together: Together = field(init=False)

    def __post_init__(self) -> None:
        self._together = Together(self.past.streams)

    async def bring(self, lines: Sequence[Line]) -> list[Brought]:
        """Carry out some lines, in their order where they go together. What became of each."""
        stories = {number: story for number, line in enumerate(lines) if (story := self._story(line))}
        results = await self._had_already(stories)
        new = {identity for story in stories.values() for identity in story.new}
        wishes = [_wishes(lines[number], story) for number, story in stories.items()]
        for number, well in zip(stories, await self._together.carry_out(wishes, new), strict=True):
            if well:
                results[number] = Brought("brought")
        return [
            results.get(number) or await self.past.rehearse(line) or await self.past.bring(line)
            for number, line in enumerate(lines)
        ]

    def _story(self, line: Line) -> _Story | None:
        """What a line tells of somebody nobody knows; None where it cannot be told."""
        ods = self.past.streams.tenant
        if not is_case(line):
            return _Story([engaging(ods, line)])
        try:
            return _Story([registering(ods, line), *acts(ods, line, person_of(ods, line))])
        except Refused:
            return None

    async def _had_already(self, stories: dict[int, _Story]) -> dict[int, Brought]:
        """Take out what was brought before, and what must be told by itself as some of it is known. The results of the former."""
        log = self.past.streams.log
        numbers = [told for each in stories.values() if (told := _nhs_number(each.told[0]))]
        holders = await log.holders("nhs_number", numbers)
        marks = {act.command_id for each in stories.values() for act in (each.told[0], _received(each), each.told[-1])}
        before = await log.carried_out(marks)
        results: dict[int, Brought] = {}
        for number, story in list(stories.items()):
            first = story.told[0]
            holder = holders.get(_nhs_number(first) or "")
            known = holder == f"person-{first.identity}" or first.command_id in before
            if story.told[-1].command_id in before:
                results[number] = Brought("had already")
            if number in results or _received(story).command_id in before or (holder and not known):
                del stories[number]
                continue
            story.new = {act.identity for act in story.told} - ({first.identity} if known else set())
        return results


def _wishes(line: Line, story: _Story) -> list[Wish]:
    return [Wish(act.identity, act.command, told_of(act, line.tool)) for act in story.told]


def _received(story: _Story) -> Act:
    """The act before which nobody had heard of the case."""
    return next((act for act in story.told if act.name == _RECEIVED), story.told[0])


def _nhs_number(act: Act) -> str | None:
    return act.command.nhs_number if isinstance(act.command, RegisterPerson) else None
