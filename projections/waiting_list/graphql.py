"""The waiting list over GraphQL: whose turn it is, a page at a time, now or as it was."""

from datetime import datetime
from typing import Final

import strawberry

from commonweal.kernel.question import AsOf, Keys, Page, Paging, moment
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.places import PCN
from projections.sight import seen
from projections.waiting_list import READ_MODEL
from projections.waiting_list.shapes import WaitingListConnection, WaitingListFilter

_KEYS: Final[Keys] = (("urgency", int), ("waiting_since", datetime), ("referral_id", str))
_TURNS: Final = """(select w.*, null::text as link_worker_id, row_number() over (
        partition by case when w.restricted then w.programme end order by w.urgency, w.waiting_since, w.referral_id
    ) as turn from {referral} as w where w.waiting)"""
"""A restricted programme has turns of its own: a gap in everyone's would tell of it. Who waits has no link worker."""
_URGENCIES: Final = {"TWO_WEEK_WAIT": 0, "URGENT": 1, "ROUTINE": 2}


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        WaitingListConnection,
        "Who waits for a link worker, whose turn is next first. `asOf` shows the list as we knew it at a moment in the past.",
    )
    def waiting_list(
        self,
        info: strawberry.Info,
        filter: WaitingListFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        asker = reader(info)
        wanted = filter or WaitingListFilter()
        conditions, parameters = seen(asker.scope("waiting_list"))
        for given, name, condition in (
            (wanted.urgency and _URGENCIES[wanted.urgency.value], "urgency", "{row}.urgency = %(urgency)s::int"),
            (wanted.practice, "practice", "{row}.practice = %(practice)s"),
            (wanted.pcn, "pcn", f"{PCN} = %(pcn)s"),
            (wanted.programme, "programme", "{row}.programme = %(programme)s"),
            (wanted.need, "need", "{row}.reasons::jsonb ? %(need)s"),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        return Page(
            of=WaitingListConnection,
            source=_TURNS,
            where=tuple(conditions),
            parameters=parameters,
            keys=_KEYS,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
            **Paging(first, after, last, before).settled(_KEYS),
        )
