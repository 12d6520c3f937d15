"""Two tenants with one of everything, and a browser for each actor; built once and rolled back at the end."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import set_script_prefix, set_urlconf
from django.utils import timezone

from campaigns import actions as campaigns
from consent.actions import block, channels, erase, hold, keep_file, opt_in, phone_for
from consent.models import ConsentEvent, Hold
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.actions import bulk, exports, imports
from contacts.actions.people import version_of
from contacts.models import Contact, ExportJob, Group, GroupMember, ImportJob, Segment, Tag
from conversations.actions import bots, notices, signup_forms
from conversations.actions.complaints import open_complaint
from conversations.actions.learning import own_reasons
from conversations.actions.settling import of_hold
from conversations.models.words import WordTrial
from messaging.actions.broadcasts import plan
from messaging.models import Message, Thread
from tenants import actions
from tenants.actions import API_SCOPES, endpoints, invitations
from tenants.files import path_of
from tenants.models import Membership, ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.conftest import PASSWORD, build_tenant

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: Belongs to nobody.
RANDOM = 987654321


class World:
    """`ids` of one tenant's things by name, and `ask` as any actor."""

    def __init__(self) -> None:
        self.tenant, self.florist = build_tenant("bakery", 0), build_tenant("florist", 1)
        self.ids = fill(self.tenant)
        self.clients = {"anonymous": Client(), "staff": browser(user("staff", is_staff=True))}
        for role in Role:
            self.clients[role.value] = browser(user(role.value, self.tenant, role))
        self.ids["member"] = Membership.objects.get(tenant=self.tenant, role=Role.VIEWER).pk
        self.clients["other"] = browser(user("other", self.florist, Role.OWNER))
        self.keys = {"none": "", "unknown": "crm_live_unknown", **keys(self.tenant)}
        self.keys["other"] = keys(self.florist)["all"]

    def ask(self, actor: str, method: str, path: str, data: Any = None, **extra: Any) -> HttpResponse:
        """One request as the actor; whatever it changed is undone."""
        client = copy.copy(self.clients[actor])
        client.cookies = copy.deepcopy(client.cookies)
        client.handler.enforce_csrf_checks = extra.pop("csrf", False)
        with undone():
            answer = client.generic(method, path, **form(method, data), **extra)
            if answer.streaming:
                b"".join(answer.streaming_content)
            return answer  # type: ignore[return-value]

    def call(self, key: str, method: str, path: str, body: Any = None) -> HttpResponse:
        """One request to the API with the key of that name; whatever it changed is undone."""
        sent = {"HTTP_AUTHORIZATION": f"Bearer {self.keys[key]}"} if self.keys[key] else {}
        data = (
            {}
            if method == "GET" or body is None
            else {"data": json.dumps(body), "content_type": "application/json"}
        )
        with undone():
            sent["HTTP_IDEMPOTENCY_KEY"] = "k"
            return Client().generic(method, path, **data, **sent)  # type: ignore[return-value]


def keys(tenant: Tenant) -> dict[str, str]:
    """Secrets of a key with every scope, and of one for each scope alone."""
    with tenant_scope(tenant.pk):
        made = {name: actions.make_api_key(name=name, scopes=[name], actor=SYSTEM)[1] for name in API_SCOPES}
        return made | {"all": actions.make_api_key(name="all", scopes=list(API_SCOPES), actor=SYSTEM)[1]}


def form(method: str, data: Any) -> dict[str, Any]:
    if method == "GET":
        return {}
    if "file" in (data or {}):
        upload = SimpleUploadedFile("demo.csv", data["file"].encode())
        return {
            "data": encode_multipart(BOUNDARY, data | {"file": upload}),
            "content_type": MULTIPART_CONTENT,
        }
    content_type = "application/x-www-form-urlencoded"
    return {"data": urlencode(data or {}, doseq=True), "content_type": content_type}


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what the block wrote; the test client leaves the admin's prefix behind, a server does not."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        set_script_prefix("/")
        set_urlconf(None)


def user(name: str, tenant: Tenant | None = None, role: Role | None = None, **extra: Any) -> User:
    given = {"name": f"Demo {name.title()}", "password": password()} | extra
    made = User.objects.create(email=f"{name}@example.org", **given)
    if tenant is not None and role is not None:
        with tenant_scope(tenant.pk):
            actions.set_member(tenant=tenant, user=made, role=role, actor=SYSTEM)
    return made


@cache
def password() -> str:
    """Hashed once: slow by design."""
    return make_password(PASSWORD)


def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner, backend=BACKEND)
    return client


def fill(tenant: Tenant) -> dict[str, Any]:
    """One of everything; ids by the names that the table uses."""
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers")
        phone = phone_for(e164="+12025550142")
        opt_in(
            phone_id=phone, sender_ids=[offers.pk], method=Method.PAPER, event_key="routes", actor=SYSTEM,
            evidence=Evidence(note="signed on paper"), whole_reach=False,
        )  # fmt: skip
        contact = Contact.objects.create(phone_id=phone, first_name="Ada")
        group = Group.objects.create(name="VIP")
        GroupMember.objects.create(group=group, contact=contact)
        audience = {"include": [["group", group.pk]], "exclude": [], "skip_any_stop": False}
        given = {"actor": SYSTEM, "sender_id": offers.pk, "audience": audience}
        draft = campaigns.create_campaign(name="Rolls", text="Demo Bakery: rolls", **given)
        started = campaigns.create_campaign(name="Buns", text="Demo Bakery: buns", **given)
        launched = campaigns.launch(campaign_id=started.pk, actor=SYSTEM, key="k")
        ids = {
            "draft": draft.pk,
            "launched": launched.pk,
            "contact": contact.pk,
            "contact_version": version_of(contact),
            "phone": phone,
            "group": group.pk,
            "tag": Tag.objects.create(name="holiday").pk,
            "segment": Segment.objects.create(name="Mine").pk,
            "bot": _bot(),
            "offers": offers.pk,
            "key": ProviderAccount.objects.get().inbound_key,
            "account": ProviderAccount.objects.get().pk,
            "form": signup_forms.create_form(name="Web", actor=SYSTEM).pk,
            "invitation": invitations.invite(email="invited@example.org", role=Role.AGENT, actor=SYSTEM).pk,
            "api_key": actions.make_api_key(name="Shop", scopes=["read"], actor=SYSTEM)[0].pk,
            "reason": own_reasons()[0].pk,
            "complaint": open_complaint(
                key="routes", source="team", about="Never agreed", actor=SYSTEM, phone_id=phone
            ).pk,
            **people(),
            **telling(),
            **jobs(contact.pk),
        }
    plan(tenant.pk, launched.broadcast_id)
    with tenant_scope(tenant.pk):
        ids["message"] = Message.objects.values_list("pk", flat=True)[0]
        ids["thread"] = Thread.objects.create(
            phone_id=ids["phone"], sender_id=ids["offers"], last_text="hello"
        ).pk
        ids["word_trial"] = WordTrial.objects.create(language="en", since=timezone.now(), status="done").pk
        ids["entry"] = ConsentEvent.objects.values_list("seq", flat=True)[0]
        ids |= proved(ids["offers"])
    return ids


def people() -> dict[str, int]:
    """Somebody blocked, and somebody whose reply has to be read."""
    blocked, doubted = phone_for(e164="+12025550143"), phone_for(e164="+12025550144")
    block(phone_id=blocked, reason="demo", event_key="routes:block", actor=SYSTEM)
    hold(phone_id=doubted, reason="under_review", event_key="review")
    review = of_hold(Hold.objects.get(event_key="review"))
    return {
        "review": review.pk,
        "blocked": Contact.objects.create(phone_id=blocked).pk,
        "doubted": Contact.objects.create(phone_id=doubted).pk,
    }


def proved(sender_id: int) -> dict[str, int]:
    """Entries: of somebody who signed on paper, which a scan proves, and of an erasure."""
    file = keep_file(chunks=[b"%PDF-1.7 demo"], name="demo.pdf", actor=SYSTEM)
    outcome = opt_in(
        phone_id=phone_for(e164="+12025550145"), sender_ids=[sender_id], method=Method.PAPER, event_key="routes:file",
        actor=SYSTEM, file_id=file.pk,
    )  # fmt: skip
    gone = erase(phone_id=phone_for(e164="+12025550146"), event_key="routes:erase", actor=SYSTEM)
    return {"proved": outcome.seq, "erased": gone.seq}


def telling() -> dict[str, Any]:
    """A notice rule, an endpoint with a delivery, a channel."""
    endpoint, _ = endpoints.add_endpoint(
        url="https://shop.example.org/hook", name="Shop", events=[], actor=SYSTEM
    )
    channels.save_channel(code="newsletter", name="Newsletter", follows_sms=True, actor=SYSTEM, new=True)
    values = {"name": "Opt-outs", "whats": ["opted_out"], "addresses": ["team@example.org"]}
    return {
        "endpoint": endpoint.pk,
        "delivery": endpoints.send_test_event(endpoint_id=endpoint.pk, actor=SYSTEM),
        "rule": notices.save_rule(values=values, actor=SYSTEM).pk,
        "channel": "newsletter",
    }


def jobs(contact_id: int) -> dict[str, int]:
    """One of each kind of long work."""
    draft, done = (_import() for _ in range(2))
    ImportJob.objects.filter(pk=done.pk).update(status="done", finished_at=timezone.now())
    tag = Tag.objects.create(name="bulk")
    detail = {"verb": "add_tag", "query": {"ids": [contact_id]}, "detail": {"tag": tag.pk}}
    export = exports.start_export(kind="contacts", query={}, actor=SYSTEM)
    path = path_of("exports/routes.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("phone")
    later = {
        "status": "done",
        "finished_at": timezone.now(),
        "expires_at": timezone.now() + timedelta(days=1),
    }
    ExportJob.objects.filter(pk=export.pk).update(file="exports/routes.csv", **later)
    return {
        "import_draft": draft.pk,
        "import_done": done.pk,
        "bulk": bulk.start_bulk(actor=SYSTEM, **detail).pk,
        "export": export.pk,
    }


def _bot() -> int:
    content = {"name": "Hours", "words": ["HOURS"], "actions": [{"kind": "notify"}]}
    return int(bots.create_bot(actor=SYSTEM, content=content).pk)


def _import() -> ImportJob:
    job = imports.prepare_import(chunks=[b"phone\n+12025550150\n"], file_name="demo.csv", actor=SYSTEM)
    answer = {"kind": "contacts", "proof": False}
    imports.set_evidence(job_id=job.pk, answer=answer, actor=SYSTEM, today=timezone.localdate())
    return imports.set_columns(job_id=job.pk, targets=["phone"], actor=SYSTEM)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), undone():
        yield World()
