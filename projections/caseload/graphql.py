"""The caseload over GraphQL: a page at a time, newest referral first, with who may see what as part of the question."""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import strawberry
from graphql import GraphQLError

from commonweal.kernel.reading import PAGE_AT_MOST, Position, Reader, statement
from projections.caseload.projector import ABOUT
from projections.caseload.shapes import (
    CaseloadCapacity,
    CaseloadConnection,
    CaseloadEdge,
    CaseloadFilter,
    CaseloadLinkWorker,
    CaseloadOrganisation,
    CaseloadPerson,
    CaseloadPractice,
    CaseloadReferral,
    CaseloadStage,
    PageInfo,
)

_HERE: Final = Path(__file__).parent
_BOARD: Final = statement(_HERE, "board")
_LINK_WORKERS: Final = statement(_HERE, "link_workers")
_PLACES: Final = statement(_HERE, "places")
_ORGANISATIONS: Final = statement(_HERE, "organisations")


def _reader(info: strawberry.Info) -> Reader:
    reader = info.context["reader"]
    assert isinstance(reader, Reader)  # noqa: S101 – the web process puts it there
    return reader


@strawberry.type
class Query:
    @strawberry.field(
        description="The caseload. Forwards with `first` and `after`, back with `last` and `before`. "
        "`afterPosition` waits until the view has seen that position: the one on a mutation's receipt."
    )
    async def caseload(
        self,
        info: strawberry.Info,
        filter: CaseloadFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> CaseloadConnection:
        reader = _reader(info)
        scope = reader.scope("caseload")
        if first is not None and last is not None:
            raise _refusal("a page is counted from one end: give first or last, not both")
        if after_position is not None:
            await info.context["wait"]("caseload", after_position)
        backwards = last is not None
        size = _size(last if backwards else first)
        wanted = filter or CaseloadFilter()
        parameters = {
            **scope.parameters(),
            **_nobody,
            "stage": wanted.stage.value if wanted.stage else None,
            "open": wanted.stage is None,
            "link_worker": wanted.link_worker,
            "pcn": wanted.pcn,
            "practice": wanted.practice,
            "backwards": backwards,
            "first": size + 1,
            "count": True,
        }
        if after is not None:
            parameters["after_at"], parameters["after_id"] = _place(after, "after")
        if before is not None:
            parameters["before_at"], parameters["before_id"] = _place(before, "before")
        rows = await reader.rows(_BOARD, parameters)
        bounded = (before if backwards else after) is not None
        return _connection(rows, size, backwards=backwards, bounded=bounded, today=reader.today)

    @strawberry.field(description="One referral, or null where there is none that you may see.")
    async def caseload_referral(self, info: strawberry.Info, id: strawberry.ID) -> CaseloadReferral | None:  # noqa: A002
        reader = _reader(info)
        parameters = {**reader.scope("caseload").parameters(), **_nobody, "referral_id": id, "first": 1}
        rows = await reader.rows(_BOARD, parameters)
        return _referral(rows[0], reader.today) if rows and rows[0]["referral_id"] else None

    @strawberry.field(description="Link workers in post, by name, and how much room each has.")
    async def caseload_capacity(self, info: strawberry.Info) -> list[CaseloadCapacity]:
        reader = _reader(info)
        reader.scope("caseload")
        return [
            CaseloadCapacity(
                id=strawberry.ID(row["worker_id"]),
                name=row["display_name"],
                held=row["held"],
                room=row["room"],
                away=row["away"],
            )
            for row in await reader.rows(_LINK_WORKERS, {})
        ]

    @strawberry.field(description="The practices of today, by PCN and name.")
    async def caseload_practices(self, info: strawberry.Info) -> list[CaseloadPractice]:
        reader = _reader(info)
        reader.scope("caseload")
        return [
            CaseloadPractice(code=row["practice"], name=row["name"], pcn_code=row["pcn"], pcn_name=row["pcn_name"])
            for row in await reader.rows(_PLACES, {"today": reader.today})
        ]

    @strawberry.field(description="The organisations a referral can be passed on to.")
    async def caseload_organisations(self, info: strawberry.Info) -> list[CaseloadOrganisation]:
        reader = _reader(info)
        reader.scope("caseload")
        return [
            CaseloadOrganisation(code=row["trust"], name=row["name"]) for row in await reader.rows(_ORGANISATIONS, {})
        ]


_nobody: Final[Mapping[str, Any]] = {
    "referral_id": None,
    "stage": None,
    "open": False,
    "link_worker": None,
    "pcn": None,
    "practice": None,
    "after_at": None,
    "after_id": None,
    "before_at": None,
    "before_id": None,
    "backwards": False,
    "first": 1,
    "count": False,
}


def _refusal(sentence: str) -> GraphQLError:
    return GraphQLError(sentence, extensions={"code": "REFUSED"})


def _size(wanted: int | None) -> int:
    size = 50 if wanted is None else wanted
    if not 0 <= size <= PAGE_AT_MOST:
        raise _refusal(f"a page has 0 to {PAGE_AT_MOST} referrals")
    return size


def _place(given: str, name: str) -> tuple[datetime, str]:
    try:
        at, _, referral_id = base64.urlsafe_b64decode(given.encode()).decode().partition("|")
        place = datetime.fromisoformat(at), referral_id
    except ValueError:
        place = None
    if place is None or place[0].utcoffset() is None or cursor(*place) != given:
        raise _refusal(f"{name} is not a cursor this view gave out")
    return place


def cursor(received_at: datetime, referral_id: str) -> str:
    """Where a referral stands in the order of the page."""
    return base64.urlsafe_b64encode(f"{received_at.isoformat()}|{referral_id}".encode()).decode()


def _connection(
    rows: list[dict[str, Any]], size: int, *, backwards: bool, bounded: bool, today: date
) -> CaseloadConnection:
    meta = rows[0]
    found = [row for row in rows if row["referral_id"]]
    more = len(found) > size
    found = (found[-size:] if size else []) if backwards and more else found[:size]
    edges = [
        CaseloadEdge(cursor=cursor(row["received_at"], row["referral_id"]), node=_referral(row, today)) for row in found
    ]
    page_info = PageInfo(
        has_next_page=bounded if backwards else more,
        has_previous_page=more if backwards else bounded,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return CaseloadConnection(
        edges=edges, page_info=page_info, total_count=meta["total"], as_of=meta["as_of"], position=meta["position"]
    )


def _referral(row: Mapping[str, Any], today: date) -> CaseloadReferral:
    worker, practice = row["link_worker_id"], row["practice"]
    return CaseloadReferral(
        id=strawberry.ID(row["referral_id"]),
        version=row["version"],
        stage=CaseloadStage(row["stage"]),
        phase=row["phase"],
        priority=row["priority"],
        needs=row["reasons"],
        source=row["source"],
        source_organisation=row["source_org"],
        source_organisation_name=row["trust_name"],
        setting=row["setting"],
        referrer_role=row["referrer_role"],
        received_at=row["received_at"],
        since=row["since"],
        overdue=row["overdue"],
        person=_person(row, today),
        practice=None
        if practice is None
        else CaseloadPractice(code=practice, name=row["practice_name"], pcn_code=row["pcn"], pcn_name=row["pcn_name"]),
        link_worker=None
        if worker is None
        else CaseloadLinkWorker(id=strawberry.ID(worker), name=row["display_name"] or worker),
    )


def _person(row: Mapping[str, Any], today: date) -> CaseloadPerson:
    return CaseloadPerson(
        id=strawberry.ID(row["person_id"]),
        age_band=age_band(row["date_of_birth"], today),
        **{name: row[name] for name in _PERSON},
    )


_PERSON: Final = (*ABOUT, "erased")
_BANDS: Final = ((18, "Under 18"), (35, "18 to 34"), (55, "35 to 54"), (75, "55 to 74"))


def age_band(born: date | None, today: date) -> str | None:
    """The age as a band of years, which is all a board needs."""
    if born is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return next((band for limit, band in _BANDS if age < limit), "75 and over")
