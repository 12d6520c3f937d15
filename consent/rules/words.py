"""Keywords by language, as data. Sources: the providers' default lists (Twilio, AWS, Telnyx, Vonage) and the words
that carriers of each country ask for. Languages other than English were collected without native speakers.
"""

from dataclasses import dataclass
from functools import lru_cache

from consent.rules.texts import key

# Twilio's default words for long codes; REVOKE and OPTOUT since 2025. Matched by the provider on the whole body.
PROVIDER_OPT_OUT = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
PROVIDER_OPT_IN = frozenset({"START", "YES", "UNSTOP"})
PROVIDER_HELP = frozenset({"HELP", "INFO"})

OPT_OUT: dict[str, str] = {
    "en": "stop|unsubscribe|end|quit|cancel|revoke|optout|opt out|remove|unsub|stop texts|stop2quit",
    "fr": "arret|cessez|arretez tout|stoppez|arrete|arrett|arretez|arreter|desabonner|desabonnement|desabonnez "
    "moi|desinscription|desinscrire|"
    "annuler|resilier|stopper|fin",
    "es": "alto|baja|basta|parar|pare|paren|para ya|detener|detengan|detente|cancelar|salir|borrar|desuscribir|"
    "desuscribirme|desuscribirse|cancelar suscripcion|basta ya|ya basta|para por favor|darme de baja|dar de baja|"
    "darse de baja|dame de baja|"
    "denme de baja|anular|deje de molestar|ya paren|ya no mas|alto ya|cancela|cancelen|cancele|elimina|eliminar|"
    "quitar|suspender",
    "pt": "parar|pare|parem|sair|cancelar|descadastrar|descadastre|remover|cancelar inscricao|desinscrever|"
    "chega|basta|cancela|cancele|excluir|encerrar",
    "de": "stopp|stoppen|schluss|aufhoren|hor auf|hort auf|abbrechen|stornieren abo|widerruf|widerrufen|"
    "abmelden|abmeldung|abbestellen|kundigen|austragen|ende|beenden|loschen",
    "it": "ferma|smettetela|smettila|smettete|cancellatemi|disiscrivetemi|rimuovetemi|stoppa|disattiva|"
    "annullare|fermate|fermati|basta|disiscrivimi|disiscriviti|cancellami|annulla|rimuovimi|disdici",
    "nl": "afmelden|stoppen graag|uitschrijven|opgezegd|beeindigen|hou op|ophouden|annuleren|uitschrijven|"
    "stoppen|afmelding|opzeggen",
    "sv": "stopp|avsluta|avbryt|avprenumerera|upphor|sluta|avsluta|avregistrera",
    "no": "stopp|avslutt|avbryt|meld meg av|stans|avslutt|avmeld|slutt",
    "da": "stop|frameld mig|afmelding|hold op|annuller|afmeld|frameld|slut",
    "fi": "lopeta|lopettakaa|lopetus|keskeyta|poistu|peruuta|peru tilaus",
    "pl": "rezygnuje|stop prosze|dosc|wypisz mnie|wypisac|zrezygnuj|wypiszcie|koniec|wypisz|rezygnacja|przestan|"
    "anuluj",
    "ru": "стоп|прекратите|отпиши|отписывай|отключить|отказ|отказаться|отключите|перестаньте|отписаться|"
    "отпишите|отписка|отписать|хватит|отмена",
    "uk": "стоп|досить|годі|припиніть|відмова|відписатись|зупиніть|відписатися|відписка|відпишіть|зупинити",
    "tr": "dur|durdur|yeter|birak|kapat|abonelikten cik|listeden cik|iptal|ret|cik",
    "ar": "إيقاف|كفى|اوقفوا|أوقفوا|أوقف|اوقف|خلاص|كفاية|الغاء الاشتراك|إلغاء الاشتراك|ايقاف الرسائل|ايقاف|قف|"
    "توقف|الغاء|إلغاء",
    "he": "הסר|די|תפסיק|תפסיקו|סטופ|הסירו אותי|עצרו|תעצרו|ביטול|להסיר|הסרה|הסירו|להסרה|עצור",
    "hi": "रोकें|बंद करें|रुको|बंद कर दो|band karo|band kare|bandh karo|roko|बंद|बंद करो|रोको",
    "zh": "停止|停止发送|停止接收|拒收|退订短信|退出|终止|不要了|退订|退訂|td退订|取消|取消订阅|取消訂閱|停",
    "ja": "停止|解約|退会|受信拒否|止めて|やめてください|止めてください|中止|配信解除|購読解除|オプトアウト|"
    "配信停止|取消|やめて|ストップ|解除|登録解除",
    "ko": "수신거부|해지|구독해지|수신차단|그만해|그만하세요|그만해요|탈퇴|차단|중지|정지|스톱|그만|구독취소",
    "vi": "dừng|ngung|ngừng|huy dang ky|dung nhan|từ chối|tu choi|hủy|huy|dung lai|dừng lại",
    "tl": "tigil|tumigil|itigil mo|itigil nyo|ayoko na|stop na|hinto na|tigil na|itigil|hinto|tama na",
    "id": "berhenti|hentikan|stop|unreg|berhenti langganan|setop|henti|keluar|batal|stop langganan",
    "ht": "sispann|kanpe|rete",
    "cs": "odhlasit|odhlaste me|zrusit odber|konec|prestante|dost|zastavit",
    "ro": "dezabonare|dezabonati ma|opriti|opreste|incetati|anulare",
    "hu": "leiratkozas|leiratkozom|leiratkozok|allj|elég|alljon le|torles|lemondas",
    "el": "διαγραφη|απεγγραφη|στοπ|σταματηστε|σταματα|διακοπη|ακυρωση",
    "bg": "стоп|спри|спрете|отпиши|отпишете|отказ",
}

OPT_OUT_ALL = (
    "alto todo|parar todo|parar tudo|tout arreter|arreter tout|arretez tout|alles stoppen|stop alles|ferma tutto|"
    "stop all|unsubscribe all|opt out all|stop everything|end all|cancel all|quit all|remove all"
)

# Neighbour keys, swapped and missing letters of the English words, alone in a text.
TYPOS = (
    "sotp|stpo|tsop|stp|stip|stol|stoo|sto|atop|dtop|xtop|wtop|stpp|syop|srop|sgop|stoip|stiop|stopo|stopl|stop0|"
    "stop1|text stop|txt stop|reply stop|send stop|"
    "st0p|5top|s7op|5t0p|stopp|sttop|sstop|satop|stopit|stoppp|stopall stop|unsubcribe|unsubsribe|unsubscibe|"
    "unsubscirbe|unsuscribe|unsubscrib|unsubscribed|unsubscribr|unsubscride|unscribe|unsubscribe me|usubscribe|"
    "unsbscribe|unsbuscribe|unsubscribbe|nsubscribe|canel|cancle|cancl|cacel|cencel|cancell|canecl|quitt|qiut|quti|"
    "optuot|opt ouy|opt oit|otpout|ednd|reomve|remve"
)

OPT_IN: dict[str, str] = {
    "en": "start|unstop|resume|continue|begin|optin|opt in|subscribe|resubscribe|opt back in",
    "es": "iniciar|comenzar|empezar|recibir|reactivar|suscribir|alta",
    "fr": "commencer|demarrer|reprendre|abonner|inscription",
    "pt": "iniciar|comecar|receber|cadastrar|iniciar inscricao",
    "de": "starten|anmelden|fortsetzen",
    "it": "inizia|iscrivimi|attiva",
    "nl": "aanmelden|starten",
    "ru": "старт|начать|подписаться",
    "ht": "komanse",
}

# The provider's own words; START in other languages counts too, but lifts no block that the provider keeps.
STRONG_OPT_IN = "start|unstop|yes"

YES: dict[str, str] = {"en": "yes", "es": "si", "fr": "oui", "pt": "sim", "de": "ja", "it": "si", "nl": "ja"}

HELP: dict[str, str] = {
    "en": "help|info|help me|information|helpme|need help|i need help|more info",
    "es": "ayuda|informacion|ayudame",
    "fr": "aide|a laide|infos",
    "pt": "ajuda|informacao|informacoes",
    "de": "hilfe",
    "it": "aiuto|informazioni",
    "nl": "hulp",
    "ru": "помощь",
    "ht": "ed",
}


@dataclass(frozen=True, slots=True)
class KeywordWords:
    """Word sets as `texts.key` writes them, joined without spaces; a tenant's own words are added to the default."""

    opt_out: frozenset[str]
    opt_out_all: frozenset[str]
    typos: frozenset[str]
    opt_in: frozenset[str]
    yes: frozenset[str]
    help: frozenset[str]

    def adding(self, *, opt_out: str = "", opt_in: str = "", help: str = "") -> "KeywordWords":
        """With more words, each list separated by "|"."""
        return KeywordWords(
            self.opt_out | joined(opt_out),
            self.opt_out_all,
            self.typos,
            self.opt_in | joined(opt_in),
            self.yes,
            self.help | joined(help),
        )


def joined(words: str) -> frozenset[str]:
    """The words of a list "a|b c", each as one run of letters."""
    return frozenset(key(word).replace(" ", "") for word in words.split("|") if key(word))


def set_of(words: str) -> frozenset[str]:
    """Words between white space."""
    return frozenset(words.split())


@lru_cache(maxsize=64)
def words_for(languages: tuple[str, ...] = ()) -> KeywordWords:
    """The words of these languages (none named: of all); English always counts, STOP is never switched off."""
    chosen = {"en", *languages} if languages else {*OPT_OUT, *OPT_IN, *HELP, *YES}

    def collect(table: dict[str, str]) -> frozenset[str]:
        return joined("|".join(words for language, words in table.items() if language in chosen))

    return KeywordWords(
        collect(OPT_OUT), joined(OPT_OUT_ALL), joined(TYPOS), collect(OPT_IN), collect(YES), collect(HELP)
    )


DEFAULT = words_for()

# "Red", "six" and "Peru" are answers too.
UNCLEAR_OPT_OUTS = joined(
    "red|peru|seis|thoi|"
    "td|t|x|goodbye|go away|dnc|block|optout?|screw you|you suck|i never signed up for this|otp out|"
    "she no longer uses this number|enough|enough already|delete|mute|spam|this is spam|no longer interested|"
    "i want out|"
    "i dont want this|i dont want these|dont want this|dont want these|do not want|i do not want this|do not "
    "want this|"
    "do not want these|dont want|dont want any|bloqueia|bloquear|bloquea|bloquealo|blockieren|bloquer|delete it|"
    "remove it|remove this|blocked|not wanted|for today|go to hell|get lost|fuck you|f you|"
    "he no longer uses this number"
)
# Not START in any language: bots and people see the wish, no permission changes by it.
UNCLEAR_OPT_INS = joined(
    "continue|resume|begin|optin|subscribe|resubscribe|opt back in|suscribir|abonner|inscription"
)

#: Words that no bot may take as its trigger, in the spelling of `joined`.
RESERVED = DEFAULT.opt_out | DEFAULT.opt_out_all | DEFAULT.typos | joined(STRONG_OPT_IN) | DEFAULT.help

#: What follows "stop" in a text that is no opt-out.
NOT_AN_OBJECT = set_of(
    """
    by in over at sign signs watch light lights and the to on off motion gap codon loss order orders payment valve
    thinking worrying laughing crying lying kidding playing smoking drinking eating talking shopping scrolling
    dreaming here there short making acting being looking waiting
    """
)

#: What people answer to questions all day; as a keyword it would move people who meant something else.
ANSWERS = joined(
    "y|yes|yep|yeah|n|no|nope|ok|okay|k|c|confirm|thanks|thank you|thx|hi|hello|si|oui|ja|sim|nein|non"
)
