"""Which categories are marked as sensitive."""

import pytest

from mydata_ledger.ledger.sensitivity import KINDS
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from mydata_ledger.scripts.serve import slices

VOCABULARY = Vocabulary(one.catalog for one in slices())


def test_every_kind_has_labels_and_stands_in_a_catalog():
    used = {kind for kinds in VOCABULARY.sensitive.values() for kind in kinds}
    assert used == set(KINDS)
    assert all(term.label and term.label_ko for term in KINDS.values())


def test_what_reveals_genes_and_minds_is_marked_and_what_does_not_is_not():
    assert VOCABULARY.sensitive["health.other.sequence"] == ("GDIS",)
    assert {"MH", "HIV"} <= set(VOCABULARY.sensitive["health.condition"])
    assert {"health.vitals", "health.immunization", "energy.usage"}.isdisjoint(VOCABULARY.sensitive)


def test_a_catalog_marks_its_own_categories_only():
    own = {"sleep.night": Term("Nights", "수면 기록")}
    marked = Catalog("sleep", own, {}, sensitive={"sleep.night": ("MH",)})
    assert Vocabulary([marked]).sensitive == {"sleep.night": ("MH",)}
    with pytest.raises(ValueError, match="categories of this catalog only"):
        Catalog("sleep", own, {}, sensitive={"health.lab": ("HIV",)})
