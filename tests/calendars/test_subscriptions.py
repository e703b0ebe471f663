"""Which programs come to read, and the ways to subscribe."""

import pytest

from app.calendars.subscriptions import FeedAddress, program_name


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Google-Calendar-Importer", "Google Kalender"),
        ("Mozilla/5.0 (compatible; Google-Calendar-Importer)", "Google Kalender"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5; Pro)", "Outlook"),
        ("Microsoft.Exchange/15.20 (Microsoft.Exchange.Calendar.Sharing)", "Outlook"),
        ("macOS/14.5 (23F79) CalendarAgent/1006.2", "Apple Kalender"),
        ("iOS/17.5.1 (21F90) dataaccessd/1.0", "Apple Kalender"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.2.0", "Thunderbird"),
        ("Nextcloud Server Crawler", "Nextcloud"),
        ("ICSx5/2.2.1 (ical4j; okhttp/4.12.0)", "ICSx5"),
        ("DAVx5/4.4.3-ose (2024/10; dav4jvm; okhttp/4.12.0) Android/14", "DAVx5"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0 Safari/537.36", "Browser"),
        ("vdirsyncer/0.20.0", "vdirsyncer"),
        ("curl\r\nX: y", "curl"),
        ("x" * 500, "x" * 40),
        ("", None),
    ],
)
def test_a_program_is_called_what_people_call_it(user_agent: str, name: str | None) -> None:
    assert program_name(user_agent) == name


def test_a_feed_is_subscribed_to_by_webcal_google_and_outlook() -> None:
    address = FeedAddress.of("t" * 43, "https://nahwerk.example")
    assert address.https == f"https://nahwerk.example/calendars/{'t' * 43}.ics"
    assert address.webcal == f"webcal://nahwerk.example/calendars/{'t' * 43}.ics"
    assert address.google.endswith(f"cid=webcal%3A%2F%2Fnahwerk.example%2Fcalendars%2F{'t' * 43}.ics")
    assert address.outlook.endswith(f"url=https%3A%2F%2Fnahwerk.example%2Fcalendars%2F{'t' * 43}.ics")
    assert all(len(link) <= 256 for link in (address.https, address.webcal, address.google, address.outlook))
