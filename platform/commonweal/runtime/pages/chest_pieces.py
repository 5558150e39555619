"""What the pages of a community chest have in common: its words, its places, and what can be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from commonweal.console import charts
from commonweal.console.asks import BY_NAME
from commonweal.console.charts import Bars, Given
from commonweal.domain import tenant
from commonweal.domain.chest.money import pounds
from commonweal.runtime import permissions
from commonweal.runtime.schema import Asker
from projections.community_chest import READ_MODEL

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
PHASES: Final[Mapping[str, str]] = {
    "STARTED": "Being written",
    "SUBMITTED": "Sent",
    "ELIGIBLE": "May be funded",
    "SHORTLISTED": "Shortlisted",
    "ASSESSED": "Scored",
    "PITCHED": "Pitched",
    "RECOMMENDED": "Recommended",
    "RESERVE": "On reserve",
    "OFFERED": "Offered",
    "ACCEPTED": "Accepted",
    "ACTIVE": "Running",
    "PAUSED": "Paused",
    "CLOSED": "Closed",
    "TERMINATED": "Ended early",
    "INELIGIBLE": "May not be funded",
    "DECLINED": "Declined",
    "REFUSED": "Not taken",
    "WITHDRAWN": "Withdrawn",
}
"""A grant's phase in words, in the order in which it goes through them."""
MONEY: Final = {
    "pledged": "Pledged",
    "confirmed": "Confirmed",
    "received": "Received",
    "awarded": "Awarded",
    "paid": "Paid",
    "committed": "Promised, not paid",
    "available": "Nobody's yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that can be done: the words, and where."""

    text: str
    href: str


def deeds(asker: Asker, names: Sequence[str], id_: str, back: str, **taken: str) -> tuple[Deed, ...]:
    """The forms of a record that the one who asks may send."""
    query = urlencode({"back": back, **taken})
    return tuple(
        Deed(text=BY_NAME[name].title, href=f"/do/{name}/{id_}?{query}")
        for name in names
        if permissions.may(asker.principal.grants, BY_NAME[name].command)
    )


def money_bars(sums: Mapping[str, int]) -> Bars:
    """What there is of each kind of `MONEY`, in pence, as a picture in pounds."""
    return charts.bars(
        [Given(text, sums[kind] / 100, said=pounds(sums[kind])) for kind, text in MONEY.items()], "Pounds"
    )


async def places_of(asker: Asker) -> Mapping[str, str]:
    """The places of the ICS: code → name."""
    state: tenant.State = (await asker.tenant.streams.get(tenant.CATEGORY, asker.tenant.ods)).state
    return {code: place.name for code, place in state.places.items()}


def named(areas: Sequence[str], places: Mapping[str, str]) -> str:
    """Places in words."""
    return ", ".join(places.get(area, area) for area in areas)
