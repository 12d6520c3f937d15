"""Notice rules: made, changed, paused, muted, tried out, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from campaigns.models import Campaign
from consent.models.ledger import Method
from consent.rules.numbers import normalise
from contacts.models import Group
from conversations.actions.digesting import send_test
from conversations.models.telling import NotificationRule
from conversations.rules.telling import LABELS
from tenants import due
from tenants.actions import audit
from tenants.models import Membership, SenderNumber, Tenant, WebhookEndpoint
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

MOST_RULES = 50
MOST_RECIPIENTS = 20
FIELDS = (
    "name", "whats", "sender_ids", "campaign_ids", "group_ids", "methods", "timing", "every", "at_hour",
    "threshold_count", "threshold_bp", "threshold_minutes", "member_ids", "addresses", "numbers", "sms_sender_id",
    "endpoint_id", "whole_numbers",
)  # fmt: skip


def save_rule(*, values: Mapping[str, Any], actor: Actor, rule_id: int | None = None) -> NotificationRule:
    """Make a rule, or change one; `values` by the names in FIELDS, those left out stay as they are.

    Raises `Refused` with the field at fault: not_allowed, not_found, name_taken, name_missing, what_missing,
    nobody, email_invalid, number_invalid, sender_needed, threshold_needed, unknown, too_many.
    """
    require(actor, Role.MANAGER, "change who is told")
    rule = find_rule(rule_id) if rule_id is not None else NotificationRule()
    if rule_id is None and NotificationRule.objects.count() >= MOST_RULES:
        raise Refused("too_many", f"At most {MOST_RULES} notice rules. Change one of them instead.")
    for name in FIELDS:
        if name in values:
            setattr(rule, name, values[name])
    _check(rule)
    rule.save()
    audit(actor, "save_notice_rule", "notice_rule", rule.pk, name=rule.name, new=rule_id is None)
    due.put_and_ring("notices", current_tenant_id(), rule.pk)
    return rule


def find_rule(rule_id: int) -> NotificationRule:
    """The rule of the open scope. Raises `Refused("not_found")`."""
    rule: NotificationRule | None = NotificationRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise Refused("not_found", "This rule is not here any more.")
    return rule


def delete_rule(*, rule_id: int, actor: Actor) -> str:
    """The rule and what it has not told yet go; what it told stays listed. Returns its name."""
    require(actor, Role.MANAGER, "change who is told")
    rule = find_rule(rule_id)
    audit(actor, "delete_notice_rule", "notice_rule", rule.pk, name=rule.name)
    name = rule.name
    rule.delete()
    return name


def pause_rule(*, rule_id: int, on: bool, actor: Actor) -> NotificationRule:
    """Pause a rule, or let it go on; what happens while it is paused is not told later."""
    require(actor, Role.MANAGER, "change who is told")
    rule = find_rule(rule_id)
    if (rule.paused_at is None) != on:
        rule.paused_at = None if on else timezone.now()
        rule.save(update_fields=["paused_at"])
        audit(
            actor, "resume_notice_rule" if on else "pause_notice_rule", "notice_rule", rule.pk, name=rule.name
        )
    if on:  # what waited before the pause is told now, or at its hour
        due.put_and_ring("notices", current_tenant_id(), rule.pk)
    return rule


def mute_rule(*, rule_id: int, user_id: int, mute: bool) -> NotificationRule:
    """A member's own wish: no e-mails of this rule for now, or again."""
    rule = NotificationRule.objects.select_for_update(no_key=True).filter(pk=rule_id).first()
    if rule is None:
        raise Refused("not_found", "This rule is not here any more.")
    others = [one for one in rule.muted_ids if one != user_id]
    rule.muted_ids = [*others, user_id] if mute else others
    rule.save(update_fields=["muted_ids"])
    return rule  # type: ignore[no-any-return]


def try_rule(*, rule_id: int, actor: Actor) -> int:
    """Send a notice that says it is a test to everybody the rule names; how many were queued."""
    require(actor, Role.MANAGER, "send a test")
    rule = find_rule(rule_id)
    queued = send_test(rule, uuid4().hex[:12])
    if not queued:
        raise Refused(
            "nobody", "Everybody this rule names has muted it or left. Choose who is told.", "member_ids"
        )
    audit(actor, "test_notice_rule", "notice_rule", rule.pk, name=rule.name)
    return queued


def _check(rule: NotificationRule) -> None:
    rule.name = " ".join(rule.name.split())
    if not 0 < len(rule.name) <= 80:
        raise Refused("name_missing", "Give the rule a name of at most 80 characters.", "name")
    if NotificationRule.objects.filter(name=rule.name).exclude(pk=rule.pk).exists():
        raise Refused("name_taken", "Another rule has this name. Choose another.", "name")
    if not rule.whats or set(rule.whats) - set(LABELS):
        raise Refused("what_missing", "Choose what you want to be told of.", "whats")
    _check_narrowing(rule)
    _check_timing(rule)
    _check_recipients(rule)


def _check_narrowing(rule: NotificationRule) -> None:
    _known(SenderNumber, rule.sender_ids, "sender_ids")
    _known(Campaign, rule.campaign_ids, "campaign_ids")
    _known(Group, rule.group_ids, "group_ids")
    if set(rule.methods) - set(Method.values):
        raise Refused("unknown", "Choose from the ways listed.", "methods")


def _check_timing(rule: NotificationRule) -> None:
    if rule.timing not in NotificationRule.Timing.values or rule.every not in NotificationRule.Every.values:
        raise Refused("unknown", "Choose when you want to be told.", "timing")
    if rule.at_hour not in range(24):
        raise Refused("hour_invalid", "Choose an hour from 0 to 23.", "at_hour")
    if rule.timing != NotificationRule.Timing.THRESHOLD:
        return
    if rule.threshold_count is None and rule.threshold_bp is None:
        raise Refused(
            "threshold_needed", "Say how many are many: a number, a percentage, or both.", "threshold_count"
        )
    if rule.threshold_count is not None and not 1 <= rule.threshold_count <= 1_000_000:
        raise Refused("threshold_invalid", "Write a number from 1 to 1,000,000.", "threshold_count")
    if rule.threshold_bp is not None and not 1 <= rule.threshold_bp <= 10_000:
        raise Refused("threshold_invalid", "Write a percentage from 0.01 to 100.", "threshold_bp")
    if not 5 <= rule.threshold_minutes <= 1440:
        raise Refused("threshold_invalid", "Choose 5 minutes to 24 hours.", "threshold_minutes")


def _check_recipients(rule: NotificationRule) -> None:
    rule.addresses = [_address(one) for one in dict.fromkeys(rule.addresses)]
    rule.numbers = list(dict.fromkeys(_number(one) for one in rule.numbers))
    if len(rule.addresses) > MOST_RECIPIENTS or len(rule.numbers) > MOST_RECIPIENTS:
        raise Refused("too_many", f"At most {MOST_RECIPIENTS} of them.", "addresses")
    members = Membership.objects.filter(tenant_id=current_tenant_id(), user_id__in=rule.member_ids)
    if members.count() != len(set(rule.member_ids)):
        raise Refused("unknown", "One of them is no member any more. Choose from the members.", "member_ids")
    if rule.numbers and rule.sms_sender_id is None:
        raise Refused("sender_needed", "Choose the sender number the texts come from.", "sms_sender_id")
    if rule.sms_sender_id is not None:
        usable = SenderNumber.objects.filter(pk=rule.sms_sender_id, retired_at=None)
        if not usable.exists():
            raise Refused("sender_unknown", "Choose from your sender numbers in use.", "sms_sender_id")
    if rule.endpoint_id is not None:
        _known(WebhookEndpoint, [rule.endpoint_id], "endpoint_id")
    if not (rule.member_ids or rule.addresses or rule.numbers or rule.endpoint_id):
        raise Refused("nobody", "Choose who is told: members, addresses, numbers or a webhook.", "member_ids")


def _known(model: Any, wanted: Sequence[int], field: str) -> None:
    if wanted and model.objects.filter(pk__in=wanted).count() != len(set(wanted)):
        raise Refused("unknown", "One of these is not here any more. Choose from the list.", field)


def _address(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError:
        raise Refused(
            "email_invalid", f"“{text.strip()[:60]}” is not an e-mail address.", "addresses"
        ) from None
    return text.strip()


def _number(text: str) -> str:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    found = normalise(text, tenant.country, enabled=tenant.allowed_countries)
    if found.e164 is None or found.verdict != "accept":
        told = f"“{text.strip()[:30]}” cannot be texted. Write it with its country, like +1 202-555-0142."
        raise Refused("number_invalid", told, "numbers")
    return found.e164
