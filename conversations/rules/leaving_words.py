"""Every sentence of the unsubscribe page, in five languages. `{…}` is filled in; keywords stay as people type them."""

# ruff: noqa: E501, ISC004  one sentence a line
from __future__ import annotations

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch", "pt": "Português"}
DEFAULT = "en"

# One line a sentence, in the order of LANGUAGES.
_TABLE: dict[str, tuple[str, str, str, str, str]] = {
    "language": ("Language", "Idioma", "Langue", "Sprache", "Idioma"),
    "for_number": (
        "For the number ending in *{tail}*", "Para el número que termina en *{tail}*",
        "Pour le numéro se terminant par *{tail}*", "Für die Nummer mit der Endung *{tail}*",
        "Para o número que termina em *{tail}*",
    ),
    "stop_title": (
        "Stop texts from {brand}?", "¿Dejar de recibir mensajes de {brand}?", "Ne plus recevoir de SMS de {brand} ?",
        "Keine Nachrichten mehr von {brand}?", "Parar as mensagens de {brand}?",
    ),
    "stop_lead": (
        "One tap is enough. It works at once, and nobody has to approve it.",
        "Basta un toque. Tiene efecto al momento y nadie tiene que aprobarlo.",
        "Un appui suffit. L’effet est immédiat, personne n’a à l’approuver.",
        "Einmal tippen genügt. Es gilt sofort, niemand muss zustimmen.",
        "Basta um toque. Vale na hora, e ninguém precisa aprovar.",
    ),
    "stop_marketing": ("Stop offers", "Parar las ofertas", "Arrêter les offres", "Keine Angebote mehr", "Parar as ofertas"),
    "stop_service": (
        "Stop service texts", "Parar los mensajes de servicio", "Arrêter les messages de service",
        "Keine Servicenachrichten mehr", "Parar as mensagens de serviço",
    ),
    "stop_transactional": (
        "Stop order texts", "Parar los mensajes de pedidos", "Arrêter les messages de commande",
        "Keine Bestellnachrichten mehr", "Parar as mensagens de pedidos",
    ),
    "from_number": ("from {number}", "de {number}", "de {number}", "von {number}", "de {number}"),
    "from_purpose": (
        "from all our numbers for them", "de todos nuestros números para ellos", "de tous nos numéros concernés",
        "von allen unseren Nummern dafür", "de todos os nossos números para isso",
    ),
    "stop_all": ("Stop all texts", "Parar todos los mensajes", "Arrêter tous les SMS", "Alle Nachrichten stoppen",
                 "Parar todas as mensagens"),
    "also": ("also {what}", "también {what}", "aussi {what}", "auch {what}", "também {what}"),
    "every_number": (
        "every number of {brand}", "todos los números de {brand}", "tous les numéros de {brand}",
        "alle Nummern von {brand}", "todos os números de {brand}",
    ),
    "marketing": ("offers", "ofertas", "les offres", "Angebote", "ofertas"),
    "service": ("service texts", "mensajes de servicio", "les messages de service", "Servicenachrichten",
                "mensagens de serviço"),
    "transactional": ("order texts", "mensajes de pedidos", "les messages de commande", "Bestellnachrichten",
                      "mensagens de pedidos"),
    "and": (" and ", " y ", " et ", " und ", " e "),
    "reply_stop": (
        "You can also reply *STOP* to any of our texts. Want us back later? Text *START*.",
        "También puede responder *STOP* a cualquiera de nuestros mensajes. ¿Quiere volver? Envíe *START*.",
        "Vous pouvez aussi répondre *STOP* à n’importe quel SMS. Pour revenir, envoyez *START*.",
        "Sie können auch auf jede unserer Nachrichten mit *STOP* antworten. Zurück? Senden Sie *START*.",
        "Você também pode responder *STOP* a qualquer mensagem. Quer voltar? Envie *START*.",
    ),
    "cannot_reply": (
        "This sender cannot receive replies. This page always works.",
        "Este remitente no puede recibir respuestas. Esta página siempre funciona.",
        "Cet expéditeur ne reçoit pas de réponses. Cette page fonctionne toujours.",
        "Dieser Absender kann keine Antworten empfangen. Diese Seite geht immer.",
        "Este remetente não recebe respostas. Esta página funciona sempre.",
    ),
    "opt_out_line": (
        "Any text to *{number}* stops all our texts.", "Cualquier mensaje al *{number}* detiene todos nuestros mensajes.",
        "Tout SMS envoyé au *{number}* arrête tous nos SMS.", "Jede Nachricht an *{number}* stoppt alle unsere Nachrichten.",
        "Qualquer mensagem para *{number}* para todas as nossas mensagens.",
    ),
    "done_title": ("Done. No more {what}.", "Hecho. No más {what}.", "C’est fait. Fini {what}.", "Erledigt. Keine {what} mehr.",
                   "Pronto. Chega de {what}."),
    "done_all_title": ("Done. No more texts.", "Hecho. No más mensajes.", "C’est fait. Plus aucun SMS.",
                       "Erledigt. Keine Nachrichten mehr.", "Pronto. Chega de mensagens."),
    "was_title": (
        "You are opted out.", "Usted está dado de baja.", "Vous êtes désinscrit.", "Sie sind abgemeldet.",
        "Você está descadastrado.",
    ),
    "done_lead": (
        "Since {when} the number ending in {tail} gets no {what} from {brand}.",
        "Desde {when}, el número que termina en {tail} no recibe {what} de {brand}.",
        "Depuis {when}, le numéro se terminant par {tail} ne reçoit plus {what} de {brand}.",
        "Seit {when} erhält die Nummer mit der Endung {tail} keine {what} mehr von {brand}.",
        "Desde {when}, o número que termina em {tail} não recebe {what} de {brand}.",
    ),
    "done_all_lead": (
        "Since {when} the number ending in {tail} gets no texts from {brand}.",
        "Desde {when}, el número que termina en {tail} no recibe mensajes de {brand}.",
        "Depuis {when}, le numéro se terminant par {tail} ne reçoit plus de SMS de {brand}.",
        "Seit {when} erhält die Nummer mit der Endung {tail} keine Nachrichten mehr von {brand}.",
        "Desde {when}, o número que termina em {tail} não recebe mensagens de {brand}.",
    ),
    "still_come": (
        "{what} may still come.", "{what} aún pueden llegar.", "Vous pouvez encore recevoir : {what}.",
        "{what} können weiterhin kommen.", "{what} ainda podem chegar.",
    ),
    "undo": ("Undo", "Deshacer", "Annuler", "Rückgängig", "Desfazer"),
    "come_back": ("Come back", "Volver", "Revenir", "Wieder anmelden", "Voltar"),
    "why": ("Why, if you like to say", "Por qué, si quiere decirlo", "Pourquoi, si vous voulez le dire",
            "Warum, wenn Sie mögen", "Por quê, se quiser dizer"),
    "why_words": ("In your own words, if you like", "Con sus palabras, si quiere", "Avec vos mots, si vous voulez",
                  "Mit eigenen Worten, wenn Sie mögen", "Com suas palavras, se quiser"),
    "send_answer": ("Send answer", "Enviar respuesta", "Envoyer la réponse", "Antwort senden", "Enviar resposta"),
    "choose_reason": ("Choose one of the reasons.", "Elija uno de los motivos.", "Choisissez une des raisons.",
                      "Wählen Sie einen Grund.", "Escolha um dos motivos."),
    "answer_kept": ("Your answer has arrived. Nothing else changed.", "Su respuesta ha llegado. Nada más ha cambiado.",
                    "Votre réponse est arrivée. Rien d’autre n’a changé.",
                    "Ihre Antwort ist da. Sonst hat sich nichts geändert.",
                    "Sua resposta chegou. Nada mais mudou."),
    "ways": ("Instead, only if you want", "En su lugar, solo si quiere", "À la place, seulement si vous voulez",
             "Stattdessen, nur wenn Sie wollen", "Em vez disso, só se quiser"),
    "ways_note": ("You are opted out either way.", "Usted está dado de baja en cualquier caso.",
                  "Vous êtes désinscrit dans tous les cas.", "Abgemeldet sind Sie so oder so.",
                  "Você está descadastrado de qualquer forma."),
    "ways_send": ("Ask for it", "Pedirlo", "Demander", "Anfordern", "Pedir"),
    "ways_kept": ("You asked for: {what}.", "Usted pidió: {what}.", "Vous avez demandé : {what}.",
                  "Sie haben gewünscht: {what}.", "Você pediu: {what}."),
    "ways_end": ("Take it back", "Retirarlo", "Retirer", "Zurücknehmen", "Retirar"),
    "choices": ("Choose what you get", "Elegir lo que recibe", "Choisir ce que vous recevez", "Wählen, was Sie erhalten",
                "Escolher o que recebe"),
    "choices_lead": (
        "What has no tick stops at once.", "Lo que no está marcado se detiene al momento.",
        "Ce qui n’est pas coché s’arrête tout de suite.", "Was kein Häkchen hat, endet sofort.",
        "O que não estiver marcado para na hora.",
    ),
    "choices_save": ("Save my choice", "Guardar mi elección", "Enregistrer mon choix", "Auswahl speichern",
                     "Salvar minha escolha"),
    "choices_kept": ("Saved. It works at once.", "Guardado. Tiene efecto al momento.",
                     "Enregistré. L’effet est immédiat.", "Gespeichert. Es gilt sofort.", "Salvo. Vale na hora."),
    "lists": ("Lists", "Listas", "Listes", "Listen", "Listas"),
    "back_title": (
        "Get texts from {brand} again?", "¿Recibir de nuevo mensajes de {brand}?", "Recevoir à nouveau les SMS de {brand} ?",
        "Wieder Nachrichten von {brand}?", "Receber de novo mensagens de {brand}?",
    ),
    "back_lead": ("Tick what you want to get.", "Marque lo que quiere recibir.", "Cochez ce que vous voulez recevoir.",
                  "Kreuzen Sie an, was Sie erhalten möchten.", "Marque o que quer receber."),
    "back_box": ("{what}, from {number}", "{what}, de {number}", "{what}, de {number}", "{what}, von {number}",
                 "{what}, de {number}"),
    "back_button": ("Send me texts again", "Envíenme mensajes de nuevo", "Envoyez-moi à nouveau des SMS",
                    "Wieder Nachrichten senden", "Enviem mensagens de novo"),
    "tick_one": ("Tick at least one box.", "Marque al menos una casilla.", "Cochez au moins une case.",
                 "Kreuzen Sie mindestens ein Kästchen an.", "Marque ao menos uma caixa."),
    "read_again": ("The wording has changed. Read it, then tick again.", "El texto ha cambiado. Léalo y marque de nuevo.",
                   "Le texte a changé. Lisez-le, puis cochez à nouveau.",
                   "Der Text hat sich geändert. Lesen Sie ihn und kreuzen Sie neu an.",
                   "O texto mudou. Leia e marque de novo."),
    "keep_out": ("Stay opted out", "Seguir de baja", "Rester désinscrit", "Abgemeldet bleiben", "Continuar fora"),
    "disclosure": (
        "By ticking a box I agree to get automated texts from {brand}{often}. This is no condition of any purchase. "
        "Msg & data rates may apply. Reply STOP to opt out, HELP for help.",
        "Al marcar una casilla acepto recibir mensajes automáticos de {brand}{often}. No es condición de ninguna compra. "
        "Pueden aplicarse tarifas de mensajes y datos. Responda STOP para darse de baja, HELP para ayuda.",
        "En cochant une case, j’accepte de recevoir des SMS automatisés de {brand}{often}. Ce n’est pas une condition "
        "d’achat. Des frais peuvent s’appliquer. Répondez STOP pour vous désinscrire, HELP pour de l’aide.",
        "Mit einem Häkchen stimme ich automatischen Nachrichten von {brand}{often} zu. Das ist keine Bedingung für einen "
        "Kauf. Es können Kosten anfallen. Antworten Sie STOP zum Abmelden, HELP für Hilfe.",
        "Ao marcar uma caixa, aceito receber mensagens automáticas de {brand}{often}. Não é condição de compra. "
        "Podem ser cobradas tarifas. Responda STOP para sair, HELP para ajuda.",
    ),
    "back_done": ("You are back. {brand} may text you again.", "Ha vuelto. {brand} puede enviarle mensajes de nuevo.",
                  "Vous êtes de retour. {brand} peut à nouveau vous écrire.",
                  "Sie sind wieder dabei. {brand} darf Ihnen wieder schreiben.",
                  "Você voltou. {brand} pode enviar mensagens de novo."),
    "text_start": (
        "Your carrier still blocks these texts. Text *START* to *{number}*.",
        "Su operador aún bloquea estos mensajes. Envíe *START* al *{number}*.",
        "Votre opérateur bloque encore ces SMS. Envoyez *START* au *{number}*.",
        "Ihr Anbieter sperrt diese Nachrichten noch. Senden Sie *START* an *{number}*.",
        "Sua operadora ainda bloqueia estas mensagens. Envie *START* para *{number}*.",
    ),
    "only_start": (
        "To come back, text *START* to *{number}* from your phone.", "Para volver, envíe *START* al *{number}* desde su teléfono.",
        "Pour revenir, envoyez *START* au *{number}* depuis votre téléphone.",
        "Um zurückzukommen, senden Sie *START* an *{number}* von Ihrem Telefon.",
        "Para voltar, envie *START* para *{number}* do seu telefone.",
    ),
    "blocked_title": ("You get no texts from {brand}.", "Usted no recibe mensajes de {brand}.",
                      "Vous ne recevez pas de SMS de {brand}.", "Sie erhalten keine Nachrichten von {brand}.",
                      "Você não recebe mensagens de {brand}."),
    "blocked_lead": ("Nothing is sent to this number.", "No se envía nada a este número.",
                     "Rien n’est envoyé à ce numéro.", "An diese Nummer wird nichts gesendet.",
                     "Nada é enviado a este número."),
    "blocked_wish": (
        "Your wish has reached {brand}. Somebody there decides about it.",
        "Su deseo ha llegado a {brand}. Alguien allí decide.", "Votre souhait est arrivé chez {brand}, qui décidera.",
        "Ihr Wunsch ist bei {brand} angekommen. Dort wird entschieden.", "Seu pedido chegou a {brand}, que decidirá.",
    ),
    "member_here": (
        "You are logged in at {brand}. Only the person comes back here; record their consent with its proof instead.",
        "Ha iniciado sesión en {brand}. Aquí solo vuelve la persona; registre su consentimiento con prueba.",
        "Vous êtes connecté chez {brand}. Seule la personne revient ici ; enregistrez son accord avec sa preuve.",
        "Sie sind bei {brand} angemeldet. Hier kommt nur die Person selbst zurück; erfassen Sie die Zustimmung mit Beleg.",
        "Você está conectado em {brand}. Só a própria pessoa volta aqui; registre o consentimento com prova.",
    ),
    "active_note": ("You are getting these texts.", "Usted recibe estos mensajes.", "Vous recevez ces SMS.",
                    "Sie erhalten diese Nachrichten.", "Você recebe estas mensagens."),
    "only_company": ("Texts from this page’s company only.", "Solo mensajes de la empresa de esta página.",
                     "SMS de cette entreprise uniquement.", "Nur Nachrichten dieses Unternehmens.",
                     "Somente mensagens desta empresa."),
    "terms": ("SMS terms", "Condiciones de SMS", "Conditions SMS", "SMS-Bedingungen", "Termos de SMS"),
    "privacy": ("Privacy", "Privacidad", "Confidentialité", "Datenschutz", "Privacidade"),
    "contact": ("Questions: {contact}", "Preguntas: {contact}", "Questions : {contact}", "Fragen: {contact}",
                "Dúvidas: {contact}"),
    "unknown_title": ("This link does not open anything", "Este enlace no abre nada", "Ce lien n’ouvre rien",
                      "Dieser Link öffnet nichts", "Este link não abre nada"),
    "unknown_lead": (
        "It may have been cut short on its way. Nothing was changed. To stop, reply *STOP* to any of the texts: that always "
        "works.",
        "Quizá se cortó por el camino. Nada ha cambiado. Para parar, responda *STOP* a cualquier mensaje: siempre funciona.",
        "Il a peut-être été coupé. Rien n’a changé. Pour arrêter, répondez *STOP* à n’importe quel SMS : cela marche "
        "toujours.",
        "Vielleicht wurde er unterwegs gekürzt. Nichts wurde geändert. Zum Beenden antworten Sie auf eine Nachricht mit "
        "*STOP*: das geht immer.",
        "Talvez tenha sido cortado. Nada mudou. Para parar, responda *STOP* a qualquer mensagem: isso sempre funciona.",
    ),
    "slow_down": ("Too many wrong links from here. Wait some minutes.", "Demasiados enlaces erróneos. Espere unos minutos.",
                  "Trop de liens erronés. Attendez quelques minutes.", "Zu viele falsche Links. Warten Sie einige Minuten.",
                  "Links errados demais. Espere alguns minutos."),
    "r_too_many": ("Too many texts", "Demasiados mensajes", "Trop de SMS", "Zu viele Nachrichten", "Mensagens demais"),
    "r_not_relevant": ("They are not relevant to me", "No me interesan", "Ils ne me concernent pas",
                       "Sie sind für mich nicht wichtig", "Não são relevantes para mim"),
    "r_never_signed_up": ("I never signed up", "Nunca me suscribí", "Je ne me suis jamais inscrit",
                          "Ich habe mich nie angemeldet", "Nunca me inscrevi"),
    "r_wrong_number": ("You have the wrong number", "Número equivocado", "Mauvais numéro", "Falsche Nummer", "Número errado"),
    "r_too_expensive": ("Too expensive for me", "Demasiado caro para mí", "Trop cher pour moi", "Zu teuer für mich",
                        "Caro demais para mim"),
    "r_bad_time": ("They come at the wrong time", "Llegan a mala hora", "Ils arrivent au mauvais moment",
                   "Sie kommen zur falschen Zeit", "Chegam na hora errada"),
    "r_not_customer": ("I am no customer any more", "Ya no soy cliente", "Je ne suis plus client",
                       "Ich bin kein Kunde mehr", "Não sou mais cliente"),
    "r_other": ("Something else", "Otra cosa", "Autre chose", "Etwas anderes", "Outra coisa"),
}  # fmt: skip

_PLACE = {language: place for place, language in enumerate(LANGUAGES)}


def say(language: str, key: str, **values: str) -> str:
    """One sentence in a language of LANGUAGES. Raises KeyError for a sentence that is none."""
    sentence = _TABLE[key][_PLACE.get(language, 0)]
    return sentence.format(**values) if values else sentence


def reason_label(language: str, key: str, label: str, house: str) -> str:
    """A reason as people read it: the house's own are translated, a tenant's stand as the tenant wrote them."""
    return say(language, f"r_{key}") if label == house and f"r_{key}" in _TABLE else label


def choose_language(asked: str, contact: str, accepted: str) -> str:
    """The language of a visit: the one asked for, else the contact's, else the browser's first that is known."""
    wanted = [asked, contact, *(part.partition(";")[0] for part in accepted.split(","))]
    codes = (one.strip().lower().replace("_", "-").partition("-")[0] for one in wanted[:12])
    return next((code for code in codes if code in LANGUAGES), DEFAULT)
