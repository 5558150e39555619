"""Referrals that come as a table: a CSV file with a row for each, all of it checked before any of it is done.

UTF-8, commas, one line of names first, in any order. An empty cell is nothing said. Names with * must be there and have something
in every row.

    name *                    as the person is called
    date_of_birth             2026-03-01
    nhs_number                ten digits; the person is found by it, else made known
    nhs_number_status         NHS Data Dictionary, 01 to 08; 02 with a number and 03 without, where it is empty
    address, postcode, phone, email
    language                  ISO 639: en, so
    interpreter               yes or no
    stated_gender             1, 2, 9 or X
    ethnic_category           2001 codes: A to S, Z, 99
    lsoa21                    of the 2021 census
    gp_practice               K83001, or U35821/mawsley; one of no PCN of the ICS is taken in, and said

    consent_contact_on *      the day they agreed to be contacted
    consent_method            verbal, written or digital; verbal where it is empty
    consent_wording           the version of the wording that was read to them; csv where it is empty
    consent_share_referrer    yes: the referrer may be told how it goes
    consent_share_gp          yes: their practice may be told

    source_org *              who refers: an ODS code, or GB-CHC- and a charity number
    source_reference *        their own reference. The same two again are the same referral: it is not received twice
    source *                  01 to 23 (source of referral), pharmacy, fire, job_centre, housing
    setting *                 gp, ed, ward, discharge, mental_health, diagnostic_hub, outpatient, pharmacy, local_authority,
                              housing, police, fire, job_centre, vcfse, care_home, school, self, carer
    referrer_role *           gp, nurse, social_worker, voluntary, person, carer, other …
    referrer_name
    priority                  1 routine, 2 urgent, 3 two week wait; 1 where it is empty
    reasons                   needs, with a semicolon between: loneliness;money
    narrative                 in words
    risks_known               risks, with a semicolon between
    requested_service, programme, encounter

The codes are those of `commonweal.domain.codes`. Mistakes name the row, counted as a spreadsheet does, and the column; they never
repeat what stands in a cell.
"""

from commonweal.intake.csv.columns import COLUMNS
from commonweal.intake.csv.rows import Mistake, Row, Table, read, unknown_practices, weighed

__all__ = ["COLUMNS", "Mistake", "Row", "Table", "read", "unknown_practices", "weighed"]
