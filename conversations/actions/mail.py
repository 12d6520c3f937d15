"""What people do from a follow-up e-mail: say why, or get no more e-mail."""

from __future__ import annotations

from django.utils import timezone

from consent.actions.channels import EMAIL, OUT, person_says
from consent.models import ChannelConsent, ConsentEvent, PhoneNumber
from consent.models.ledger import Method
from conversations.actions.learning import give_reason
from conversations.models.learning import FollowUp, How, ReasonGiven
from tenants.rules import Refused

#: What proves it: the page and the mail program have this one button.
PRESSED = "No more e-mail (pressed in an e-mail of yours)"


def answer_mail(*, event: ConsentEvent, reason_key: str, words: str) -> ReasonGiven:
    """Keep the reason that came back. Raises `Refused("reason_unknown")` where none was chosen."""
    if not reason_key:
        raise Refused(
            "reason_unknown", "Choose what fits best, or leave the page: you need not answer.", "reason"
        )
    given = give_reason(
        phone_id=event.phone_id, event_seq=event.seq, reason_key=reason_key, words=words, method=How.EMAIL
    )
    FollowUp.objects.filter(event_seq=event.seq, opened_at=None).update(opened_at=timezone.now())
    return given


def leave_mail(*, phone_id: int) -> None:
    """No more e-mail to this person; told twice it changes nothing. Never refused."""
    if not PhoneNumber.objects.filter(pk=phone_id).exists() or mail_stopped(phone_id=phone_id):
        return
    person_says(phone_id=phone_id, channel=EMAIL, state=OUT, method=Method.WEB, evidence=PRESSED)


def mail_stopped(*, phone_id: int) -> bool:
    """Whether this person gets no e-mail."""
    return bool(ChannelConsent.objects.filter(phone_id=phone_id, channel=EMAIL, state=OUT).exists())
