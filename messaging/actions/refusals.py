"""The provider refused a request for what it knows of the person (21610, a dead number): consent hears it (A11).

The transaction that writes the result also puts the work down, by the attempt's id. The sender tells consent at once,
and takes the work away in the transaction that does. Where that fails, or the sender dies first, a worker comes.
"""

from __future__ import annotations

from consent import actions as consent
from messaging.actions.pushes import told_at
from messaging.models import Attempt, Message
from messaging.rules.outcomes import judge_answer
from tenants import due
from tenants.scope import current_tenant_id

KIND = "refused"
SPEAK = ("opt_out_this_sender", "unusable")


def hear_refusal(*, attempt_id: int, message_id: int, action: str, code: int | None) -> None:
    """Tell consent, once for a message and code; part of the caller's transaction."""
    message = Message.objects.get(pk=message_id)
    if action == "unusable":
        consent.mark_unusable(phone_id=message.phone_id, code=code or 0)
    elif action == "opt_out_this_sender":
        consent.provider_refused(
            phone_id=message.phone_id,
            sender_id=message.sender_id,
            event_key=f"refused:{message_id}:{code}",
            begun_at=message.begun_at,
            message_id=message_id,
            asked_at=told_at(phone_id=message.phone_id, sender_id=message.sender_id),
        )
    due.drop(KIND, current_tenant_id(), attempt_id)


def hear_left_over(attempt_id: int) -> None:
    """Tell consent of a refusal that the sender did not get to tell."""
    attempt = Attempt.objects.filter(pk=attempt_id).first()
    if attempt is not None:
        action = judge_answer(attempt.http_status, attempt.code, None).contact_action
        hear_refusal(attempt_id=attempt_id, message_id=attempt.message_id, action=action, code=attempt.code)
