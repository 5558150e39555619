"""Telling trusts: whether what became of the people it referred gets out to each, how far behind that is, and what went wrong last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.answers import read_number
from commonweal.console.page import AsOf
from commonweal.console.wording import LONDON, plural
from commonweal.domain import tenant as ics
from commonweal.integrations import INTEGRATIONS
from commonweal.integrations.delivery.parked import Parked
from commonweal.integrations.delivery.standing import Reading, Standing, reading, standing
from commonweal.integrations.gp_record import integration as gp_record
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker

log = structlog.get_logger()

_NAMES: Final = {
    "hospital_discharge": "Wards and clinics",
    "emergency_department": "A&E",
    gp_record.NAME: "The GP’s record",
}
_WAYS: Final = {ics.POST: "sent to its address", ics.STREAM: "put in its own stream, for it to take"}
_WRONG: Final = {
    "timeout": "It did not answer in time",
    "refused": "It refused the message",
    "not_now": "It could not take the message just then",
    "ConnectError": "It could not be reached",
    "ReadError": "The line broke",
    "RemoteProtocolError": "The line broke",
    "FileNotFoundError": "The file with its token is not there",
    "NoStreamResponseError": "Its stream is not there",
    "NoLetterbox": "Its stream is not there",
}
"""What a try ended with → in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one trust or practice is told by one integration. `waits`: how long the oldest has waited, None where nothing waits.
    `to_be_taken`: what is delivered lies in a stream, and when the trust takes it is the trust's affair."""

    recipient: str
    code: str
    integration: str
    name: str
    way: str
    to_be_taken: bool
    waiting: int
    waits: str | None
    delivered: int
    parked: int
    wrong: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The whole page. `unread`: what an integration has not read yet, in words, where that is anything."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...]
    may_replay: bool
    said: str | None

    @property
    def parked(self) -> int:
        return sum(row.parked for row in self.rows)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @post("/integrations/replay")
    async def again(request: Asked) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await replay(asker, sent(await request.form()))

    return [pages.at("/integrations", show), again]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    scope = permissions.views(asker.principal.grants).get("integrations")
    if scope is None or not scope.everything:
        raise NotAllowed("your role does not let you see how trusts are told", kind="scope")
    here = asker.tenant
    state: ics.State = (await here.streams.committed(ics.CATEGORY, here.ods)).state
    midnight = datetime.combine(asker.reader.today, datetime.min.time(), LONDON)
    found = await standing(here.pool.borrow, midnight)
    head = await here.log.head()
    page = Telling(
        rows=tuple(_rows(state, found, asker.now)),
        unread=tuple(_unread(await reading(here.pool.borrow))),
        may_replay=permissions.may_do(asker.principal.grants, "replay"),
        said=_said(request.query_params),
    )
    as_of = AsOf(at=asker.now, position=head)
    return await pages.html(request, asker, "integrations.html", page, as_of=as_of, here="/integrations")


async def replay(asker: Asker, typed: Mapping[str, str]) -> Response[None]:
    """Have what is parked tried again: for one trust or practice by one integration, or, where none is named, all of it.

    Raises NotAllowed."""
    if not permissions.may_do(asker.principal.grants, "replay"):
        raise NotAllowed("your role does not let you have deliveries tried again", kind="scope")
    integration, recipient = typed.get("integration") or None, typed.get("recipient") or None
    done = await Parked(asker.tenant.pool.borrow).replay(integration, recipient)
    log.info(
        "deliveries_replayed", tenant=asker.tenant.ods, actor=asker.principal.id, waiting=done.waiting,
        overtaken=done.overtaken,
    )  # fmt: skip
    asked = urlencode({"again": done.waiting, "overtaken": done.overtaken})
    return Redirect(f"/integrations?{asked}", status_code=303)


def _rows(state: ics.State, found: list[Standing], now: datetime) -> list[Row]:
    """A row for each trust that can be told, and for each trust or practice of which something is known beside."""
    known = {(each.recipient, each.integration): each for each in found}
    told = [code for code, trust in state.trusts.items() if trust.task_endpoint or state.has_stream(code)]
    wanted = [(code, each.name) for code in told for each in INTEGRATIONS if each.name != gp_record.NAME]
    wanted += [key for key in known if key not in wanted]
    return [_row(state, code, name, known.get((code, name)), now) for code, name in wanted]


def _row(state: ics.State, code: str, integration: str, stands: Standing | None, now: datetime) -> Row:
    name, way = _told(state, code, integration)
    stands = stands or Standing(integration, code, 0, None, 0, 0, None, None)
    return Row(
        recipient=name,
        code=code,
        integration=integration,
        name=_NAMES.get(integration, integration),
        way=_WAYS[way] if way else "it is not told any more",
        to_be_taken=way == ics.STREAM,
        waiting=stands.waiting,
        waits=_age(now - stands.waiting_since) if stands.waiting_since else None,
        delivered=stands.delivered,
        parked=stands.parked,
        wrong=_wrong(stands.last_status, stands.last_error),
    )


def _told(state: ics.State, code: str, integration: str) -> tuple[str, str | None]:
    """(what a trust or a practice is called, how it is told: None where it is not any more)"""
    if integration == gp_record.NAME:
        named = (name for (_, practice, _), (name, _) in state.memberships.items() if practice == code)
        endpoint = state.policies.gp_endpoint if state.policies else None
        return next(named, code), ics.POST if endpoint else None
    if (trust := state.trusts.get(code)) is None:
        return code, None
    return trust.name, ics.STREAM if state.has_stream(code) else ics.POST if trust.task_endpoint else None


def _wrong(status: int | None, error: str | None) -> str | None:
    if error is None:
        return None
    words = _WRONG.get(error, f"It could not be sent ({error})")
    return f"{words} (status {status})" if status else words


def _unread(found: list[Reading]) -> list[str]:
    return [
        f"{_NAMES.get(each.integration, each.integration)}: {plural(each.behind, 'event', 'events')} still to be read"
        for each in found
        if each.behind > 0
    ]


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return plural(minutes, "minute", "minutes")
    return plural(minutes // 60, "hour", "hours") if minutes < 48 * 60 else plural(minutes // 1440, "day", "days")


def _said(asked: Mapping[str, str]) -> str | None:
    again, overtaken = (read_number(asked, name) for name in ("again", "overtaken"))
    if again is None or overtaken is None:
        return None
    if not again and not overtaken:
        return "There was nothing parked any more."
    words = [f"{plural(again, 'delivery is', 'deliveries are')} tried again." if again else ""]
    if overtaken:
        words.append(
            f"{plural(overtaken, 'delivery is', 'deliveries are')} not sent any more: they were told something later."
        )
    return " ".join(filter(None, words))
