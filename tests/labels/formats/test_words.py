"""The taxonomy and the facts of the first day."""

from __future__ import annotations

import re

import pytest

from coalface.errors import UsageError
from coalface.labels.draft import Claim, LegalStatus, SourceFacts, SourceType, StatementDraft, SubjectKind
from coalface.labels.facts import FACT_FILES, builtin_records, builtin_statements
from coalface.labels.formats import FORMATS, detect_format, format_named
from coalface.labels.taxonomy import (
    CONCEPTS,
    CONFIDENCE_LEVELS,
    concept_named,
    confidence_named,
    is_within,
    source_type_of,
)


def test_every_concept_leads_to_the_top() -> None:
    assert [concept.id for concept in CONCEPTS.values() if concept.broader is None] == ["concept"]
    assert all(is_within(name, "concept") for name in CONCEPTS)
    assert {name for name in CONCEPTS if is_within(name, "abuse")} >= {
        "sanction",
        "ransomware",
        "service_hack",
    }
    assert not is_within("miner", "service")
    assert not is_within("no_such_concept", "concept")
    assert concept_named("defi_derivatives") is CONCEPTS["defi_derivative"]
    assert concept_named("exchange") == CONCEPTS["exchange"]
    assert all(concept.interpol_uri is None or "#" in concept.interpol_uri for concept in CONCEPTS.values())


def test_confidence() -> None:
    assert list(CONFIDENCE_LEVELS.values()) == sorted(CONFIDENCE_LEVELS.values(), reverse=True)
    known, unknown = confidence_named("authority_data"), confidence_named("gut_feeling")
    assert known is not None
    assert unknown is not None
    assert (known.level, unknown.level, confidence_named(None)) == (60, None, None)
    assert source_type_of(known) is SourceType.AUTHORITY
    assert source_type_of(unknown) is None


def test_facts_are_whole_and_sourced() -> None:
    statements = builtin_statements()
    assert len(statements) >= 40
    assert [each for each in statements if each.problem is not None] == []
    for each in statements:
        assert each.url or each.extra.get("source"), each.subject
        assert each.url is None or re.match(r"https://\w", each.url)
        assert each.category is None or each.category in CONCEPTS
        assert each.abuse is None or each.abuse in CONCEPTS
        assert each.confidence is None or each.confidence.level is not None
    subjects = [(each.subject_kind, each.subject) for each in statements]
    assert len(set(subjects)) == len(subjects)


def test_facts_list_nobody() -> None:
    statements = builtin_statements()
    assert {each.claim for each in statements} == {Claim.ATTRIBUTED}
    assert LegalStatus.DESIGNATED not in {each.legal_status for each in statements}
    named = [each for each in statements if each.source_type is SourceType.AUTHORITY]
    # Named by the FBI, which designates nobody.
    assert [each.legal_status for each in named] == [LegalStatus.NONE] * 6
    assert {
        each.is_cluster_definer for each in statements if each.subject_kind is not SubjectKind.COINBASE_TAG
    } == {False}


@pytest.mark.parametrize("name", FACT_FILES)
def test_facts_are_files_as_a_users(name: str) -> None:
    assert detect_format(FACT_FILES[name]) == "csv"
    facts, *rest = builtin_records(name)
    assert isinstance(facts, SourceFacts)
    assert (facts.publisher, facts.licence) == ("Coalface", "Apache-2.0")
    assert facts.default_series
    assert facts.list_date
    assert all(isinstance(each, StatementDraft) for each in rest)


def test_formats_are_named() -> None:
    assert all(name == each.name and each.meaning for name, each in FORMATS.items())
    with pytest.raises(UsageError) as caught:
        format_named("docx")
    assert caught.value.code == "usage_format"
