"""Every operation of the API with the scope that it needs, and what another tenant's rows are named by."""

from __future__ import annotations

from typing import Any

from consent.actions import phone_for
from conversations.actions.bots import create_bot
from conversations.actions.complaints import open_complaint
from conversations.actions.signup_forms import create_form
from conversations.models.reviews import Review
from conversations.models.telling import NotificationRule
from tenants.models import Tenant, WebhookEndpoint
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER

SCOPES = ("read", "write", "consent", "send")
# Every operation with the scope that it needs; a new address without its row fails below.
TABLE = """
GET contacts read                         POST contacts write             POST contacts/bulk write
GET contacts/{pk} read                    PATCH contacts/{pk} write       DELETE contacts/{pk} write
GET contact-fields read
GET groups read                           POST groups write               GET groups/{pk} read
PATCH groups/{pk} write                   DELETE groups/{pk} write
POST groups/{pk}/members write            POST groups/{pk}/members/remove write
GET tags read                             POST tags write                 GET tags/{pk} read
PATCH tags/{pk} write                     DELETE tags/{pk} write
POST tags/{pk}/contacts write             POST tags/{pk}/contacts/remove write
POST consent/opt-outs consent             POST consent/opt-ins consent    POST consent/blocks consent
POST consent/evidence-files consent       POST consent/erasures consent
POST consent/check read                   GET consent/explain read        GET consent/history read
GET consent/words read                    PUT consent/words consent       POST consent/classify read
GET do-not-contact read                   GET senders read
POST opt-out-links consent                GET public-pages read           GET wishes read
GET campaigns read                        POST campaigns write
GET campaigns/{pk} read                   PATCH campaigns/{pk} write      DELETE campaigns/{pk} write
GET campaigns/{pk}/exclusions read        GET campaigns/{pk}/exclusions/{reason} read
POST campaigns/{pk}/launch send           POST campaigns/{pk}/pause send
POST campaigns/{pk}/resume send           POST campaigns/{pk}/cancel send
GET campaigns/{pk}/report read
GET reasons read                          GET reasons/given consent       POST reasons/given consent
GET statistics/opt-outs read              GET complaints consent          POST complaints consent
GET complaints/{pk} consent               POST complaints/{pk}/notes consent
POST complaints/{pk}/assign consent       POST complaints/{pk}/answer consent
POST complaints/{pk}/close consent        POST complaints/{pk}/reopen consent
GET messages read                         POST messages send              GET messages/{pk} read
GET disclosures read                      GET do-not-contact/changes read
GET signup-forms read                     POST signup-forms write
GET signup-forms/{pk} read                PATCH signup-forms/{pk} write
POST signup-forms/{pk}/state consent
GET signup-forms/{pk}/sign-ups read       POST signup-forms/{pk}/sign-ups consent
GET reviews read                          GET reviews/{pk} read           POST reviews/{pk}/decide consent
GET channels read                         POST channels write
GET channels/consent read                 POST channels/consent consent
GET webhooks read                         POST webhooks consent           GET webhooks/{pk} read
PATCH webhooks/{pk} consent               DELETE webhooks/{pk} consent
POST webhooks/{pk}/secret consent         POST webhooks/{pk}/test consent
GET webhooks/{pk}/deliveries read         POST webhooks/deliveries/{pk}/resend consent
GET notice-rules read                     POST notice-rules consent       GET notice-rules/{pk} read
PATCH notice-rules/{pk} consent           DELETE notice-rules/{pk} consent
POST notice-rules/{pk}/test consent       GET notices read
GET bots read                             POST bots write
GET bots/{pk} read                        PATCH bots/{pk} write           DELETE bots/{pk} write
POST bots/{pk}/switch send                POST bots/{pk}/try read         GET bots/{pk}/runs read
"""
_words = TABLE.split()
ROWS = list(zip(_words[::3], _words[1::3], _words[2::3], strict=True))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def at(path: str, pk: int = 10**15) -> str:
    return path.replace("{pk}", str(pk)).replace("{reason}", "opted_out")


#: What comes as a form with a file, or may.
FORMS = {
    "consent/evidence-files": {"multipart/form-data"},
    "consent/opt-ins": {"application/json", "multipart/form-data"},
}
BODIES: dict[str, dict[str, Any]] = {
    "signup-forms/{pk}": {"version": 1}, "signup-forms/{pk}/state": {"state": "closed"},
    "signup-forms/{pk}/sign-ups": {"number": NUMBER, "evidence": "paper"},
    "reviews/{pk}/decide": {"decision": "opt_out", "reason": "demo"},
    "bots/{pk}": {"version": 1}, "bots/{pk}/switch": {"on": True},
    "bots/{pk}/try": {"text": "hi", "number": NUMBER, "sender": 1}, "complaints/{pk}/notes": {"text": "hi"},
    "complaints/{pk}/answer": {"text": "hi"}, "complaints/{pk}/close": {"text": "hi"},
    "complaints/{pk}/reopen": {"text": "hi"}, "complaints/{pk}/assign": {"member": None},
}  # fmt: skip


def what_hears(tenant: Tenant) -> dict[str, int]:
    """The other tenant's form, bot, complaint, review, webhook and notice rule."""
    with tenant_scope(tenant.pk):
        phone = phone_for(e164="+12025550177")
        return {
            "signup-forms": create_form(name="Theirs", actor=SYSTEM).pk,
            "bots": create_bot(actor=SYSTEM, content={"name": "Theirs", "words": ["THEIRS"]}).pk,
            "complaints": open_complaint(
                key="t", source="team", about="Theirs", actor=SYSTEM, phone_id=phone
            ).pk,
            "reviews": Review.objects.create(phone_id=phone, event_key="theirs", rule="sign").pk,
            "webhooks": WebhookEndpoint.objects.create(
                url="https://example.org/theirs", events=["opt_out"]
            ).pk,
            "notice-rules": NotificationRule.objects.create(
                name="Theirs", whats=["opted_out"], addresses=["theirs@example.org"]
            ).pk,
        }
