"""English sentences that ask to come back, and those that ask for help, by their frames. Pure."""

from __future__ import annotations

from consent.rules.frames import frame

_BACK = r"(?:texts?|messages?|alerts?|notifications?|deals|offers|updates|promos|reminders|subscription|newsletters?)"
IN_FRAMES = (
    frame(
        "asks_to_return",
        rf"(?:resume|restart|reactivate|reinstate|renew|re enable|reenable|re activate|unpause|unblock|re "
        rf"start)(?: (?:my|the|"
        rf"your|me|these|those|us|all|sending|texting|to|this|number|account|it|getting|receiving|"
        rf"appointment))*(?:$| {_BACK}\b| number)",
        r"(?:re ?enroll?|re ?subscribe|re ?join|un ?unsubscribe|re ?add|re ?register|re ?sign) ?(?:me|us|my "
        r"number|up|the text|$)",
        r"(?:add|sign|put|opt|let|get|take|turn|switch|have|bring|hook|subscribe|start) (?:me|us|my number|this "
        r"number|these|"
        rf"them|those|it|(?:the|your|my|those) {_BACK})(?: \w+){{0,2}}? (?:back|again|in|on|up)(?: (?:again|on|"
        rf"in|up|please|to|for|now|"
        r"the|your|that)\b|$)",
        rf"(?:turn|switch|start|bring|want|need|like|get|have)(?: (?:on|the|my|your|to|get|getting|receive|"
        rf"receiving|have|hear))* "
        rf"(?:{_BACK}|these|them|from you|it)(?: \w+){{0,2}}? (?:back|again|on)\b",
        r"(?:want|wanna|get|like|go|come|let me|opt|opting|am|need)(?: to)?(?: (?:get|be|come|go|opt))? back "
        r"(?:in|on|up|to getting)\b",
        r"(?:add|put) (?:me|us|my number|this number)(?: back)? (?:to|on) (?:the|your|this) (?:\w+ )?list|be "
        r"(?:added|put|signed) back",
        r"(?:start|begin)(?: only)?(?: \w+){0,4} again\b|start (?:sending|texting|messaging) (?:me|us|to me|my|"
        r"again|the|your)",
        r"subscribe (?:me|us|my number|this number|again)",
        r"(?:you )?(?:can|may|could) (?:start )?(?:text|message|contact|send|texting|sending)(?: me)?(?: "
        r"(?:texts|messages))?"
        r"(?: (?:now|again|anytime|any time)|$)",
        r"changed my mind(?!.*\b(?:dont|do not|no longer|nolonger|off)\b).{0,40}\b(?:text|messages?|back|"
        r"again|start|keep|stay)|(?<!no )(?<!not )(?<!dont )(?<!never )(?:text|message) me again",
        r"undo (?:my|the|that|it|this)?(?: (?:last|recent))? ?(?:unsubscribe|stop|opt out|unsubscription|cancel|"
        r"removal)?",
        r"(?:didnt|not) (?:mean|want|intend)(?: (?:for|you))* to (?:be )?(?:stop|unsub|opt|quit|cancel|opted|"
        r"unsubscribed)\w*",
        r"(?:unsubscribed?|opted out|stopped|stop|removed|cancelled)(?: \w+){0,4} (?:by (?:accident|mistake)|"
        r"accidentally)",
        r"(?:miss|love) (?:your|the|getting|my).{0,30}\b(?:back|again|sign|resume|start)",
        rf"(?:sign|opt) me (?:up|in)(?: (?:for|to) (?:the |your |only |my )*(?:\w+ )?{_BACK}|$)",
        r"opt back in|i opt in|(?:re ?join|join) the (?:text|list|sms|club)\w*",
        clear=False,
        asks=False,
    ),
)
HELP_FRAMES = (
    frame(
        "who_is_this",
        r"(?:who|what)(?: company| business| number| store| organization| list)? (?:is|are|r|was) (?:this|it|"
        r"these|you|sending|"
        r"texting|messaging|the sender|behind|contacting)(?: (?:this|these|me|texts?|messages?|list|number|about|"
        r"from|im on|i am on|"
        r"company|please|again|for|program|is))*$",
        r"(?:what|which) (?:company|business|list|store|organization|brand|service|number)(?: \w+)? (?:is|are|am|"
        r"was) "
        r"(?:this|it|these|i|you|sending|texting)\b",
        r"what (?:is )?(?:this|the|is this) list|whose (?:number|phone|text)|what did i (?:sign|subscribe|opt)|"
        r"who (?:sent|sends|is sending|texted|runs|owns|am i)",
        r"(?:how|where)(?:d| did| do| have) (?:you|they) (?:get|got|find|obtain|have) (?:\w+ )?(?:my|this|our|the) "
        r"(?:\w+ )?"
        r"(?:number|info|information|name|details|contact)|who gave you (?:my|this) (?:number|info)",
        r"(?:does|do|is|are|will|how much)(?: \w+){0,2} (?:it|this|these|texts|messages|they|service)?(?: texts| "
        r"messages)?"
        r"(?: \w+)? ?(?:cost|free of charge|charge me|charged)(?: (?:me|us|anything|money|extra)\b|$)",
        r"^(?:agent|representative|operator|human)$",
        r"why (?:did|do|am) i (?:get|getting|got|receive|receiving) (?:this|a|your|these)|help (?:me|us) out(?: "
        r"here| please)?$",
        r"are (?:these|the|your) (?:texts|messages) free",
        r"(?:talk|speak|chat|connect|get through)(?: me)? (?:to|with) (?:a |an |the |some)?(?:\w+ )?(?:human|"
        r"person|someone|somebody|"
        r"agent|rep\w*|operator|one|body|manager|support)\b",
        r"real (?:person|human)|(?:is|are) (?:this|you|it) (?:a |an )?(?:\w+ )?(?:robot|bot|human|person|"
        r"automated|machine|ai)\b",
        r"customer (?:service|support|care)|(?:support|help) (?:line|desk|number)",
        r"(?:need|want|get) (?:some )?help(?: (?:with (?:this|these|texts|your texts)|me|here))?$",
        r"(?:can|could|will) (?:somebody|someone|anybody|anyone) (?:\w+ )?(?:help|assist)(?: me| us)?(?: "
        r"out)?(?: here| with this)?$",
        r"^help(?: (?:me|us|with this))?$|^info$|^information$|what is this about|(?:is this|are you) (?:legit|"
        r"legitimate|a scam|real)",
        clear=True,
        asks=False,
    ),
)
