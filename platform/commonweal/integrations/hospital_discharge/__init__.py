"""A trust that referred someone learns what became of it, if the person agreed that they may."""

from commonweal.integrations.hospital_discharge.integration import INTEGRATION

__all__ = ["INTEGRATION"]
