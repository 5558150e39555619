"""One award, as everybody may read of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from commonweal.console.numbers import Line, Numbers
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest.money import pounds
from commonweal.runtime import giving
from commonweal.runtime.asking import Asking
from commonweal.runtime.export_awards import DOCUMENT
from commonweal.runtime.organisations import UNNAMED, named_places, names
from commonweal.runtime.pages.page import Missing
from commonweal.runtime.pages.stands import stands
from commonweal.runtime.schema import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardPage:
    title: str
    summary: str
    organisation: str
    facts: tuple[tuple[str, str], ...]
    shares: Numbers
    tally: Numbers | None
    turnout: int
    back: str
    today: date


async def show(asking: Asking, asker: Asker, grant_id: str) -> AwardPage:
    """Raises `Missing` where no award of that id was accepted."""
    node = (await asking.answer(asker, DOCUMENT, "Award", {"id": grant_id}))["award"]
    if node is None:
        raise Missing("there is no such award")
    places = await named_places(asker.tenant)
    told = (node["organisation"], *(each["organisation"] for each in node["tally"]))
    those = {*filter(None, told), *(each["funder"] for each in node["shares"])}
    called = await names(asker.tenant, those)
    title, summary = giving.words(node, places)
    return AwardPage(
        title=title,
        summary=summary,
        organisation=called.get(node["organisation"], UNNAMED),
        facts=_facts(node, places),
        shares=_shares(node, called),
        tally=_tally(node, called),
        turnout=node["turnout"] or 0,
        back=f"/awards/{asker.tenant.ods}",
        today=asker.reader.today,
    )


def _facts(node: Mapping[str, Any], places: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    days = [long_date(date.fromisoformat(day)) for day in (node["startsOn"], node["endsOn"]) if day is not None]
    told = (
        ("Register number", node["organisation"]),
        ("Need", sentence_case(codes.NEEDS.get(node["purpose"], node["purpose"]))),
        ("Place", places.get(node["area"], node["area"])),
        ("Planned", " to ".join(days)),
        ("Fund", node["fund"]),
        ("Round", node["round"]),
        ("Decided", f"{long_date(date.fromisoformat(node['awardedOn']))}: {codes.FUND_METHODS[node['method']]}"),
        ("Awarded", pounds(node["awarded"])),
        ("Paid so far", pounds(node["paid"])),
        ("It is", stands(node)),
    )
    return tuple((label, value) for label, value in told if value)


def _shares(node: Mapping[str, Any], called: Mapping[str, str]) -> Numbers:
    lines = [(called[each["funder"]], each) for each in node["shares"]]
    return Numbers(
        first="Funder",
        headings=("Awarded", "Paid"),
        lines=tuple(Line(text=name, cells=(pounds(each["awarded"]), pounds(each["paid"]))) for name, each in lines),
    )


def _tally(node: Mapping[str, Any], called: Mapping[str, str]) -> Numbers | None:
    if node["turnout"] is None:
        return None
    return Numbers(
        first="Awarded to",
        headings=("Votes",),
        lines=tuple(
            Line(
                text=called.get(each["organisation"], UNNAMED) + (f": {each['title']}" if each["title"] else ""),
                cells=(f"{each['votes']:,}",),
            )
            for each in node["tally"]
        ),
    )
