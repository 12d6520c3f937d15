"""Every change of consent. Each needs an open scope and runs in the caller's transaction, except the bulk ones."""

from consent.actions.asking import ask_opt_in, confirm_opt_in, lapse_requests, next_lapse
from consent.actions.blocking import block, mistake, unblock
from consent.actions.bulk import BulkOutcome, bulk_block, bulk_opt_out
from consent.actions.erasing import erase
from consent.actions.files import drop_file, files_leaving, forget_files, keep_file, kept_file
from consent.actions.holds import held, hold, hold_all, provider_doubt, release_hold
from consent.actions.importing import import_opt_ins, withdraw_import
from consent.actions.keywords import check_words, lists_of, save_words
from consent.actions.ledger import Appended, EventDraft, SharedEvidence, append_events, share_evidence
from consent.actions.moving import change_number, merge_numbers
from consent.actions.numbers import (
    blocked_by_request,
    e164_hash,
    give_back,
    mark_unusable,
    phone_for,
    phones_for,
    reached,
)
from consent.actions.outcomes import Outcome
from consent.actions.returning import opt_in, start, wish_to_return
from consent.actions.stopping import covered_senders, opt_out, provider_refused, wrong_number
from consent.actions.wordings import save_wording
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach

__all__ = [
    "Appended",
    "BulkOutcome",
    "EventDraft",
    "Evidence",
    "Outcome",
    "Reach",
    "SharedEvidence",
    "append_events",
    "ask_opt_in",
    "block",
    "blocked_by_request",
    "bulk_block",
    "bulk_opt_out",
    "change_number",
    "check_words",
    "confirm_opt_in",
    "covered_senders",
    "drop_file",
    "e164_hash",
    "erase",
    "files_leaving",
    "forget_files",
    "give_back",
    "held",
    "hold",
    "hold_all",
    "import_opt_ins",
    "keep_file",
    "kept_file",
    "lapse_requests",
    "lists_of",
    "mark_unusable",
    "merge_numbers",
    "mistake",
    "next_lapse",
    "opt_in",
    "opt_out",
    "phone_for",
    "phones_for",
    "provider_doubt",
    "provider_refused",
    "reached",
    "release_hold",
    "save_wording",
    "save_words",
    "share_evidence",
    "start",
    "unblock",
    "wish_to_return",
    "withdraw_import",
    "wrong_number",
]
