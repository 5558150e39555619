"""The past, brought from an older tool: JSON Lines, a case a line, carried out by the same commands as everyone's, backdated.

A line is a case or a link worker. `commonweal intake history --shape` prints every field there is; an example of a case:

    {"kind": "case", "tool": "older-tool", "id": "48213",
     "person": {"id": "P-77", "name": "…", "date_of_birth": "1947-02-14", "nhs_number": "…", "gp_practice": "K83001"},
     "referral": {"source": "01", "source_org": "K83001", "source_reference": "A/12", "setting": "gp", "referrer_role": "gp",
                  "reasons": ["loneliness"], "received_at": "2024-03-01T09:30:00Z"},
     "happened": [
       {"at": "2024-03-01T09:30:00Z", "step": "consent_given", "scope": "contact", "method": "verbal", "wording_version": "old"},
       {"at": "2024-03-02T10:00:00Z", "step": "triage_started"},
       {"at": "2024-03-02T11:00:00Z", "step": "accepted"},
       {"at": "2024-03-09T09:00:00Z", "step": "allocated", "worker": "LW-3", "reason": "practice"},
       {"at": "2024-03-12T14:00:00Z", "step": "contact_held", "id": "c1", "kind": "initial", "medium": "01", "duration_min": 60},
       {"at": "2024-06-01T14:00:00Z", "step": "closed", "reason": "goals_met"}]}

and of a link worker, before the cases they had:

    {"kind": "link_worker", "tool": "older-tool", "id": "LW-3", "display_name": "…", "employer": "GB-CHC-1234567",
     "pcns": ["U35821"], "caseload_limit": 60, "engaged_on": "2021-04-01", "left_on": "2025-03-31"}

- `happened` is in order, each with its time and zone. The referral is received at its own time, after what was agreed to by then.
- What a field says in code is said in the codes of `commonweal.domain.codes`.
- Ids are the tool's own. Ours follow from the ICS, `tool` and them, so that the same file again changes nothing.
- A person is found by NHS number, else made known. Of somebody known before, what is on record is left as it is.
- `worker` is a link worker's id in the tool, of a line of their own in these files or in some brought before; `worker_id` is ours.
- What happens to a plan names it by `plan`, where a case has more than one.
- Nothing follows from what is brought in by itself, and nobody is told of it (`kernel.append.IMPORT`). Deadlines that
  lie in the past are looked at when they are over, as everyone's are.

Every line is read first: one that is not of this shape stops everything before it begins. A line is decided whole before any of
it is written; one that the rules refuse is reported and left out, and the rest goes on.
"""

from commonweal.intake.history.acts import ends
from commonweal.intake.history.bring import Brought, Past
from commonweal.intake.history.lot import Lots
from commonweal.intake.history.shape import Line, described, is_case, read

__all__ = ["Brought", "Line", "Lots", "Past", "described", "ends", "is_case", "read"]
