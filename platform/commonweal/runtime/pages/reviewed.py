"""What somebody reviews: who broke a glass, when, why, what they asked for, what they then read."""

from collections.abc import Iterable

from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.kernel.fetch import fetch
from commonweal.runtime.pages.page import Given, Pages
from commonweal.runtime.schema import Asker
from projections.record_access import READ_MODEL
from projections.record_access.graphql import broken


async def glass(_pages: Pages, asker: Asker, person_id: str, given: Given) -> tuple[tuple[str, str], ...]:
    """(label, value) in the order of the form; nothing where there is no such glass."""
    found = await fetch(asker.reader, READ_MODEL, broken(asker.reader, person_id, given.get("access_id", "")))
    if not found:
        return ()
    (row,) = found[:1]
    since, until = in_london(row["opened_at"]), in_london(row["until"])
    role = sentence_case(row["role"].replace("_", " "))
    reason = sentence_case(codes.BREAK_GLASS_REASONS.get(row["reason"], row["reason"]))
    return (
        ("Who", f"{row['by'] or 'A colleague whose name we were not told'}, {role}"),
        ("When", f"{long_date(since.date())}, {since:%H:%M} until {until:%H:%M}"),
        ("Why", f"{reason}: {row['words']}" if row["words"] else reason),
        ("Asked for", _parts(row["fields"])),
        ("Then read", _parts(row["read"]) or "Nothing"),
    )


def _parts(named: Iterable[str]) -> str:
    """In the order of the record."""
    return sentence_case(", ".join(words for part, words in codes.RECORD_PARTS.items() if part in set(named)))
