"""What so many pieces of something for teams cost and hold. Pure."""

from typing import overload

import msgspec

from app.plans.terms import PassTerms, PlanTerms, TeamUse, Terms


def piece_price(terms: Terms, quantity: int) -> int:
    """What each of so many pieces costs: gross, in minor units. The highest tier that is reached counts for all."""
    reached = [tier.price for tier in terms.tiers if tier.quantity <= quantity]
    return reached[-1] if reached else terms.price


@overload
def of_pieces(terms: PlanTerms, quantity: int) -> PlanTerms: ...
@overload
def of_pieces(terms: PassTerms, quantity: int) -> PassTerms: ...
@overload
def of_pieces(terms: Terms, quantity: int) -> Terms: ...
def of_pieces(terms: Terms, quantity: int) -> Terms:
    """The terms of so many pieces together: their price, and what a pool gets of them. A seat stays one person's."""
    price = piece_price(terms, quantity) * quantity
    if isinstance(terms, PassTerms):
        return msgspec.structs.replace(terms, price=price, tiers=(), amount=terms.amount * quantity)
    several = quantity if terms.for_teams is TeamUse.POOL else 1
    return msgspec.structs.replace(
        terms, price=price, tiers=(), desk_days=terms.desk_days * several, room_hours=terms.room_hours * several
    )
