"""English sentences by their frame: a verb, what it is done to, and what stands before it. Pure.

`phrases` must match a whole clause. A frame may stand anywhere in one, because its object says that it is about our
texts ("stop … texting me", "take … off your list"), and because what stands before it is asked: "don't stop", "they
stopped", "if I reply" turn it round. It reads clauses as `spelling.spelled` writes them: no slang, slips or swearing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

ME = (
    r"(?:me|us|him|her|them|here|this (?:number|phone|line|one)|(?:my|our|his|her|their)(?: \w+)? (?:number|phone|"
    r"line|inbox)|my (?:mum|mom|mother|dad|father|nan|gran|grandma|wife|husband|son|daughter|kid|kids|family|"
    r"parents))"
)
_SELF = r"(?:me|us|here|this (?:number|phone|line|one)|my(?: \w+)? (?:number|phone|line|inbox))"
_DET = (
    r"(?:(?:these|those|this|that|them|the|all|any|your|you|my|our|his|her|such|of|more|every|no|anymore|further|it|"
    r"with|about|a|future) )*"
)
_ADJ = (
    r"(?:(?!(?:in|on|for|to|and|from|with|about|when|at|me|us|the|a|an|is|are|or|of|by|until|if|i|you|my|your|"
    r"only|him|"
    r"getting|receiving|sending|not|dont|as|who|what|how|want|back|up|it|this)\b)\w+ ){0,3}"
)
_TEXT = (
    r"(?:texts?|messages?|alerts?|notifications?|spam|promos?|promotions?|promotional|marketing|ads?|adverts?|"
    r"advertising|advertisements?|newsletters?|solicitations?|communications?|correspondence|messaging|texting)"
)
#: Names of texts that are names of other things too: only right behind a small word.
_OFFER = r"(?:offers|deals|specials|updates|reminders|coupons|blasts|pings|contact|sales)"
_SUBSCRIPTION = (
    r"subscription(?! (?:box|order|to|for|plan|fee|payment|renewal|until|till|service|charge|meal)\b)"
)
OBJ = (
    rf"{_DET}(?:{_ADJ}{_TEXT}|(?:\w+ )?{_OFFER}|(?:text |sms |alert )?{_SUBSCRIPTION})\b"
    r"(?! (?:order|box|plan|back|him when|when|me when|me if|me at|him|her)\b)"
)
_CEASE = (
    r"(?:stop|stopping|quit|end(?! of)|ending|cease|halt|discontinue|cut|cutting|kill|drop|suspend|terminate|cancel|"
    r"disable|deactivate|block|mute|desist from|refrain from|lay off|give over|knock off|pack in|get rid of|shut off|"
    r"shut down|turn off|switch off|cut off|do away with|put an? (?:stop|end|halt) to|ditch|nix|scrap|bin|"
    r"opt out of|opt (?:me|us) out of|opt out from|unsubscribe from|lose|axe|hold|get out of|have done with|give "
    r"up|leave off|"
    r"avoid|withhold|silence|back off)(?: (?:with|on|off|from))?"
)
_PESTER = r"(?:texting|messaging|contacting|spamming|harassing|bothering|pestering|hounding|soliciting)"
_DOING = (
    r"(?:calling|emailing|ringing|sending|writing|bugging|nagging|blasting|buzzing|pinging|annoying|hitting|"
    r"disturbing|"
    r"notifying|phoning|communicating with|reaching out|getting in touch|using|trying to (?:reach|contact|text))"
)
_COMM = (
    r"(?:text|message|contact|send|bother|disturb|write|hit|hit up|ping|buzz|pester|bug|spam|harass|reach out|"
    r"communicate|solicit|notify|reach|(?:be |keep |keep on )?(?:texting|messaging|contacting|sending|bothering|"
    r"spamming|"
    r"writing|hitting|harassing|blowing up|hitting up))(?: (?:up|to|with|back))?"
)
_GET = r"(?:be getting|get|getting|receive|receiving|have|having|see|seeing|hear|hearing|read|reading|keep getting)"
_THESE = (
    r"(?:these|those|this|them|any|it|anything|nothing|stuff|crap|shit|junk|garbage|rubbish|nonsense|bs|that)"
)
_NO = r"(?:dont|doesnt|nolonger|didnt|never|not|isnt|wouldnt|cant|do nt|neither)"
_RELATION = r"(?:number|name|phone|info|information|details|data|contact|line|record|records|listing|entry)"
_WHO = (
    r"(?:(?:me|us|him|her|them|myself)(?: (?:both|all))?|both of us|this one|number|my"
    rf"|(?:my|our|his|her|their|the|this|that|these|your|any)(?: \w+){{0,2}}? {_RELATION}(?: \w+)??"
    r"|(?:my |our )?\w{3,}s (?:number|phone)"
    r"|my (?:mum|mom|mother|dad|father|nan|gran|grandma|wife|husband|son|daughter|kid|kids|family|parents))"
)
_TAKE = (
    r"(?:remove|removing|take|taking|get|getting|delete|deleting|bin|scratch|cross|erase|yank|drop|pull|strike|scrub|"
    r"ditch|wipe|purge|kick|clear|cut|toss|throw|chuck|boot|knock|withdraw|rub|rip|clean|exclude|omit|keep|leave|"
    r"unsubscribe|opt|want|free|release|untick|tick|sign|drag)"
)
_PLACE = (
    r"(?:(?:(?:the|your|this|that|these|those|any|all|you|every|of|future|a) )*(?:\w+ ){0,2}?"
    r"(?:lists?|database|systems?|texts|messages|thing|group|chat|thread|files?|records|program|campaigns?|books|"
    r"contacts|mailing|marketing|rotation|directory|subscription|subscribers?|alerts|"
    r"notifications|promos|spam)\b|(?:off |out |from |all |of )?(?:there|here|this|it|everything|whatever|the "
    r"loop)\b(?! \w+ (?:list|order)))"
)
_LIST = r"(?:the|this|your|that|you|any|all|whatever|every)(?: \w+){0,2}? lists?\b"


@dataclass(frozen=True)
class Frame:
    """A way to ask: `asks` holds for requests, before which "don't", "they" or "did" turn the sense round."""

    name: str
    source: str
    clear: bool = True
    asks: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled with the first text, not at import: most processes never read one."""
        return re.compile(self.source)


def frame(name: str, *patterns: str, clear: bool = True, asks: bool = True) -> Frame:
    return Frame(name, rf"\b(?:{'|'.join(patterns)})", clear, asks)


_TURNED_TAIL = (
    r"(?! (?:the|a|an|what|where|who|how|that|before|after|until|till|during|at|tomorrow|today|tonight|late|"
    r"early|yet|"
    r"while|when|if|in the|on (?:my|the|face|insta|whats|messenger|email|linked|sun|mon|tue|wed|thu|fri|sat|"
    r"week)\w*)\b)"
)
OUT_FRAMES = (
    frame(
        "stop_doing",
        rf"{_CEASE} (?:all |it |the |you |your |any |this |with )*{_PESTER}\b(?! (?:him|her) back)",
        rf"{_CEASE} (?:all |the |you |your |any |this )*{_DOING}"
        rf"(?: (?:to |up |with |about )*{ME}\b(?! (?:the wrong|a wrong))| {OBJ}|(?: with| me)? {_THESE}\b|$)",
        rf"{_CEASE} blowing (?:up )?(?:my|me|this|us)\b",
        rf"(?:cut|knock|pack|give|rein) (?:it|them|this|that|these) (?:out|off|in|up|over|a rest|on the head) "
        rf"(?:with|on) {OBJ}",
        rf"(?:knock|give|put|nip) {OBJ} (?:on the head|a rest|in the bud|to (?:rest|bed|an end))",
        rf"(?:get|make|have) (?:{OBJ}|these|them|this|it) (?:to )?(?:stop|stopped|cancelled|canceled|turned off|"
        rf"ended)\b",
        r"if you (?:dont|wont|cant|keep) (?:not )?(?:stop )?(?:texting|messaging|contacting|sending|bothering|"
        r"spamming)",
        rf"(?:make|have|get) (?:{OBJ}|these|them) (?:to )?(?:go away|disappear|vanish)",
        r"(?:why (?:wont|dont|cant) you|you (?:wont|dont|cant)) stop (?:texting|messaging|contacting|spamming)",
    ),
    frame(
        "stop_messages",
        rf"{_CEASE} {OBJ}",
        r"(?:stop|quit|enough) (?:it )?with (?:the |this |that |these |your |all |all this )*(?:\w+ )?(?:bs|crap|"
        r"shit|junk|nonsense|"
        r"stuff|garbage|rubbish)\b",
        r"(?:halt|cease|discontinue|terminate|disable|deactivate|unsubscribe) (?:these|those|them)\b|"
        r"(?:remove|delete|drop|kill|end) (?:my|this|the|our) (?:text |sms )?subscription$",
        rf"(?:turn|switch|shut|cut|toggle) (?:it|these|this|them|those|{OBJ}) (?:off|out)\b",
        r"(?:discontinue|stop|terminate|end|cease|cancel) (?:(?:all|any|the|this|your|my|text|sms|messaging|alert) )*"
        r"(?:service|contact|communication|outreach)s?(?: (?:to|with|on|at|for) (?:me|us|this|my)\b|$)",
        rf"no (?:more|further|additional)(?: of)? {OBJ}",
        r"(?:notice|demand|order|letter|request|warning|told|asked)(?: \w+){0,2} to cease\b|cease and desist",
    ),
    frame(
        "stop_receiving",
        rf"(?:{_CEASE}|not to|prefer not|rather not|nolonger) (?:to )?(?:{_GET}) "
        rf"(?:{OBJ}|{_THESE}(?: (?:anymore|from|on|at|again|stuff|things?))*$|(?:anything )?from (?:you|this|"
        rf"your)\b)",
        r"(?:stop|end|quit) (?:being|getting) (?:texted|messaged|contacted|spammed|bothered|harassed|notified)",
    ),
    frame(
        "unsubscribe",
        r"unsubscribe\b(?! (?:from what|was|is|did|button|link (?:is|doesnt|isnt)))",
        r"opt(?:ing)? (?:me |us |my number |this number |this phone |him |her )?(?:out|our|ot|ou)\b"
        r"(?! (?:form|policy|rate|fee))",
        r"block me (?:from|on) (?:your|you)\b|unfollow (?:me|this|us)|(?:sign|check|count|sort) (?:me|us) out of "
        rf"(?:{_THESE}|{OBJ}|{_PLACE})",
    ),
    frame(
        "remove_me",
        rf"{_TAKE} {_WHO} (?:right )?(?:off|out of|out|from|form|of|outside) {_PLACE}",
        rf"(?:take|get|cross|scratch|strike|yank|pull|rip|drop|knock|kick|rub|cut|tick|boot) {_WHO} off$",
        rf"(?:take|get|cross|scratch|strike) {_WHO} off (?:and|im|i|because|as|he|she|we|it is|they) ",
        rf"(?:remove|erase|lose|forget|ditch|bin|trash|burn|wipe|scrub|purge|discard|delete|drop|clear|chuck)(?: "
        rf"out| away)? "
        rf"(?:my|our|this|these|the|his|that)(?: (?:mobile|old|whole|entire|contact|personal|damn))* {_RELATION}s?\b"
        r"(?! (?:from (?:the|my|this|that) (?:order|account|invoice)|on (?:the|my)|ticket|in|and (?:add|use|put|"
        r"save)|"
        r"for|with|to|plate|you have|\d))",
        r"(?:remove|removing|delete|unlist|deleting|erase) (?:me|us|him|her|them|myself|both of us)(?: (?:and|i|"
        r"im|im|as|because|"
        r"he|she|we|it|from (?:text|your|future|this|all|any|further|everything)|thank|today|now|immediately|at "
        r"once) ?"
        r"(?:.*)?)?$",
        r"can remove me|(?:remove|delete)$",
        rf"(?:taken|take|took|come|coming|came|be|get|getting|gotten|sod|stay|removed|off me|want|wants|keep me|"
        rf"i want|i am) "
        rf"(?:off|from|out of) (?:of )?(?:{_LIST}|this$|these$|this (?:thing|list|thread|chat)|here$)",
        r"(?:get|stay|keep) (?:the )?(?:off|out of|out) (?:of )?my (?:phone|line|inbox|case|back|messages|texts|"
        r"cell)",
        r"(?:never|dont|didnt) ha(?:d|ve) my number|(?:forget|pretend|act like) (?:that )?you (?:never |ever )?"
        r"(?:have|had|know|knew|got) (?:my number|me|this number)",
        r"(?:request|requesting|demand|demanding|right to|exercise|want|need)(?: \w+){0,3} (?:erasure|deletion|"
        r"removal) of",
        r"(?:get rid of|throw (?:out|away)?|toss|erase|burn) ?(?:my|this|our) (?:\w+ )?(?:number|contact|info|"
        r"details)\b",
        r"(?:request|requesting|demand|demanding) (?:erasure|deletion|removal|opt out)\b",
        r"(?:put|add) (?:me|us|my number|this number|it) (?:on|to) (?:the|your|a) (?:dnc|do not|dont|no)\b",
    ),
    frame(
        "wants_out",
        r"(?:be|to be|am|im|been|is|get) (?:removed|unsubscribed|taken off|deleted|opted out) (?:from|of) "
        r"(?:your|the|this|"
        r"these|all|any|future) (?:\w+ ){0,2}?(?:lists?|texts|messages|system|database|alerts|program)",
        r"(?:ask\w{0,3}|wants?|like|request\w{0,3}|wish\w{0,2}|demand\w{0,3}|i have|i am|im) (?:to be |been )?"
        r"(?:removed|unsubscribed|taken off|opted out)(?: please)?$",
        r"(?:my|it is an?|formal|official|as an?|an) opt out(?: (?:notice|request|message|letter)|$)",
        r"confirm (?:my |the )?(?:removal|deletion|opt out|unsubscription)|object to (?:the |your |any |all "
        r")*(?:processing|use|"
        r"texts|texting|marketing|direct marketing|messages)",
        r"(?:leave|exit|leaving|exiting|quit|quitting) (?:the|this|your) (?:\w+ )?(?:list|program|group|chat|"
        r"thread|club)$",
        r"(?:remove|delete|take|taken|get) (?:from|form|off)(?: of)? (?:(?:the|your|this|that|all|any|you|"
        r"mailing|text) )*lists?\b",
        r"(?:texts?|messages?|alerts?|these)(?: (?:are|is|have|been|from|you))* (?:not|nolonger|un) ?(?:wanted|"
        r"required|needed|"
        r"welcome|necessary|desired)\b",
        r"not (?:one more|another|a single|one single) (?:text|message|alert|ad|promo)\b",
        r"how (?:do|can|would|to) (?:i |we |you )?(?:shut|turn|switch|cut) (?:it|this|these|them|that) off$",
        r"(?:make sure|ensure|see that|see to it that|be sure)(?: that)? you (?:never|dont|do not|stop) (?:ever "
        r")?(?:text|contact|message|send|bother)\w{0,3}",
        r"right (?:to be forgotten|of erasure|to erasure|to opt out)",
        r"on (?:the|a|your)(?: \w+){0,2} (?:do not|dont|dnc)\b(?! (?:disturb))",
        r"(?:be|have (?:me|us)|am|im|get|being|me|elect|choose|want|like)(?: to be)? opted out\b",
        rf"(?:wants?|needs?|would like|like|id like|get|need|have) (?:{OBJ}|these|them|this|those) "
        r"(?:to )?(?:stop|end|stopped|ended|off|gone|cancelled|canceled|turned off|removed|halted|discontinued|"
        r"disabled|"
        r"over)\b",
        r"(?:want|wants|elect|choose|wish|trying|like|wanting|need|let me|let us) (?:to be |to get |to come "
        r")?(?:off|out)"
        rf"(?:$| (?:of )?(?:{_PLACE}|{OBJ}))",
        rf"(?:(?:these|those|the|your|all) (?:\w+ ){{0,2}}?{_TEXT}|these|they) (?:needs?|have|has|had|must|"
        rf"should|better|gotta|ought)(?: (?:got|to|better))* (?:stop|end|cease|go)$",
        r"(?:ways?|how|words?|what|code|option|possible|able|where|button)(?: \w+){0,3} (?:to|do i|can i|i|we) "
        r"(?:not (?:get|"
        r"receive|see|have)|stop|end|cancel|quit|turn off|shut off|kill|get rid of|block) (?:these|them|those|"
        r"getting|receiving)\b"
        r"(?! (?:the|a|my) )",
        r"what (?:must|do|should|can|would|could) (?:i|we|you) (?:have to |need to )?(?:text|reply|say|send|type|"
        r"do|press|write) to "
        r"(?:stop|end|quit|cancel|get off|get out|leave|make (?:it|this|these|them) stop|opt out)\b(?! (?:my "
        r"order|the order))",
        rf"pause (?:{OBJ}|me|us|these|this|it|them) (?:permanently|forever|indefinitely|for good|for ever)",
        r"(?:may|can|could|how do|how can) (?:i|we|he|she) (?:please )?(?:come|get|be(?: taken| removed)?) off "
        r"(?:of )?(?:the|this|your|it|these|here)\b"
        r"(?! (?:bus|train|highway|freeway|exit|hook|phone with|ground|plane))",
        asks=False,
    ),
    frame(
        "revoked",
        r"(?:revok\w{1,3}|withdr[ae]w\w{0,3}|rescind\w{0,3}|retract\w{0,3}|tak\w{1,3} back|cancel\w{0,4}|"
        r"pull\w{0,3}|end) "
        r"(?:(?:all|any|and|or|my|our|the|prior|previous|express|implied|written|this|that|text|sms) )*"
        r"(?:consent|permission|authorization|authorisation|opt in|agreement to)",
        r"(?:consent|permission|authorization)(?: (?:is|has been|was|hereby|you|to|text|me|have|i|gave|has))* "
        r"(?:revoked|withdrawn|rescinded|over|ended|cancelled|canceled|gone)",
        r"(?:dont|nolonger|never|not|didnt) (?:\w+ ){0,3}(?:consent|permission|authorization|authorize|"
        r"authorise)\w{0,3}"
        r"(?: \w+){0,2} (?:to|for) (?:\w+ ){0,2}(?:text|contact|message|texts|messages|send|use|texting|"
        r"messaging|be)\w{0,3}",
        r"(?:you have no|without my|without any|not have my|gave no) (?:permission|consent|right|authority|business)"
        r"(?: to)? (?:text|contact|message|send)\w{0,3}",
        r"(?:dont|nolonger|not|never) have (?:my|our|any) (?:\w+ )?(?:consent|permission|authorization)\b",
        asks=False,
    ),
    frame(
        "wrong_number",
        r"wrong (?:number|person)$|no \w+ (?:at|on|with) this (?:number|phone)|(?:got|have|had|owner of|bought|"
        r"given|inherited) "
        r"this (?:phone )?(?:number|phone|line) (?:last|yesterday|recently|a|this|two|three|for|in|\d+|few|only)\b",
        asks=False,
    ),
    frame(
        "threat",
        r"(?:your|you are|youve been|you have been|are|^) ?blocked(?: and reported)?$|reported and blocked$",
        r"(?:keep|continue) (?:texting|messaging|sending|contacting)(?: me| us)?(?: this| these)?(?: \w+)? "
        r"(?:and|im|ill|i will|i am)\b",
        r"(?:sue|suing|lawsuit|lawyer|attorney|report(?:ing)? you)\b.{0,30}\bif you (?:dont stop|keep|text|"
        r"message|continue|contact)",
        r"(?:im|i am|i will|ill|will|gonna|be|to|am) (?:going to )?(?:be )?(?:block|report|blocking|reporting) "
        r"(?:you|this number|"
        r"your number)\b(?! (?:in|out|off|later|to))",
        asks=False,
    ),
    frame(
        "leave_alone",
        r"leave (?:me|us|my \w+|this (?:number|phone))(?: the \w+)? (?:alone|be|out of (?:it|this|these|your))\b",
        r"(?:get|stay|keep) away from (?:me|my phone|this number)|(?:lose|forget) (?:my|this) number",
    ),
    frame(
        "do_not_contact",
        rf"(?:dont|never|not to|no need to|not|must not|may not|not allowed to|are not to|to not|cannot|cant|"
        rf"shall not)(?: you)?"
        rf"(?: (?:be|go|try to|to|need to|have to|want you to|want you|you|dare|come|bother))* {_COMM} "
        rf"(?:{OBJ}|{_SELF}(?: {OBJ}|(?: with| any)* (?:anything|{_THESE}|more|else)\b|{_TURNED_TAIL})|"
        rf"(?:anything|anymore|again|{_THESE}|more)(?:$| (?:to (?:me|us|this|my)|anymore|again|from (?:you|this)|"
        rf"at all|no|else)\b))",
        r"(?:dont|never) (?:text|message|contact|bother|spam|write|hit)(?: (?:this|my|the) (?:phone|line|number|"
        r"cell|house))"
        rf"{_TURNED_TAIL}",
        rf"(?:dont|nolonger|not|never) (?:want|need|wish|like|care for|wants)(?: \w+)? (?:to )?(?:be )?"
        rf"(?:texting|messaging|contacting|text|contact|message|texted|messaged|contacted|bothered|spammed|solicited)"
        rf"(?: (?:{_SELF}|by you|from you|anymore|again|at all|like this|here|to)\b{_TURNED_TAIL}|$)",
        asks=False,
    ),
    frame(
        "want_no_more",
        rf"{_NO} (?:want|wants|need|needs|wish|wishes|care|trying|wanting|interested|looking|wanna|require|use|"
        rf"bothered)"
        rf"(?: (?:to|for|in|about|by|with))*(?: {_GET})*(?: (?:from you|on my phone))? {OBJ}",
        rf"{_NO} (?:want|wants|need|wish|care|trying|wanting|interested|looking)(?: (?:to|for|in|about))* "
        rf"(?:{_GET}|continue|keep)(?: {_GET})* (?:{_THESE}(?: (?:anymore|no more|from|on|at|again|all|stuff|"
        r"things?|in|to|day|every|sent)\b|$)|(?:anything )?from (?:you|this|your)|anything|spammed|no more)",
        rf"{_NO} (?:want|wants|need|wish|interested)(?: (?:to|in))* (?:be |being |stay |remain |get )+"
        r"(?:texted|messaged|contacted|bothered|spammed|subscribed|signed up|enrolled|on (?:this|the|your|any) "
        r"(?:\w+ )?list|"
        r"part of (?:this|your)|on here|in (?:this|your) \w+|notified|marketed)",
        rf"{_NO} (?:want|wants|need) (?:{_THESE}|the \w+(?: \w+)?|your \w+|no)(?: \w+)? (?:anymore|no more|"
        rf"nomore|again|sent|on my phone|from you)",
        r"(?:nolonger|not|neither) (?:want|wants|wish|wishes|need|interested)(?: \w+){0,2} (?:these|this service|"
        r"texts|messages)\b",
        rf"(?:want|wants|need) no (?:more|further|part)(?: (?:of|in))?(?: {OBJ}| {_THESE}|$)",
        rf"(?:done|finished|im through|are through|had it|had enough) (?:with|of|getting|receiving) (?:{OBJ}|"
        rf"(?:getting|receiving) {_THESE})",
        rf"(?:enough|enough of|enough with) {OBJ}",
        asks=False,
    ),
    frame(
        "said_stop",
        r"(?:(?:already|have|ive|i|we|said|times) )*(?:sent|replied|said|texted|typed|told you|wrote|hit|asked "
        r"you|answered|"
        r"put|pressed|responded|tried|did)(?: (?:you|with|to|the|word|already))* (?:stop|quit|end|no|unsubscribe|"
        r"opt out|opted out)\b"
        r".{0,60}\b(?:still|again|why|keep|keeps|yet|times|ignored|ignoring|but|and (?:you|i|im))\b",
        r"(?:still|why|keep|keeps).{0,40}\b(?:text|get|send|receiv|messag).{0,60}\b(?:told you|said|sent|replied|"
        r"asked|texted)"
        r"(?: \w+){0,2} (?:stop|unsubscribe|no more|opt out)",
        r"\b(?:i|we|ive|weve)(?: have| already)* opted out (?:twice|before|already|again|yesterday|online|last \w+|"
        r"\w+ times)\b",
        r"(?:unsubscribed|opted out|cancelled|canceled|deleted|removed)\b.{0,50}\bstill (?:get|receiv|send|text|"
        r"messag|com|be)",
        r"(?:thought|sure|know|believe|swear|assumed)(?: that)?(?: i| we)(?: (?:have|had|already|did))* "
        r"(?:unsubscribed?|opted out|opt out|"
        r"cancelled|canceled|stopped|removed|turned off)\b(?! (?:my|the) (?:order|app))",
        r"still (?:getting|receiving|texting|sending|messaging)\b.{0,50}\b(?:unsubscribed|opted out|after "
        r"(?:stop|i said|"
        r"opting|asking|i (?:told|asked)))",
        asks=False,
    ),
    frame(
        "only_service",
        r"only(?: \w+){0,2}? (?:want|need|like|send|keep|get)(?: me)? (?:texts?|messages?|alerts?|updates?) "
        r"(?:about|for|on|"
        r"regarding|when|with) (?:my |the |an? )?(?:order|appointment|appt|account|delivery|prescription|pickup|"
        r"bill)\w{0,3}\b",
        r"(?:only|nothing but)(?: \w+){0,2}? (?:want|need|like|wants|send|text|keep|message|give|wish|care|"
        r"interested|get)(?: \w+){0,4}? "
        r"(?:service|appointment|appt|order|delivery|account|prescription|billing|transactional|important|shipping|"
        r"security|reminder|emergency|pickup)\w{0,3}(?: \w+)?(?: (?:reminders?|updates?|texts?|messages?|alerts?|"
        r"info|stuff|notifications?|"
        r"ones))",
        r"(?:want|need|like|send|keep|give) (?:me )?(?:the )?only (?:the |my )?(?:service|appointment|appt|order|"
        r"delivery|"
        r"account|prescription|billing|transactional|shipping|security|reminder)\w{0,3} "
        r"(?:reminders?|updates?|texts?|messages?|alerts?|notifications?|ones)",
        r"no (?:\w+ )?(?:offers|deals|promos|promotions|ads|adverts|marketing|sales|specials|coupons|"
        r"advertising)(?: \w+){0,3}$",
        asks=False,
    ),
    frame(
        "weary",
        rf"(?:tired of|sick of|fed up (?:with|of)|over|had enough of|sick and tired of|hate|cant stand|annoyed "
        rf"(?:by|with|at)) "
        rf"(?:getting |receiving |all )*{OBJ}(?: \w+){{0,4}}$",
        r"(?:im|we are) (?:done|finished|through|over|sick of|tired of|out)(?: with)? (?:this|these|you|it)(?: "
        r"texts)?$",
        r"count (?:me|us) out(?: of (?:these|this|it|the)|$)",
        r"(?:i )?(?:never|didnt|dont remember|dont recall) (?:sign(?:ed|ing)?(?: up)?|subscribed?|ask(?:ed)?|agreed?|"
        r"opt(?:ed)?(?: in)?|request(?:ed)?)(?: (?:for|to|up|in))* (?:"
        rf"{OBJ}|these|this|any of (?:this|these))",
        r"why (?:am i still|do i still|do i keep) (?:getting|get|receiving|receive) (?:these|this|texts|messages|"
        r"your)",
        r"(?:sod|bog|naff|jog|buzz|shove|clear|push|rack|hop|go) (?:off|on)$|go away$|get (?:lost|stuffed)$|do one$",
        rf"(?:chill|ease up|easy|calm down|slow down|tone it down|relax|cool it) (?:out )?(?:with|on) {OBJ}",
        r"(?:go )?(?:bother|spam|text|annoy|bug|harass|pester) (?:someone|somebody|anyone) else",
        r"unwanted (?:texts?|messages?|contact)|^exit$",
        rf"(?:fuck|screw|shove|stuff|stick|damn) (?:off with )?{OBJ}$",
        r"(?:cancel|stop|end|block|pause|kill|quit) (?:these|those|them)$|^no (?:text|txt)$",
        r"(?:one more|another|next) text(?: \w+){0,3} (?:and|i|im|ill)\b|text me (?:again|one more time)(?: "
        r"and)? (?:i|ill|im|you|my)\b",
        r"(?:knock it off|pack it in|give it a rest|cut it out|give over|cut that out)$|"
        r"leave off$|cut it off$|(?:cut|turn|switch) (?:these|them) off",
        rf"(?:you )?(?:text|message|send) (?:me )?(?:way |far )?too (?:much|often|many)(?: {OBJ})?",
        clear=False,
        asks=False,
    ),
)
