"""What other apps may ask about texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from consent.models import PhoneNumber
from messaging.models import Message


def texted_since(phone_ids: Sequence[int], since: datetime) -> set[int]:
    """Who of these numbers has a text since then, to them or from them."""
    texts = Message.objects.filter(phone_id=OuterRef("pk"), created_at__gte=since)
    return set(PhoneNumber.objects.filter(Exists(texts), pk__in=phone_ids).values_list("pk", flat=True))
