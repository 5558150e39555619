"""A page of the console: rendered for someone who asks, with the same operations as everyone's."""

import secrets as random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from jinja2 import Environment
from litestar import Request, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import wording
from commonweal.console.forms import Subject
from commonweal.console.page import AsOf, Frame, SignedIn, content_security_policy, render
from commonweal.console.wording import in_london
from commonweal.domain import codes
from commonweal.domain.referrals import referral
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime import permissions
from commonweal.runtime.asking import Asking, Unanswered
from commonweal.runtime.organisations import ics_name
from commonweal.runtime.pages.glass import who_looks
from commonweal.runtime.pages.lent import lent
from commonweal.runtime.pages.menu import menu
from commonweal.runtime.pages.reach import reach
from commonweal.runtime.schema import Asker
from projections.caseload import READ_MODEL as CASELOAD
from projections.caseload import board
from projections.caseload.graphql import one_referral
from projections.person_record import READ_MODEL as PERSON_RECORD
from projections.work import READ_MODEL as WORK

Asked = Request[Any, Any, Any]
Given: TypeAlias = Mapping[str, str]
"""What the address of a form brings beside the id in it, and what was typed."""

_DOCUMENT: Final = (Path(board.__file__).parent / "page.graphql").read_text(encoding="utf-8")
_RECORD: Final = (PERSON_RECORD.folder / "page.graphql").read_text(encoding="utf-8")
_WORK: Final = (WORK.folder / "page.graphql").read_text(encoding="utf-8")


class Missing(Exception):  # noqa: N818
    """There is no such page for the one who asks."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages for someone who asks."""

    asking: Asking
    console: Environment

    def at(self, path: str, show: "Show") -> HTTPRouteHandler:
        """A page with an address of its own."""

        @get(path)
        async def page(request: Asked) -> Response[str]:
            return await show(self, request, await self.asking.asker(request, "console"))

        return page

    def of_person(self, path: str, show: "ShowOfPerson") -> HTTPRouteHandler:
        """A page about the `person_id` in its address."""

        @get(path)
        async def page(request: Asked, person_id: str) -> Response[str]:
            asker = await self.asking.asker(request, "console")
            return await show(self, request, await who_looks(asker, person_id), person_id)

        return page

    async def html(
        self,
        request: Asked,
        asker: Asker,
        template: str,
        page: object,
        *,
        as_of: AsOf | None = None,
        status: int = 200,
        here: str = "/caseload",
    ) -> Response[str]:
        """A whole page, never kept by a browser or a proxy."""
        nonce = random.token_urlsafe(16)
        frame = Frame(
            nonce=nonce,
            tenant=await ics_name(asker.tenant),
            signed_in=signed_in(self.asking, request, asker),
            here=here,
            menu=menu(asker),
            as_of=as_of,
            missed=await self._missed(asker) if here != "/tasks" else 0,  # where they are listed
        )
        headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
        text = render(self.console, template, frame, page)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)

    async def _missed(self, asker: Asker) -> int:
        """How many who are out alone have not been heard of, for those who may go and look."""
        if "tasks" not in permissions.views(asker.principal.grants):
            return 0
        try:
            found = await self.ask(asker, "Missed", _WORK)
        except Unanswered:
            return 0  # a page that cannot say so is better than none
        return int(found["workVisits"]["totalCount"])

    async def ask(self, asker: Asker, operation: str, document: str = _DOCUMENT, /, **variables: Any) -> dict[str, Any]:
        """An operation of a page's document: the caseload's, where none is named. Raises `Unanswered`."""
        return await self.asking.answer(asker, document, operation, variables)

    async def referral(self, asker: Asker, referral_id: str) -> dict[str, Any]:
        """A referral with whose it is; that their record was opened is written down. Raises `Missing`."""
        found: dict[str, Any] | None = (await self.ask(asker, "Referral", id=referral_id))["caseloadReferral"]
        if found is None:
            raise Missing("there is no such referral among those you see")
        await self.asking.answering.opened(asker, found["person"]["id"], "case")
        if not found["person"]["erased"]:
            found["person"]["lent"] = await lent(asker, found["person"]["id"])
        return found

    async def person(self, asker: Asker, person_id: str) -> Subject:
        """Whose record it is; that it was opened is written down. Raises `Missing`."""
        found = (await self.ask(asker, "Record", _RECORD, id=person_id, part="details"))["personRecord"]
        if found is None:
            raise Missing("there is no such person among those you see")
        more = () if found["erased"] else await lent(asker, person_id)
        return Subject(
            name=found["name"] or "Name withheld – erased",
            nhs_number=found["nhsNumber"],
            born_on=date.fromisoformat(found["dateOfBirth"]) if found["dateOfBirth"] else None,
            practice=practice_name(found["practice"]),
            reach=None if found["erased"] else reach({**found, "lent": more}),
        )


Show = Callable[[Pages, Asked, Asker], Awaitable[Response[str]]]
ShowOfPerson = Callable[[Pages, Asked, Asker, str], Awaitable[Response[str]]]
"""With the id of the person."""


def signed_in(asking: Asking, request: Asked, asker: Asker) -> SignedIn:
    """Who stands at the top of a page. Raises NotSignedIn for who is not there by a session."""
    return SignedIn(
        name=asker.principal.display or "You",
        role=wording.role(min(asker.principal.roles)),
        csrf_token=asking.door.csrf_token(request),
    )


READERS: Final = frozenset({"link_worker", "team_lead", "triager"})
"""Who may read what people wrote: those who care for the person themselves."""


async def reads(asker: Asker, referral_id: str) -> bool:
    """May they read what people wrote of this case? What another of their roles shows them does not count."""
    grants = asker.principal.grants
    scope = permissions.scope(grants, READERS)
    if scope is None:
        return False
    glass = permissions.opened(grants, READERS, permissions.PARTS["caseload"])
    scope = replace(scope, persons=scope.persons | glass)
    reader = Reader(asker.tenant.pool.borrow, {"caseload": scope}, asker.now, asker.reader.today)
    return await fetch(reader, CASELOAD, one_referral(reader, referral_id)) is not None


async def narrative(asker: Asker, referral_id: str) -> str | None:
    """What the referrer wrote, empty where it was nothing, from the record itself: no room keeps it, so that it goes with the
    person's key. None for who does not care for the person themselves."""
    if not await reads(asker, referral_id):
        return None
    streams = asker.tenant.streams
    for fact in await streams.understand(await asker.tenant.log.stream(f"referral-{referral_id}", 0)):
        if isinstance(fact.event, referral.ReferralReceived):
            return fact.event.narrative if isinstance(fact.event.narrative, str) else ""
    return None


def practice_name(practice: Mapping[str, Any] | None) -> str:
    """Its name, else its code, and its PCN: two practices of one ICS may have the same name."""
    if practice is None:
        return "No practice"
    return ", ".join(part for part in (practice["name"] or practice["code"], practice["pcnName"]) if part)


def priority(node: Mapping[str, Any]) -> str | None:
    """In words; None where it is routine."""
    return None if node["priority"] == "1" else codes.PRIORITIES.get(node["priority"], node["priority"])


def day(moment: str) -> date:
    """The day in London of a time in an answer."""
    return in_london(datetime.fromisoformat(moment)).date()
