"""What changed in a plan between two of its versions, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from commonweal.domain.message import Erased
from commonweal.domain.plans.plan import State
from commonweal.domain.plans.plan_actions import Action
from commonweal.domain.plans.plan_goals import Goal
from commonweal.domain.plans.plan_needs import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`part`: what_matters, strength, need, goal or action; `line`: its id, of a need who sees it and which it is.

    `what`: added, reworded, removed, changed (the words stand, something beside them does not), rated or ended. `before` and `after`
    are the words, or the rating, or how it ended; None where there were none, or where the person was erased. `words`: which line it is,
    where that is not said by those.
    """

    part: str
    line: str
    what: str
    before: str | None = None
    after: str | None = None
    words: str | None = None
    said_by: str | None = None


class _Line(Protocol):
    @property
    def words(self) -> str | Erased: ...


L = TypeVar("L", bound=_Line)


def diff(before: State, after: State) -> tuple[Change, ...]:
    """From one version to a later one."""
    return (
        *_lines("what_matters", before.words.what_matters, after.words.what_matters),
        *_lines("strength", before.words.strengths, after.words.strengths),
        *_needs(before.needs, after.needs),
        *_lines("goal", before.goals, after.goals),
        *_goals(before.goals, after.goals),
        *_lines("action", before.actions, after.actions),
        *_ends("action", before.actions, after.actions),
    )


def _lines(part: str, before: Mapping[str, L], after: Mapping[str, L]) -> Iterator[Change]:
    for line in (*before, *(each for each in after if each not in before)):
        was, now = before.get(line), after.get(line)
        if now is None:
            yield Change(part=part, line=line, what="removed", before=_words(was), said_by=_said_by(was))
        elif was is None:
            yield Change(part=part, line=line, what="added", after=_words(now), said_by=_said_by(now))
        elif was.words != now.words:
            yield Change(
                part=part, line=line, what="reworded", before=_words(was), after=_words(now), said_by=_said_by(now)
            )
        elif _beside(was) != _beside(now):
            yield Change(part=part, line=line, what="changed", words=_words(now), said_by=_said_by(now))


def _words(line: _Line | None) -> str | None:
    return None if line is None or isinstance(line.words, Erased) else line.words


def _said_by(line: object) -> str | None:
    return getattr(line, "said_by", None)


def _beside(line: object) -> tuple[object, ...]:
    """What stands beside the words, and is neither a rating nor an end: those are changes of their own."""
    match line:
        case Goal():
            return (line.domain, line.target_date, line.owner, line.said_by)
        case Action():
            return (line.who, line.by_when)
        case _:
            return (line,)


def _goals(before: Mapping[str, Goal], after: Mapping[str, Goal]) -> Iterator[Change]:
    for line, now in after.items():
        was = before.get(line)
        if len(now.ratings) > len(was.ratings if was else ()):
            last = was.ratings[-1].rating if was and was.ratings else now.baseline
            rating = now.ratings[-1]
            yield Change(
                part="goal",
                line=line,
                what="rated",
                before=str(last),
                after=str(rating.rating),
                words=_words(now),
                said_by=rating.rated_by,
            )
    yield from _ends("goal", before, after)


def _ends(part: str, before: Mapping[str, Goal | Action], after: Mapping[str, Goal | Action]) -> Iterator[Change]:
    for line, now in after.items():
        was = before.get(line)
        if now.outcome is not None and (was is None or was.outcome != now.outcome):
            yield Change(part=part, line=line, what="ended", after=now.outcome, words=_words(now))


def _needs(before: Mapping[tuple[str, str], Need], after: Mapping[tuple[str, str], Need]) -> Iterator[Change]:
    for (need, who), now in after.items():
        was = before.get((need, who))
        line = f"{who}.{need}"
        if was is None:
            yield Change(part="need", line=line, what="added", after=need, said_by=who)
        elif was.severity != now.severity:
            weights = {"before": str(was.severity), "after": str(now.severity)}
            yield Change(part="need", line=line, what="rated", **weights, words=need, said_by=who)
        if now.outcome is not None and (was is None or was.outcome != now.outcome):
            yield Change(part="need", line=line, what="ended", after=now.outcome, words=need, said_by=who)
