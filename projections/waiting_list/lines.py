"""The waiting list as it is shown: whose turn is next, and how long everyone has waited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

URGENCIES: Final = {"TWO_WEEK_WAIT": "Two week wait", "URGENT": "Urgent", "ROUTINE": "Routine"}
"""How soon somebody needs a link worker, as GraphQL names it → in words, most urgent first."""

_SPANS: Final = (
    (0, "Less than a week"),
    (1, "1 week"),
    (2, "2 to 3 weeks"),
    (4, "4 to 7 weeks"),
    (8, "8 to 12 weeks"),
    (13, "13 weeks or more"),
)
"""(whole weeks from which, in words)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Someone who waits. `name` is None when the person is erased; `nhs_number` is ten digits; `needs` are words.

    `urgency` is a key of URGENCIES. `days`: how long they had waited on the day that is shown. `again`: why they wait once
    more, in words; None where they never had a link worker. `may_act`: the reader may give them one, and it is now.
    """

    referral_id: str
    turn: int
    name: str | None
    nhs_number: str | None
    urgency: str
    since: date
    days: int
    again: str | None
    needs: tuple[str, ...]
    practice: str
    pcn: str | None
    referrer: str
    may_act: bool
    interim: str | None = None
    """What they were offered for the time of waiting, in words."""
    moved: str | None = None
    """Why they were given another priority while they waited, in words."""
    record: str | None = None
    """The address of the person's case; None where there is none for the reader."""

    @property
    def soon(self) -> str:
        return URGENCIES[self.urgency]

    @property
    def next_step(self) -> str | None:
        """Where a link worker is allocated to them; None where nobody is, or the reader may not."""
        return f"/referrals/{self.referral_id}/allocate" if self.may_act and self.name is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How many have waited so long. `share` is out of 100, of the span that has most."""

    text: str
    count: int
    share: int


def spans(days: Iterable[int]) -> tuple[Span, ...]:
    """Everyone's days of waiting as a picture: how many have waited how many weeks. Nothing for nobody."""
    counts = [0] * len(_SPANS)
    for each in days:
        counts[max(place for place, (weeks, _) in enumerate(_SPANS) if place == 0 or each >= weeks * 7)] += 1
    most = max(counts)
    if not most:
        return ()
    # What is not nothing is never drawn as nothing.
    shares = [max(1, count * 100 // most) if count else 0 for count in counts]
    return tuple(
        Span(text=text, count=count, share=share)
        for (_, text), count, share in zip(_SPANS, counts, shares, strict=True)
    )
