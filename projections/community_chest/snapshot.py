"""Snapshot: numbers of people as they may be shown to whoever steers a fund or gives to it, to be kept beside it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from commonweal.domain.chest.fund_effect import Effect
from commonweal.domain.chest.fund_priorities import Need, Snapshot
from commonweal.kernel.question import Table
from projections.community_chest.effect import PLACES
from projections.community_chest.needs import needs
from projections.community_chest.tables import ChestNeedsTable, ChestPlacesTable
from projections.community_chest.telling import TellNeeds, TellPlaces
from projections.disclosure import HELD_BACK
from projections.disclosure.releases import RULE
from projections.spans import A_YEAR

_FOR_OTHERS: Final[Mapping[str, Any]] = {"own_programmes": []}
"""Nobody of a restricted programme is counted, whoever asks: others read it later."""


def unmet(today: date, *, by_place: bool) -> Table:
    """The need of those referred in the last year."""
    return Table(
        of=ChestNeedsTable,
        source=needs(by_place=by_place),
        parameters={**_FOR_OTHERS, "since": today - A_YEAR, "until": today, "fund": None},
        order="{row}.need nulls first, {row}.place nulls first",
        told=TellNeeds("NEED_AND_PLACE" if by_place else "NEED"),
    )


def taken(found: Mapping[str, Any], today: date, areas: Collection[str] | None) -> Snapshot:
    """What `unmet` found, of some places, or of the ICS."""
    rows = [row for row in found["rows"] if row["people"] != 0 and (areas is None or row["place"] in areas)]
    return Snapshot(
        as_of=found["as_of"],
        position=found["position"],
        disclosure_rule=RULE,
        since=today - A_YEAR,
        until=today,
        rows=tuple(Need(row["need"], row["place"], _said(row["people"]), _said(row["unmet"])) for row in rows),
    )


def came(fund_id: str) -> Table:
    """Places and people of a fund, told with regard to all others."""
    return Table(
        of=ChestPlacesTable,
        source=PLACES,
        parameters={**_FOR_OTHERS, "fund": fund_id},
        order="{row}.key",
        told=TellPlaces("FUND"),
    )


def as_told(found: Mapping[str, Any]) -> Effect:
    """What `came` found: of no grant, where none pays for places."""
    row = next(iter(found["rows"]), _NOTHING)
    return Effect(
        as_of=found["as_of"],
        position=found["position"],
        disclosure_rule=RULE,
        grants=row["grants"],
        awarded_pence=row["awarded"],
        places=row["places"],
        people=row["people"],
        completed=row["completed"],
        met=row["goals_met"],
    )


_NOTHING: Final = dict.fromkeys(("grants", "awarded", "places", "people", "completed", "goals_met"), 0)


def _said(count: int | None) -> str:
    return HELD_BACK if count is None else f"{count}"
