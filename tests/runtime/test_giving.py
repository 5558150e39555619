"""An award as 360Giving writes it: ids of registers, sums to the penny, and no field that has nothing to say."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.runtime import giving

OF = giving.Publisher("QMF", "North East London", "360G-Example", "https://example.test/awards/QMF")
NAMES = {"GB-COH-01234567": "Table Ltd", "RP1": "A trust", "U35821/mawsley": "Mawsley", "GB-SC-SC012345": "Choir"}
AWARD: dict[str, Any] = {
    "id": "g1",
    "fundId": "f1",
    "fund": "Barking chest",
    "organisation": "GB-COH-01234567",
    "title": None,
    "summary": None,
    "purpose": "loneliness",
    "area": "E09000002",
    "startsOn": "2026-04-01",
    "endsOn": None,
    "phase": "ACTIVE",
    "awardedOn": "2026-03-31",
    "awarded": 100_001,
    "paid": 0,
    "shares": [
        {"funder": "QMF", "awarded": 50_001, "paid": 0},
        {"funder": "GB-CHC-1054276", "awarded": 50_000, "paid": 0},
    ],
}


def written(**known: Any) -> dict[str, Any]:
    found = giving.grant({**AWARD, **known}, OF, NAMES, {"E09000002": "Barking and Dagenham"})
    told: dict[str, Any] = json.loads(giving.written(found), parse_float=Decimal)
    return told


def test_an_award_is_one_grant_of_the_ics_and_those_who_pledged_are_its_providers() -> None:
    assert written() == {
        "id": "360G-Example-g1",
        "title": "Loneliness or isolation, Barking and Dagenham",
        "description": "A grant of the Barking chest for people in Barking and Dagenham. Need: loneliness or isolation.",
        "currency": "GBP",
        "amountAwarded": Decimal("1000.01"),
        "amountDisbursed": Decimal("0.00"),
        "awardDate": "2026-03-31",
        "url": "https://example.test/awards/QMF/grants/g1",
        "plannedDates": [{"startDate": "2026-04-01"}],
        "recipientOrganization": [{"id": "GB-COH-01234567", "name": "Table Ltd", "companyNumber": "01234567"}],
        "beneficiaryLocation": [
            {"name": "Barking and Dagenham", "countryCode": "GB", "geoCode": "E09000002", "geoCodeType": "LONB"}
        ],
        "fundingOrganization": [{"id": "GB-NHS-QMF", "name": "North East London"}],
        "grantProgramme": [{"code": "f1", "title": "Barking chest"}],
        "fromOpenCall": "Yes",
        "classifications": [{"vocabulary": "Commonweal needs", "code": "loneliness", "title": "Loneliness or isolation"}],
        "commitmentTransaction": [
            {"id": f"360G-Example-g1-{provider}", "transactionDate": "2026-03-31", "currency": "GBP", "value": Decimal(value),
             "provider": provider, "recipient": "GB-COH-01234567"}
            for provider, value in (("GB-NHS-QMF", "500.01"), ("GB-CHC-1054276", "500.00"))
        ],
        "dataSource": "https://example.test/awards/QMF",
        "locationScope": "GLS050",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("RP1", {"id": "GB-NHS-RP1", "name": "A trust"}),
        ("U35821/mawsley", {"id": "360G-Example-U35821_mawsley", "name": "Mawsley"}),
        ("GB-SC-SC012345", {"id": "GB-SC-SC012345", "name": "Choir", "charityNumber": "SC012345"}),
    ],
)
def test_an_organisation_is_known_by_its_register_or_else_by_us(code: str, known: dict[str, str]) -> None:
    assert written(organisation=code)["recipientOrganization"] == [known]


def test_words_that_were_confirmed_stand_in_place_of_the_codes() -> None:
    told = written(title="Friday table", summary="We eat together")
    assert (told["title"], told["description"]) == ("Friday table", "We eat together")


def test_what_is_not_known_is_left_out() -> None:
    told = written(startsOn=None, area="E54000029", shares=[{"funder": "QMF", "awarded": 0, "paid": 0}], awarded=0)
    assert told["beneficiaryLocation"] == [{"countryCode": "GB", "geoCode": "E54000029"}]
    assert not {"plannedDates", "commitmentTransaction", "locationScope"} & set(told)


@given(st.integers(0, 10**14))
def test_no_sum_is_rounded_on_its_way(pence: int) -> None:
    text = giving.written({"value": giving.pounds(pence)})
    assert text == f'{{"value":{pence // 100}.{pence % 100:02}}}'


def test_a_package_says_who_publishes_it() -> None:
    assert giving.head(OF, date(2026, 4, 1))["publisher"] == {"identifier": "GB-NHS-QMF", "name": "North East London"}
