"""What is near by in the tests' stories: organisations and services with everything filled in that a story does not care about."""

from datetime import date
from typing import Any

from commonweal.domain.directory.community_organisation import ListOrganisation
from commonweal.domain.directory.community_service import ApproveService, AssureService
from commonweal.domain.directory.connect import OfferConnection
from commonweal.domain.directory.listing import SubmitService
from tests.story import DAY

BY = "0" * 32


def organisation(name: str = "Green Gym", **known: Any) -> ListOrganisation:
    return ListOrganisation(**{"name": name, "identifiers": (), **known})


def service(name: str = "Friday gardeners", **known: Any) -> SubmitService:
    return SubmitService(
        **{
            "organisation_id": "o-1",
            "kind": "activity",
            "name": name,
            "needs": ("loneliness", "nature"),
            "by": BY,
            **known,
        }
    )


def assured(on: date = DAY, method: str = "phone") -> AssureService:
    return AssureService(method=method, by=BY, on=on)


def listed(name: str = "Friday gardeners", on: date = DAY, **known: Any) -> tuple[object, ...]:
    """A service that somebody approved and made sure of."""
    return service(name, **known), ApproveService(by=BY), assured(on)


def offered(referral_id: str, service_id: str, **known: Any) -> OfferConnection:
    return OfferConnection(
        **{
            "referral_id": referral_id,
            "service_id": service_id,
            "mode": "supported",
            "hope": "to be out of doors",
            "by": BY,
            "on": DAY,
            **known,
        }
    )
