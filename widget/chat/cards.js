// The cards of a reply: a procedure to tick off, a comparison, a simulation with its bar, a contact.

/** @import {Card, ComparisonCard, ContactCard, Message, ProcedureCard, SimulationCard, Step, Writing} from "./types" */

import { h, svg } from "./dom.js";
import { WORDS } from "./words.js";

/** The card of a message; null when it has none that this version knows. @param {Message} message @param {string} endpoint */
export function cardOf(message, endpoint) {
  const drawn = message.card && draw(message.card, message, endpoint);
  return drawn && h("div", { class: `card ${message.card?.type}`, part: "card" }, ...drawn);
}

/** The text (it tells all, for channels without cards) less the lines that the card shows. @param {Message} message */
export function textBeside({ text, card }) {
  const lines = text.split("\n");
  if (card?.type === "simulation") {
    return lines.filter((line) => !(/^[\u2066-\u2069]*- /.test(line) && card.bonuses.some(({ title }) => line.includes(title)))).join("\n");
  }
  const first = card?.type === "procedure" ? card.steps[0]?.title : card?.type === "comparison" ? card.columns[0] : null;
  const start = first ? lines.findIndex((line, index) => index > 0 && line.includes(first)) : -1;
  return start > 0 ? lines.slice(0, start).join("\n").trim() : text;
}

/** @param {Card} card @param {Message} message @param {string} endpoint */
function draw(card, message, endpoint) {
  switch (card.type) {
    case "procedure": return procedure(card, message.language);
    case "comparison": return comparison(card);
    case "simulation": return simulation(card, message, endpoint);
    case "contact": return contact(card, message.language);
    default: return null;
  }
}

/** @param {ProcedureCard} card @param {Writing} writing */
function procedure({ title, steps, cost, delay }, writing) {
  const words = WORDS[writing];
  return [
    h("p", { class: "card-title" }, title),
    h("ol", { class: "steps" }, ...steps.map((step) => stepItem(step, writing))),
    facts([[`${words.total} · ${words.cost}`, cost], [`${words.total} · ${words.delay}`, delay]]),
  ];
}

/** @param {Step} step @param {Writing} writing */
function stepItem(step, writing) {
  const words = WORDS[writing];
  const told = facts([
    [words.body, step.body], [words.documents, step.documents], [words.cost, step.cost], [words.delay, step.delay],
    [words.channel, step.channel], [words.law, step.legal_reference],
  ]);
  return h("li", {},
    h("label", {}, h("input", { type: "checkbox" }), h("span", {}, step.title)),
    step.detail ? h("p", { class: "soft" }, step.detail) : null, told);
}

/** @param {ComparisonCard} card */
function comparison({ columns, rows }) {
  return [h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": columns.join(", ") },
    h("table", {},
      h("thead", {}, h("tr", {}, h("td"), ...columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...rows.map(({ title, cells }) => h("tr", {},
        h("th", { scope: "row" }, title), ...cells.map((cell) => h("td", {}, h("bdi", {}, cell))))))))];
}

/** @param {SimulationCard} card @param {Message} message @param {string} endpoint */
function simulation({ title, total, low, high, bonuses, cap, conditions, next_step, link }, { text, language, direction }, endpoint) {
  const words = WORDS[language];
  const certainty = /** @type {Record<string, string>} */ (words.certainty);
  const marks = { true: ["✓", words.met], false: ["✗", words.unmet], null: ["?", words.unknown] };
  // The text says amounts with their nuances; only what it leaves out is said here.
  const said = text.replace(/[\u2066-\u2069]/g, "");
  const unsaid = (/** @type {string | null} */ value) => value && !said.includes(value) && value;
  const paragraph = (/** @type {string | null | false | ""} */ value, name = "") => value ? h("p", { class: name }, h("bdi", {}, value)) : null;
  return [
    paragraph(unsaid(title), "card-title"),
    paragraph(unsaid(total), "total"),
    low === high ? null : paragraph(unsaid(low) && `${low} – ${high}`),
    cap && bar(bonuses, cap, direction === "rtl"),
    paragraph(cap && unsaid(cap.title) && `${cap.title} : ${cap.rate}`, "soft"),
    h("ol", { class: "bonuses" }, ...bonuses.map(({ title: name, rate, amount, certainty: mark }) => h("li", {},
      h("bdi", {}, name), " : ", h("strong", {}, h("bdi", {}, rate), amount && amount !== rate ? h("bdi", {}, ` · ${amount}`) : null),
      mark in certainty ? h("span", { class: "soft" }, ` (${certainty[mark]})`) : null))),
    conditions.length ? h("details", { open: conditions.some(({ met }) => met === false) },
      h("summary", {}, `${words.conditions} (${conditions.length})`),
      h("ul", { class: "conditions" }, ...conditions.map(({ title: name, met }) => {
        const [mark, word] = marks[/** @type {"true" | "false" | "null"} */ (String(met))];
        return h("li", {}, h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", {}, name, h("span", { class: "soft" }, ` · ${word}`)));
      }))) : null,
    paragraph(unsaid(next_step)),
    link ? h("p", {}, outLink(new URL(link, endpoint).href, words.more, language)) : null,
  ];
}

/**
 * The bonuses side by side on a line that ends at the cap, or beyond it. The words under it say the same.
 * @param {SimulationCard["bonuses"]} bonuses @param {NonNullable<SimulationCard["cap"]>} cap @param {boolean} mirrored
 */
function bar(bonuses, { rate, rate_value: limit }, mirrored) {
  // A cap on rates adds up rates; a cap in dirhams adds up amounts.
  const parts = bonuses.map((bonus) => (rate.includes("%") ? bonus.rate.includes("%") && bonus.rate_value : bonus.amount_value) || 0);
  const full = Math.max(parts.reduce((one, other) => one + other, 0), limit);
  if (!full) return null;
  const at = (/** @type {number} */ start, /** @type {number} */ width) => `${(mirrored ? full - start - width : start) / full * 100}%`;
  const piece = (/** @type {number} */ start, /** @type {number} */ width, /** @type {string} */ name) =>
    svg("rect", { x: at(start, width), y: 4, width: `${width / full * 100}%`, height: 16, class: name });
  let start = 0;
  return svg("svg", { class: "rates", width: "100%", height: 24, "aria-hidden": "true" },
    piece(0, limit, "room"), ...parts.map((part, index) => piece((start += part) - part, part, `piece piece-${index % 3}`)),
    svg("line", { x1: at(limit, 0), x2: at(limit, 0), y1: 0, y2: 24, class: "cap" }));
}

/** @param {ContactCard} card @param {Writing} writing */
function contact({ name, phone, email, address, website, map }, writing) {
  const words = WORDS[writing];
  return [
    h("p", { class: "card-title" }, name),
    facts([
      [words.phone, phone && h("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}`, dir: "ltr" }, phone)],
      [words.email, email && h("a", { href: `mailto:${email}`, dir: "ltr" }, email)],
      [words.address, address],
      [words.website, website && isWeb(website) && outLink(website, website.replace(/^https?:\/\/(www\.)?|\/$/g, ""), writing)],
    ]),
    map && isWeb(map) ? h("p", {}, outLink(map, words.map, writing)) : null,
  ];
}

/** Names and values that hold something. @param {[string, string | string[] | Node | false | null | undefined][]} pairs */
function facts(pairs) {
  const known = pairs.filter(([, value]) => Array.isArray(value) ? value.length : value);
  return known.length ? h("dl", {}, ...known.map(([name, value]) => h("div", {}, h("dt", {}, name),
    h("dd", {}, Array.isArray(value) ? h("ul", {}, ...value.map((item) => h("li", {}, item))) : h("bdi", {}, /** @type {string} */ (value)))))) : null;
}

/** A link that leaves the site. @param {string} href @param {string} text @param {Writing} writing */
export function outLink(href, text, writing) {
  return h("a", { href, target: "_blank", rel: "noopener", dir: "auto" }, text, h("span", { class: "unseen" }, ` ${WORDS[writing].newTab}`));
}

/** Whether an address is a web page: a `javascript:` address never becomes a link. @param {string} address */
export function isWeb(address) {
  return /^https?:\/\//i.test(address);
}
