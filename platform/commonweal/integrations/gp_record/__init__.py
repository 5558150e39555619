"""A person's practice is told what became of their referral, as far as the person agreed."""

from commonweal.integrations.gp_record.integration import INTEGRATION

__all__ = ["INTEGRATION"]
