"""What records of a category may reveal that the law protects most.

Source: HL7's code system http://terminology.hl7.org/CodeSystem/v3-ActCode, the concepts below
`_InformationSensitivityPolicy`; the labels are shortened. The catalogs give each category its kinds: those of the
facts that regularly stand in its records. Article 23 of Korea's Personal Information Protection Act names
health, sex life and (by its decree, Article 18) genetic information.
"""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.ledger.vocabulary import Term

KINDS: Mapping[str, Term] = {
    "GDIS": Term("genetic disease", "유전 질환"),
    "HIV": Term("HIV", "HIV 감염"),
    "MH": Term("mental health", "정신 건강"),
    "SEX": Term("sexuality and reproduction", "성·생식 건강"),
    "STD": Term("sexually transmitted disease", "성매개 감염"),
    "ETH": Term("use of alcohol and drugs", "음주·약물 사용"),
    "SDV": Term("abuse and violence", "학대·폭력 피해"),
    "LOCIS": Term("where you are", "나의 위치"),
}
