"""Invented cases, to see an ICS at work without anyone's details."""
