"""Counted: what the pages of numbers have in common – the day they are of, the questions above them, and the file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from litestar.response import Response

from commonweal.console.as_at import AsAt, as_at
from commonweal.console.numbers import Numbers
from commonweal.console.wording import in_london, long_date, plural
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter

Offered = Sequence[tuple[str, str, Mapping[str, str], str]]
"""(name, label, answers by code, the answer where none was given) of each question."""
_DAY: Final = ("day", "month", "year")


def let_in(asker: Asker, view: str, called: str) -> None:
    """Raises NotAllowed for a role that does not see it."""
    if view not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed(f"your role does not let you see {called}", kind="scope")


def day_asked(asked: Mapping[str, str], now: datetime) -> tuple[AsAt, date]:
    """What was typed, and the day it says: today where it says none that can be."""
    moment = as_at({name: asked[name] for name in _DAY if name in asked}, now)
    return moment, in_london(moment.at or now).date()


def filters(asked: Mapping[str, str], offered: Offered) -> tuple[Filter, ...]:
    """What can be chosen, and what is: a choice that is not offered is not in force."""
    return tuple(
        Filter(
            name=name,
            label=label,
            everything="",
            choices=tuple(Choice(value=value, text=text) for value, text in choices.items()),
            chosen=asked.get(name, "") if asked.get(name, "") in choices else default,
        )
        for name, label, choices, default in offered
    )


def no_file(asked: Mapping[str, str], offered: Sequence[Filter], moment: AsAt) -> Response[str] | None:
    """Why a file cannot be made of what was asked for; nothing where it can. A file never says something else instead."""
    wrong = [
        f"{each.name}: choose one of those on the page"
        for each in offered
        if asked.get(each.name, "") not in _may_be(each)
    ]
    wrong += [each.sentence for each in moment.mistakes]
    if not wrong:
        return None
    return not_made(wrong)


def not_made(why: Iterable[str], status: int = 422) -> Response[str]:
    """In place of a file that cannot be made: a line for each reason."""
    return Response("\n".join(why), status_code=status, media_type="text/plain; charset=utf-8")


CSV: Final = "text/csv; charset=utf-8"


def attached(file: str) -> dict[str, str]:
    """The headers of a file to keep, made anew each time."""
    return {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}


def _may_be(filter_: Filter) -> frozenset[str]:
    return frozenset({"", *(choice.value for choice in filter_.choices)})


def fresh(found: Mapping[str, Any], now: datetime) -> datetime:
    """When an answer is as of; now, where the room has seen nothing."""
    return datetime.fromisoformat(found["asOf"]) if found["asOf"] else now


def download(name: str, numbers: Numbers, found: Mapping[str, Any], about: str, day: date) -> Response[str]:
    """The table as CSV, as it stands on the page."""
    told = (
        about,
        long_date(day),
        f"position {found['position']}",
        f"{plural(numbers.held_back, 'number', 'numbers')} held back",
    )
    return Response(numbers.file(told), media_type=CSV, headers=attached(f"{name}.csv"))
