"""What people do in the tests' stories: commands with everything filled in that a story does not care about."""

from datetime import UTC, date, datetime
from typing import Any

from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.people.merge import MergePersons
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.tenant import PCN, ConfigureTenant, Practice, Trust
from commonweal.domain.workforce.allocation import AllocateLinkWorker
from commonweal.domain.workforce.link_worker import EngageLinkWorker

DAY = date(2026, 3, 2)
RECEIVED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def registered(name: str, **known: Any) -> RegisterPerson:
    return RegisterPerson(**{"name": name, "nhs_number_status": "03", "on": DAY, **known})


def merged(survivor: str, absorbed: str) -> MergePersons:
    return MergePersons(person_id=survivor, absorbed_id=absorbed, evidence="person_confirmed", by="user-wren")


def agreed(scope: str = "contact") -> GiveConsent:
    return GiveConsent(scope=scope, method="verbal", wording_version="1", given_on=DAY)


def referred(person_id: str, reference: str, **known: Any) -> ReceiveReferral:
    return ReceiveReferral(
        **{
            "person_id": person_id,
            "source": "06",
            "source_org": "RP1",
            "source_reference": reference,
            "setting": "ward",
            "reasons": ("loneliness",),
            "referrer_role": "nurse",
            "received_at": RECEIVED,
            **known,
        }
    )


def engaged(name: str, **known: Any) -> EngageLinkWorker:
    return EngageLinkWorker(**{"display_name": name, "employer": "RP1", "engaged_on": DAY, **known})


def allocated(referral_id: str, worker_id: str, weight: int = 1) -> AllocateLinkWorker:
    return AllocateLinkWorker(referral_id=referral_id, worker_id=worker_id, weight=weight, reason="capacity")


def configured(ods: str, name: str, **known: Any) -> ConfigureTenant:
    """Two PCNs; the practice K83001 moves from U11111 to U22222 on 1 July 2026; K83002 is in U22222."""
    old = Practice(name=f"{name} Green Lane", ods="K83001", to=date(2026, 7, 1))
    new = Practice(name=f"{name} Green Lane Surgery", ods="K83001", since=date(2026, 7, 1))
    other = Practice(name=f"{name} Mill Road", ods="K83002")
    since = date(2025, 4, 1)
    return ConfigureTenant(
        **{
            "ods": ods,
            "name": name,
            "gss": "E54000059",
            "pcns": (
                PCN(ods="U11111", name=f"{name} Oak", since=since, practices=(old,)),
                PCN(ods="U22222", name=f"{name} Elm", since=since, practices=(new, other)),
            ),
            "trusts": (Trust(ods="RP1", name=f"{name} Hospital"),),
            "on": date(2026, 1, 1),
            **known,
        }
    )
