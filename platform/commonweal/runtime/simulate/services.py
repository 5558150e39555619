"""Invented services: what there is to go to in an ICS, so that people can be connected with something."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from commonweal.domain import due
from commonweal.domain.directory.capacity import ReportCapacity
from commonweal.domain.directory.community_organisation import ListOrganisation
from commonweal.domain.directory.community_service import ApproveService, AssureService
from commonweal.domain.directory.listing import SubmitService
from commonweal.runtime.simulate.step import Step, made_id

BY: Final = "simulation"
_SERVICES: Final = (
    ("Thursday lunch club", "activity", "loneliness", "Hot food and company for anyone on their own."),
    ("Green gym", "activity", "nature", "Two hours in the community garden, at your own pace."),
    ("Money advice drop-in", "advice", "money", "Help with debts, benefits and letters you would rather not open."),
    ("Walk and talk", "activity", "inactivity", "A slow walk round the park, with tea afterwards."),
    ("Carers' circle", "peer_support", "caring", "For people who look after someone, while someone looks after them."),
    ("Steady on your feet", "activity", "frailty", "Strength and balance, sitting or standing."),
    ("Sing for joy", "activity", "arts", "Nobody is asked to audition."),
    ("Conversation café", "learning", "language", "English over coffee, for people new here."),
    ("Grief group", "peer_support", "bereavement", "A small group for people who have lost someone."),
    ("Digital buddies", "digital", "digital", "Bring the telephone your grandson gave you."),
    ("Warm kitchen", "practical", "food", "Cook, eat and take some home."),
    ("Men's shed", "volunteering", "volunteering", "Make something, mend something, teach somebody."),
)


def services(ods: str) -> tuple[str, ...]:
    """The ids of an ICS's invented services: the same for ever."""
    return tuple(str(made_id(ods, "service", number)) for number in range(len(_SERVICES)))


def listing(ods: str, now: datetime) -> Iterator[Step]:
    """How they come to be listed, assured and open for people."""
    began, today = now - timedelta(days=200), due.today(now)
    owner = str(made_id(ods, "organisation"))
    yield Step("organisation", owner, ListOrganisation(name="Invented Neighbours"), began)
    for number, (identity, (name, kind, need, about)) in enumerate(zip(services(ods), _SERVICES, strict=True)):
        submitted = SubmitService(organisation_id=owner, kind=kind, name=name, description=about, needs=(need,), by=BY)
        yield Step(f"service {number}", identity, submitted, began)
        yield Step(f"service {number} approved", identity, ApproveService(by=BY), began)
        assured = AssureService(method="phone", by=BY, on=today)
        yield Step(f"service {number} assured", identity, assured, now)
        room = ReportCapacity(status="capacity", vacancy=4 + number, by=BY, on=today)
        yield Step(f"service {number} capacity", identity, room, now)
