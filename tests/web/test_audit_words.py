"""What the audit trail says of an entry."""

import pytest

from app.platform.language import speaker
from app.web.audit_words import details_in_words


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"role": "front_desk", "scope_kind": "space"}, "Rolle: front_desk, gilt für: space"),
        ({"before": {"starts_at": "2026-11-25T08:00:00+00:00"}}, "vorher: (von: 25.11.26, 09:00)"),
        ({"valid_from": "2027-01-01", "reason": None}, "gilt ab: 01.01.27"),
        ({"is_wanted": True, "events": ["a", "b"]}, "gewünscht: ja, Ereignisse: a, b"),
        ({"jobs": 20261120, "whatever": "20261120"}, "Aufgaben: 20261120, whatever: 20261120"),
    ],
)
def test_details_are_words_days_and_times(details: dict[str, object], said: str) -> None:
    assert details_in_words(details, speaker("de")) == said
