"""How an ICS is set up and who may do what, as an administrator and a team lead live with it, over real HTTP."""

import re
from collections.abc import Iterator

import httpx
import pytest

from commonweal.domain.people.erasure import RequestErasure
from commonweal.domain.people.person import State as Person
from commonweal.domain.referrals.programme import State as Programme
from commonweal.domain.user import GrantUser, NameUser
from commonweal.domain.workforce.allocation_rule import THE_RULE
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME
from tests.journeys.test_person_pages import Someone
from tests.story import DAY, agreed, configured, engaged, registered
from tests.web import Web

HAND = {"from_on_day": "1", "from_on_month": "4", "from_on_year": "2026"}


@pytest.fixture(scope="module")
def ics(web: Web) -> Web:
    web.given("QPM", "QPM", configured("QPM", "Nene"))
    web.given("QPM", "wren", engaged("Wren Example"))
    web.given("QPM", "p-1", registered("Odette Finch", phone="020 7946 0000", email="odette@example.org"))
    web.given("QPM", "p-1", agreed())
    web.given("QPM", "p-2", registered("Ada Heron"))
    web.followed("QPM")
    return web


@pytest.fixture
def root(ics: Web) -> Iterator[Someone]:
    someone = Someone(ics, "root", ("administrator", "tenant"))
    yield someone
    someone.client.close()


@pytest.fixture
def lead(ics: Web) -> Iterator[Someone]:
    someone = Someone(ics, "lead", ("team_lead", "tenant"))
    yield someone
    someone.client.close()


def test_a_programme_is_opened_and_says_whom_it_is_for(ics: Web, root: Someone) -> None:
    assert "Everyone who is referred to no programme in particular" in root.get("/set-up")
    form = "/do/open-programme/new?back=/set-up"
    assert "Enter a code" in root.post(form, status=422, name="Young people")
    wrong = root.post(form, status=422, id="Young people!", name="Young people", restricted="no")
    assert 'value="Young people!"' in wrong
    assert "must be letters" in wrong
    page = root.post(form, id="young", name="Young people", restricted="no")
    assert "The programme was opened" in page
    assert "Everyone: no criteria were published" in page
    taken = root.post(form, status=422, id="young", name="Another", restricted="no")
    assert "There is one of this code already" in taken
    assert ics.run(ics.tenant("QPM").streams.get("programme", "young")).state.name == "Young people"
    criteria = "/do/publish-criteria/young?back=/set-up"
    assert "Say whom the programme is for" in root.post(criteria, status=422)
    page = root.post(criteria, minimum_age="11", maximum_age="25", needs=["loneliness"], practices=["K83001"])
    assert "11 to 25" in page
    again = root.get(criteria)
    assert re.search(r'name="minimum_age"[^>]*value="11"|value="11"[^>]*name="minimum_age"', again)
    assert again.count(" checked") == 2, "what was published is what one changes"
    state: Programme = ics.run(ics.tenant("QPM").streams.get("programme", "young")).state
    assert state.criteria is not None
    assert (state.criteria.practices, state.criteria.needs) == (("K83001",), ("loneliness",))


def test_the_rule_and_a_framework_are_changed(ics: Web, root: Someone) -> None:
    form = f"/do/change-rule/{THE_RULE}?back=/set-up"
    assert 'value="30"' in root.get(form)
    points = {"practice": "10", "language": "50", "continuity": "20", "load": "20", "gender_preference": "0"}
    garbled = {**points, "practice": "much", "expected_version": "²"}
    assert "whole number" in root.post(form, status=422, **garbled), "a version nobody gave out is not one"
    assert "Version 1 of your own rule." in root.post(form, **points)
    new = "/do/new-framework/new?back=/set-up"
    assert "must each be written" in root.post(new, status=422, id="keys", name="Ten keys", domains="giving")
    page = root.post(new, id="keys", name="Ten keys", domains="giving|Giving|people\nmoving|Moving|body")
    assert "Giving, Moving" in page
    assert "moving|Moving|body" in root.get("/do/publish-framework/keys?back=/set-up")


def test_who_looks_after_a_part_sees_how_it_is_set_up_and_changes_nothing(ics: Web) -> None:
    part = Someone(ics, "part", ("team_lead", "pcn:U11111"))
    page = part.get("/set-up")
    assert "Young people" in page
    assert "/do/open-programme" not in page
    assert "/do/publish-criteria" not in page
    part.client.close()
    worker = Someone(ics, "worker", ("link_worker", "tenant"))
    for path in ("/set-up", "/users", "/erasures"):
        worker.get(path, status=403)
    worker.client.close()


def test_who_pays_for_a_post_is_changed(ics: Web, lead: Someone) -> None:
    assert "/do/change-funding/wren" in lead.get("/workforce/wren")
    form = "/do/change-funding/wren?back=/workforce/wren"
    assert "100 together" in lead.post(form, status=422, funders="QPM 60", **HAND)
    lead.post(form, funders="QPM 60\nK83001 40%", **HAND)
    funding = ics.run(ics.tenant("QPM").streams.get("link_worker", "wren")).state.terms.funding
    assert funding[-1][1] == (("QPM", 60), ("K83001", 40))
    assert "QPM 60\nK83001 40" in lead.get(form)


def test_a_detail_is_taken_out_of_a_record_and_the_rest_stays(ics: Web, lead: Someone) -> None:
    form = "/do/correct-details/p-1?back=/people/p-1"
    page = lead.get(form)
    assert "020 7946 0000" in page
    filled = dict(re.findall(r'<input class="nhsuk-input[^"]*" id="[^"]*" name="([^"]+)"[^>]*value="([^"]*)"', page))
    assert filled["name"] == "Odette Finch"
    lead.post(form, **{**filled, "phone": "", "interpreter": "no", "care_home": "no"})
    state: Person = ics.run(ics.tenant("QPM").streams.get("person", "p-1")).state
    assert (state.phone, state.email, state.name) == ("", "odette@example.org", "Odette Finch")
    assert "020 7946 0000" not in lead.get("/people/p-1")


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/users/nowhere", "/people/p-1/nowhere", "/people/p-1/case/nowhere/at/all"),
        *("/people/p-1/connections/c", "/people/p-1/connections/c/nowhere", "/do", "/do/nowhere/at/all"),
    ],
)
def test_an_address_that_is_none_is_told_among_the_menu_however_far_it_is_known(root: Someone, path: str) -> None:
    page = root.get(path, status=404)
    assert "There is no such page." in page
    assert "Nene</strong>" in page, "whose ICS it is, as on every page"
    assert 'href="/users"' in page
    assert "Sign out" in page


def test_somebody_is_let_in_and_out_again_at_once(ics: Web, root: Someone) -> None:
    form = "/do/let-in/new?back=/users"
    page = root.post(form, id="newcomer", role="team_lead", scope="tenant")
    assert "They may come in now" in page
    whom = user_id(NAME, "newcomer")
    assert f"Never signed in, {whom[:8]}" in page
    assert "find them in the list" in root.post(form, status=422, id="newcomer", role="triager", scope="tenant")
    someone = Someone(ics, "newcomer")
    someone.get("/caseload")
    page = root.get("/users")
    assert "Nene newcomer" in page
    assert "newcomer" not in re.sub("Nene newcomer", "", page), "how they sign in is kept nowhere"
    root.post(f"/do/grant-user/{whom}?back=/users", role="pcn_manager", scope="pcn", pcn="U11111")
    ways = re.findall(rf'href="(/do/revoke-user/{whom}\?[^"]+)"', root.get("/users"))
    assert len(ways) == 2
    for way in ways:
        page = root.post(way.replace("&amp;", "&"))
    assert "It is felt at once" in page
    assert "Nothing any more" in page
    answer = someone.client.get("/caseload")
    assert answer.status_code == httpx.codes.FORBIDDEN
    someone.client.close()


def test_what_a_grant_is_over_is_chosen_and_not_typed(ics: Web, root: Someone) -> None:
    whom = user_id(NAME, "newcomer")
    form = f"/do/grant-user/{whom}?back=/users"
    page = root.get(form)
    for choice in ("Nene Oak, U11111", "Nene Hospital, RP1", "Wren Example, wren"):
        assert choice in page
    for kind, sentence in (
        ("", "Select over which part"),
        ("pcn", "Select which PCN"),
        ("trust", "Select which trust"),
    ):
        assert sentence in root.post(form, status=422, role="pcn_manager", scope=kind)
    assert "must be an ODS code" in root.post(
        form, status=422, role="referrer", scope="organisation", organisation="us"
    )
    for typed, scope in (
        ({"role": "pcn_manager", "scope": "pcn", "pcn": "U11111", "practice": "K83001"}, "pcn:U11111"),
        ({"role": "practice", "scope": "practice", "practice": "K83001"}, "practice:K83001"),
        ({"role": "link_worker", "scope": "link_worker", "link_worker": "wren"}, "link_worker:wren"),
        ({"role": "team_lead", "scope": "programme", "programme": "young"}, "programme:young"),
        (
            {"role": "referrer", "scope": "organisation", "organisation": "GB-CHC-1054276"},
            "organisation:GB-CHC-1054276",
        ),
        ({"role": "analyst", "scope": "tenant"}, "tenant"),
    ):
        assert "It was added to what they may do" in root.post(form, **typed)
        assert (typed["role"], scope) in ics.run(ics.tenant("QPM").streams.committed("user", whom)).state.grants


def test_a_colleague_is_found_among_many_by_name_or_role(ics: Web, root: Someone) -> None:
    for number in range(25):
        whom = user_id(NAME, f"many-{number}")
        ics.given("QPM", whom, GrantUser(role="funder"))
        ics.given("QPM", whom, NameUser(display_name=f"Many {number:02} Example"))
    page = root.get("/users?role=funder")
    assert "25 colleagues were let in at some time and fit" in page
    assert "Many 19 Example" in page
    assert "Many 20 Example" not in page
    assert "Nene newcomer" not in page
    (later,) = re.findall(r'href="(/users\?role=funder&amp;after=[^"]+)"', page)
    assert "Many 20 Example" in root.get(later.replace("&amp;", "&"))
    one = root.get("/users?words=example+07&role=funder")
    assert "Many 07 Example" in one
    assert "1 colleague was let in at some time and fits" in one
    assert "back=%2Fusers%3Fwords" in one
    assert "Nobody fits" in root.get("/users?words=%25")


def test_nobody_takes_the_keys_from_themselves(root: Someone) -> None:
    own = user_id(NAME, "root")
    page = root.get("/users?role=administrator")
    assert f"/do/grant-user/{own}" in page
    assert f"/do/revoke-user/{own}" not in page


def test_a_wish_to_be_erased_is_decided_on_by_the_lead_for_information_governance(ics: Web, lead: Someone) -> None:
    ines = Someone(ics, "ines", ("ig_lead", "tenant"))
    assert "Nothing waits for you" in ines.get("/erasures")
    ics.given("QPM", "p-2", RequestErasure(person_id="p-2", by="x", on=DAY))
    page = ines.get("/erasures")
    assert "Ada Heron" in page
    assert "Nothing stands against it" in page
    lead.get("/erasures", status=403)
    page = ines.post("/do/approve-erasure/p-2?back=/erasures")
    assert "The record was erased" in page
    assert "Ada Heron" not in page
    ines.client.close()
