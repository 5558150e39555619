"""The lines of a plan in words: who said it, how it stands, what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from commonweal.console.page import Way
from commonweal.console.wording import language, long_date, sentence_case
from commonweal.domain import codes
from commonweal.runtime.pages.page import day
from commonweal.runtime.pages.plan_shown import Goal, Line, Mark, Tag

WITHHELD: Final = "Words withheld – erased"
_SAID: Final = {
    "person": "In their own words",
    "representative": "Said by their representative",
    "worker": "In the link worker’s words",
}
_LEFT, _STEP = 12, 28
"""The scale's picture: where 0 stands, and how far each point is from the next."""

Form: TypeAlias = tuple[str, str, Mapping[str, str]]
"""(words, name of the form, what its address brings)"""


@dataclass(frozen=True, slots=True)
class Doing:
    """The way to the forms of one plan, and back to its page; `may`: the one who looks may write in it; `directory`: where a
    service is looked for, for this person and this referral, empty where the one who looks may offer none."""

    plan_id: str
    back: str
    may: bool = False
    directory: str = ""

    def ways(self, *forms: Form) -> tuple[Way, ...]:
        """Nothing where they may not."""
        if not self.may:
            return ()
        return tuple(
            Way(text=text, href=f"/do/{form}/{self.plan_id}?{urlencode({'back': self.back, **taken})}")
            for text, form, taken in forms
        )

    def services(self, need: str) -> tuple[Way, ...]:
        """The way to what there is near by for a need."""
        if not self.directory:
            return ()
        return (Way(text="Find a service", href=f"{self.directory}&{urlencode({'need': need})}"),)


def on(text: str) -> str:
    return long_date(date.fromisoformat(text))


def closure(reason: str) -> str:
    return sentence_case(codes.CASE_ENDINGS.get(reason, reason))


def turn_reason(kind: str, reason: str | None) -> str:
    listed: Mapping[str, codes.Codes] = {
        "REVIEW_STARTED": codes.REVIEW_TRIGGERS,
        "REVISED": codes.REVISION_REASONS,
        "ENDED_EARLY": codes.CASE_ENDINGS,
    }
    return "" if reason is None else listed.get(kind, {}).get(reason, reason)


def _written(node: Mapping[str, Any]) -> str:
    by = f" by {node['writtenBy']}" if node["writtenBy"] else ""
    return f"written down{by} on {long_date(day(node['writtenAt']))}"


def _said(node: Mapping[str, Any]) -> str:
    spoken = f", in {language(node['language'])}" if node.get("language") else ""
    return f"{_SAID.get(node['saidBy'], node['saidBy'])}{spoken}, {_written(node)}"


def _area(node: Mapping[str, Any]) -> tuple[Tag, ...]:
    return (Tag(node["domainName"], "white"),) if node["domainName"] else ()


def matters(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(
        Line(
            words=each["statement"] or WITHHELD,
            quiet=_said(each),
            told=True,
            tags=_area(each),
            ways=doing.ways(
                ("Reword", "reword-what-matters", {"clause_id": each["id"]}),
                ("Take out", "remove-plan-line", {"clause_id": each["id"]}),
            ),
        )
        for each in plan["whatMatters"]
    )


def strengths(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(
        Line(
            words=each["text"] or WITHHELD,
            quiet=_said(each),
            told=True,
            tags=(Tag(sentence_case(codes.STRENGTHS.get(each["kind"], each["kind"])), "white"),),
            ways=doing.ways(
                ("Reword", "reword-strength", {"clause_id": each["id"]}),
                ("Take out", "remove-plan-line", {"clause_id": each["id"]}),
            ),
        )
        for each in plan["strengths"]
    )


def seen_by_referrer(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    """What the referral says, then what the referrer has told since."""
    named = tuple(
        Line(words=sentence_case(codes.NEEDS.get(need, need)), quiet="Named in the referral", ways=doing.services(need))
        for need in plan["referredFor"]
    )
    return (*named, *(_need(each, doing) for each in plan["needs"] if each["identifiedBy"] == "referrer"))


def seen_by_us(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(_need(each, doing) for each in plan["needs"] if each["identifiedBy"] != "referrer")


def _need(node: Mapping[str, Any], doing: Doing) -> Line:
    taken = {"need": node["need"], "identified_by": node["identifiedBy"]}
    weight = codes.NEED_SEVERITIES[str(node["severity"])]
    stands = {
        "OPEN": Tag(f"Weighs {weight}", "orange" if node["severity"] > 1 else "yellow"),
        "RESOLVED": Tag("Met", "green"),
        "UNMET": Tag("Unmet", "red"),
    }[node["outcome"]]
    why = f" ({codes.UNMET_NEED_REASONS.get(node['reason'], node['reason'])})" if node["reason"] else ""
    ways = (("It is met", "resolve-need", taken), ("It stays unmet", "need-unmet", taken))
    return Line(
        words=sentence_case(codes.NEEDS.get(node["need"], node["need"])),
        quiet=f"Seen by {codes.NEED_FINDERS.get(node['identifiedBy'], node['identifiedBy'])}{why}",
        tags=(stands,),
        ways=(*doing.services(node["need"]), *doing.ways(*ways)) if node["outcome"] == "OPEN" else (),
    )


_GOAL_ENDS: Final = {
    "ACHIEVED": Tag("Achieved", "green"),
    "PARTLY_ACHIEVED": Tag("Partly achieved", "aqua-green"),
    "ABANDONED": Tag("Given up", "grey"),
}


def goals(plan: Mapping[str, Any], doing: Doing) -> tuple[Goal, ...]:
    return tuple(_goal(each, plan["actions"], doing) for each in plan["goals"])


def _goal(node: Mapping[str, Any], actions: list[Mapping[str, Any]], doing: Doing) -> Goal:
    taken = {"goal_id": node["id"]}
    ended = _GOAL_ENDS.get(node["outcome"])
    rate = ("Rate it", "rate-goal", taken)
    ways = (rate, ("Reword", "revise-goal", taken), ("What became of it", "end-goal", taken))
    by = f", by {on(node['targetDate'])}" if node["targetDate"] else ""
    owner = codes.PLAN_OWNERS.get(node["owner"], node["owner"])
    ratings = [(node["baseline"], on(node["agreedOn"]), "at the beginning")]
    ratings += [
        (each["rating"], on(each["ratedOn"]), f"says {codes.GOAL_RATERS.get(each['ratedBy'], each['ratedBy'])}")
        for each in node["ratings"]
    ]
    now = node["rating"]
    return Goal(
        line=Line(
            words=node["wording"] or WITHHELD,
            quiet=f"The goal of {owner}{by}. {_said(node)}",
            told=True,
            tags=(*((ended,) if ended else ()), *_area(node)),
            ways=doing.ways(*(ways if ended is None else (rate,))),
        ),
        marks=tuple(
            Mark(_LEFT + _STEP * rating, number == 0, number == len(ratings) - 1)
            for number, (rating, _, _) in enumerate(ratings)
        ),
        summary=f"Now {now} of 10, from {node['baseline']} at the beginning"
        if len(ratings) > 1
        else f"{now} of 10 at the beginning",
        told=tuple(f"{when}: {rating} of 10, {who}" for rating, when, who in ratings),
        actions=tuple(_action(each, doing) for each in actions if each["goalId"] == node["id"]),
    )


def loose_actions(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    """Those that are for no goal in particular."""
    known = {each["id"] for each in plan["goals"]}
    return tuple(_action(each, doing) for each in plan["actions"] if each["goalId"] not in known)


def _action(node: Mapping[str, Any], doing: Doing) -> Line:
    taken = {"action_id": node["id"]}
    who = sentence_case(codes.PLAN_OWNERS.get(node["who"], node["who"]))
    by = f", by {on(node['byWhen'])}" if node["byWhen"] else ""
    why = f" ({codes.ACTION_END_REASONS.get(node['reason'], node['reason'])})" if node["reason"] else ""
    stands = {
        "OPEN": Tag("Overdue", "orange") if node["overdue"] else Tag("To do", "blue"),
        "COMPLETED": Tag("Done", "green"),
        "MISSED": Tag("Not done in time", "orange"),
        "CANCELLED": Tag("Dropped", "grey"),
    }[node["outcome"]]
    done = ("It is done", "complete-action", taken)
    change, drop = ("Change", "change-action", taken), ("Drop", "cancel-action", taken)
    ways = {"OPEN": (done, change, ("Not done in time", "miss-action", taken), drop), "MISSED": (done, change, drop)}
    finished = f", done on {on(node['doneOn'])}" if node["doneOn"] else ""
    return Line(
        words=node["what"] or WITHHELD,
        quiet=f"{who}{by}{finished}{why}",
        tags=(stands,),
        ways=doing.ways(*ways.get(node["outcome"], ())),
    )


def shares(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(_share(each, doing) for each in plan["sharedWith"])


def _share(node: Mapping[str, Any], doing: Doing) -> Line:
    if node["stoppedAt"]:
        stands = Tag(f"Stopped on {long_date(day(node['stoppedAt']))}", "grey")
    else:
        stands = Tag("They see it", "green") if node["standing"] else Tag("They see nothing: no consent", "red")
    stop = ("Stop sharing", "stop-sharing-plan", {"kind": node["kind"], "audience": node["audience"]})
    who = "" if node["audience"] == "any" else f" ({node['audience']})"
    return Line(
        words=sentence_case(codes.PLAN_AUDIENCES.get(node["kind"], node["kind"])) + who,
        quiet=f"{sentence_case(codes.PLAN_PARTS.get(node['part'], node['part']))}, since {long_date(day(node['sharedAt']))}",
        tags=(stands,),
        ways=doing.ways(stop) if not node["stoppedAt"] else (),
    )


def proposals(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(_proposal(each, doing) for each in plan["proposals"])


def _proposal(node: Mapping[str, Any], doing: Doing) -> Line:
    taken = {"proposal_id": node["id"]}
    stands = {
        "OPEN": Tag("To decide", "orange"),
        "APPROVED": Tag("Taken up", "green"),
        "REJECTED": Tag("Not taken up", "grey"),
    }
    why = f": {codes.PROPOSAL_DECISIONS.get(node['reason'], node['reason'])}" if node["reason"] else ""
    ways = (("Take it up", "approve-plan-change", taken), ("Do not", "reject-plan-change", taken))
    proposer = sentence_case(codes.PLAN_PROPOSERS.get(node["proposer"], node["proposer"]))
    return Line(
        words=node["text"] or WITHHELD,
        quiet=f"{proposer}, {long_date(day(node['writtenAt']))}{why}",
        told=True,
        tags=(stands[node["decision"]],),
        ways=doing.ways(*ways) if node["decision"] == "OPEN" else (),
    )


def gains(plan: Mapping[str, Any], doing: Doing) -> tuple[Line, ...]:
    return tuple(_gain(each, doing) for each in plan["gains"])


def _gain(node: Mapping[str, Any], doing: Doing) -> Line:
    confirmed = node["status"] == "CONFIRMED"
    certain = codes.GAIN_STATUSES.get(node["status"].lower(), "confirmed")
    quiet = f"Confirmed on {on(node['confirmedOn'])}" if confirmed else sentence_case(certain)
    year = " a year" if node["annualised"] else ""
    return Line(
        words=f"{sentence_case(codes.ADVICE_GAINS.get(node['kind'], node['kind']))}: £{node['amountPence'] / 100:,.2f}{year}",
        quiet=quiet,
        tags=(Tag("Confirmed", "green"),) if confirmed else (),
        ways=() if confirmed else doing.ways(("Confirm", "confirm-gain", {"gain_id": node["id"]})),
    )
