"""The console says things in words: roles, numbers, days to come, and what a role does not show."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from commonweal.console import ask, reading
from commonweal.console.asks import ASKS, applicant
from commonweal.console.wording import role, sentence_case
from commonweal.domain import user
from commonweal.domain.referrals import referral
from commonweal.runtime.pages import connections
from tests.journeys.asking import Someone
from tests.journeys.london import today
from tests.story import agreed, allocated, engaged, referred, registered
from tests.web import Web

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def lead(web: Web) -> Iterator[Someone]:
    """A lead's desk: one person waits, another has a link worker."""
    web.given("QPM", "w-wren", engaged("Wren Hale", caseload_limit=40, engaged_on=NOW.date()))
    for each in ("finch", "lark"):
        web.given("QPM", f"p-{each}", registered(f"{each.title()} Example"))
        web.given("QPM", f"p-{each}", agreed())
        web.given("QPM", f"r-{each}", referred(f"p-{each}", each, received_at=NOW - timedelta(days=10)))
        web.given("QPM", f"r-{each}", referral.AcceptReferral())
    web.given("QPM", "r-lark", allocated("r-lark", "w-wren"))
    someone = Someone(web, "words-lead", ("team_lead", "tenant"))
    yield someone
    someone.client.close()


def test_a_role_is_called_by_its_name_everywhere(web: Web, lead: Someone) -> None:
    assert sentence_case(role("ig_lead")) == "Information governance lead"
    assert sentence_case(role("pcn_manager")) == "PCN manager"
    assert not [each for each in user.ROLES if "_" in role(each)]
    admin = Someone(web, "words-admin", ("administrator", "tenant"))
    for path in ("/users", "/do/let-in/new"):
        page = admin.get(path)
        assert "Team lead" in page
        assert "Ig lead" not in page
        assert "Pcn manager" not in page
    assert "PCN manager" in page
    assert "Information governance lead" in page
    admin.client.close()


def test_what_a_role_does_not_show_is_said_in_words(web: Web) -> None:
    token = web.token("QPM", "analyst")
    message = web.refused(token, '{ personRecord(id: "p-finch") { name } }')["message"]
    assert message == "your role does not show you this: person record"


def test_one_who_waits_is_one_referral(lead: Someone) -> None:
    assert "How long the one referral has waited" in lead.get("/waiting-list")


@pytest.mark.parametrize("typed", ["-5", "0", "a few", "1.5"])
def test_a_number_that_cannot_be_says_which_can(typed: str) -> None:
    held = next(each for each in ASKS if each.name == "hold-contact")
    mistakes = reading.read(held, {"duration_min": typed}, {}).mistakes
    assert [each.sentence for each in mistakes if each.field == "duration_min"] == ["Enter a whole number of 1 or more"]


def test_the_example_of_a_day_to_come_is_still_to_come(lead: Someone) -> None:
    assert f"For example, 31 3 {today().year + 1}" in lead.get("/do/create-task/r-lark")
    assert {question.field for each in (*ASKS, applicant.APPLICATION) for question in each.asked} >= ask.AHEAD


@pytest.mark.parametrize(
    ("phase", "reason", "words"),
    [
        ("DECLINED", "not_interested", "not interested"),
        ("DROPPED", "not_interested", "lost interest"),
        ("DECLINED", "timing", "the time does not suit"),
        ("PROVIDER_DECLINED", "full", "we are full"),
        ("STARTED", None, ""),
    ],
)
def test_why_a_connection_ended_is_said_in_the_words_of_its_end(phase: str, reason: str | None, words: str) -> None:
    assert connections.ending(phase, reason) == words
