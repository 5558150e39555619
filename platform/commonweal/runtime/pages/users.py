"""Users: who may do what in an ICS, with the way to let somebody in, add to what they may do, or take it from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import wording
from commonweal.console.page import Way
from commonweal.console.wording import sentence_case
from commonweal.domain import tenant, user
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.pages.set_up import DOCUMENT
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter
from projections.set_up.graphql import USERS

OPENER: Final = Opener(path="/users", title="users", names=("words", "role", *PLACES))
_PAGE: Final = 20
_LONGEST: Final = 100
"""Characters of what is searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """`where`: the whole ICS, or the part in words; `revoke` is None for what one may not take from oneself."""

    role: str
    where: str
    revoke: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`name` is None for who never signed in; `mark`: the first of their id, to tell those apart."""

    name: str | None
    mark: str
    allowed: tuple[Allowed, ...]
    add: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    words: str
    filters: tuple[Filter, ...]
    filtered: bool
    colleagues: tuple[Colleague, ...]
    many: int
    earlier: str | None
    later: str | None
    let_in: Way
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/users`."""

    return [pages.at(OPENER.path, show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for who is no administrator."""
    if USERS not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see who may do what", kind="scope")
    asked = request.query_params
    words, roles = asked.get("words", "")[:_LONGEST].strip(), _roles(asked.get("role", ""))
    kept = {"words": words, "role": roles.chosen}
    wanted = {"words": words, "role": roles.chosen or None}
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await pages.ask(asker, "Users", DOCUMENT, **wanted, **lines_from(place, _PAGE), position=seen)
    except Unanswered as refusal:
        if refusal.code != "REFUSED" or not place:
            raise
        found = await pages.ask(asker, "Users", DOCUMENT, **wanted, first=_PAGE)  # a place nobody gave out
    listed, named = found["users"], await _names(asker)
    info = listed["pageInfo"]
    back = OPENER.address(kept)
    page = Users(
        words=words,
        filters=(roles,),
        filtered=bool(words or roles.chosen),
        colleagues=tuple(_colleague(asker, edge["node"], named, back) for edge in listed["edges"]),
        many=listed["totalCount"],
        earlier=OPENER.address(kept, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        later=OPENER.address(kept, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        let_in=Way(text="Let somebody in", href=f"/do/let-in/new?back={OPENER.path}"),
        said=said(asked),
    )
    return await pages.html(request, asker, "set_up/users.html", page, here=OPENER.path)


def _roles(chosen: str) -> Filter:
    """A role that is not offered is not in force."""
    offered = {role: sentence_case(wording.role(role)) for role in user.ROLES}
    return Filter(
        name="role",
        label="Role",
        everything="All roles",
        choices=tuple(Choice(value=role, text=text) for role, text in sorted(offered.items(), key=itemgetter(1))),
        chosen=chosen if chosen in offered else "",
    )


async def _names(asker: Asker) -> dict[str, str]:
    """Scope → the part of the ICS in words, for those we know by name."""
    state: tenant.State = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state
    practices = {f"practice:{practice}": name for (_, practice, _), (name, _) in state.memberships.items()}
    pcns = {f"pcn:{code}": formed.name for code, formed in state.pcns.items()}
    trusts = {
        f"{kind}:{code}": known.name for code, known in state.trusts.items() for kind in ("trust", "organisation")
    }
    return {**practices, **pcns, **trusts, "tenant": "The whole ICS"}


def _colleague(asker: Asker, node: Mapping[str, Any], named: Mapping[str, str], back: str) -> Colleague:
    user_id = node["id"]
    return Colleague(
        name=node["name"],
        mark=user_id[:8],
        allowed=tuple(_allowed(asker, user_id, each, named, back) for each in node["grants"]),
        add=f"/do/grant-user/{user_id}?{urlencode({'back': back})}",
    )


def _allowed(asker: Asker, user_id: str, node: Mapping[str, Any], named: Mapping[str, str], back: str) -> Allowed:
    role, scope = node["role"], node["scope"]
    query = urlencode({"role": role, "scope": scope, "back": back})
    own = user_id == asker.principal.id and role == "administrator"
    return Allowed(
        role=sentence_case(wording.role(role)),
        where=f"{named[scope]}{'' if scope == 'tenant' else f' ({scope})'}" if scope in named else scope,
        revoke=None if own else f"/do/revoke-user/{user_id}?{query}",
    )
