"""A&E learns what became of the people it referred, if they agreed that it may."""

from commonweal.integrations.emergency_department.integration import INTEGRATION

__all__ = ["INTEGRATION"]
