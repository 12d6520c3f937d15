"""Every row of the table of CONSENT.md has a test, here or where its feature lives."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TEXTS, TEAM = "consent_table/test_texts.py::", "consent_table/test_team.py::"
IMPORTS, ACTS = "contacts/test_import_consent.py::", "consent/test_acts.py::"
ROWS = {
    "STOP to A, number": TEXTS + "test_stop_to_a_number",
    "STOP, purpose": TEXTS + "test_stop_where_it_covers_the_purpose",
    "STOP, all, opt-out line": TEXTS + "test_stop_where_it_covers_all_and_senders_added_later",
    "STOP NEWS": TEXTS + "test_stop_and_the_word_of_a_group",
    "STOP 12345": TEXTS + "test_stop_and_a_word_that_is_no_group",
    "STOP repeated": TEXTS + "test_stop_repeated",
    "START, A opted out": TEXTS + "test_start_undoes_the_whole_reach_and_no_other_opt_out",
    "START, nothing opted out": TEXTS + "test_start_where_nothing_is_opted_out",
    "START while Blocked": TEXTS + "test_start_of_somebody_blocked",
    "YES": TEXTS + "test_yes_of_somebody_stopped_is_start_and_else_an_ordinary_text",
    "HELP / INFO": TEXTS + "test_help_is_answered_always_and_changes_nothing",
    "team records an opt-out": TEAM + "test_the_team_records_an_opt_out_of_all",
    "team records an opt-in with proof": TEAM + "test_the_team_records_an_opt_in_with_proof",
    "block": TEAM + "test_a_block",
    "unblock": TEAM + "test_an_unblock_leaves_a_stop_under_the_block_standing",
    "import, proof given": IMPORTS + "test_a_stopped_contact_stays_stopped_and_is_reported",
    "import of opt-outs": IMPORTS + "test_numbers_never_to_contact_are_blocked",
    "21610 from A": TEAM + "test_21610_from_a_sender",
    "21610, drift": TEAM + "test_21610_of_a_text_older_than_the_opt_in_is_drift",
    "30004 from toll-free A": TEAM + "test_30004_from_a_toll_free_sender",
    "wrong number": TEXTS + "test_wrong_number_by_text",
    "wrong number, team": TEAM + "test_wrong_number_recorded_by_the_team",
    "free text, clear": TEXTS + "test_free_text_clear",
    "free text, unclear": TEXTS + "test_free_text_unclear",
    "free text, unclear, decided": TEAM + "test_an_unclear_reply_read_as_an_opt_out",
    "free text, unclear, released": TEAM + "test_an_unclear_reply_released",
    "free text, unclear, lapsed": TEAM + "test_an_unclear_reply_at_the_deadline",
    "erase a person": TEAM + "test_erasing_a_person",
    "re-import of a stopped, blocked, erased number": IMPORTS + "test_blocked_and_erased_numbers",
    "contact's number edited": "contacts/test_people.py::test_consent_does_not_travel_with_a_changed_number",
    "two contacts merged": ACTS + "test_merging_keeps_each_numbers_consent",
    "30005 / 30006": TEAM + "test_30005_never_changes_consent",
}


@pytest.mark.parametrize("where", ROWS.values(), ids=ROWS)
def test_the_row_has_a_test(where: str) -> None:
    name, _, test = where.partition("::")
    tree = ast.parse((TESTS / name).read_text())
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
