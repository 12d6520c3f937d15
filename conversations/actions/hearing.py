"""What happens after an ordinary text has been recorded: first a survey's answer, then sign-up forms, then bots.

The webhook only says that there is something to hear; a worker hears it, in transactions of its own. Whatever fails
here, the text is in the inbox, and no opt-out depends on it.
"""

from __future__ import annotations

from collections.abc import Callable

from conversations.actions import botruns, surveys
from conversations.actions.follow_ups import hear_complaint
from conversations.actions.signup import hear_join
from conversations.actions.webhook_events import tell_reply
from messaging.models import Message
from messaging.models.messages import Direction
from tenants import due
from tenants.scope import current_tenant_id, tenant_scope


def _tell(message: Message) -> bool:
    tell_reply(message)
    return False


# In this order, in the open scope; True: it has taken the text, the rest is not asked. Those of one line share a
# transaction: what a survey asked is answered even where a form's word or a bot fails and is tried again.
LISTENERS: tuple[tuple[Callable[[Message], bool], ...], ...] = (
    (_tell, hear_complaint, lambda message: surveys.take_answer(message=message)),
    (hear_join, lambda message: botruns.run_bots(message=message) is not None),
)


def hear_later(*, message_id: int) -> None:
    """Say that a text waits to be heard; part of the transaction that recorded it."""
    due.put_and_ring("hear", current_tenant_id(), message_id)


def hear(*, tenant_id: int, message_id: int) -> None:
    """Let each listener have the text; call it outside a scope. Again and again it does nothing new."""
    for together in LISTENERS:
        with tenant_scope(tenant_id):
            message = Message.objects.filter(pk=message_id, direction=Direction.IN).first()
            if message is None or any(listen(message) for listen in together):
                return
