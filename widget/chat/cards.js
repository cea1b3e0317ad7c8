// The cards of a reply: a procedure to tick off, a comparison, a simulation with its bar, a contact.

/** @import {Card, ComparisonCard, ContactCard, Message, ProcedureCard, SimulationCard, Step, Writing} from "./types" */

import { h, svg } from "./dom.js";
import { WORDS, fill, number } from "./words.js";

/**
 * The card of a message, or null when it has none that this version knows.
 * @param {Message} message
 */
export function cardOf({ card, language, direction }) {
  const drawn = card && draw(card, language, direction === "rtl");
  return drawn && h("div", { class: `card ${card.type}`, part: "card" }, ...drawn);
}

/**
 * What is left to say beside the card: its text without the lines that the card shows better.
 * Other channels have only the text, so it tells everything.
 * @param {Message} message
 */
export function textBeside({ text, card }) {
  const first = card?.type === "procedure" ? card.steps[0]?.title : card?.type === "comparison" ? card.columns[0] : null;
  if (!first) return text;
  const lines = text.split("\n");
  const start = lines.findIndex((line, index) => index > 0 && line.includes(first));
  return start > 0 ? lines.slice(0, start).join("\n").trim() : text;
}

/**
 * @param {Card} card @param {Writing} writing @param {boolean} mirrored
 * @returns {(Node | null)[] | null}
 */
function draw(card, writing, mirrored) {
  switch (card.type) {
    case "procedure": return procedure(card, writing);
    case "comparison": return comparison(card, writing);
    case "simulation": return simulation(card, writing, mirrored);
    case "contact": return contact(card, writing);
    default: return null;
  }
}

/** @param {ProcedureCard} card @param {Writing} writing */
function procedure({ title, steps, cost, delay }, writing) {
  const words = WORDS[writing];
  const progress = h("p", { class: "soft" });
  const list = h("ol", { class: "steps" }, ...steps.map((step) => stepItem(step, writing)));
  const count = () => {
    const done = list.querySelectorAll("input:checked").length;
    progress.textContent = fill(words.progress, { done, all: steps.length });
  };
  list.addEventListener("change", count);
  count();
  return [
    h("p", { class: "card-title" }, title), progress, list,
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

/** @param {ComparisonCard} card @param {Writing} writing */
function comparison({ columns, rows }, writing) {
  const words = WORDS[writing];
  return [h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${words.scroll} : ${columns.join(", ")}` },
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, words.criterion), ...columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...rows.map(({ title, cells }) => h("tr", {},
        h("th", { scope: "row" }, title), ...cells.map((cell) => h("td", {}, cell)))))))];
}

/** @param {SimulationCard} card @param {Writing} writing @param {boolean} mirrored */
function simulation({ total, range, bonuses, cap, conditions, next_step, link }, writing, mirrored) {
  const words = WORDS[writing];
  const money = (/** @type {number | string} */ amount) => `${number(Number(amount), writing)} ${words.currency}`;
  const certainty = /** @type {Record<string, string>} */ (words.certainty);
  const marks = { true: ["✓", words.met], false: ["✗", words.unmet], null: ["?", words.unknown] };
  return [
    h("p", { class: "card-title" }, words.aid),
    total === null || total === undefined ? null : h("p", { class: "total" }, money(total)),
    range ? h("p", {}, fill(words.upTo, { low: money(range[0]), high: money(range[1]) })) : null,
    cap ? bar(bonuses, Number(cap.rate), cap.reached, writing, mirrored) : null,
    cap ? h("p", { class: "soft" }, fill(cap.reached ? words.capReached : words.capLeft, { cap: number(Number(cap.rate), writing) })) : null,
    h("ol", { class: "bonuses" }, ...bonuses.map(({ title, rate, amount, certainty: mark }) => h("li", {},
      h("span", {}, title), " ",
      h("strong", {}, [rate === null ? "" : `${number(Number(rate), writing)} %`, amount === null ? "" : money(amount)].filter(Boolean).join(" · ")),
      mark && mark in certainty ? h("span", { class: "soft" }, ` (${certainty[mark]})`) : null))),
    conditions?.length ? h("p", { class: "card-title" }, words.conditions) : null,
    conditions?.length ? h("ul", { class: "conditions" }, ...conditions.map(({ title, met }) => {
      const [mark, word] = marks[/** @type {"true" | "false" | "null"} */ (String(met))];
      return h("li", {}, h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", {}, title, h("span", { class: "soft" }, ` · ${word}`)));
    })) : null,
    next_step ? h("p", {}, h("strong", {}, `${words.nextStep} : `), next_step) : null,
    link && isWeb(link) ? h("p", {}, outLink(link, words.more, writing)) : null,
  ];
}

/**
 * The bonuses side by side on a line that ends at the cap, or beyond it when they exceed it.
 * @param {SimulationCard["bonuses"]} bonuses @param {number} cap @param {boolean} reached
 * @param {Writing} writing @param {boolean} mirrored
 */
function bar(bonuses, cap, reached, writing, mirrored) {
  const rates = bonuses.map(({ rate }) => Number(rate ?? 0));
  const sum = rates.reduce((one, other) => one + other, 0);
  const full = Math.max(sum, cap) || 1;
  const share = (/** @type {number} */ value) => value / full * 100;
  const at = (/** @type {number} */ start, /** @type {number} */ width) => `${mirrored ? 100 - share(start) - share(width) : share(start)}%`;
  let start = 0;
  const pieces = rates.map((rate, index) => {
    const piece = svg("rect", { x: at(start, rate), y: 4, width: `${share(rate)}%`, height: 16, class: `piece piece-${index % 3}` });
    start += rate;
    return piece;
  });
  const label = fill(WORDS[writing].bar, { sum: number(sum, writing), cap: number(cap, writing) });
  return svg("svg", { class: reached ? "bar reached" : "bar", width: "100%", height: 24, role: "img", "aria-label": label },
    svg("rect", { x: at(0, cap), y: 4, width: `${share(cap)}%`, height: 16, class: "room" }), ...pieces,
    svg("line", { x1: at(cap, 0), x2: at(cap, 0), y1: 0, y2: 24, class: "cap" }));
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

/**
 * Names and values, without those that hold nothing.
 * @param {[string, string | string[] | Node | false | null | undefined][]} pairs
 */
function facts(pairs) {
  const known = pairs.filter(([, value]) => Array.isArray(value) ? value.length : value);
  return known.length ? h("dl", {}, ...known.map(([name, value]) => h("div", {}, h("dt", {}, name),
    h("dd", {}, Array.isArray(value) ? h("ul", {}, ...value.map((item) => h("li", {}, item))) : /** @type {string} */ (value))))) : null;
}

/** A link that leaves the site. @param {string} href @param {string} text @param {Writing} writing */
export function outLink(href, text, writing) {
  return h("a", { href, target: "_blank", rel: "noopener", dir: "auto" }, text, h("span", { class: "unseen" }, ` ${WORDS[writing].newTab}`));
}

/** Whether an address is a web page: a `javascript:` address never becomes a link. @param {string} address */
export function isWeb(address) {
  return /^https?:\/\//i.test(address);
}
