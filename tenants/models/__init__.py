"""Who is asking and who is told."""

from tenants.models.doors import Door, Due
from tenants.models.installation import Installation, InstallationEntry
from tenants.models.invitations import Invitation
from tenants.models.people import Membership, Tenant, User
from tenants.models.records import ApiKey, AuditEntry, IdempotencyKey
from tenants.models.senders import ProviderAccount, SenderAddress, SenderNumber
from tenants.models.shared import SharedValue
from tenants.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Door",
    "Due",
    "IdempotencyKey",
    "Installation",
    "InstallationEntry",
    "Invitation",
    "Membership",
    "ProviderAccount",
    "SenderAddress",
    "SenderNumber",
    "SharedValue",
    "Tenant",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
]
