"""Two outside judges, used only where they are installed: npm `emulate` (another carrier) and Prism (the contract).

Install them with `npm install emulate@0.11.2 @stoplight/prism-cli` anywhere and name the folder of their commands
in OUTSIDE_CARRIERS, or put them on the PATH.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.simulator.conftest import ACCOUNT, SENDER, SERVICE, TOKEN

SPEC = Path(__file__).parents[1] / "corpus/twilio/messages.openapi.json"
PERSON = "+12025550142"
HOW = "npm install emulate@0.11.2 @stoplight/prism-cli, then OUTSIDE_CARRIERS=<folder>/node_modules/.bin"


def command(name):
    """Return the path of an outside command; skip, saying why and how, where there is none."""
    found = shutil.which(
        name, path=os.pathsep.join([os.environ.get("OUTSIDE_CARRIERS", ""), os.environ["PATH"]])
    )
    return found or pytest.skip(f"NOT RUN: `{name}` is not installed ({HOW})")


@contextlib.contextmanager
def started(*arguments):
    """Start a server whose arguments hold {port}; give its address once it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [str(a).replace("{port}", str(port)) for a in arguments]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        else:
            pytest.fail(f"{line[0]} did not listen within 30 s")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_prism_finds_no_breach_of_the_published_contract(carrier):
    prism = command("prism")
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
    with started(prism, "proxy", "--errors", "-p", "{port}", SPEC, carrier.url) as url:

        def ask(method, address, **more):
            return requests.request(method, url + address, auth=(ACCOUNT, TOKEN), timeout=10, **more)

        for fields in ({"From": SENDER}, {"MessagingServiceSid": SERVICE}):
            made = ask("POST", f"{path}.json", data={"To": PERSON, "Body": "hello 👋", **fields})
            assert made.status_code == 201, made.text
            found = ask("GET", f"{path}/{made.json()['sid']}.json")
            assert found.status_code == 200, found.text
        page = ask("GET", f"{path}.json?PageSize=1")
        # Twilio's own examples give these addresses without a host, against the format of its own schema.
        breaches = page.json().get("validation", [])
        assert {b["location"][-1] for b in breaches} <= {"uri", "first_page_uri", "next_page_uri"}, page.text
        assert {b["code"] for b in breaches} <= {"format"}, page.text


def test_emulate_and_this_carrier_answer_alike(carrier):
    emulate = command("emulate")
    with started(emulate, "start", "--service", "twilio", "--port", "{port}") as url:
        other = Client("AC" + "0" * 32, "twilio_test_auth_token", http_client=TwilioHttpClient(timeout=10))
        other.api.base_url = url
        number = other.incoming_phone_numbers.list()[0].phone_number
        theirs = other.messages.create(to=PERSON, from_=number, body="hello")
        ours = carrier.client().messages.create(to=PERSON, from_=SENDER, body="hello")
        kinds = [{k: type(v) for k, v in vars(m).items() if k in ("sid", "body", "to", "num_segments", "direction")}
                 for m in (ours, theirs)]  # fmt: skip
        assert kinds[0] == kinds[1]
        assert (ours.status, ours.direction, ours.num_segments) == (
            theirs.status,
            theirs.direction,
            theirs.num_segments,
        )
        with pytest.raises(TwilioRestException) as their_no:
            other.messages.create(to=PERSON, from_="+12025550199", body="hello")
        with pytest.raises(TwilioRestException) as our_no:
            carrier.client().messages.create(to=PERSON, from_="+12025550199", body="hello")
        assert (our_no.value.status, our_no.value.code) == (their_no.value.status, their_no.value.code)
