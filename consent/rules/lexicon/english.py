"""English, beside the sentences of `phrases`: what they miss by a turn of phrase."""

TABLES: dict[str, dict[str, str]] = {
    "en": {
        "stop": "stop stopping quit cease discontinue halt end cancel terminate desist stpo sotp stp",
        "comm": "texting txting messaging msging contacting calling sending spamming harassing bothering emailing "
        "pestering bugging soliciting writing blasting text txt message msg contact call send bother email spam "
        "write "
        "solicit harass communicating smsing hitting blowing reaching",
        "message": "texts txts messages msgs sms mms spam alerts notifications reminders promos promo "
        "promotions promotionals "
        "marketing ads adverts advertisements advertising newsletters newsletter solicitations crap junk",
        "neg": "dont not never donot dnt neither nor",
        "more": "more anymore again longer further additional another",
        "want": "want wanna wish need like care interested prefer would desire wants",
        "receive": "receive receiving get getting recieve contacted texted messaged called hear bothered be gettin",
        "remove": "remove removed removing delete deleted erase off take taken scrub drop purge lose forget "
        "strike clear "
        "pull out wipe unlist cancel leave",
        "me": "me my us our this mine myself",
        "number": "number phone cell info information data nbr name contact",
        "list": "list lists database system contacts records directory mailing",
        "unsub": "unsubscribe unsub unsubscribing unsubscribed unsubcribe unsubscribr optout",
        "leave": "leav* me alone|leav* us alone|leav* me be|leav* mother alone|leav* family alone",
        "wrong": "wrong number|wrong person|wrong num|wrong guy|wrong phone|not number anymore|isnt number|isnt "
        "phone|"
        "nobody that name|no longer number|no one that name|aint number|incorrect number|not phone|isnt number "
        "anymore|"
        "theres no here|mistaken number",
        "idiom": "opting out|make stop|get off list|off list|lose number|revoke consent|"
        "withdraw consent|do not call list|get to stop|rather not|prefer not",
        "other": "order orders appointment appt reservation booking waitlist waiting cart event class guest "
        "membership "
        "delivery package table flight check payment card trip box renewal show game job dog kid facebook "
        "messenger instagram linkedin hold party tomatoes "
        "onions "
        "stain tree invoice link address picture photo pics receipt code",
        "time": "after before until till tomorrow am pm night morning work weekends weekdays during oclock later "
        "noon midnight yet evenings sunday sundays",
        "ask": "when why where did does what happens who should",
        "keep": "dont stop|not stop|never stop|wont stop|cant stop|dont unsub*|not unsub*|didnt unsub*|didnt stop|"
        "dont remove|not remove|dont cancel|dont quit|dont want* stop|not want* stop|keep coming|why did you|"
        "accident* unsub*|mistake unsub*|unsub* mistake|unsub* accident*|did i|was i|dont opt|love texts|like texts|"
        "dont take off|dont delete|what happens|will i|do i|wrong order",
        "filler": "please pls plz the a an to of from at it these those that and i im you u ur your yours any "
        "all for "
        "thanks thank kindly just now immediately asap such stuff so so-called on with too can could be would "
        "hi hello "
        "am is are ok okay yes no sir maam guys ever also both either really already still once sorry about up "
        "rather "
        "not have has ive id ill we were hereby via by in or do been said told asked how someone somebody here",
    },
}
