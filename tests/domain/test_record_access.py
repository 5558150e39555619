"""Whoever opens a record is written down; whoever breaks the glass is asked about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain import codes, user
from commonweal.domain.people import break_glass, record_access
from commonweal.domain.people.break_glass import BreakGlass
from commonweal.domain.people.person import PersonErased, PersonRegistered
from commonweal.domain.people.record_access import (
    AccessReviewed,
    BreakGlassAccessUsed,
    OpenRecord,
    PersonRecordOpened,
    ReviewAccess,
)
from commonweal.domain.user import GlassBroken, NameUser, UserGranted, UserNamed
from tests.given import given, state_of

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=4)
OPEN = OpenRecord(what="timeline", by="wren", by_role="link_worker", at=NOW)
OPENED = PersonRecordOpened(role="link_worker", what="timeline", opened_at=NOW, by="wren")
BREAK = BreakGlass(
    person_id="p", access_id="a", reason="danger", words=" he called ", fields=("details", "plan"), by="wren",
    by_role="link_worker", at=NOW,
)  # fmt: skip
BROKEN = BreakGlassAccessUsed(
    access_id="a", role="link_worker", reason="danger", words="he called", fields=("details", "plan"), opened_at=NOW,
    until=LATER, by="wren",
)  # fmt: skip
KNOWN = PersonRegistered(name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99")
PERSON, USER = ("person", "p"), ("user", "wren")
GRANTED = UserGranted(role="link_worker", scope="link_worker:amira")
REVIEW = ReviewAccess(access_id="a", verdict="justified", words="rightly", by="ines", at=LATER)
REVIEWED = AccessReviewed(access_id="a", verdict="justified", words="rightly", reviewed_at=LATER, by="ines")


def test_who_looks_again_in_the_same_hour_is_written_down_once() -> None:
    given(record_access).when(OPEN).then(OPENED)
    for again in (NOW, NOW + timedelta(minutes=29), NOW - timedelta(hours=2)):
        given(record_access, OPENED).when(replace(OPEN, at=again)).then_nothing()
    next_hour = NOW + timedelta(minutes=30)
    given(record_access, OPENED).when(replace(OPEN, at=next_hour)).then(replace(OPENED, opened_at=next_hour))
    given(record_access, OPENED).when(replace(OPEN, by="ben")).then(replace(OPENED, by="ben"))


def test_what_is_opened_through_another_glass_is_written_down_anew() -> None:
    soon = NOW + timedelta(minutes=5)
    again = replace(OPEN, at=soon)
    given(record_access, OPENED, BROKEN).when(again).then(replace(OPENED, opened_at=soon))
    given(record_access, OPENED, replace(BROKEN, by="ben")).when(again).then_nothing()
    given(record_access, BROKEN, OPENED, replace(BROKEN, access_id="b")).when(again).then(
        replace(OPENED, opened_at=soon)
    )


def test_each_part_somebody_opens_is_written_down() -> None:
    plan = replace(OPENED, what="plan")
    given(record_access, OPENED).when(replace(OPEN, what="plan")).then(plan)
    for again in (OPEN, replace(OPEN, what="plan")):
        given(record_access, OPENED, plan).when(again).then_nothing()


def test_a_broken_glass_is_told_to_the_record_and_to_who_may_look_now() -> None:
    asked = given(break_glass, reading={PERSON: (KNOWN,), USER: (GRANTED,)}).when(BREAK)
    asked.then(BROKEN, writing={USER: (GlassBroken(person_id="p", until=LATER, parts=("details", "plan")),)})
    given(break_glass, BROKEN, reading={PERSON: (KNOWN,), USER: (GRANTED,)}).when(BREAK).then_nothing()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"words": " "}, "words is missing"),
        ({"reason": "curious"}, "reason must be one of"),
        ({"fields": ()}, "fields is missing"),
        ({"fields": ("diary",)}, "fields must be one of"),
    ],
)
def test_the_glass_is_not_broken_without_saying_why_and_for_what(changed: dict[str, Any], why: str) -> None:
    given(break_glass, reading={PERSON: (KNOWN,), USER: (GRANTED,)}).when(replace(BREAK, **changed)).refused(why)


def test_there_must_be_a_record_to_open() -> None:
    given(break_glass).when(BREAK).refused("no such person")
    gone = {PERSON: (KNOWN, PersonErased(basis="request_upheld"))}
    given(break_glass, reading=gone).when(BREAK).refused("erased")


def test_the_glass_is_open_for_four_hours_with_each_role_and_then_closed() -> None:
    broken = state_of(
        user,
        GRANTED,
        UserGranted(role="triager", scope="pcn:U35821"),
        GlassBroken(person_id="p", until=LATER, parts=("plan",)),
    )
    assert user.open_to(broken, LATER - timedelta(seconds=1)) == broken.grants | {
        ("link_worker", "glass:plan:p"),
        ("triager", "glass:plan:p"),
    }
    assert user.open_to(broken, LATER) == broken.grants
    revoked = user.State(glass=broken.glass)
    assert user.open_to(revoked, NOW) == frozenset(), "without a role nothing opens"


def test_each_part_is_open_as_long_as_it_was_asked_for_last() -> None:
    hour = timedelta(hours=1)
    first, second = (
        GlassBroken(person_id="p", until=NOW + hour, parts=("details", "plan")),
        GlassBroken(person_id="p", until=NOW + 2 * hour, parts=("plan",)),
    )
    broken = state_of(user, GRANTED, second, first)
    assert {scope for _, scope in user.open_to(broken, NOW) - broken.grants} == {"glass:details:p", "glass:plan:p"}
    assert {scope for _, scope in user.open_to(broken, NOW + hour) - broken.grants} == {"glass:plan:p"}


def test_a_glass_broken_before_parts_were_kept_opened_all_of_them() -> None:
    broken = state_of(user, GRANTED, GlassBroken(person_id="p", until=LATER))
    opened = {scope for _, scope in user.open_to(broken, NOW) - broken.grants}
    assert opened == {f"glass:{part}:p" for part in codes.RECORD_PARTS}


def test_nobody_is_granted_what_only_a_broken_glass_opens() -> None:
    given(user).when(user.GrantUser(role="link_worker", scope="glass:plan:p")).refused("scope must be tenant")


def test_somebody_else_reviews_it_once() -> None:
    given(record_access, BROKEN).when(REVIEW).then(REVIEWED)
    given(record_access, BROKEN, REVIEWED).when(REVIEW).then_nothing()
    given(record_access, BROKEN).when(replace(REVIEW, by="wren")).refused("somebody else")
    given(record_access, OPENED).when(REVIEW).refused("nobody opened")
    given(record_access, BROKEN).when(replace(REVIEW, verdict="fine")).refused("verdict must be one of")
    other = replace(REVIEW, verdict="taken_further")
    given(record_access, BROKEN, REVIEWED).when(other).then(replace(REVIEWED, verdict="taken_further"))


def test_a_colleague_is_called_what_they_are_called_where_they_sign_in() -> None:
    given(user, GRANTED).when(NameUser(display_name=" Wren Hale ")).then(UserNamed(display_name="Wren Hale"))
    given(user, GRANTED, UserNamed(display_name="Wren Hale")).when(NameUser(display_name="Wren Hale")).then_nothing()
    given(user).when(NameUser(display_name=" ")).refused("display_name is missing")
