"""The caseload board as it is shown: who is where on the way from referral to support."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

COLUMNS: Final = {
    "to_triage": "To triage",
    "waiting": "Waiting",
    "allocated": "Allocated",
    "in_support": "In support",
    "closed": "Closed",
}
"""The columns from left to right. Closed is shown when it is asked for."""

OPEN: Final = ("to_triage", "waiting", "allocated", "in_support")

COLUMN_OF: Final = {
    "received": "to_triage",
    "in triage": "to_triage",
    "awaiting information": "to_triage",
    "waiting": "waiting",
    "allocated": "allocated",
    "contact attempting": "allocated",
    "engaged": "in_support",
    "in support": "in_support",
    "closed": "closed",
    "rejected": "closed",
    "redirected": "closed",
    "withdrawn": "closed",
    "declined": "closed",
    "retracted": "closed",
}
"""A referral's phase (`commonweal.domain.referrals.referral.State.phase`) → the column it stands in."""

MARKS: Final = {"AWAITING_INFORMATION": "Referrer asked", "CONTACT_ATTEMPTING": "Being tried"}
"""A phase that has no column of its own, as GraphQL names it → what a card says of it."""

_EMPTY: Final = {
    "to_triage": "Nothing to triage",
    "waiting": "Nobody is waiting",
    "allocated": "Nobody awaits a first contact",
    "in_support": "Nobody is in support",
    "closed": "Nothing is closed",
}

_NEXT: Final = {
    "to_triage": ("Triage", "triage"),
    "waiting": ("Allocate", "allocate"),
    "allocated": ("Record first contact", "first-contact"),
}
"""What can be done with a card: the words, and the page below `/referrals/<id>/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One referral. `column` is a key of COLUMNS; `name` is None when the person is erased; `nhs_number` is ten digits.

    `since` is the day the referral came into its column: it is shown as days waiting. `overdue`: the triage clock has
    lapsed. `priority` is None when it is routine; it and `needs` are words. `mark`: what else is true of it in its column,
    in words. `may_act`: the reader's role may take the next step.
    """

    referral_id: str
    column: str
    name: str | None
    nhs_number: str | None
    age_band: str | None
    practice: str
    needs: tuple[str, ...]
    referred_on: date
    since: date
    priority: str | None = None
    overdue: bool = False
    mark: str | None = None
    link_worker: str | None = None
    may_act: bool = True
    record: str | None = None
    """The address of the person's case; None where there is none for the reader."""
    plan: tuple[str, str] | None = None
    """(words, address) of the way to their plan, where one is made now."""

    @property
    def next_step(self) -> tuple[str, str] | None:
        """(words, address) of the one form to fill in next; None where there is none, or the reader may not."""
        step = _NEXT.get(self.column)
        if step is None or not self.may_act or self.name is None:
            return None
        return step[0], f"/referrals/{self.referral_id}/{step[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The cards that fit, who came first at the top. `total` counts all there are; `all_at`: where to see them, if more."""

    key: str
    title: str
    cards: tuple[Card, ...]
    empty: str
    total: int
    all_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One question of the filter form; `chosen` is the value in force, empty for everything."""

    name: str
    label: str
    everything: str
    choices: tuple[Choice, ...]
    chosen: str = ""


class Moment(Protocol):
    """A moment in the past somebody asks about, as `commonweal.console.as_at` reads it; `at` is None for now."""

    @property
    def at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`many` counts every referral the filters let through. `earlier` and `later` are addresses of
    the pages before and after this one, whose referrals came before and after; None at either end. `back` goes after the
    address of a form, so that it leads back here. `alone`: one state was chosen and has the page to itself.

    `today` is the day in London that waiting is counted to. How fresh the board is stands in the page's frame.
    """

    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    many: int
    today: date
    earlier: str | None = None
    later: str | None = None
    back: str = ""
    alone: bool = False
    as_at: Moment | None = None
    known_to: int | None = None
    """The position the record had come to at that moment; None for now."""
    now: str = "/caseload"
    """The address of the same of now."""
    said: str | None = None
    """A sentence about what was just done, for example `Aisha Khan was allocated to Jo Bell`."""

    @property
    def shown(self) -> int:
        return sum(len(column.cards) for column in self.columns)

    @property
    def filtered(self) -> bool:
        return any(asked.chosen for asked in self.filters)


def columns(
    cards: Iterable[Card],
    keys: Iterable[str] = OPEN,
    totals: Mapping[str, int] | None = None,
    addresses: Mapping[str, str] | None = None,
) -> tuple[Column, ...]:
    """Sort cards into columns, their order kept. `totals`: how many there are of each key, where there may be more than
    these cards; `addresses`: where to see them all.

    Raises KeyError for a card that belongs in no shown column: a referral is never left out in silence.
    """
    placed: dict[str, list[Card]] = {key: [] for key in keys}
    for card in cards:
        placed[card.column].append(card)
    return tuple(_column(key, tuple(found), totals or {}, addresses or {}) for key, found in placed.items())


def _column(key: str, cards: tuple[Card, ...], totals: Mapping[str, int], addresses: Mapping[str, str]) -> Column:
    total = totals.get(key, len(cards))
    return Column(
        key=key,
        title=COLUMNS[key],
        cards=cards,
        empty=_EMPTY[key],
        total=total,
        all_at=addresses.get(key) if total > len(cards) else None,
    )
