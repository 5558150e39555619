"""The words everyone in the NHS writes the same way: code lists, each with where it comes from.

National lists are those of the NHS Data Dictionary (NHSDigital/DataDictionaryPublication, May 2026). A list called local has no
national source: it is ours, is spelled in words, may grow, never shrinks.
"""

# ruff: noqa: F403 – a list is one of `codes`, whichever its subject

from commonweal.domain.codes.chest import *
from commonweal.domain.codes.code_list import *
from commonweal.domain.codes.directory import *
from commonweal.domain.codes.hospital import *
from commonweal.domain.codes.measures import *
from commonweal.domain.codes.people import *
from commonweal.domain.codes.plans import *
from commonweal.domain.codes.referrals import *
from commonweal.domain.codes.work import *
from commonweal.domain.codes.workforce import *
