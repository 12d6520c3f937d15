"""How people spell on a phone: shorthand, slang, words that carry nothing, and the words whose slips are known."""

#: Spelling → what it stands for; the sense of every one is the same in any sentence.
SLANG = """
u=you ya=you yall=you yous=you youse=you yu=you yo=you ur=your yr=your youre=you urs=yours r=are n=and nd=and
w=with wit=with wth=with tha=the da=the dis=this dat=that dese=these dem=them em=them cuz=because bc=because
mo=more moar=more txt=text txts=texts txtin=texting txtn=texting txting=texting txing=texting texing=texting
txted=texted txtd=texted textin=texting texn=texting sms=text smses=texts textes=texts textees=texts txs=texts
tx=text msg=message msgs=messages mssg=message mssgs=messages mesg=message mesgs=messages mgs=messages
msging=messaging messagin=messaging num=number nbr=number no.=number digits=number numba=number nums=number
hmu=contact notifs=notifications notif=notifications stahp=stop stawp=stop stap=stop stappp=stop staph=stop
stob=stop stopp=stop stopt=stop stoop=stop stip=stop unsub=unsubscribe unsubs=unsubscribe
unsubscribing=unsubscribe unsubscription=unsubscribe unenroll=unsubscribe unenrol=unsubscribe
disenroll=unsubscribe unregister=unsubscribe deregister=unsubscribe desubscribe=unsubscribe unlist=remove
optout=opt_out optin=opt_in optt=opt rmv=remove rmove=remove tk=take tke=take gt=get gettin=getting
gettn=getting gtting=getting recieve=receive recieving=receiving recieved=received receivin=receiving
sendin=sending callin=calling blowin=blowing hittin=hitting botherin=bothering buggin=bugging
harrassing=harassing harrasing=harassing harassin=harassing spammin=spamming outta=out_of outa=out_of
offa=off_of gimme=give_me lemme=let_me wanna=want_to wana=want_to gonna=going_to tryna=trying_to tryin=trying
gotta=have_to need2=need_to want2=want_to dnt=dont dont=dont donot=dont dun=dont doent=doesnt dosent=doesnt
duz=does wat=what wut=what wats=whats whts=whats whos=who_is wher=where hw=how y=why cn=can cud=could wud=would
wld=would cld=could shud=should pleez=please pleze=please plis=please peas=please plse=please nmore=no_more
nomore=no_more anymor=anymore anymo=anymore nemore=anymore nomo=no_more ne=any agian=again agn=again agen=again
nvr=never neva=never nevr=never nuffin=nothing nuthin=nothing nothin=nothing mi=my meh=me pls=please plz=please
ples=please plez=please hlp=help halp=help inf0=info wit=with thru=through 2=to 4=for b=be ppl=people gd=good
thx=thanks frm=from fr=from tht=that ths=this thse=these teh=the hte=the tkae=take taek=take noe=now nao=now
outt=out offf=off ooff=off lvie=leave lv=leave lev=leave aint=isnt im=im iam=im id=id ive=ive cell=phone
cellphone=phone mobile=phone tel=phone fone=phone phne=phone mas=more oopt=opt opy=opt hows=how_is howd=how_did
whod=who_did reup=resume just=only jus=only resub=resubscribe sub=subscribe subbed=subscribed
subscrption=subscription
"""

#: Small words, names for people, swearing and noise: without them the sentence says the same.
NOISE = """
please kindly rn tf af bruh bruv bro fam fams dude man mate hun hon honey dear sir sirs maam madam um uh er erm
uhh umm hmm ok okay alright well yes yeah yea yep yo hey hi hello hiya howdy oi lol lmao ffs smh omg wtf jfc ugh
argh grr thanks thankyou ty cheers ta tysm period comma asshole assholes bitch bitches fucker fuckers dick
dickhead moron morons idiot idiots prick bastards bastard jerk jerks creep creeps clown clowns fucking fuckin
fkn fking effing freaking freakin frickin frigging flipping bloody goddamn goddam damn damned dang dumb stupid
dumbass ass mf mfs mfer really actually literally seriously honestly already immediately now asap simply very so
too also then anyways anyway forthwith pronto today kinda sorta folks guys guy people team everyone amigo boss
buddy pal chief boy girl girls sis sister luv love darling sweetie hereby formally officially respectfully
politely again_please yaar innit por favor even ever
"""

#: Words whose slips of the thumb are put right wherever they stand.
MENDED = """
unsubscribe subscription subscribe messages message texting messaging sending stopping stop remove delete number
receiving receive contacting contact cancel notifications notification alerts permission consent anymore again
please list leave alone subscribed mailing wrong person revoke withdraw discontinue resume restart deactivate
reminders texts these from phone listing harassing spamming bothering bother interested never want wants
unwanted promotions marketing newsletter sign start unstop longer don't doesnt before
"""

#: Real words that are one slip from those above, and mean what they say.
REAL = """
ailing alert aline aloe ant ants art atop concent contract contracting deactivated deactivates deceive deceiving
deleted deletes deplete dint discontinued discontinues don dong dot eave ending estop ever evoke exts font form
fro fromm gain hailing hone humber jailing kist lav lave lease leaved leaver leaves lest linger lis liszt lit
logger lone loner longe longed lost lust lusting mart mauling messaged move moves nailing next numbed ont opt
other pease peron pest phoned phones phons phony pleas pleased pleases pone promotion reactivate received
receiver receives redstart reminder removed remover removes rest resumed resumes revoked revoker revokes rom
scending sensing shop shopping sig sigh sin sing slamming smart sop sopping star stark starr stat sto stooping
stoppling stops stow strop stropping subscriber subscribes swop tar tart teats test testing tests tets text thee
thees theses thess top topping umber unsubscribed unsubscribes wan wang wending withdraws wong wont wring
"""
