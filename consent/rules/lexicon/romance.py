"""Spanish, French, Portuguese, Italian, Romanian, Haitian Creole. Written without native speakers; the categories are
explained in `grammar`.
"""

TABLES: dict[str, dict[str, str]] = {
    "es": {
        "past": "mandaron mandaste enviaron enviaste llamaron llamaste escribieron llego llegaron recibi han "
        "habeis has recibido recibi molesta molestan mandado enviado",
        "stop": "dejo deje dejen dejad deja dejar dejes para paren pare parar parad cese cesen cesar basta detener "
        "detenga "
        "detengan detened suspender suspendan suspenda terminen cancelen cancela cancelar cancele anulen anular alto",
        "comm": "escriba escriban escribas escribir escrib*me escribiendo escribid manden mande mandes mandar "
        "mand*me mandando "
        "manda mandan mandale envien envie envies enviar envi*me enviando envia envian llame llamen llames "
        "llamar llam*me "
        "contacte contacten contactes contactar contact*me contacta molesten moleste molestes molestar "
        "molest*me textear* texteen "
        "texteando mensajear fastidi* acos* comuniquen comunicarse remit* hostig* spamear* insist* vuelvan vuelvas",
        "message": "mensaj* mensajit* texto textos publicidad promocion* notificacion* anuncio anuncios propaganda "
        "seguimiento informacion alerta alertas avisos ofertas correos recordatorios comunicaciones suscripcion "
        "boletin msj msjs msg",
        "neg": "no ni nunca jamas tampoco",
        "more": "mas nada ningun ninguno ninguna",
        "want": "quiero quisiera deseo queremos necesito gustaria queria kiero interesa",
        "receive": "recib* saber contactado contactada contactados obtener ver",
        "remove": "borr* elimin* quit* sac* saqu* remuev* remov* retir* suprim* dame* den denme dar desactiv*",
        "removeme": "borr*me elimin*me quit*me sac*me saqu*me retir*me remuev*me remov*me",
        "me": "me mi mis nos nosotros nuestro este mio yo conmigo",
        "number": "numero telefono celular movil datos",
        "list": "lista listas base directorio registro registros sistema contactos",
        "unsub": "desuscri* desinscri* dessuscri* desapunt* desafili* darme*baja darme darse cancelacion",
        "leave": "dej* paz|dej* tranquil*|vayanse|vete mierda|chinga*|no molesten|no moleste|no molestes|no "
        "molestar|no jod*",
        "wrong": "no es numero|numero equivocado|equivoc* numero|numero incorrecto|numero erroneo|equivoc* persona|"
        "persona equivocada|ya no numero persona|persona ya no numero",
        "idiom": "dar* baja|den baja|dame baja|denme baja|demen baja|pedir baja|solicito baja|solicitar baja|"
        "quiero la baja|deseo la baja|tramitar baja|dije pare*|dicho pare*|ya basta|fuera lista|revoco "
        "consentimiento|"
        "retiro consentimiento|salir lista|salir grupo|salirme lista|salir sistema",
        "other": "cita pedido orden compra reserva reservacion cuenta entrega envio paquete turno clase comida",
        "time": "despues antes noche manana tarde trabajo semana domingo domingos lunes hoy ahorita",
        "ask": "cuando donde cuanto cuantos porque quien",
        "keep": "no dej* de|no par* de|no se deten*",
        "filler": "por favor de la el los las lo a al del en su sus ustedes usted ya gracias que y tu te les hola "
        "porfa xfa favor mucho solo vuelvan vuelva vuelvas siga sigan estos estas esos esas este esta tipo y a "
        "con un "
        "una ningun tus mas se le interesado interesada como puedo puede pueden hacer es por",
    },
    "fr": {
        "past": "avez as ont mavez mas mont envoye recu ecrit appele nai nont navez",
        "stop": "arret* arrete* cess* stopp* cesse suffit assez halte annul* termin* resili*",
        "comm": "ecris ecriv* ecrire envoyez envoie envoyer envois menvoy* menvoi* mecriv* mecris mecrire "
        "contact* recontact* recontacter "
        "appelez appelle appeler rappel* mappel* derang* mederang* harcel* messag* "
        "spamm* textot* embet* ennuy* sollicit* relanc* solliciter*",
        "message": "message messages texto textos pub pubs publicite* promo* notification* alerte* rappels "
        "communication* abonnement offres courriel* mails sollicitation* demarchage",
        "nowant": "refuse refusons",
        "neg": "ne n pas non jamais aucun aucune",
        "more": "plus rien",
        "want": "veux voudrais souhait* desir* aimerais voulons veut",
        "receive": "recev* recoi* contacte contactee contactes etre avoir",
        "remove": "retir* enlev* supprim* effac* ray* radi* oter otez sort* desactiv*",
        "removeme": "",
        "me": "moi me mon ma mes nous notre ce cette",
        "number": "numero num telephone portable coordonnees donnees",
        "list": "liste listes fichier fichiers base repertoire diffusion",
        "unsub": "desabonn* desinscri* desincri* desabon* descri* desinscr* resilier resiliation desengag*",
        "leave": "laiss* tranquille|laiss* paix|fich* paix|fout* paix|lach* grappe|allez* foutre|va* foutre|"
        "fich* camp|fout* camp|degage*|casse* toi",
        "wrong": "mauvais numero|faux numero|erreur numero|tromp* numero|tromp* personne|erreur destinataire|"
        "plus numero|nest pas numero",
        "idiom": "darret*|plus pub*|plus sms|plus message*|plus texto*|plus notif*|plus courriel*|plus mail*|"
        "plus email*|plus rien recevoir|nenvo* plus|nappel* plus|necri* plus|ca suffit|jai dit stop|"
        "retire consentement|revoque consentement|necri* pas",
        "other": "commande rendez rdv reservation livraison colis table seance compte cours",
        "time": "avant apres soir matin nuit demain travail dimanche weekend h heures aujourdhui",
        "ask": "quand pourquoi combien quel quelle qui",
        "keep": "narret*|ne* arret* pas|ne cess* pas",
        "filler": "svp stp merci de la le les l s il vous plait sil d du des a au aux en et je j vos votre tes "
        "ton ces "
        "ca ici veuillez pouvez peux pourriez bonjour salut bien par moi tout toute tous etre interesse interessee "
        "suis pour avec comment se m me y c est",
    },
    "pt": {
        "past": "mandaram mandou enviaram enviou ligaram ligou escreveram chegou recebi recebeu",
        "stop": "pare parem parar para pararem cess* chega basta suspend* cancel* encerr* interromp*",
        "comm": "mande mandem mandes manda mandam mandar mandando mand*me envie enviem envia enviam enviar "
        "enviando escreva* "
        "escrever escrevam escrevendo contat* contact* ligue liguem liga ligar ligando incomod* perturb* chat* "
        "spam* mensag* encher enchendo "
        "import* aborrec*",
        "message": "envio envios inscric* assinatura mensagem mensagens msg msgs texto textos propaganda* "
        "promo* publicidade notificac* anuncio* "
        "avisos alertas ofertas lembretes torpedo* comunicac*",
        "neg": "nao n nunca jamais nem num",
        "more": "mais nada nenhum nenhuma",
        "want": "quero queria gostaria desejo queremos preciso",
        "receive": "receb* contatado contatada ser ver",
        "remove": "remov* retir* exclu* apag* tir* delet* elimin* risqu* desativ* descadastr*",
        "removeme": "exclu*me remov*me retir*me",
        "me": "me meu minha mim nos nosso esse este eu",
        "number": "numero telefone celular contato dados nome fone",
        "list": "lista listas cadastro base contatos sistema",
        "unsub": "descadastr* desinscrev* desinscri* desassin* desvincul* desabilit*",
        "leave": "deix* paz|larg* pe|larga mim|vai merda|vao merda|nao encha*|vai tomar|some daqui",
        "wrong": "numero errado|err* numero|numero incorreto|pessoa errada|foi engano|engano numero|"
        "numero nao dele|numero nao dela",
        "idiom": "sair lista|sair grupo|sai fora|cai fora|vaza|ja disse par*|revogo consentimento|retiro "
        "consentimento|ja chega|"
        "nao perturb*|nao incomod*",
        "other": "pedido consulta reserva entrega compra encomenda conta mesa horario agendamento",
        "time": "depois antes noite manha amanha tarde trabalho semana domingo hoje",
        "ask": "quando onde quanto porque quem",
        "keep": "nao par* de|nao deix* de|nao para de",
        "filler": "por favor pfv de da do das dos o a os as um uma e obrigado obrigada me se que voces voce "
        "suas seus "
        "esses essas estas estes ja pra para no na em tenho interesse por gentileza mais oi ola bom dia sua seu "
        "com como faco faz",
    },
    "it": {
        "past": "avete mandato inviato scritto chiamato hanno arrivato arrivata ricevuto",
        "stop": "smett* basta ferma* fermat* cess* interromp* stopp* finite finitela finiscila annull* sospend* "
        "termin* piantat*",
        "comm": "scriv* mandate mandare mandi manda mandateci mand*mi mandarci invi* contatt* chiam* disturb* "
        "messaggi* molest* stress* spamm* rompe* mandarmi inviarmi "
        "assill* tartass*",
        "message": "messaggi messaggio messaggini pubblicita promo* notifich* avvisi offerte comunicazion* "
        "iscrizione "
        "abbonamento testi promemoria",
        "neg": "non mai nessun nessuna ne",
        "more": "piu niente nulla altri altre",
        "want": "voglio vorrei desidero vogliamo gradisco intendo",
        "receive": "ricev* contattato contattata essere vedere",
        "remove": "rimuov* rimoz* cancell* togli* togliet* elimin* levat* depenn* disattiv*",
        "removeme": "cancell*mi rimuov*mi elimin*mi togli*mi levat*mi",
        "me": "mi mio mia miei me ci nostro questo",
        "number": "numero telefono cellulare dati contatto recapito",
        "list": "lista elenco rubrica database mailing archivio",
        "unsub": "disiscriv* disiscri* disdi* disabbon* cancellarmi",
        "leave": "lascia* pace|lasciat* pace|lascia* stare|vaffanculo|andate quel|va* quel|rompe* coglioni|"
        "rompe* palle|"
        "non rompe*",
        "wrong": "numero sbagliato|sbagliat* numero|numero errato|persona sbagliata|sbagliat* persona|"
        "errore numero",
        "idiom": "non contatt*mi|non scriv*mi|non mand*mi|non invi*mi|non chiam*mi|non disturb*|niente piu "
        "pubblicita|"
        "niente piu messaggi|niente piu sms|niente messaggi|niente sms|niente pubblicita|revoco consenso|ritiro "
        "consenso|ho detto basta|non piu|uscire lista|fuori lista",
        "other": "ordine appuntamento prenotazione consegna pacco visita tavolo conto lezione",
        "time": "dopo prima sera mattina notte domani lavoro domenica ore oggi stasera",
        "ask": "quando dove quanto perche chi",
        "keep": "non smett*|non ferma*",
        "filler": "per favore di da del della dalla dal dai delle dei il la i gli le lo un una e grazie vostra "
        "vostri "
        "vostro vostre tuoi tua tuo con a al piu questi queste questa cortesia vi prego ti ho avete hai sono "
        "interessato interessata come posso favor ciao salve buongiorno si ancora",
    },
    "ro": {
        "past": "ati trimis primit",
        "stop": "opri* oprit* incet* incetat* terminat* gata ajunge sistat* stopat* anul*",
        "comm": "trimit* trimet* trimis* scri* scrie* contact* sun* deranj* sunat* mesaj* hartui*",
        "message": "mesaj mesaje mesajele mesajul sms urile reclame reclama reclamele notificari* promotii "
        "promotiile "
        "oferte ofertele publicitate",
        "neg": "nu n niciodata niciun nicio fara",
        "more": "mai nimic",
        "want": "vreau doresc as vrea dorim vrem",
        "receive": "prim* fiu contactat contactata",
        "remove": "sterg* sterget* scoat* scoatet* elimin* radi*",
        "removeme": "",
        "me": "ma mi imi meu mea mei mele ne acest",
        "number": "numarul numar telefonul telefon datele",
        "list": "lista liste baza listei",
        "unsub": "dezabon* dezinscri* dezabonar*",
        "leave": "las* pace|lasat* pace",
        "wrong": "numar gresit|gresit numar*|gresit persoana|gresit numarul|numarul gresit",
        "idiom": "nu mai doresc|nu mai vreau|imi retrag consimtamantul|ieri lista",
        "other": "comanda programarea programare rezervarea rezervare livrarea masa colet",
        "time": "dupa inainte seara dimineata noaptea maine munca ora azi",
        "ask": "cand unde cat cine",
        "keep": "nu va oprit*|nu te opri*|nu opri*",
        "filler": "va rog te rog din de la dvs voastra si multumesc sa cu pe in a al ale imi mai acestea aceste "
        "astea "
        "o cum pot buna ziua",
    },
    "ht": {
        "stop": "sispann kanpe rete stope fini",
        "comm": "voye ekri rele kontakte deranje nwi",
        "message": "mesaj mesaj* tekst piblisite",
        "neg": "pa p",
        "more": "anko ankò plis okenn",
        "want": "vle bezwen",
        "receive": "resevwa",
        "remove": "retire efase wete",
        "removeme": "",
        "me": "m mwen nou mwens",
        "number": "nimewo telefon",
        "list": "lis",
        "unsub": "dezabone",
        "leave": "kite trankil|kite anpe",
        "wrong": "move nimewo|nimewo pa bon|tronpe nimewo|pa bon nimewo",
        "idiom": "",
        "other": "randevou komand",
        "time": "apre anvan demen",
        "ask": "kile kote",
        "keep": "pa sispann|pa rete",
        "filler": "tanpri mesi nan la yo ban a ki sou sa m nou w ou souple",
    },
}
