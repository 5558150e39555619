"""Asks: every command that somebody at work may give in the console, as the questions of its form."""

from typing import Final

from commonweal.console.ask import Ask
from commonweal.console.asks import (
    connections,
    desk,
    directory,
    measures,
    plan,
    rights,
    safeguarding,
    set_up,
    work,
    workforce,
)

ASKS: Final[tuple[Ask, ...]] = (
    *desk.ASKS,
    *work.ASKS,
    *safeguarding.ASKS,
    *rights.ASKS,
    *directory.ASKS,
    *connections.ASKS,
    *plan.ASKS,
    *measures.ASKS,
    *workforce.ASKS,
    *set_up.ASKS,
)
"""Every form there is."""

BY_NAME: Final = {ask.name: ask for ask in ASKS}
