"""Every state change of campaigns. Each raises `tenants.rules.Refused` and needs the tenant's scope."""

from campaigns.actions.drafts import create_campaign, delete_campaign, duplicate_campaign, update_campaign
from campaigns.actions.launching import launch
from campaigns.actions.ledger import follow_ledger
from campaigns.actions.retrying import retry_failed
from campaigns.actions.running import cancel, pause, resume
from campaigns.actions.testing import test_send

__all__ = [
    "cancel",
    "create_campaign",
    "delete_campaign",
    "duplicate_campaign",
    "follow_ledger",
    "launch",
    "pause",
    "resume",
    "retry_failed",
    "test_send",
    "update_campaign",
]
