"""Verifying: was anything lost, changed or let out? Each module here is one question put to an ICS."""
