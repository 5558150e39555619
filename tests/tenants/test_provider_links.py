"""Whoever has a provider's link, or makes one up, learns no more than the person agreed to, and answers once at most."""

import asyncio
import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import httpx
import pytest

from commonweal.domain import due
from commonweal.domain.directory import connect, connection
from commonweal.domain.link import Link
from commonweal.domain.message import Refused
from commonweal.domain.people.consent import GiveConsent, RefuseConsent, WithdrawConsent
from commonweal.domain.people.merge import MergePersons, UnmergePersons
from commonweal.domain.people.person import ErasePerson, RecordDeath, SetContactPreference
from commonweal.domain.referrals import referral
from commonweal.domain.workforce.allocation import RetractReferral
from commonweal.kernel.append import Conflict
from commonweal.runtime.code_flow import Begun
from commonweal.runtime.installation import Installation
from commonweal.runtime.links import Closed
from commonweal.runtime.open_store import open_store
from commonweal.runtime.provider_links import ProviderLinks, answer
from commonweal.runtime.session import Seal, Session
from tests.near import BY, listed, organisation
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web, serving

NOW: Final = datetime.now(UTC)
TODAY: Final = due.today(NOW)
CANARY: Final = "Ptarmigan"
"""In every word of a person that no provider is told."""
TOLD: Final = "to sing again"
NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QPM", "QMF") as made:
        for ods in ("QPM", "QMF"):
            made.given(ods, ods, configured(ods, "Nene"))
            made.given(ods, "wren", engaged("Wren Hale", caseload_limit=100))
            made.given(ods, "choir", organisation("Choir"))
            for command in listed("Choir on Tuesdays", TODAY, organisation_id="choir"):
                made.given(ods, "choir", command)
        yield made


class Sent:
    """A connection that a provider was sent a link for."""

    def __init__(self, web: Web, ods: str = "QPM", mode: str = "formal_referral") -> None:
        self.web, self.ods = web, ods
        self.id = f"sent-{next(NUMBERS)}"
        self.link = f"{self.id}-link"
        offered = connect.OfferConnection(
            referral_id=self.id, service_id="choir", mode=mode, hope=TOLD, by=BY, on=TODAY
        )
        sent = connect.SendConnection(channel="secure_link", link_id=self.link, by=BY, on=TODAY)
        for command in (
            registered(f"Fabienne {CANARY}", phone="020 7946 0000", address=f"{CANARY} Lane"),
            agreed(),
            agreed("share_vcfse"),
            referred(self.id, self.id, narrative=f"{CANARY} words", received_at=NOW),
            referral.AcceptReferral(),
            allocated(self.id, "wren"),
            offered,
            connection.AcceptConnection(),
            sent,
        ):
            self.do(command)

    def do(self, command: object, identity: str | None = None) -> None:
        self.web.given(self.ods, identity or self.id, command)

    @property
    def path(self) -> str:
        return self.path_of(self.ods, self.id, self.link)

    def path_of(self, ods: str, identity: str, link: str, until: int = 14) -> str:
        links = ProviderLinks(self.web.servers.settings, self.web.servers.platform_key)
        made = links.link(ods, identity, Link(link, TODAY + timedelta(days=until)))
        return made[made.index("/answer/") :]

    def get(self) -> httpx.Response:
        return self.web.client.get(self.path)

    def post(self, path: str | None = None, **given: str) -> httpx.Response:
        path = path or self.path
        return self.web.client.post(path, data={"token": path.rpartition("/")[2], **given})

    def answers(self) -> list[str]:
        """What the log holds of the provider's answers."""
        stream = f"connection-{self.id}"
        facts = self.web.run(self.web.tenant(self.ods).log.stream(stream))
        return [fact.type for fact in facts if fact.type.startswith("Provider") and "Link" not in fact.type]


@pytest.fixture
def sent(web: Web) -> Sent:
    return Sent(web)


def says_nothing(page: httpx.Response) -> None:
    assert page.status_code == 410, page.text
    for word in (CANARY, TOLD, "Fabienne", "Choir", "020 7946 0000", "Nene"):
        assert word not in page.text


def test_a_link_shows_the_first_name_and_what_they_hope_for_and_answers(sent: Sent) -> None:
    """What the others try in vain."""
    page = sent.get()
    assert page.status_code == 200
    assert TOLD in page.text
    assert "Fabienne" in page.text
    assert CANARY not in page.text
    assert sent.post(answer="accept").status_code == 303
    assert sent.answers() == ["ProviderAccepted"]


def test_a_link_that_was_changed_anywhere_is_no_link(sent: Sent) -> None:
    token = sent.path.rpartition("/")[2]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    nothing = sent.web.client.get(f"/answer/{'A' * len(token)}").text
    for at in range(len(raw)):
        for bit in (1, 128):
            spoilt = bytes([*raw[:at], raw[at] ^ bit, *raw[at + 1 :]])
            page = sent.web.client.get(f"/answer/{base64.urlsafe_b64encode(spoilt).rstrip(b'=').decode()}")
            says_nothing(page)
            assert _without_nonce(page.text) == _without_nonce(nothing), "how it was wrong is nobody's business"
    for text in (token[:-4], token + "AAAA", token + ".", token[::-1], "%00", "..%2f", "x" * 5_000):
        assert sent.web.client.get(f"/answer/{text}").status_code in (404, 410)
    assert sent.get().status_code == 200


def _without_nonce(page: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", page)


def test_what_was_sealed_for_something_else_is_no_link(sent: Sent) -> None:
    key, settings = sent.web.servers.platform_key, sent.web.servers.settings
    session = Session("i", "s", "QPM", "n", "x", 0, 0)
    begun = Begun("QPM", sent.id, sent.link, str(TODAY), "/", 0)
    for text in (
        Seal(key, "console session", Session).close(session),
        Seal(key, "signing in", Begun).close(begun),
        Seal(key, "provider link", Session).close(session),
        sent.web.links.link("demo-wren", "QPM").rpartition("/")[2],
    ):
        says_nothing(sent.web.client.get(f"/answer/{text}"))
    elsewhere = ProviderLinks(settings, bytes(32)).link("QPM", sent.id, Link(sent.link, TODAY))
    says_nothing(sent.web.client.get(f"/answer/{elsewhere.rpartition('/')[2]}"))
    assert sent.web.client.get(f"/sign-in/{sent.path.rpartition('/')[2]}").status_code == 401
    assert "commonweal_session" not in sent.web.client.cookies


def test_a_link_is_of_one_ics_one_connection_and_one_sending(sent: Sent) -> None:
    other, there = Sent(sent.web), Sent(sent.web, "QMF")
    for path in (
        sent.path_of("QMF", sent.id, sent.link),
        sent.path_of("QMF", there.id, sent.link),
        sent.path_of("QZZ", sent.id, sent.link),
        sent.path_of("control", sent.id, sent.link),
        sent.path_of("QPM", other.id, sent.link),
        sent.path_of("QPM", "nobody", sent.link),
        sent.path_of("QPM", sent.id, "another"),
    ):
        says_nothing(sent.web.client.get(path))
        says_nothing(sent.post(path, answer="accept"))
    assert sent.answers() == other.answers() == there.answers() == []


def test_whoever_only_looks_changes_nothing_however_often(sent: Sent) -> None:
    """Mail programs and link scanners open what they find; the one whom it was sent to answers still."""
    before = sent.web.head("QPM")
    for path in (sent.path, f"{sent.path}?answer=accept", f"{sent.path}?token={sent.path.rpartition('/')[2]}"):
        assert sent.web.client.get(path).status_code == 200
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            assert sent.web.client.request(method, path).status_code in (204, 404, 405)
    assert sent.web.head("QPM") == before
    assert sent.post(answer="accept").status_code == 303


def test_the_page_is_kept_nowhere_and_leads_nowhere(sent: Sent) -> None:
    for page in (sent.get(), sent.post(), sent.post(answer="accept"), sent.get(), sent.web.client.get("/answer/x")):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in page.headers
        if page.status_code != 303:
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
            assert not re.search(r'(?:href|src|action)="https?://', page.text)
            title = re.search("<title>(.*?)</title>", page.text, re.DOTALL)
            assert title is not None
            assert "Fabienne" not in title[1]


def test_a_form_of_another_page_answers_nothing(sent: Sent) -> None:
    for given in ({}, {"token": ""}, {"token": Sent(sent.web).path.rpartition("/")[2]}):
        page = sent.web.client.post(sent.path, data={"answer": "accept", **given})
        assert page.status_code == 403
        assert TOLD not in page.text
    assert sent.answers() == []


def test_a_link_answers_once(sent: Sent) -> None:
    assert sent.post(answer="waiting_list", est_wait_weeks="3").status_code == 303
    head = sent.web.head("QPM")
    for _ in range(2):
        assert sent.post(answer="waiting_list", est_wait_weeks="3").status_code == 303
        assert sent.post(answer="decline", reason="full").status_code == 303
    page = sent.get()
    assert "You have answered" in page.text
    for word in (TOLD, "Fabienne", "020 7946 0000"):
        assert word not in page.text
    assert sent.web.head("QPM") == head
    assert sent.answers() == ["ProviderWaitlisted"]


def test_of_two_answers_in_two_processes_in_one_moment_one_counts(sent: Sent) -> None:
    web, path = sent.web, sent.path.rpartition("/")[2]
    links = ProviderLinks(web.servers.settings, web.servers.platform_key)

    async def both(*given: dict[str, Any]) -> list[Any]:
        elsewhere = open_store(web.servers, "another")
        try:
            found = [await links.open(store, path, NOW) for store in (web.store, elsewhere)]
            wishes = [connect.AnswerByLink(link_id=sent.link, on=TODAY, **each) for each in given]
            answers = [answer(each, wish, NOW) for each, wish in zip(found, wishes, strict=True)]
            return await asyncio.gather(*answers, return_exceptions=True)
        finally:
            await elsewhere.close()

    said = web.run(both({"answer": "accept"}, {"answer": "decline", "reason": "full"}))
    assert sorted(isinstance(each, Refused | Conflict) for each in said) == [False, True], said
    assert len(sent.answers()) == 1


def test_a_link_runs_out_whatever_it_says_of_itself(sent: Sent) -> None:
    web, links = sent.web, ProviderLinks(sent.web.servers.settings, sent.web.servers.platform_key)
    longer = sent.path_of("QPM", sent.id, sent.link, until=400).rpartition("/")[2]
    web.run(links.open(web.store, longer, NOW + timedelta(days=14)))
    with pytest.raises(Closed, match="has run out"):
        web.run(links.open(web.store, longer, NOW + timedelta(days=15)))
    says_nothing(web.client.get(sent.path_of("QPM", sent.id, sent.link, until=-1)))


def test_a_replaced_link_opens_nothing(sent: Sent) -> None:
    sent.do(connection.ReplaceProviderLink(link_id="newer", by=BY, on=TODAY))
    says_nothing(sent.get())
    says_nothing(sent.post(answer="accept"))
    assert sent.answers() == []
    assert sent.web.client.get(sent.path_of("QPM", sent.id, "newer")).status_code == 200


@pytest.mark.parametrize(
    "what",
    [
        WithdrawConsent(scope="share_vcfse", withdrawn_on=TODAY),
        WithdrawConsent(scope="share_vcfse", audience="choir", withdrawn_on=TODAY),
        RefuseConsent(scope="share_vcfse", refused_on=TODAY),
        RecordDeath(died_on=TODAY, source="family"),
        ErasePerson(basis="registered_in_error"),
        connection.DropConnection(ended_on=TODAY, reason="timing", on=TODAY),
        connect.RecordProviderDecline(reason="full", on=TODAY),
    ],
    ids=lambda what: type(what).__name__,
)
def test_a_link_opens_nothing_any_more(sent: Sent, what: object) -> None:
    if isinstance(what, WithdrawConsent) and what.audience != "any":
        sent.do(
            GiveConsent(scope="share_vcfse", audience="choir", method="verbal", wording_version="1", given_on=TODAY)
        )
    assert sent.get().status_code == 200
    sent.do(what)
    before = sent.answers()
    says_nothing(sent.get())
    says_nothing(sent.post(answer="accept"))
    assert sent.answers() == before


def test_a_case_that_never_should_have_been_opens_nothing(sent: Sent) -> None:
    sent.do(RetractReferral(referral_id=sent.id, reason="wrong_person"))
    says_nothing(sent.get())
    says_nothing(sent.post(answer="accept"))
    assert sent.answers() == []


def test_what_the_one_record_says_counts_for_the_one_merged_into_it(sent: Sent) -> None:
    """The link hangs on a record that is a part of another one now; the person speaks through that one."""
    survivor = f"{sent.id}-survivor"
    sent.do(registered(f"Fabienne {CANARY}", phone="020 7946 0999"), survivor)
    sent.do(SetContactPreference(channel="phone", safe_times="after six", safe_to_leave_message=False), survivor)
    sent.do(MergePersons(person_id=survivor, absorbed_id=sent.id, evidence="person_confirmed", by=BY), survivor)
    page = sent.get().text
    assert "after six" in page
    assert "020 7946 0999" in page
    assert "020 7946 0000" not in page, "a number that is not theirs any more"
    sent.do(RefuseConsent(scope="share_vcfse", refused_on=TODAY), survivor)
    says_nothing(sent.get())
    says_nothing(sent.post(answer="accept"))
    sent.do(UnmergePersons(person_id=survivor, absorbed_id=sent.id, reason="two_people", by=BY), survivor)
    assert "020 7946 0000" in sent.get().text
    assert sent.answers() == []


def test_answers_that_can_be_none_are_not_taken(sent: Sent) -> None:
    for given in (
        {"answer": "maybe"},
        {"answer": "decline"},
        {"answer": "decline", "reason": "<script>"},
        {"answer": "accept", "places_left": "-1"},
        {"answer": "accept", "places_left": "9" * 30},
        {"answer": "waiting_list", "est_wait_weeks": "soon"},
    ):
        page = sent.post(**given)
        assert page.status_code == 422, (given, page.status_code)
        assert "<script>" not in page.text
    assert sent.answers() == []
