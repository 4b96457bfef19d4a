"""The clinical profile: few typed facts about a person, made from FHIR records and matched by plain comparison."""
