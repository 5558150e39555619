"""Set-up: what holds for everyone in an ICS, and where it is changed – programmes, the rule, frameworks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import Way
from commonweal.console.wording import sentence_case
from commonweal.domain import codes
from commonweal.domain.plans import framework
from commonweal.domain.referrals import programme
from commonweal.domain.workforce import allocation_rule
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker
from projections.set_up import READ_MODEL
from projections.set_up.graphql import VIEW

HERE: Final = "/set-up"
DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A programme or a framework. `facts`: (label, in words); `over`: it takes nobody new."""

    name: str
    tags: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    over: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """`rule`: (factor in words, points), and `changes`: where it is changed, None for who may not; so with `opens` and `publishes`."""

    programmes: tuple[Entry, ...]
    opens: str | None
    rule: tuple[tuple[str, int], ...]
    rule_told: str
    changes: str | None
    frameworks: tuple[Entry, ...]
    publishes: str | None
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/set-up`."""

    return [pages.at(HERE, show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    if VIEW not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see how this ICS is set up", kind="scope")
    seen = await position(asker, request.query_params.get("position", ""))
    found = await pages.ask(asker, "SetUp", DOCUMENT, position=seen)
    rule: allocation_rule.State = (
        await asker.tenant.streams.get(allocation_rule.CATEGORY, allocation_rule.THE_RULE)
    ).state  # fmt: skip
    page = SetUp(
        programmes=(*_core(found["programmes"]), *(_programme(asker, each) for each in found["programmes"])),
        opens=_way(asker, programme.OpenProgramme, "open-programme/new"),
        rule=tuple((sentence_case(words), getattr(rule.most, name)) for name, words in allocation_rule.FACTORS.items()),
        rule_told=f"Version {rule.version} of your own rule." if rule.version else "This is the rule we bring along.",
        changes=_way(asker, allocation_rule.ChangeAllocationRule, f"change-rule/{allocation_rule.THE_RULE}"),
        frameworks=(_built_in(), *(_framework(asker, each) for each in found["frameworks"])),
        publishes=_way(asker, framework.PublishFramework, "new-framework/new"),
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "set_up/page.html", page, here=HERE)


def _way(asker: Asker, command: type, form: str) -> str | None:
    """Where a form is, for who may give its command for the whole ICS."""
    scope = permissions.scope(asker.principal.grants, permissions.COMMANDS[command])
    return f"/do/{form}?back={HERE}" if scope is not None and scope.everything else None


def _ways(asker: Asker, *forms: tuple[type, str, str]) -> tuple[Way, ...]:
    found = ((text, _way(asker, command, form)) for command, form, text in forms)
    return tuple(Way(text=text, href=href) for text, href in found if href is not None)


def _core(listed: list[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """The programme that is open without anyone opening it, unless somebody did."""
    if any(each["code"] == programme.CORE for each in listed):
        return ()
    told = (("For", "Everyone who is referred to no programme in particular"),)
    return (Entry(name="Social prescribing", tags=(), facts=told, over=False, ways=()),)


def _programme(asker: Asker, node: Mapping[str, Any]) -> Entry:
    code = node["code"]
    return Entry(
        name=node["name"],
        tags=(*(("Restricted",) if node["restricted"] else ()), *(() if node["open"] else ("Closed",))),
        facts=(("Code", code), *_criteria(node)),
        over=not node["open"],
        ways=_ways(
            asker,
            (programme.PublishCriteria, f"publish-criteria/{code}", "Say whom it is for"),
            (programme.CloseProgramme, f"close-programme/{code}", "Close it"),
        )
        if node["open"]
        else (),
    )


def _criteria(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if node["criteriaVersion"] is None:
        return (("For", "Everyone: no criteria were published"),)
    lowest, highest = node["minimumAge"], node["maximumAge"]
    ages = {
        (True, True): f"{lowest} to {highest}",
        (True, False): f"{lowest} and older",
        (False, True): f"up to {highest}",
    }
    asked = (
        ("Age", ages.get((lowest is not None, highest is not None), "")),
        ("Practices", ", ".join(node["practices"])),
        ("Neighbourhoods", ", ".join(node["lsoas"])),
        ("With a need of", _needs(node["needs"])),
        ("Not for", _needs(node["excludedNeeds"])),
        ("Criteria", f"version {node['criteriaVersion']}"),
    )
    return tuple((label, text) for label, text in asked if text)


def _needs(given: list[str]) -> str:
    return ", ".join(codes.NEEDS.get(each, each) for each in given)


def _built_in() -> Entry:
    ours = framework.OURS
    return Entry(name=ours.name, tags=("Built in",), facts=_areas(ours.domains), over=False, ways=())


def _framework(asker: Asker, node: Mapping[str, Any]) -> Entry:
    code = node["code"]
    return Entry(
        name=node["name"],
        tags=("Retired",) if node["retired"] else (),
        facts=(("Code", code), ("Version", f"{node['version']}"), *_areas(node["domains"])),
        over=node["retired"],
        ways=_ways(
            asker,
            (framework.PublishFramework, f"publish-framework/{code}", "Publish a new version"),
            (framework.RetireFramework, f"retire-framework/{code}", "Retire it"),
        )
        if not node["retired"]
        else (),
    )


def _areas(domains: tuple[str, ...] | list[str]) -> tuple[tuple[str, str], ...]:
    return (("Areas of life", ", ".join(each.split("|")[1] for each in domains)),)
