"""The columns of a table of referrals: what each is called, and how a cell is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.codes import Codes
from commonweal.domain.message import Refused
from commonweal.domain.people import consent

Read = Callable[[str, str], Any]
"""(cell, name of its column) → the value. Raises `Refused` with a sentence that begins with the column's name."""


@dataclass(frozen=True, slots=True)
class Column:
    """`empty` is what an empty cell means where it need not be filled."""

    read: Read
    needed: bool = False
    empty: Any = None


def _words(cell: str, name: str) -> str:
    return values.said(cell, name)


def _day(cell: str, name: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise Refused(f"{name} must be a day such as 2026-03-01") from None


def _yes(cell: str, name: str) -> bool:
    if cell.lower() not in ("yes", "no"):
        raise Refused(f"{name} must be yes or no")
    return cell.lower() == "yes"


def _code(of: Codes | frozenset[str]) -> Read:
    return lambda cell, name: values.one_of(of, cell, name)


def _several(of: Codes) -> Read:
    return lambda cell, name: values.all_of(of, [each.strip() for each in cell.split(";") if each.strip()], name)


def _postcode(cell: str, name: str) -> str:
    return values.postcode(cell, name)


COLUMNS: Final[Mapping[str, Column]] = {
    "name": Column(_words, needed=True),
    "date_of_birth": Column(_day),
    "nhs_number": Column(values.nhs_number),
    "nhs_number_status": Column(_code(codes.NHS_NUMBER_STATUSES)),
    "address": Column(_words),
    "postcode": Column(_postcode),
    "phone": Column(_words),
    "email": Column(values.email_address),
    "language": Column(values.language),
    "interpreter": Column(_yes, empty=False),
    "stated_gender": Column(_code(codes.STATED_GENDERS), empty="X"),
    "ethnic_category": Column(_code(codes.ETHNIC_CATEGORIES), empty="99"),
    "lsoa21": Column(values.lsoa_2021),
    "gp_practice": Column(values.practice_key),
    "consent_contact_on": Column(_day, needed=True),
    "consent_method": Column(_code(consent.METHODS), empty="verbal"),
    "consent_wording": Column(values.identifier, empty="csv"),
    "consent_share_referrer": Column(_yes, empty=False),
    "consent_share_gp": Column(_yes, empty=False),
    "source_org": Column(values.organisation, needed=True),
    "source_reference": Column(values.identifier, needed=True),
    "source": Column(_code(codes.SOURCES_OF_REFERRAL), needed=True),
    "setting": Column(_code(codes.SETTINGS), needed=True),
    "referrer_role": Column(_code(codes.REFERRER_ROLES), needed=True),
    "referrer_name": Column(_words),
    "priority": Column(_code(codes.PRIORITIES), empty="1"),
    "reasons": Column(_several(codes.NEEDS), empty=()),
    "narrative": Column(_words),
    "risks_known": Column(_several(codes.RISKS), empty=()),
    "requested_service": Column(values.identifier),
    "programme": Column(values.identifier, empty="core"),
    "encounter": Column(values.identifier),
}
"""Every column there may be, in the order in which they are explained."""


def value(name: str, cell: str) -> Any:
    """What a cell of a column says. Raises `Refused`; the sentence never repeats what stands in it."""
    column, said = COLUMNS[name], cell.strip()
    if not said:
        if column.needed:
            raise Refused(f"{name} is missing")
        return column.empty
    return column.read(values.keepable(said, name), name)
