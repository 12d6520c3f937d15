"""Whole-clause phrases of other languages, as `texts.key` writes them (no accents, no apostrophes, no signs).

Written without native speakers; each is what people send, not a translation of a rule.
"""

from consent.rules.texts import key

_SPANISH = """
dejen de mandarme textos|dejen de mandarme mensajes|dejen de enviarme mensajes|deja de mandarme mensajes
dejen de escribirme|deja de escribirme|deje de escribirme|dejen de molestar|deja de molestarme
dejen de molestarme|dejen de llamarme|salir notificacion|quiero darme de baja|quiero cancelar|quiero salir
quiero desuscribirme|como me doy de baja|no mas mensajes|no mas textos|no mas sms|no mas
no me manden mas mensajes|no me mande mas mensajes|no me mandes mas mensajes|no me manden mas
no me envien mas mensajes|no me envie mas mensajes|no me envies mas mensajes|no me envien mas
no me escriban mas|no me escribas mas|no me escriban|no me escribas|no me contacten|no me contacten mas
no me llamen|no me llamen mas|no me molesten|no me moleste mas|no me molesten mas|quitenme de la lista
quitame de la lista|quiteme de la lista|quitenme de su lista|saquenme de su lista|saquenme de la lista
saqueme de la lista|sacame de la lista|borrenme de la lista|borrenme|borrame|eliminenme de su lista
eliminen mi numero|elimine mi numero|borren mi numero|borre mi numero|borra mi numero|quiten mi numero
ya no quiero mensajes|ya no quiero estos mensajes|ya no quiero mas mensajes|ya no quiero recibir mensajes
no quiero mas mensajes|no quiero mensajes|no quiero recibir mensajes|no quiero recibir mas mensajes
no quiero sus mensajes|stop no quiero mas|no quiero mas|dejenme en paz|dejame en paz|paren de escribirme
paren de mandarme mensajes|cancelen mi suscripcion|cancelar mi suscripcion|cancelar mensajes
cancelar suscripcion|darme de baja|dar de baja
"""
_FRENCH = """
je veux me desabonner|je souhaite me desabonner|je me desabonne|comment me desabonner|desabonnez moi
ne plus recevoir|je ne veux plus recevoir|je ne veux plus recevoir de messages|je ne veux plus de messages
je ne veux plus de vos messages|plus de messages|plus de sms|plus de textos|plus aucun message
arretez de mecrire|arretez de menvoyer des messages|arretez les messages|arretez les sms|arrete de mecrire
arretez de me contacter|arretez de me harceler|ne mecrivez plus|ne mecris plus|ne me contactez plus
ne menvoyez plus de messages|ne menvoyez plus rien|ne me derangez plus|ne mappelez plus
retirez moi de votre liste|retirez moi de la liste|enlevez moi de votre liste|enlevez moi de la liste
supprimez mon numero|effacez mon numero|laissez moi tranquille|fichez moi la paix|laisse moi tranquille
retirez mon numero|annuler les messages
"""
_PORTUGUESE = """
parem de me mandar mensagens|parem de me mandar mensagem|pare de me mandar mensagens
pare de me mandar mensagem|parem de enviar mensagens|pare de enviar mensagens|sair da lista
quero sair da lista|quero sair|quero cancelar|remova meu numero|removam meu numero|retire meu numero
apague meu numero|me remova da lista|me remova|me remove da lista|me tire da lista|me tira da lista
me tirem da lista|nao quero mais receber mensagens|nao quero mais receber|nao quero mais
nao quero mais mensagens|nao quero receber mensagens|nao quero receber mais mensagens
nao me mande mais mensagem|nao me mande mais mensagens|nao me mande mais|nao me mandem mais mensagens
nao me envie mais mensagens|nao me enviem mais mensagens|chega de mensagens|me deixe em paz|me deixem em paz
nao me incomode|nao me incomodem mais|cancelar inscricao|cancelar mensagens|cancele minha inscricao
"""
_GERMAN = """
keine sms mehr|keine nachrichten mehr|keine werbung mehr|keine weiteren nachrichten|keine weiteren sms
horen sie auf mir zu schreiben|hor auf mir zu schreiben|hort auf mir zu schreiben|horen sie auf|aufhoren
loschen sie meine nummer|bitte loschen sie meine nummer|meine nummer loschen|nummer loschen
lassen sie mich in ruhe|lass mich in ruhe|lasst mich in ruhe|ich mochte keine nachrichten mehr
ich mochte keine sms mehr|ich mochte mich abmelden|ich will mich abmelden|ich will keine nachrichten mehr
ich will keine sms mehr|ich mochte keine werbung|nicht mehr schreiben|schreiben sie mir nicht mehr
schreib mir nicht mehr|keine werbung|nehmen sie mich von der liste|von der liste streichen
ich widerrufe meine einwilligung|bitte abmelden|melden sie mich ab
"""
_OTHERS = """
basta sms|basta messaggi|basta con i messaggi|non voglio piu messaggi|non voglio piu ricevere messaggi
non voglio piu ricevere sms|non scrivetemi piu|non scrivermi piu|smettetela di scrivermi|smettila di scrivermi
toglietemi dalla lista|toglimi dalla lista|cancellate il mio numero|cancella il mio numero|lasciatemi in pace
non mandatemi piu messaggi|non contattatemi piu|voglio disiscrivermi|geen sms meer sturen|geen sms meer
geen berichten meer|geen reclame meer|haal me van de lijst|haal mij van de lijst|laat me met rust
laat mij met rust|stop met sms sturen|stop met berichten|stuur geen berichten meer|stuur me geen sms meer
verwijder mijn nummer|verwijder me|ik wil geen berichten meer|ik wil geen sms meer|ik wil me afmelden
niet meer sturen|sluta skicka sms|sluta skicka|sluta sms a|inga fler sms|inga fler meddelanden|inga mer sms
ta bort mitt nummer|ta bort mig|avregistrera mig|lamna mig ifred|meld meg av|slutt a sende
ingen flere meldinger|ikke send flere meldinger|slett nummeret mitt|la meg være i fred|stop med at skrive
stop med at sende|ikke flere beskeder|ikke flere sms|ingen flere beskeder|slet mit nummer|afmeld mig
fjern mig fra listen|lad mig være|peru tilaus|poista numeroni|poista minut listalta|ala laheta
en halua viesteja|ei enaa viesteja|proszę przestać pisać|przestań pisać|przestańcie pisać
nie chcę więcej wiadomości|nie chcę wiadomości|nie pisz do mnie|nie piszcie do mnie|proszę nie pisać
usuń mój numer|usuńcie mój numer|proszę usunąć mój numer|wypisz mnie|rezygnuję z wiadomości|хватит писать
хватит мне писать|не пишите мне|не пишите мне больше|не пишите|не присылайте больше
не присылайте мне сообщения|удалите мой номер|удалите меня|удалите меня из списка|уберите меня из списка
отпишите меня|больше не пишите|прекратите писать|прекратите|оставьте меня в покое|не надо больше
відпишіть мене|не пишіть мені|видаліть мій номер|mesaj atmayın|mesaj atmayin|bana mesaj atmayın
bana mesaj göndermeyin|mesaj göndermeyin|artık mesaj istemiyorum|mesaj istemiyorum|beni listeden çıkarın
numaramı silin|beni rahat bırakın|aboneliği iptal et|لا ترسل لي رسائل|لا ترسلوا لي رسائل|لا ترسل لي|لا تراسلني
احذف رقمي|احذفوا رقمي|لا أريد رسائل|الغاء الاشتراك|إلغاء الاشتراك|أوقف الرسائل|توقف عن مراسلتي|תפסיק לשלוח לי
תפסיקו לשלוח לי|תפסיק לשלוח לי הודעות|תפסיקו לשלוח לי הודעות|עזוב אותי|עזבו אותי|תמחק את המספר שלי
תמחקו את המספר שלי|תסיר אותי|תסירו אותי|הסירו אותי|הסר אותי|לא רוצה הודעות|די לשלוח לי|संदेश मत भेजो
मैसेज मत भेजो|मुझे मैसेज मत भेजो|请不要再给我发短信|不要再给我发短信|不要再发了|别再发了|不要发短信
请停止|请退订|别给我发短信|不要再發了|请取消订阅|もう送らないで
もう送らないでください|送らないでください|メールしないでください|配信を停止してください|解除してください
停止してください|문자 보내지 마세요|문자 그만 보내세요|문자 보내지마세요|그만 보내세요
연락하지 마세요|수신 거부|그만하세요|đừng nhắn tin nữa|đừng gửi tin nhắn nữa|đừng nhắn tin cho tôi|không nhắn tin nữa
ngừng nhắn tin|xóa số của tôi|hủy đăng ký|huwag na kayong mag text|huwag na kayo mag text|huwag na mag text
wag na kayo mag text|tama na ang text|tigilan nyo na ako|ayoko na|itigil na|jangan sms lagi
jangan kirim sms lagi|jangan kirim pesan lagi|jangan hubungi saya lagi|jangan ganggu saya|keluar dari daftar
hapus nomor saya|berhenti kirim pesan|berhenti mengirim|sispann voye mesaj|sispann ekri m|pa voye mesaj anko
pa ekri m anko|retire m nan lis la|pa voye mesaj ban mwen anko|kite m trankil
"""
_WRONG_NUMBER = """
numero equivocado|tiene el numero equivocado|se equivoco de numero|mauvais numero|vous avez le mauvais numero
numero errado|falsche nummer|sie haben die falsche nummer|numero sbagliato|ha sbagliato numero|verkeerd nummer
fel nummer|feil nummer|forkert nummer|väärä numero|zły numer|pomyłka|не тот номер|вы ошиблись номером
yanlış numara|رقم خاطئ|טעות במספר|打错了|番号違い|잘못 거셨어요|sai số|maling numero|salah nomor|move nimewo
"""


def _phrases(*blocks: str) -> frozenset[str]:
    lines = (line.split("|") for block in blocks for line in block.split("\n"))
    return frozenset(found for line in lines for phrase in line if (found := key(phrase)))


OPT_OUT_PHRASES = _phrases(_SPANISH, _FRENCH, _PORTUGUESE, _GERMAN, _OTHERS)
WRONG_NUMBER_PHRASES = _phrases(_WRONG_NUMBER)
