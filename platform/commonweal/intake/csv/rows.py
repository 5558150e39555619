"""A table of referrals, read and checked: every mistake of every row is told at once, and only a table without one is done."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from commonweal.domain import due
from commonweal.domain.message import Refused
from commonweal.domain.people import consent
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.intake.arrival import Arrival, Road, had, weigh
from commonweal.intake.csv.columns import COLUMNS, value
from commonweal.intake.rehearse import Rehearsal
from commonweal.kernel.streams import Streams

CHANNEL: Final = "csv"
_SPACE: Final = UUID("b8f0d3d4-5c57-5a86-9a63-5d0c2f8e1f55")
"""Under this name space the source and its reference become the ids of what a row makes."""
_PERSON: Final = (
    "name",
    "date_of_birth",
    "address",
    "postcode",
    "phone",
    "email",
    "nhs_number",
    "language",
    "interpreter",
    "stated_gender",
    "ethnic_category",
    "lsoa21",
    "gp_practice",
)
_REFERRAL: Final = (
    "source",
    "source_org",
    "source_reference",
    "setting",
    "priority",
    "reasons",
    "narrative",
    "referrer_role",
    "referrer_name",
    "requested_service",
    "programme",
    "encounter",
    "risks_known",
)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """`row` as a spreadsheet counts, the names being row 1; `column` is empty where it is about the whole row."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    arrival: Arrival

    def road(self, ods: str, now: datetime) -> Road:
        """The same for the same source and reference, whichever file it stands in."""
        referral = self.arrival.referral
        root = uuid5(_SPACE, f"{ods}|{referral.source_org}|{referral.source_reference}")
        return Road(root=root, occurred_at=now, actor=referral.source_org, channel=CHANNEL)


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]
    mistakes: tuple[Mistake, ...]


def read(raw: bytes, now: datetime) -> Table:
    """A file as its rows, or with everything that is wrong in it. Raises `Refused` where it is no such table at all."""
    lines = _lines(raw)
    names = [name.strip() for _, line in [next(lines, (1, []))] for name in line]
    _check_names(names)
    rows: list[Row] = []
    mistakes: list[Mistake] = []
    for number, line in lines:
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(names):
            mistakes.append(Mistake(number, "", f"this row has {len(line)} cells, and there are {len(names)} names"))
            continue
        given, wrong = _values(dict(zip(names, line, strict=True)))
        mistakes += [Mistake(number, column, sentence) for column, sentence in wrong]
        if not wrong:
            rows.append(Row(number, _arrival(given, now)))
    mistakes += _repeated(rows)
    if not rows and not mistakes:
        raise Refused("there is no row in this file")
    return Table(tuple(rows), tuple(sorted(mistakes)))


async def weighed(streams: Streams, row: Row, now: datetime) -> Mistake | None:
    """What would be refused of a row, as things stand; None where nothing would be."""
    try:
        if await had(streams, row.arrival) is None:
            await weigh(Rehearsal(streams), row.arrival, row.road(streams.tenant, now))
    except Refused as refusal:
        return Mistake(row.number, column_of(str(refusal)), str(refusal))
    return None


def unknown_practices(rows: Sequence[Row], known: Collection[str]) -> list[Mistake]:
    """Rows whose practice is none of the ICS's: taken in, for people do come from elsewhere; but a code typed wrong is one too.
    An ICS without a practice knows of none that is wrong."""
    return [
        Mistake(row.number, "gp_practice", _NO_PRACTICE)
        for row in rows
        if known and (practice := row.arrival.someone.gp_practice) is not None and practice not in known
    ]


_NO_PRACTICE: Final = (
    "gp_practice is of no PCN of this ICS: nobody who works for one PCN sees such a referral. Is the code right?"
)


def column_of(sentence: str) -> str:
    """The column a sentence begins with, as the domain's do where one field is wrong."""
    first = sentence.partition(" ")[0].rstrip(":")
    return first if first in COLUMNS else ""


def _lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the first line of each."""
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError:
        raise Refused("this file is not UTF-8: save it as CSV UTF-8") from None
    number = 0
    try:
        for line in reader:
            number += 1
            yield number, line
    except csv.Error:
        raise Refused(f"row {number + 1} cannot be read: is a quotation mark missing?") from None


def _check_names(names: Sequence[str]) -> None:
    if len(names) == 1 and (between := next((each for each in _SEPARATORS if each in names[0]), None)) is not None:
        raise Refused(f"this file has {_SEPARATORS[between]} between its cells: save it with commas")
    wrong = [
        *[f"there is no column {_shown(name)}" for name in names if name not in COLUMNS],
        *[
            f"column {name} is there twice"
            for name in dict.fromkeys(names)
            if names.count(name) > 1 and name in COLUMNS
        ],
        *[f"column {name} is missing" for name, each in COLUMNS.items() if each.needed and name not in names],
    ]
    if wrong:
        raise Refused(f"row 1 must name the columns: {'; '.join(wrong)}")


_SEPARATORS: Final[Mapping[str, str]] = {";": "semicolons", "\t": "tabs", "|": "upright lines"}
"""What other programs put between cells, in words."""


def _shown(name: str) -> str:
    """A name nobody knows is shown only where it looks like one: without names in row 1, it is somebody's details."""
    return name if name.isidentifier() and name == name.lower() else "with that name"


def _values(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    given: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name in COLUMNS:
        try:
            given[name] = value(name, cells.get(name, ""))
        except Refused as refusal:
            wrong.append((name, str(refusal)))
    return given, wrong


def _arrival(given: Mapping[str, Any], now: datetime) -> Arrival:
    status = given["nhs_number_status"] or ("02" if given["nhs_number"] else "03")
    someone = {name: given[name] for name in _PERSON} | {"nhs_number_status": status, "on": due.today(now)}
    shares = [("contact", consent.ANY)]
    if given["consent_share_referrer"]:
        shares.append(("share_referrer", given["source_org"]))
    if given["consent_share_gp"]:
        shares.append(("share_gp", consent.ANY))
    agreed = [
        GiveConsent(
            scope=scope,
            audience=audience,
            method=given["consent_method"],
            wording_version=given["consent_wording"],
            given_on=given["consent_contact_on"],
        )
        for scope, audience in shares
    ]
    return Arrival(
        someone=RegisterPerson(**someone),
        agreed=tuple(agreed),
        referral=ReceiveReferral(person_id="", received_at=now, **{name: given[name] for name in _REFERRAL}),
    )


def _repeated(rows: Sequence[Row]) -> Iterator[Mistake]:
    """One reference is one referral, and one NHS number one person."""
    references: dict[tuple[str, str], int] = {}
    people: dict[str, Row] = {}
    for row in rows:
        referral, someone = row.arrival.referral, row.arrival.someone
        first = references.setdefault((referral.source_org, referral.source_reference), row.number)
        if first != row.number:
            yield Mistake(row.number, "source_reference", f"source_reference is that of row {first} too")
        if someone.nhs_number is None:
            continue
        before = people.setdefault(someone.nhs_number, row)
        known = before.arrival.someone.date_of_birth
        if None not in (known, someone.date_of_birth) and known != someone.date_of_birth:
            yield Mistake(
                row.number,
                "date_of_birth",
                f"date_of_birth is another than in row {before.number}, with the same nhs_number",
            )
