// Every word of the interface, in the three writings. What Dalil answers comes from the server.

/** @import {Writing} from "./types" */

/** How each writing is declared to the browser and to screen readers. */
export const TAGS = /** @type {Record<Writing, string>} */ ({ fr: "fr", "ary-Arab": "ar-MA", "ary-Latn": "ary-Latn" });

/** @type {Record<Writing, string>} */
export const NAMES = { fr: "Français", "ary-Arab": "الدارجة", "ary-Latn": "Darija" };

const fr = {
  subtitle: "Entreprendre dans la région Fès-Meknès",
  language: "Langue", menu: "Menu", close: "Fermer", back: "Retour", log: "Conversation",
  you: "Vous :", field: "Votre question", send: "Envoyer", typing: "Dalil écrit…",
  sending: "Envoi…", waiting: "En attente d'envoi", retry: "Renvoyer", refused: "Non envoyé", edit: "Modifier",
  kept: "Message reçu : la réponse arrivera ici.",
  away: "Pas de connexion avec Dalil. Ce que vous écrivez est gardé et partira dès le retour.", again: "Réessayer",
  sources: "Sources", published: "publié :", checked: "vérifié le", newTab: "(nouvel onglet)",
  certainty: {
    official: "Source officielle", "several-press": "Plusieurs sources concordantes",
    "single-press": "Une seule source : à confirmer", uncertain: "Incertain : à confirmer",
  },
  steps: "Étapes", documents: "Documents", body: "Où", cost: "Frais", delay: "Délai", channel: "Comment", law: "Texte", total: "Total", progress: "{done} étapes faites sur {all}",
  scroll: "Tableau à faire défiler", criterion: "Critère",
  aid: "Aide estimée", upTo: "de {low} à {high}", bar: "Primes : {sum} % sur un plafond de {cap} %.", capReached: "Plafond atteint : {cap} %.", capLeft: "Plafond : {cap} %.",
  conditions: "Conditions", met: "Remplie", unmet: "Non remplie", unknown: "À préciser", nextStep: "Pour avoir plus", more: "Voir le détail",
  phone: "Téléphone", email: "E-mail", address: "Adresse", website: "Site", map: "Voir sur la carte",
  helpful: "Cette réponse m'aide", unhelpful: "Cette réponse ne m'aide pas", why: "Qu'est-ce qui ne va pas ?", thanks: "Merci, c'est noté.",
  reasons: { wrong: "C'est faux", out_of_date: "Ce n'est plus à jour", not_my_question: "Ce n'était pas ma question", not_understood: "Je n'ai pas compris" },
  adviser: "Parler à un conseiller", adviserLead: "Laissez de quoi vous joindre : un conseiller vous répondra.",
  name: "Nom", eitherOne: "Téléphone ou e-mail : l'un des deux suffit.", subject: "Sujet", slot: "Quand vous joindre ?",
  slots: { morning: "Le matin", afternoon: "L'après-midi", any: "Peu importe" },
  consent: "J'accepte", request: "Demander à être rappelé", due: "C'est noté. Un conseiller vous répondra avant le {date}.", noted: "C'est noté. Un conseiller vous répondra.",
  needName: "Indiquez votre nom.", needReach: "Indiquez un téléphone ou un e-mail.", needEmail: "Cet e-mail n'est pas complet.", needSubject: "Dites de quoi vous voulez parler.", needConsent: "Cochez cette case pour être rappelé.",
  text: "Télécharger (texte)", pdf: "Télécharger (PDF)", whatsapp: "Continuer sur WhatsApp",
  erase: "Supprimer mes données", eraseAsk: "Toute cette conversation sera effacée, ici et sur le serveur. C'est définitif.",
  eraseYes: "Tout effacer", eraseNo: "Annuler", erased: "Vos données sont effacées", receipt: "Reçu n°", erasedAt: "Effacé le", erasedWhat: "Ce qui a été effacé", erasedElsewhere: "Cette conversation a été effacée.", restart: "Nouvelle conversation",
  failed: "Cela n'a pas marché. Vérifiez la connexion et réessayez.",
  currency: "DH",
};

/** @type {Record<Writing, typeof fr>} */
export const WORDS = {
  fr,
  "ary-Arab": {
    subtitle: "دير مشروعك فجهة فاس-مكناس",
    language: "اللغة", menu: "المينيو", close: "سد", back: "رجع", log: "الهضرة",
    you: "نتا:", field: "السؤال ديالك", send: "صيفط", typing: "دليل كيكتب…",
    sending: "كيتصيفط…", waiting: "مازال ما تصيفطش", retry: "عاود صيفط", refused: "ما تصيفطش", edit: "بدّلو",
    kept: "الميساج وصل: الجواب غادي يجي هنا.",
    away: "ما كاينش الريزو مع دليل. اللي كتبتي محفوظ وغادي يتصيفط ملي يرجع.", again: "عاود جرب",
    sources: "المصادر", published: "تنشر:", checked: "تراجع نهار", newTab: "(صفحة جديدة)",
    certainty: {
      official: "مصدر رسمي", "several-press": "متافقين عليها بزاف د المصادر",
      "single-press": "مصدر واحد برك: أكّدها", uncertain: "ما مأكداش: خاصها تأكيد",
    },
    steps: "المراحل", documents: "الوراق", body: "فين", cost: "المصاريف", delay: "شحال ديال الوقت", channel: "كيفاش", law: "القانون", total: "المجموع", progress: "{done} من {all} د المراحل تدارو",
    scroll: "الطابلو كيتحرك", criterion: "شنو",
    aid: "المساعدة التقديرية", upTo: "من {low} ل {high}", bar: "البريمات: {sum}% والحد هو {cap}%.", capReached: "وصلتي للحد: {cap}%.", capLeft: "الحد: {cap}%.",
    conditions: "الشروط", met: "كاين", unmet: "ما كاينش", unknown: "خاصو يتوضح", nextStep: "باش تاخد كتر", more: "شوف التفاصيل",
    phone: "التيليفون", email: "الإيميل", address: "العنوان", website: "السيت", map: "شوف فالخريطة",
    helpful: "هاد الجواب نفعني", unhelpful: "هاد الجواب ما نفعنيش", why: "شنو المشكل فيه؟", thanks: "شكرا، تسجلات.",
    reasons: { wrong: "ماشي صحيح", out_of_date: "قديم", not_my_question: "ماشي هو السؤال ديالي", not_understood: "ما فهمتش" },
    adviser: "نهضر مع مستشار", adviserLead: "خلّي كيفاش نتواصلو معاك، وغادي يجاوبك مستشار.",
    name: "السمية", eitherOne: "التيليفون ولا الإيميل: واحد فيهم كافي.", subject: "على شنو", slot: "وقتاش نعيطو ليك؟",
    slots: { morning: "فالصباح", afternoon: "فالعشية", any: "أي وقت" },
    consent: "موافق", request: "طلب يعيطو ليك", due: "صافي تسجلات. غادي يجاوبك مستشار قبل {date}.", noted: "صافي تسجلات. غادي يجاوبك مستشار.",
    needName: "كتب السمية ديالك.", needReach: "كتب التيليفون ولا الإيميل.", needEmail: "هاد الإيميل ناقص.", needSubject: "قول على شنو باغي تهضر.", needConsent: "خاصك توافق باش نعيطو ليك.",
    text: "تيليشارجي (تيكست)", pdf: "تيليشارجي (PDF)", whatsapp: "كمّل فواتساب",
    erase: "مسح بياناتي", eraseAsk: "هاد الهضرة كاملة غادي تتمسح، من هنا ومن السيرفور. ومن بعد ما ترجعش.",
    eraseYes: "مسح كلشي", eraseNo: "لا، خليها", erased: "البيانات ديالك تمسحات", receipt: "رقم الوصل", erasedAt: "تمسحات نهار", erasedWhat: "شنو تمسح", erasedElsewhere: "هاد الهضرة تمسحات.", restart: "هضرة جديدة",
    failed: "ما خدماتش. شوف الريزو وعاود جرب.",
    currency: "درهم",
  },
  "ary-Latn": {
    subtitle: "Dir machrou3ek f jiht Fès-Meknès",
    language: "Lougha", menu: "Menu", close: "Sedd", back: "Rje3", log: "Lhedra",
    you: "Nta :", field: "So2al dyalek", send: "Sifet", typing: "Dalil kaykteb…",
    sending: "Kaytsifet…", waiting: "Mazal ma tsifetch", retry: "3awed sifet", refused: "Ma tsifetch", edit: "Beddlo",
    kept: "Lmessage wsel : ljawab ghadi yji hna.",
    away: "Ma kaynch réseau m3a Dalil. Li ktebti me7foud w ghadi ytsifet melli yrje3.", again: "3awed jereb",
    sources: "Lmasadir", published: "tnchar :", checked: "traje3 nhar", newTab: "(page jdida)",
    certainty: {
      official: "Masdar rasmi", "several-press": "Metaf9in 3liha bezzaf d lmasadir",
      "single-press": "Masdar wa7ed berk : akkedha", uncertain: "Ma m2akkdach : khassha ta2kid",
    },
    steps: "Lmara7il", documents: "Lwra9", body: "Fin", cost: "Lmasarif", delay: "Ch7al d lwe9t", channel: "Kifach", law: "L9anoun", total: "Lmjmou3", progress: "{done} mn {all} d lmara7il tdaro",
    scroll: "Tableau kayt7errek", criterion: "Chno",
    aid: "Lmosa3ada ta9dirya", upTo: "mn {low} l {high}", bar: "Les primes : {sum}% w l7ed howa {cap}%.", capReached: "Wselti l l7ed : {cap}%.", capLeft: "L7ed : {cap}%.",
    conditions: "Chorout", met: "Kayn", unmet: "Ma kaynch", unknown: "Khasso ytwedde7", nextStep: "Bach takhod kter", more: "Chouf tafassil",
    phone: "Téléphone", email: "E-mail", address: "L3onwan", website: "Le site", map: "Chouf f la carte",
    helpful: "Had ljawab nfe3ni", unhelpful: "Had ljawab ma nfe3nich", why: "Chno lmochkil fih ?", thanks: "Chokran, tsejlat.",
    reasons: { wrong: "Machi s7i7", out_of_date: "9dim", not_my_question: "Machi howa so2al dyali", not_understood: "Ma fhemtch" },
    adviser: "Nhder m3a chi conseiller", adviserLead: "Khelli kifach ntwaslo m3ak, w ghadi yjawbek chi conseiller.",
    name: "Smiya", eitherOne: "Téléphone wla e-mail : wa7ed fihom kafi.", subject: "3la chno", slot: "We9tach n3eyto lik ?",
    slots: { morning: "F sba7", afternoon: "F l3chiya", any: "Ay we9t" },
    consent: "Mwafe9", request: "Tleb y3eyto lik", due: "Safi tsejlat. Ghadi yjawbek chi conseiller 9bel {date}.", noted: "Safi tsejlat. Ghadi yjawbek chi conseiller.",
    needName: "Kteb smiytek.", needReach: "Kteb téléphone wla e-mail.", needEmail: "Had l'e-mail na9es.", needSubject: "9ol 3la chno baghi tehder.", needConsent: "Khassek twafe9 bach n3eyto lik.",
    text: "Télécharger (texte)", pdf: "Télécharger (PDF)", whatsapp: "Kemmel f WhatsApp",
    erase: "Mse7 lbayanat dyali", eraseAsk: "Had lhedra kamla ghadi ttmse7, mn hna w mn serveur. W mn b3d ma trje3ch.",
    eraseYes: "Mse7 kolchi", eraseNo: "La, khelliha", erased: "Lbayanat dyalek tmes7o", receipt: "Reçu n°", erasedAt: "Tmes7o nhar", erasedWhat: "Chno tmse7", erasedElsewhere: "Had lhedra tmes7at.", restart: "Hedra jdida",
    failed: "Ma khdmatch. Chouf réseau w 3awed jereb.",
    currency: "dh",
  },
};

/** The writing a language tag asks for; French when it says nothing of ours. @param {string | null} tag @returns {Writing} */
export function writingOf(tag) {
  const wanted = (tag ?? "").toLowerCase();
  if (wanted.endsWith("latn")) return "ary-Latn";
  return wanted.startsWith("ar") ? "ary-Arab" : "fr";
}

/** @param {string} template @param {Record<string, string | number>} values */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {number} value @param {Writing} writing */
export function number(value, writing) {
  return new Intl.NumberFormat(locale(writing), { maximumFractionDigits: 2 }).format(value);
}

/**
 * A day or a month in words; anything else ("2025", "~2025") as it came.
 * @param {string} date @param {Writing} writing
 */
export function day(date, writing) {
  const [, month, rest] = /^(\d{4}-\d{2})(-\d{2})?/.exec(date) ?? [];
  if (!month) return date;
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { year: "numeric", month: "long", timeZone: "UTC", ...(rest && { day: "numeric" }) };
  return new Intl.DateTimeFormat(locale(writing), parts).format(new Date(`${month}${rest ?? "-01"}T00:00Z`));
}

/** Darija in Latin letters borrows French months and spaces. @param {Writing} writing */
function locale(writing) {
  return writing === "ary-Arab" ? "ar-MA" : "fr-MA";
}
