"""A person's contacts and notes in one stream, the latest first, with what is still to be done for them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.asks import BY_NAME
from commonweal.console.page import Way
from commonweal.console.wording import in_london, sentence_case
from commonweal.domain import codes
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import lines_from, place_in
from commonweal.runtime.pages.record import record
from commonweal.runtime.schema import Asker
from projections.work import READ_MODEL

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
PAGE: Final = 30
_STATES: Final = {
    "BOOKED": ("Booked", "nhsuk-tag--blue"),
    "HELD": ("Held", "nhsuk-tag--green"),
    "MISSED": ("Missed", "nhsuk-tag--orange"),
    "CANCELLED": ("Cancelled", "nhsuk-tag--grey"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a note said from a moment on. `reason`: why it was amended; None for what was signed first."""

    at: datetime
    by: str
    text: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A contact, a note or a drop-in. `tag` and `colour`: where it stands; `facts`: (label, value); `words`: what was said or signed;
    `earlier`: what a note said before; `aside`: a sentence about it; `ways`: what can be done with it."""

    at: datetime
    title: str
    tag: str = ""
    colour: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    words: str | None = None
    by: str = ""
    earlier: tuple[Wording, ...] = ()
    aside: str | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A task. `who`: whose it is, None where nobody has it; `person`: whom it is about, with the way to their record."""

    task_id: str
    title: str
    words: str | None
    due_on: date
    overdue: bool
    who: str | None
    person: Way | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The tab. `begin`: (case, what can be begun in it); `earlier` and `later`: the pages before and after."""

    begin: tuple[tuple[str, tuple[Way, ...]], ...]
    tasks: tuple[Job, ...]
    pieces: tuple[Piece, ...]
    many: int
    earlier: str | None
    later: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.of_person("/people/{person_id:str}/contacts", show)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record."""
    asked = request.query_params
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await _found(pages, asker, person_id, place, seen)
    except Unanswered as refusal:
        if refusal.code != "REFUSED" or not place:
            raise
        found = await _found(pages, asker, person_id, {}, seen)  # a place nobody gave out
    here = f"/people/{person_id}/contacts"
    may = able(asker, here)
    info = found["workRecord"]["pageInfo"]
    body = Contacts(
        begin=(
            *(_begin(edge["node"], person_id, may) for edge in found["caseload"]["edges"]),
            ("Without an appointment", some(may("record-drop-in", person_id, "They came to a drop-in"))),
        ),
        tasks=tuple(job(edge["node"], may, about=False) for edge in found["workTasks"]["edges"]),
        pieces=tuple(_piece(edge["node"], may) for edge in found["workRecord"]["edges"]),
        many=found["workRecord"]["totalCount"],
        earlier=f"{here}?{urlencode({'after': info['endCursor']})}" if info["hasNextPage"] else None,
        later=f"{here}?{urlencode({'before': info['startCursor']})}" if info["hasPreviousPage"] else None,
    )
    return await record(pages, request, asker, person_id, "contacts", "work/record.html", body)


async def _found(
    pages: Pages, asker: Asker, person_id: str, place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    return await pages.ask(asker, "Record", DOCUMENT, person=person_id, **lines_from(place, PAGE), afterPosition=seen)


May = Callable[..., Way | None]
"""(name of a form, id, text, **what the address says) → the way there, where the one who asks may go it."""


def able(asker: Asker, here: str) -> May:
    """The ways to forms that lead back `here`."""

    def way(name: str, id_: str, text: str, **taken: str) -> Way | None:
        if not permissions.may(asker.principal.grants, BY_NAME[name].command):
            return None
        return Way(text=text, href=f"/do/{name}/{id_}?{urlencode({**taken, 'back': here})}")

    return way


def some(*ways: Way | None) -> tuple[Way, ...]:
    """Those one may go."""
    return tuple(way for way in ways if way is not None)


def _begin(node: Mapping[str, Any], person_id: str, may: May) -> tuple[str, tuple[Way, ...]]:
    """What can be begun in a case: contacts while somebody has it, the rest at any time."""
    case, at_work = node["id"], node["stage"] in ("ALLOCATED", "IN_SUPPORT")
    came = in_london(datetime.fromisoformat(node["receivedAt"]))
    return f"Referral of {came.day} {came:%B %Y}", some(
        may("book-contact", case, "Book a contact", person_id=person_id) if at_work else None,
        may("record-contact", case, "Record a contact", person_id=person_id) if at_work else None,
        may("attempt-contact", case, "I tried to reach them") if node["stage"] == "ALLOCATED" else None,
        may("sign-note", case, "Write a note"),
        may("create-task", case, "Add a task"),
        may("raise-concern", case, "Raise a safeguarding concern"),
    )


def _piece(node: Mapping[str, Any], may: May) -> Piece:
    at = in_london(datetime.fromisoformat(node["at"]))
    if node["contact"]:
        return contact_piece(node["contact"], at, may)
    return _note_piece(node["note"], at, may) if node["note"] else _drop_in_piece(node["dropIn"], at, may)


def contact_piece(node: Mapping[str, Any], at: datetime, may: May) -> Piece:
    """A contact as it stands."""
    tag, colour = _STATES[node["state"]]
    booked = node["state"] == "BOOKED"
    return Piece(
        at=at,
        title=sentence_case(codes.CONTACT_KINDS.get(node["kind"], node["kind"])),
        tag=tag,
        colour=colour,
        facts=tuple((label, value) for label, value in _facts(node) if value),
        words=node["note"],
        aside="It shall be booked again." if node["rebook"] else None,
        ways=some(
            may("hold-contact", node["id"], "Record how it went"),
            may("start-visit", node["id"], "Go out to it", referral_id=node["referral"])
            if node["loneWorking"] == "check_in"
            else None,
            may("move-contact", node["id"], "Move"),
            may("miss-contact", node["id"], "They did not come"),
            may("cancel-contact", node["id"], "Cancel"),
        )
        if booked
        else (),
    )


def _facts(node: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "How", sentence_case(codes.CONSULTATION_MEDIUMS.get(node["medium"], node["medium"]))
    yield "Not in the way they asked, because", node["overridden"] or ""
    yield "With", node["linkWorker"]["name"]
    yield "Where", node["place"] or ""
    yield "Interpreter", "Needed" if node["interpreter"] and node["state"] == "BOOKED" else ""
    if node["state"] == "BOOKED" and node["loneWorking"] != "not_needed":
        yield "Kept safe by", codes.LONE_WORKING_PLANS.get(node["loneWorking"], node["loneWorking"])
    yield "Took", f"{node['durationMin']} minutes" if node["durationMin"] else ""
    yield "Came", sentence_case(codes.ATTENDANCES.get(node["attendance"] or "", ""))
    reasons = codes.MISSED_REASONS if node["state"] == "MISSED" else codes.CANCELLATION_REASONS
    yield "Because", sentence_case(reasons.get(node["reason"] or "", "")) if node["reason"] != "unknown" else ""
    yield "There", sentence_case(", ".join(codes.CONTACT_PRESENT.get(each, each) for each in node["present"]))
    yield "About", sentence_case(", ".join(codes.NEEDS.get(each, each) for each in node["topics"]))
    yield "Next", sentence_case(codes.NEXT_STEPS.get(node["nextStep"] or "", ""))


def _note_piece(node: Mapping[str, Any], at: datetime, may: May) -> Piece:
    if node["moved"]:
        return Piece(at=at, title="Note", tag="Moved", colour="nhsuk-tag--grey", aside=_MOVED)
    said = wordings(node["wordings"])
    last = said[-1]
    return Piece(
        at=at,
        title="Note",
        tag="Amended" if len(said) > 1 else "Signed",
        colour="nhsuk-tag--white",
        words=last.text,
        by=said[0].by,
        earlier=said if len(said) > 1 else (),
        aside=_CAME if node["cameFromAnother"] else None,
        ways=some(may("amend-note", node["id"], "Amend"), may("move-note", node["id"], "This is about someone else")),
    )


def _drop_in_piece(node: Mapping[str, Any], at: datetime, may: May) -> Piece:
    back = node["reason"] is not None
    return Piece(
        at=at,
        title="Came to a drop-in",
        tag="Taken back" if back else "",
        colour="nhsuk-tag--grey" if back else "",
        by=node["recordedByName"] or "a colleague",
        aside=f"Because {codes.DROP_IN_MISTAKES.get(node['reason'], node['reason'])}." if back else None,
        ways=() if back else some(may("retract-drop-in", node["id"], "Take back")),
    )


_MOVED: Final = "It was about someone else, and was moved to their record. Nobody reads it here any more."
_CAME: Final = "It stood in another record first."


def wordings(nodes: Iterable[Mapping[str, Any]]) -> tuple[Wording, ...]:
    """All that a note said, what was signed first."""
    return tuple(
        Wording(
            at=in_london(datetime.fromisoformat(each["at"])),
            by=each["saidByName"] or "a colleague",
            text=each["text"] if each["text"] is not None else "Erased",
            reason=each["reason"],
        )
        for each in nodes
    )


def job(node: Mapping[str, Any], may: May, *, about: bool) -> Job:
    """A task as a list shows it; `about`: with whom it is about."""
    someone = node["person"] if about else None
    return Job(
        task_id=node["id"],
        title=sentence_case(codes.TASK_KINDS.get(node["kind"], node["kind"])),
        words=node["words"],
        due_on=date.fromisoformat(node["dueOn"]),
        overdue=node["overdue"],
        who=node["owner"] and node["owner"]["name"],
        person=someone
        and Way(text=someone["name"] or "Name withheld – erased", href=f"/people/{someone['id']}/contacts"),
        ways=some(
            may("complete-task", node["id"], "Done"),
            may("reassign-task", node["id"], "Give it to someone"),
            may("cancel-task", node["id"], "Take it off"),
        ),
    )
