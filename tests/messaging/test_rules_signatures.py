"""Signatures of the provider's requests, with the SDK's validator as oracle."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from messaging.rules.signatures import parse_form, sign, verify

VECTORS = json.loads((Path(__file__).parents[1] / "corpus" / "twilio_signature_vectors.json").read_text())[
    "vectors"
]
FORM = "application/x-www-form-urlencoded; charset=utf-8"
URL = "https://crm.example.org/hooks/twilio/abc/inbound"
TOKEN = "0123456789abcdef"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def check(body: bytes, signature: str, url: str = URL, **changes: object) -> bool:
    given_arguments: dict[str, object] = {
        "content_type": FORM,
        "headers": {"X-Twilio-Signature": signature},
        "tokens": [TOKEN],
        "shared_keys": {},
    } | changes
    return verify(url=url, body=body, **given_arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vectors(vector: dict[str, object]) -> None:
    shared = vector["algorithm"] == "HMAC_SHA256"
    headers = {"x-twilio-signature": str(vector["signature"])}
    if shared:
        headers[SETTINGS] = "key=webhooks_sharedkey_x,algorithm=HMAC_SHA256"
    is_json = "json_body" in vector
    body = str(vector["json_body"] if is_json else vector["form_body"]).encode()
    assert (
        verify(
            url=str(vector["url"]),
            body=body,
            content_type="application/json" if is_json else FORM,
            headers=headers,
            tokens=[] if shared else [str(vector["key"])],
            shared_keys={"webhooks_sharedkey_x": str(vector["key"])} if shared else {},
        )
        is vector["expect_valid"]
    )


PUBLISHED = [
    ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("https://mycompany.com/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ("http://mycompany.com/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
]


@pytest.mark.parametrize(("url", "signature"), PUBLISHED)
def test_published_vectors_with_and_without_port(url: str, signature: str) -> None:
    fields = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309")]
    body = urlencode([*fields, ("To", "+18005551212"), ("Caller", "+14158675309")]).encode()
    assert check(body, signature, url, tokens=["12345"])


def test_double_and_unsorted_values_count_once() -> None:
    body = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert check(body, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", url, tokens=["12345"])


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
URLS = st.sampled_from(
    [
        URL,
        URL + "?a=1&b=%20",
        "http://h.example/x",
        "https://h.example:8443/x?y=1",
        "https://H.Example/",
        "https://a.example",
    ]
)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8), URLS, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_equals_the_sdk(fields: list[tuple[str, str]], url: str, algorithm: str) -> None:
    class Form(dict):  # type: ignore[type-arg]
        def getlist(self, name: str) -> list[str]:
            return [value for key, value in fields if key == name]

    body = urlencode(fields).encode()
    signature = RequestValidator(TOKEN).compute_signature(url, Form(fields), algorithm)
    shared = {} if algorithm == "HMAC_SHA1" else {SETTINGS: f"key=k1,algorithm={algorithm}"}
    headers = {"X-Twilio-Signature": signature} | shared
    assert RequestValidator(TOKEN).validate(url, Form(fields), signature, algorithm)
    assert check(body, signature, url, headers=headers, shared_keys={"k1": TOKEN})
    assert sign(url=url, body=body, content_type=FORM, key=TOKEN, algorithm=algorithm) == signature
    assert not check(body + b"&Extra=1", signature, url, headers=headers, shared_keys={"k1": TOKEN})
    assert not check(body, signature, url, headers=headers, tokens=["other"], shared_keys={"k1": "other"})


@given(
    st.binary(max_size=200),
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_odd_input_is_refused_and_never_raises(
    body: bytes, url: str, kind: str, settings: str, signature: str
) -> None:
    headers = {"X-Twilio-Signature": signature, SETTINGS: settings}
    assert check(body, signature, url, headers=headers, content_type=kind) is False
    assert isinstance(parse_form(body), list)


def test_json_bodies_are_bound_by_their_digest() -> None:
    url = URL + "?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    signature = sign(url=url, body=b"{}", content_type="application/json", key=TOKEN)
    assert check(b"{}", signature, url, content_type="application/json")
    assert not check(b"{ }", signature, url, content_type="application/json")
    without = sign(url=URL, body=b"", content_type=FORM, key=TOKEN)
    assert not check(b"{}", without, content_type="application/json")


def test_both_tokens_count_while_rotating() -> None:
    signature = sign(url=URL, body=b"Body=STOP", content_type=FORM, key="new")
    assert check(b"Body=STOP", signature, tokens=["old", "new"])
    assert not check(b"Body=STOP", signature, tokens=["old"])
    assert not check(b"Body=STOP", sign(url=URL, body=b"Body=STOP", content_type=FORM, key=""), tokens=[""])


@pytest.mark.parametrize(
    "settings", ["key=k1,algorithm=HMAC_MD5", "key=k2,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256"]
)
def test_unknown_keys_and_algorithms_fail_closed(settings: str) -> None:
    for algorithm in ("HMAC_SHA1", "HMAC_SHA256"):
        signature = sign(url=URL, body=b"Body=STOP", content_type=FORM, key=TOKEN, algorithm=algorithm)
        headers = {"X-Twilio-Signature": signature, SETTINGS: settings}
        assert not check(b"Body=STOP", signature, headers=headers, shared_keys={"k1": TOKEN})


def test_a_missing_signature_is_refused() -> None:
    assert not check(b"Body=STOP", "")
    assert not check(b"Body=STOP", "x", headers={})


def test_the_fragment_of_the_address_is_not_signed() -> None:
    signature = sign(url=URL, body=b"Body=STOP", content_type=FORM, key=TOKEN)
    assert check(b"Body=STOP", signature, URL + "#rc=2&rp=all")


def test_forms_keep_blanks_order_nuls_and_bad_bytes() -> None:
    assert parse_form(b"ToCity=&Body=a%00b+c%2B&Body=%ff&flag&&=x") == [
        ("ToCity", ""),
        ("Body", "a\x00b c+"),
        ("Body", "\ufffd"),
        ("flag", ""),
        ("", "x"),
    ]
    assert parse_form(b"") == []


def test_bytes_that_are_not_utf8_sign_as_the_sdk_reads_them() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, {"Body": "a\ufffd\x00"})
    assert check(b"Body=a%ff%00", signature)
