"""What changed in a plan between two of its versions, in words, with whose they are."""

from collections.abc import Mapping
from typing import Any, Final

from litestar.response import Response

from commonweal.console.answers import read_number
from commonweal.console.page import Way
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.runtime.pages.page import Asked, Missing, Pages, day
from commonweal.runtime.pages.plan_finding import DOCUMENT
from commonweal.runtime.pages.plan_shown import Changed, Changes
from commonweal.runtime.pages.record import record
from commonweal.runtime.schema import Asker

_DIFF: Final = """query PlanDiff($id: ID!, $fromVersion: Int!, $toVersion: Int) {
  planDiff(id: $id, fromVersion: $fromVersion, toVersion: $toVersion) { part what before after words saidBy writtenAt }
}"""
_PARTS: Final = {
    "what_matters": "What matters",
    "strength": "What they can build on",
    "need": "A need",
    "goal": "A goal",
    "action": "An action",
}
_WHAT: Final = {
    "added": "is new",
    "reworded": "was reworded",
    "removed": "was taken out",
    "changed": "was changed",
    "rated": "was rated",
    "ended": "ended",
}
_ENDS: Final = {**codes.GOAL_ENDS, "resolved": "met", "unmet": "unmet", "completed": "done", "missed": "not done in time", "cancelled": "dropped"}  # fmt: skip


async def changes(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """Raises `Missing` where there is no such plan among those somebody sees, or the address names no versions."""
    asked = request.query_params
    plan_id, first, last = asked.get("plan", ""), read_number(asked, "from"), read_number(asked, "to")
    if first is None or last is None or last < first:
        raise Missing("there is no such page")
    known = (await pages.ask(asker, "Plans", DOCUMENT, person=person_id))["plans"]["edges"]
    if plan_id not in {edge["node"]["id"] for edge in known}:
        raise Missing("there is no such plan among those you see")
    found = (await pages.ask(asker, "PlanDiff", _DIFF, id=plan_id, fromVersion=first, toVersion=last))["planDiff"]
    body = Changes(
        back=Way(text="Back to the plan", href=f"/people/{person_id}/plan?plan={plan_id}"),
        since=f"From version {first} to version {last}",
        changed=tuple(map(_changed, found or ())),
    )
    return await record(pages, request, asker, person_id, "plan", "plan/changes.html", body)


def _changed(node: Mapping[str, Any]) -> Changed:
    said = {**codes.PLAN_SPEAKERS, **codes.NEED_FINDERS, "worker": "the link worker"}.get(node["saidBy"] or "", "")
    when = f"written down on {long_date(day(node['writtenAt']))}" if node["writtenAt"] else ""
    words: str | None = node["words"]
    if words is not None and node["part"] == "need":
        words = sentence_case(codes.NEEDS.get(words, words))
    before, after = _words(node, "before"), _words(node, "after")
    return Changed(
        part=_PARTS[node["part"]],
        what=_WHAT[node["what"]],
        words=words,
        before=before,
        after=after,
        quiet=sentence_case(", ".join(part for part in (said, when) if part)),
    )


def _words(node: Mapping[str, Any], end: str) -> str | None:
    words: str | None = node[end]
    if words is None:
        return None
    if node["what"] == "rated":
        return f"{words} of 10" if node["part"] == "goal" else f"Weighs {codes.NEED_SEVERITIES.get(words, words)}"
    if node["what"] == "ended" and end == "after":
        return sentence_case(_ENDS.get(words, words))
    return sentence_case(codes.NEEDS.get(words, words)) if node["part"] == "need" else words
