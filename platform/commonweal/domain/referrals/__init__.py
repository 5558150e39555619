"""A referral from its arrival to its end."""
