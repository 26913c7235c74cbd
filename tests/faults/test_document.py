"""``docs/faults.md`` shows the matrix as it is in code."""

from tests.faults.__main__ import BETWEEN, DOCUMENT
from tests.faults.table import GROUPS, as_markdown


def test_the_document_holds_the_matrix_of_the_code() -> None:
    found = BETWEEN.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found, "the marks of the matrix are gone"
    assert found[1] == as_markdown(), "python -m tests.faults --write"


def test_no_fault_may_end_in_a_pass() -> None:
    assert [f.id for faults in GROUPS.values() for f in faults if "PASS" in f.outcomes or not f.outcomes] == []


def test_every_fault_has_a_name_of_its_own() -> None:
    ids = [f.id for faults in GROUPS.values() for f in faults]
    assert len(set(ids)) == len(ids)
