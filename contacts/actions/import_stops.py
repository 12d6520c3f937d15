"""A batch of a list of opt-outs, or of numbers never to contact; also of people who are no contacts (D05)."""

from __future__ import annotations

from collections.abc import Sequence

from contacts.actions import import_consent, stage
from contacts.actions.import_batch import Context, Tally, claim, move, read_batch
from contacts.rules import files
from tenants.scope import tenant_scope


def stop_batch(context: Context, batch: Sequence[files.Row], offset: int) -> bool:
    """Stop the batch's numbers, then move the cursor; False when it is done by somebody else, or cancelled.

    An opt-out waits for texts already leaving, so it has transactions of its own; doing them twice changes nothing.
    """
    tally = Tally()
    with tenant_scope(context.tenant_id):
        rows, cells = read_batch(context.plan, batch, tally)
        stage.meet(context.tenant_id, stage.load(stage.rendered(rows, [None] * len(rows))))
        phones = stage.phone_ids()
        outcomes = import_consent.stopped_before(context, phones)
        again = stage.seen_before()
    import_consent.stop_numbers(context, phones)
    for n, row in enumerate(rows):
        known = int(row.e164[1:]) in again
        tally.add("duplicate" if known else outcomes[phones[n]], row.line, cells[n])
        for line, later in row.later_lines:
            tally.add("duplicate", line, later)
    with tenant_scope(context.tenant_id):
        job = claim(context.job_id, offset)
        if job is None:
            return False
        move(job, len(batch), tally)
    return True
