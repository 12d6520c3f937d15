"""The handset page: strict policy, everything escaped, and a person's way through it in a browser."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import requests

from tests.simulator.conftest import MEMBER, SENDER, TOLL_FREE, wait_for

PERSON = "+12025550142"


def page(carrier, **query):
    address = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    return requests.get(f"{carrier.url}/?{address}", timeout=5)


def test_the_policy_is_strict_and_nothing_is_inline(carrier):
    carrier.text(PERSON, SENDER, "hello")
    answer = page(carrier, phone=PERSON)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert (
        " style=" not in answer.text
        and "<style" not in answer.text
        and not re.search(r"\son\w+=", answer.text)
    )
    assert re.findall(r"<script[^>]*>([^<]*)</script>", answer.text) == [""]


def test_texts_are_escaped_everywhere(carrier):
    evil = "<img src=x onerror=alert(1)>\"' http://x.example/?a=<b>"
    carrier.text(PERSON, SENDER, evil)
    carrier.post("numbers", {"number": SENDER, "name": "<i>Bakery</i>"})
    for text in (page(carrier, phone=PERSON).text, page(carrier, phone='"><script>', wire="all").text):
        assert "<img" not in text and "<i>Bakery" not in text and "<script>" not in text
    carrier.post("numbers", {"number": SENDER, "name": "Demo Bakery"})


def test_addresses_open_a_conversation(carrier, client):
    for sender in (SENDER, MEMBER):
        client.messages.create(to=PERSON, from_=sender, body=f"from {sender}")
    wait_for(lambda: carrier.get("health")["waiting"] == 0)
    text = page(carrier, phone=PERSON, sender=SENDER).text
    bubbles = re.findall(r'data-test="bubble-in" dir="auto">([^<]*)<', text)
    assert bubbles == [f"from {SENDER}"]
    assert f'<option value="{SENDER}" selected' in text
    assert 'data-test="handset-12025550142"' in text


def test_an_impossible_number_is_explained(carrier):
    assert "not a number a phone can have" in page(carrier, phone="12").text


def test_the_form_works_without_script(carrier, sink):
    data = {"phone": PERSON, "sender": SENDER, "body": "by form", "send": "1"}
    answer = requests.post(f"{carrier.url}/send", data=data, timeout=5, allow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/?phone=%2B12025550142")
    (request,) = wait_for(lambda: sink.of("/inbound"))
    assert request.form["Body"] == "by form"
    foreign = {"Origin": "http://evil.example"}
    requests.post(f"{carrier.url}/send", data=data, timeout=5, headers=foreign, allow_redirects=False)
    assert len(sink.of("/inbound")) == 1


@pytest.mark.browser
def test_a_person_texts_stop_and_watches_the_wire(carrier, client, sink, browser):
    errors: list[str] = []
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    client.messages.create(to=PERSON, from_=SENDER, body="Weekend rolls are back")
    tab.goto(f"{carrier.url}/?phone={quote(PERSON)}&sender={quote(SENDER)}")
    tab.wait_for_selector("[data-test=bubble-in]")
    tab.fill("[data-test=message-body]", "what is <this>?")
    tab.press(
        "[data-test=message-body]", "Enter"
    )  # presses the form's first button: that is Send, never STOP
    tab.wait_for_selector("[data-test=bubble-out]")
    tab.click("[data-test=chip-STOP]")
    tab.wait_for_selector("text=STOP was taken in")
    assert tab.locator("[data-test=bubble-out]").all_inner_texts() == ["what is <this>?", "STOP"]
    assert "X-Twilio-Signature: valid" in tab.inner_text("[data-test=last-request]")
    sink.answer = lambda request: (403, "")
    tab.click("[data-test=send-bad-signature]")
    tab.wait_for_selector("text=wrong on purpose")
    tab.wait_for_selector("text=bad signature")
    tab.uncheck("[data-test=switch-delivers]")
    wait_for(lambda: carrier.get("behaviour")["delivers"] is False)
    tab.select_option("[data-test=sender-select]", TOLL_FREE)
    tab.wait_for_url("**sender=%2B18885550111**")
    tab.click("[data-test=add-handset]")
    tab.fill("[data-test=new-handset]", "202-555-0150")
    tab.press("[data-test=new-handset]", "Enter")
    tab.wait_for_selector("[data-test=handset-12025550150][aria-current]")
    assert errors == []
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessibility_and_width(carrier, client, browser, width, theme):
    from axe_playwright_python.sync_playwright import Axe

    client.messages.create(to=PERSON, from_=SENDER, body="Weekend rolls https://dmo.example/r4")
    carrier.text(PERSON, SENDER, "STOP")
    tab = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=theme)
    tab.goto(f"{carrier.url}/?phone={quote(PERSON)}")
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    tab.close()
