"""What happens after an ordinary text has been recorded: first a survey's answer, then sign-up forms, then bots.

The webhook only says that there is something to hear; a worker hears it, in transactions of its own. Whatever fails
here, the text is in the inbox, and no opt-out depends on it.

The texts of one person are heard in the order in which they came: what joined a group must not undo that they left it
afterwards. No webhook ever waits for this order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from conversations.actions import botleaving, botruns, surveys
from conversations.actions.follow_ups import hear_complaint
from conversations.actions.signup import hear_join
from conversations.actions.webhook_events import tell_reply
from messaging.models import Message
from messaging.models.messages import Direction
from tenants import due
from tenants.scope import current_tenant_id, tenant_scope
from tenants.statements import Statement

HEARING = 4208  # lock class, beside those of sign-ups, policies and exports
_ALONE = Statement("SELECT pg_advisory_xact_lock(%(lock)s::int, hashtext(%(phone)s::text))")
# Earlier texts of the same person that still wait. One that fails again and again is waited for two minutes or so:
# then the others are not kept any longer.
_BEFORE = RawSQL(  # nosec: no value in it
    """ARRAY(
    SELECT e.id FROM messaging_message e
    JOIN tenants_due d ON d.kind = 'hear' AND d.tenant_id = e.tenant_id AND d.ref = e.id AND d.tries < 6
    WHERE e.phone_id = messaging_message.phone_id AND e.id < messaging_message.id AND e.direction = 1
    ORDER BY e.id)""",
    [],
    output_field=ArrayField(BigIntegerField()),
)


def _tell(message: Message) -> bool:
    tell_reply(message)
    return False


def _alone(message: Message) -> bool:
    """Two texts of one person heard at once would not know of each other's answers. Held until the commit."""
    _ALONE.row(lock=HEARING, phone=message.phone_id)
    return False


# In this order, in the open scope; True: it has taken the text, the rest is not asked. Those of one line share a
# transaction: what a survey asked is answered even where a form's word or a bot fails and is tried again.
LISTENERS: tuple[tuple[Callable[[Message], bool], ...], ...] = (
    (_tell, hear_complaint, lambda message: surveys.take_answer(message=message)),
    (
        _alone,
        botleaving.leave_again,
        hear_join,
        lambda message: botruns.run_bots(message=message) is not None,
    ),
)


def hear_later(*, message_id: int) -> None:
    """Say that a text waits to be heard; part of the transaction that recorded it."""
    due.put_and_ring("hear", current_tenant_id(), message_id)


def hear(*, tenant_id: int, message_id: int) -> None:
    """Let each listener have the text, after earlier ones of the same person; call it outside a scope.

    Again and again it does nothing new.
    """
    before = _hear(tenant_id, message_id, in_order=True)
    for earlier in before:
        _hear(tenant_id, earlier)
        due.drop("hear", tenant_id, earlier)
    if before:
        _hear(tenant_id, message_id)


def _hear(tenant_id: int, message_id: int, *, in_order: bool = False) -> Sequence[int]:
    """The text to each listener; with `in_order` nothing of it where earlier texts wait: those, the oldest first."""
    for together in LISTENERS:
        with tenant_scope(tenant_id):
            found = Message.objects.filter(pk=message_id, direction=Direction.IN)
            message: Message | None = (found.annotate(before=_BEFORE) if in_order else found).first()
            before: Sequence[int] = getattr(message, "before", ())
            if before:
                return before
            if message is None or any(listen(message) for listen in together):
                return ()
        in_order = False
    return ()
