"""The steps of a case that every story of one has, by whoever's desk they are taken at."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from playwright.sync_api import Locator

from tests.journeys.desk import Desk

ONS4: Final = "ONS personal wellbeing (ONS4)"


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


def fills_in(worker: Desk, name: str, answers: tuple[str, ...], on: date) -> None:
    """They answer the four questions on wellbeing, by themselves."""
    tab(worker, name, "Measures")
    worker.follow(f"Fill it in now: {ONS4}")
    for number, answer in enumerate(answers, 1):
        asked = worker.page.get_by_role("group", name=re.compile(rf"^{number}\. "))
        asked.get_by_role("radio", name=re.compile(rf"^{answer}\b")).check()
    worker.tick("How was it filled in?", "Filled in by the person alone")
    worker.day("Which day was it filled in?", on)
    worker.press("Record the answers")
    worker.reads(ONS4)


def begins_a_plan(worker: Desk, name: str, matters: str, skill: str) -> None:
    """What matters to them and what they can build on, in their own words."""
    tab(worker, name, "Plan")
    worker.follow("Start a plan for the referral")
    worker.tick("Areas of life", "What matters to me")
    worker.done("Start it", "The plan was started.")
    worker.follow("Write down what matters")
    worker.write("What matters to the person", matters)
    worker.tick("Whose words are these?", "The person")
    worker.done("Write it down", "What matters to the person was written down.")
    worker.follow("Write down what they can build on")
    worker.write("What they can build on", skill)
    worker.tick("What sort is it?", "A skill")
    worker.tick("Whose words are these?", "The person")
    worker.done("Write it down", "What the person can build on was written down.")


def agrees_a_goal(worker: Desk, goal: str, far: int) -> None:
    """A goal of the person's own, and how far along they are, of ten."""
    worker.follow("Agree a goal")
    worker.write("What does the person want to come to?", goal)
    worker.tick("Whose words are these?", "The person")
    worker.tick("Whose goal is it?", "The person")
    worker.write("How far along are they now", far)
    worker.done("Agree it", "The goal was agreed.")


def promises(worker: Desk, action: str, by: date) -> None:
    """An action of the link worker's."""
    worker.follow("Add an action")
    worker.write("What is to be done?", action)
    worker.tick("Who does it?", "The link worker")
    worker.day("By which day?", by)
    worker.done("Add it", "The action was added.")


def agrees_a_plan(worker: Desk, on: date, review: date) -> None:
    """The day of its review is set, and the person agrees to it."""
    worker.follow("Set the day of the review")
    worker.day("On which day at the latest?", review)
    worker.done("Set the day", "The day of the review was set.")
    worker.follow("Record that they agree")
    worker.tick("Who agreed to it?", "The person")
    worker.day("On which day?", on)
    worker.tick("Which copy of the plan did you offer them?", "On paper")
    worker.done("Record that they agree", "The plan was agreed. Support has begun.")
    worker.reads("Agreed and under way")


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


def begins_there(worker: Desk, service: str, on: date) -> None:
    """The first time they go to a service."""
    connection(worker, service, "They have begun")
    worker.day("When did they first go?", on)
    worker.done("Record it", "It was recorded that they have begun.")


def attends(worker: Desk, service: str, on: date) -> None:
    """They come to a session of a service."""
    connection(worker, service, "Record a session")
    worker.day("When was the session?", on)
    worker.tick("Did they come?", "Attended on time")
    worker.done("Record", "The session was recorded.")


def finishes(worker: Desk, service: str, on: date) -> None:
    """They have had what a service gives."""
    connection(worker, service, "It is complete")
    worker.day("When did it end?", on)
    worker.done("Record it", "The connection is complete.")


def gives_up(worker: Desk, service: str, on: date, why: str) -> None:
    """They stop going to a service before its end."""
    connection(worker, service, "It ended early")
    worker.day("When did it end?", on)
    worker.tick("Why?", why)
    worker.done("Record it", "It was recorded that the connection ended.")


def completes_a_plan(worker: Desk, name: str, far: int, first: int, on: date) -> None:
    """They rate how far they came, from where they were at first."""
    tab(worker, name, "Plan")
    worker.follow("Rate it")
    worker.write("How far along are they", far)
    worker.tick("Who says so?", "The person")
    worker.day("On which day?", on)
    worker.done("Record the rating", "The rating was recorded.")
    worker.reads(f"Now {far} of 10, from {first} at the beginning")
    worker.follow("The plan is complete")
    worker.done("Complete it", "The plan was completed.")


def closes_with_goals_met(worker: Desk, name: str, on: date) -> None:
    """They are asked how they fare after a quarter of a year."""
    tab(worker, name, "Referrals")
    worker.follow("Close this referral")
    worker.tick("Why does it end?", "Goals met")
    worker.day("When to ask how they fare", on + timedelta(days=91))
    worker.done("Close the referral", "The referral was closed.")
    worker.office.settled()
