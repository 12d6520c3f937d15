"""German, Dutch, Swedish, Danish, Norwegian, and Finnish beside them. Written without native speakers."""

TABLES: dict[str, dict[str, str]] = {
    "de": {
        "past": "habt habe hat hast geschickt gesendet geschrieben angerufen",
        "stop": "stop* aufhoren beende* beenden schluss unterlass* einstell* stellen "
        "stellt lasst "
        "lassen aufzuhoren genug",
        "comm": "schreib* schick* send* zusend* kontaktier* anruf* ruf ruft rufen belastig* nerv* simsen texte* "
        "geschickt schrieb* zuschick* stor* melde* anschreib* zuspamm* spamm* anzuschreiben verschick* smsen",
        "message": "nachricht* werbung werbe* textnachricht* benachrichtigung* newsletter* angebote mitteilung* "
        "werbenachricht* mails erinnerungen anrufe kontakt abo rundschreiben zusendung* text texte",
        "neg": "nicht nie niemals nichts nix",
        "nomore": "keine keinen keinerlei kein",
        "more": "mehr weitere weiteren weiter wieder",
        "want": "will mochte wunsche wollen mochten will brauche mag wollte",
        "receive": "erhalten bekommen empfangen kriegen kontaktiert angeschrieben haben horen belastigt",
        "remove": "losch* entfern* streich* nehm* nimm nehmt raus austrag* tragt tragen trag gestrichen geloscht "
        "entfernt deaktivier*",
        "me": "mich mir mein meine meinen meiner uns unsere diese dieser",
        "number": "nummer handynummer telefonnummer daten handy rufnummer",
        "list": "liste listen verteiler datenbank kartei adressbuch verteilerliste",
        "unsub": "abmeld* abbestell* austragen abgemeldet abmelde* abo*kundigen deabonnier* widerruf* widersprech* "
        "widerspruch abzumelden",
        "leave": "lass* ruhe|lasst* ruhe|lassen* ruhe|verpiss*|fick*|hau ab|haut ab|leck* mich|verschwinde*|"
        "ruhe lassen",
        "wrong": "falsche nummer|falsche person|falscher empfanger|verwahlt|nummer falsch|falsch verbunden|"
        "nicht mehr nummer|nummer gehort nicht",
        "idiom": "meld* ab|melden ab|schluss mit|hor* auf|hort auf|horen auf|auf horen|trag* aus|tragen aus|"
        "stellen ein|ziehe* einwilligung|einwilligung zuruck|nicht mehr interess*|kein kontakt|raus liste|raus "
        "verteiler",
        "other": "termin bestellung reservierung lieferung buchung paket tisch kurs konto fussballspiel",
        "time": "vor nach abends morgens nachts morgen uhr arbeit sonntag sonntags heute",
        "ask": "wann wo warum wieviel wer",
        "keep": "nicht auf|nicht aufhoren|nicht stoppen|nicht abmelden",
        "filler": "bitte danke sie ihr ihre ihrer ihren von der die das den dem auf mit zu aus in ich an und es "
        "dass ein "
        "einen wie kann man hallo guten tag ist bei fur im zum zur hiermit gerne sofort endlich ab euch eure "
        "eurer noch "
        "diesen dieser diese uberhaupt der nutzung",
    },
    "nl": {
        "past": "hebben heb heeft hebt gestuurd gekregen",
        "stop": "stop* ophouden hou houd houdt beeindig* staak staken kap kappen genoeg",
        "comm": "stuur* sturen smsen sms* schrijf* bericht* bel bellen app appen mail* contacteer* contact* benader* "
        "lastig* stalk* spam* zend* sturen stoor storen smssen opgebeld toesturen",
        "message": "bericht* smsje* smsjes reclame* advertentie* aanbieding* meldingen notificatie* nieuwsbrie* "
        "abonnement texten sms jes sjes berichtjes",
        "neg": "niet nooit niks niets",
        "nomore": "geen",
        "more": "meer langer verder",
        "want": "wil wens wensen willen hoef behoefte",
        "receive": "ontvang* krijg* hebben gebeld gecontacteerd benaderd lastiggevallen horen",
        "remove": "verwijder* haal* halen schrap* wis wissen delete* streep schrijf* gooi",
        "me": "mij me mijn ons onze dit deze m n",
        "number": "nummer telefoonnummer gegevens mobiel telefoon",
        "list": "lijst lijsten bestand adressenlijst verzendlijst mailinglijst",
        "unsub": "uitschrijv* uitgeschreven afmeld* afgemeld* opzegg* uitschrijf*",
        "leave": "laat rust|laat* met rust|rot op|sodemieter op|donder op|ga weg|val niet lastig",
        "wrong": "verkeerd nummer|verkeerde nummer|verkeerd verbonden|verkeerde persoon|fout nummer|nummer verkeerd|"
        "nummer klopt niet",
        "idiom": "schrijf uit|meld af|hou* op|houd* op|van lijst|trek toestemming|toestemming in|kap mee",
        "other": "afspraak bestelling reservering levering pakket tafel les order",
        "time": "voor na avond ochtend nacht morgen werk zondag uur vandaag",
        "ask": "wanneer waar waarom hoeveel wie",
        "keep": "niet stop*|niet op*houden|blijf* stuur*",
        "filler": "aub alstublieft alsjeblieft bedankt dank je u van de het een met en graag ik op uit af hoe kan te "
        "jullie uw der die dat is ben ook dan nu in voor hallo wel jouw meteen direct svp vriendelijk om",
    },
    "sv": {
        "past": "skickade skickat har fick skrev ringde",
        "stop": "sluta slut stopp* avsluta* upphor* avbryt lagg nog",
        "comm": "skicka* skriv* kontakt* ring* smsa* sms* messa* stor* sand* maila* spamma* trakassera* hora hor",
        "message": "meddelande* sms erbjudanden reklam* notiser avisering* annonser textmeddelande* utskick a "
        "nyhetsbrev "
        "prenumeration*",
        "neg": "inte ej aldrig icke",
        "nomore": "inga ingen inget",
        "more": "fler mer mera langre nagra",
        "want": "vill onskar vilja behover orkar",
        "receive": "ha fa bli motta fortsatta",
        "remove": "ta tag radera* avlagsna* stryk*",
        "me": "mig mitt min mina oss denna detta",
        "number": "nummer telefonnummer mobilnummer uppgifter nr",
        "list": "lista listan listor register registret sandlista sandlistan kontaktlista",
        "unsub": "avregistrer* avprenumer* avanmal* avsagning avsaga",
        "leave": "lamna fred|lamna ifred|dra at helvete|lat vara",
        "wrong": "fel nummer|fel person|felnummer|fel nr|ringt fel|kommit fel",
        "idiom": "ta bort mig|ta bort mitt|sag upp|avsluta prenumeration*|aterkallar samtycke|lagg av|tack nej sms",
        "other": "order bestallning tid bokning leverans paket bord bord",
        "time": "efter fore kvall morgon natt imorgon jobbet sondag kl idag innan",
        "ask": "nar var varfor hur",
        "keep": "inte sluta|sluta inte",
        "filler": "tack snalla vanligen fran med att till jag er era ert det den de dessa denna bort en ett och "
        "om hej "
        "av pa mer nu hur kan man gor pls via",
    },
    "da": {
        "past": "sendte sendt har fik skrev ringede",
        "stop": "stop* slut* hold ophor* afslut* indstil*",
        "comm": "send* skriv* kontakt* ring* sms* genere* forstyr* mail* spam* chikaner*",
        "message": "besked* sms sms'er er reklam* tilbud notifikation* annoncer nyhedsbrev* abonnement* meddelelser",
        "neg": "ikke aldrig ej",
        "nomore": "ingen intet",
        "more": "flere mere laengere yderligere",
        "want": "vil onsker ville gider behover",
        "receive": "have modtage fa hore kontaktes modtag*",
        "remove": "slet* fjern* tag",
        "me": "mig mit min mine os denne dette",
        "number": "nummer telefonnummer mobilnummer oplysninger nr",
        "list": "liste listen lister register databasen",
        "unsub": "afmeld* frameld* udmeld*",
        "leave": "lad vaere|lad fred|skrid|lad mig",
        "wrong": "forkert nummer|forkert person|forkert nr|forkerte nummer|fejl nummer",
        "idiom": "hold op|meld mig fra|meld mig af|tag mig af|traekker samtykke|tilbage samtykke",
        "other": "ordre bestilling tid aftale levering pakke bord",
        "time": "efter for aften morgen nat arbejde sondag kl",
        "ask": "hvornar hvor hvorfor hvem",
        "keep": "ikke stop*|stop ikke",
        "filler": "tak venligst med at til fra jeg jer jeres det den de disse en et og hej nu jeg i paa pa af "
        "hvordan kan "
        "man venlig vaer sod gerne",
    },
    "no": {
        "past": "sendte sendt har fikk skrev ringte",
        "stop": "slutt* stopp* avslutt* opphor* stans* gi",
        "comm": "send* skriv* kontakt* ring* sms* plag* forstyrr* mas spam* tekst*",
        "message": "melding* meldinger sms smser reklame* tilbud varsler varslinger annonser nyhetsbrev abonnement*",
        "neg": "ikke aldri ei ikkje",
        "nomore": "ingen",
        "more": "flere mer fler lenger mere",
        "want": "vil onsker orker trenger gidder",
        "receive": "ha motta* fa bli hore",
        "remove": "slett* fjern* ta",
        "me": "meg mitt min mine oss dette denne",
        "number": "nummer nummeret telefonnummer mobilnummer opplysninger nr",
        "list": "liste listen lista lister registeret",
        "unsub": "avmeld* avregistrer* avslutt",
        "leave": "la vaere|la fred|la meg|dra til helvete|pell deg",
        "wrong": "feil nummer|feil person|feil nr",
        "idiom": "meld meg av|meld meg ut|ta meg av|trekker samtykke|gi dere|stryk meg",
        "other": "ordre bestilling time avtale levering pakke bord timen timene bestillingen",
        "time": "etter for kveld morgen natt jobb sondag kl",
        "ask": "nar hvor hvorfor hvem",
        "keep": "ikke slutt*|ikke stopp*",
        "filler": "takk vennligst a til fra jeg dere deres det den de disse en et og hei na meg av pa hvordan "
        "kan man er "
        "vaer snill med",
    },
    "fi": {
        "past": "lahettaneet saanut",
        "stop": "lopet* loppu seis riitta* keskeyt* peru peruuta*",
        "comm": "laheta* lahett* kirjoit* soit* soitel* hairit* hairits* viestit* spamm* ota* ottako",
        "message": "viesti* viestej* viestien tekstiviest* mainos* mainoks* ilmoituks* markkinoin* tarjouks* spami* "
        "tilaus tilaukse* uutiskirje*",
        "neg": "ala alkaa en ei emme alkaaka",
        "more": "enaa enempaa lisaa yhtaan mitaan",
        "want": "halua haluan halunnut toivo",
        "receive": "saada vastaanot* ottaa",
        "remove": "poist* poistakaa pyyhi* tuhoa*",
        "me": "minua minulle minut numeroni mun mua nimeni meille minun tama",
        "number": "numero* numeroni numeroa puhelinnumero* tieto* yhteystie*",
        "list": "lista* listalta rekister* postituslist*",
        "unsub": "peruutilaus lopetatilaus",
        "leave": "jatta* rauhaan|jata* rauhaan|haista* |painu helvettiin",
        "wrong": "vaara numero|vaarassa numero*|vaaraan numero*|vaara henkilo|vaara ihminen",
        "idiom": "peruuta tilaus|peru tilaus|lopeta tilaus|irtisano tilaus|en suostu",
        "other": "varaus varaukseni aika aikani ajan toimitus poyta tilaukseni",
        "time": "jalkeen ennen illalla aamulla yolla huomenna toissa",
        "ask": "milloin missa miksi kuka",
        "keep": "ala lopet*|alkaa lopet*",
        "filler": "kiitos nyt naita nama teilta sinulta olkaa hyva hei ja tai ole pyydan",
    },
}
