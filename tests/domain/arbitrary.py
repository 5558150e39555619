"""Anything that may be asked, anything that may have been stored, with codes that make sense often enough."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from hypothesis import strategies as st

from commonweal.domain import codes, consent, hospital, link_worker, person, tenant, user
from commonweal.domain.message import ERASED, field_types, is_personal, personal_type

DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(4)]
TIMES = [datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=n) for n in range(4)]
WORKERS, PEOPLE, REFERRALS = ["amira", "ben"], ["ottoline", "ada"], ["r1", "r2"]
PCNS, PRACTICES = ["U35821", "U52261"], ["K83001", "U35821/burton"]


def among(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value for choice in choices for value in choice])


USEFUL: dict[str, st.SearchStrategy[Any]] = {
    "person_id": among(PEOPLE),
    "worker_id": among(WORKERS),
    "from_worker_id": among(WORKERS),
    "cover_worker_id": among(WORKERS),
    "referral_id": among(REFERRALS),
    "nhs_number": among(["9434765919", "9100000000", "943 476 5919", "9434765918"]),
    "nhs_number_status": among(["01", "02", "03", "07"]),
    "stated_gender": among(codes.STATED_GENDERS),
    "ethnic_category": among(codes.ETHNIC_CATEGORIES),
    "language": among(["en", "so"]),
    "lsoa21": among(["E01027025", "E01027026"]),
    "postcode": among(["NN15 5LB", "e151aa", ""]),
    "email": among(["ottoline@example.org", "", "nobody"]),
    "gp_practice": among(PRACTICES),
    "practice": among(PRACTICES),
    "channel": among(person.CHANNELS),
    "basis": among(person.ERASURE_BASES),
    "audience": among(["any", "RP1"]),
    "method": among(consent.METHODS),
    "given_by": among(consent.GIVERS),
    "setting": among(codes.SETTINGS),
    "priority": among(codes.PRIORITIES),
    "reasons": st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    "needs": st.lists(among(codes.DISCHARGE_NEEDS), max_size=2).map(tuple),
    "referrer_role": among(codes.REFERRER_ROLES),
    "source": among(["01", "02"]),
    "medium": among(codes.CONSULTATION_MEDIUMS),
    "trust": among(["RP1", "RNQ"]),
    "told_by": among(tenant.WAYS),
    "key": among(["UA", "UB"]),
    "role": among(user.ROLES),
    "weight": among([1, 2, 3, 5, 6]),
    "fte_percent": among([50, 100]),
    "caseload_limit": among([0, 4, 6]),
    "host_practices": among([(), ("K83001",)]),
    "pcns": among([(), ("U35821",)]),
    "languages": among([(), ("en",)]),
    "employer": among(["U35821", "GB-CHC-1054276"]),
    "funder": among(["QPM"]),
    "rule": among(codes.DISCHARGE_OFFER_RULES),
    "destination": among(["19", "at home"]),
    "ods": among(["QPM", "QMF"]),
    "gss": among(["E54000059"]),
    "kind": among(tenant.TRUST_KINDS),
    "source_org": among(["K83001", "RP1"]),
    "to_organisation": among(["RP1"]),
    "discharge_offer": among(codes.DISCHARGE_OFFER_RULES),
    "scope": among(["contact", "share_referrer"]),
    "reason": among(codes.CLOSURE_REASONS, codes.REJECTION_REASONS),
}
"""By field name, so that wishes that can be granted arise; a few that cannot are among them."""
USEFUL_IN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("AllocateLinkWorker", "reason"): among(["language"]),
    ("ReallocateReferral", "reason"): among(["language"]),
    ("DeallocateLinkWorker", "reason"): among(["absence"]),
    ("CloseReferral", "reason"): among(["goals_met", "died"]),
    ("RetractReferral", "reason"): among(["duplicate", "wrong_person"]),
    ("DeclineSocialPrescribing", "reason"): among(["not_now", "unknown"]),
    ("DeclineDischargeSupport", "reason"): among(["not_now", "unknown"]),
    ("RejectReferral", "reason"): among(["01", "no_capacity"]),
    ("RedirectReferral", "reason"): among(["out_of_area", "better_placed"]),
    ("MatchPatient", "method"): among(hospital.MATCHES),
    ("StartAbsence", "kind"): among(link_worker.ABSENCES),
    ("RecordDeath", "source"): among(person.DEATH_SOURCES),
    ("ReceiveReferral", "source"): among(["01"]),
    ("GrantUser", "scope"): among(["tenant", "pcn:U35821", "pcn:"]),
    ("RevokeUser", "scope"): among(["tenant", "pcn:U35821"]),
    ("UserGranted", "scope"): among(["tenant", "pcn:U35821"]),
    ("UserRevoked", "scope"): among(["tenant", "pcn:U35821"]),
}
"""Where the same field means another thing."""
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: among(["a", "b"]),
    int: st.integers(0, 5),
    bool: st.booleans(),
    date: among(DAYS),
    datetime: among(TIMES),
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        return of_type(get_args(hint)[0])
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if part is NoneType else of_type(part) for part in get_args(hint)))
    if origin is tuple:
        return st.lists(of_type(get_args(hint)[0]), max_size=2).map(tuple)
    return PLAIN[hint] if hint in PLAIN else wishes(hint)


def of_field(message: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    useful = USEFUL_IN.get((message.__name__, name), USEFUL.get(name))
    optional = NoneType in get_args(personal_type(hint) if is_personal(hint) else hint)
    if useful is None:
        return of_type(personal_type(hint) if is_personal(hint) else hint)
    return st.one_of(useful, st.none()) if optional else useful


@cache
def wishes(message: type) -> st.SearchStrategy[Any]:
    """Commands, or the values in them."""
    if message is tenant.ConfigureTenant:
        return configurations()
    return st.builds(message, **{name: of_field(message, name, hint) for name, hint in field_types(message).items()})


@cache
def facts(event: type) -> st.SearchStrategy[Any]:
    """Events as anyone may ever have stored them, erased values among them."""
    made = {}
    for name, hint in field_types(event).items():
        field = of_field(event, name, hint)
        made[name] = st.one_of(field, st.just(ERASED)) if is_personal(hint) else field
    return st.builds(event, **made)


def configurations() -> st.SearchStrategy[Any]:
    practices = st.lists(
        st.builds(
            tenant.Practice,
            name=among(["Burton", "Mawsley"]),
            ods=st.none() | among(["K83001"]),
            since=st.none() | among(DAYS[:2]),
            to=st.none() | among(DAYS[2:]),
        ),
        max_size=2,
    )
    pcns = st.lists(
        st.builds(
            tenant.PCN,
            ods=among(PCNS),
            name=among(["Blue", "Rural"]),
            place=st.just("E06000061"),
            since=among(DAYS[:1]),
            to=st.none() | among(DAYS[3:]),
            practices=practices.map(tuple),
        ),
        max_size=2,
        unique_by=lambda pcn: pcn.ods,
    )
    trusts = st.builds(tenant.Trust, ods=among(["RP1", "RNQ"]), name=among(["KGH", "NGH"]), told_by=USEFUL["told_by"])
    return st.builds(
        tenant.ConfigureTenant,
        ods=USEFUL["ods"],
        name=among(["Northamptonshire"]),
        gss=USEFUL["gss"],
        places=st.just((tenant.Place(code="E06000061", name="North"),)),
        pcns=pcns.map(tuple),
        federations=st.lists(st.builds(tenant.Federation, name=among(["Alliance"]), pcns=among([(), ("U35821",)])), max_size=1).map(tuple),
        trusts=st.lists(trusts, max_size=2, unique_by=lambda trust: trust.ods).map(tuple),
        policies=st.builds(tenant.Policies, triage_days=st.integers(1, 3)),
        on=among(DAYS),
    )  # fmt: skip


def members(union: Any) -> tuple[type, ...]:
    return get_args(union) or (union,)


def any_of(make: Callable[[type], st.SearchStrategy[Any]], union: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*(make(message) for message in members(union)))
