"""What is wrong with terms stands beside its field."""

from typing import Any

import msgspec
import pytest

from app.plans.purses import ScopeShape
from app.plans.term_checks import check_terms
from app.plans.terms import Audience, Extra, Overage, PassTerms, PlanTerms, PriceClass
from app.plans.uses import Unit

PLAN = PlanTerms(name_de="A", name_en="A", price=100, desk_days=1)
PASS = PassTerms(name_de="A", name_en="A", price=100, amount=1)


def fields(terms: PlanTerms | PassTerms) -> list[str | None]:
    return [refusal.field for refusal in check_terms(terms, 24, 1)]


def test_sound_terms_pass() -> None:
    assert fields(PLAN) == fields(PASS) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"name_en": " "}, "name_en"),
        ({"about_de": "x" * 401}, "about_de"),
        ({"audiences": ()}, "audiences"),
        ({"price": 1_000_001}, "price"),
        ({"setup": -1}, "setup"),
        ({"desk_days": 0}, "desk_days"),
        ({"desk_days": 32}, "desk_days"),
        ({"rolls_over_months": 13}, "rolls_over_months"),
        ({"concessions": {PriceClass.CLUB: 1_000_001}}, "concession_club"),
        ({"extras": (Extra("Schließfach", "", 5),)}, "extra_1_name_en"),
        ({"overage": {Unit.ROOM_MINUTE: Overage(hour=1_000_001)}}, "overage_room_minute_hour"),
        ({"scope": ScopeShape(opens=600, closes=600)}, "hours"),
        ({"first_term_months": 0}, "first_term_months"),
        ({"first_term_months": 25}, "first_term_months"),
        ({"notice_days": 32}, "notice_days"),
    ],
)
def test_each_mistake_of_a_plan_has_its_field(said: dict[str, Any], wrong: str) -> None:
    assert fields(msgspec.structs.replace(PLAN, **said)) == [wrong]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"amount": 0}, "amount"),
        ({"valid_months": 0}, "valid_months"),
        ({"is_trial": True}, "price"),
        ({"valid_days": 0}, "valid_days"),
        ({"valid_days": 30, "valid_months": 1}, "valid_days"),
    ],
)
def test_each_mistake_of_a_pass_has_its_field(said: dict[str, Any], wrong: str) -> None:
    assert fields(msgspec.structs.replace(PASS, **said)) == [wrong]


def test_businesses_may_be_bound_longer_than_consumers() -> None:
    long = msgspec.structs.replace(PLAN, first_term_months=36, notice_days=90)
    assert fields(long) == ["first_term_months", "notice_days"]
    assert fields(msgspec.structs.replace(long, audiences=(Audience.BUSINESS,))) == []
