"""Sample values for the design page: plainly demo, one entry per partial, shaped as each partial documents."""

from __future__ import annotations

from typing import Any

from django import forms, template

register = template.Library()


class WordsForm(forms.Form):
    """The fields of the sample dialog; `their_words` is shown with its error."""

    how = forms.ChoiceField(
        label="How did they tell you?", choices=[("phone", "By phone"), ("mail", "By e-mail")]
    )
    words = forms.CharField(
        label="Their words",
        widget=forms.TextInput(attrs={"placeholder": "“Please don’t text me”"}),
        error_messages={"required": "Write what they said, so that it can be proved."},
    )


class FieldsForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label="Name", help_text="Only your team reads it.", initial="Demo Contact 0142")
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}))
    cover = forms.ChoiceField(
        label="What STOP covers",
        choices=[("number", "This number only"), ("all", "All numbers")],
        widget=forms.RadioSelect,
        initial="number",
    )
    agree = forms.BooleanField(label="Ask again before a launch", required=False)


@register.simple_tag
def design_samples() -> dict[str, Any]:
    """Everything the design page shows, by the name of the partial."""
    return {
        "form": WordsForm({"how": "phone", "words": ""}),
        "fields": FieldsForm(),
        **_LISTS,
        **_CONSENT,
        **_SENDING,
        **_IMPORT,
    }


_LISTS: dict[str, Any] = {
    "meanings": [
        ("active", "active", "", "whole person", "No objection from the person or staff. Each sender still decides."),
        ("stopped", "stopped", "", "whole person", "Left every sender. Only the person can return."),
        ("stopped_some", "stopped", "Offers", "whole person", "Left some senders; the others may still text."),
        ("blocked", "blocked", "", "whole person", "Closed by staff, everywhere. Only staff can undo it."),
        ("opted_in", "", "Offers", "one sender", "Said yes to this sender, with proof."),
        ("opted_out", "", "Offers", "one sender", "Said no to this sender."),
        ("pending", "", "Offers", "one sender", "Asked. No text but the question until YES."),
        ("unknown", "", "Offers", "one sender", "Never asked. No marketing where opt-in is needed."),
        ("on_hold", "", "Offers", "one sender", "An unclear reply. Marketing waits for a person."),
    ],
    "colours": [
        ("canvas", "canvas"), ("surface", "surface"), ("ink", "ink"), ("ink-2", "ink 2"), ("ink-3", "ink 3"),
        ("accent", "accent"), ("yes", "yes"), ("no", "no"), ("wait", "wait"), ("unknown", "unknown"),
        ("blocked", "blocked"), ("accent-soft", "accent soft"),
    ],
    "tabs": [
        {"label": "All", "url": "#", "count": ""},
        {"label": "VIP", "url": "#", "count": "48,211", "current": True},
        {"label": "Lapsed 90 days", "url": "#", "count": "112,480"},
    ],
    "chips": [
        {"field": "Group", "value": "VIP", "remove_url": "#"},
        {"field": "Offers", "value": "any permission", "remove_url": "#"},
    ],
    "heads": [
        {"label": "Contact"}, {"label": "Status"}, {"label": "Offers", "note": "·0110", "sender": True},
        {"label": "Orders", "note": "·0118", "sender": True}, {"label": "When", "sort": "descending", "num": True},
    ],
    "rows": [
        {"cells": [
            {"text": "Demo Contact 0188", "strong": True, "role": "main"},
            {"status": "stopped", "senders": "Offers", "role": "sub"},
            {"state": "opted_out", "sender": "Offers"}, {"state": "opted_in", "sender": "Orders"},
            {"text": "7 min", "num": True, "role": "end"}]},
        {"selected": True, "cells": [
            {"text": "Demo Contact 0107", "strong": True, "role": "main"}, {"status": "active", "role": "sub"},
            {"state": "opted_in", "sender": "Offers"}, {"state": "pending", "sender": "Orders"},
            {"text": "11 min", "num": True, "role": "end"}]},
        {"cells": [
            {"text": "Demo Contact 0164", "strong": True, "role": "main"}, {"status": "blocked", "role": "sub"},
            {"state": "", "sender": "Offers"}, {"state": "", "sender": "Orders"},
            {"text": "33 min", "num": True, "role": "end"}]},
        {"cells": [
            {"text": "Demo Contact 0177", "strong": True, "role": "main"}, {"status": "active", "role": "sub"},
            {"state": "on_hold", "sender": "Offers"}, {"state": "unknown", "sender": "Orders"},
            {"text": "4 h", "num": True, "role": "end"}]},
    ],
    "segments_of": [
        {"label": "7 days", "url": "#"}, {"label": "30 days", "url": "#", "current": True},
        {"label": "90 days", "url": "#"},
    ],
    "purposes": [
        {"label": "Marketing", "value": "marketing", "current": True}, {"label": "Service", "value": "service"},
        {"label": "Transactional", "value": "transactional"},
    ],
    "steps": [
        {"label": "File", "state": "done", "url": "#"}, {"label": "Evidence", "state": "done", "url": "#"},
        {"label": "Columns and try-out", "state": "current"}, {"label": "Import", "state": "todo"},
        {"label": "Result", "state": "todo"},
    ],
    "bulk": [
        {"label": "Add to group", "icon": "users-group", "name": "act", "value": "group"},
        {"label": "Tag", "icon": "tag", "name": "act", "value": "tag"},
        {"label": "Record opt-out…", "icon": "hand-stop", "tone": "danger", "open": "sc-sample"},
        {"label": "Send to…", "icon": "send", "refused": "Choose people who may be texted."},
    ],
}  # fmt: skip

_CONSENT: dict[str, Any] = {
    "cards": [
        {"state": "opted_out", "sender": "Offers", "number_end": "·0110", "purpose": "Marketing", "verdict": "No.",
         "sentence": "Texted “STOP” to this number.", "source": "14 Nov 2026, 18:02, answering “Harvest loaf”",
         "proof_url": "#", "proof_number": "45,310", "chosen": True},
        {"state": "opted_in", "sender": "Orders", "number_end": "·0118", "purpose": "Service", "verdict": "Yes,",
         "sentence": "for service. Never marketing.", "source": "Ticked on the checkout form, 12 Mar 2025",
         "proof_url": "#", "proof_number": "2,204"},
        {"state": "pending", "sender": "Reminders", "number_end": "·0125", "purpose": "Service",
         "verdict": "Not yet.", "sentence": "Waiting for a YES.", "source": "Asked 20 Nov 2026. Lapses in 5 days.",
         "proof_url": "#", "proof_number": "47,588"},
    ],
    "gate": [
        {"label": "Not blocked", "note": "by staff", "result": "passed"},
        {"label": "Not stopped", "note": "all senders", "result": "passed"},
        {"label": "Opted out", "note": "of Offers", "result": "deciding", "state": "opted_out"},
        {"label": "Opt-in kept", "result": "skipped"}, {"label": "Quiet hours", "result": "skipped"},
        {"label": "Weekly cap", "result": "skipped"},
    ],
    "events": [
        {"icon": "arrow-down-left", "title": "Wrote to Offers", "when": "14 Nov, 18:02",
         "bubble": {"text": "STOP", "dir": "in"}},
        {"sign": "opted_out", "title": "*Opted out of Offers*, from opted in", "when": "14 Nov, 18:02",
         "meta": "By keyword STOP, in force 40 ms after the text arrived. 1 queued text was withheld."},
        {"icon": "arrow-up-right", "title": "Got *Harvest loaf* from Offers", "when": "14 Nov, 18:00",
         "meta": "Delivered in 3 s, 1 part",
         "bubble": {"text": "Demo Bakery: our harvest loaf is back, 2 for 1 until Sunday. Reply STOP to opt out",
                    "dir": "out"}},
        {"icon": "robot", "title": "Bot *Say goodbye* ran: added tag “asked-why”", "when": "14 Nov, 18:02"},
    ],
    "bubbles": [
        {"text": "Do you have seeded rye on Saturdays?", "dir": "in"},
        {"text": "Yes, from 7. Shall we keep one for you?", "dir": "out"},
        {"text": "Your order is ready.", "dir": "out", "state": "failed", "reason": "Phone switched off, 30003"},
        {"text": "Weekend rolls are back.", "dir": "out", "state": "withheld", "reason": "opted out of Offers"},
    ],
    "intact": {"state": "intact",
               "text": "48,412 entries, each sealed with the one before it. Checked 13:40, took 0.6 s.",
               "hashes": ["b25f", "e310", "07be", "c8aa", "41d0", "9f2c"], "check_url": "#"},
    "broken": {"state": "broken", "n": "12,004", "text": "Its seal does not fit the one before it.", "export_url": "#"},
    "checking": {"state": "checking", "text": "checking entry 12,004"},
}  # fmt: skip

_SENDING: dict[str, Any] = {
    "job": {"live": True, "name": "Weekend rolls", "percent": 62, "counts": "about 37 min left",
            "action_url": "#", "action_label": "Pause", "confirm": "Pause “Weekend rolls”?"},
    "job_tag": {"icon": "tag", "name": "Tag “holiday”", "percent": 62, "counts": "29,880 of 48,211",
                "action_url": "#", "action_label": "Undo", "action_icon": "arrow-back-up"},
    "job_bad": {"icon": "file-import", "name": "market-stall.csv", "percent": 100, "counts": "1,192 of 1,204",
                "problem_url": "#", "problem_label": "See 12 problems"},
    "band": [
        {"label": "Delivered", "count": 56880, "fill": "delivered"},
        {"label": "On the way", "count": 3911, "fill": "way", "hatched": True},
        {"label": "Failed", "count": 413, "fill": "failed"},
        {"label": "Waiting", "count": 37526, "fill": "waiting"},
    ],
    "figures": [
        {"label": "Rate", "value": "1,020 / min"}, {"label": "Done about", "value": "14:22"},
        {"label": "Spent", "value": "$967.02"}, {"label": "From", "value": "Offers ·0110"},
    ],
    "spark_up": [3, 2, 4, 5, 1, 4, 6, 5, 7, 8, 7, 9, 9.5],
    "spark_down": [9, 8.5, 9, 7, 8, 6, 6.5, 5, 4, 4.2, 3.2, 3],
    "funnel": [
        {"label": "Chosen", "count": 112480},
        {"label": "Stopped, all senders", "count": 3901, "minus": True, "sign": "stopped", "url": "#"},
        {"label": "Opted out of Offers", "count": 6212, "minus": True, "sign": "opted_out", "url": "#"},
        {"label": "Unknown, never opted in", "count": 2877, "minus": True, "sign": "unknown", "url": "#"},
        {"label": "Pending, no YES yet", "count": 402, "minus": True, "sign": "pending", "url": "#"},
        {"label": "Do not contact, blocked", "count": 311, "minus": True, "sign": "blocked", "url": "#"},
        {"label": "Will get it", "count": 98777, "total": True, "icon": "send", "url": "#"},
    ],
    "pieces": [
        "Demo Bakery: Hi Demo, your rolls are back. 2 for 1 on Saturday, just show this text. Collect from Market ",
        "St. Reply STOP to opt out.",
    ],
    "checks": [
        {"level": "ok", "text": "Brand named at the start"},
        {"level": "warning", "text": "“first name” empty for 8,212,", "note": "they read “there”", "fix_url": "#"},
        {"level": "note", "text": "Pauses itself above 1.00 % opt-outs"},
        {"level": "blocker", "text": "No opt-out wording", "note": "marketing must say how to leave", "fix_url": "#"},
    ],
    "chart": {
        "kind": "permission",
        "labels": ["16 Nov", "17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov"],
        "series": [
            {"label": "Opted in", "tone": "yes", "values": [310, 402, 388, 350, 262, 720, 503]},
            {"label": "Opted out", "tone": "no", "hatched": True, "values": [-90, -84, -150, -130, -71, -160, -190]},
        ],
    },
}  # fmt: skip

_IMPORT: dict[str, Any] = {
    "mapping": [
        {"column": "mobile", "sample": "202-555-0142", "name": "c0", "value": "phone", "check": "ok",
         "choices": [("phone", "Phone number"), ("out", "Leave out")], "check_text": "1,196 of 1,204 valid"},
        {"column": "joined", "sample": "03/04/2025", "name": "c1", "value": "date", "check": "warning",
         "choices": [("date", "Consent date"), ("out", "Leave out")], "check_text": "day first or month first?"},
        {"column": "notes", "sample": "collects Sat", "name": "c2", "value": "out", "check": "none",
         "choices": [("out", "Leave out")], "check_text": "not imported"},
    ],
    "outcomes": [
        {"key": "new", "label": "New", "note": "512 opted in, 172 without permission", "count": 684},
        {"key": "updated", "label": "Updated", "count": 371},
        {"key": "kept", "label": "Kept opted out or stopped", "count": 87,
         "note": "An import never brings anyone back"},
        {"key": "twice", "label": "Same number twice", "count": 54},
        {"key": "bad", "label": "Not taken", "url": "#", "count": 8},
    ],
}  # fmt: skip
