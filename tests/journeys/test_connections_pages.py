"""From a stale listing to a provider's answer: a service is looked for, doubted, offered, told of someone by a link, and answers."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.domain import due
from commonweal.domain.directory.connect import SendConnection
from commonweal.domain.directory.connection import AcceptConnection
from commonweal.domain.directory.listing import SetReferralRoute
from commonweal.domain.people import consent
from commonweal.domain.referrals import referral
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.journeys.london import today
from tests.near import BY, listed, offered, organisation
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
TODAY = due.today(NOW)
HERE = "/people/p-finch/connections"


@pytest.fixture(scope="module")
def near(web: Web) -> Web:
    """Someone Wren has the case of; a garden that is fresh and a lunch club nobody has looked at for a year."""
    web.given("QPM", "QPM", configured("QPM", "Nene"))
    web.given("QPM", "w-wren", engaged("Wren Hale", caseload_limit=40))
    web.given("QPM", "p-finch", registered("Fay Finch", phone="020 7946 0000"))
    web.given("QPM", "p-finch", agreed())
    web.given("QPM", "r-finch", referred("p-finch", "x", received_at=NOW - timedelta(days=10)))
    web.given("QPM", "r-finch", referral.AcceptReferral())
    web.given("QPM", "r-finch", allocated("r-finch", "w-wren"))
    web.given("QPM", "o-1", organisation("Green Gym", identifiers=("GB-CHC-1054276",)))
    services = {
        "garden": listed("Friday gardeners", TODAY, description="Weeding and talking", sessions=("fri 10:00-12:00",)),
        "lunch": listed("Lunch club", TODAY - timedelta(days=400)),
    }
    for each, commands in services.items():
        for command in commands:
            web.given("QPM", each, command)
    web.given("QPM", "garden", SetReferralRoute(mode="link", response_sla_days=5, by=BY))
    web.followed("QPM")
    return web


@pytest.fixture
def desk(browser: Browser, near: Web) -> Iterator[Page]:
    """Wren's desk, without scripts."""
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    yield signed_in(near, context, "link_worker", "link_worker:w-wren")
    context.close()


@pytest.fixture
def outside(browser: Browser) -> Iterator[Page]:
    """A provider's telephone: no session, no scripts."""
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def offer(near: Web, desk: Page, service: str) -> None:
    desk.goto(f"{near.url}{HERE}")
    desk.get_by_role("link", name="Find a service to offer").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Looking for Fay Finch")
    desk.get_by_role("link", name=re.compile(f"Offer.*{service}")).click()


def test_the_need_one_came_from_goes_along_until_it_is_widened(near: Web, desk: Page) -> None:
    desk.goto(f"{near.url}/directory?referral=r-finch&person=p-finch&need=loneliness")
    desk.get_by_role("link", name=re.compile("Offer.*Friday gardeners")).click()
    desk.get_by_role("button", name="Offer").click()
    expect(desk.locator(".nhsuk-error-summary")).to_be_visible()
    desk.get_by_role("link", name="Back to the directory").click()
    expect(desk.get_by_label("Need", exact=True)).to_have_value("loneliness")


def test_a_stale_listing_is_offered_only_with_a_reason_and_its_closing_is_news(near: Web, desk: Page) -> None:
    offer(near, desk, "Lunch club")
    expect(desk.get_by_text("Make sure first")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_label("Helped to get in touch").check()
    desk.fill("#hope", "company at midday")
    desk.get_by_role("button", name="Offer").click()
    expect(desk.locator("#override_reason-error")).to_contain_text("A reason is missing")
    expect(desk.locator("#hope")).to_have_value("company at midday")
    assert violations(desk) == []
    desk.get_by_label("There is nothing else near").check()
    desk.get_by_role("button", name="Offer").click()
    expect(desk.get_by_role("alert")).to_contain_text("The service was offered")
    card = desk.locator(".cw-connection", has_text="Lunch club")
    expect(card).to_contain_text("There is nothing else near")

    desk.goto(f"{near.url}/directory/lunch")
    assert violations(desk) == []
    desk.get_by_role("link", name="Report a problem").click()
    desk.get_by_label("It has closed").check()
    desk.fill("#note", "The hall is let to someone else.")
    desk.get_by_role("button", name="Report").click()
    expect(desk.get_by_text("The hall is let to someone else.")).to_be_visible()
    expect(desk.get_by_text("1 person you see is connected to it")).to_be_visible()
    desk.goto(f"{near.url}/directory/news")
    expect(desk.get_by_text("a problem was reported: it has closed")).to_be_visible()
    expect(desk.get_by_role("link", name="Fay Finch")).to_be_visible()
    assert violations(desk) == []


def test_a_provider_answers_by_a_link_that_shows_what_the_person_agreed_to(
    near: Web, desk: Page, outside: Page
) -> None:
    offer(near, desk, "Friday gardeners")
    desk.get_by_label("Referred to it").check()
    desk.fill("#hope", "to be out of doors again")
    desk.get_by_role("button", name="Offer").click()
    card = desk.locator(".cw-connection", has_text="Friday gardeners")
    card.get_by_role("link", name="They say yes").click()
    desk.get_by_role("button", name="They say yes").click()
    expect(card).to_contain_text("They have not agreed that community services are told of them")
    card.get_by_role("link", name="They agree that community services are told").click()
    expect(desk.get_by_label("To what?")).to_have_value("share_vcfse")
    expect(desk.get_by_label("Day").first).to_have_value(f"{today().day}")
    desk.get_by_role("link", name="Cancel").click()
    card.get_by_role("link", name="Tell the provider").click()
    assert violations(desk) == []
    desk.get_by_label("A link that is used once").check()
    desk.get_by_role("button", name="Record that they are told").click()
    expect(desk.locator(".nhsuk-error-summary")).to_contain_text("has not agreed")
    near.given("QPM", "p-finch", agreed("share_vcfse"))
    desk.get_by_role("button", name="Record that they are told").click()
    expect(desk.get_by_role("alert")).to_contain_text("It was recorded how the provider is told")
    expect(card).not_to_contain_text("They have not agreed")
    card.get_by_role("link", name="The link for the provider").click()
    desk.get_by_role("button", name="Show the link").click()
    address = desk.get_by_label("The link", exact=True).input_value()
    assert violations(desk) == []
    assert not re.search("finch|garden", address, re.IGNORECASE)
    desk.goto(desk.url)
    expect(desk.get_by_text("This link was shown before")).to_be_visible()

    address = near.url + address[address.index("/answer/") :]
    outside.goto(address)
    expect(outside.get_by_role("heading", name="Can you take them?")).to_be_visible()
    expect(outside.get_by_text("to be out of doors again")).to_be_visible()
    expect(outside.get_by_text("020 7946 0000")).to_be_visible()
    expect(outside.get_by_text("whether a message may be left: do not leave one")).to_be_visible()
    expect(outside.get_by_text("Finch")).to_have_count(0)
    assert violations(outside) == []
    outside.get_by_role("button", name="Send our answer").click()
    expect(outside.locator("#answer-error")).to_contain_text("Select your answer")
    assert violations(outside) == []

    withdrawn = consent.WithdrawConsent(scope="share_vcfse", withdrawn_on=date(2026, 3, 3))
    near.given("QPM", "p-finch", withdrawn)
    outside.goto(address)
    expect(outside.get_by_text("taken back their consent")).to_be_visible()
    expect(outside.get_by_text("Fay")).to_have_count(0)
    near.given("QPM", "p-finch", agreed("share_vcfse"))

    outside.goto(address)
    outside.get_by_label("Yes, we will take them").check()
    outside.fill("#places_left", "3")
    outside.get_by_role("button", name="Send our answer").click()
    expect(outside.get_by_text("You have answered: Yes, we will take them")).to_be_visible()
    assert violations(outside) == []
    outside.goto(address)
    expect(outside.get_by_text("You have answered")).to_be_visible()
    expect(outside.get_by_text("Fay")).to_have_count(0)

    facts = near.run(near.tenant("QPM").log.after(0, 1000))
    (answered,) = [fact for fact in facts if fact.type == "ProviderAccepted"]
    assert (answered.actor or "").startswith("link:")
    assert answered.channel == "provider_link"
    near.followed("QPM")
    desk.goto(f"{near.url}{HERE}")
    expect(card).to_contain_text("The provider will take them")
    expect(card).to_contain_text("with the link we made")
    desk.goto(f"{near.url}/tasks")
    news = desk.locator(".cw-pieces > li", has_text="Friday gardeners: The provider will take them")
    expect(news).to_contain_text("Answered on")
    assert violations(desk) == []
    news.get_by_role("link", name="Fay Finch").click()
    expect(card).to_contain_text("The provider will take them")
    desk.goto(f"{near.url}/directory/garden")
    expect(desk.get_by_text("Has places, 3 free").first).to_be_visible()


def test_a_link_nobody_made_opens_nothing(near: Web, outside: Page) -> None:
    answer = outside.goto(f"{near.url}/answer/{'A' * 80}")
    assert answer is not None
    assert answer.status == 410
    expect(outside.get_by_text("This link opens nothing")).to_be_visible()


def test_an_answer_is_not_taken_from_another_page(near: Web) -> None:
    sent = near.client.post("/answer/nothing", data={"token": "else", "answer": "accept"})
    assert sent.status_code == 410


def test_sessions_are_recorded_and_what_someone_gives(near: Web, desk: Page) -> None:
    desk.goto(f"{near.url}{HERE}")
    card = desk.locator(".cw-connection", has_text="Friday gardeners")
    card.get_by_role("link", name="Record a session").click()
    for part, value in (("day", today().day), ("month", today().month), ("year", today().year)):
        desk.fill(f"#held_on_{part}", str(value))
    desk.get_by_label("Attended on time").check()
    desk.get_by_role("button", name="Record").click()
    expect(card).to_contain_text("Going there")
    card.get_by_text("1 session").click()
    expect(card.get_by_text("Attended on time")).to_be_visible()
    card.get_by_role("link", name="They give something themselves").click()
    desk.get_by_label("Tutor").check()
    for part, value in (("day", today().day), ("month", today().month), ("year", today().year)):
        desk.fill(f"#started_on_{part}", str(value))
    desk.get_by_role("button", name="Record it").click()
    expect(card).to_contain_text("Tutor at Friday gardeners")
    assert violations(desk) == []


def test_the_directory_works_on_a_phone_and_for_a_practice_that_only_looks(near: Web, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    page = signed_in(near, context, "practice", "practice:K83001")
    page.goto(f"{near.url}/directory?words=weeding")
    expect(page.get_by_role("link", name="Friday gardeners")).to_be_visible()
    expect(page.get_by_text("Lunch club")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("link", name="Friday gardeners").click()
    expect(page.get_by_role("link", name="Report a problem")).to_be_visible()
    expect(page.get_by_role("link", name="Approve")).to_have_count(0)
    width = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert width, "the page is wider than the screen"
    context.close()


def test_a_team_lead_adds_an_organisation_and_a_service_and_approves_it(near: Web, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    page = signed_in(near, context, "team_lead")
    page.goto(f"{near.url}/directory/organisations")
    page.get_by_role("button", name="Add an organisation").click()
    page.fill("#name", "Song House")
    page.get_by_role("button", name="Add").click()
    near.followed("QPM")
    page.goto(f"{near.url}/directory/organisations")
    page.get_by_role("link", name="Add a service of Song House").click()
    assert violations(page) == []
    page.fill("#name", "Monday choir")
    page.select_option("#kind", "activity")
    page.get_by_label("Arts or culture").check()
    page.fill("#sessions", "mon 10 to 12")
    page.get_by_label("Free", exact=True).check()
    page.get_by_role("button", name="Add for approval").click()
    expect(page.locator("#sessions-error")).to_contain_text("must be a day and its hours")
    page.fill("#sessions", "mon 10:00-12:00\nthu 18:00-20:00")
    page.get_by_role("button", name="Add for approval").click()
    near.followed("QPM")
    page.goto(f"{near.url}/directory")
    page.get_by_role("link", name="1 service waits for approval").click()
    page.get_by_role("link", name="Monday choir").click()
    page.get_by_role("link", name="Approve").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Never checked")).to_be_visible()
    page.get_by_role("link", name="When it is on").click()
    expect(page.locator("#sessions")).to_have_value("mon 10:00-12:00\nthu 18:00-20:00")
    context.close()


def test_the_page_of_the_link_says_all_that_the_provider_reads(near: Web) -> None:
    near.given("QPM", "p-swift", registered("Sal Swift", phone="020 7946 0001"))
    near.given("QPM", "p-swift", agreed())
    near.given("QPM", "p-swift", agreed("share_vcfse"))
    near.given("QPM", "r-swift", referred("p-swift", "x-swift", received_at=NOW - timedelta(days=10)))
    near.given("QPM", "r-swift", referral.AcceptReferral())
    near.given("QPM", "r-swift", allocated("r-swift", "w-wren"))
    for each, mode in (("n-told", "signposted"), ("n-sent", "formal_referral")):
        near.given("QPM", each, offered("r-swift", "garden", mode=mode, on=today()))
        near.given("QPM", each, AcceptConnection())
        sent = SendConnection(channel="secure_link", link_id=f"l-{each}", by=BY, on=today())
        near.given("QPM", each, sent)
    wren = Someone(near, "near-wren-of-links", ("link_worker", "link_worker:w-wren"))
    assert "reads a first name and what Sal Swift hopes for." in wren.get("/people/p-swift/connections/n-told/link")
    said = "a first name, what Sal Swift hopes for, their telephone number and what to mind in reaching them"
    assert f"reads {said}." in wren.get("/people/p-swift/connections/n-sent/link")
    shown = wren.post("/people/p-swift/connections/n-sent/link")
    assert f"Whoever opens the link reads {said}, for as long as the person agrees." in shown
    (address,) = re.findall(r'value="[^"]*(/answer/[^"]+)"', shown)
    assert "020 7946 0001" in wren.client.get(address).text
    wren.client.close()
