"""A delivery: someone outside must be told of an event, if they may know it when we tell them."""

from commonweal.integrations.delivery.consents import consents_of, other_records
from commonweal.integrations.delivery.referrer import Referrers
from commonweal.integrations.delivery.shapes import (
    Delivery,
    Integration,
    Outcome,
    Post,
    Prepare,
    Put,
    Recipient,
    Withheld,
)
from commonweal.integrations.delivery.task import STEPS

__all__ = [
    "STEPS",
    "Delivery",
    "Integration",
    "Outcome",
    "Post",
    "Prepare",
    "Put",
    "Recipient",
    "Referrers",
    "Withheld",
    "consents_of",
    "other_records",
]
