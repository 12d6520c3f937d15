"""What is said."""

from messaging.models.broadcasts import Broadcast, Template
from messaging.models.messages import Attempt, Message, RawWebhook, Thread
from messaging.models.pushes import ConsentPush

__all__ = ["Attempt", "Broadcast", "ConsentPush", "Message", "RawWebhook", "Template", "Thread"]
