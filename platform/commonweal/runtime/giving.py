"""Awards as the 360Giving Data Standard 1.4 writes them: one grant for each, of the ICS that runs the chest, in pounds.

Source: github.com/ThreeSixtyGiving/standard, 360-giving-schema.json and 360-giving-package-schema.json. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from commonweal.console.wording import sentence_case
from commonweal.domain import codes

VERSION: Final = "1.4"
_GEO_TYPES: Final[Mapping[str, str]] = {
    "E01": "LSOA",
    "E02": "MSOA",
    "E05": "WD",
    "E06": "UA",
    "E07": "NMD",
    "E08": "MD",
    "E09": "LONB",
    "E10": "CTY",
}
"""The first three characters of a GSS code → its type in the codelist geoCodeType."""
_OF_LOCAL_AUTHORITY: Final = frozenset({"E06", "E07", "E08", "E09", "E10"})
_NUMBERS: Final = {
    "GB-CHC": "charityNumber",
    "GB-SC": "charityNumber",
    "GB-NIC": "charityNumber",
    "GB-COH": "companyNumber",
}
"""A register → the field that has the number alone."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The ICS: its code, its name, the prefix 360Giving registered for it, and where its page of awards is."""

    ods: str
    name: str
    prefix: str
    page: str


def pounds(pence: int) -> Decimal:
    """`123456` → 1234.56, exactly."""
    return Decimal(pence).scaleb(-2)


_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def written(value: Mapping[str, Any]) -> str:
    """As JSON, sums as decimal numbers."""
    return _encode(value).decode()


def head(of: Publisher, issued: date) -> dict[str, Any]:
    """What a package says of itself; `grants` follow."""
    return {
        "version": VERSION,
        "title": f"Awards of the community chests of {of.name}",
        "issued": issued.isoformat(),
        "publisher": {"identifier": organisation_id(of.ods, of.prefix), "name": of.name},
        "accessURL": of.page,
        "downloadURL": f"{of.page}/360giving.json",
    }


def organisation_id(code: str, prefix: str) -> str:
    """By org-id.guide: a register number as it is, an ODS code under its list; a practice without a code is known by us alone."""
    if code.startswith("GB-"):
        return code
    return f"{prefix}-{code.replace('/', '_')}" if "/" in code else f"GB-NHS-{code}"


def grant(
    award: Mapping[str, Any], of: Publisher, names: Mapping[str, str], places: Mapping[str, str]
) -> dict[str, Any]:
    """An award of the document `Export`. `names`: of organisations; `places`: of places; by their codes."""
    title, summary = words(award, places)
    own, recipient = organisation_id(of.ods, of.prefix), _organisation(award["organisation"], of, names)
    found: dict[str, Any] = {
        "id": f"{of.prefix}-{award['id']}",
        "title": title,
        "description": summary,
        "currency": "GBP",
        "amountAwarded": pounds(award["awarded"]),
        "amountDisbursed": pounds(award["paid"]),
        "awardDate": award["awardedOn"],
        "url": f"{of.page}/grants/{award['id']}",
        "plannedDates": [_planned(award)],
        "recipientOrganization": [recipient],
        "beneficiaryLocation": [_place(award["area"], places)],
        "fundingOrganization": [{"id": own, "name": of.name}],
        "grantProgramme": [{"code": award["fundId"], "title": award["fund"]}],
        "fromOpenCall": "Yes",
        "classifications": [_need(award["purpose"])],
        "commitmentTransaction": list(_shares(award, of, recipient["id"])),
        "dataSource": of.page,
    }
    if award["area"][:3] in _OF_LOCAL_AUTHORITY:
        found["locationScope"] = "GLS050"
    return {name: value for name, value in found.items() if value not in ([], [{}])}


def words(award: Mapping[str, Any], places: Mapping[str, str]) -> tuple[str, str]:
    """What it is called and what it is for: as somebody confirmed it, else as the codes say it."""
    need, place = codes.NEEDS.get(award["purpose"], award["purpose"]), places.get(award["area"], award["area"])
    return (
        award["title"] or f"{sentence_case(need)}, {place}",
        award["summary"] or f"A grant of the {award['fund']} for people in {place}. Need: {need}.",
    )


def _planned(award: Mapping[str, Any]) -> dict[str, Any]:
    days = {"startDate": award["startsOn"], "endDate": award["endsOn"]}
    return {name: day for name, day in days.items() if day is not None}


def _organisation(code: str, of: Publisher, names: Mapping[str, str]) -> dict[str, Any]:
    register, _, number = code.rpartition("-")
    about = {"id": organisation_id(code, of.prefix), "name": names[code]}
    return about | ({_NUMBERS[register]: number} if register in _NUMBERS else {})


def _place(area: str, places: Mapping[str, str]) -> dict[str, Any]:
    of = {"name": places.get(area), "countryCode": "GB", "geoCode": area, "geoCodeType": _GEO_TYPES.get(area[:3])}
    return {name: value for name, value in of.items() if value is not None}


def _need(code: str) -> dict[str, Any]:
    return {"vocabulary": "Commonweal needs", "code": code, "title": sentence_case(codes.NEEDS.get(code, code))}


def _shares(award: Mapping[str, Any], of: Publisher, recipient: str) -> Iterator[dict[str, Any]]:
    """Whose money it is: one grant has one funder in the standard, and those whose pledges it is out of are its providers."""
    for share in award["shares"]:
        if share["awarded"]:
            provider = organisation_id(share["funder"], of.prefix)
            yield {
                "id": f"{of.prefix}-{award['id']}-{provider}",
                "transactionDate": award["awardedOn"],
                "currency": "GBP",
                "value": pounds(share["awarded"]),
                "provider": provider,
                "recipient": recipient,
            }
