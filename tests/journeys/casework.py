"""The steps of a case that every story of one has, by whoever's desk they are taken at."""

from datetime import date, datetime

from playwright.sync_api import Locator

from tests.journeys.desk import Desk


def card(desk: Desk, name: str) -> Locator:
    """A person's card on the board."""
    return desk.page.get_by_role("listitem").filter(has=desk.page.get_by_role("heading", name=name))


def tab(desk: Desk, name: str, part: str) -> None:
    """A part of a person's record: from the board, unless the record lies open already."""
    parts = desk.page.get_by_role("navigation", name="Parts of the record")
    if not (parts.count() and desk.page.get_by_role("heading", level=1, name=name).count()):
        desk.go("/caseload")
        desk.follow(name)
    desk.follow(part, within=parts)


def connection(desk: Desk, service: str, way: str) -> None:
    """A step of one connection, from the tab it stands on."""
    desk.follow(way, within=desk.page.get_by_role("region", name=service))


def triages_and_proposes(triager: Desk, name: str, words: str, worker: str = "Amber Example") -> None:
    """Reads what the referrer wrote, accepts, and proposes the case to whom the rule puts first."""
    triager.go("/caseload")
    triager.follow("Triage", within=card(triager, name))
    triager.reads(words)
    triager.tick("What did you decide?", "Accept")
    triager.done("Save decision", "The referral was accepted and is on the waiting list.")
    triager.go("/waiting-list")
    triager.follow(name)
    triager.follow("Find who fits best")
    triager.press(f"Propose to {worker}")
    triager.reads(worker)


def takes_on(worker: Desk, name: str) -> None:
    worker.go("/proposals")
    worker.press(f"Take {name} on")


def reaches(worker: Desk, name: str, how: str, at: datetime, note: str) -> None:
    """The first contact, and their yes."""
    tab(worker, name, "Referrals")
    worker.follow("Record the first contact")
    worker.tick("How were you in touch?", how)
    worker.moment("What day was it?", at, "What time did it start?")
    worker.write("Note", note)
    worker.done("Save first contact", "The first contact was recorded.")
    tab(worker, name, "Referrals")
    worker.follow("The person said yes")
    worker.done("Record their yes", "It was recorded that the person accepted social prescribing.")


def lets_services_know(worker: Desk, name: str, on: date) -> None:
    """They agree that community services are told of them."""
    tab(worker, name, "Rights and flags")
    worker.follow("They agree")
    worker.pick("To what?", "To sharing with a community service")
    worker.tick("How did they say so?", "They said so")
    worker.write("Which wording were they read?", "2")
    worker.tick("Who gave it?", "The person")
    worker.day("When?", on)
    worker.done("Record consent", "The consent was recorded.")


def offers(worker: Desk, name: str, service: str, mode: str, hope: str) -> None:
    """A service is found near by and offered, and they say yes."""
    tab(worker, name, "Connections")
    worker.follow("Find a service to offer")
    worker.follow(f"Offer: {service}")
    worker.tick("How will you connect them?", mode)
    worker.write("What do they hope for?", hope)
    worker.done("Offer", "The service was offered.")
    connection(worker, service, "They say yes")
    worker.done("They say yes", "It was recorded that the person says yes.")


def tells(worker: Desk, service: str, channel: str) -> None:
    """A provider is told of them."""
    connection(worker, service, "Tell the provider")
    worker.tick("How is the provider told?", channel)
    worker.done("Record that they are told", "It was recorded how the provider is told.")
