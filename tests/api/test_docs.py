"""The description of the interface, for programs and for people."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx

from app.api.doc_examples import EXAMPLES

FIXED = {
    ("GET", "/api/v1/places"),
    ("GET", "/api/v1/spaces"),
    ("GET", "/api/v1/spaces/{slug}"),
    ("GET", "/api/v1/spaces/{slug}/availability"),
    ("GET", "/api/v1/resources/{resource_id}/availability"),
    ("POST", "/api/v1/quotes"),
    ("POST", "/api/v1/bookings"),
    ("GET", "/api/v1/bookings"),
    ("GET", "/api/v1/bookings/{booking_id}"),
    ("PATCH", "/api/v1/bookings/{booking_id}"),
    ("POST", "/api/v1/bookings/{booking_id}/cancel"),
    ("POST", "/api/v1/bookings/{booking_id}/check-in"),
    ("GET", "/api/v1/me"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
}


class Page(HTMLParser):
    """What the tests look at: ids, links, and addresses that a browser would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag in ("script", "img", "iframe"):
            self.fetched.append(attributes.get("src", ""))
        if tag == "link":
            self.fetched.append(attributes["href"])


async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


async def test_every_fixed_route_is_described(anyone: httpx.AsyncClient) -> None:
    described = await document(anyone)

    assert described["openapi"].startswith("3.1")
    routes = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert routes >= FIXED
    assert not [path for _, path in routes if not path.startswith(("/api/v1/", "/health/"))], "pages are no interface"


async def test_every_operation_documents_its_refusals(anyone: httpx.AsyncClient) -> None:
    described = await document(anyone)

    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["tags"]
            assert operation["operationId"] in EXAMPLES
            if path.startswith("/api/v1/"):
                answers = operation["responses"]
                assert {"400", "401", "429", "503"} <= answers.keys()
                refusals = [answer for status, answer in answers.items() if status >= "400"]
                assert all(list(refusal["content"]) == ["application/problem+json"] for refusal in refusals)
            if "requestBody" in operation:
                [body] = operation["requestBody"]["content"].values()
                name = body["schema"]["$ref"].rpartition("/")[2]
                assert described["components"]["schemas"][name]["additionalProperties"] is False


async def test_what_needs_a_person_says_so(anyone: httpx.AsyncClient) -> None:
    described = await document(anyone)
    needing = {
        operation["operationId"]
        for methods in described["paths"].values()
        for operation in methods.values()
        if operation.get("security")
    }

    assert {"make_booking", "list_bookings", "show_me", "make_quote"} <= needing
    assert not needing & {"find_places", "find_spaces", "show_space", "health_live"}
    assert set(described["components"]["securitySchemes"]) == {"bearer", "device", "session"}


async def test_the_page_names_every_operation_and_links_to_nothing_that_is_not_there(
    anyone: httpx.AsyncClient,
) -> None:
    answer = await anyone.get("/api/docs")
    described = await document(anyone)

    assert answer.status_code == 200
    page = Page(answer.text)
    operations = {op["operationId"] for methods in described["paths"].values() for op in methods.values()}
    assert operations <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert not [link for link in page.links if link.startswith("#") and link[1:] not in page.ids]
    ours = ("/static/", "/manifest.webmanifest")
    assert all(address.startswith(ours) for address in page.fetched), "nothing from elsewhere"
    assert 'style="' not in answer.text


async def test_the_type_of_a_refusal_leads_to_its_explanation(anyone: httpx.AsyncClient) -> None:
    refused = (await anyone.get("/api/v1/spaces/nowhere")).json()
    page, _, anchor = refused["type"].partition("#")

    assert anchor in Page((await anyone.get(page)).text).ids
    for code in ("desk_already_taken", "outside_opening_hours", "closed_that_day", "too_many", "internal_error"):
        assert code in Page((await anyone.get("/api/docs")).text).ids


async def test_examples_can_be_pasted_into_a_shell(anyone: httpx.AsyncClient) -> None:
    html = (await anyone.get("/api/docs")).text

    commands = re.findall(r"<pre[^>]*><code>(curl.*?)</code></pre>", html, re.S)
    assert len(commands) == len(EXAMPLES)
    assert all("{" not in command.split("http://")[1] for command in commands), "no address has an open place"
