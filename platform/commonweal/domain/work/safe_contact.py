"""Safe contact: someone is reached in the way they asked for, or there is a reason why not."""

from collections.abc import Mapping
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Personal, Refused
from commonweal.domain.people import person

REACHED_BY: Final[Mapping[str, str]] = {
    "02": "phone",
    "04": "phone",
    "03": "phone",
    "05": "email",
    "07": "email",
    "06": "sms",
    "08": "sms",
}
"""Consultation medium used → the channel it comes to them by. Face to face and other are none: how they meet is agreed before. Local."""

_ASKED_FOR: Final[Mapping[str, str]] = {
    "phone": "by phone",
    "sms": "by text message",
    "email": "by e-mail",
    "letter": "by letter",
    "in_person": "in person",
    "through_referrer": "through whoever referred them",
}


_LEAVES_WORDS: Final = frozenset({"sms", "email", "letter"})
"""Channels by which words arrive that somebody else may find."""


def unsafe(someone: person.State, channel: str) -> str | None:
    """Why nobody may reach this person by this channel, as the end of a sentence; None where they may. It is one rule for trying to
    reach somebody and for meeting them."""
    wish = someone.preference
    if wish is None or wish.channel == channel:
        return None
    if wish.channel == "through_referrer":
        return "this person asked to be reached through whoever referred them, and in no other way"
    if not wish.safe_to_leave_message and channel in _LEAVES_WORDS:
        return "this person said no message may be left, and others could read this one"
    return None


def one_way_only(someone: person.State) -> bool:
    """Did the person leave no second way open?"""
    return someone.preference is not None and someone.preference.channel == "through_referrer"


def honoured(someone: person.State, kind: str, medium: str, reason: str | None) -> Personal[str | None]:
    """The reason given where the person asked for another way, nothing where they did not. Refuses where there has to be one.

    Whatever is `unsafe` is another way than they asked for; meeting them in one that is safe needs a reason all the same."""
    wish = someone.preference
    channel = "in_person" if kind == "home_visit" and one_way_only(someone) else REACHED_BY.get(medium)
    if wish is None or channel in (None, wish.channel):
        return None
    if reason is None:
        asked = _ASKED_FOR.get(wish.channel, "in another way")
        raise Refused(
            f"medium is not safe: this person asked to be reached {asked}. Keep to that, or say why it cannot be so"
        )
    return values.said(reason, "overridden", 2_000)
