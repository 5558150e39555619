"""The public page of awards: read by anybody, on paper and on a phone, and taken away as data."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from commonweal.domain.chest import grant_award
from commonweal.domain.chest.money import pounds
from commonweal.domain.tenant import Place
from commonweal.runtime.pages.published import AT_ONCE, WAITING
from commonweal.runtime.simulate.chest import AWARDS, Chest
from commonweal.runtime.simulate.play import founded, play_chests
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, sized, violations
from tests.story import configured
from tests.web import Web

ICS, OTHER = "QPM", "QMF"
PLACES = (
    Place(code="E09000002", name="Barking and Dagenham"),
    Place(code="E09000012", name="Hackney"),
    Place(code="E09000016", name="Havering"),
    Place(code="E09000025", name="Newham"),
    Place(code="E09000026", name="Redbridge"),
    Place(code="E09000030", name="Tower Hamlets"),
    Place(code="E09000031", name="Waltham Forest"),
)
PREFIX = "360G-Example"
HERE = f"/awards/{ICS}"
FILE = f"{HERE}/360giving.json"


@pytest.fixture(scope="module")
def year(web: Web) -> tuple[Chest, ...]:
    """A year of seven chests in QPM; QMF publishes nothing, for it has no prefix and no chest."""
    web.given(OTHER, OTHER, configured(OTHER, "Nene"))
    web.given(ICS, ICS, configured(ICS, "North East London", places=PLACES, giving_prefix=PREFIX))

    async def played() -> tuple[Chest, ...]:
        tenant = await web.store.tenant(ICS)
        every = await founded(tenant, 1, datetime.now(UTC))
        await play_chests(tenant, every, lambda: None)
        return tuple(every)

    every = web.run(played(), 120)
    web.given(
        ICS, awarded(every, "panel"), grant_award.PublishAward(title="Friday table", summary="We eat together", by="o")
    )
    web.followed(ICS)
    return every


def awarded(every: tuple[Chest, ...], method: str) -> str:
    """The id of an award of a chest that decides so."""
    return next(bid.grant_id for each in every if each.method == method for bid in each.bids if bid.fate == "awarded")


def anybody(web: Web) -> httpx.Client:
    return httpx.Client(base_url=web.url, headers={"accept": "text/html"}, timeout=30)


def test_anybody_reads_what_was_awarded_and_what_they_sum_to(web: Web, year: tuple[Chest, ...]) -> None:
    with anybody(web) as client:
        page = client.get(HERE).text
        assert "Showing 25 of 82 awards" in page
        later = re.search(r'href="(/awards/QPM\?after=[^"]+)"', page)
        assert later is not None
        assert "Showing 25 of 82 awards" in client.get(later[1].replace("&amp;", "&")).text
    funds = web.rows(
        ICS, "select coalesce(sum(pence), 0) from community_chest_v1_ledger where kind in ('AWARDED', 'RELEASED')"
    )
    paid = web.rows(
        ICS, "select coalesce(sum(pence), 0) from community_chest_v1_ledger where kind in ('PAID', 'RETURNED')"
    )
    assert pounds(int(funds[0][0])) in page
    assert pounds(int(paid[0][0])) in page
    for place in PLACES:
        assert place.name in page


def test_nothing_but_what_is_public_is_on_it(web: Web, year: tuple[Chest, ...]) -> None:
    grants = [bid.grant_id for each in year for bid in each.bids]
    with anybody(web) as client:
        pages = [client.get(HERE).text, client.get(f"{HERE}?need=loneliness").text, client.get(FILE).text]
        pages += [client.get(f"{HERE}/grants/{each}").text for each in grants[:40]]
    told = "\n".join(pages)
    for secret in (
        "opens its doors once a week",
        "would like company",
        "safeguarding lead",
        "simulation",
        "feedback",
    ):
        assert secret not in told, secret
    for each in year:
        for bid in each.bids:
            if bid.fate != "awarded":
                assert bid.grant_id not in told
    assert "Friday table" in told
    assert "We eat together" in told


def test_awards_are_narrowed_by_fund_year_need_and_place(web: Web, year: tuple[Chest, ...]) -> None:
    chest = year[0]
    many = sum(bid.fate == "awarded" for bid in chest.bids)
    with anybody(web) as client:
        page = client.get(HERE, params={"fund": chest.fund_id, "area": chest.place}).text
        assert f"Showing {many} of {many} awards" in page
        assert f'value="{chest.fund_id}" selected' in page
        for query in ("year=1999", "year=now", "need=nothing", "area=E09000001", f"fund={'x' * 90}"):
            assert "No award fits all of this" in client.get(f"{HERE}?{query}").text, query
        assert client.get(f"{HERE}?after=x").status_code == 422


def test_an_award_has_a_page_with_the_tally_of_its_round(web: Web, year: tuple[Chest, ...]) -> None:
    with anybody(web) as client:
        page = client.get(f"{HERE}/grants/{awarded(year, 'participatory')}").text
        for said in (
            "Whose money it is",
            "North East London",
            "organisations voted.",
            "the organisations vote",
            "Paid so far",
        ):
            assert said in page, said
        assert "Friday table" in client.get(f"{HERE}/grants/{awarded(year, 'panel')}").text
        declined = next(bid.grant_id for bid in year[0].bids if bid.fate == "declined")
        for nothing in (
            f"{HERE}/grants/{declined}",
            f"{HERE}/grants/nobody",
            "/awards/QZZ",
            "/awards/control",
            "/awards",
        ):
            assert client.get(nothing).status_code == 404, nothing
        assert "No award yet" in client.get(f"/awards/{OTHER}").text


def test_an_award_that_tapers_or_ended_early_stays_listed_and_says_so(web: Web, year: tuple[Chest, ...]) -> None:
    chest = next(each for each in year if each.method == "delegated")
    tapers = next(bid for bid in chest.bids if bid.fate == "awarded" and bid.number % 9 == 4)
    officer = Someone(web, "olu-ends", ("chest_officer", "tenant"))
    with anybody(web) as client:
        before = client.get(f"{HERE}/grants/{tapers.grant_id}").text
        assert "Running, tapers" in before
        officer.post(
            f"/do/terminate-award/{tapers.grant_id}?back=/grants/{tapers.grant_id}&fund_id={chest.fund_id}",
            reason="taper",
        )
        web.followed(ICS)
        after = client.get(f"{HERE}?fund={chest.fund_id}&need={tapers.purpose}").text
        assert tapers.grant_id in after
        assert re.search(r"Ended early on [^<]+, tapered to nothing, £", after)
    officer.client.close()


def test_a_page_is_kept_for_a_minute_and_not_sent_again_where_it_is_the_same(web: Web, year: tuple[Chest, ...]) -> None:
    with anybody(web) as client:
        first = client.get(HERE)
        assert first.headers["cache-control"] == "public, max-age=60"
        assert "set-cookie" not in first.headers
        again = client.get(HERE, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(f"{HERE}?need=food", headers={"if-none-match": first.headers["etag"]})
        assert other.status_code == 200


MUST = {
    "id", "title", "description", "currency", "amountAwarded", "awardDate", "recipientOrganization", "fundingOrganization",
}  # fmt: skip
"""Fields that the standard requires of a grant to an organisation."""
MAY = {"amountDisbursed", "url", "plannedDates", "beneficiaryLocation", "grantProgramme", "fromOpenCall", "classifications",
       "commitmentTransaction", "dataSource", "locationScope"}  # fmt: skip
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])")
ORG_ID = re.compile(r"GB-(CHC|COH|SC|NIC|NHS)-[A-Z0-9]+")


def given(web: Web, query: str = "") -> dict[str, Any]:
    answer = web.client.get(f"{FILE}{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
    assert answer.headers["x-lines"] == str(len(found["grants"]))
    return found


def test_the_file_is_what_the_360giving_standard_asks_for(web: Web, year: tuple[Chest, ...]) -> None:
    found = given(web)
    assert re.fullmatch(r"\d+\.\d+", found["version"])
    assert DAY.fullmatch(found["issued"])
    assert found["publisher"] == {"identifier": f"GB-NHS-{ICS}", "name": "North East London"}
    assert set(found) == {"version", "title", "issued", "publisher", "accessURL", "downloadURL", "grants"}
    grants = found["grants"]
    assert len({each["id"] for each in grants}) == len(grants) == AWARDS
    for each in grants:
        assert set(each) >= MUST
        assert set(each) <= MUST | MAY
        assert each["id"].startswith(f"{PREFIX}-")
        assert "/" not in each["id"]
        assert 0 < len(each["title"]) <= 140
        assert each["description"]
        assert each["currency"] == "GBP"
        assert DAY.fullmatch(each["awardDate"])
        for name in ("amountAwarded", "amountDisbursed"):
            assert isinstance(each[name], Decimal)
            assert each[name].as_tuple().exponent == -2
        (recipient,), (funder,) = each["recipientOrganization"], each["fundingOrganization"]
        for organisation in (recipient, funder):
            assert ORG_ID.fullmatch(organisation["id"])
            assert organisation["name"]
        assert recipient["id"] == f"GB-CHC-{recipient['charityNumber']}"
        (place,) = each["beneficiaryLocation"]
        assert (place["geoCodeType"], place["countryCode"]) == ("LONB", "GB")
        assert place["geoCode"] in {known.code for known in PLACES}
        (planned,) = each["plannedDates"]
        assert DAY.fullmatch(planned["startDate"])
        assert planned["startDate"] <= planned["endDate"]
        assert each["url"].startswith(f"{found['accessURL']}/grants/")


def test_the_file_comes_to_the_penny_to_what_the_funders_gave(web: Web, year: tuple[Chest, ...]) -> None:
    grants = given(web)["grants"]
    ledger = """select p.funder, sum(l.pence) from community_chest_v1_ledger l join community_chest_v1_pledge p using (pledge)
        where l.kind in ('AWARDED', 'RELEASED') group by 1"""
    whose: dict[str, Decimal] = {}
    for each in grants:
        for part in each["commitmentTransaction"]:
            whose[part["provider"]] = whose.get(part["provider"], Decimal(0)) + part["value"]
        assert sum(part["value"] for part in each["commitmentTransaction"]) == each["amountAwarded"]
    assert {funder.removeprefix("GB-NHS-"): value for funder, value in whose.items()} == {
        funder: Decimal(int(pence)) / 100 for funder, pence in web.rows(ICS, ledger)
    }


def test_the_file_is_of_one_fund_where_one_is_named_and_of_none_it_is_refused(
    web: Web, year: tuple[Chest, ...]
) -> None:
    chest = year[0]
    grants = given(web, f"?fund={chest.fund_id}")["grants"]
    assert len(grants) == sum(bid.fate == "awarded" for bid in chest.bids)
    assert {each["grantProgramme"][0]["code"] for each in grants} == {chest.fund_id}
    for nothing, why in (
        (f"{FILE}?fund=nobody", "no award has been accepted"),
        (f"/awards/{OTHER}/360giving.json", "has no prefix of 360Giving"),
    ):
        answer = web.client.get(nothing)
        assert answer.status_code == 404
        assert why in answer.json()["detail"]


def test_the_fund_leads_to_what_everybody_can_read_of_it(web: Web, year: tuple[Chest, ...]) -> None:
    officer = Someone(web, "olu-reads", ("chest_officer", "tenant"))
    page = officer.get(f"/chests/{year[0].fund_id}")
    assert f'href="{HERE}?fund={year[0].fund_id}"' in page
    assert f'href="{FILE}?fund={year[0].fund_id}"' in page
    form = officer.get(f"/do/publish-award/{awarded(year, 'participatory')}?back=/chests")
    assert "name nobody" in form
    officer.client.close()


def test_who_comes_in_crowds_waits_and_the_last_are_told_to_come_later(web: Web, year: tuple[Chest, ...]) -> None:
    import asyncio

    async def crowd() -> list[int]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=web.url, limits=limits, timeout=60) as client:
            asked = (client.get(f"{HERE}?fund=nobody-{number}") for number in range(AT_ONCE + 3 * WAITING))
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    found = asyncio.run(crowd())
    assert set(found) <= {200, 503}
    assert found.count(200) >= WAITING
    assert 503 in found
    assert web.client.get(HERE).status_code == 200


def test_axe_finds_nothing_and_the_file_is_counted_as_it_comes(
    web: Web, year: tuple[Chest, ...], browser: Browser, tmp_path: Path
) -> None:
    with browser.new_context(viewport=DESKTOP, bypass_csp=True) as context:
        page = context.new_page()
        for address in (HERE, f"{HERE}?need=nothing", f"{HERE}/grants/{awarded(year, 'participatory')}"):
            page.goto(f"{web.url}{address}")
            for viewport in (DESKTOP, PHONE):
                sized(page, viewport)
                assert violations(page) == [], address
                assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), address
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{web.url}{HERE}")
        with page.expect_download() as saved:
            page.get_by_role("link", name="Download every award").click()
        saved.value.save_as(tmp_path / saved.value.suggested_filename)
        expect(page.get_by_role("status").filter(has_text="82 of 82 awards: all of it is here")).to_be_visible()
        assert len(json.loads((tmp_path / f"360giving-{ICS}.json").read_text("utf-8"))["grants"]) == AWARDS
        assert wrong == []


def test_what_the_file_leaves_out_is_said_beside_it(web: Web, year: tuple[Chest, ...]) -> None:
    """The last test of these: an award is without a name from then on."""
    chest = next(each for each in year if each.method == "panel")
    many = sum(bid.fate == "awarded" for bid in chest.bids)
    web.given(ICS, awarded(year, "panel"), grant_award.PublishAward(unnamed=True, by="o"))
    web.followed(ICS)
    told = f"{many - 1} of {many} awards in the file: 1 left out, as it is not told who has it."
    narrowed = f"?fund={chest.fund_id}"
    with anybody(web) as client:
        page = client.get(f"{HERE}{narrowed}").text
    assert told in page
    assert "Download these awards" in page
    assert len(given(web, narrowed)["grants"]) == many - 1
    officer = Someone(web, "olu-reads", ("chest_officer", "tenant"))
    assert told in officer.get(f"/chests/{chest.fund_id}")
    officer.client.close()
