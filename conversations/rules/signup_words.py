"""The fixed words of the public sign-up pages, in the languages a form can have."""

from __future__ import annotations

from collections.abc import Mapping

_EN = {
    "heading": "Get texts from {brand}",
    "button": "Sign up",
    "phone": "Mobile number",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "optional": "{label} (if you like)",
    "boxes": "What may we text you?",
    "marketing": "Offers and news",
    "service": "Messages about our service",
    "transactional": "Messages about your orders",
    "from": "{label}, from {number}",
    "yes": "Yes",
    "no": "No",
    "missing": "Fill this in.",
    "need_box": "Tick at least one box, so that we may text you.",
    "need_phone": "Give the number that we may text.",
    "phone_bad": "This is not a mobile number we can text. Write it with its country, like {example}.",
    "phone_country": "We cannot text numbers of this country.",
    "phone_landline": "This kind of number cannot receive texts. Give a mobile number.",
    "again": "Press “{button}” once more. Nothing you typed is lost.",
    "double_title": "One step is left",
    "double": "Look at your phone. A text from {numbers} asks you to reply YES; our texts begin only then. You have "
    "{days} days.",
    "single_title": "You are signed up",
    "single": "A welcome text from {numbers} is on its way.",
    "nothing": "No text came? You may be signed up already. If you once stopped our texts, text START to {numbers} "
    "from your phone, and you are back.",
    "stop": "You can leave at any time: reply STOP to any text, or HELP for help.",
    "closed_title": "This form is closed",
    "closed": "It takes no more sign-ups. Nothing you typed was kept.",
    "busy_title": "Too many sign-ups at once",
    "busy": "Nothing was recorded. Wait {minutes} minutes, then send the form again.",
    "busy_long": "Nothing was recorded. Wait {hours} hours, then send the form again.",
    "busy_word": "Or text {word} to {number}.",
    "foot": "Texts of {brand} only.",
    "terms": "SMS terms",
    "privacy": "Privacy",
    "errors": "Look at the fields marked below.",
    "welcome": "you are in.",
    "ways": "Reply STOP to opt out, START to come back, HELP for help.",
    "rates": "Msg & data rates may apply.",
    "question": "{brand}: reply YES to get our texts. {rates} Reply STOP to opt out, HELP for help.",
}
_ES = {
    "heading": "Recibe mensajes de {brand}",
    "button": "Inscribirme",
    "phone": "Número de móvil",
    "first_name": "Nombre",
    "last_name": "Apellido",
    "email": "Correo electrónico",
    "optional": "{label} (opcional)",
    "boxes": "¿Qué podemos enviarte?",
    "marketing": "Ofertas y novedades",
    "service": "Mensajes de servicio",
    "transactional": "Mensajes sobre tus pedidos",
    "from": "{label}, desde el {number}",
    "yes": "Sí",
    "no": "No",
    "missing": "Rellena este campo.",
    "need_box": "Marca al menos una casilla para que podamos escribirte.",
    "need_phone": "Escribe el número al que podemos enviar mensajes.",
    "phone_bad": "No es un número de móvil válido. Escríbelo con su país, como {example}.",
    "phone_country": "No podemos enviar mensajes a números de ese país.",
    "phone_landline": "Ese tipo de número no recibe mensajes. Escribe un número de móvil.",
    "again": "Pulsa «{button}» una vez más. No se ha perdido nada de lo que escribiste.",
    "double_title": "Falta un paso",
    "double": "Mira tu teléfono. Un mensaje desde {numbers} te pide que respondas YES; solo entonces empezamos. "
    "Tienes {days} días.",
    "single_title": "Te has inscrito",
    "single": "Un mensaje de bienvenida desde {numbers} está en camino.",
    "nothing": "¿No llegó nada? Quizá ya estabas en la lista. Si antes paraste nuestros mensajes, envía START a "
    "{numbers} desde tu teléfono y volverás a recibirlos.",
    "stop": "Puedes salir cuando quieras: responde STOP a cualquier mensaje, o HELP para recibir ayuda.",
    "closed_title": "Este formulario está cerrado",
    "closed": "Ya no admite inscripciones. No se ha guardado nada de lo que escribiste.",
    "busy_title": "Demasiadas inscripciones a la vez",
    "busy": "No se ha guardado nada. Espera {minutes} minutos y envía el formulario otra vez.",
    "busy_long": "No se ha guardado nada. Espera {hours} horas y envía el formulario otra vez.",
    "busy_word": "O envía {word} al {number}.",
    "foot": "Solo mensajes de {brand}.",
    "terms": "Condiciones de los SMS",
    "privacy": "Privacidad",
    "errors": "Revisa los campos marcados.",
    "welcome": "ya estás en la lista.",
    "ways": "Responde STOP para salir, START para volver, HELP para recibir ayuda.",
    "rates": "Pueden aplicarse tarifas de mensajes y datos.",
    "question": "{brand}: responde YES para recibir nuestros mensajes. {rates} Responde STOP para salir, HELP para "
    "recibir ayuda.",
}
_FR = {
    "heading": "Recevez les SMS de {brand}",
    "button": "Je m’inscris",
    "phone": "Numéro de mobile",
    "first_name": "Prénom",
    "last_name": "Nom",
    "email": "Adresse e-mail",
    "optional": "{label} (facultatif)",
    "boxes": "Que pouvons-nous vous envoyer ?",
    "marketing": "Offres et nouveautés",
    "service": "Messages de service",
    "transactional": "Messages sur vos commandes",
    "from": "{label}, depuis le {number}",
    "yes": "Oui",
    "no": "Non",
    "missing": "Remplissez ce champ.",
    "need_box": "Cochez au moins une case pour que nous puissions vous écrire.",
    "need_phone": "Indiquez le numéro à qui nous pouvons écrire.",
    "phone_bad": "Ce n’est pas un numéro de mobile valable. Écrivez-le avec son pays, comme {example}.",
    "phone_country": "Nous ne pouvons pas écrire aux numéros de ce pays.",
    "phone_landline": "Ce type de numéro ne reçoit pas de SMS. Indiquez un numéro de mobile.",
    "again": "Appuyez encore une fois sur « {button} ». Rien de ce que vous avez écrit n’est perdu.",
    "double_title": "Encore une étape",
    "double": "Regardez votre téléphone. Un SMS du {numbers} vous demande de répondre YES ; nos messages ne "
    "commencent qu’alors. Vous avez {days} jours.",
    "single_title": "Vous êtes inscrit",
    "single": "Un SMS de bienvenue du {numbers} est en route.",
    "nothing": "Rien reçu ? Vous êtes peut-être déjà inscrit. Si vous aviez arrêté nos SMS, envoyez START au "
    "{numbers} depuis votre téléphone pour les retrouver.",
    "stop": "Vous pouvez arrêter à tout moment : répondez STOP à un SMS, ou HELP pour obtenir de l’aide.",
    "closed_title": "Ce formulaire est fermé",
    "closed": "Il ne prend plus d’inscriptions. Rien de ce que vous avez écrit n’a été gardé.",
    "busy_title": "Trop d’inscriptions à la fois",
    "busy": "Rien n’a été enregistré. Attendez {minutes} minutes, puis renvoyez le formulaire.",
    "busy_long": "Rien n’a été enregistré. Attendez {hours} heures, puis renvoyez le formulaire.",
    "busy_word": "Ou envoyez {word} au {number}.",
    "foot": "SMS de {brand} uniquement.",
    "terms": "Conditions des SMS",
    "privacy": "Confidentialité",
    "errors": "Regardez les champs signalés.",
    "welcome": "vous êtes inscrit.",
    "ways": "Répondez STOP pour arrêter, START pour revenir, HELP pour obtenir de l’aide.",
    "rates": "Des frais de messagerie peuvent s’appliquer.",
    "question": "{brand} : répondez YES pour recevoir nos SMS. {rates} Répondez STOP pour arrêter, HELP pour "
    "obtenir de l’aide.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "es": _ES, "fr": _FR}


def words_in(language: str) -> Mapping[str, str]:
    """The words of a language; English for one that is not known."""
    return WORDS.get(language, _EN)


def listed(numbers: list[str], language: str) -> str:
    """ "+1 202-555-0110 or +1 202-555-0118" in the language."""
    between = {"es": " o ", "fr": " ou "}.get(language, " or ")
    return between.join(numbers)
