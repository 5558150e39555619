"""An invented past: lines of history as an older tool would give them, to try bringing them in and to measure it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from commonweal.domain import codes, due
from commonweal.runtime.simulate.invented import nhs_numbers, someone

TOOL: Final = "example"
_PRACTICE: Final = "K83001"
_CASES_EACH: Final = 500
"""Cases of one link worker."""
_OPEN_EACH: Final = 25
_SINCE: Final = datetime(2021, 4, 1, 9, tzinfo=UTC)


def invented_past(cases: int) -> Iterator[dict[str, Any]]:
    """The same lines each time: link workers, then cases, most of which have ended; one in twenty goes on."""
    workers = max(1, -(-cases // _CASES_EACH))
    for number in range(1, workers + 1):
        yield {
            "kind": "link_worker",
            "tool": TOOL,
            "id": f"LW-{number}",
            "display_name": f"Invented Colleague {number}",
            "employer": "GB-CHC-0000001",
            "caseload_limit": 80,
            "engaged_on": _SINCE.date().isoformat(),
        }
    numbers = nhs_numbers(7)
    for number in range(1, cases + 1):
        worker = (number - 1) % workers + 1
        goes_on = (number - 1) // workers < min(_OPEN_EACH, cases // workers // 20)
        yield _case(number, f"LW-{worker}", next(numbers), goes_on=goes_on)


def _case(number: int, worker: str, nhs_number: str, *, goes_on: bool) -> dict[str, Any]:
    chance = Random(f"past/{number}")  # noqa: S311 – to be foreseen, not to be secret
    came = _SINCE + timedelta(days=chance.randrange(1, 900), minutes=chance.randrange(400))
    person = asdict(someone(chance, nhs_number, _PRACTICE, due.today(came)))
    told = {
        name: value
        for name, value in person.items()
        if name != "on" and value not in (None, (), "") and not isinstance(value, bool)
    }
    told |= {"id": f"P-{number}", "date_of_birth": str(person["date_of_birth"])}
    return {
        "kind": "case",
        "tool": TOOL,
        "id": str(number),
        "person": told,
        "referral": {
            "source": "01",
            "source_org": _PRACTICE,
            "source_reference": f"OLD-{number}",
            "setting": "gp",
            "referrer_role": "gp",
            "reasons": chance.sample(sorted(codes.NEEDS), 2),
            "narrative": "Brought from an example of an older tool.",
            "received_at": came.isoformat(),
        },
        "happened": _happened(chance, came, worker, goes_on=goes_on),
    }


def _happened(chance: Random, came: datetime, worker: str, *, goes_on: bool) -> list[dict[str, Any]]:
    """About as much as a short case has: agreed, triaged, allocated, three contacts, and usually its end."""
    first = came + timedelta(days=chance.randrange(5, 20))
    steps: list[tuple[datetime, str, dict[str, Any]]] = [
        (came, "consent_given", {"scope": "contact", "method": "verbal", "wording_version": "old"}),
        (came + timedelta(days=1), "triage_started", {}),
        (came + timedelta(days=1, hours=1), "accepted", {}),
        (came + timedelta(days=4), "allocated", {"worker": worker, "reason": "practice"}),
        (first, "contact_held", {"kind": "initial", "medium": "01", "duration_min": 60}),
        *[
            (
                first + timedelta(days=14 * each),
                "contact_held",
                {"kind": "follow_up", "medium": "02", "duration_min": 30},
            )
            for each in (1, 2)
        ],
    ]
    if not goes_on:
        steps.append(
            (first + timedelta(days=60), "closed", {"reason": chance.choice(("goals_met", "goals_partly_met"))})
        )
    return [{"at": at.isoformat(), "step": what, **told} for at, what, told in steps]
