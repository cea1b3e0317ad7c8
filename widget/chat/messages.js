// One question and its answer, as elements: bubbles, choices, sources, thumbs.

/** @import {Message, Source, Turn, View, Writing} from "./types" */

import { cardOf, isWeb, outLink, textBeside } from "./cards.js";
import { h, icon } from "./dom.js";
import { TAGS, WORDS, day } from "./words.js";

const UP = "M7 11v9H4v-9zm0 0 4-8a2 2 0 0 1 2 2v4h6a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7";
const DOWN = "M7 13V4H4v9zm0 0 4 8a2 2 0 0 0 2-2v-4h6a2 2 0 0 0 2-2.3l-1.2-7A2 2 0 0 0 17.8 4H7";

/**
 * Draws a turn into its element, again each time it changes. What is already there stays: a screen
 * reader must hear an answer once.
 * @param {HTMLElement} place @param {Turn} turn @param {View} view
 */
export function drawTurn(place, turn, view) {
  const { writing } = view;
  const words = WORDS[writing];
  if (turn.asked && !place.querySelector(".mine")) {
    place.prepend(h("div", { class: "said mine", "aria-live": "off" },
      h("span", { class: "unseen" }, words.you), h("p", { class: "bubble", part: "visitor-bubble", dir: "auto" }, turn.asked)));
  }
  const shown = turn.messages.map(({ id }) => id).join(" ");
  const translated = place.dataset.writing !== writing;
  if (place.dataset.shown !== shown) {
    for (const old of place.querySelectorAll(".reply")) old.remove();
    place.append(...turn.messages.map((message) => reply(message, view)));
  }
  if (place.dataset.shown !== shown || translated) {
    place.querySelector(".after")?.remove();
    if (turn.state === "answered" && turn.outcome) place.append(after(turn, view));
    const you = place.querySelector(".mine .unseen");
    if (you) you.textContent = words.you;
  }
  place.dataset.shown = shown;
  place.dataset.writing = writing;
  drawState(place, turn, view);
}

/** Draws how the sending of a turn stands. @param {HTMLElement} place @param {Turn} turn @param {View} view */
export function drawState(place, turn, { writing, away, retry, edit }) {
  const words = WORDS[writing];
  const state = turn.state === "waiting" && !away ? "sending" : turn.state;
  const mark = `${state} ${writing}`;
  if (place.dataset.state === mark) return;
  place.dataset.state = mark;
  place.querySelector(".state")?.remove();
  if (!turn.asked || state === "answered" || state === "kept" && turn.messages.length) return;
  const small = { type: "button", class: "small" };
  const said = state === "refused"
    ? [h("span", { dir: "auto" }, turn.error), " ", h("button", { ...small, click: () => edit(turn) }, words.edit)]
    : state === "waiting"
      ? [words.waiting, " ", h("button", { ...small, click: retry }, words.again)]
      : [state === "kept" ? words.kept : words.sending];
  place.querySelector(".mine")?.after(h("div", { class: `state ${state}`, "aria-live": state === "sending" && "off" }, ...said));
}

/** The bubble of a message, with its choices. @param {Message} message @param {View} view */
export function reply(message, view) {
  const { language, direction, buttons, sources, certainty } = message;
  const words = WORDS[language];
  const inWords = certainty && /** @type {Record<string, string>} */ (words.certainty)[certainty];
  return h("div", { class: "said reply", lang: TAGS[language], dir: direction },
    h("span", { class: "unseen" }, "Dalil :"),
    h("div", { class: "bubble", part: "bubble", dir: direction },
      h("div", { class: "text" }, ...linked(textBeside(message), language)),
      cardOf(message, view.endpoint),
      inWords ? h("p", { class: `certainty ${certainty}` }, inWords) : null,
      sources.length ? sourceList(sources, language) : null),
    buttons.length ? h("ul", { class: "choices", "aria-live": "off" }, ...buttons.map(({ title, payload }) => h("li", {},
      h("button", { type: "button", part: "choice", dir: "auto", click: () => view.choose(title, payload) }, title)))) : null);
}

/** @param {Source[]} sources @param {Writing} writing */
function sourceList(sources, writing) {
  const words = WORDS[writing];
  // The oldest check is the honest one for the whole answer.
  const checked = sources.map(({ checked_on }) => checked_on).filter(Boolean).sort()[0];
  return h("details", { class: "sources", part: "sources", "aria-live": "off" },
    h("summary", {}, `${words.sources} (${sources.length})`, checked ? ` · ${words.checked} ${day(checked, writing)}` : ""),
    h("ul", {}, ...sources.map(({ title, url, published, checked_on }) => h("li", {},
      url && isWeb(url) ? outLink(url, title, writing) : h("span", { dir: "auto" }, title),
      h("span", { class: "soft" }, published ? ` · ${words.published} ${day(published, writing)}` : "",
        checked_on ? ` · ${words.checked} ${day(checked_on, writing)}` : "")))));
}

/** What comes after an answer: thumbs, and a person when Dalil hands over. @param {Turn} turn @param {View} view */
function after(turn, view) {
  const words = WORDS[view.writing];
  const place = h("div", { class: "after", "aria-live": "off" });
  if (turn.outcome === "handed_over" || turn.outcome === "not_found") {
    place.append(h("button", { type: "button", class: "choice", click: () => view.adviser(turn.asked ?? "") }, words.adviser));
  }
  if (turn.outcome !== "form_step") place.append(thumbs(turn, view));
  return place;
}

/** @param {Turn} turn @param {View} view */
function thumbs(turn, view) {
  const words = WORDS[view.writing];
  const thanked = h("p", { class: "soft", role: "status" });
  const up = h("button", { type: "button", class: "thumb", "aria-label": words.helpful, "aria-pressed": String(turn.verdict === "helpful"), click: () => judge("helpful") }, icon(UP));
  const down = h("button", { type: "button", class: "thumb", "aria-label": words.unhelpful, "aria-pressed": String(turn.verdict === "not_helpful"), click: () => judge("not_helpful") }, icon(DOWN));
  const why = h("div", { class: "why", role: "group", "aria-label": words.why, hidden: true },
    h("p", {}, words.why),
    ...Object.entries(words.reasons).map(([reason, title]) =>
      h("button", { type: "button", class: "choice", click: () => judge("not_helpful", reason) }, title)));

  /** @param {"helpful" | "not_helpful"} verdict @param {string} [reason] */
  async function judge(verdict, reason) {
    turn.verdict = verdict;
    up.setAttribute("aria-pressed", String(verdict === "helpful"));
    down.setAttribute("aria-pressed", String(verdict === "not_helpful"));
    why.hidden = verdict === "helpful" || Boolean(reason);
    if (reason) down.focus();
    try {
      // A thumb down counts at once; the reason, when one is given, completes it.
      await view.judge(turn.message_id, verdict, reason);
      thanked.textContent = verdict === "helpful" || reason ? words.thanks : "";
    } catch {
      thanked.textContent = words.failed;
    }
  }
  return h("div", { class: "thumbs" }, h("div", {}, up, down), why, thanked);
}

/** A text whose web addresses can be followed. @param {string} text @param {Writing} writing */
function linked(text, writing) {
  // A French sign stays on the line of its word.
  const tied = text.replace(/(?<=«) | (?=[»:;?!%])/g, "\u00a0");
  return tied.split(/(https?:\/\/[^\s)»،]*[^\s)»،.,;:!?])/).map((part) => isWeb(part) ? outLink(part, part, writing) : part);
}
