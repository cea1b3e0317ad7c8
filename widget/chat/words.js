// Every word of the interface, in the three writings. What Dalil answers comes from the server.

/** @import {Writing} from "./types" */

/** How each writing is declared to the browser and to screen readers. */
export const TAGS = /** @type {Record<Writing, string>} */ ({ fr: "fr", "ary-Arab": "ar-MA", "ary-Latn": "ary-Latn" });

/** @type {Record<Writing, string>} */
export const NAMES = { fr: "Français", "ary-Arab": "الدارجة", "ary-Latn": "Darija" };

const fr = {
  language: "Langue", menu: "Menu", close: "Fermer", back: "Retour", log: "Conversation",
  you: "Vous :", field: "Votre question", send: "Envoyer",
  sending: "Envoi…", waiting: "En attente d'envoi", edit: "Modifier",
  kept: "Message reçu : la réponse arrivera ici.",
  away: "Pas de connexion avec Dalil. Ce que vous écrivez est gardé et partira dès le retour.", again: "Réessayer",
  sources: "Sources", published: "publié :", checked: "vérifié le", newTab: "(nouvel onglet)",
  certainty: {
    official: "Source officielle", "several-press": "Plusieurs sources concordantes",
    "single-press": "Une seule source : à confirmer", uncertain: "Incertain : à confirmer",
  },
  documents: "Documents", body: "Où", cost: "Frais", delay: "Délai", channel: "Comment", law: "Texte", total: "Total",
  conditions: "Conditions", met: "Remplie", unmet: "Non remplie", unknown: "À préciser", more: "Voir le détail",
  phone: "Téléphone", email: "E-mail", address: "Adresse", website: "Site", map: "Voir sur la carte",
  helpful: "Cette réponse m'aide", unhelpful: "Cette réponse ne m'aide pas", why: "Qu'est-ce qui ne va pas ?", thanks: "Merci, c'est noté.",
  reasons: { wrong: "C'est faux", out_of_date: "Ce n'est plus à jour", not_my_question: "Ce n'était pas ma question", not_understood: "Je n'ai pas compris" },
  adviser: "Parler à un conseiller",
  name: "Nom", eitherOne: "Téléphone ou e-mail : l'un des deux suffit.", subject: "Sujet", slot: "Quand vous joindre ?",
  slots: { any: "Peu importe", morning: "Le matin", afternoon: "L'après-midi" },
  consent: "J'ai lu et j'accepte que le CRI garde ce contact pour me rappeler.", request: "Demander à être rappelé", due: "C'est noté. Un conseiller vous répondra avant le {date}.",
  needed: "À remplir.", needReach: "Indiquez un téléphone ou un e-mail.", needEmail: "Cet e-mail n'est pas complet.", needConsent: "Cochez cette case pour être rappelé.",
  text: "Télécharger (texte)", pdf: "Télécharger (PDF)", whatsapp: "Continuer sur WhatsApp",
  privacy: "Ce qui est gardé", erase: "Supprimer mes données", eraseAsk: "Toute cette conversation sera effacée, ici et sur le serveur. C'est définitif.",
  eraseYes: "Tout effacer", erased: "Cette conversation est effacée.", restart: "Nouvelle conversation",
  failed: "Cela n'a pas marché. Vérifiez la connexion et réessayez.",
};

/** @type {Record<Writing, typeof fr>} */
export const WORDS = {
  fr,
  "ary-Arab": {
    language: "اللغة", menu: "المينيو", close: "سد", back: "رجع", log: "الهضرة",
    you: "نتا:", field: "السؤال ديالك", send: "صيفط",
    sending: "كيتصيفط…", waiting: "مازال ما تصيفطش", edit: "بدّلو",
    kept: "الميساج وصل: الجواب غادي يجي هنا.",
    away: "ما كاينش الريزو مع دليل. اللي كتبتي محفوظ وغادي يتصيفط ملي يرجع.", again: "عاود جرب",
    sources: "المصادر", published: "تنشر:", checked: "تراجع نهار", newTab: "(صفحة جديدة)",
    certainty: {
      official: "مصدر رسمي", "several-press": "متافقين عليها بزاف د المصادر",
      "single-press": "مصدر واحد برك: أكّدها", uncertain: "ما مأكداش: خاصها تأكيد",
    },
    documents: "الوراق", body: "فين", cost: "المصاريف", delay: "شحال ديال الوقت", channel: "كيفاش", law: "القانون", total: "المجموع",
    conditions: "الشروط", met: "كاين", unmet: "ما كاينش", unknown: "خاصو يتوضح", more: "شوف التفاصيل",
    phone: "التيليفون", email: "الإيميل", address: "العنوان", website: "السيت", map: "شوف فالخريطة",
    helpful: "هاد الجواب نفعني", unhelpful: "هاد الجواب ما نفعنيش", why: "شنو المشكل فيه؟", thanks: "شكرا، تسجلات.",
    reasons: { wrong: "ماشي صحيح", out_of_date: "قديم", not_my_question: "ماشي هو السؤال ديالي", not_understood: "ما فهمتش" },
    adviser: "نهضر مع مستشار",
    name: "السمية", eitherOne: "التيليفون ولا الإيميل: واحد فيهم كافي.", subject: "على شنو", slot: "وقتاش نعيطو ليك؟",
    slots: { any: "أي وقت", morning: "فالصباح", afternoon: "فالعشية" },
    consent: "قريت وموافق بلي CRI يحتافظ بهاد الكونتاكت باش يعيط ليا.", request: "طلب يعيطو ليك", due: "صافي تسجلات. غادي يجاوبك مستشار قبل {date}.",
    needed: "خاصها تعمر.", needReach: "كتب التيليفون ولا الإيميل.", needEmail: "هاد الإيميل ناقص.", needConsent: "خاصك توافق باش نعيطو ليك.",
    text: "تيليشارجي (تيكست)", pdf: "تيليشارجي (PDF)", whatsapp: "كمّل فواتساب",
    privacy: "شنو كيبقى محفوظ", erase: "مسح بياناتي", eraseAsk: "هاد الهضرة كاملة غادي تتمسح، من هنا ومن السيرفور. ومن بعد ما ترجعش.",
    eraseYes: "مسح كلشي", erased: "هاد الهضرة تمسحات.", restart: "هضرة جديدة",
    failed: "ما خدماتش. شوف الريزو وعاود جرب.",
  },
  "ary-Latn": {
    language: "Lougha", menu: "Menu", close: "Sedd", back: "Rje3", log: "Lhedra",
    you: "Nta :", field: "So2al dyalek", send: "Sifet",
    sending: "Kaytsifet…", waiting: "Mazal ma tsifetch", edit: "Beddlo",
    kept: "Lmessage wsel : ljawab ghadi yji hna.",
    away: "Ma kaynch réseau m3a Dalil. Li ktebti me7foud w ghadi ytsifet melli yrje3.", again: "3awed jereb",
    sources: "Lmasadir", published: "tnchar :", checked: "traje3 nhar", newTab: "(page jdida)",
    certainty: {
      official: "Masdar rasmi", "several-press": "Metaf9in 3liha bezzaf d lmasadir",
      "single-press": "Masdar wa7ed berk : akkedha", uncertain: "Ma m2akkdach : khassha ta2kid",
    },
    documents: "Lwra9", body: "Fin", cost: "Lmasarif", delay: "Ch7al d lwe9t", channel: "Kifach", law: "L9anoun", total: "Lmjmou3",
    conditions: "Chorout", met: "Kayn", unmet: "Ma kaynch", unknown: "Khasso ytwedde7", more: "Chouf tafassil",
    phone: "Téléphone", email: "E-mail", address: "L3onwan", website: "Le site", map: "Chouf f la carte",
    helpful: "Had ljawab nfe3ni", unhelpful: "Had ljawab ma nfe3nich", why: "Chno lmochkil fih ?", thanks: "Chokran, tsejlat.",
    reasons: { wrong: "Machi s7i7", out_of_date: "9dim", not_my_question: "Machi howa so2al dyali", not_understood: "Ma fhemtch" },
    adviser: "Nhder m3a chi conseiller",
    name: "Smiya", eitherOne: "Téléphone wla e-mail : wa7ed fihom kafi.", subject: "3la chno", slot: "We9tach n3eyto lik ?",
    slots: { any: "Ay we9t", morning: "F sba7", afternoon: "F l3chiya" },
    consent: "9rit w mwafe9 belli CRI y7tafed b had lcontact bach y3eyet lia.", request: "Tleb y3eyto lik", due: "Safi tsejlat. Ghadi yjawbek chi conseiller 9bel {date}.",
    needed: "Khassha t3emmer.", needReach: "Kteb téléphone wla e-mail.", needEmail: "Had l'e-mail na9es.", needConsent: "Khassek twafe9 bach n3eyto lik.",
    text: "Télécharger (texte)", pdf: "Télécharger (PDF)", whatsapp: "Kemmel f WhatsApp",
    privacy: "Chno kayb9a me7foud", erase: "Mse7 lbayanat dyali", eraseAsk: "Had lhedra kamla ghadi ttmse7, mn hna w mn serveur. W mn b3d ma trje3ch.",
    eraseYes: "Mse7 kolchi", erased: "Had lhedra tmes7at.", restart: "Hedra jdida",
    failed: "Ma khdmatch. Chouf réseau w 3awed jereb.",
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

/**
 * A day or a month in words; anything else ("2025", "~2025") as it came.
 * @param {string} date @param {Writing} writing
 */
export function day(date, writing) {
  const [, month, rest] = /^(\d{4}-\d{2})(-\d{2})?/.exec(date) ?? [];
  if (!month) return date;
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { year: "numeric", month: "long", timeZone: "UTC", ...(rest && { day: "numeric" }) };
  // Darija in Latin letters borrows the French months.
  return new Intl.DateTimeFormat(writing === "ary-Arab" ? "ar-MA" : "fr", parts).format(new Date(`${month}${rest ?? "-01"}T00:00Z`));
}
