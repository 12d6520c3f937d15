"""Arabic, Hebrew, Hindi (also in Latin letters), Indonesian, Tagalog, Vietnamese, Chinese, Japanese, Korean.

Chinese, Japanese and Korean are looked for inside the text, since words there are not set apart. Written without
native speakers.
"""

TABLES: dict[str, dict[str, str]] = {
    "ar": {
        "past": "لم",
        "stop": "توقف توقفوا اوقف اوقفوا أوقف أوقفوا ايقاف إيقاف وقف كفى كفي كفاية خلاص بس يكفي قف بطلوا بطل",
        "comm": "ارسال إرسال ترسل* ترسلوا* ارسل* تراسل* مراسل* تتصل* الاتصال اتصال تكتب* تزعج* ازعاج إزعاج "
        "تبعت* تبعث* "
        "تواصل* تتواصل*",
        "message": "رسائل الرسائل رسالة رسايل رسائلكم رسائلك اعلانات إعلانات الاعلانات الإعلانات اشعارات الإشعارات "
        "عروض العروض تنبيهات مسجات المسجات",
        "neg": "لا لن ما مش مو",
        "more": "مزيد المزيد أي اي بعد مرة اخرى أخرى شيء مجددا",
        "want": "أريد اريد أرغب ارغب نريد ابغى عايز اود أود ارغب بدي",
        "receive": "استلام تلقي استقبال تلقى",
        "remove": "احذف* احذفوا حذف أزل ازل أزيلوا ازيلوا ازالة إزالة امسح* امسحوا شيل شيلوا اخرجوني أخرجوني إزالتي",
        "removeme": "احذف*ني أزيلو*ني ازيلو*ني امسح*ني",
        "me": "لي لنا ني رقمي إلي علي معي بي",
        "number": "رقمي الرقم رقم هاتفي بياناتي",
        "list": "القائمة قائمة قائمتكم القوائم قائمتك",
        "unsub": "",
        "leave": "اترك* وشأني|اتركني|اتركوني|دعني|دعوني|حل عني|حلوا عني|لا تزعج*",
        "wrong": "رقم خاطئ|الرقم خاطئ|رقم خطأ|الرقم خطأ|رقم غلط|الرقم غلط|غلطان رقم|غلطان|شخص خطأ|اخطأت الرقم|"
        "نمرة غلط",
        "idiom": "لا تراسل*ني|لا تتصل*بي|لا تكلم*ني|لا تزعج*ني|اسحب موافقتي|لا ارغب|لا أرغب",
        "other": "طلب الطلب طلبي موعد موعدي الحجز حجز توصيل",
        "time": "بعد* قبل ليلا صباحا غدا العمل",
        "ask": "متى اين أين كم لماذا",
        "keep": "لا تتوقف*|لا توقف*",
        "filler": "من فضلك فضلكم رجاء الرجاء شكرا عن على في الى إلى هذه هذا هذي مع يرجى منكم اي يا لو سمحت سمحتم",
    },
    "he": {
        "past": "שלחתם שלחת קיבלתי",
        "stop": "תפסיק תפסיקו תפסיקי להפסיק הפסיקו הפסק די מספיק עצור עצרו תעצרו עצר הפסקה סטופ לעצור",
        "comm": "לשלוח שלוח תשלח תשלחו שולח שולחים תכתבו לכתוב תתקשרו להתקשר ליצור תפנו לפנות תטרידו להטריד "
        "להציק תציקו "
        "תסמס תסמסו לסמס משלוח",
        "message": "הודעות הודעה ההודעות סמס סמסים מסרונים פרסומות פרסומת ספאם מבצעים עדכונים דיוור התראות בהודעות",
        "neg": "לא אל אין",
        "more": "יותר עוד שום",
        "want": "רוצה רוצים מעוניין מעוניינת מעוניינים מבקש",
        "receive": "לקבל קבל",
        "remove": "הסר הסירו תסיר תסירו להסיר תוריד תורידו תורידי למחוק תמחק תמחקו מחק מחקו תוציאו תוציא הורידו "
        "הסירי "
        "תסירי",
        "me": "לי אותי שלי לנו אותנו אלי",
        "number": "מספר המספר מהמספר הטלפון",
        "list": "רשימה הרשימה מהרשימה רשימת מרשימת התפוצה תפוצה דיוור ברשימה מהמאגר",
        "unsub": "הסרה להסרה הסר להתנתק ביטול*מנוי",
        "leave": "עזוב* אותי|עזבו אותי|עזבו אותנו|תעזבו אותי|תעזוב אותי|לכו לעזאזל",
        "wrong": "מספר שגוי|טעות במספר|טעיתם במספר|טעות מספר|מספר לא נכון|מספר טעות|טעיתם",
        "idiom": "לבטל מנוי|ביטול מנוי|לבטל הרשמה",
        "other": "תור התור הזמנה ההזמנה משלוח הפגישה שולחן",
        "time": "אחרי לפני בערב בבוקר בלילה מחר בעבודה",
        "ask": "מתי איפה למה כמה מי",
        "keep": "אל תפסיק*|לא להפסיק",
        "filler": "בבקשה תודה את עם של אני אנחנו לכם מכם מה זה האלה אלה נא כבר ה אנא מיד",
    },
    "hi": {
        "past": "bheja भेजा mila मिला",
        "stop": "बंद रोक* रोको रोकें रोकिए बन्द band bandh roko rokiye rok",
        "comm": "भेज* भेजना भेजो भेजें करना कॉल संपर्क परेशान bhej* bhejo bhejna bhejiye karo call pareshan",
        "message": "मैसेज संदेश एसएमएस मेसेज विज्ञापन मेसेजेस संदेशों सूचनाएं message messages msg sms sandesh massage",
        "neg": "मत न नहीं ना mat na nahi nahin nhi",
        "more": "और अब ab aur koi",
        "want": "चाहिए चाहता चाहती chahiye chahta chahti",
        "receive": "प्राप्त मिलना लेना",
        "remove": "हटा* हटाओ हटाएं निकाल* मिटा* डिलीट hata* hatao nikal* delete mita*",
        "me": "मुझे मेरा मेरे मेरी हमें mujhe mera mere meri hume",
        "number": "नंबर नम्बर फोन number no phone",
        "list": "सूची लिस्ट list suchi",
        "unsub": "अनसब्सक्राइब सदस्यता unsubscribe",
        "leave": "परेशान मत|tang mat|pareshan mat|अकेला छोड़*",
        "wrong": "गलत नंबर|गलत नम्बर|रॉन्ग नंबर|galat number|wrong number",
        "idiom": "",
        "other": "ऑर्डर अपॉइंटमेंट बुकिंग order booking appointment dukan",
        "time": "बाद पहले रात सुबह कल baad pehle raat subah kal",
        "ask": "कब कहाँ कहां क्यों कितना kab kahan kyu",
        "keep": "बंद मत|मत रोक*|band mat",
        "filler": "कृपया करो करें कर दो दें दीजिए से को के का की है हूँ please kripya kar do de dein se ko ka ki hai "
        "करिए इस यह ये धन्यवाद प्लीज plz yeh ye is na mai main मैं",
    },
    "id": {
        "past": "sudah belum",
        "stop": "berhenti* hentikan stop setop cukup sudahi henti batal* batalkan",
        "comm": "kirim* mengirim* kirimi sms hubungi menghubungi ganggu* mengganggu telepon* telpon* chat wa",
        "message": "pesan sms promo* iklan notifikasi spam pemberitahuan penawaran langganan",
        "neg": "jangan tidak tak ga gak nggak ngga tdk jgn bukan enggak",
        "more": "lagi apapun",
        "want": "mau ingin minat tertarik butuh perlu",
        "receive": "terima menerima dapat mendapat* dihubungi",
        "remove": "hapus* keluarkan hilangkan menghapus copot",
        "me": "saya aku kami ku gue gw ini",
        "number": "nomor nomer no nomorku hp kontak data",
        "list": "daftar list kontak database",
        "unsub": "unsubscribe unreg unregister",
        "leave": "jangan ganggu*|biarkan sendiri|pergi sana",
        "wrong": "salah nomor|nomor salah|salah orang|salah sambung|salah kirim",
        "idiom": "keluar dari daftar|berhenti langganan|berhenti berlangganan|stop langganan|cabut persetujuan|"
        "keluar daftar",
        "other": "pesanan pesananan janji reservasi pengiriman paket meja order",
        "time": "setelah sebelum malam pagi besok kerja jam",
        "ask": "kapan dimana berapa kenapa siapa",
        "keep": "jangan berhenti",
        "filler": "tolong mohon terima kasih ke dari ya dong deh ini itu kepada untuk di saya kalian anda harap "
        "yang sy "
        "nya makasih bapak ibu",
    },
    "tl": {
        "past": "nagpadala natanggap",
        "stop": "tigil* itigil* tigilan hinto* ihinto* stop tama tumigil",
        "comm": "pagtext* pagpapadala pagsend pagtetext text* magtext itext text padala* magpadala* ipadala* "
        "mensahe* tawag* tawagan mag-text contact guluhin "
        "istorbo* istorbohin send* magsend nagtetext",
        "message": "text mensahe message messages txt sms promo* ad ads",
        "neg": "wag huwag hindi ayaw ayoko di",
        "nowant": "ayaw ayoko",
        "more": "na nang pa muli",
        "want": "gusto kailangan",
        "receive": "makatanggap tumanggap matanggap",
        "remove": "pakitanggal* pakibura* tanggal* tanggalin burahin alisin* bura* paki tanggalin alis*",
        "me": "ko ako akin sa namin aking",
        "number": "number numero num",
        "list": "listahan list lista",
        "unsub": "unsubscribe unsub",
        "leave": "tigil* ako|tantanan ako|wag istorbo*|wag guluhin|lubayan",
        "wrong": "maling number|maling numero|wrong number|wrong num|mali number|mali numero|wrong send|mali tao",
        "idiom": "stop na|tama na|tigil na|ayoko na",
        "other": "order appointment booking reserba* delivery",
        "time": "pagkatapos bago gabi umaga bukas trabaho",
        "ask": "kailan saan bakit magkano sino anong",
        "keep": "wag tumigil|wag itigil|huwag itigil",
        "filler": "po pls please ang ng mga nyo ninyo kayo niyo na sa salamat opo mo nang kong i yung naman "
        "lang mag pag "
        "nga talaga",
    },
    "vi": {
        "past": "chua",
        "stop": "dung ngung thoi huy ngưng cham",
        "comm": "gui nhan lien goi phien lam quay",
        "message": "tin sms quang khuyen thong bao spam",
        "neg": "khong chang dung ko k hong kh",
        "nocomm": "",
        "more": "nua them",
        "want": "muon can thich",
        "receive": "nhan",
        "remove": "xoa go bo loai",
        "me": "toi minh em anh chi tui",
        "number": "so",
        "list": "danh sach",
        "unsub": "",
        "leave": "de yen|dung lam phien|dung phien|mac ke toi",
        "wrong": "nham so|sai so|nham nguoi|sai nguoi|gui nham|nhan nham|lon so",
        "idiom": "huy dang ky|dung nhan tin|ngung nhan tin|dung gui|ngung gui|dung goi|dung lien lac|dung lien he|"
        "khong muon nhan|khong nhan tin|khong can tin|tu choi nhan|tu choi tin|xoa so|xoa sdt|dung nhan|khong "
        "gui nua|"
        "thoi nhan tin|thoi gui|khong gui tin|huy nhan tin|xoa khoi danh sach|dung quang cao|khong nhan quang cao",
        "other": "don hang lich hen",
        "time": "sau truoc toi dem sang mai",
        "ask": "may bao gio dau sao",
        "keep": "dung ngung|dung thoi|khong dung",
        "filler": "cho toi xin vui long lam on di nhe a roi dien thoai khoi cac nhung nay cam on he voi lac xin",
    },
}

# Looked for inside the text; a later category may stand on the same signs.
UNSPACED: dict[str, dict[str, str]] = {
    "zh": {
        "past": "没有|沒有|没收到|沒收到",
        "stop": "停止|停發|停发|不要再|别再|別再|请勿|請勿|别给|別給|别发|別發|勿发|勿發|不要发|不要發|不要给|"
        "不要給|不要打|不要联|不要聯|终止|終止",
        "comm": "发短|發短|发信|發信|发消|發訊|發消|发简|發簡|发给|發給|给我发|給我發|发了|發了|发送|發送|发我|"
        "發我|再发|再發|再寄|再传|再傳|联系|聯絡|聯繫|打扰|打擾|骚扰|騷擾|打电话|打電話|传送|傳送|傳訊|推送|通知",
        "message": "短信|信息|消息|简讯|簡訊|訊息|广告|廣告|推销|推銷|通知|垃圾|短讯|短訊|促销|促銷",
        "nowant": "不想|不需要|不愿|不願|不要|不用",
        "receive": "收到|接收|收",
        "remove": "删除|刪除|删掉|刪掉|移除|去掉|除名|删|刪",
        "number": "号码|號碼|电话|電話|手机号|手機號|我的号",
        "list": "名单|名單|列表|清单|清單",
        "unsub": "退订|退訂|取消订阅|取消訂閱|取消短信|解除订阅|拒收|取消簡訊|取消通知",
        "leave": "别烦我|別煩我|不要烦|不要煩|滚开|滾開|走开|滚|滾",
        "wrong": "打错|打錯|发错|發錯|号码错|號碼錯|错号|錯號|错人|錯人|搞错|搞錯|认错|認錯|號碼不對|号码不对",
        "other": "发票|發票|发货|發貨|订单|訂單|预约|預約|车|車|预订|預訂|外卖|送货|送貨|会议|會議|停车|停車|课",
        "keep": "不要停|别停|別停|不要取消|不要退订",
        "ask": "几点|幾點|哪里|哪裡|多少|什么时候",
        "time": "点以后|點以後|点后|點後|之前|晚上|明天",
    },
    "ja": {
        "past": "なかった|ませんでした",
        "stop": "停止|やめて|止めて|ストップ|中止|とめて|辞めて|結構です",
        "comm": "送ら|送って|送信|連絡|電話|配信|送付|送りつけ|送り",
        "message": "メール|メッセージ|sms|ショートメール|広告|配信|通知|宣伝|迷惑|お知らせ|メルマガ",
        "nowant": "いりません|いらない|要りません|要らない|不要|受け取りたくない|欲しくない|ほしくない|結構です|"
        "必要ない|必要ありません|"
        "受信したくない|ないで|しないで|こないで|来ないで|らないで|お断り",
        "receive": "受け取り|受信",
        "remove": "削除|消して|外して|はずして|抜いて|除外",
        "number": "番号|電話番号|連絡先|情報",
        "list": "リスト|名簿|登録",
        "unsub": "解除|退会|解約|登録解除|配信停止|購読停止|受信拒否|オプトアウト|購読解除",
        "leave": "ほっといて|放っておいて|うざい|しつこい|関わらないで",
        "wrong": "番号違い|番号が違|番号間違|番号が間違|間違い電話|人違い|間違えて|送信先が違|番号を間違|"
        "番号まちがい|宛先が違|宛先違|"
        "間違っています|間違いです",
        "other": "予約|注文|配達|バス|会議|席",
        "keep": "停止しないで|やめないで|止めないで|解除しないで",
        "ask": "どこ|いつ|何時|いくら",
        "time": "時以降|時以前|夜は|朝は|明日",
    },
    "ko": {
        "past": "못 받|안 왔|안왔|못받",
        "stop": "그만|중지|멈춰|멈추|중단|스톱|정지|하지마|하지 마|마세요|말아|마라|말라|마십시오|지마",
        "comm": "보내|문자|연락|전화|발송|메시지|메세지|스팸",
        "message": "문자|메시지|메세지|광고|알림|스팸|sms|톡|홍보",
        "nowant": "싶지 않|싶지않|원하지 않|원치 않|원하지않|필요 없|필요없|싫어|싫습니다|안 받|안받|받지 않|"
        "필요하지",
        "receive": "받고|수신|받",
        "remove": "삭제|지워|빼|제거|제외",
        "number": "번호|연락처|정보",
        "list": "목록|명단|리스트",
        "unsub": "수신거부|수신 거부|구독취소|구독 취소|구독해지|구독 해지|수신차단|해지|탈퇴|수신을 거부|수신 "
        "취소|수신동의 철회|거부합니다",
        "leave": "귀찮게|내버려|꺼져|괴롭히지",
        "wrong": "잘못 보내|잘못보내|잘못 거|번호가 잘못|번호 잘못|전화번호 잘못|잘못된 번호|번호 틀|다른 사람|"
        "번호가 틀|잘못 아|"
        "잘못 온|사람 잘못",
        "other": "예약|주문|배달|버스|회의|택배",
        "keep": "그만두지|중지하지 마|멈추지",
        "ask": "어디|언제|몇 시|얼마",
        "time": "시 이후|시 전에|밤에|내일|아침에",
    },
}
