// <dalil-chat>: registers the element and draws its launcher. The conversation itself (chat/) is
// fetched when the launcher is approached or opened, never before.

/** @import {Panel} from "./chat/panel.js" */

const WORDS = {
  fr: { open: "Ouvrir l'assistant", failed: "L'assistant ne se charge pas.", again: "Réessayer", unsure: "à vérifier sur le site" },
  ar: { open: "حل المساعد", failed: "المساعد ما بغاش يتحل.", again: "عاود جرب", unsure: "تأكد منها فالسيت" },
  "ary-latn": { open: "7ell lmosa3id", failed: "Lmosa3id ma bghach yt7ell.", again: "3awed jereb", unsure: "t2ekked mnha f le site" },
};

const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  all: initial; display: block; position: fixed; z-index: var(--dalil-z-index, 2147483000);
  --_accent: var(--dalil-accent, #0b5d4e); --_accent-ink: var(--dalil-accent-ink, #fff);
  --_surface: var(--dalil-surface, #fff); --_ink: var(--dalil-ink, #1d2733);
  --_offset: var(--dalil-offset, 1.25em); --_radius: var(--dalil-radius, 1.1em);
  font-family: var(--dalil-font, system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif);
  font-size: var(--dalil-font-size, 1rem); line-height: 1.55; color: var(--_ink);
}
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
.launcher, .stuck {
  position: fixed; inset-block-end: var(--_offset); inset-inline-end: var(--_offset); font: inherit;
}
.launcher {
  display: flex; align-items: center; gap: .6em; min-height: 3.25em; padding: .5em 1.15em .5em .9em; border: 0;
  border-radius: 2em; background: var(--_accent); color: var(--_accent-ink); font-weight: 600; cursor: pointer;
  box-shadow: 0 .25em 1em rgb(0 0 0 / .22);
}
.launcher[dir=rtl] { padding: .5em .9em .5em 1.15em; }
.launcher:focus-visible { outline: 3px solid var(--_ink); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
.launcher svg { width: 1.6em; height: 1.6em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.launcher[aria-busy=true] svg { animation: wait 1s ease-in-out infinite alternate; }
@keyframes wait { to { opacity: .35; } }
.stuck {
  inset-block-end: calc(var(--_offset) + 4em); max-width: min(20em, calc(100vw - 3em)); padding: 1em;
  border-radius: var(--_radius); background: var(--_surface); border: 1px solid; box-shadow: 0 .25em 1em rgb(0 0 0 / .22);
}
.stuck p { margin: 0 0 .5em; }
a { color: var(--_accent); }
@media (prefers-reduced-motion: reduce) { .launcher svg { animation: none !important; } }
@media (forced-colors: active) { .launcher { border: 2px solid; } }
`);

export class DalilChat extends HTMLElement {
  static observedAttributes = ["open", "lang", "title"];

  #root = this.attachShadow({ mode: "open" });
  /** @type {HTMLButtonElement} */
  #launcher = document.createElement("button");
  #section = document.createElement("section");
  /** @type {Promise<Panel> | null} */
  #panel = null;
  /** @type {Promise<void>} */
  #shown = Promise.resolve();

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
    // A `title` on the element names the chat; the empty ones inside keep it from hovering as a tooltip.
    this.#section.title = "";
    this.#launcher.type = "button";
    this.#launcher.className = "launcher";
    this.#launcher.setAttribute("part", "launcher");
    this.#launcher.setAttribute("aria-haspopup", "dialog");
    this.#launcher.append(speechBubble(), document.createElement("span"));
    this.#launcher.addEventListener("click", () => this.show());
    for (const approach of ["pointerenter", "focus"]) {
      this.#launcher.addEventListener(approach, () => void import("./chat/panel.js").catch(() => {}), { once: true });
    }
    this.#section.append(this.#launcher);
    this.#root.append(this.#section);
  }

  connectedCallback() {
    this.#name();
    if (this.open) this.#shown = this.#reveal();
  }

  disconnectedCallback() {
    this.#panel?.then((panel) => panel.stop(), () => {});
    this.#panel = null;
    this.#launcher.hidden = false;
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "open") {
      if (now === null) this.close();
      else this.#shown = this.#reveal();
      return;
    }
    this.#name();
    this.#panel?.then((panel) => (name === "lang" ? panel.speak(this.lang) : panel.rename(this.title)), () => {});
  }

  /** Whether the dialog is asked to be open. */
  get open() {
    return this.hasAttribute("open");
  }

  set open(wanted) {
    this.toggleAttribute("open", Boolean(wanted));
  }

  /** Opens the dialog; resolves once it is there, or once it is known that it cannot be. */
  show() {
    this.open = true;
    return this.#shown;
  }

  /** Closes the dialog; focus returns to where it was. */
  close() {
    this.open = false;
    this.#panel?.then((panel) => panel.close(), () => {});
  }

  /** Opens the dialog and asks. @param {string} text */
  async ask(text) {
    await this.show();
    const panel = await this.#panel;
    panel?.say(String(text));
  }

  async #reveal() {
    this.#launcher.setAttribute("aria-busy", "true");
    try {
      const panel = await (this.#panel ??= this.#load());
      if (this.open) panel.open();
      this.#root.querySelector(".stuck")?.remove();
    } catch {
      // The modules did not arrive: the page stays whole, and the visitor gets a person to call.
      this.#panel = null;
      this.open = false;
      this.#stuck();
    } finally {
      this.#launcher.setAttribute("aria-busy", "false");
    }
  }

  async #load() {
    const { Panel } = await import("./chat/panel.js");
    return new Panel(this, this.#root, {
      endpoint: (this.getAttribute("endpoint") ?? new URL(import.meta.url).origin).replace(/\/+$/, ""),
      launcher: this.#launcher,
      contact: () => this.#contact(),
    });
  }

  get #words() {
    const tag = (this.lang || document.documentElement.lang).toLowerCase();
    return tag.endsWith("latn") ? WORDS["ary-latn"] : tag.startsWith("ar") ? WORDS.ar : WORDS.fr;
  }

  #name() {
    const title = this.title || "Dalil";
    const label = /** @type {HTMLElement} */ (this.#launcher.lastChild);
    label.textContent = title;
    this.#section.dir = this.#launcher.dir = this.#words === WORDS.ar ? "rtl" : "ltr";
    this.#section.setAttribute("aria-label", title);
    this.#launcher.setAttribute("aria-label", `${title} : ${this.#words.open}`);
  }

  /** Whom to call: what the page wrote inside the element, else the regional investment centre. */
  #contact() {
    const slot = document.createElement("slot");
    const site = Object.assign(document.createElement("a"), { href: "https://fesmeknesinvest.ma", textContent: "fesmeknesinvest.ma" });
    const phone = Object.assign(document.createElement("a"), { href: "tel:+212535652057", textContent: "+212 5 35 65 20 57", dir: "ltr" });
    slot.append("CRI Fès-Meknès : ", site, " · ", phone, ` (${this.#words.unsure})`);
    return slot;
  }

  #stuck() {
    this.#root.querySelector(".stuck")?.remove();
    const box = Object.assign(document.createElement("div"), { className: "stuck", dir: this.#section.dir });
    box.setAttribute("role", "alert");
    const said = Object.assign(document.createElement("p"), { textContent: `${this.#words.failed} ` });
    box.append(said, this.#contact());
    this.#section.append(box);
  }
}

function speechBubble() {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M4 4h16v12H11l-5 4v-4H4zM8 9h8M8 12h5");
  drawing.append(path);
  return drawing;
}

// A page may hold the script twice.
if (!customElements.get("dalil-chat")) customElements.define("dalil-chat", DalilChat);
