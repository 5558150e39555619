"""The menu: the pages somebody may go to, first those that people with their work use most."""

from collections.abc import Mapping
from typing import Final

from commonweal.kernel.reading import Scope
from commonweal.runtime import permissions
from commonweal.runtime.schema import Asker

PAGES: Final = {
    "caseload": ("Caseload", "/caseload"),
    "tasks": ("Tasks", "/tasks"),
    "person_record": ("People", "/people"),
    "referrals_made": ("My referrals", "/my-referrals"),
    "refer": ("Refer", "/refer"),
    "waiting_list": ("Waiting list", "/waiting-list"),
    "proposals": ("Proposals", "/proposals"),
    "service_directory": ("Directory", "/directory"),
    "chest_funds": ("Community chests", "/chests"),
    "chest_effect": ("Community chests", "/chests/effect"),
    "funding": ("Funding", "/funding"),
    "safeguarding": ("Safeguarding", "/safeguarding"),
    "outcomes": ("Outcomes", "/outcomes"),
    "workforce": ("Workforce", "/workforce"),
    "equity": ("Equity", "/equity"),
    "activity": ("Activity", "/activity"),
    "access_reviews": ("Access reviews", "/access-reviews"),
    "moved_notes": ("Moved notes", "/moved-notes"),
    "integrations": ("Telling trusts", "/integrations"),
    "instruments": ("Questionnaires", "/instruments"),
    "erasures": ("Erasures", "/erasures"),
    "users": ("Users", "/users"),
    "set_up": ("Set-up", "/set-up"),
}
"""A view → (text, address) of its page, in the order of a link worker's day."""
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "triager": ("caseload", "waiting_list", "proposals", "person_record", "refer"),
    "team_lead": ("caseload", "tasks", "waiting_list", "person_record", "workforce", "outcomes"),
    "pcn_manager": ("caseload", "waiting_list", "outcomes", "workforce", "equity", "activity"),
    **dict.fromkeys(("chest_officer", "assessor", "steering_member", "finance"), ("chest_funds",)),
    "analyst": ("outcomes", "equity", "activity", "workforce"),
    "ig_lead": ("access_reviews", "erasures", "person_record", "moved_notes", "safeguarding"),
    "funder": ("funding", "outcomes", "service_directory", "chest_funds"),
    "administrator": ("users", "set_up", "integrations", "instruments"),
}
"""A role → what it uses most, where that is another order."""


def menu(asker: Asker) -> tuple[tuple[str, str], ...]:
    """(text, address) of each page; the first of them is where one begins."""
    seen = permissions.views(asker.principal.grants, asker.principal.id)
    first = [view for role, views in _FIRST.items() if role in asker.principal.roles for view in views]
    known = [view for view in dict.fromkeys((*first, *PAGES)) if view in seen and _holds(view, seen[view])]
    if "chest_funds" in known and "chest_effect" in known:
        known.remove("chest_effect")  # the page of the funds leads there
    return tuple(PAGES[view] for view in known)


def _holds(view: str, scope: Scope) -> bool:
    """Who sees their own cases alone sees nobody who waits; who funds for no organisation has no money anywhere."""
    if view == "funding":
        return bool(scope.organisations)
    own = scope.link_workers and not (scope.everything or scope.pcns or scope.practices)
    return view != "waiting_list" or not own
