"""The two servers an installation on one machine brings along: PostgreSQL to remember, NATS to tell others."""
