"""Domains that can be a company's own. Pure."""

from collections.abc import Sequence
from typing import Final

from app.identity.rules import EmailUnusable, usable_email
from app.kernel.refusals import BadInput, marked

READ_BY_ITS_KEEPERS: Final[Sequence[str]] = ("postmaster", "hostmaster", "admin", "webmaster")
"""Local parts that only who looks after a domain reads (RFC 2142, and CA/Browser Forum 3.2.2.4.4)."""

_FAMILIES: Final = frozenset(
    {"gmail", "googlemail", "gmx", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "rocketmail", "aol", "icloud"}
    | {"yandex", "proton", "protonmail", "tutanota", "tuta", "tutamail", "posteo", "zoho", "zohomail", "mailfence"}
)
"""Providers whose addresses end in many ways: gmx.de, gmx.net, yahoo.co.uk."""

_PROVIDERS: Final = frozenset(
    {"web.de", "t-online.de", "freenet.de", "arcor.de", "1und1.de", "online.de", "onlinehome.de", "mailbox.org"}
    | {"me.com", "mac.com", "mail.de", "email.de", "vodafone.de", "vodafonemail.de", "kabelmail.de", "unitybox.de"}
    | {"netcologne.de", "ewetel.net", "ewe.net", "osnanet.de", "htp-tel.de", "unity-mail.de", "alice.de", "o2online.de"}
    | {
        "telekom.de",
        "magenta.de",
        "congstar.de",
        "ok.de",
        "pm.me",
        "hey.com",
        "fastmail.com",
        "fastmail.fm",
        "mail.com",
    }
    | {"mail.ru", "seznam.cz", "laposte.net", "orange.fr", "wanadoo.fr", "free.fr", "libero.it", "bluewin.ch", "gmx"}
    | {"lycos.de", "firemail.de", "emailn.de", "smart-mail.de", "riseup.net", "disroot.org", "systemli.org", "duck.com"}
)
_UNDER_COUNTRIES: Final = frozenset({"co", "com", "net", "org"})
_SHORTEST_LABELS: Final = 2


class DomainUnusable(BadInput):
    code = "domain_unusable"
    text = marked("Bitte die Domain Ihrer Firma eintragen, zum Beispiel firma.de.")


class PublicMailDomain(BadInput):
    code = "public_mail_domain"
    text = marked("Adressen mit @{domain} hat nicht nur Ihre Firma. Laden Sie diese Leute einzeln ein.")


class KeeperUnknown(BadInput):
    code = "domain_keeper_unknown"
    text = marked("Bitte eine der Adressen wählen.")


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def usable_domain(text: str) -> str:
    """The domain as addresses have it, in small letters and ASCII; of a whole address its domain.

    Raises DomainUnusable, PublicMailDomain.
    """
    try:
        domain = domain_of(usable_email(f"postmaster@{text.strip().rpartition('@')[2]}"))
    except EmailUnusable as error:
        raise DomainUnusable(field="domain") from error
    if _is_public(domain):
        raise PublicMailDomain(field="domain", domain=domain)
    return domain


def usable_keeper(text: str) -> str:
    """Raises KeeperUnknown."""
    if text not in READ_BY_ITS_KEEPERS:
        raise KeeperUnknown(field="keeper")
    return text


def _is_public(domain: str) -> bool:
    """A provider's domain and everything below it."""
    labels = domain.split(".")
    if any(".".join(labels[start:]) in _PROVIDERS for start in range(len(labels))):
        return True
    own = labels[:-1]
    if len(own) >= _SHORTEST_LABELS and own[-1] in _UNDER_COUNTRIES:
        own = own[:-1]
    return bool(own) and own[-1] in _FAMILIES
