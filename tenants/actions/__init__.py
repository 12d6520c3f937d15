"""Every state change of tenants, members, senders, accounts and keys."""

from tenants.actions.keys import API_SCOPES, make_api_key, revoke_api_key
from tenants.actions.members import remove_member, set_member
from tenants.actions.records import audit, forget_answers, forget_old_answers
from tenants.actions.senders import (
    add_account,
    add_sender,
    rename_sender,
    retire_sender,
    rotate_token,
    set_opt_out_line,
)
from tenants.actions.settings import create_tenant, keep_stop_covers, update_settings
from tenants.actions.webhooks import tell, tell_all

__all__ = [
    "API_SCOPES",
    "add_account",
    "add_sender",
    "audit",
    "create_tenant",
    "forget_answers",
    "forget_old_answers",
    "keep_stop_covers",
    "make_api_key",
    "remove_member",
    "rename_sender",
    "retire_sender",
    "revoke_api_key",
    "rotate_token",
    "set_member",
    "set_opt_out_line",
    "tell",
    "tell_all",
    "update_settings",
]
