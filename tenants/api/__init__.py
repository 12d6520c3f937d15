"""The API of tenants: sender numbers, outgoing webhooks."""

from tenants.api.senders import Senders
from tenants.api.webhooks import (
    OneWebhook,
    WebhookDeliveries,
    WebhookResend,
    Webhooks,
    WebhookSecret,
    WebhookTest,
)

__all__ = [
    "OneWebhook",
    "Senders",
    "WebhookDeliveries",
    "WebhookResend",
    "WebhookSecret",
    "WebhookTest",
    "Webhooks",
]
