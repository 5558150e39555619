"""Everything that has a history: the modules that decide, and with them every event and command by name."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from commonweal.domain import hospital, message, tenant, user
from commonweal.domain.chest import (
    apply,
    assess,
    award,
    ballot,
    ballot_opening,
    capacity,
    fund,
    grant,
    payment,
    underspend,
)
from commonweal.domain.directory import (
    answer,
    community_organisation,
    community_service,
    connect,
    connection,
)
from commonweal.domain.measures import instrument, measure, measuring
from commonweal.domain.people import (
    break_glass,
    competence,
    consent,
    erasure,
    merge,
    person,
    record_access,
    representation,
    risk,
)
from commonweal.domain.plans import framework, plan, plan_agreement, plan_share, plan_start
from commonweal.domain.referrals import (
    follow_up,
    gp_message,
    gp_message_queue,
    information,
    programme,
    reaching,
    receive,
    refer_back,
    referral,
    triage,
    waiting,
)
from commonweal.domain.work import (
    contact,
    contact_booking,
    contact_held,
    drop_in,
    drop_in_recording,
    lone_visit,
    lone_visit_start,
    note,
    note_move,
    note_signing,
    safeguarding,
    safeguarding_raising,
    task,
    task_creation,
)
from commonweal.domain.workforce import (
    absence,
    allocation,
    allocation_rule,
    handover,
    link_worker,
    propose,
    roster,
)

MODULES: Final[tuple[ModuleType, ...]] = (
    person,
    consent,
    representation,
    risk,
    record_access,
    programme,
    referral,
    link_worker,
    allocation_rule,
    hospital,
    tenant,
    user,
    roster,
    contact,
    note,
    task,
    safeguarding,
    lone_visit,
    drop_in,
    community_organisation,
    community_service,
    connection,
    instrument,
    measure,
    framework,
    plan,
    gp_message,
    fund,
    grant,
    ballot,
)
"""One stream decides alone."""

JOINT: Final[tuple[ModuleType, ...]] = (
    merge,
    erasure,
    competence,
    break_glass,
    receive,
    triage,
    information,
    waiting,
    reaching,
    refer_back,
    follow_up,
    allocation,
    absence,
    propose,
    answer,
    handover,
    contact_booking,
    contact_held,
    note_signing,
    note_move,
    task_creation,
    safeguarding_raising,
    lone_visit_start,
    drop_in_recording,
    connect,
    measuring,
    plan_start,
    plan_agreement,
    plan_share,
    gp_message_queue,
    apply,
    assess,
    ballot_opening,
    award,
    payment,
    underspend,
    capacity,
)
"""Several streams decide together."""

EVENTS: Final[Mapping[str, type]] = message.EVENTS
"""Every event by its name. Whole: what is read here has been read."""

COMMANDS: Final[Mapping[str, type]] = message.COMMANDS
"""Every command by its name."""
