"""Pages behind a link: for somebody without an account, kept nowhere, leading nowhere, with no cookie another site could borrow."""

import hmac
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment
from litestar.enums import MediaType
from litestar.response import Redirect, Response

from commonweal.console.page import Frame, content_security_policy, render
from commonweal.console.wording import sentence_case
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.links import Closed

_ONLY_HERE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
AGAIN: Final = "Somebody else changed this in the same moment. Please look at it and send it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that there is to say, in a sentence."""

    title: str
    sentence: str


def page(console: Environment, template: str, about: object, status: int, tenant: str | None) -> Response[str]:
    """A whole page. `tenant`: what the ICS is called."""
    nonce = random.token_urlsafe(16)
    headers = {**_ONLY_HERE, "Content-Security-Policy": content_security_policy(nonce)}
    text = render(console, template, Frame(nonce=nonce, tenant=tenant), about)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def closed(console: Environment, why: Closed) -> Response[str]:
    """What is shown for a link that opens nothing."""
    return page(console, "said.html", Said(title="This link is closed", sentence=sentence_case(str(why))), 410, None)


def back_to(address: str) -> Redirect:
    """After something was done: to what the link shows then."""
    return Redirect(address, status_code=303, headers=_ONLY_HERE)


def require_own(given: Mapping[str, str], token: str) -> None:
    """Raises `NotAllowed` for a form that is not of the page the link opened."""
    if not hmac.compare_digest(given.get("token", "").encode(), token.encode()):
        raise NotAllowed("this form is not from the page the link opened: open the link again", kind="csrf")
