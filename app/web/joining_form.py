"""What somebody chooses while joining. It stands in the address of each step, so that each can be taken up again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from litestar.datastructures import MultiDict

from app.identity.rules import local_path
from app.kernel.refusals import BadInput, Refusal, marked
from app.plans.agreements import Choice, check_choice
from app.plans.products import Offer
from app.plans.terms import Audience, PlanTerms, PriceClass
from app.web.forms import read_day

_AS: Mapping[str, Audience] = {"privat": Audience.CONSUMER, "firma": Audience.BUSINESS}


class PriceUnknown(BadInput):
    code = "price_class_unknown"
    text = marked("Bitte einen der Preise wählen.")


@dataclass(frozen=True, slots=True)
class JoinForm:
    """The choice as far as it can be read, what was typed for the first day, and what is wrong with it."""

    choice: Choice
    typed_day: str
    refusals: Sequence[Refusal]
    next_url: str

    @property
    def audience_name(self) -> str:
        return next(name for name, audience in _AS.items() if audience is self.choice.audience)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The choice in an address."""
        pairs = [("als", self.audience_name), ("beginn", self.typed_day)]
        pairs += [("extra", str(number)) for number in sorted(self.choice.extras)]
        if self.choice.price_class is not PriceClass.NORMAL:
            pairs.append(("preis", self.choice.price_class))
        if self.next_url != "/":
            pairs.append(("weiter", self.next_url))
        return pairs

    def url(self, offer: Offer, step: str = "") -> str:
        """The address of a step with this choice."""
        return f"/beitreten/{offer.public_id}{step}?{urlencode(self.pairs)}"


def read_join_form(query: MultiDict[str], offer: Offer, proven: frozenset[PriceClass] | None, today: date) -> JoinForm:
    """The choice in the address, else the first one that there is: today, as a private person, at the lowest price
    that was proven. Nobody's proofs are known (None) before signing in, so nothing is said of them then."""
    refusals: list[Refusal] = []
    typed = query.get("beginn", "").strip()[:20]
    starts_on = today
    if typed:
        try:
            starts_on = read_day(typed, "beginn")
        except BadInput as refusal:
            refusals.append(refusal)
    first = Audience.CONSUMER if offer.is_for(Audience.CONSUMER) else Audience.BUSINESS
    audience = _AS.get(query.get("als", ""), first)
    choice = Choice(starts_on, audience, _extras(query, offer), _lowest(offer, proven or frozenset()))
    if query.get("preis"):
        try:
            choice = replace(choice, price_class=PriceClass(query["preis"]))
        except ValueError:
            refusals.append(PriceUnknown(field="preis"))
    if not refusals:
        known = proven if proven is not None else frozenset(PriceClass)
        refusals += check_choice(offer, choice, known, today)
    return JoinForm(choice, typed or today.isoformat(), refusals, local_path(query.get("weiter", "/")))


def _extras(query: MultiDict[str], offer: Offer) -> frozenset[int]:
    """The places of those that cost something; what is none of them is dropped."""
    if not isinstance(offer.terms, PlanTerms):
        return frozenset()
    wanted = query.getall("extra", [])
    return frozenset(number for number, extra in enumerate(offer.terms.extras) if extra.price and str(number) in wanted)


def _lowest(offer: Offer, proven: frozenset[PriceClass]) -> PriceClass:
    classes = [PriceClass.NORMAL, *(one for one in offer.terms.concessions if one in proven)]
    return min(classes, key=offer.terms.price_for)
