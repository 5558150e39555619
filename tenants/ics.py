"""An ICS as its file describes it: how it is put together, where it is kept, who is there to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from commonweal.domain import codes, tenant, user, values
from commonweal.domain.measures import measure_schedule
from tenants.ics_codes import between, endpoint, inside_data_folder, name, one_of, shaped
from tenants.ics_fields import Check


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkWorker:
    """A link worker to begin with. `subject` is how they sign in; without a `caseload_limit` the policy's holds."""

    id: str
    name: str
    subject: str
    employer: str
    pcns: tuple[str, ...]
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    fte_percent: int = 100
    caseload_limit: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A first user and one grant of theirs. `scope` is `tenant` or `kind:id`: see `commonweal.domain.user`."""

    subject: str
    role: str
    scope: str = "tenant"


@dataclass(frozen=True, kw_only=True, slots=True)
class ICS:
    """All of an ICS file. `key_file` and token files are relative to the data folder; `database` is a configured server;
    `giving_prefix` is what 360Giving registered for it, where it publishes its grants.

    Get one from `tenants.ics_file.read`: only what that returns has been checked.
    """

    ods: str
    name: str
    gss: str
    key_file: str
    database: str = "main"
    giving_prefix: str | None = None
    policies: tenant.Policies = field(default_factory=tenant.Policies)
    places: tuple[tenant.Place, ...]
    pcns: tuple[tenant.PCN, ...]
    federations: tuple[tenant.Federation, ...] = ()
    trusts: tuple[tenant.Trust, ...] = ()
    link_workers: tuple[LinkWorker, ...] = ()
    users: tuple[User, ...] = ()

    @property
    def grants(self) -> tuple[User, ...]:
        """The first users' grants, and that of each trust's feed over HTTP: it speaks for its trust."""
        feeds = (
            User(subject=t.hl7v2_subject, role="hospital", scope=f"trust:{t.ods}")
            for t in self.trusts
            if t.hl7v2_subject
        )
        return (*self.users, *feeds)

    def configuration(self, on: date) -> tenant.ConfigureTenant:
        """The command that makes the ICS be as its file says, asked on the day `on`."""
        return tenant.ConfigureTenant(
            ods=self.ods,
            name=self.name,
            gss=self.gss,
            places=self.places,
            pcns=self.pcns,
            federations=self.federations,
            trusts=self.trusts,
            policies=self.policies,
            giving_prefix=self.giving_prefix,
            on=on,
        )


def _scope(value: str, _what: str) -> None:
    user.check_scope(value)


def _measure(value: str, what: str) -> None:
    measure_schedule.line(value, what)


_SUBJECT: Final = shaped(r"\S{1,255}", "a token's subject, without spaces")
_CASES: Final = between(1, 500)

CHECKS: Final[Mapping[type, Mapping[str, Check]]] = {
    ICS: {
        "ods": shaped(r"Q[A-Z0-9]{2}", "the ODS code of an ICS such as QPM"),
        "name": name,
        "gss": shaped(r"E54\d{6}", "the area code of an ICS such as E54000059"),
        "key_file": inside_data_folder,
        "database": shaped(r"[a-z][a-z0-9_]*", "small letters, digits and underscores"),
        "giving_prefix": values.giving_prefix,
    },
    tenant.Policies: {
        "triage_days": between(1, 60),
        "contact_attempts": between(1, 20),
        "caseload_limit": _CASES,
        "discharge_offer": one_of(codes.DISCHARGE_OFFER_RULES),
        "offer_wards": name,
        "offer_hours": between(1, 720),
        "gp_endpoint": endpoint,
        "gp_token_file": inside_data_folder,
        "measures": _measure,
    },
    tenant.Place: {"code": values.gss_code, "name": name},
    tenant.PCN: {"ods": values.pcn_code, "name": name, "place": values.gss_code},
    tenant.Practice: {"name": name, "ods": shaped(r"[A-Z]\d{5}", "a practice code such as K83001")},
    tenant.Federation: {"name": name, "pcns": values.pcn_code},
    tenant.Trust: {
        "ods": shaped(r"[A-Z0-9]{3}", "a trust's ODS code such as RP1"),
        "name": name,
        "kind": one_of(tenant.TRUST_KINDS),
        "hl7v2_facilities": shaped(r"[^\s|^~\\&]+", "a sending facility as it stands in MSH-4"),
        "mllp_line": between(1, 999),
        "hl7v2_subject": _SUBJECT,
        "task_endpoint": endpoint,
        "task_token_file": inside_data_folder,
        "told_by": one_of(tenant.WAYS),
        "out_days": between(1, 90),
    },
    LinkWorker: {
        "id": values.identifier,
        "name": name,
        "subject": _SUBJECT,
        "employer": values.organisation,
        "pcns": values.pcn_code,
        "languages": values.language,
        "skills": values.identifier,
        "fte_percent": between(1, 100),
        "caseload_limit": _CASES,
    },
    User: {"subject": _SUBJECT, "role": one_of(user.ROLES), "scope": _scope},
}

KEYS: Final[Mapping[type, Mapping[str, str]]] = {
    ICS: {
        "places": "place",
        "pcns": "pcn",
        "federations": "federation",
        "trusts": "trust",
        "link_workers": "link_worker",
        "users": "user",
    },
    tenant.PCN: {"since": "from"},
    tenant.Practice: {"since": "from"},
}
