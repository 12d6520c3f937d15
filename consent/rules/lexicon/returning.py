"""Coming back and asking for help, by language: "quiero volver a recibir", "wer ist da", "もう一度登録".

again: once more. join: subscribing, adding, receiving, having. rejoin: says both at once. mistake: left by accident.
who: asks who writes. helpme and need: "help" and "I need". Written without native speakers.
"""

CATEGORIES = ("again", "join", "rejoin", "mistake", "who", "helpme", "need")
IDIOMS = frozenset({"again", "rejoin", "mistake", "who"})

TABLES: dict[str, dict[str, str]] = {
    "es": {
        "again": "otra vez|de nuevo|d nuevo|nuevamente|volver|vuelvo|vuelvan a*|vuelva a*|vuelve a*|de vuelta|regres*|"
        "cambie de opinion",
        "join": "suscrib* recib* activ* pon* agreg* inclu* anad* apunt* inscri* alta meter metan metanme",
        "rejoin": "reactiv*|resuscrib*|resuscri*|reinscri*|dar* alta|denme alta|dame alta|regres*me lista|volver "
        "recibir|vuelvan mandarme|vuelvan enviarme|vuelvan suscribirme|quiero suscribirme|quiero recibir|"
        "quiero estar lista|quiero regresar",
        "mistake": "sin querer|por error|por equivocacion|fue error|sin darme cuenta|me equivoque|por accidente",
        "who": "quien es|quien eres|quien son|quienes son|quien habla|quien escribe|quien me escribe|quien me habla|"
        "quien manda|quien me manda|parte quien|que empresa|q empresa|k empresa|qe empresa|q negocio|"
        "cual empresa|que negocio|que compania|"
        "quien sos|de donde me escriben|de donde escriben|de donde sacaron|con quien hablo|quien eres tu",
        "helpme": "ayuda ayudarme ayudenme ayudame ayudan ayudar auxilio",
        "need": "necesito ocupo quiero pueden puede podrian podria me requiero",
    },
    "fr": {
        "again": "a nouveau|de nouveau|encore fois|nouveau|re",
        "join": "recev* recoi* inscri* abonn* mabonn* minscri* ajout* remett* activ* mett*",
        "rejoin": "reabonn*|me reabonn*|remett* moi|remets moi|me remettre|rajout* moi|reinscri*|reactiv*|"
        "veux mabonner|me reinscri*|veux recevoir|remettez liste",
        "mistake": "par erreur|sans faire expres|sans vouloir|par accident|par megarde|fausse manip*|"
        "je me suis trompe|cetait erreur|pas expres",
        "who": "cest qui|qui est*|qui etes vous|qui es tu|qui etes|t qui|tes qui|cki|qui ecrit|qui mecrit|qui parle|"
        "quelle societe|quelle entreprise|quelle boutique|vous etes qui|qui menvoie|qui m ecrit|qui envoie|"
        "de la part qui|de qui|on se connait",
        "helpme": "aide aidez aider maider daide assistance",
        "need": "besoin jai veux pouvez pourriez voudrais moi",
    },
    "pt": {
        "again": "de novo|novamente|outra vez|voltar|volta|voltem a*",
        "join": "receb* inscrev* cadastr* ativ* coloc* adicion* inclu* por bota",
        "rejoin": "reativ*|reinscrev*|recadastr*|quero voltar|voltar a receber|me coloc* de volta|me bot* de volta|"
        "quero receber|quero me inscrever|quero me cadastrar",
        "mistake": "sem querer|por engano|por erro|foi erro|foi sem querer|sem perceber|por acidente",
        "who": "quem e|quem fala|quem ta falando|quem esta falando|quem sao voces|quem sao vcs|quem e voce|"
        "quem e vc|qual empresa|que empresa|de onde fala*|quem mandou|quem ta mandando|quem esta mandando|"
        "quem esta escrevendo|de quem e",
        "helpme": "ajuda ajudar ajude ajudem socorro",
        "need": "preciso quero podem pode poderiam poderia me necessito",
    },
    "it": {
        "again": "di nuovo|ancora|nuovamente|un altra volta|unaltra volta|tornare",
        "join": "ricever* iscriv* attiv* aggiung* rimett* inser* ricevo",
        "rejoin": "riattiv*|reiscriv*|riscriv*|riscriver*|re iscriv*|rimette*mi|rimetti*mi|rimetti*|reinser*|"
        "tornare ricevere|voglio iscrivermi|vorrei iscrivermi|voglio ricevere|riabilit*",
        "mistake": "per sbaglio|per errore|senza volere|senza volerlo|ho sbagliato|inavvertitamente",
        "who": "chi sei|chi siete|chi e|chi parla|chi scrive|chi mi scrive|chi mi sta*|quale azienda|che azienda|"
        "che ditta|quale negozio|con chi parlo|da parte chi|chi mi manda|chi manda",
        "helpme": "aiuto aiutarmi aiutate aiutatemi aiutami assistenza aiutare",
        "need": "bisogno ho serve potete puoi vorrei mi",
    },
    "ro": {
        "again": "din nou|iar|inca o data|iarasi|inapoi",
        "join": "prim* abon* inscri* activ* adaug* pune* bag*",
        "rejoin": "reabon*|reactiv*|reinscri*|vreau sa ma abonez|pune* inapoi|adaug* inapoi|vreau sa primesc",
        "mistake": "din greseala|fara sa vreau|din eroare|a fost o greseala",
        "who": "cine e|cine esti|cine este|cine sunteti|cine scrie|cine imi scrie|ce firma|ce companie|cu cine vorbesc",
        "helpme": "ajutor ajutati ajutatima ajuta ajutor",
        "need": "nevoie am vreau puteti ma",
    },
    "ht": {
        "again": "anko|ankò|yon lot fwa|tounen",
        "join": "resevwa abone enskri mete aktive",
        "rejoin": "reabone*|mete m tounen|mete mwen tounen|remete m|mwen vle resevwa|vle resevwa anko",
        "mistake": "pa erè|pa ere|san m pa vle|san fe espre|pa aksidan",
        "who": "ki moun|kiyes|kiyès|kimoun|ki konpayi",
        "helpme": "ed ede èd",
        "need": "bezwen mwen m vle",
    },
    "de": {
        "again": "wieder|erneut|nochmal|noch einmal|noch mal|zuruck|wieder rein",
        "join": "anmeld* aufnehm* eintrag* erhalt* bekomm* haben empfang* aktivier* abonn* dazu rein setz* freischalt* "
        "nehmt nehmen tragt",
        "rejoin": "wiederanmeld*|reaktivier*|wieder anmeld*|wieder aufnehm*|wieder eintrag*|wieder rein|"
        "melde* wieder an|"
        "nehmt wieder auf|neu anmelden|wieder haben|wieder dabei|wieder bekommen|doch wieder",
        "mistake": "aus versehen|versehentlich|aus verseh*|ungewollt|war versehen|nicht absichtlich|irrtumlich|"
        "nicht gewollt|war ein fehler|falsch gedruckt",
        "who": "wer ist da|wer ist das|wer ist dort|wer sind sie|wer seid ihr|wer bist du|wer schreibt|wer da|"
        "welche firma|von wem|von welcher firma|wer spricht|mit wem|wer ist den*|wer sendet|wer sind",
        "helpme": "hilfe helfen hilf helft",
        "need": "brauche brauch benotige konnen kann konnt mir ich bitte",
    },
    "nl": {
        "again": "weer|opnieuw|terug|nog een keer|nogmaals",
        "join": "aanmeld* inschrijv* ontvang* krijg* zet zetten toevoeg* abonn* hebben activeer* schrijf",
        "rejoin": "heraanmeld*|heractiveer*|reactiveer*|weer aanmelden|meld weer aan|zet weer lijst|zet terug lijst|"
        "weer ontvangen|opnieuw aanmelden|opnieuw inschrijven|schrijf weer in",
        "mistake": "per ongeluk|per abuis|niet de bedoeling|foutje|vergissing|per vergissing",
        "who": "wie is dit|wie bent u|wie ben je|wie ben jij|wie zijn jullie|wie is daar|wie stuurt|welk bedrijf|"
        "van wie is|van welk bedrijf|wie schrijft|wie is dat|met wie",
        "helpme": "hulp help helpen",
        "need": "nodig heb kunnen kunt kan mij me ik",
    },
    "sv": {
        "again": "igen|pa nytt|ater|tillbaka|en gang till",
        "join": "fa ha anmal* prenumer* registr* lagg* satt* aktiver* skriv",
        "rejoin": "aterregistrer*|ateraktiver*|aterprenumer*|anmal mig igen|lagg till mig igen|fa igen|ha igen|"
        "satt upp mig igen|borja fa",
        "mistake": "av misstag|rakade|var ett misstag|oavsiktligt|av mistag|var inte meningen",
        "who": "vem ar|vem ar det|vem ar du|vilka ar ni|vem skriver|vilket foretag|vem ar detta|vem dar|vem skickar",
        "helpme": "hjalp hjalpa",
        "need": "behover jag kan mig vill",
    },
    "da": {
        "again": "igen|pa ny|tilbage|en gang til",
        "join": "fa have modtag* tilmeld* abonn* saet* tilfoj* aktiver*",
        "rejoin": "gentilmeld*|genaktiver*|tilmeld mig igen|meld mig til igen|tilmeld igen|modtage igen|have igen|"
        "meld mig til",
        "mistake": "ved en fejl|kom til|uheld|var en fejl|ikke meningen|ved et uheld",
        "who": "hvem er|hvem er det|hvem er du|hvem er i|hvem skriver|hvilket firma|hvilken virksomhed|hvem sender|"
        "hvem taler",
        "helpme": "hjaelp hjaelpe",
        "need": "brug har kan mig jeg brug",
    },
    "no": {
        "again": "igjen|pa nytt|tilbake|en gang til",
        "join": "fa ha motta* meld* pameld* abonn* sett* legg* aktiver* registrer*",
        "rejoin": "gjenaktiver*|meld meg pa|meld meg pa igjen|sett meg pa igjen|legg meg til igjen|motta igjen|"
        "ha igjen|fa igjen|reaktiver*",
        "mistake": "ved en feil|ved et uhell|uhell|kom til a|var en feil|ikke meningen|feiltrykk",
        "who": "hvem er|hvem er det|hvem er du|hvem er dere|hvem skriver|hvilket firma|hvilken bedrift|hvem sender|"
        "hvem snakker",
        "helpme": "hjelp hjelpe",
        "need": "trenger har kan meg jeg",
    },
    "fi": {
        "again": "uudelleen|uudestaan|taas|takaisin|jalleen",
        "join": "tila* liit* saada haluan laittakaa lisa* rekister* vastaanot*",
        "rejoin": "liity uudelleen|tilaa uudelleen|takaisin listalle|haluan taas|haluan uudelleen|liittakaa takaisin|"
        "tilata uudelleen|liittya uudelleen",
        "mistake": "vahingossa|epahuomiossa|erehdyksessa|oli vahinko|virhe",
        "who": "kuka|kuka siella|kuka tama|kuka olet|ketka te|mika yritys|kuka laitt*|kuka kirjoittaa|kenelta|"
        "kuka lahett*|keita olette",
        "helpme": "apua auttakaa auta auttaa",
        "need": "tarvitsen tarviin voitteko voisitteko minua",
    },
    "pl": {
        "again": "znowu|ponownie|znow|jeszcze raz|z powrotem|od nowa",
        "join": "dosta* otrzym* zapis* subskryb* dodaj* dopisz* aktywow* wlacz* chce",
        "rejoin": "reaktyw*|zapisz* ponownie|zapisz* z powrotem|zapisz* mnie|dodaj* z powrotem|"
        "chce wrocic|dopisz* mnie|"
        "przywro* mnie|przywroc*",
        "mistake": "przez pomylke|przypadkiem|niechcacy|omylkowo|przypadkowo|to byla pomylka",
        "who": "kto to|kto pisze|kto tam|kim jestes|kim panstwo|kto to pisze|kto mowi|jaka firma|z jakiej firmy|"
        "kto do mnie|od kogo|kto wysyla|z kim",
        "helpme": "pomoc pomocy pomozcie pomoz pomozecie",
        "need": "potrzebuje prosze mozecie moze mi",
    },
    "cs": {
        "again": "znovu|zase|opet|jeste jednou|zpatky|zpet",
        "join": "dostav* prihlas* odebir* pridej* zarad* aktivuj* posilat chci",
        "rejoin": "prihlas* znovu|znovu prihlas*|prihlaste me|znovu odebirat|zase odebirat|obnov* odber|"
        "pridejte zpatky|zpet na seznam|obnovit odber",
        "mistake": "omylem|nechtene|byl to omyl|nedopatrenim|byla to chyba",
        "who": "kdo je to|kdo to|kdo jste|kdo jsi|kdo pise|kdo mi pise|jaka firma|od koho|kdo vola|kdo tam|s kym|"
        "kdo je tam|kdo posila",
        "helpme": "pomoc pomozte pomoct pomuzete",
        "need": "potrebuji potrebuju muzete prosim mi",
    },
    "ru": {
        "again": "снова|опять|заново|обратно|еще раз|вновь",
        "join": "подпис* подпиш* получать получать верните добав* включит* вернит* хочу",
        "rejoin": "подпиш* снова|подпиш* обратно|подпиш* опять|верните в список|верните меня|верните рассылку|"
        "возобнов*|хочу подписаться|подпишите меня|подпишите обратно|добавьте обратно|хочу вернуться",
        "mistake": "по ошибке|случайно|нечаянно|ошибочно|ошибкой",
        "who": "кто это|кто вы|кто ты|кто пишет|вы кто|ты кто|это кто|кто мне пишет|какая компания|какая фирма|"
        "от кого|с кем|кто говорит|что за компания|что за номер|откуда вы|откуда у вас мой",
        "helpme": "помощь помогите помоги помочь",
        "need": "нужна мне можете нужен прошу",
    },
    "uk": {
        "again": "знову|знов|заново|назад|ще раз|повторно",
        "join": "підпис* підпиш* отримувати поверніть додайте увімкніть хочу",
        "rejoin": "підпишіть знову|підпишіть назад|поверніть мене|поверніть у список|поновіть*|відновіть*|"
        "хочу підписатися|підпишіть мене|хочу повернутися",
        "mistake": "помилково|випадково|ненароком|через помилку",
        "who": "хто це|хто ви|хто ти|хто пише|ви хто|це хто|хто мені пише|яка компанія|яка фірма|від кого|з ким|"
        "що за номер|звідки ви|звідки у вас",
        "helpme": "допомога допоможіть допоможи допомогти допомогу",
        "need": "потрібна мені можете потрібно",
    },
    "hu": {
        "again": "ujra|megint|ismet|vissza|meg egyszer",
        "join": "feliratk* kapni kapjak szeretn* iratkoz* tegy* vegy* kapok",
        "rejoin": "ujra feliratk*|feliratk* ujra|iratkoz* vissza|visszairatk*|ujra kapni|vegyenek fel ujra|"
        "tegyenek vissza|irj* fel ujra|feliratkoznek|feliratkozni",
        "mistake": "veletlenul|tevedesbol|tevedes volt|nem akartam|hiba volt",
        "who": "ki ez|ki az|ki maga|ki on|ki vagy|kik vagytok|kik maguk|kik onok|ki ir|milyen ceg|"
        "melyik ceg|kivel beszelek|"
        "ki irta|ki kuldte",
        "helpme": "segitseg segitsen segitsetek segits segitseget segiteni",
        "need": "kellene kerek szukseg tudnak tudtok kell",
    },
    "tr": {
        "again": "tekrar|yeniden|yine|bir daha|geri",
        "join": "almak istiyorum abone* kaydet* ekle* kayit* uye* gelsin katil*",
        "rejoin": "tekrar abone*|yeniden abone*|geri ekle*|tekrar ekle*|listeye ekle*|abone olmak istiyorum|"
        "tekrar kaydet*|tekrar uye*|abone yap*|geri al* listeye|tekrar almak",
        "mistake": "yanlislikla|kazara|yanlislik oldu|kazayla|istemeden",
        "who": "kimsin|kimsiniz|kim bu|siz kim*|bu kim|kiminle|hangi firma|hangi sirket|kim yaziyor|kimden|"
        "sen kimsin|kim o|kimsin sen",
        "helpme": "yardim yardima",
        "need": "ihtiyacim lazim edin eder misiniz istiyorum edebilir",
    },
    "el": {
        "again": "ξανα|παλι|εκ νεου|πισω",
        "join": "λαμβαν* εγγραφ* εγγραψ* βαλτε* βαλε* προσθεσ* παιρνω ενεργοποι*",
        "rejoin": "επανεγγραφ*|ξαναγραψ*|ξαναβαλτε|βαλτε με ξανα|βαλτε με πισω|θελω να λαμβανω|ξανα εγγραφη|"
        "επανενεργοποι*|γραψτε με ξανα",
        "mistake": "κατα λαθος|εκ παραδρομης|ηταν λαθος",
        "who": "ποιος ειναι|ποιος εισαι|ποιοι ειστε|ποιος γραφει|ποια εταιρεια|ποιος ειστε|ποια ειστε|ποια ειναι|"
        "με ποιον|απο που|ποιος ειναι αυτος|ποιος μιλαει|ποιος στελνει",
        "helpme": "βοηθεια βοηθηστε βοηθησετε",
        "need": "χρειαζομαι θελω μπορειτε με",
    },
    "ar": {
        "again": "مرة أخرى|مرة اخرى|مرة ثانية|من جديد|مجددا|تاني|ثاني|كمان مرة|مره ثانيه|مرة تانية|مره تانيه",
        "join": "اشتراك* الاشتراك اشترك استلام تلقي استقبال اريد أريد ضيف* أضف* اضاف* تفعيل فعلوا رجع*",
        "rejoin": "اعادة الاشتراك|إعادة الاشتراك|رجعوني|رجعني|أعيدوني|اعيدوني|اعادة التفعيل|"
        "اريد الاشتراك|أريد الاشتراك|"
        "عايز اشترك|ابغى اشترك|اعد تسجيل*|أعيدوا اشتراك*|اعيدوا اشتراك*",
        "mistake": "بالخطأ|بالغلط|بطريق الخطأ|عن طريق الخطأ|من غير قصد|بدون قصد|غلطة",
        "who": "من انت|من أنت|من أنتم|من انتم|مين انت|مين انتم|مين معي|مين معايا|من معي|من هذا|مين ده|مين حضرتك|"
        "انت مين|انتو مين|اي شركة|أي شركة|من يتكلم|مين هذا|مين انتو|من المرسل|شركة ايه",
        "helpme": "مساعدة المساعدة ساعدوني ساعدني مساعده ساعدونا",
        "need": "احتاج أحتاج محتاج محتاجة اريد أريد ابغى ممكن بحاجة",
    },
    "he": {
        "again": "שוב|מחדש|חזרה|פעם נוספת|עוד פעם|בחזרה",
        "join": "להירשם לקבל הוסיפו תוסיפו להצטרף הרשמה תרשמו רוצה",
        "rejoin": "תחזירו אותי|החזירו אותי|להחזיר אותי|רוצה לחזור|להירשם שוב|להירשם מחדש|תרשמו אותי|להצטרף שוב|"
        "רוצה להירשם|לקבל שוב|תוסיפו אותי",
        "mistake": "בטעות|בלי כוונה|לא בכוונה|היתה טעות|הייתה טעות",
        "who": "מי זה|מי זו|מי את|מי אתה|מי אתם|מי שולח|מאיזו חברה|איזו חברה|איזה חברה|מי מדבר|מי כותב|עם מי|מי אלה",
        "helpme": "עזרה תעזרו לעזור עזרו",
        "need": "צריך צריכה אפשר אני מבקש תוכלו",
    },
    "hi": {
        "again": "phir se|fir se|dobara|wapas|dubara|फिर से|दोबारा|वापस|दुबारा",
        "join": "chahiye subscribe jodo jod shuru chalu चाहिए जोड़* शुरू चालू सब्सक्राइब bhejo",
        "rejoin": "wapas jod*|dobara shuru|phir se shuru|fir se shuru|phir se chalu|dobara chalu|"
        "वापस जोड़*|फिर से शुरू|"
        "दोबारा शुरू|phir se subscribe",
        "mistake": "galti se|गलती से|ग़लती से|bhool se",
        "who": "kaun hai|kaun ho|kon hai|kon ho|kaun hain|kaun bol*|kon bol*|koun hai|aap kaun|aap kon|कौन है|कौन हो|"
        "कौन हैं|आप कौन|कौन बोल*|kis company|kaun si company|konsi company|किस कंपनी|ye kaun|yeh kaun",
        "helpme": "madad help sahayata मदद सहायता मदद",
        "need": "chahiye karo kijiye mujhe meri चाहिए मुझे करें मेरी",
    },
    "id": {
        "again": "lagi|kembali|ulang|balik",
        "join": "langganan berlangganan daftar* terima menerima aktifkan masukkan masukin tambahkan dapat",
        "rejoin": "mau langganan|mau berlangganan|ingin berlangganan|daftar lagi|daftarkan kembali|aktifkan kembali|"
        "masukkan lagi|masukin lagi|mau daftar|langganan lagi|berlangganan lagi|ingin menerima|terima lagi",
        "mistake": "tidak sengaja|gak sengaja|ga sengaja|ngga sengaja|nggak sengaja|salah pencet|tak sengaja|kepencet|"
        "tdk sengaja",
        "who": "siapa ini|ini siapa|anda siapa|siapa anda|kamu siapa|siapa kamu|siapa ya|dari mana|dari siapa|"
        "perusahaan apa|sama siapa|dengan siapa|ini dari",
        "helpme": "bantuan bantu tolong dibantu",
        "need": "butuh perlu saya aku minta bisa bantu",
    },
    "tl": {
        "again": "ulit|muli|pabalik|balik",
        "join": "makatanggap isali magsubscribe sumali mag-subscribe isama ilagay gusto mareceive tumanggap",
        "rejoin": "pabalik ako|ibalik ako|ibalik nyo|isali ulit|pasali ulit|gusto ko ulit|mag subscribe ulit|"
        "isali nyo ulit|balik nyo ako|pakibalik",
        "mistake": "nagkamali|di sinasadya|hindi sinasadya|aksidente|namali",
        "who": "sino to|sino ito|sino ka|sino po|sino kayo|sino nagtext|sino yan|anong company|sino sila|"
        "anong kumpanya|"
        "kanino galing",
        "helpme": "tulong patulong tulungan help",
        "need": "kailangan ko patulong pa po nyo",
    },
    "vi": {
        "again": "lai|tro lai|lan nua",
        "join": "dang nhan tham them muon gui",
        "rejoin": "dang ky lai|nhan lai|muon nhan lai|them lai|gui lai tin|muon dang ky|tham gia lai|bat lai|"
        "dk lai|tiep tuc nhan",
        "mistake": "nham|vo tinh|lo tay|bam nham|khong co y|lo huy",
        "who": "ai do|ai day|ai vay|ai the|ban la ai|la ai|ai nhan|cong ty nao|ai gui|shop nao|ai dang nhan|so cua ai",
        "helpme": "giup ho",
        "need": "can toi minh voi tro xin",
    },
}

# Looked for inside the text.
UNSPACED: dict[str, dict[str, str]] = {
    "zh": {
        "again": "重新|再次|再订|再訂|恢复|恢復|又想|继续|繼續",
        "join": "订阅|訂閱|加入|接收|收到|加回|登记|登記|注册|註冊|收",
        "rejoin": "重新订阅|重新訂閱|加回|恢复订阅|恢復訂閱|重新加入|重新接收|重新接受",
        "mistake": "不小心|误|誤|按错|按錯|手滑",
        "who": "哪位|你是谁|你是誰|您是谁|您是誰|你们是谁|你們是誰|哪家公司|什么公司|什麼公司|谁发的|誰發的|你谁|"
        "你誰|你們是哪|你们是哪|是谁啊|請問是誰|请问是谁",
        "helpme": "帮助|幫助|帮忙|幫忙|帮帮|幫幫|求助|协助|協助|客服",
    },
    "ja": {
        "again": "もう一度|もういちど|再度|再開|また|再登録|再び",
        "join": "登録|受け取り|購読|受信|配信|送って|届け",
        "rejoin": "再登録|配信再開|再購読|配信を再開|受信を再開|登録し直",
        "mistake": "間違えて|誤って|うっかり|間違って|手違い",
        "who": "誰ですか|どちら様|どなた|だれですか|どちらさま|どこの会社|誰からの|だれ？|何の会社|誰なの",
        "helpme": "助けて|ヘルプ|手伝|サポート|困って",
    },
    "ko": {
        "again": "다시|재|또",
        "join": "받고|가입|구독|등록|신청|받을|수신|보내",
        "rejoin": "재가입|재구독|다시 가입|다시 구독|다시 등록|다시 받|다시 신청|재등록|재신청",
        "mistake": "실수로|잘못 눌|잘못눌|모르고",
        "who": "누구세요|누구신가요|누구십니까|누구시죠|누구예요|어디세요|어느 회사|누구야|누구임|누구시|어디신가요",
        "helpme": "도와|도움|헬프|문의",
    },
}
