"""The form of the summary: what was typed in, as a command, and what is wrong with it beside its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.held import Choice
from app.bookings.operations import BookDesk, checked_phone
from app.bookings.rules import AnyOf, Purpose, checked_guests, checked_note
from app.identity.rules import usable_email, usable_name
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, Refusal, marked
from app.network.commuting import municipality_name, municipality_named
from app.network.house_rules import HouseRulesEdition
from app.web.forms import refusals_of
from app.web.paying_view import agreed_in, asks_early_start

FIELDS: Mapping[str, str] = {
    "name": "name",
    "email": "email",
    "house_rules": "hausordnung",
    "guest_phone": "telefon",
    "commute_to": "pendelt",
    "people": "personen",
    "guests": "gaeste",
    "note": "notiz",
    "early_start": "frueh",
}
"""The form's names for what the commands call otherwise, in the order of the page."""

MOST_PEOPLE = 1000
FOLDED = ("telefon", "zweck", "pendelt")


class ChoiceIncomplete(BadInput):
    """The address or form does not say what shall be booked when."""

    code = "choice_incomplete"
    text = marked("Aus dieser Adresse geht nicht hervor, was wann gebucht werden soll. Bitte wählen Sie neu.")


class PeopleUnusable(BadInput):
    code = "people_unusable"
    text = marked("Bitte geben Sie an, wie viele kommen: eine Zahl ab 1.")


class HouseRulesNotTicked(BadInput):
    """The box was left empty, or the house rules have changed since the page was shown."""

    code = "house_rules_not_ticked"
    text = marked("Bitte bestätigen Sie, dass Sie die Hausordnung gelesen haben.")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, to be shown again as they are."""

    name: str = ""
    email: str = ""
    note: str = ""
    phone: str = ""
    purpose: str = ""
    commute: str = ""
    agreed: bool = False
    edition: str = ""
    people: str = ""
    guests: str = ""
    organisation: str = ""
    along: frozenset[Kind] = frozenset()
    pays: str = ""
    agreed_price: int = 0
    early_start: bool = False

    @classmethod
    def in_form(cls, data: Mapping[str, str]) -> "Typed":
        """What a form holds."""
        return cls(
            name=data.get("name", ""),
            email=data.get("email", ""),
            note=data.get("notiz", ""),
            phone=data.get("telefon", ""),
            purpose=data.get("zweck", ""),
            commute=data.get("pendelt", ""),
            agreed=bool(data.get("hausordnung")),
            edition=data.get("ausgabe", ""),
            people=data.get("personen", ""),
            guests=data.get("gaeste", ""),
            organisation=data.get("fuer", ""),
            along=frozenset(kind for kind in Kind if data.get(f"dazu_{kind}")),
            pays=data.get("pays", "")[:100],
            agreed_price=agreed_in(data),
            early_start=asks_early_start(data),
        )

    @classmethod
    def in_choice(cls, choice: Choice, email: str) -> "Typed":
        """What was typed when a place was held."""
        return cls(
            name=choice.name,
            email=email,
            note=choice.note,
            phone=choice.guest_phone,
            purpose=choice.purpose or "",
            commute=municipality_name(choice.commute_to),
            agreed=choice.house_rules is not None,
            edition=str(choice.house_rules or ""),
            people=str(choice.people) if choice.people > 1 else "",
            guests="\n".join(choice.guests),
        )

    @property
    def is_folded(self) -> bool:
        """Whether nothing stands in the fields that are folded away."""
        return not (self.phone or self.purpose or self.commute)

    def agrees_to(self, rules: HouseRulesEdition) -> bool:
        """Whether this very edition was ticked."""
        return self.agreed and self.edition == str(rules.edition)

    def refusals(self, rules: HouseRulesEdition | None, *, is_known: bool) -> Sequence[Refusal]:
        """All that has to be mended before anything is booked or held, in the order of the fields."""
        return refusals_of(
            *(() if is_known else (lambda: usable_name(self.name), lambda: usable_email(self.email))),
            lambda: self._demand_ticked(rules),
            lambda: checked_phone(self.phone),
            lambda: municipality_named(self.commute, "commute_to"),
            self.people_coming,
            lambda: checked_guests(self.guests_coming),
            lambda: checked_note(self.note),
        )

    def command(
        self, what: str | AnyOf, starts_at: datetime, ends_at: datetime, rules: HouseRulesEdition | None
    ) -> BookDesk:
        """What shall be booked; call it where `refusals` finds none."""
        return BookDesk(
            what,
            starts_at,
            ends_at,
            self.note,
            purpose=Purpose(self.purpose) if self.purpose in set(Purpose) else None,
            commute_to=municipality_named(self.commute, "commute_to") or "",
            guest_phone=self.phone,
            house_rules=rules.edition if rules else None,
            people=self.people_coming(),
            guests=self.guests_coming,
            organisation=self.organisation or None,
            pays=self.pays or None,
            agreed_price=self.agreed_price,
            early_start=self.early_start,
        )

    @property
    def guests_coming(self) -> tuple[str, ...]:
        """A name for each line."""
        return tuple(self.guests.splitlines())

    def people_coming(self) -> int:
        """How many come, the person included. Raises PeopleUnusable."""
        said = self.people.strip()
        if not said:
            return 1
        if not (said.isascii() and said.isdigit() and 1 <= int(said[:6]) <= MOST_PEOPLE):
            raise PeopleUnusable(field="people")
        return int(said)

    def _demand_ticked(self, rules: HouseRulesEdition | None) -> None:
        if rules is not None and not self.agrees_to(rules):
            raise HouseRulesNotTicked(field="house_rules")


def read_instant(data: Mapping[str, str], field: str) -> datetime:
    """The instant in a form's hidden field. Raises ChoiceIncomplete."""
    try:
        at = datetime.fromisoformat(data.get(field, ""))
    except ValueError as error:
        raise ChoiceIncomplete from error
    if at.tzinfo is None:
        raise ChoiceIncomplete
    return at
