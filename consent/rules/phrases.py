"""Clear opt-outs, requests for help and returns in free text, clause by clause.

A rule is a name and an expression that must match a whole clause (`texts.clauses`), after polite words around it
are gone. Add rules here; the order is opt-out, help, opt-in. No rule looks for a word anywhere in a text, so that
"stop by the store" and "don't stop" stay ordinary texts.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from consent.rules.courtesy import bare, without_thanks
from consent.rules.foreign import OPT_OUT_PHRASES, WRONG_NUMBER_PHRASES

_MESSAGE = (
    r"(?:texts?|txts?|messages?|msgs?|sms|mms|alerts?|notifications?|reminders?|spam|spamming|communications?|"
    r"subscriptions?|promos?|promotions?|promotionals?|marketing|ads|adverts?|advertising|deals|offers|"
    r"sales|coupons|newsletters?|contact)"
)
_MESSAGES = rf"(?:{_MESSAGE} ?)+"
_DOING = (
    r"(?:texting|txting|texing|messaging|msging|contacting|calling|sending|spamming|harassing|bothering|emailing|"
    r"ringing|pestering|bugging|annoying|hitting|blowing|writing|asking|soliciting|"
    r"begging|reaching out(?: to)?|badgering|stalking)"
)
_DO = r"(?:text|txt|message|msg|contact|call|sms|email|bother|disturb|write|write to|send|pester|harass|spam)"
_WHOM = r"(?:me+|us|here|this (?:number|phone|line|cell)|my (?:phone|number|cell|line|mobile))"
_THESE = (
    r"(?:these|those|this|them|it|that|the|all|any|your|ur|more|further|of|my|such|daily|sms|text|future|promotional|"
    r"marketing|constant|random|endless|unwanted|automated|automatic|political|fundraising|campaign|group|promo|"
    r"w|with|"
    r"stuff|crap|things?|anything|shit|garbage|nonsense|bs|junk)"
)
_AGAIN = r"(?: (?:again|anymore|any more|ever|please|at all|to|from|you|on|with))*"
_FROM = r"(?: (?:from|off|of|out)(?: \w+){0,6})?"
_NUMBER = (
    rf"(?:{_WHOM}|(?:his|her|their|our) (?:number|phone|name)|my (?:name|info|details|phone number|contact|data)|"
    r"the number)"
)

# A list, order or appointment is something else to be taken off.
OTHER_THINGS = re.compile(
    r"\b(?:orders?|appointments?|appts?|reservations?|bookings?|waitlist|wait(?:ing)? list|cart|event|class|"
    r"guests?|delivery|"
    r"hold|speaker|facebook|deliveries|membership|renewal|invoice|receipt|schedule|roster)\b"
)


@dataclass(frozen=True)
class Phrase:
    """One rule: what a clause that matches it says."""

    name: str
    label: str
    source: str
    confidence: str = "clear"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled with the first text, not at import: most processes never read one."""
        return re.compile(self.source)


def _phrase(name: str, *patterns: str, label: str = "optout", confidence: str = "clear") -> Phrase:
    return Phrase(name, label, "|".join(f"(?:{pattern})" for pattern in patterns), confidence)


_CEASE = r"(?:stop|quit|cease|discontinue|atop|end|no more)"
_NOT = r"(?:do not|dont|never|donot|dnt|do nt|stop trying to)"

OPT_OUT_RULES = (
    _phrase(
        "wrong_number",
        r"(?:i think )?(?:you|u|ya|youve|you guys)? ?(?:have|got|have got|ve got|has|texted|reached|dialed)? ?"
        r"(?:the |a )?wrong (?:number|person|num|nbr|no)(?: here| for \w+)?",
        r"(?:this|it|that) ?(?:is|s)? (?:the |a )?wrong (?:number|person|num)",
        r"(?:this is|its|thats) (?:the |a )?wrong (?:number|person)",
        r"(?:you have the )?wrong (?:number|person) (?:please )?(?:stop|remove|quit|take me off)(?: \w+){0,6}",
    ),
    _phrase(
        "stop_doing",
        rf"{_CEASE} (?:all )?{_DOING}(?: (?:and|or) {_DOING})?(?: {_WHOM})?(?: up)?(?: {_THESE})*(?: {_MESSAGES})?"
        rf"(?: ?(?:to )?{_WHOM})?{_AGAIN}",
        rf"{_CEASE} (?:getting|receiving) (?:{_THESE} ?)+(?:{_MESSAGES})?(?:from .*)?",
        r"stop (?:it )?(?:i (?:dont|do not|didnt|did not|never|already|have|no longer|am|said|told)|this is|you|"
        r"u|we) .{1,80}",
        r"stop (?:it )?(?:im|i am|ive|not interested|no thanks|thank|sorry|wrong number)(?: \w+){0,8}",
        r"cease|desist|discontinue|stop for good|(?:make|get) (?:it|these|this|them|the (?:texts|messages)) "
        r"(?:to )?stop",
        rf"(?:stop|quit) {_DOING} {_WHOM} (?:with|about) .{{1,60}}|(?:stop|quit) {_DOING} about .{{1,40}}",
        r"(?:cut|knock) it (?:out|off) with (?:the|these|your|all|this) \w+(?: \w+)?",
        r"(?:quit|stop) it with (?:the|these|your) \w+",
        r"stop (?:or|before) (?:i|ill|im|we|my|ur|youll|you will)(?: .*)?|(?:discontinue|stop|cancel|end) "
        r"(?:this |the |your |my )?service",
        r"stop (?:with )?(?:these|those|them|all|everything|all of (?:it|these|this|them))",
    ),
    _phrase(
        "stop_messages",
        rf"(?:stop|cancel|end|cease|discontinue|terminate|halt|quit|disable|mute|block|turn off|switch off|"
        rf"shut off)"
        rf"(?: {_THESE})* {_MESSAGES}(?: ?(?:to|on|from|for|at|only|coming|you|{_WHOM}))*{_AGAIN}",
        rf"(?:cancel|end|stop) (?:my|the|this|our) (?:text |sms )?(?:subscription|subscriptions)(?: (?:to|"
        rf"for)(?: {_THESE})* {_MESSAGES})?",
        rf"(?:turn|switch|shut) (?:these|those|this|them|it|(?:the )?{_MESSAGES}) ?off",
        r"(?:i |we )?(?:want|need|id like|would like|d like|like) (?:it|this|these|those|them|(?:the|these|your|"
        r"all) \w+) to (?:stop|end)",
        r"pause forever|(?:turn|shut) (?:me|us) off",
        rf"mute(?: (?:forever|me|{_THESE}))?|silence(?: (?:{_THESE}))?(?: {_MESSAGES})?",
        r"cease and desist(?: .*)?",
        rf"cease (?:all )?(?:communications?|contact)(?: with {_WHOM})?",
        r"no (?:more |further )?(?:contact|communications?|texting|messaging|solicit\w{1,6}|spamming)",
        r"(?:do not|dont) (?:text|contact|message|send)(?: again| anymore| any more)?|dont (?:text|contact|call|"
        r"message|txt)|do not call",
    ),
    _phrase(
        "do_not_contact",
        rf"{_NOT} (?:ever )?(?:{_DO}|{_DO} or {_DO})(?: {_WHOM})(?: {_THESE})*(?: {_MESSAGES})?{_AGAIN}",
        rf"{_NOT} (?:ever )?send (?:{_WHOM} )?(?:any ?more |any ?thing |(?:{_THESE}) )+(?:{_MESSAGES})?(?:else|"
        rf"{_AGAIN})?",
        rf"{_NOT} send (?:{_WHOM} )?{_MESSAGES}{_AGAIN}",
        r"never (?:ever )?(?:text|contact|message|bother|call) (?:me|us|this number)(?: \w+){0,2}",
    ),
    _phrase(
        "remove_me",
        rf"(?:remove|delete|erase|unlist|scrub|strike|removing|forget|lose) {_NUMBER}{_FROM}{_AGAIN}(?: now|"
        rf" asap)?",
        rf"(?:take|taking|get|getting|pull) {_NUMBER} (?:off|out)(?! (?:at|to|the hook|guard|speaker|in)\b)(?: "
        rf"\w+){{0,6}}",
        r"(?:would|could|can|will) (?:you|u) (?:mind )?(?:please )?(?:removing|remove|taking|take) me(?: \w+){0,6}",
        r"(?:let me|sign me|check me) (?:out|off)",
        r"remove from (?:(?:the|your|this|ur) )?(?:\w+ )?list",
        r"block me|cancel me|withdraw me|removal|request(?:ing)? removal|delete us|remove us",
        r"(?:(?:can|could|may|please have) (?:i|we|me|this number) (?:please )?be|(?:i|we) (?:want|need|wish|"
        r"like|asked|would like|"
        r"am asking|am requesting)(?: to be)?|id like to be|get|please be) (?:removed|taken off|deleted|"
        r"unsubscribed|left alone)"
        r"(?: (?:from|off|of))?(?: (?:the|your|this|these|ur|all))?(?: \w+){0,2}",
        r"(?:taken|take) off (?:the|your|this|ur) (?:\w+ )?list",
        r"(?:remove|delete|erase|take) (?:this|that|the|our|my|it) ?(?:number|#)?(?: (?:from|off)(?: \w+){1,4})",
        r"forget (?:that )?you (?:have|had|know) (?:me|this number|my number)",
        r"(?:put|add) (?:me|us|this number|my number) (?:on|to) (?:your|the|ur) (?:do not|dnc|no)(?: \w+){0,3}",
        r"(?:i am|im|we are|this (?:number|phone) is|my number is) on (?:the|your|a) (?:\w+ )?(?:do not|dnc)(?: "
        r"\w+){0,3}",
    ),
    _phrase(
        "unsubscribe",
        rf"(?:(?:i|we) )?(?:(?:want|wish|need|would like|would love|am trying|id like|d like|like|have) to |"
        rf"wanna )?"
        rf"(?:unsubscribe|opt out|unsub|unenroll|un enroll|disenroll|unregister|deactivate)(?: {_WHOM}| my "
        rf"number)?(?: (?:from|of)(?: \w+){{1,6}})?{_AGAIN}",
        rf"(?:opt|unsubscribe|unsub|unsubcribe|unsubscibe) {_WHOM}(?: out)?{_FROM}",
        rf"(?:unsubscribe|opt out|unenroll|deactivate)(?: {_THESE})* {_MESSAGES}",
        r"(?:how (?:do|can) (?:i|we) (?:get|be)|how to (?:get|be)) (?:removed|taken off|unsubscribed|off "
        r"(?:this|your|the|ur) (?:\w+ )?list)(?: "
        r".{0,40})?",
        rf"(?:is there (?:a|any|some) way|whats the (?:\w+ )?way|what is the (?:\w+ )?way|tell me how|show me "
        rf"how|what do i (?:text|reply|do))"
        rf" to (?:unsubscribe|opt out|get off|be removed|(?:stop|turn off|end) (?:{_THESE} "
        rf"?)*(?:{_MESSAGES})?)(?: .{{0,40}})?",
        r"(?:.{0,50} )?(?:appreciate|like|love|prefer|be great|be nice)(?: it)? if (?:you|u) (?:would |could "
        r")?(?:took|take|removed?|stopped|"
        r"stop|unsubscribed?|didnt text|dont text|quit)(?: (?:me|us|texting|messaging|sending|contacting|my "
        r"number|this|these|calling)"
        r"(?: .{0,50})?)?",
        r"(?:how|where) (?:do|can|to|would) ?(?:i|we|you)? ?(?:unsubscribe|opt out|stop (?:getting|receiving))"
        r"(?: .*)?",
        r"(?:how|where) (?:do|can|to) ?(?:i|we)? ?get off(?: of)?(?: (?:this|your|the|ur))?(?: text| mailing|"
        r" sms)? ?list",
        rf"(?:how (?:do|can) (?:i|you|we|u)|how to|info on how to) (?:stop|get rid of|turn off|end|cancel) "
        rf"(?:{_THESE} ?)*(?:{_MESSAGES})?",
        r"how (?:do|can) (?:i|we) (?:make|get) (?:it|these|this|them|the (?:texts|messages)) (?:to )?stop",
        r"(?:i am|im|we are) (?:unsubscribing|opting out)(?: .{0,40})?|opting out|unsubscribing|leave (?:this |"
        r"the |your )list|"
        r"(?:i )?(?:want|would like|wish) (?:to leave|off|out of) (?:this|the|your|ur) (?:\w+ )?list|exit list|"
        r"unfollow",
        r"(?:i )?(?:hereby )?(?:revoke|withdraw|am revoking|am withdrawing) (?:(?:my|any|all) (?:\w+ )?)?"
        r"(?:consent|permission|authorization)(?: .*)?",
        r"i (?:do not|dont|no longer|never) (?:gave |give |given )?(?:my )?consent(?:ed)?(?: (?:to|for) .*)?",
        r"consent (?:is )?(?:revoked|withdrawn)",
    ),
    _phrase(
        "want_no_more",
        rf"no (?:{_THESE} )*(?:texts|txts|messages|msgs|sms|spam|marketing|promos|promotions|ads|adverts|"
        rf"advertising|alerts|"
        rf"notifications|newsletters?){_AGAIN}",
        rf"no (?:more|further|additional)(?: of)?(?: {_THESE})*(?: {_MESSAGES})?{_AGAIN}",
        rf"(?:i |we )?(?:really )?(?:do not|dont|no longer|never|dnt) (?:want|wish|need|care)(?: to)?"
        rf"(?: (?:get|receive|be getting|see|have|recieve))?(?: {_THESE})* {_MESSAGES}(?: ?(?:from|on|"
        rf"to)(?: \w+){{1,4}})?"
        rf"{_AGAIN}",
        rf"(?:i |we )?(?:do not|dont|no longer) (?:want|wish|need|care) to (?:get|receive|"
        rf"be getting)(?: {_THESE})+{_AGAIN}",
        r"(?:i |we )?(?:do not|dont|no longer) want to (?:hear from you|be (?:contacted|texted|messaged|"
        r"called))(?: \w+){0,3}",
        rf"enough(?: of| with)?(?: {_THESE})* ?{_MESSAGES}(?: already| now| please)?",
        rf"(?:i |we |id |i would |i d )?(?:would )?(?:rather|prefer) (?:you )?(?:not|no|didnt|dont)(?: to)?(?: "
        rf"(?:be|get|receive|have|text|contact|message|getting|see))*"
        rf"(?: (?:me|us|contacted|texted|messaged|called))?(?: {_THESE})*(?: {_MESSAGES})?",
        rf"(?:too many|way too many|tired of|sick of|fed up with|done with|(?:i am|im) (?:so )?(?:tired of|sick "
        rf"of|done with|over|fed up with))"
        rf"(?: {_THESE})* {_MESSAGES} (?:stop|unsubscribe|remove|take)(?: \w+){{0,4}}",
        rf"(?:(?:i am|im|we are|we re) )?(?:no longer|not|longer) interested in (?:receiving|getting|hearing "
        rf"from|being (?:texted|contacted)|"
        rf"(?:{_THESE} ?)*{_MESSAGES})(?: .{{0,60}})?",
        r"not interested at all|(?:i |we )?(?:do not|dont|no longer) want (?:any|none)(?: (?:of|this|these|it|"
        r"that|more|your|ur))+",
    ),
    _phrase(
        "footer_echo",
        r"(?:stop|end|quit) (?:2|to|for) (?:quit|end|stop|unsubscribe|cancel|opt out|optout)|stop2(?:quit|end|"
        r"stop)|"
        r"stop (?:quit|end|cancel|unsubscribe)",
    ),
    _phrase(
        "threat",
        r"text me (?:again|one more time) and (?:i|im|ill|you|my) .*",
        r"(?:(?:i|we) will(?: be)?|ill(?: be)?|im|i am|i m|we are|im going to|i am going to|gonna|going to|i "
        r"have|ive)? ?"
        r"(?:block|report|sue|blocking|reporting|suing|reported|blocked)"
        r" (?:you|u|this number|ur number|your number|this as|as|for|all of you)(?: .*)?",
        r"(?:my |our |contacting my |calling my )(?:lawyer|attorney|solicitor) (?:will|is|has)(?: .*)?|next "
        r"text .{1,40}",
        r"this is (?:harassment|illegal)(?: .{0,40})?",
    ),
    _phrase(
        "said_stop",
        rf"(?:i )?(?:have |ve )?(?:already )?(?:told|asked|said|begged|texted)(?: (?:you|u|"
        rf"yall))?(?: guys| people| already| all)?"
        rf"(?: to)? (?:stop|quit|unsubscribe)(?: {_DOING})?(?: {_WHOM})?",
        r"(?:i )?(?:didnt|did not|never) (?:sign up|ask|subscribe|agree|opt in)(?: \w+){0,5} (?:please )?(?:stop|"
        r"remove me)",
        r"(?:i )?(?:have )?(?:already )?(?:said|told you to|asked you to|texted|means|say|for the last time) stop",
        r"(?:stop )?means? stop|stop means? stop|for the last time stop|how many times do i (?:have|"
        r"need) to (?:say|text) stop",
    ),
    _phrase(
        "said_stop",
        r"how many (?:more )?times (?:do i|must i|will i|should i|i|do we)(?: .{0,40})? (?:stop|unsubscribe|no|"
        r"remove me|"
        r"take me off)(?: .{0,30})?",
        r"(?:what|which) part of (?:stop|no|unsubscribe|remove me|opt out)(?: .*)?",
        r"(?:.{0,80} )?i (?:already |have |just )?(?:said|texted|typed|replied|sent|told (?:you|u)) (?:you )?(?:to )?"
        r"(?:stop|unsubscribe|no more)(?: (?:already|\d+ times|many times|twice|before|several times|texting|"
        r"messaging|"
        r"sending))?(?: me)?",
        r"i (?:already |have |ve )?(?:asked|told|tried|requested)(?: (?:you|u|yall))? (?:to be (?:removed|taken "
        r"off)|to "
        r"(?:unsubscribe|opt out|get off|take me off|remove me))(?: .{0,40})?",
    ),
    _phrase(
        "wrong_number",
        r"(?:this|that) (?:is not|isnt|is no longer|aint) (?!the )(?:\w+ ){1,3}(?:number|phone|cell)(?: anymore|"
        r" any more| here)?",
        r"(?:this|that|my) (?:number|phone|cell|line) (?:no longer|does not|doesnt|dont|isnt|is not|never) "
        r"belong(?:s|ed)? (?:to )?.{1,40}",
        r"(?:.{0,60} )?(?:new owner of this (?:number|phone)|had this number for .{1,30})",
        r"(?:there is |theres |there s )?(?:no one|nobody|no person) (?:here )?(?:by|named|with|called)(?: \w+){1,4}",
        r"(?:he|she|\w{2,20}) (?:no longer (?:has|uses|owns) this|doesnt (?:have|use|own) this|changed (?:his|"
        r"her)) (?:number|phone)(?: anymore)?",
    ),
    _phrase(
        "leave_alone",
        r"(?:start )?leav(?:e|ing) (?:me|us|my \w+|this number) (?:alone|be|the (?:hell|fuck|f) "
        r"alone)(?: .{0,30})?",
    ),
    _phrase("hostile", r"(?:f|fuck|fck|fuk|f ck|f k|f uck|fu k|piss|bugger|eff) (?:right )?off(?: \w+){0,3}"),
)

HELP_RULES = (
    _phrase(
        "who_is_this",
        r"(?:who|whos|what|wat) (?:is|r|are|s)? ?(?:this|you|texting me|messaging me)(?: (?:number|company))?",
        r"(?:who|whos|what|wat) (?:dis|dat|texting|is texting|sent (?:this|me this)|r u|are u|this)(?: (?:is|"
        r"please|again))?",
        r"help(?: me)?(?: please| pls)?",
        r"(?:can|could) (?:someone|anyone|somebody|you|u) (?:please )?help(?: me)?(?: please)?|i need (?:some "
        r")?help(?: please)?",
        r"(?:what|which) (?:company|business|number|store) is (?:this|it)|what is this (?:number|about)",
        r"how often (?:will|do) you (?:text|message|send)(?: (?:me|us|texts|messages))?",
        r"how many (?:texts|messages|alerts)(?: \w+){0,4} (?:a|per|each|every) (?:day|week|month)(?: (?:is|are) \w+)?",
        r"what can i (?:text|send|say|type|reply)(?: (?:to|here|back)(?: (?:this|the|your) number)?)?",
        r"is there (?:someone|anyone|somebody|a person) (?:that )?i can (?:talk|speak|call|chat)(?: to| with)?"
        r"(?: \w+)?",
        r"(?:i )?(?:got|have) (?:your|a|this) (?:text|message) (?:but|and) (?:i )?(?:dont|do not) know who (?:you are|"
        r"this is|it is)",
        r"support|c qui|cest qui|de quien es este numero",
        r"customer (?:service|support)(?: (?:number|phone))?",
        r"quien (?:es|eres|son)|qui etes vous|qui est ce|quem e|wer sind sie|wer ist das|chi sei|wie is dit|"
        r"кто это",
        label="help",
    ),
)

_TEXTS = r"(?:texts?|messages|alerts?|notifications|updates|offers|deals|promos|text alerts|text messages)"

# Asking to come back in other words than START: shown to bots and people, never a permission by itself.
OPT_IN_RULES = (
    _phrase(
        "asks_to_return",
        r"add me(?: back)?(?: (?:to|on)(?: \w+){1,4})?|join(?: \w+)?",
        r"text me (?:your )?(?:deals|offers|coupons|specials|updates|promos)",
        r"(?:yes )?(?:i|id|we) (?:want|like|would like|d like) to (?:get|receive|join|subscribe|sign up|opt in|"
        r"rejoin)(?: \w+){0,6}",
        r"(?:sign|opt|put) me (?:back )?(?:up|in|on)(?: (?:again|on the list|the list|back))?",
        r"(?:resume|restart|continue)(?: (?:my|the|your))?(?: (?:texts?|messages|alerts|subscription|sms|"
        r"texting|sending))?",
        r"(?:re ?subscribe|subscribe)(?: me)?(?: \w+){0,2}",
        r"start (?:sending|texting)(?: me)?(?: \w+){0,3}|turn (?:the )?(?:texts|messages|alerts) back on",
        r"i (?:agree|consent) to (?:receive|get) (?:your )?(?:texts?|messages|sms)(?: \w+){0,3}",
        r"(?:yes )?(?:(?:can|could) (?:you|i) )?(?:(?:(?:re ?)?enroll?|un ?stop)(?: (?:me|us))?|sign(?: (?:me|us))? up)"
        r"(?: again| back)?",
        r"(?:yes )?add (?:my|our|this|me|us)(?: (?:cell|mobile|phone))?(?: number)?(?: (?:back|again))?",
        rf"(?:enable|activate|allow|turn on|switch on)(?: (?:my|the|your|all|text|sms))* {_TEXTS}(?: again)?",
        rf"(?:start|begin)(?: (?:my|the|your|all))* {_TEXTS}",
        rf"(?:yes )?(?:i|we)(?: (?:do|still))? want(?: (?:all|the|your|these|my|those))+ {_TEXTS}",
        r"how (?:do|can|could|would) (?:i|we|you) (?:sign up|sign back up|join|subscribe|opt in|opt back in|enroll|"
        r"rejoin|resubscribe)(?: (?:to|for|up|back|again|the|your|these|this|text|list|texts|messages|alerts|offers|"
        r"deals|updates|texting))*",
        r"quiero suscribirme|suscribirme|inscribirme|apuntarme|apuntenme(?: a las? \w+)?|apuntame(?: a las? \w+)?",
        r"je veux mabonner|abonnez moi|inscrivez moi|minscrire|quero me inscrever|inscreva me|voltar|iscrivimi|"
        r"iscrivetemi|ich mochte wieder nachrichten erhalten|meld me aan|aanmelden|anmelden",
        label="optin",
        confidence="unclear",
    ),
)

PLEASE = ("please ", "pls ", "plz ", "kindly ")
# "un-unsubscribe me", "unsubscribe from what? I like these".
TAKEN_BACK = re.compile(
    r"\b(?:un unsubscribe|ununsubscribe|unsubscribe(?: me)? from what|undo (?:my|the|that)|"
    r"(?:dont|do not|never|didnt) (?:forget|lose|delete|remove|erase) (?:me|my|our|this)|"
    r"what (?:does|do|will|would) (?:stop|unsubscribe|quit|cancel|end|opt out) (?:do|mean))\b"
)
_END_OF = re.compile(r"end of (?:message|text|msg)")


def match(clause: str, rules: tuple[Phrase, ...]) -> Phrase | None:
    """The first rule that the whole clause fulfils, polite words around it or not."""
    if OTHER_THINGS.search(clause) or _END_OF.match(clause) or clause.endswith((" what", " which", " who")):
        return None
    forms = {bare(clause), without_thanks(clause), clause}
    if clause.startswith(PLEASE):
        forms.add(without_thanks(clause.partition(" ")[2]))
    if rules is OPT_OUT_RULES and (known := _known_phrase(clause, forms)):
        return known
    return next((rule for rule in rules if any(rule.pattern.fullmatch(form) for form in forms)), None)


_NEVER = "(?!)"
_FOREIGN = Phrase("foreign_phrase", "optout", _NEVER)
_WRONG_NUMBER = Phrase("wrong_number", "optout", _NEVER)


def _known_phrase(clause: str, forms: set[str]) -> Phrase | None:
    """A phrase of another language, word for word. Without a "no" before it: "no dejen de escribirme" asks to go on."""
    if clause.startswith("no "):
        forms = {without_thanks(clause), clause}
    if not forms.isdisjoint(WRONG_NUMBER_PHRASES):
        return _WRONG_NUMBER
    return _FOREIGN if not forms.isdisjoint(OPT_OUT_PHRASES) else None
