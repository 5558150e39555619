"""A person's record as the team and the information governance lead live with it, over real HTTP."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from commonweal.domain.people import consent
from commonweal.domain.people.merge import FlagPossibleDuplicate
from commonweal.domain.people.person import SetContactPreference
from commonweal.domain.people.risk import RaiseRiskFlag
from commonweal.domain.referrals import referral
from commonweal.kernel.react import Reactor
from commonweal.runtime.comparing import Comparing
from commonweal.runtime.forgetting import forget
from tests.journeys.london import one_hour
from tests.story import DAY, agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

CANARY = "Ptarmigan"
NUMBER, OTHER_NUMBER = "9434765919", "9434765870"
RECORD = 'query($id: ID!) { personRecord(id: $id, part: "plan") { name } }'


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
        web.given(ods, ods, configured(ods, name))
        web.given(ods, "amber", engaged(f"{name} Amber"))
        web.given(ods, "ben", engaged(f"{name} Ben"))
        for number, (nhs, worker) in enumerate(((NUMBER, "amber"), (OTHER_NUMBER, "ben")), 1):
            person, case = f"p-{number}", f"r-{number}"
            born = date(1948, 3, number)
            web.given(
                ods,
                person,
                registered(f"{name} Finch {number}", nhs_number=nhs, nhs_number_status="01", date_of_birth=born),
            )
            web.given(ods, person, agreed())
            web.given(ods, case, referred(person, case, practice="K83001"))
            web.given(ods, case, referral.AcceptReferral())
            web.given(ods, case, allocated(case, worker))
        web.given(ods, "p-3", registered(f"{name} Finch Again", phone="020 7946 0003", postcode="NN15 5LB"))
        away = SetContactPreference(channel="phone", safe_to_leave_message=False)
        web.given(ods, "p-3", away)
    flag = RaiseRiskFlag(
        flag_id="f", kind="animals", severity="high", detail="Nene dog", review_due=DAY, by="x", on=DAY
    )
    web.given("QPM", "p-1", flag)
    for ods in ("QPM", "QMF"):
        web.followed(ods)
    return web


class Someone:
    """A browser without scripts, signed in."""

    def __init__(self, web: Web, subject: str, *grants: tuple[str, str]) -> None:
        for role, scope in grants:
            web.token("QPM", role, scope, subject=subject)
        self.web = web
        self.client = httpx.Client(base_url=web.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30)
        self.client.get(web.way_in("QPM", subject, f"Nene {subject}"))

    def get(self, path: str, status: int = 200) -> str:
        self.web.followed("QPM")
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        assert CANARY not in answer.text
        return answer.text

    def post(self, path: str, **typed: Any) -> str:
        """Send the form of a page, with what is hidden in it; `status` is what is expected."""
        status = typed.pop("status", 200)
        page = self.get(path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.partition("<main")[2]))
        answer = self.client.post(path, data={**hidden, **typed})
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        assert CANARY not in answer.text
        return answer.text


SignIn = Callable[..., Someone]


@pytest.fixture
def sign_in(people: Web) -> Iterator[SignIn]:
    with ExitStack() as stack:

        def signed_in(subject: str, *grants: tuple[str, str]) -> Someone:
            someone = Someone(people, subject, *grants)
            stack.callback(someone.client.close)
            return someone

        yield signed_in


@pytest.fixture
def lead(sign_in: SignIn) -> Someone:
    return sign_in("lead", ("team_lead", "tenant"))


@pytest.fixture
def amber(sign_in: SignIn) -> Someone:
    return sign_in("amber", ("link_worker", "link_worker:amber"))


@pytest.fixture
def ines(sign_in: SignIn) -> Someone:
    return sign_in("ines", ("ig_lead", "tenant"))


def opened(web: Web, person_id: str) -> list[str]:
    """What is written down of whoever opened a record."""
    stream, all_ = (
        f"record_access-{person_id}",
        "select stream_id, convert_from(data, 'UTF8') from events order by position",
    )
    return [data for stream_id, data in web.rows("QPM", all_) if stream_id == stream]


def test_the_record_shows_who_it_is_what_to_know_first_and_what_happened(amber: Someone) -> None:
    page = amber.get("/people/p-1")
    assert "Nene Finch 1" in page
    assert "943 476 5919" in page
    assert "Animals in the home: high" in page
    assert "Nene dog" in page
    assert "They were given a link worker" in page
    assert 'aria-current="page">Timeline' in page
    assert "A referral came" in page
    assert "A referral came" not in amber.get("/people/p-1?part=rights")


def test_that_a_record_was_opened_is_written_down_once_an_hour_with_the_colleagues_name(
    people: Web, lead: Someone, ines: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_hour(monkeypatch)
    before = len(opened(people, "p-2"))
    for _ in range(2):
        lead.get("/people/p-2")
        lead.get("/people/p-2/rights")
    assert len(opened(people, "p-2")) == before + 2
    token = people.token("QPM", "team_lead", "tenant", subject="someone-by-graphql")
    assert people.ask(token, RECORD, {"id": "p-2"})["personRecord"]["name"] == "Nene Finch 2"
    assert people.ask(token, RECORD, {"id": "p-2"})["personRecord"]["name"] == "Nene Finch 2"
    assert len(opened(people, "p-2")) == before + 3
    assert '"what":"plan"' in opened(people, "p-2")[-1]
    page = ines.get("/people/p-2/access")
    assert "Nene lead" in page
    assert "Team lead" in page
    assert "someone-by-graphql" in page


def test_a_record_nobody_may_see_is_not_written_down_as_opened(people: Web, amber: Someone) -> None:
    before = opened(people, "p-2")
    closed = amber.get("/people/p-2", status=404)
    assert "Finch" not in closed
    assert _main(closed, "p-2") == _main(amber.get("/people/nobody", status=404), "nobody"), (
        "somebody who is there looks like nobody"
    )
    assert opened(people, "p-2") == before


def _main(page: str, person_id: str) -> str:
    return page.partition("<main")[2].partition("</main")[0].replace(person_id, "")


def test_the_glass_is_broken_with_a_reason_and_reviewed_by_somebody_else(
    people: Web, ines: Someone, sign_in: SignIn
) -> None:
    cleo = sign_in("cleo", ("link_worker", "link_worker:nobody"))
    assert "Enter why in a few words" in cleo.post("/people/p-2/open", status=422, reason="danger")
    page = cleo.post("/people/p-2/open", reason="danger", words="Nene called for help", fields="details")
    assert "Nene Finch 2" in page
    cleo.get("/people/p-1", status=404)
    listed = ines.get("/access-reviews")
    assert "Nene called for help" in listed
    assert "Nene cleo" in listed
    assert "Nene Finch 2" in listed
    (form,) = re.findall(r'href="(/do/review-access/p-2\?[^"]+)"', listed)
    done = ines.post(form.replace("&amp;", "&"), verdict="justified", words="Nene rightly")
    assert "The review was recorded" in done
    people.followed("QPM")
    assert "Nene called for help" not in ines.get("/access-reviews")
    assert "It was justified" in ines.get("/people/p-2/access")


def test_a_record_beyond_ones_own_is_opened_by_its_number(people: Web, sign_in: SignIn) -> None:
    dora = sign_in("dora", ("link_worker", "link_worker:nobody"))
    typed = {"reason": "asked_for_help", "words": "Nene words", "fields": "details"}
    assert "check digit" in dora.post("/people/open", status=422, nhs_number="9434765918", **typed)
    assert "nobody" in dora.post("/people/open", status=422, nhs_number="9000000009", **typed)
    assert "open to you for four hours" in dora.post("/people/open", nhs_number=NUMBER, **typed)
    assert "Nene Finch 1" in dora.get("/people/p-1")


def test_a_record_beyond_ones_own_is_opened_by_name_and_date_of_birth(people: Web, sign_in: SignIn) -> None:
    people.given("QPM", "p-5", registered("Nene Finch 25", date_of_birth=date(1948, 3, 2)))
    people.given("QPM", "p-5", agreed())
    people.given("QPM", "r-5", referred("p-5", "r-5", practice="K83001"))
    emil = sign_in("emil", ("link_worker", "link_worker:nobody"))
    typed = {"reason": "asked_for_help", "words": "Nene words", "fields": "details"}
    born = {"date_of_birth_day": "2", "date_of_birth_month": "3", "date_of_birth_year": "1948"}
    for given, told in (
        ({}, "Enter the NHS number, or the name and the date of birth"),
        ({"name": "Finch"}, "Enter the date of birth too"),
        (born, "Enter at least two letters of the name"),
        ({"name": "Wren", **born}, "Nobody here has this name and this date of birth"),
        ({"name": "Finch", **born}, "More than one person here has this name"),
    ):
        assert told in emil.post("/people/open", status=422, **given, **typed)
    assert "Nene Finch 25" in emil.post("/people/open", name="finch 25", **born, **typed)


def test_what_was_looked_for_stands_on_the_form_for_a_record_beyond_ones_own(sign_in: SignIn) -> None:
    fay = sign_in("fay", ("link_worker", "link_worker:nobody"))
    found = fay.post("/people", nhs_number="943 476 5919")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found.partition("<main")[2]))
    form = fay.client.post("/people/reason", data=hidden)
    assert form.status_code == 200
    assert 'value="943 476 5919"' in form.text
    assert 'action="/people/open"' in form.text


def test_a_broken_glass_leads_to_the_part_that_was_opened(people: Web, sign_in: SignIn) -> None:
    gil = sign_in("gil", ("link_worker", "link_worker:nobody"))
    typed = {"reason": "covering", "words": "Nene words"}
    alone = gil.post("/people/p-1/open", fields="details", **typed)
    assert "What you opened stands above" in alone
    assert "not among those you opened" not in alone
    assert 'aria-current="page">Measures' in gil.post("/people/p-1/open", fields="measures", **typed)


def test_who_opens_a_record_because_of_a_danger_is_shown_the_risks(sign_in: SignIn) -> None:
    hal = sign_in("hal", ("link_worker", "link_worker:nobody"))
    typed = {"words": "Nene words", "fields": "details"}
    assert "Nene dog" not in hal.post("/people/p-1/open", reason="covering", **typed)
    assert "Nene dog" in hal.post("/people/p-1/open", reason="danger", **typed)


def test_a_search_finds_among_those_one_sees_and_puts_nothing_into_the_address(amber: Someone, lead: Someone) -> None:
    found = lead.post("/people", nhs_number="943 476 5919")
    assert 'href="/people/p-1"' in found
    born = {"date_of_birth_day": "2", "date_of_birth_month": "3", "date_of_birth_year": "1948"}
    assert 'href="/people/p-2"' in lead.post("/people", name="finch", **born)
    beyond = amber.post("/people", name="finch", **born)
    assert "Nobody among those you see" in beyond
    assert 'action="/people/reason"' in beyond
    for name, value in {"name": "finch", **born}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in beyond
    wrong = lead.post(
        "/people", status=422, name="f", date_of_birth_day="31", date_of_birth_month="2", date_of_birth_year="1948"
    )
    assert "Enter a real date of birth" in wrong
    assert "Enter at least two letters of the name" in wrong
    assert 'value="31"' in wrong
    assert "the name and the date of birth together" in wrong
    alone = lead.post("/people", status=422, name="finch")
    assert "Enter the date of birth too" in alone
    assert "real date" not in alone
    assert "Enter the NHS number, or the name and the date of birth" in lead.post("/people", status=422)


def test_two_records_are_merged_by_hand_and_taken_apart_again(people: Web, lead: Someone) -> None:
    people.given("QPM", "p-2", FlagPossibleDuplicate(person_id="p-2", other_id="p-3", evidence="person_said", by="x"))
    assert "Nene Finch Again" in lead.get("/duplicates")
    page = lead.get("/people/p-2/rights")
    (form,) = re.findall(r'href="(/do/merge/p-2\?[^"]+)"', page)
    form = form.replace("&amp;", "&")
    asked = lead.get(form)
    assert asked.index("This one goes on") < asked.index("Finch 2</a>") < asked.index("becomes a part of it")
    assert "020 7946 0003" in asked
    (around,) = re.findall(r'href="(/do/merge/p-3\?[^"]+)"', asked)
    assert "absorbed_id=p-2" in around
    turned = lead.get(around.replace("&amp;", "&"))
    assert turned.index("This one goes on") < turned.index("Finch Again</a>") < turned.index("becomes a part of it")
    assert "The two records are one now" in lead.post(form.replace("&amp;", "&"), evidence="person_confirmed")
    assert "a part of another one" in lead.get("/people/p-3")
    for page in (lead.get("/people/p-2/rights"), lead.get("/do/raise-flag/p-2"), lead.get("/do/close-referral/r-2")):
        assert 'Telephone (from the other record)</dt><dd class="cw-words">020 7946 0003' in page
        assert "Messages (from the other record)" in page
    assert "by another record of this person it is not safe" in lead.get("/people/p-2/rights")
    page = lead.get("/people/p-2/rights")
    (form,) = re.findall(r'href="(/do/unmerge/p-2\?[^"]+)"', page)
    lead.post(form.replace("&amp;", "&"), reason="two_people")
    assert "020 7946 0003" not in lead.get("/people/p-2/rights")
    assert "a part of another one" not in lead.get("/people/p-3")


def test_records_with_the_same_details_are_noticed_as_they_come(people: Web, lead: Someone) -> None:
    alike = {"date_of_birth": date(1950, 6, 1), "postcode": "NN15 5LB"}
    for each, name, more in (
        ("s-1", "Sorrel Same", {}),
        ("s-2", "sorrel same", {}),
        ("s-3", "Sorrel Same", {"postcode": "NN1 1AA"}),
    ):
        people.given("QPM", each, registered(name, **{**alike, **more}))
    people.followed("QPM")
    tenant = people.tenant("QPM")

    async def react() -> None:
        same = Comparing(tenant).same_details
        await Reactor(tenant.streams, tenant.pool.borrow, partial(forget, tenant), same_details=same).catch_up()

    people.run(react())
    flags = "select stream_id from qpm.events where type = 'PossibleDuplicateFlagged' and actor = 'reactor'"
    assert people.rows("QPM", flags) == [("person-s-1",)]
    people.followed("QPM")
    assert "the same name and date of birth" in lead.get("/people/s-2/rights")


def test_another_record_is_named_by_its_nhs_number_or_its_address(people: Web, lead: Someone) -> None:
    form, why = "/do/flag-duplicate/p-3", "same_details"
    wrong = lead.post(form, status=422, other_id="943 476 5918", evidence=why)
    assert "is mistyped: its check digit does not fit" in wrong
    assert (
        "nobody among those you see has this nhs number"
        in lead.post(form, status=422, other_id="900 000 0009", evidence=why).lower()
    )
    assert "It was noted" in lead.post(form, other_id=f"{NUMBER[:3]} {NUMBER[3:]}", evidence=why)
    assert "It was noted" in lead.post(form, other_id=f"{people.url}/people/p-2/rights?done=x", evidence=why)
    flagged = "select count(*) from qpm.events where stream_id = 'person-p-3' and type = 'PossibleDuplicateFlagged'"
    assert people.rows("QPM", flagged) == [(2,)]


def test_only_who_sees_both_records_says_that_they_may_be_one_person(people: Web) -> None:
    amber = people.token("QPM", "link_worker", "link_worker:amber", subject="amber")
    flag = """mutation($other: String!) {
        flagPossibleDuplicate(id: "p-1", input: {otherId: $other, evidence: "same_details"}) { version } }"""
    assert people.refused(amber, flag, {"other": "p-2"})["extensions"]["code"] == "NOT_FOUND"
    assert people.ask(amber, flag, {"other": "p-3"})["flagPossibleDuplicate"]["version"]


def test_rights_are_shown_and_changed(people: Web, lead: Someone) -> None:
    page = lead.get("/people/p-1/rights")
    assert "To be contacted" in page
    asked = re.search(r'<input[^>]*name="wording_version"[^>]*>', lead.get("/do/give-consent/p-1"))
    assert asked is not None
    assert f'value="{consent.WORDING}"' in asked[0]
    day = {"given_on_day": "2", "given_on_month": "3", "given_on_year": "2026"}
    told = lead.post(
        "/do/give-consent/p-1?back=/people/p-1/rights", scope="share_gp", method="verbal", wording_version="2", **day
    )
    assert "The consent was recorded" in told
    due = datetime.now(UTC).date() + timedelta(days=90)
    raised = {f"review_due_{part}": str(getattr(due, part)) for part in ("day", "month", "year")}
    told = lead.post(
        "/do/raise-flag/p-1?back=/people/p-1/rights", kind="fire", severity="low", restricted="no", detail="x", **raised
    )
    assert "Fire in the home: low" in told
    assert "What one should know" not in told
    wrong = lead.post("/do/raise-flag/p-1?back=/people/p-1/rights", status=422, kind="fire", detail="kept words")
    assert "kept words" in wrong


def test_erasure_is_refused_while_a_case_is_open(lead: Someone) -> None:
    page = lead.post("/do/request-erasure/p-1?back=/people/p-1/rights")
    assert "refused: a referral is open" in page


def test_roles_without_direct_care_are_shown_the_door(sign_in: SignIn) -> None:
    analyst = sign_in("ann", ("analyst", "tenant"))
    for path in (
        "/people",
        "/people/p-1",
        "/people/p-1/rights",
        "/people/p-1/access",
        "/access-reviews",
        "/duplicates",
        "/people/open",
    ):
        analyst.get(path, status=403)
