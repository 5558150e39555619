"""Read an ICS's file: all of it holds, or every problem is said at once."""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from commonweal.domain import tenant
from commonweal.domain.tenant import PCN, Practice
from tenants.ics import CHECKS, ICS, KEYS
from tenants.ics_fields import Fields

T = TypeVar("T")


class ICSFileWrong(Exception):  # noqa: N818 – an answer to the operator who wrote the file
    """The file cannot be used; the message has a line for each problem."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join((f"{path} cannot be used:", *self.problems)))


def read(path: Path) -> ICS:
    """The ICS that a TOML file describes. Raises ICSFileWrong with every problem found; reads no other file."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ICSFileWrong(path, [f"it cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ICSFileWrong(path, ["it is not UTF-8 text"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ICSFileWrong(path, [f"it is not TOML: {error}"]) from None
    fields = Fields(checks=CHECKS, keys=KEYS)
    ics = fields.read(ICS, table)
    problems = [*fields.problems, *(problem for rule in _RULES for problem in rule(ics))]
    if problems:
        raise ICSFileWrong(path, problems)
    return ics


def _each_once(things: Iterable[T], what: str, field: str, key: Callable[[T], str | int | None]) -> Iterator[str]:
    """A problem for each thing whose key an earlier one has; an empty key is no key."""
    seen: dict[str | int, int] = {}
    for number, thing in enumerate(things, start=1):
        if not (value := key(thing)):
            continue
        if value in seen:
            yield f"[[{what}]] {number}: {field} {value} is that of [[{what}]] {seen[value]} already"
        else:
            seen[value] = number


def _nothing_twice(ics: ICS) -> Iterator[str]:
    yield from _each_once(ics.places, "place", "code", lambda place: place.code)
    yield from _each_once(ics.pcns, "pcn", "ods", lambda pcn: pcn.ods)
    yield from _each_once(ics.federations, "federation", "name", lambda federation: federation.name)
    yield from _each_once(ics.trusts, "trust", "ods", lambda trust: trust.ods)
    yield from _each_once(ics.trusts, "trust", "mllp_line", lambda trust: trust.mllp_line)
    yield from _each_once(ics.trusts, "trust", "hl7v2_subject", lambda trust: trust.hl7v2_subject)
    yield from _each_once(ics.link_workers, "link_worker", "id", lambda worker: worker.id)
    yield from _each_once(ics.link_workers, "link_worker", "subject", lambda worker: worker.subject)
    yield from _each_once(ics.users, "user", "grant", lambda user: f"{user.role} {user.scope} for {user.subject}")


def _references_lead_somewhere(ics: ICS) -> Iterator[str]:
    places = {place.code for place in ics.places}
    pcns = {pcn.ods for pcn in ics.pcns}
    for number, pcn in enumerate(ics.pcns, start=1):
        if pcn.place and pcn.place not in places:
            yield f"[[pcn]] {number}: place {pcn.place} is no [[place]] of this file"
    members: dict[str, list[tuple[str, ...]]] = {
        "federation": [federation.pcns for federation in ics.federations],
        "link_worker": [worker.pcns for worker in ics.link_workers],
    }
    for what, lists in members.items():
        for number, codes in enumerate(lists, start=1):
            yield from (
                f"[[{what}]] {number}: pcns {code} is no [[pcn]] of this file" for code in codes if code not in pcns
            )
    yield from _scopes(ics)


def _scopes(ics: ICS) -> Iterator[str]:
    known = {
        "pcn": {pcn.ods for pcn in ics.pcns},
        "practice": {pcn.key(practice) for pcn in ics.pcns for practice in pcn.practices},
        "trust": {trust.ods for trust in ics.trusts},
        "link_worker": {worker.id for worker in ics.link_workers},
    }
    for number, user in enumerate(ics.users, start=1):
        kind, _, which = user.scope.partition(":")
        if which not in known.get(kind, {which}):
            yield f"[[user]] {number}: scope {user.scope} is no {kind} of this file"


def _time_goes_forward(ics: ICS) -> Iterator[str]:
    for number, pcn in enumerate(ics.pcns, start=1):
        where = f"[[pcn]] {number}"
        if pcn.to and pcn.since >= pcn.to:
            yield f"{where}: from {pcn.since} must be before to {pcn.to}"
        for place, practice in enumerate(pcn.practices, start=1):
            start, end = _membership(pcn, practice)
            if start >= end:
                yield f"{where}, practices {place}: from {start} must be before to {end}"
            elif start < pcn.since:
                yield f"{where}, practices {place}: from {start} is before its PCN began, {pcn.since}"
            elif pcn.to and end > pcn.to:
                yield f"{where}, practices {place}: to {end} is after its PCN ended, {pcn.to}"


def _membership(pcn: PCN, practice: Practice) -> tuple[date, date]:
    """First day in, first day out."""
    return practice.since or pcn.since, practice.to or pcn.to or date.max


def _one_pcn_at_a_time(ics: ICS) -> Iterator[str]:
    """A practice whose code is not known is told apart by its PCN and name: two PCNs may each have a Brook."""
    seen: dict[str, list[tuple[date, date, str]]] = {}
    for number, pcn in enumerate(ics.pcns, start=1):
        for place, practice in enumerate(pcn.practices, start=1):
            if not practice.name or not pcn.ods:
                continue
            where, key = f"[[pcn]] {number}, practices {place}", pcn.key(practice)
            start, end = _membership(pcn, practice)
            for from_, to, other in seen.setdefault(key, []):
                if start < to and from_ < end:
                    yield f"{where}: {key} is in {other} at the same time"
            seen[key].append((start, end, where))


def _channels_are_whole(ics: ICS) -> Iterator[str]:
    facilities: dict[str, int] = {}
    for number, trust in enumerate(ics.trusts, start=1):
        where = f"[[trust]] {number}"
        if (trust.mllp_line or trust.hl7v2_subject) and not trust.hl7v2_facilities:
            yield f"{where}: hl7v2_facilities is missing; say what the trust calls itself in MSH-4"
        if trust.task_token_file and not trust.task_endpoint:
            yield f"{where}: task_token_file needs a task_endpoint to be sent to"
        if trust.told_by == tenant.POST and not trust.task_endpoint:
            yield f'{where}: task_endpoint is missing; told_by = "post" needs an address'
        if trust.out_days and trust.told_by != tenant.STREAM:
            yield f'{where}: out_days are only read with told_by = "stream"'
        for facility in trust.hl7v2_facilities:
            if facilities.setdefault(facility, number) != number:
                yield f"{where}: hl7v2_facilities {facility} is that of [[trust]] {facilities[facility]} already"


def _discharge_rule_is_whole(ics: ICS) -> Iterator[str]:
    rule, wards, hours = ics.policies.discharge_offer, ics.policies.offer_wards, ics.policies.offer_hours
    if rule and not hours:
        yield "[policies]: offer_hours is missing; with a discharge_offer it says how soon it is made"
    if rule == "wards" and not wards:
        yield '[policies]: offer_wards is missing; discharge_offer = "wards" needs a list of them'
    if wards and rule != "wards":
        yield '[policies]: offer_wards are only read with discharge_offer = "wards"'


_RULES = (
    _nothing_twice,
    _references_lead_somewhere,
    _time_goes_forward,
    _one_pcn_at_a_time,
    _channels_are_whole,
    _discharge_rule_is_whole,
)
