"""The words a carrier acts on by itself and the texts it answers with.

Sources: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out.md (default words),
https://support.twilio.com/hc/en-us/articles/360058144374-Opt-out-keyword-handling-SMS-STOP-Filtering-for-Toll-Free-SMS
"""

STOP = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

REPLIES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
NETWORK_REPLIES = {
    "STOP": 'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.',
    "START": 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.',
    "HELP": REPLIES["HELP"],
}


def keyword(body: str, *, toll_free: bool = False, punctuation: bool = False) -> str:
    """Return STOP, START, HELP or "": the whole body is the word, outer white space trimmed, in any case.

    The toll-free network knows only STOP, START and UNSTOP. `punctuation` also trims a full stop or the like.
    """
    word = body.strip().upper()
    if punctuation:
        word = word.strip(".!,;:")
    if toll_free and word not in HELP:
        return "STOP" if word == "STOP" else "START" if word in ("START", "UNSTOP") else ""
    return "STOP" if word in STOP else "START" if word in START else "HELP" if word in HELP else ""
