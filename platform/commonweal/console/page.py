"""A page of the console: what stands around whatever a link worker came to see.

A template is handed two things: `frame` (a `Frame`: who looks, at which ICS, as of when) and `page` (what the page is
about). Which view class `page` is, is the first line of each template:

    sign_in.html                SignIn             error.html                  Problem
    who_to_be.html              WhoToBe            ask.html                    ask.AskForm
    triage.html                 forms.TriageForm   allocate.html               forms.AllocationForm
    first_contact.html          forms.FirstContactForm
    caseload/page.html          projections.caseload.board.Board
    waiting_list/page.html      commonweal.runtime.pages.waiting_list.WaitingList
    integrations.html           commonweal.runtime.pages.integrations.Telling
    said.html                   commonweal.runtime.pages.by_link.Said
    by_link.html                commonweal.runtime.pages.applicant_link.LinkForm
    applied.html                applying.Applied
    applicant_link.html         commonweal.runtime.pages.chest_links.ApplicantLink
    voter_links.html            commonweal.runtime.pages.chest_links.BallotLinks
    vote.html                   commonweal.runtime.pages.voter_link.Ballot
    voted.html                  commonweal.runtime.pages.voter_link.Tally
    community_chest/awards.html commonweal.runtime.pages.awards.AwardsPage
    community_chest/award.html  commonweal.runtime.pages.award.AwardPage

Nothing a template needs may be missing: an unknown name raises jinja2.UndefinedError instead of showing a gap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.environment import Template

from commonweal.console import wording
from commonweal.console.assets import assets

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """How much of the record a page has seen. `at` carries a zone."""

    at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """`name` as the person's organisation gives it; `role` in words (`link worker`); `csrf_token` goes into every form."""

    name: str
    role: str
    csrf_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page says about itself. `here` is the address of the navigation item the page belongs to."""

    nonce: str
    tenant: str | None = None
    signed_in: SignedIn | None = None
    here: str = ""
    menu: tuple[tuple[str, str], ...] = ()
    """(text, address) of each page one may go to, most used first."""
    as_of: AsOf | None = None
    missed: int = 0
    """How many colleagues who are out alone have not been heard of in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link and what it is for."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`reason`: why someone who was signed in is not any more. `begin`: where signing in begins; None where one comes by link
    only. `following`: the page they wished for. `places`: (code, name) of the ICSs one may work for; none where the issuer knows."""

    reason: str | None = None
    begin: str | None = None
    following: str = ""
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoToBe:
    """`people`: invented ones, each with `ods`, `ics`, `subject`, `name`, `role`."""

    action: str
    people: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, as one sentence, and what to do next. `status` is the HTTP status: 403, 404, 409, 422, 500;
    `title` stands in place of what the status alone says."""

    status: int
    sentence: str
    next: str
    way: Way | None = None
    title: str | None = None


def content_security_policy(nonce: str) -> str:
    """The Content-Security-Policy header of every page: nothing inline, nothing from another host. A page that caches may keep has
    no `nonce`, for whoever has the page has it too."""
    scripts = f"'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


_SYNTAX: Final[dict[str, Any]] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}


class Console(Environment):
    """Our own templates refuse an undefined name; the NHS components count on undefined names being nothing."""

    lenient: Environment | None = None

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 – the name is Jinja's
        if self.lenient is not None and name.startswith("nhsuk/"):
            return self.lenient.get_template(name, globals=globals)
        return super()._load_template(name, globals)


@cache
def environment(*template_dirs: Path) -> Environment:
    """The console's templates with those of the rooms: `/…/projections` makes `caseload/page.html` a template.

    Made once, so that each template is compiled once.
    """
    loader = ChoiceLoader(
        [FileSystemLoader([TEMPLATES, *template_dirs]), PackageLoader("nhsuk_frontend_jinja", "templates")]
    )
    console = Console(loader=loader, undefined=StrictUndefined, **_SYNTAX)
    console.globals["asset"] = assets().url
    console.filters.update(_FILTERS)
    console.lenient = Environment(loader=loader, undefined=ChainableUndefined, **_SYNTAX)  # noqa: S701 – it is on
    return console


def render(console: Environment, template: str, frame: Frame, page: object) -> str:
    """A whole page as HTML. Raises jinja2.UndefinedError where the view lacks what the template shows."""
    return console.get_template(template).render(frame=frame, page=page)


_FILTERS: Final[dict[str, Callable[..., str]]] = {
    "long_date": wording.long_date,
    "days_ago": wording.days_ago,
    "count_of_days": wording.count_of_days,
    "clock": wording.clock,
    "london_date": lambda moment: wording.long_date(wording.in_london(moment).date()),
    "nhs_number": wording.nhs_number,
    "whole": wording.whole,
    "plural": wording.plural,
    "sentence_case": wording.sentence_case,
}
