"""The simulated carrier seen from the demo: which numbers it has, and what it saw."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from django.conf import settings

from tenants.credentials import unseal
from tenants.models import ProviderAccount, SenderAddress, SenderNumber, Tenant
from tenants.scope import tenant_scope


def ask(method: str, path: str, data: Any = None, *, base: str = "") -> Any:
    """One call of the simulator's control interface; JSON in and out. JSON lines come back as a list."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(
        f"{base or settings.SIMULATOR_URL}{path}",
        data=body,
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
    if path.startswith("/sim/log"):
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text)


def connect_accounts() -> int:
    """Tell the simulator of every account that points at it, and their numbers; returns how many numbers.

    It keeps its numbers in memory, so this is said at each start.
    """
    numbers = 0
    for tenant in Tenant.objects.order_by("pk"):
        with tenant_scope(tenant.pk):
            accounts = list(ProviderAccount.objects.exclude(base_url=""))
            for account in accounts:
                if account.base_url != settings.SIMULATOR_URL:
                    ProviderAccount.objects.filter(pk=account.pk).update(base_url=settings.SIMULATOR_URL)
            parts = [part for account in accounts for part in _numbers_of(tenant, account)]
            known = [
                {"sid": a.sid, "token": unseal(tenant.pk, a.token_sealed), "name": tenant.brand}
                for a in accounts
            ]
        if known:
            ask("POST", "/sim/config", {"accounts": known, "numbers": parts})
        numbers += len(parts)
    return numbers


def _numbers_of(tenant: Tenant, account: ProviderAccount) -> list[dict[str, Any]]:
    inbound = f"{settings.PUBLIC_URL}/hooks/twilio/{account.inbound_key}/inbound"
    return [
        {
            "number": address.e164,
            "account": account.sid,
            "name": f"{tenant.brand} · {address.sender.name}",
            "inbound_url": inbound,
            "kind": "toll_free" if address.sender.kind == SenderNumber.Kind.TOLL_FREE else "long_code",
            "answers_keywords": address.sender.answers != SenderNumber.Answers.US,
            "refuses_after_stop": address.sender.answers != SenderNumber.Answers.US,
        }
        for address in SenderAddress.objects.select_related("sender").filter(sender__account=account)
    ]
