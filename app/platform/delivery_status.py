"""What a mail server says of a mail that it could not deliver (RFC 3464), as far as it can be believed.

Anybody can write such a message. Nothing in it says whom it is about but the tags, which only those know who had the
mail in their hands; what they belong to, the caller looks up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from typing import Final

TAG: Final = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")
_MOST_TAGS: Final = 10
_RECIPIENTS: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")
_ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_BASIC: Final = re.compile(r"(?<!\d)([245])\d\d(?!\d)")
_ARRIVED: Final = frozenset({"delivered", "relayed", "expanded"})
_UNKNOWN: Final = "4.0.0"


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """A mail was given up. `status` is the code of RFC 3463; `tags` are what it may be known again by, best first."""

    tags: Sequence[str]
    status: str

    @property
    def is_permanent(self) -> bool:
        return self.status.startswith("5")


def delivery_failure(raw: bytes) -> DeliveryFailure | None:
    """The failure that this message reports; None for every other: a delay, an answer, spam, what cannot be read."""
    try:
        return _failure(BytesParser(policy=compat32).parsebytes(raw))
    except Exception:  # the parser stumbles over what nobody meant it to read
        return None


def _failure(message: "Message[str, str]") -> DeliveryFailure | None:
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    if str(message.get_param("report-type", "delivery-status")).lower() != "delivery-status":
        return None
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    said = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    blocks = _blocks(said) if said is not None else []
    status = _status(blocks)
    tags = list(dict.fromkeys(_tags(message, blocks, parts)))
    return DeliveryFailure(tags[:_MOST_TAGS], status) if status and tags else None


def _blocks(part: "Message[str, str]") -> list["Message[str, str]"]:
    """What is said of the mail, then what is said of each recipient."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _status(blocks: Sequence["Message[str, str]"]) -> str | None:
    """The mildest of what is said of the recipients; None where the mail has reached somebody or is still tried."""
    of_recipients = [block for block in blocks if block["Action"]]
    actions = {_text(block, "Action").lower() for block in of_recipients}
    if "failed" not in actions or actions & _ARRIVED:
        return None
    return min(_code(block) for block in of_recipients if _text(block, "Action").lower() == "failed")


def _code(block: "Message[str, str]") -> str:
    for name in ("Status", "Diagnostic-Code"):
        if found := _ENHANCED.search(_text(block, name)):
            return found[0]
    found = _BASIC.search(_text(block, "Diagnostic-Code"))
    return f"{found[1]}.0.0" if found else _UNKNOWN


def _tags(
    message: "Message[str, str]", blocks: Sequence["Message[str, str]"], parts: Sequence["Message[str, str]"]
) -> Iterable[str]:
    """From the address that it came back to, the envelope's id, and the headers of the mail that came back with it."""
    texts = [str(value) for name in _RECIPIENTS for value in message.get_all(name, [])]
    texts += [_text(block, "Original-Envelope-Id") for block in blocks[:1]]
    texts += [_text(returned, "Message-ID") for part in parts for returned in _returned(part)]
    for text in texts:
        yield from TAG.findall(text.lower())


def _returned(part: "Message[str, str]") -> list["Message[str, str]"]:
    """The mail that came back, or its headers."""
    payload = part.get_payload()
    match part.get_content_type():
        case "message/rfc822" if isinstance(payload, list):
            return [each for each in payload[:1] if isinstance(each, Message)]
        case "text/rfc822-headers":
            content = part.get_payload(decode=True)
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            return [HeaderParser(policy=compat32).parsestr(text)]
    return []


def _text(block: "Message[str, str]", name: str) -> str:
    return str(block.get(name, "")).strip()
