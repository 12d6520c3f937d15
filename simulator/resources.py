"""Twilio's smaller resources on the same host: consents, contacts, services, numbers, the account itself."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from simulator.carrier import Carrier
from simulator.errors import ApiError
from simulator.model import API_VERSION, Account, Number, Service, rfc2822
from simulator.validation import E164

MAX_ITEMS = 25
SOURCES = frozenset({"website", "offline", "opt-in-message", "opt-out-message", "others"})
Pairs = list[tuple[str, str]]
Json = dict[str, Any]


def consents(carrier: Carrier, account: Account, pairs: Pairs) -> Json:
    """`POST /v1/Consents/Bulk`: an opt-out blocks the pair, an opt-in lifts the block. At most 25 items.

    Source: Twilio's public OpenAPI description, accounts v1; error 30646 for items that are wrong.
    """
    return {"items": [_consent(carrier, account, item) for item in _items(pairs)]}


def contacts(carrier: Carrier, account: Account, pairs: Pairs) -> Json:
    """`POST /v1/Contacts/Bulk`: checked and otherwise ignored (error 30647 for wrong items)."""
    return {
        "items": [
            _result(
                item, 30647, [] if E164.fullmatch(str(item.get("contact_id", ""))) else ["INVALID_CONTACT_ID"]
            )
            for item in _items(pairs)
        ]
    }


def _items(pairs: Pairs) -> list[Json]:
    try:
        items = [json.loads(value) for name, value in pairs if name == "Items"]
    except ValueError as error:
        raise ApiError(20001) from error
    if not items or len(items) > MAX_ITEMS or not all(isinstance(item, dict) for item in items):
        raise ApiError(20001)
    return items


def _consent(carrier: Carrier, account: Account, item: Json) -> Json:
    senders = _senders(carrier, account, str(item.get("sender_id", "")))
    checks: list[tuple[str, Callable[[], bool]]] = [
        ("INVALID_CONTACT_ID", lambda: bool(E164.fullmatch(str(item.get("contact_id", ""))))),
        ("INVALID_CORRELATION_ID", lambda: len(str(item.get("correlation_id", ""))) == 32),
        ("INVALID_SENDER_ID", lambda: bool(senders)),
        ("INVALID_STATUS", lambda: item.get("status") in ("opt-in", "opt-out")),
        ("INVALID_SOURCE", lambda: item.get("source") in SOURCES),
        ("INVALID_DATE_OF_CONSENT", lambda: _is_moment(item.get("date_of_consent"))),
    ]
    problems = [name for name, good in checks if not good()]
    if not problems:
        for number in senders[:1]:
            act = carrier.block if item["status"] == "opt-out" else carrier.release
            act(item["contact_id"], number)
            if item["status"] == "opt-out":
                carrier.blocked[(item["contact_id"], number.block_key)] = 0
    return _result(item, 30646, problems)


def _result(item: Json, code: int, problems: list[str]) -> Json:
    return {
        "correlation_id": str(item.get("correlation_id", "")),
        "error_code": code if problems else 0,
        "error_messages": problems,
    }


def _senders(carrier: Carrier, account: Account, sender_id: str) -> list[Number]:
    """Return the numbers behind a sender id; one is enough to find what the block covers."""
    number = carrier.numbers.get(sender_id)
    found = (
        [number] if number is not None else carrier.members(sender_id) if sender_id.startswith("MG") else []
    )
    return [n for n in found if n.account == account.sid]


def _is_moment(value: object) -> bool:
    if value in (None, ""):
        return True
    text = str(value)
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    return "T" in text


# -- messaging services -----------------------------------------------------------------------------------------


def services(carrier: Carrier, account: Account, base: str) -> Json:
    """`GET /v1/Services`."""
    rows = [service_view(s, base) for s in carrier.services.values() if s.account == account.sid]
    return {"services": rows, "meta": _meta("services", f"{base}/v1/Services", len(rows))}


def create_service(carrier: Carrier, account: Account, form: dict[str, str], base: str) -> Json:
    """`POST /v1/Services`."""
    name = form.get("FriendlyName", "")
    if not name:
        raise ApiError(20001)
    service = Service(
        carrier.next_sid("MG"),
        account.sid,
        name,
        form.get("InboundRequestUrl", ""),
        form.get("StatusCallback", ""),
    )
    carrier.services[service.sid] = service
    return service_view(service, base)


def find_service(carrier: Carrier, account: Account, sid: str, path: str) -> Service:
    service = carrier.services.get(sid)
    if service is None or service.account != account.sid:
        raise ApiError(20404, path)
    return service


def service_view(s: Service, base: str) -> Json:
    """Return a service as the API shows it."""
    url = f"{base}/v1/Services/{s.sid}"
    return {
        "sid": s.sid, "account_sid": s.account, "friendly_name": s.name, "date_created": "2026-01-01T00:00:00Z",
        "date_updated": "2026-01-01T00:00:00Z", "inbound_request_url": s.inbound_url or None,
        "inbound_method": "POST", "fallback_url": None, "fallback_method": "POST",
        "status_callback": s.status_callback or None, "sticky_sender": True, "mms_converter": True,
        "smart_encoding": False, "scan_message_content": "inherit", "fallback_to_long_code": False,
        "area_code_geomatch": True, "synchronous_validation": False, "validity_period": 36000, "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers"}, "usecase": "undeclared", "us_app_to_person_registered": True,
        "use_inbound_webhook_on_number": s.use_inbound_webhook_on_number,
    }  # fmt: skip


def service_numbers(carrier: Carrier, service: Service, base: str) -> Json:
    """`GET /v1/Services/{MG}/PhoneNumbers`."""
    rows = [_member_view(n, service, base) for n in carrier.members(service.sid)]
    return {
        "phone_numbers": rows,
        "meta": _meta("phone_numbers", f"{base}/v1/Services/{service.sid}/PhoneNumbers", len(rows)),
    }


def add_member(carrier: Carrier, service: Service, form: dict[str, str], base: str) -> Json:
    """`POST /v1/Services/{MG}/PhoneNumbers`: a number belongs to one service only."""
    wanted = form.get("PhoneNumberSid", "")
    number = next((n for n in carrier.numbers.values() if number_sid(n) == wanted), None)
    if number is None or number.account != service.account:
        raise ApiError(20404, wanted)
    number.service = service.sid
    return _member_view(number, service, base)


def _member_view(n: Number, service: Service, base: str) -> Json:
    sid = number_sid(n)
    return {
        "sid": sid, "account_sid": n.account, "service_sid": service.sid, "phone_number": n.number,
        "country_code": "US", "capabilities": ["SMS"], "date_created": "2026-01-01T00:00:00Z",
        "date_updated": "2026-01-01T00:00:00Z", "url": f"{base}/v1/Services/{service.sid}/PhoneNumbers/{sid}",
    }  # fmt: skip


def _meta(key: str, url: str, count: int) -> Json:
    return {
        "page": 0, "page_size": max(count, 50), "first_page_url": url, "previous_page_url": None, "url": url,
        "next_page_url": None, "key": key,
    }  # fmt: skip


# -- account and its numbers ------------------------------------------------------------------------------------


def account_view(a: Account) -> Json:
    """`GET /2010-04-01/Accounts/{AC}.json`, enough to check a credential."""
    return {
        "sid": a.sid, "friendly_name": a.name or a.sid, "status": "active", "type": "Full", "owner_account_sid": a.sid,
        "date_created": rfc2822(1767225600), "date_updated": rfc2822(1767225600), "auth_token": None,
        "uri": f"/{API_VERSION}/Accounts/{a.sid}.json", "subresource_uris": {},
    }  # fmt: skip


def number_sid(n: Number) -> str:
    return "PN" + "".join(c for c in n.number if c.isdigit()).rjust(32, "0")[-32:]


def incoming_numbers(carrier: Carrier, account: Account, query: dict[str, str]) -> Json:
    """`GET /2010-04-01/Accounts/{AC}/IncomingPhoneNumbers.json`, one page."""
    rows = [incoming_view(n) for n in carrier.numbers.values() if n.account == account.sid]
    if "PhoneNumber" in query:
        rows = [r for r in rows if r["phone_number"] == query["PhoneNumber"]]
    uri = f"/{API_VERSION}/Accounts/{account.sid}/IncomingPhoneNumbers.json"
    return {
        "incoming_phone_numbers": rows, "page": 0, "page_size": 1000, "start": 0, "end": max(len(rows) - 1, 0),
        "uri": uri, "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None,
    }  # fmt: skip


def incoming_view(n: Number) -> Json:
    """Return a number as the API shows it."""
    return {
        "sid": number_sid(n), "account_sid": n.account, "phone_number": n.number, "friendly_name": n.name or n.number,
        "sms_url": n.inbound_url, "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST",
        "status_callback": "", "status_callback_method": "POST", "api_version": API_VERSION, "origin": "twilio",
        "capabilities": {"voice": False, "sms": True, "mms": False, "fax": False}, "status": "in-use", "beta": False,
        "date_created": rfc2822(1767225600), "date_updated": rfc2822(1767225600),
        "uri": f"/{API_VERSION}/Accounts/{n.account}/IncomingPhoneNumbers/{number_sid(n)}.json",
    }  # fmt: skip


def change_incoming(carrier: Carrier, account: Account, sid: str, form: dict[str, str], path: str) -> Json:
    """`POST .../IncomingPhoneNumbers/{PN}.json`: SmsUrl and FriendlyName."""
    number = next(
        (n for n in carrier.numbers.values() if number_sid(n) == sid and n.account == account.sid), None
    )
    if number is None:
        raise ApiError(20404, path)
    number.inbound_url = form.get("SmsUrl", number.inbound_url)
    number.name = form.get("FriendlyName", number.name)
    return incoming_view(number)
