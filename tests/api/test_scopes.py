"""What a request asks for beyond the scope of its address (SEC18): texts, people's words, what is live.

Mutations tried, each made the test named red:
- `texts` not asked on making, changing or trying out a rule  → test_a_rule_that_texts_needs_send
- `needs("send")` of bots left out                            → test_a_bot_that_is_on_is_changed_with_send
- `needs("consent")` of forms left out                        → test_an_open_form_is_changed_with_consent
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conversations.models.telling import Notification, NotificationRule
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.api.conftest import Api
from tests.conversations.signing import make_form

MakeApi = Callable[..., Api]
STRANGER = "+12025550199"


def lacks(answer: Any, scope: str) -> bool:
    problem = answer.json()
    return (answer.status_code, problem.get("code")) == (403, "scope_missing") and scope in problem["detail"]


def test_a_rule_that_texts_needs_send(make_api: MakeApi, tenant: Tenant, senders: dict[str, int]) -> None:
    telling, texting = make_api("consent"), make_api("consent", "send")
    texts = {
        "name": "Texts",
        "whats": ["opted_out"],
        "numbers": [STRANGER],
        "sms_sender_id": senders["Offers"],
    }
    mails = {"name": "Mails", "whats": ["opted_out"], "addresses": ["team@example.org"]}
    assert lacks(telling.post("notice-rules", texts), "send")
    kept = telling.post("notice-rules", mails).json()["id"]
    more = {"numbers": [STRANGER], "sms_sender_id": senders["Offers"]}
    assert lacks(telling.patch(f"notice-rules/{kept}", more), "send")
    assert telling.post(f"notice-rules/{kept}/test").status_code == 200
    with tenant_scope(tenant.pk):
        assert NotificationRule.objects.get().numbers == []
        Notification.objects.all().delete()
    made = texting.post("notice-rules", texts).json()["id"]
    assert lacks(telling.post(f"notice-rules/{made}/test"), "send")
    assert lacks(telling.patch(f"notice-rules/{made}", {"paused": False}), "send")
    with tenant_scope(tenant.pk):
        assert not Notification.objects.exists()
    assert texting.post(f"notice-rules/{made}/test").json() == {"queued": 1}
    fewer = {"numbers": [], "addresses": ["team@example.org"]}
    assert telling.patch(f"notice-rules/{made}", fewer).status_code == 200


def test_a_bot_that_is_on_is_changed_with_send(make_api: MakeApi, tenant: Tenant) -> None:
    writing, sending = make_api("write"), make_api("write", "send")
    reply = [{"kind": "reply", "settings": {"text": "Open from 7 to 19."}}]
    made = writing.post("bots", {"name": "Hours", "words": ["HOURS"], "actions": reply}).json()
    change = {"name": "Opening hours", "version": made["version"]}
    made = writing.patch(f"bots/{made['id']}", change).json()
    assert sending.post(f"bots/{made['id']}/switch", {"on": True}).json()["state"] == "on"
    change = {"actions": [{"kind": "reply", "settings": {"text": "Buy!"}}], "version": made["version"]}
    assert lacks(writing.patch(f"bots/{made['id']}", change), "send")
    assert sending.patch(f"bots/{made['id']}", change).json()["actions"][0]["settings"]["text"] == "Buy!"
    with tenant_scope(tenant.pk):
        assert AuditEntry.objects.filter(verb="save_bot").count() == 2


def test_an_open_form_is_changed_with_consent(make_api: MakeApi, tenant: Tenant) -> None:
    form = make_form(tenant, live=False)
    writing, both = make_api("write"), make_api("write", "consent")
    assert writing.patch(f"signup-forms/{form.pk}", {"heading": "Rolls"}).status_code == 200
    assert both.post(f"signup-forms/{form.pk}/state", {"state": "live"}).status_code == 200
    assert lacks(writing.patch(f"signup-forms/{form.pk}", {"welcome": "Buy!"}), "consent")
    assert both.patch(f"signup-forms/{form.pk}", {"heading": "Buns"}).json()["heading"] == "Buns"


def test_a_notice_rule_made_paused_is_paused(make_api: MakeApi) -> None:
    telling = make_api("read", "consent")
    rule = {"name": "Later", "whats": ["opted_out"], "addresses": ["demo@example.org"], "paused": True}
    assert telling.post("notice-rules", rule).json()["paused"] is True
    assert telling.post("notice-rules", rule | {"name": "Now", "paused": False}).json()["paused"] is False
