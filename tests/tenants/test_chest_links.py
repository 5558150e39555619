"""Whoever has a link of a community chest, or makes one up, reaches one application or one vote of one ICS, and no more than the link gives."""

import asyncio
import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any, Final

import httpx
import pytest

from commonweal.domain import due
from commonweal.domain.chest import assess, ballot, ballot_opening, grant_application, grant_assessment
from commonweal.domain.link import Link
from commonweal.domain.message import Refused
from commonweal.domain.tenant import Place
from commonweal.kernel.append import Conflict
from commonweal.kernel.handle import Stale
from commonweal.runtime import mutations, permissions
from commonweal.runtime.applicant_links import ApplicantLinks, carry_out, command
from commonweal.runtime.installation import Installation
from commonweal.runtime.links import Closed
from commonweal.runtime.open_store import open_store
from commonweal.runtime.provider_links import ProviderLinks
from commonweal.runtime.voter_links import VoterLinks, cast
from tests import funded
from tests.funded import AREA, BY, CHOIR, FUND, GARDEN, KITCHEN
from tests.near import organisation
from tests.story import configured
from tests.web import Web, serving

NOW: Final = datetime.now(UTC)
TODAY: Final = due.today(NOW)
CANARY: Final = "Ptarmigan"
"""In every word of an application."""
JUDGED: Final = "Capercaillie"
"""In every word of those who judge it."""
NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QPM", "QMF") as made:
        for ods in ("QPM", "QMF"):
            made.given(ods, ods, configured(ods, "Nene", places=(Place(code=AREA, name="North Northamptonshire"),)))
            made.given(ods, "choir", organisation(f"{CANARY} choir", identifiers=(CHOIR,)))
            for each in funded.founded(TODAY):
                made.given(ods, FUND, each)
            made.given(ods, FUND, funded.opened(TODAY, round_id="vote", name="Vote", method="participatory"))
        yield made


class Linked:
    """Somebody with a link."""

    begins: str

    def __init__(self, web: Web, ods: str = "QPM") -> None:
        self.web, self.ods = web, ods
        self.id = f"linked-{next(NUMBERS)}"
        self.link = f"{self.id}-link"

    def do(self, wish: object, identity: str | None = None) -> None:
        self.web.given(self.ods, identity or self.id, wish)

    @cached_property
    def path(self) -> str:
        return self.path_of(self.ods, self.id, self.link)

    def path_of(self, ods: str, identity: str, link: str, until: int = 90) -> str:
        raise NotImplementedError

    def _path(self, links: Any, ods: str, identity: str, link: str, until: int) -> str:
        made: str = links.link(ods, identity, Link(link, TODAY + timedelta(days=until)))
        return made[made.index(self.begins) :]

    def get(self, step: str = "") -> httpx.Response:
        return self.web.client.get(self.path + step)

    def post(self, step: str = "", path: str | None = None, **given: Any) -> httpx.Response:
        path = path or self.path
        return self.web.client.post(path + step, data={"token": path.rpartition("/")[2], **given})


class Applying(Linked):
    """An application that was begun and said a little of."""

    begins = "/apply/"

    def __init__(self, web: Web, ods: str = "QPM") -> None:
        super().__init__(web, ods)
        self.do(funded.begun(TODAY, self.link))
        self.do(grant_application.SaveApplication(title=f"{CANARY} songs", statement=f"{CANARY} sings"))

    def path_of(self, ods: str, identity: str, link: str, until: int = 400) -> str:
        links = ApplicantLinks(self.web.servers.settings, self.web.servers.platform_key)
        return self._path(links, ods, identity, link, until)

    def facts(self) -> list[str]:
        return [fact.type for fact in self.web.run(self.web.tenant(self.ods).log.stream(f"grant-{self.id}"))]

    def running(self) -> None:
        """It was sent, offered and accepted, and both sides have signed."""
        for each in (*funded.sent(TODAY), *funded.offered(TODAY, self.id)):
            self.do(each)
        assert self.post("/accept").status_code == 303
        self.do(funded.signed(TODAY))


class Voting(Linked):
    """The vote of the kitchen, which is on the ballot itself."""

    begins = "/vote/"

    def __init__(self, web: Web, ods: str = "QPM") -> None:
        super().__init__(web, ods)
        self.grants = [f"{self.id}-{each}" for each in ("choir", "garden", "kitchen")]
        for each, who in zip(self.grants, (CHOIR, GARDEN, KITCHEN), strict=True):
            self.do(funded.begun(TODAY, f"{each}-link", who, "vote"), each)
            for wish in funded.sent(TODAY, title=f"{CANARY} of {who}"):
                self.do(wish, each)
        opened = ballot_opening.OpenBallot(
            fund_id=FUND,
            round_id="vote",
            grants=tuple(self.grants),
            closes_on=TODAY + timedelta(days=7),
            on=TODAY,
            by=BY,
        )
        self.do(opened)
        self.do(ballot.MakeVoterLinks(links_id="first", by=BY))
        self.link = ballot.token("first", KITCHEN)

    def path_of(self, ods: str, identity: str, link: str, until: int = 97) -> str:
        links = VoterLinks(self.web.servers.settings, self.web.servers.platform_key)
        return self._path(links, ods, identity, link, until)

    def votes(self) -> int:
        facts = self.web.run(self.web.tenant(self.ods).log.stream(f"ballot-{self.id}"))
        return sum(fact.type == "VoteCast" for fact in facts)


@pytest.fixture
def applying(web: Web) -> Applying:
    return Applying(web)


@pytest.fixture
def voting(web: Web) -> Voting:
    return Voting(web)


@pytest.fixture(params=[Applying, Voting])
def linked(web: Web, request: pytest.FixtureRequest) -> Linked:
    made: Linked = request.param(web)
    return made


def says_nothing(page: httpx.Response) -> None:
    assert page.status_code == 410, page.text
    for word in (CANARY, "Nene", CHOIR, KITCHEN):
        assert word not in page.text


def without_nonce(page: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", page)


def test_a_link_shows_what_it_is_of(applying: Applying, voting: Voting) -> None:
    """What the others try in vain."""
    page = applying.get()
    assert page.status_code == 200
    assert f"{CANARY} sings" in page.text
    assert applying.post(title="New").status_code == 303
    assert applying.facts()[-1] == "ApplicationSaved"
    assert CANARY in voting.get().text
    assert voting.post(choices=voting.grants[0], then="cast").status_code == 303
    assert voting.votes() == 1


def test_a_link_that_was_changed_anywhere_is_no_link(linked: Linked) -> None:
    token = linked.path.rpartition("/")[2]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    nothing = linked.web.client.get(f"{linked.begins}{'A' * len(token)}").text
    for at in range(len(raw)):
        spoilt = bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]])
        page = linked.web.client.get(f"{linked.begins}{base64.urlsafe_b64encode(spoilt).rstrip(b'=').decode()}")
        says_nothing(page)
        assert without_nonce(page.text) == without_nonce(nothing), "how it was wrong is nobody's business"
    for text in (token[:-4], token + "AAAA", token[::-1], "%00", "x" * 5_000):
        assert linked.web.client.get(f"{linked.begins}{text}").status_code in (404, 410)
    assert linked.get().status_code == 200


def test_a_link_of_one_kind_opens_nothing_of_another(linked: Linked) -> None:
    settings, key = linked.web.servers.settings, linked.web.servers.platform_key
    which = Link(linked.link, TODAY)
    own, others = (ApplicantLinks, VoterLinks) if isinstance(linked, Applying) else (VoterLinks, ApplicantLinks)
    for links in (ProviderLinks(settings, key), others(settings, key), own(settings, bytes(32))):
        text = links.link(linked.ods, linked.id, which).rpartition("/")[2]
        says_nothing(linked.web.client.get(f"{linked.begins}{text}"))
    token = linked.path.rpartition("/")[2]
    for elsewhere in {"/apply/", "/vote/", "/answer/"} - {linked.begins}:
        says_nothing(linked.web.client.get(f"{elsewhere}{token}"))


def test_a_link_is_of_one_ics_and_one_record(linked: Linked) -> None:
    other, there = type(linked)(linked.web), type(linked)(linked.web, "QMF")
    heads = [linked.web.head(ods) for ods in ("QPM", "QMF")]
    for path in (
        linked.path_of("QMF", linked.id, linked.link),
        linked.path_of("QZZ", linked.id, linked.link),
        linked.path_of("control", linked.id, linked.link),
        linked.path_of("QPM", "nobody", linked.link),
        linked.path_of("QPM", linked.id, "another"),
        *([linked.path_of("QPM", other.id, linked.link)] if isinstance(linked, Applying) else []),
        *([linked.path_of("QMF", there.id, linked.link)] if isinstance(linked, Applying) else []),
    ):
        says_nothing(linked.web.client.get(path))
        says_nothing(linked.post(path=path, title="Mine", choices="g", then="cast"))
    assert [linked.web.head(ods) for ods in ("QPM", "QMF")] == heads


def test_whoever_only_looks_changes_nothing(linked: Linked) -> None:
    before = linked.web.head("QPM")
    token = linked.path.rpartition("/")[2]
    for path in (linked.path, f"{linked.path}?title=Mine&then=cast&token={token}"):
        assert linked.web.client.get(path).status_code == 200
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            assert linked.web.client.request(method, path).status_code in (204, 404, 405)
    assert linked.web.head("QPM") == before


def test_the_page_is_kept_nowhere_and_leads_nowhere(linked: Linked) -> None:
    for page in (
        linked.get(),
        linked.post(amount_pence="x"),
        linked.post(),
        linked.web.client.get(f"{linked.begins}x"),
    ):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in page.headers
        if page.status_code != 303:
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert not re.search(r'(?:href|src|action)="https?://', page.text)
            title = re.search("<title>(.*?)</title>", page.text, re.DOTALL)
            assert title is not None
            assert CANARY not in title[1]


def test_a_form_of_another_page_does_nothing(linked: Linked) -> None:
    before = linked.web.head("QPM")
    for given in ({}, {"token": ""}, {"token": linked.path_of("QPM", linked.id, "x").rpartition("/")[2]}):
        page = linked.web.client.post(linked.path, data={"title": "Mine", "then": "cast", **given})
        assert page.status_code == 403
        assert CANARY not in page.text
    assert linked.web.head("QPM") == before


def test_a_link_runs_out_whatever_it_says_of_itself(applying: Applying, voting: Voting) -> None:
    web = applying.web
    settings, key = web.servers.settings, web.servers.platform_key
    for links, linked, days in (
        (ApplicantLinks(settings, key), applying, grant_application.LINK_DAYS),
        (VoterLinks(settings, key), voting, 7 + ballot.READABLE.days),
    ):
        longer = linked.path_of("QPM", linked.id, linked.link, until=4_000).rpartition("/")[2]
        web.run(links.open(web.store, longer, NOW + timedelta(days=days)))
        with pytest.raises(Closed, match="has run out"):
            web.run(links.open(web.store, longer, NOW + timedelta(days=days + 1)))
        says_nothing(web.client.get(linked.path_of("QPM", linked.id, linked.link, until=-1)))


def test_a_replaced_link_says_that_there_is_a_newer_one(applying: Applying, voting: Voting) -> None:
    applying.do(grant_application.ReplaceApplicantLink(link_id=f"{applying.id}-newer", on=TODAY, by=BY))
    voting.do(ballot.MakeVoterLinks(links_id="second", by=BY))
    for linked in (applying, voting):
        for page in (linked.get(), linked.post(title="Mine", choices="g", then="cast")):
            says_nothing(page)
            assert "replaced by a newer one" in page.text
    assert applying.facts()[-1] == "ApplicantLinkReplaced"
    assert applying.web.client.get(applying.path_of("QPM", applying.id, f"{applying.id}-newer")).status_code == 200
    newer = voting.path_of("QPM", voting.id, ballot.token("second", KITCHEN))
    assert voting.post(path=newer, choices=voting.grants[0], then="cast").status_code == 303


def test_a_link_replaced_in_the_same_moment_changes_nothing(applying: Applying) -> None:
    web = applying.web
    links = ApplicantLinks(web.servers.settings, web.servers.platform_key)
    opened = web.run(links.open(web.store, applying.path.rpartition("/")[2], NOW))
    wish = command(opened, grant_application.SaveApplication, {"title": "Mine"}, NOW)
    applying.do(grant_application.ReplaceApplicantLink(link_id=f"{applying.id}-newer", on=TODAY, by=BY))
    with pytest.raises(Stale):
        web.run(carry_out(opened, wish, NOW, "key", opened.version))
    assert applying.facts()[-1] == "ApplicantLinkReplaced"


def test_a_step_is_taken_only_when_it_is_its_time(applying: Applying) -> None:
    before = applying.web.head("QPM")
    for step in ("/accept", "/refuse", "/drawdown", "/report", "/underspend"):
        page = applying.post(step, amount_pence="10", reason="amount", report_id="r", drawdown_id="d")
        assert (page.status_code, page.headers["location"]) == (303, applying.path)
    assert applying.post("/nothing").status_code == 404
    assert applying.get("/nothing").status_code == 404
    assert applying.post("/look").status_code == 422, "it does not say enough to be sent"
    assert applying.web.head("QPM") == before


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_lost(applying: Applying) -> None:
    typed = {
        "title": "t" * 201,
        "amount_pence": "a lot",
        "purpose": "gold",
        "area": "E99999999",
        "places": "0",
        "documents": "my-accounts.pdf",
        **{
            f"starts_on_{part}": value for part, value in zip(("day", "month", "year"), ("2", "5", "2027"), strict=True)
        },
        **{f"ends_on_{part}": value for part, value in zip(("day", "month", "year"), ("1", "5", "2027"), strict=True)},
    }
    before = applying.web.head("QPM")
    page = applying.post(**typed)
    assert page.status_code == 422
    for anchor in ("title", "amount_pence", "purpose", "area", "places", "documents", "ends_on_day"):
        assert f'href="#{anchor}"' in page.text, anchor
    assert "The last day is before the first day" in page.text
    assert "my-accounts.pdf" in page.text
    assert 'value="a lot"' in page.text
    assert applying.web.head("QPM") == before
    for odd in (
        {"title": "a\x00b"},
        {"statement": "x" * 20_000},
        {"amount_pence": "9" * 40},
        {"amount_pence": "0"},
        {"groups": "<script>"},
    ):
        page = applying.post(**odd)
        assert page.status_code == 422, odd
        assert "<script>" not in page.text
    assert applying.post(title="Songs", expected_version="x", idempotency_key="\x00" * 500).status_code == 303


def test_two_who_write_at_once_are_told_and_keep_what_they_typed(applying: Applying) -> None:
    (version,) = re.findall(r'name="expected_version" value="(\d+)"', applying.get().text)
    first = {"title": "One", "groups": "older", "expected_version": version, "idempotency_key": "a"}
    for _ in range(2):
        assert applying.post(**first).status_code == 303, "the same form again is the same wish"
    for key in ("a", "b"):
        page = applying.post(title="Two", expected_version=version, idempotency_key=key)
        assert page.status_code == 422
        assert 'value="Two"' in page.text
        assert "in the same moment" in page.text
        assert " checked" not in page.text, "what they did not tick is not ticked for them"
    assert applying.facts().count("ApplicationSaved") == 2
    (newer,) = re.findall(r'name="expected_version" value="(\d+)"', page.text)
    assert applying.post(title="Two", expected_version=newer).status_code == 303


def test_what_is_sent_is_what_was_looked_at(applying: Applying) -> None:
    applying.do(funded.saved(TODAY))
    (version,) = re.findall(r'name="expected_version" value="(\d+)"', applying.get("/look").text)
    applying.do(funded.saved(TODAY, amount_pence=499_900))
    page = applying.post("/look", expected_version=version)
    assert page.status_code == 422
    assert "£4,999" in page.text
    assert "ApplicationSubmitted" not in applying.facts()


def test_how_others_judged_it_is_not_told_before_it_is_decided_nor_after(applying: Applying) -> None:
    for each in funded.sent(TODAY):
        applying.do(each)
    scored: dict[str, Any] = {"criteria": ("need",), "scores": (3,), "comment": JUDGED, "by": BY}
    applying.do(assess.AssessApplication(**scored))
    applying.do(assess.ModerateAssessment(**scored))
    applying.do(grant_assessment.RecordPitch(held_on=TODAY, minutes=JUDGED, on=TODAY, by=BY))
    applying.do(assess.RecommendApplication(amount_pence=110_000, by=BY))
    page = applying.get().text
    assert "is being looked at" in page
    assert "1,100" not in page, "what is recommended is not offered yet"
    applying.do(assess.DeclineApplication(reason="over_budget", feedback="Come back in May.", by=BY))
    told = applying.get().text
    assert "Come back in May." in told
    assert "There is not enough money for all" in told
    assert JUDGED not in page + told
    assert "Withdraw" not in told


def test_what_came_by_the_link_is_known_to_have_come_by_it(applying: Applying) -> None:
    applying.running()
    facts = applying.web.run(applying.web.tenant("QPM").log.stream(f"grant-{applying.id}"))
    (accepted,) = [fact for fact in facts if fact.type == "GrantAccepted"]
    assert accepted.actor == f"link:{applying.link}"
    assert accepted.channel == "applicant_link"


def test_nobody_says_of_themselves_by_which_link_they_came() -> None:
    assert [each for each in permissions.COMMANDS if "by_link" in mutations.asked(each)] == []
    assert ballot.CastVote not in permissions.COMMANDS


def test_a_form_sent_twice_counts_once(applying: Applying) -> None:
    applying.running()
    page = applying.get("/drawdown").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    for _ in range(2):
        assert applying.post("/drawdown", **{**hidden, "amount_pence": "600"}).status_code == 303
    assert applying.facts().count("DrawdownRequested") == 1
    more = applying.post("/drawdown", amount_pence="601", drawdown_id="another")
    assert more.status_code == 422
    assert "£600 of the award can still be drawn" in more.text


def test_a_form_that_names_another_grant_is_about_ones_own(applying: Applying) -> None:
    other = Applying(applying.web)
    for each in (applying, other):
        for wish in (*funded.sent(TODAY), *funded.offered(TODAY, each.id)):
            each.do(wish)
    named = {"grant_id": other.id, "fund_id": "another", "by_link": other.link, "by": "olu"}
    assert applying.post("/refuse", reason="amount", **named).status_code == 303
    assert other.facts()[-1] == "GrantOffered"
    (refused,) = [
        fact
        for fact in applying.web.run(applying.web.tenant("QPM").log.stream(f"grant-{applying.id}"))
        if fact.type == "GrantRefused"
    ]
    assert other.link.encode() not in refused.data
    assert applying.link.encode() in refused.data


def test_one_votes_once_for_others_and_for_no_more_than_one_may(voting: Voting) -> None:
    choir, garden, kitchen = voting.grants
    for chosen in ([], [kitchen], [choir, kitchen], ["nobody"], [choir, garden, "nobody"], ["<script>"]):
        for then in ("look", "cast"):
            page = voting.post(choices=chosen, then=then)
            assert page.status_code == 422, (chosen, then)
            assert "<script>" not in page.text
    assert voting.votes() == 0
    assert voting.post(choices=[choir, garden], then="look").status_code == 200
    assert voting.votes() == 0, "to look is not to vote"
    for chosen in ([choir, garden], [choir], [garden]):
        assert voting.post(choices=chosen, then="cast").status_code == 303
    assert voting.votes() == 1
    told = voting.get().text
    assert "Your vote is cast" in told
    assert CANARY not in told, "whoever finds the link later does not read what was voted"


def test_the_used_link_shows_the_tally_though_links_were_made_anew(voting: Voting) -> None:
    assert voting.post(choices=voting.grants[0], then="cast").status_code == 303
    voting.do(ballot.MakeVoterLinks(links_id="second", by=BY))
    assert "Your vote is cast" in voting.get().text
    newer = voting.path_of("QPM", voting.id, ballot.token("second", KITCHEN))
    assert voting.post(path=newer, choices=voting.grants[1], then="cast").status_code == 303
    assert voting.votes() == 1
    voting.do(ballot.CountVotes(on=TODAY + timedelta(days=8), by=BY))
    for path in (voting.path, newer):
        page = voting.web.client.get(path).text
        assert "1 of 3 organisations voted." in page
        assert f"{CANARY} of {CHOIR}" in page


def test_of_two_votes_in_two_processes_in_one_moment_one_counts(voting: Voting) -> None:
    web, path = voting.web, voting.path.rpartition("/")[2]
    links = VoterLinks(web.servers.settings, web.servers.platform_key)

    async def both() -> list[Any]:
        elsewhere = open_store(web.servers, "another")
        try:
            found = [await links.open(store, path, NOW) for store in (web.store, elsewhere)]
            votes = [cast(each, (name,), NOW) for each, name in zip(found, voting.grants, strict=False)]
            return await asyncio.gather(*votes, return_exceptions=True)
        finally:
            await elsewhere.close()

    said = web.run(both())
    assert sorted(isinstance(each, Refused | Conflict) for each in said) == [False, True], said
    assert voting.votes() == 1


def test_only_the_officer_of_the_ics_is_shown_links_and_only_once(applying: Applying, voting: Voting) -> None:
    web = applying.web
    pages = (f"/grants/{applying.id}/link", f"/ballots/{voting.id}/links")
    for ods, role, status in (("QPM", "finance", 403), ("QPM", "link_worker", 403), ("QMF", "chest_officer", 404)):
        client = _signed_in(web, ods, role)
        for path in pages:
            assert client.get(path).status_code == status, (ods, role, path)
        client.close()
    officer = _signed_in(web, "QPM", "chest_officer")
    for path, label in zip(pages, (r"/apply/[\w-]+", r"/vote/[\w-]+"), strict=True):
        page = officer.get(path)
        assert page.status_code == 200
        assert not re.search(label, page.text)
        assert officer.post(path, data={"csrf_token": "no"}).status_code == 403
        (csrf,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page.text))
        shown = officer.post(path, data={"csrf_token": csrf}).text
        made = re.findall(label, shown)
        assert len(made) == (1 if "apply" in label else 3)
        assert web.client.get(made[0]).status_code == 200
        assert not re.search(label, officer.get(path).text)
    again = officer.post(pages[0], data={"csrf_token": csrf}).text
    assert "was shown before" in again
    assert "/apply/" not in again
    officer.close()


def _signed_in(web: Web, ods: str, role: str) -> httpx.Client:
    subject = f"links-{ods}-{role}"
    web.token(ods, role, subject=subject)
    client = httpx.Client(base_url=web.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30)
    client.get(f"/sign-in/{web.links.link(subject, ods, 'Robin Example').rpartition('/')[2]}")
    return client
