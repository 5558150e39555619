"""A page of the console: rendered for someone who asks, with the same operations as everyone's."""

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from litestar import Request
from litestar.enums import MediaType
from litestar.response import Response

from commonweal.console.page import AsOf, Frame, SignedIn, content_security_policy, render
from commonweal.console.wording import in_london
from commonweal.domain import codes, referral
from commonweal.runtime import permissions
from commonweal.runtime.asking import Asking
from commonweal.runtime.schema import Asker
from projections.caseload import board

Asked = Request[Any, Any, Any]

_DOCUMENT: Final = (Path(board.__file__).parent / "page.graphql").read_text(encoding="utf-8")
_MENU: Final = (
    ("caseload", "Caseload", "/caseload"),
    ("waiting_list", "Waiting list", "/waiting-list"),
    ("integrations", "Telling trusts", "/integrations"),
)
"""(view, text, address)"""
_ROLES: Final = {"pcn_manager": "PCN manager", "ig_lead": "information governance lead"}


class Missing(Exception):  # noqa: N818
    """There is no such page for the one who asks."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages for someone who asks."""

    asking: Asking
    console: Environment

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
        named = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state.configured
        frame = Frame(
            nonce=nonce,
            tenant=named.name if named else asker.tenant.ods,
            signed_in=signed_in(self.asking, request, asker),
            here=here,
            menu=menu(asker),
            as_of=as_of,
        )
        headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
        text = render(self.console, template, frame, page)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)

    async def ask(self, asker: Asker, operation: str, document: str = _DOCUMENT, /, **variables: Any) -> dict[str, Any]:
        """An operation of a page's document: the caseload's, where none is named. Raises `Unanswered`."""
        return await self.asking.answer(asker, document, operation, variables)

    async def referral(self, asker: Asker, referral_id: str) -> dict[str, Any]:
        found: dict[str, Any] | None = (await self.ask(asker, "Referral", id=referral_id))["caseloadReferral"]
        if found is None:
            raise Missing("there is no such referral among those you see")
        return found


def signed_in(asking: Asking, request: Asked, asker: Asker) -> SignedIn:
    """Who stands at the top of a page. Raises NotSignedIn for who is not there by a session."""
    role = min(asker.principal.roles)
    return SignedIn(
        name=asker.principal.display or "You",
        role=_ROLES.get(role, role.replace("_", " ")),
        csrf_token=asking.door.csrf_token(request),
    )


def menu(asker: Asker) -> tuple[tuple[str, str], ...]:
    """The pages someone may go to, with their addresses."""
    seen = permissions.views(asker.principal.grants)
    return tuple((text, href) for view, text, href in _MENU if view in seen)


async def narrative(asker: Asker, referral_id: str) -> str | None:
    """What the referrer wrote, from the record itself: no room keeps it, so that it goes with the person's key."""
    streams = asker.tenant.streams
    for fact in await streams.understand(await asker.tenant.log.stream(f"referral-{referral_id}", 0)):
        if isinstance(fact.event, referral.ReferralReceived):
            return fact.event.narrative if isinstance(fact.event.narrative, str) else None
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
