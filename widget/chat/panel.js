// The open dialog: header, log, composer, and the pages behind them.

/** @import {Turn, View, Writing} from "./types" */

import { Conversation } from "./conversation.js";
import { h, icon } from "./dom.js";
import { callbackForm, erasePage, privacyPage } from "./forms.js";
import { drawState, drawTurn, reply } from "./messages.js";
import { Server } from "./server.js";
import { Store } from "./store.js";
import { SMALL_SCREEN, style } from "./style.js";
import { NAMES, TAGS, WORDS, writingOf } from "./words.js";

const PAGES = { adviser: callbackForm, privacy: privacyPage, erase: erasePage };
// How long the log stays silent after a redraw, so that old answers are not read out again.
const HUSH_MS = 400;
const FOCUSABLE = "a[href], button:not([disabled]), input, select, textarea, summary, [tabindex='0']";

export class Panel {
  #host;
  #launcher;
  #server;
  #conversation;
  /** @type {Map<string, HTMLElement>} */
  #places = new Map();
  /** @type {keyof typeof PAGES | null} */
  #page = null;
  /** @type {Record<string, string>} */
  #values = {};
  #hush = 0;
  /** @type {Element | null} */
  #from = null;
  #ending = new AbortController();
  #contact;

  #title = h("h2", { id: "title", part: "title", tabindex: -1 });
  #languages = h("div", { class: "languages", role: "group" }, ...Object.entries(NAMES).map(([writing, name]) =>
    h("button", { type: "button", value: writing, lang: TAGS[/** @type {Writing} */ (writing)], click: () => this.#conversation.choose(/** @type {Writing} */ (writing)) }, name)));
  #menuButton = h("button", { type: "button", class: "tool", "aria-expanded": "false", "aria-controls": "menu", click: () => this.#toggleMenu() }, icon("M4 6h16M4 12h16M4 18h16"));
  #closeButton = h("button", { type: "button", class: "tool", click: () => this.close() }, icon("M6 6l12 12M18 6 6 18"));
  #menu = h("ul", { id: "menu", class: "menu", hidden: true });
  #banner = h("div", { class: "banner", role: "status" });
  #greeting = h("div", { class: "greeting" });
  #dots = h("div", { class: "dots", "aria-live": "off" }, h("span"), h("span"), h("span"));
  #log = h("div", { class: "log", part: "log", role: "log", tabindex: 0, "aria-live": "off" }, this.#greeting, this.#dots);
  #field = h("textarea", { id: "field", part: "field", rows: 1, dir: "auto", maxlength: 2000, enterkeyhint: "send", keydown: (/** @type {KeyboardEvent} */ event) => this.#typed(event) });
  #send = h("button", { type: "submit", class: "send", part: "send" }, icon("M4 12 20 4l-5 16-4-7z"));
  #composer = h("form", { class: "composer", part: "composer", submit: (/** @type {Event} */ event) => this.#submit(event) }, this.#field, this.#send);
  #behind = h("div", { class: "behind", hidden: true });
  #dialog = h("dialog", { class: "panel", part: "dialog", "aria-labelledby": "title", title: "" },
    h("div", { class: "head", part: "header" }, h("div", { class: "bar" }, this.#title, this.#menuButton, this.#closeButton), this.#languages),
    this.#menu, this.#banner, this.#log, this.#composer, this.#behind);

  /** @type {View} */
  #view = {
    writing: "fr", away: false, endpoint: "",
    choose: (title, payload) => this.#conversation.say(title, payload),
    retry: () => void this.#conversation.resume(),
    edit: (turn) => {
      this.#conversation.withdraw(turn);
      if (!turn.payload) this.#field.value = turn.asked ?? "";
      this.#field.focus();
    },
    adviser: (about) => this.#show("adviser", { subject: about }),
    judge: (id, verdict, reason) => this.#server.judge(id, verdict, reason),
  };

  /** @param {HTMLElement} host @param {ShadowRoot} root @param {{endpoint: string, launcher: HTMLElement, contact: () => Node}} options */
  constructor(host, root, { endpoint, launcher, contact }) {
    this.#host = host;
    this.#launcher = launcher;
    this.#view.endpoint = new URL(endpoint, location.href).href;
    this.#server = new Server(endpoint);
    this.#conversation = new Conversation(this.#server, new Store(endpoint), writingOf(host.lang || document.documentElement.lang), endpoint);
    this.#contact = h("div", { class: "said contact-away", hidden: true }, contact());
    this.#greeting.after(this.#contact);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    root.append(this.#dialog);
    this.rename(host.title);
    this.#translate();

    const on = (/** @type {string} */ name, /** @type {(event: CustomEvent) => void} */ act) =>
      this.#conversation.addEventListener(name, /** @type {EventListener} */ (act));
    on("greeting", () => this.#greet());
    on("turn", ({ detail }) => this.#draw(detail));
    on("order", () => this.#drawAll());
    on("status", () => this.#drawStatus());
    on("language", () => {
      this.#quietly(() => this.#translate());
      this.#emit("language", { language: this.#view.writing });
    });
    on("ready", () => {
      this.#listen();
      // From here on what comes is new: it is read out, the history was not.
      this.#quietly(() => {});
    });
    on("reset", () => this.#reset());
    document.addEventListener("visibilitychange", () => this.#listen(), { signal: this.#ending.signal });
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#dismiss();
    });
    this.#dialog.addEventListener("close", () => this.#closed());
  }

  open() {
    if (this.#dialog.open) return;
    this.#from = document.activeElement;
    // A small screen is covered whole: what lies behind must be out of reach there.
    if (matchMedia(SMALL_SCREEN).matches) this.#dialog.showModal();
    else this.#dialog.show();
    this.#launcher.hidden = true;
    // On a phone the keyboard would hide the greeting.
    (matchMedia("(pointer: coarse)").matches ? this.#title : this.#field).focus();
    this.#conversation.resume();
    this.#listen();
    this.#scrollToLast();
    this.#emit("open");
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** @param {string} text */
  say(text) {
    this.#leave();
    this.#conversation.say(text);
  }

  /** @param {string} tag */
  speak(tag) {
    this.#conversation.choose(writingOf(tag));
  }

  /** @param {string} title */
  rename(title) {
    this.#title.textContent = title || "Dalil";
  }

  stop() {
    this.close();
    this.#ending.abort();
    this.#conversation.stop();
    this.#dialog.remove();
  }

  #closed() {
    this.#launcher.hidden = false;
    this.#host.removeAttribute("open");
    this.#listen();
    const from = this.#from === this.#host || !this.#from?.isConnected ? this.#launcher : this.#from;
    if (from instanceof HTMLElement && from !== document.body) from.focus();
    else this.#launcher.focus();
    this.#emit("close");
  }

  #listen() {
    this.#conversation.listen(this.#dialog.open && !document.hidden);
  }

  #greet() {
    if (!this.#conversation.turns.size) this.#log.setAttribute("aria-live", "polite");
    this.#greeting.replaceChildren(...this.#conversation.greeting.map((message) => reply(message, this.#view)));
    this.#drawStatus();
  }

  /** @param {Turn} turn */
  #draw(turn) {
    let place = this.#places.get(turn.message_id);
    if (!place) {
      place = h("div", { class: "turn" });
      this.#places.set(turn.message_id, place);
      this.#dots.before(place);
    }
    const before = place.dataset.shown;
    drawTurn(place, turn, this.#view);
    this.#drawStatus();
    if (before !== place.dataset.shown) {
      this.#scrollToLast();
      if (turn.state === "answered") this.#emit("reply", { message_id: turn.message_id, outcome: turn.outcome });
    }
  }

  #drawAll() {
    const { turns } = this.#conversation;
    for (const [id, place] of this.#places) {
      if (turns.has(id)) continue;
      place.remove();
      this.#places.delete(id);
    }
    let last = /** @type {Element} */ (this.#contact);
    for (const [id, turn] of turns) {
      const place = this.#places.get(id) ?? h("div", { class: "turn" });
      this.#places.set(id, place);
      if (last.nextElementSibling !== place) last.after(place);
      drawTurn(place, turn, this.#view);
      last = place;
    }
    this.#drawStatus();
    this.#scrollToLast();
  }

  #drawStatus() {
    const { turns, greeting, language, away, awayBecause, typing } = this.#conversation;
    const moved = this.#view.away !== away && [...turns.values()].at(-1)?.state !== "answered";
    this.#view.away = away;
    for (const [id, place] of this.#places) {
      const turn = turns.get(id);
      if (turn) drawState(place, turn, this.#view);
    }
    const busy = !greeting.length || typing || [...turns.values()].some(({ state }) => state === "sending");
    this.#dots.hidden = away || !busy;
    this.#contact.hidden = !away || greeting.length > 0;
    const words = WORDS[language];
    const said = away ? awayBecause || words.away : "";
    if (this.#banner.dataset.said !== said) {
      this.#banner.dataset.said = said;
      this.#banner.replaceChildren(...(away ? [said, " ", h("button", { type: "button", class: "small", click: this.#view.retry }, words.again)] : []));
    }
    if (moved) this.#scrollToLast();
  }

  #translate() {
    const writing = this.#view.writing = this.#conversation.language;
    const words = WORDS[writing];
    const whatsapp = (this.#host.getAttribute("whatsapp-number") ?? "").replace(/\D/g, "");
    this.#dialog.lang = TAGS[writing];
    this.#dialog.dir = writing === "ary-Arab" ? "rtl" : "ltr";
    for (const [target, label] of /** @type {[Element, string][]} */ ([
      [this.#languages, words.language], [this.#menuButton, words.menu], [this.#closeButton, words.close],
      [this.#log, words.log], [this.#field, words.field], [this.#send, words.send],
    ])) target.setAttribute("aria-label", label);
    this.#field.placeholder = words.field;
    for (const button of this.#languages.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === writing));
    const item = (/** @type {string} */ title, /** @type {() => void} */ act) => h("li", {}, h("button", { type: "button", click: () => { this.#toggleMenu(false); act(); } }, title));
    this.#menu.replaceChildren(
      item(words.adviser, () => this.#show("adviser")),
      ...(whatsapp ? [h("li", {}, h("a", { href: `https://wa.me/${whatsapp}`, target: "_blank", rel: "noopener" }, words.whatsapp))] : []),
      item(words.text, () => this.#download("txt")), item(words.pdf, () => this.#download("pdf")),
      item(words.privacy, () => this.#show("privacy")), item(words.erase, () => this.#show("erase")));
    this.#drawAll();
    if (this.#page) this.#show(this.#page, this.#values);
  }

  /** @param {"txt" | "pdf"} format */
  async #download(format) {
    try {
      const href = URL.createObjectURL(await this.#server.transcript(format));
      h("a", { href, download: `dalil.${format}` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    } catch {
      this.#banner.textContent = WORDS[this.#conversation.language].failed;
    }
  }

  /** @param {keyof typeof PAGES} page @param {Record<string, string>} [values] */
  #show(page, values = {}) {
    const writing = this.#conversation.language;
    this.#page = page;
    this.#values = values;
    this.#log.hidden = this.#composer.hidden = true;
    this.#behind.hidden = false;
    const back = h("button", { type: "button", class: "small back", click: () => this.#leave() }, WORDS[writing].back);
    this.#behind.replaceChildren(back, PAGES[page]({ server: this.#server, conversation: this.#conversation, writing, values, leave: () => this.#leave() }));
    this.#behind.querySelector("h3")?.focus();
  }

  #leave() {
    if (!this.#page) return;
    this.#page = null;
    this.#behind.hidden = true;
    this.#behind.replaceChildren();
    this.#log.hidden = this.#composer.hidden = false;
    this.#field.focus();
    this.#conversation.resume();
    this.#scrollToLast();
  }

  /** @param {boolean} [wanted] */
  #toggleMenu(wanted = this.#menu.hidden) {
    this.#menu.hidden = !wanted;
    this.#menuButton.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.#menu.querySelector("button")?.focus();
  }

  /** Everything was erased, here or in another tab. */
  #reset() {
    this.#places.clear();
    const words = WORDS[this.#conversation.language];
    const restart = h("button", { type: "button", class: "choice", click: () => { this.#conversation.resume(); this.#field.focus(); } }, words.restart);
    this.#greeting.replaceChildren(h("p", { class: "said" }, words.erased), restart);
    this.#log.replaceChildren(this.#greeting, this.#contact, this.#dots);
    this.#dots.hidden = true;
    this.#emit("erased");
  }

  /** Changes the log without a word from the screen reader. @param {() => void} change */
  #quietly(change) {
    clearTimeout(this.#hush);
    this.#log.setAttribute("aria-live", "off");
    change();
    this.#hush = window.setTimeout(() => this.#log.setAttribute("aria-live", "polite"), HUSH_MS);
  }

  /** The last question on top when its answer is long, the end of the log otherwise. */
  #scrollToLast() {
    const last = this.#dots.previousElementSibling;
    if (last instanceof HTMLElement && this.#places.size) this.#log.scrollTop = last.offsetTop - 12;
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text) return;
    this.#field.value = "";
    this.#conversation.say(text);
  }

  /** Enter sends, Shift + Enter breaks the line. @param {KeyboardEvent} event */
  #typed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#composer.requestSubmit();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // What is typed here is no shortcut of the page around.
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      this.#dismiss();
    } else if (event.key === "Tab") this.#keepFocus(event);
  }

  /** Esc takes away the topmost thing: the menu, the page, then the dialog. */
  #dismiss() {
    if (!this.#menu.hidden) {
      this.#toggleMenu(false);
      this.#menuButton.focus();
    } else if (this.#page) this.#leave();
    else this.close();
  }

  /** @param {KeyboardEvent} event */
  #keepFocus(event) {
    const reachable = [.../** @type {NodeListOf<HTMLElement>} */ (this.#dialog.querySelectorAll(FOCUSABLE))].filter((one) => one.checkVisibility?.() ?? one.getClientRects().length);
    const [first, last] = [reachable[0], reachable[reachable.length - 1]];
    const now = /** @type {ShadowRoot} */ (this.#dialog.getRootNode()).activeElement;
    const leaving = event.shiftKey ? now === first || now === this.#title : now === last;
    if (!leaving) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.#host.dispatchEvent(new CustomEvent(`dalil-${name}`, { bubbles: true, composed: true, detail }));
  }
}
