"""What the tables miss by class of text: colloquial spellings, being fed up, threats, laws, times of day, orders.

Added to the tables of each language; a "+" marks entries of several words for a category of single ones. Written
without native speakers.
"""

LAW = "rgpd gdpr dsgvo lgpd avg rodo ccpa kvkk lopd tcpa"

TABLES: dict[str, dict[str, str]] = {
    "es": {
        "stop": "harto harta hartos cansado cansada parenle parale bajenle bajale",
        "stop+": "para de|para ya|para con|deja de|me tienen harto|me tienen harta|me hartaron|ya estuvo",
        "comm": "texte* spame* spamea* lleguen llegue lleguenme notifi* busquen joder chingar joda jodan escribe "
        "escriben mandarle siga sigan fregar bombarde*",
        "message": "mensajitos textos publi anuncios correo avisos info cosas pendejadas",
        "neg": "nop sin",
        "nomore": "nada ningun ninguna cero",
        "past": "llegan llega llegaba mando envio",
        "remove": "desinscrib* desincorpor*",
        "unsub": "desubscri* dessubscri* desuscrib* dessuscrib* unsubscri*",
        "idiom": "baja inmediata|baja definitiva|baja servicio|me doy baja|dar*me baja|dar d baja|darme d baja|"
        "fuera lista|olvid* mi numero|olvid*se mi|no autor* mi numero|derecho supresion|derecho olvido|"
        "derecho cancelacion|no les di permiso|no di permiso|como salgo|como me salgo|"
        "no consiento|ejerzo derecho|no soy cliente",
        "leave": "ya dej*me|no chinguen|vayanse fregada|no fastidi*|dej* fregar|dej* joder|larguense",
        "wrong": "no soy quien buscan|no conozco|se equivoc*|equivocad* numero|numero no pertenece",
        "report": "los denuncio|te denuncio|voy denunciar*|vamos denunciar|los denunciare|denunciarlos|voy reportar*|"
        "los reporto|reportar* spam|reporto spam|mand* denunci*|mand* demand*|escrib* denunci*|voy demandar*|"
        "los demando|los demandare|mi abogado|esto acoso|es acoso|voy bloquear*|los bloqueo|los voy bloquear|"
        "queja profeco|consumidor denunci*|es ilegal",
        "other": "tarjeta carrito factura pago contrato seguro recibo suscripcion*gym app talla mesa compras",
        "time": "madrugada tardes mananas noches horario lunes martes miercoles jueves viernes sabado fin "
        "vacaciones urgencias urgencia emergencia emergencias",
        "ask": "cual quiere",
        "keep": "no me den baja|no me quiten|no me borren|no me saquen|no me eliminen|no cancel*",
        "filler": "please thx ok x d k q pls plis xfavor x fa pf porfis che wey guey oye favorcito "
        "tan tanto tantos demasiados "
        "cual vez le tenga bien ahora vuestra vuestros inmediata inmediatamente definitiva servicio envios "
        "buenas tardes dias les pido amablemente mi mis d uds ke aca ahi alli tanta todo toda "
        "todos todas sean amables otro otra otros otras puta maldita maldito sera seria podrian podria",
    },
    "fr": {
        "stop": "marre saoule saoulent soule soulent saoulez soulez stoper arretes",
        "stop+": "ras bol|plein dos|ca suffit",
        "comm": "ecrive* envoi envoye embete* relances importun* derangez deranger texte* texto* spame* envoi",
        "message": "sollicitations mess msg msgs textos rappel notif notifs prospection",
        "neg": "nan",
        "nomore": "zero aucune aucun",
        "remove": "efface* effacement suppression retrait virer vire* desactive*",
        "number": "donnees coordonnees info infos",
        "unsub": "desabo desabonez desinscrire desinscrivez desinscription opposition oppose",
        "idiom": "droit oppos*|droit effacement|droit oubli|retir* accord|pas donne accord|mets fin|mettre fin|"
        "mettez fin|plus recevoir|sortez moi|oubliez moi|jamais autorise*|plus votre clien*|plus interess*|"
        "plus mecri*|plus menvo*|plus mappel*|plus contact*|pas consent*|virez moi|rayez moi",
        "leave": "foutez moi paix|fichez moi paix|lach* moi|lachez moi|cass* vous",
        "wrong": "pas bon num*|pas bonne personne|plus son numero|pas le bon destinataire|change* numero",
        "report": "porter plainte|porte plainte|depose* plainte|deposer plainte|saisi* cnil|cnil|mon avocat|"
        "signal* spam|signal* arnaque|harcelement|poursuiv*|signaler 33700|33700|vais bloquer|je bloque|"
        "vous signale*|vais signaler",
        "other": "carte facture paiement contrat panier colis rdv maladie",
        "time": "midi nuits soirs matins weekends samedi lundi mardi mercredi jeudi vendredi vacances urgence "
        "20h 21h 22h 8h 9h 19h tot tard",
        "keep": "ne me desabonn* pas|ne me retir* pas|ne me supprim* pas|ne supprim* pas|ne me desinscri* pas|"
        "pas me desabonn*|pas me desinscri*",
        "filler": "jai jveux jvous chui jsuis stppp stplz plz c q qu ke k vs vos tt tte deja meme encore trop "
        "merci avance cordialement madame monsieur d avance sur votre fichier num les leurs maintenant vraiment "
        "dorenavant desormais autre autres un une cette ces on fait en ai assez jen harceler "
        "conformement demande demander serait possible",
    },
    "pt": {
        "stop": "deixem saco enche cansei cansado cansada stopem parar",
        "stop+": "deixe* de|deixa de|saco cheio|para de|para com|parem com|ja deu|ja chega",
        "comm": "mandou mandarem manda manda* enviarem spamm* encheca encham enchendo escreve perturbe textar",
        "message": "zap divulgacao sms propagandas publicidades lixo marketing isso",
        "neg": "ñ naum",
        "nomore": "nenhuma nenhum zero nada",
        "remove": "exclua* descadastra* tirem tira apaga apague limpa eliminem apaguem",
        "number": "contacto tel numeros email",
        "list": "daí dai banco envio",
        "unsub": "descadastra* cancelamento descadastramento desinscricao",
        "idiom": "me esquec*|esquece* mim|pare* com isso|parem isso|para com isso|nunca autoriz*|nao autoriz*|"
        "direito esquecimento|retirem meu|sem interesse|nao tenho interesse|como sair|como cancelo|como saio|"
        "me deixa fora|me tir* lista|me tir* daqui|nao sou cliente|retiro meu consentimento",
        "leave": "me deix* paz|nao enche|vai catar|vao catar|me larga*|nao me encha*",
        "wrong": "nao conheco|engano|nao e meu numero|numero nao e",
        "report": "vou denunciar*|denunci* procon|procon|denunci* anatel|anatel|vou processar*|meu advogado|"
        "vou bloquear|bloqueando|isso assedio|denunci* spam|vou reportar|mand* denunci*|vou dar queixa",
        "other": "cartao fatura pagamento contrato carrinho assinatura*netflix remedio",
        "time": "madrugada manhas noites tardes sabado segunda terca quarta quinta sexta fim ferias urgencia "
        "horas cedo almoco",
        "keep": "nao me tir*|nao me remov*|nao me exclu*|nao me descadastr*|nao cancel*",
        "filler": "please vcs vc pf pfvr pls plis moco moca sao muito chatos chato q n p pra pro mim todo toda todos "
        "todas recebimento agora vossa vosso vossas destes deste dessa desta tanto tanta disso isto mais "
        "queria poderiam podem pode eh e ta tao seus voces",
    },
    "it": {
        "stop": "stufo stufa stanco stanca piantatela basta stufato stoppate stopp* smetterla",
        "stop+": "avete rotto|hai rotto|rotto scatole|rotto palle|ne ho abbastanza|ho le tasche",
        "comm": "scrivere scriveteci scriva mandarmi invia spammare mandat* scrivermi chiamarmi importunat*",
        "message": "sms pubblicitari pubblicitarie marketing roba messagi",
        "neg": "nn no",
        "nomore": "nessun nessuna zero niente",
        "remove": "toglier* rimozione cancellazione eliminazione leva levami togliermi cancellare",
        "unsub": "disiscrivere disiscriversi disiscrizione cancellarsi recesso opposizione disattivazione",
        "idiom": "non piu interess*|non voglio piu*|mai autorizz*|mai dato consenso|non autorizz*|diritto oblio|"
        "diritto cancellazione|dimenticat*mi|dimentica numero|come mi cancell*|come mi disiscriv*|come faccio "
        "cancell*|nn scriv*mi|nn mand*mi|nn contatt*mi|nn chiam*mi|lasciat*mi",
        "leave": "non rompe*|andate al diavolo|fuori dai piedi|mollatemi|lasciatemi pace",
        "wrong": "numero non e mio|numero non mio|non sono io persona|avete sbagliato|sbagliato",
        "report": "vi denuncio|ti denuncio|denuncer*|faccio denuncia|mio avvocato|segnal* garante|garante privacy|"
        "vi segnalo|segnal* spam|vi blocco|polizia postale|molestia|molestie|manda* denunci*|scriv* denunci*",
        "other": "carta fattura pagamento contratto carrello farmaco",
        "time": "pomeriggio weekend sabato lunedi martedi mercoledi giovedi venerdi vacanza ferie urgenze urgenza "
        "emergenze pranzo tardi presto notturne",
        "keep": "non cancell*mi|non mi cancell*|non mi tog*|non mi rimuov*|non mi disiscriv*",
        "filler": "x xfavore sti sta ste sto vostri vostra gentilmente pls cortesemente mai mi ve lo da tutti "
        "tutte tutto cosi troppi troppe troppo questi queste altro altri altre subito adesso vostro vs dei "
        "trattamento dati conformita sensi richiedo chiedo",
    },
    "ro": {
        "stop": "sătul satul satula plictisit terminati lasati",
        "stop+": "m am saturat|ma saturat",
        "comm": "suna suna* scrieti scrieti-mi trimiteti deranjati spam* bateti",
        "message": "smsuri sms-uri sms-urile reclamele spamuri",
        "remove": "stergeti sterge scoateti scoate stergerea eliminati",
        "unsub": "dezabonati dezabonez dezabonare renunt",
        "idiom": "las*ma|dati pace|nu sunt interesat*|nu am dat acord*|imi retrag acord*|nu mai trimit*|nu mai scri*|"
        "nu mai sun*|nu imi mai|nu mi mai|drept stergere|cum ma dezabonez",
        "leave": "lasa* ma pace|dati mi pace|terminati odata",
        "wrong": "ati gresit|numarul nu mai|numar nu apartine",
        "report": "va reclam|va dau judecata|reclam* anpc|anpc|avocat*|politi*|va blochez|hartuire|raportez spam",
        "other": "factura card contract",
        "time": "weekend duminica dimineata seara noaptea concediu urgent urgente",
        "filler": "lista numarul te rog frumos gata odata toate toti",
    },
    "ht": {
        "stop": "sispann bouke fatige",
        "stop+": "mwen bouke|m bouke|sa ase",
        "comm": "ekri voye texte",
        "message": "piblisite mesaj sms",
        "want": "vle",
        "remove": "retire efase wete",
        "idiom": "pa vle anko|pa vle resevwa|pa janm ekri|pa ekri m|pa voye|pa rele m|m pa vle|mwen pa vle",
        "leave": "kite m an pe|kite m|kite mwen",
        "report": "pote plent|rele lapolis|avoka m",
        "time": "lannwit maten aswe samdi dimanch",
        "filler": "silvouple tanpri nimewo m lis mwen yo",
    },
    "de": {
        "stop": "satt unterlassen unterlasst aufhorn genervt nervt reicht stoppt stoppen",
        "stop+": "schnauze voll|nase voll|satt mit|hab genug|habe genug|es reicht",
        "comm": "schreibt simse* texten zutexte* zuballer* bombardier* schickt kontaktiere* kontaktaufnahme",
        "message": "smse smsen sms'n msg msgs massen kram zeug mist werbekram angebot infos",
        "neg": "nich net ned",
        "nomore": "nix kein nichts",
        "receive": "sehen bekomm",
        "remove": "losche loscht losch* loschung vergess* vergiss sperr*",
        "unsub": "abbestelln austragen abmeldn abbestellung kundige opt-out abmeldung",
        "idiom": "trag* raus|nehm* raus|nehmt raus|raus aus verteiler|raus aus liste|nie zugestimmt|nicht zugestimmt|"
        "kein einverstandnis|entzieh* einwilligung|recht loschung|art 17|widerspreche|nie angemeldet|kein "
        "interesse mehr|nicht mehr kunde|wie melde mich ab|wie abmelden|kein bock mehr|vergesst nummer|"
        "keine lust mehr",
        "leave": "last mich ruhe|lass mich ruhe|geht weg|lass* zufrieden",
        "wrong": "nicht der richtige|kenne keine|nummer nicht mehr|hier ist nicht",
        "report": "anwalt*|anzeige* erstatt*|zeige sie|zeig euch|verklag*|bundesnetzagentur|melde euch|melde sie "
        "spam|melde spam|belastigung|blockiere euch|blockier sie|verbraucherzentrale|datenschutzbehorde|"
        "rechtliche schritte|erstatte anzeige|abmahn*",
        "other": "rechnung karte vertrag warenkorb rezept ampel urlaub",
        "time": "mittags nachmittags nachmittag abend nacht wochenende samstag samstags montag montags spat fruh "
        "urlaub notfall notfallen dringend dringenden erreichbar",
        "keep": "nicht ab|mich nicht losch*|nicht streichen|nicht loschen",
        "filler": "umgehend samtliche gem gemass alle alles jegliche mal ma doch jetzt das des mehr nun pls gern "
        "freundlich wurde konnen konnten konntest sie mir so noch nur schon diese dieses solche eine langsam ihr "
        "dieser solchen sonst leute wirklich dauernd standig personenbezogenen haufige viele wunsche fordere "
        "verlange",
    },
    "nl": {
        "stop": "zat beu genoeg spuugzat stopzet*",
        "stop+": "ben zat|ben beu|nu genoeg|kap nou",
        "comm": "appen berichten sms'en mailen textjes lastigval*",
        "message": "sms'jes smsjes appjes berichten berichtje spam reclames promoties zooi",
        "nomore": "geen niks",
        "receive": "krijgen ontvangen zien",
        "remove": "verwijder* wis verwijderen schrap haal vergeet verwijdering",
        "unsub": "uitschrijven uitschrijving afmelding deabonneer*",
        "idiom": "nooit toestemming|geen toestemming|trek toestemming|recht verwijdering|hoe meld af|hoe schrijf "
        "uit|hoe kom af|niet meer geinteresseerd|geen interesse meer|geen klant meer|schrijf mij uit|schrijf me uit|"
        "haal mij eraf|haal me eraf|geen behoefte meer",
        "leave": "laat mij met rust|flikker op|opzouten|lazer op",
        "wrong": "ken geen|niet van mij nummer|verkeerde",
        "report": "aangifte|mijn advocaat|meld* spam|klacht acm|autoriteit persoonsgegevens|ik blokkeer|rapporteer*|"
        "klacht indienen|stalking|intimidatie",
        "other": "factuur kaart contract",
        "time": "smorgens avonds nachts middag middags weekend zaterdag maandag vakantie dringend spoed",
        "keep": "niet uitschrijven|niet afmelden|mij niet uit|me niet af|me niet uit|niet verwijder*",
        "filler": "svp asjeblieft asap mn m'n mij alle alles onmiddellijk per eens even nou nog graag gelieve wilt "
        "wil hiermee conform verzoek die zo steeds mag wilt u",
    },
    "sv": {
        "stop": "trott nog stoppa less sluta",
        "stop+": "trott pa|less pa|fatt nog",
        "comm": "smsa skicka messa textar skicka*",
        "message": "messen smsen smsande reklamen massutskick erbjudande",
        "nomore": "inget inga",
        "remove": "radera ta tag plocka",
        "unsub": "avregistrering avprenumerera avboka*sms avanmala",
        "idiom": "inte langre intresserad|aldrig godkant|inget samtycke|drar tillbaka|ratt radering|"
        "hur avslutar|hur avregistrerar|vill ga ur|inte kund langre|tar tillbaka samtycke|glom mitt|stryk mig",
        "leave": "lamna ifred|stick|lagg ner",
        "wrong": "kanner ingen|inte mitt nummer langre",
        "report": "polisanmal*|anmala er|anmaler er|min advokat|rapporterar som spam|rapportera spam|blockerar er|"
        "trakasseri*|imy|konsumentverket",
        "other": "faktura kort avtal",
        "time": "kvallar kvallen natten natter morgonen helgen helger lordag mandag semester akut",
        "keep": "inte avregistrera|inte ta bort",
        "filler": "snalla nr alla allt mitt ni era nagot fran tack pliis gdpr enligt omedelbart nu ens har",
    },
    "da": {
        "stop": "traet nok stopper",
        "stop+": "traet af|nok nu|fatt nok",
        "comm": "smse skriv sender skriver",
        "message": "smser smserne reklamer sms'er beskeder spam",
        "nomore": "ingen intet ikke",
        "remove": "slet fjern slette",
        "unsub": "afmelding afmelde frameld framelding",
        "idiom": "ikke laengere interesseret|aldrig givet samtykke|traekker mit samtykke|ret sletning|hvordan afmeld*|"
        "meld mig ud|tag mig af|glem mit|hvordan frameld*|ikke kunde laengere",
        "leave": "lad mig fred|lad mig vaere|skrid|fuck af",
        "wrong": "kender ingen|ikke mit nummer",
        "report": "politianmeld*|anmelder jer|anmelde jer|min advokat|rapportere* spam|blokerer jer|chikane|"
        "datatilsynet|forbrugerombudsmanden|melder jer",
        "other": "faktura kort kontrakt",
        "time": "aftenen natten morgenen weekenden lordag mandag ferie akut",
        "keep": "ikke afmeld*|ikke frameld*|ikke slet*|ikke mig af",
        "filler": "alle alt jer jeres straks lige nu venligst vil gerne noget fra i",
    },
    "no": {
        "stop": "lei nok stopp",
        "stop+": "lei av|nok na|fatt nok",
        "comm": "smse skriv sender skriver mase",
        "message": "smser smsene sms'er meldingene sms-er tekstmelding* reklamen",
        "nomore": "ingen ingenting",
        "remove": "slette fjerne stryk",
        "unsub": "avmelding avmelde avregistrering",
        "idiom": "ikke lenger interessert|aldri samtykket|trekker tilbake|rett sletting|hvordan avmeld*|hvordan melder "
        "av|meld meg ut|ta meg bort|glem nummeret|ikke kunde lenger|vil ut lista|meld av",
        "leave": "la meg fred|la meg vaere|stikk",
        "wrong": "kjenner ingen|ikke mitt nummer",
        "report": "politianmeld*|anmelder dere|anmelde dere|min advokat|rapportere* spam|blokkerer dere|trakassering|"
        "datatilsynet|forbrukertilsynet|melder dere",
        "other": "faktura kort kontrakt",
        "time": "kvelden natta natten morgenen helgen lordag mandag ferie akutt",
        "keep": "ikke meld meg|ikke slett*|ikke avmeld*|ikke fjern*|meg ikke av",
        "filler": "alle alt dere umiddelbart na vennligst vil gjerne noe fra i",
    },
    "fi": {
        "stop": "kyllastyny* riittaa tarpeeksi lopeta lopettak*",
        "comm": "lahetella lahettely* viestia viestitella soitelko* laittako laita laittakaa spammaa*",
        "message": "tekstareita tekstari* viestit viesteja mainontaa mainosviest* markkinointia mainosten",
        "neg": "ala alkaa en emme",
        "remove": "poistakaa poista poistaa poistettava unohtakaa",
        "unsub": "perukaa peruuttakaa eroan",
        "idiom": "peruutan suostumu*|perun suostumu*|peru suostumu*|en ole antanut|miten peru*|en ole kiinnostunut|"
        "irti listalta|pois listalta|en halua|unohtakaa numero*|oikeus poist*",
        "leave": "jatta* rauhaan|suksi|painukaa|haipy*",
        "wrong": "en tunne|ei ole minun numero*|vaara",
        "report": "rikosilmoitu*|asianaja*|ilmoitan poliisi*|ilmoitan spam*|estan numero*|hairinta*|"
        "kuluttaja-asiamie*|tietosuojavaltuutet*|valitan",
        "other": "lasku kortti sopimus",
        "time": "iltaisin oisin yolla viikonloppu* lauantai* sunnuntai* maanantai* loma lomalla kiire* aamuisin",
        "filler": "kaikki heti ja mitaan tietoni pliis teidan teilta jo",
    },
}
