"""Asks: every command that somebody at work may give in the console, as the questions of its form."""

from typing import Final

from commonweal.console.ask import Ask
from commonweal.console.asks import (
    applications,
    awards,
    connections,
    consents,
    contacts,
    desk,
    drop_ins,
    duplicates,
    funds,
    listings,
    measures,
    notes,
    organisations,
    person,
    plan,
    representation,
    rights,
    risks,
    safeguarding,
    set_up,
    standing,
    tasks,
    visits,
    workforce,
)

ASKS: Final[tuple[Ask, ...]] = (
    *desk.ASKS,
    *contacts.ASKS,
    *notes.ASKS,
    *tasks.ASKS,
    *visits.ASKS,
    *drop_ins.ASKS,
    *safeguarding.ASKS,
    *person.ASKS,
    *consents.ASKS,
    *representation.ASKS,
    *risks.ASKS,
    *duplicates.ASKS,
    *rights.ASKS,
    *organisations.ASKS,
    *listings.ASKS,
    *standing.ASKS,
    *connections.ASKS,
    *plan.ASKS,
    *measures.ASKS,
    *workforce.ASKS,
    *set_up.ASKS,
    *funds.ASKS,
    *applications.ASKS,
    *awards.ASKS,
)
"""Every form there is."""

BY_NAME: Final = {ask.name: ask for ask in ASKS}
