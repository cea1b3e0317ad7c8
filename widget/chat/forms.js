// The two pages behind the conversation: ask for a call back, erase everything.

/** @import {Place} from "./types" */

import { h } from "./dom.js";
import { Refused } from "./server.js";
import { WORDS, day, fill } from "./words.js";

/** @param {Place} place */
export function callbackForm({ server, writing, values, leave }) {
  const words = WORDS[writing];
  let version = "";
  const terms = h("p", { class: "notice" });
  const problem = h("p", { class: "problem", role: "alert" });
  const send = h("button", { type: "submit", class: "main", disabled: true }, words.request);
  const fields = [
    field("name", words.name, { autocomplete: "name", required: true }),
    h("p", { class: "soft", id: "either" }, words.eitherOne),
    field("phone", words.phone, { type: "tel", autocomplete: "tel", dir: "ltr", "aria-describedby": "either wrong-phone" }),
    field("email", words.email, { type: "email", autocomplete: "email", dir: "ltr", "aria-describedby": "either wrong-email" }),
    field("subject", words.subject, { required: true, maxlength: 200, dir: "auto" }),
    h("label", {}, words.slot, h("select", { name: "slot" }, ...Object.entries(words.slots).map(([slot, title]) =>
      h("option", { value: slot, selected: values.slot === slot }, title)))),
    terms,
    h("div", {}, h("label", { class: "consent" }, h("input", { type: "checkbox", name: "consent", required: true, "aria-describedby": "wrong-consent", checked: values.consent === "on" }), words.consent), complaint("consent")),
  ];
  const form = h("form", { class: "page", novalidate: true, submit }, h("h3", { tabindex: -1 }, words.adviser), ...fields, problem, send);
  form.addEventListener("input", () => {
    for (const name of Object.keys(values)) delete values[name];
    Object.assign(values, Object.fromEntries(new FormData(form)));
  });
  readNotice();
  return form;

  async function readNotice() {
    try {
      const notice = await server.notice("callback");
      version = notice.version;
      terms.textContent = notice.text;
      send.disabled = false;
    } catch {
      problem.replaceChildren(words.failed, " ", h("button", { type: "button", class: "small", click: () => { problem.textContent = ""; readNotice(); } }, words.again));
    }
  }

  /** @param {string} name @param {string} label @param {Record<string, unknown>} more */
  function field(name, label, more) {
    return h("div", {}, h("label", {}, label, h("input", { name, value: values[name], "aria-describedby": `wrong-${name}`, ...more })), complaint(name));
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    const { consent: agreed, ...given } = /** @type {Record<string, string>} */ (Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value)));
    const wrong = Object.entries({
      name: given.name ? "" : words.needed,
      phone: given.phone || given.email ? "" : words.needReach,
      email: given.email && !/^\S+@\S+\.\S+$/.test(given.email) ? words.needEmail : "",
      subject: given.subject ? "" : words.needed,
      consent: agreed ? "" : words.needConsent,
    });
    for (const [name, said] of wrong) complain(form, name, said);
    const [first] = wrong.find(([, said]) => said) ?? [];
    if (first) return named(form, first).focus();
    send.disabled = true;
    problem.textContent = "";
    try {
      const { due } = await server.callBack({ ...given, consent_version: version });
      form.replaceWith(done(fill(words.due, { date: day(due, writing) })));
    } catch (error) {
      problem.textContent = error instanceof Refused ? error.message : words.failed;
      send.disabled = false;
    }
  }

  /** @param {string} said */
  function done(said) {
    const page = h("div", { class: "page", role: "status" }, h("p", {}, said), h("button", { type: "button", class: "main", click: leave }, words.back));
    queueMicrotask(() => page.querySelector("button")?.focus());
    return page;
  }
}

/** @param {Place} place */
export function erasePage({ conversation, writing, leave }) {
  const words = WORDS[writing];
  const problem = h("p", { class: "problem", role: "alert" });
  const yes = h("button", { type: "button", class: "main danger", click: erase }, words.eraseYes);
  const page = h("div", { class: "page" },
    h("h3", { tabindex: -1 }, words.erase), h("p", {}, words.eraseAsk), problem,
    h("p", {}, yes));
  return page;

  async function erase() {
    yes.disabled = true;
    try {
      const erased = await conversation.erase();
      page.replaceChildren(
        h("h3", { tabindex: -1 }, words.erased),
        erased ? h("p", { class: "notice receipt", dir: "auto" }, erased.text) : "",
        h("button", { type: "button", class: "main", click: leave }, words.restart));
      page.querySelector("h3")?.focus();
    } catch {
      problem.textContent = words.failed;
      yes.disabled = false;
    }
  }
}

/** What is kept, why and for how long. @param {Place} place */
export function privacyPage({ server, writing }) {
  const words = WORDS[writing];
  const text = h("p", { class: "notice", role: "status" });
  server.notice("privacy").then((notice) => (text.textContent = notice.text), () => (text.textContent = words.failed));
  return h("div", { class: "page" }, h("h3", { tabindex: -1 }, words.privacy), text);
}

/** Where the complaint about a field is written. @param {string} name */
function complaint(name) {
  return h("p", { class: "problem", id: `wrong-${name}` });
}

/** @param {HTMLFormElement} form @param {string} name @param {string} said empty when the field is right */
function complain(form, name, said) {
  const input = named(form, name);
  const place = /** @type {HTMLElement} */ (form.querySelector(`#wrong-${name}`));
  place.textContent = said;
  input.setAttribute("aria-invalid", String(Boolean(said)));
}

/** @param {HTMLFormElement} form @param {string} name */
function named(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
