"""What the pages of a community chest have in common: its words, its places, and what can be done next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from commonweal.console import charts
from commonweal.console.ask import Ask
from commonweal.console.asks import BY_NAME
from commonweal.console.charts import Bars, Given
from commonweal.console.page import Way
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


def deeds(asker: Asker, names: Iterable[str], id_: str, back: str, **known: str) -> tuple[Way, ...]:
    """The forms of a record that the one who asks may send. `known`: what their addresses may bring; each brings what it takes."""
    asks = [BY_NAME[name] for name in names]
    return tuple(
        Way(text=ask.title, href=f"/do/{ask.name}/{id_}?{urlencode({'back': back, **_taken(ask, known)})}")
        for ask in asks
        if permissions.may(asker.principal.grants, ask.command)
    )


def _taken(ask: Ask, known: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in known.items() if name in ask.taken}


def money_bars(sums: Mapping[str, int]) -> Bars:
    """What there is of each kind of `MONEY`, in pence, as a picture in pounds."""
    return charts.bars(
        [Given(text, sums[kind] / 100, said=pounds(sums[kind])) for kind, text in MONEY.items()], "Pounds"
    )


def named(areas: Sequence[str], places: Mapping[str, str]) -> str:
    """Places in words."""
    return ", ".join(places.get(area, area) for area in areas)
