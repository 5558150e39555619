"""Hospitals tell us of admissions, discharges and A&E attendances in HL7 v2 messages."""

from commonweal.intake.hl7v2.acknowledgement import acknowledge
from commonweal.intake.hl7v2.meaning import Act, Meaning, classify, episode_key, report
from commonweal.intake.hl7v2.message import HL7Message, read
from commonweal.intake.hl7v2.segments import Unreadable

__all__ = ["Act", "HL7Message", "Meaning", "Unreadable", "acknowledge", "classify", "episode_key", "read", "report"]
