"""Two records before they are made one: side by side, which of them goes on, and the way to merge them the other way round."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from commonweal.console.ask import Beside
from commonweal.console.page import Way
from commonweal.console.wording import long_date, nhs_number
from commonweal.runtime.pages.page import Pages, practice_name
from commonweal.runtime.pages.record import DOCUMENT
from commonweal.runtime.schema import Asker


async def side_by_side(
    pages: Pages, asker: Asker, survivor: str, absorbed: str, back: str
) -> tuple[tuple[Beside, ...], Way | None]:
    """Both records as far as they tell people apart and reach them, the one that goes on first; nothing where one is not seen."""
    two = []
    for person_id, heading in ((survivor, "This one goes on"), (absorbed, "This one becomes a part of it")):
        node = (await pages.ask(asker, "Record", DOCUMENT, id=person_id, part="details"))["personRecord"]
        if node is None:
            return (), None
        two.append(_beside(heading, node))
    around = f"/do/merge/{absorbed}?{urlencode({'absorbed_id': survivor, 'back': back})}"
    return tuple(two), Way(text="Merge them the other way round", href=around)


def _beside(heading: str, node: Mapping[str, Any]) -> Beside:
    born = long_date(date.fromisoformat(node["dateOfBirth"])) if node["dateOfBirth"] else None
    asked = (
        ("Born", born),
        ("NHS number", nhs_number(node["nhsNumber"]) if node["nhsNumber"] else None),
        ("Telephone", node["phone"]),
        ("E-mail", node["email"]),
        ("Address", ", ".join(part for part in (node["address"], node["postcode"]) if part)),
        ("Practice", practice_name(node["practice"])),
    )
    return Beside(
        heading=heading,
        name=node["name"] or "Name withheld – erased",
        href=f"/people/{node['id']}",
        facts=tuple((label, value or "Not known") for label, value in asked),
    )
