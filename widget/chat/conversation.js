// What was said, what is on its way, what still waits: the same in every tab, whatever the network does.

/** @import {Erased, HistoryEntry, Message, ReplyBody, StreamEvent, Turn, Writing} from "./types" */
/** @import {Server} from "./server.js" */
/** @import {Store} from "./store.js" */

import { Away, Refused } from "./server.js";

const LONGEST_RETRY_MS = 15_000;
const SEEN_ELSEWHERE_MS = 500;
const TYPING_MS = 15_000;

/**
 * Its events: `greeting`; `turn` (detail: one that is new or changed); `order` of the turns; `status`
 * (`away`, `typing`); `language`; `ready` (the server knows the conversation); `reset` (all erased).
 */
export class Conversation extends EventTarget {
  /** @type {Map<string, Turn>} in the order they were asked */
  turns = new Map();
  /** @type {Message[]} */
  greeting = [];
  /** Whether the server could not be reached the last time, and what it said of it. */
  away = false;
  awayBecause = "";
  /** Whether an answer is being prepared. */
  typing = false;
  /** @type {Writing} */
  language;

  #server;
  #store;
  #channel;
  #loaded = false;
  #working = false;
  #languageUntold = false;
  #failures = 0;
  #lastEvent = 0;
  #retry = 0;
  #typingEnd = 0;
  #end = new AbortController();
  /** @type {AbortController | null} */
  #following = null;

  /** @param {Server} server @param {Store} store @param {Writing} language @param {string} scope shared by the tabs */
  constructor(server, store, language, scope) {
    super();
    this.#server = server;
    this.#store = store;
    this.language = server.language = store.read("language") ?? language;
    server.access = store.read("conversation");
    for (const kept of store.outbox()) this.#add({ ...kept, state: "waiting" });
    this.#channel = tabChannel(scope, (news) => this.#hear(news));
    const { signal } = this.#end;
    window.addEventListener("online", () => this.resume(), { signal });
    window.addEventListener("offline", () => this.#setAway(true), { signal });
  }

  /** Loads or opens the conversation, sends what waits; tries again by itself. */
  async resume() {
    if (this.#working || this.#end.signal.aborted) return;
    this.#working = true;
    clearTimeout(this.#retry);
    try {
      if (!this.#loaded) await this.#load();
      else if (this.away) await this.#catchUp();
      if (this.#languageUntold) await this.#tellLanguage();
      for (let turn; (turn = this.#firstWaiting()); ) await this.#deliver(turn);
      this.#failures = 0;
      this.#setAway(false);
    } catch (error) {
      this.#setAway(true, error instanceof Away ? error.message : "");
      this.#retry = window.setTimeout(() => this.resume(), Math.min(1000 * 2 ** this.#failures, LONGEST_RETRY_MS));
      this.#failures += 1;
    } finally {
      this.#working = false;
    }
  }

  /** Asks; kept here before anything is sent. @param {string} asked what is shown @param {string | null} [payload] */
  say(asked, payload = null) {
    const turn = this.#add({ message_id: uniqueId(), asked, payload, state: "waiting" });
    this.#store.keep(turn);
    this.#changed(turn);
    this.#channel.tell({ turn });
    this.resume();
  }

  /** Takes a refused message away, to be written again. @param {Turn} turn */
  withdraw(turn) {
    this.turns.delete(turn.message_id);
    this.#store.drop(turn.message_id);
    this.#emit("order");
  }

  /** @param {Writing} language */
  choose(language) {
    if (language === this.language) return;
    this.#setLanguage(language);
    this.#store.write("language", language);
    this.#channel.tell({ language });
    this.#languageUntold = true;
    this.resume();
  }

  /** Listens to the server, or stops: a page nobody looks at needs no open line. @param {boolean} wanted */
  listen(wanted) {
    if (!wanted) {
      this.#following?.abort();
      this.#following = null;
    } else if (!this.#following && this.#server.access) {
      this.#following = new AbortController();
      this.#server.follow({
        last: () => String(this.#lastEvent), opened: () => this.#reached(),
        event: (event) => this.#heard(event), poll: () => this.#poll(),
      }, this.#following.signal);
    }
  }

  /** Erases all, there and here; null when the server held nothing. @returns {Promise<Erased | null>} */
  async erase() {
    let erased = null;
    if (this.#server.access) {
      try {
        erased = await this.#server.erase();
      } catch (error) {
        if (!(error instanceof Refused && error.isGone)) throw error;
      }
    }
    this.#wipe();
    this.#channel.tell({ erased: true });
    return erased;
  }

  /** Ends the timers and the lines of this page; nothing typed is lost. */
  stop() {
    this.#end.abort();
    this.#channel.close();
    this.listen(false);
    clearTimeout(this.#retry);
  }

  async #load() {
    if (this.#server.access) {
      try {
        await this.#catchUp();
        return this.#ready();
      } catch (error) {
        if (!(error instanceof Refused && error.isGone)) throw error;
        this.#forget();
      }
    }
    // One tab at a time: two pages opened together share one conversation.
    await oneTabAtATime(async () => {
      this.#server.access = this.#store.read("conversation");
      if (this.#server.access) return this.#catchUp();
      const opened = await this.#server.open();
      this.#server.access = { id: opened.conversation_id, token: opened.token };
      this.#store.write("conversation", this.#server.access);
      this.greeting = opened.messages;
      this.#emit("greeting");
    });
    this.#ready();
  }

  #ready() {
    this.#loaded = true;
    this.#emit("ready");
  }

  async #tellLanguage() {
    const told = this.language;
    try {
      await this.#server.speak(told);
    } catch (error) {
      if (error instanceof Away) throw error;
    }
    this.#languageUntold = this.language !== told;
  }

  /** @param {Turn} turn */
  async #deliver(turn) {
    turn.state = "sending";
    this.#changed(turn);
    try {
      this.#take(await this.#server.send(turn));
    } catch (error) {
      turn.state = "waiting";
      if (error instanceof Refused && error.isGone) {
        this.#forget();
        throw new Away();
      }
      if (!(error instanceof Refused)) {
        this.#changed(turn);
        throw error;
      }
      turn.state = "refused";
      turn.error = error.message;
      this.#store.drop(turn.message_id);
      this.#changed(turn);
      this.#channel.tell({ turn });
    }
  }

  /** In place of the stream. */
  async #poll() {
    try {
      await this.#catchUp();
    } catch (error) {
      if (error instanceof Refused && error.isGone) this.#forget();
      else this.#setAway(true);
      throw error;
    }
    this.#reached();
  }

  #reached() {
    this.#setAway(false);
    if (this.#firstWaiting()) this.resume();
  }

  async #catchUp() {
    const history = await this.#server.history();
    const known = this.turns;
    this.turns = new Map();
    const staff = [...history.staff];
    const staffUntil = (/** @type {number} */ event) => {
      while (staff[0] && staff[0].event < event) this.#staffSaid(/** @type {{message: Message}} */ (staff.shift()).message);
    };
    for (const entry of history.turns) {
      staffUntil(entry.event ?? Infinity);
      this.turns.set(entry.message_id, known.get(entry.message_id) ?? fromHistory(entry));
    }
    staffUntil(Infinity);
    this.#lastEvent = history.last_event;
    if (!this.greeting.length) {
      this.greeting = history.greeting;
      this.#emit("greeting");
    }
    for (const [id, turn] of known) if (!this.turns.has(id)) this.turns.set(id, turn);
    for (const entry of history.turns) {
      const onItsWay = entry.outcome === null && this.turns.get(entry.message_id)?.state === "sending";
      if (!onItsWay) this.#settle(entry);
    }
    this.#emit("order");
  }

  /** A reply, from the call, the stream or another tab. @param {ReplyBody} body */
  #take(body) {
    const { message_id, text = null, payload = null } = body;
    const turn = this.turns.get(message_id) ?? this.#add({ message_id, asked: text, payload, state: "sending" });
    if (this.#settle(body)) this.#channel.tell({ turn });
    // Erased because the visitor said so in the chat: the last words stay on screen, nothing else.
    if (body.messages.some(({ card }) => card?.type === "receipt")) {
      this.#forget();
      this.#store.clear();
    }
  }

  /** What the server says of a turn; whether that was news. @param {Pick<ReplyBody, "message_id" | "outcome" | "messages">} body */
  #settle({ message_id, outcome, messages }) {
    this.#store.drop(message_id);
    const turn = this.turns.get(message_id);
    if (!turn || turn.state === "answered") return false;
    turn.state = outcome === null ? "kept" : "answered";
    turn.outcome = outcome;
    if (messages.length) turn.messages = messages;
    this.#setTyping(false);
    this.#changed(turn);
    return true;
  }

  /** @param {StreamEvent} event */
  #heard({ id, name, data }) {
    const news = JSON.parse(data);
    if (id) this.#lastEvent = Number(id);
    if (name === "reply") this.#take(news);
    else if (name === "staff") this.#staffSaid(news.message);
    else if (name === "typing" && this.turns.get(news.message_id)?.state !== "answered") this.#setTyping(true);
  }

  /** @param {Message} message */
  #staffSaid(message) {
    if (!this.turns.has(message.id)) this.#changed(this.#add({ message_id: message.id, asked: null, payload: null, state: "answered", messages: [message] }));
  }

  /** What another tab says. @param {{turn?: Turn, language?: Writing, erased?: boolean}} news */
  #hear({ turn, language, erased }) {
    if (language) this.#setLanguage(language);
    if (erased) this.#wipe();
    if (!turn) return;
    const known = this.turns.get(turn.message_id);
    if (known?.state === "answered") return;
    this.#changed(known ? Object.assign(known, turn) : this.#add(turn));
  }

  #wipe() {
    this.#forget();
    this.turns.clear();
    this.#store.clear();
    this.#emit("reset");
  }

  #forget() {
    this.listen(false);
    this.#lastEvent = 0;
    this.#server.access = null;
    this.#store.remove("conversation");
    this.#loaded = false;
    this.greeting = [];
  }

  #firstWaiting() {
    return [...this.turns.values()].find(({ state }) => state === "waiting");
  }

  /** @param {Pick<Turn, "message_id" | "asked" | "payload" | "state"> & Partial<Turn>} turn */
  #add(turn) {
    const added = { outcome: null, messages: [], error: null, ...turn };
    this.turns.set(added.message_id, added);
    return added;
  }

  /** @param {Turn} turn */
  #changed(turn) {
    this.#emit("turn", turn);
  }

  /** @param {string} name @param {Turn} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {boolean} away @param {string} [because] */
  #setAway(away, because = "") {
    if (away === this.away && because === this.awayBecause) return;
    this.away = away;
    this.awayBecause = because;
    this.#emit("status");
  }

  /** @param {boolean} typing */
  #setTyping(typing) {
    clearTimeout(this.#typingEnd);
    if (typing) this.#typingEnd = window.setTimeout(() => this.#setTyping(false), TYPING_MS);
    if (typing === this.typing) return;
    this.typing = typing;
    this.#emit("status");
  }

  /** @param {Writing} language */
  #setLanguage(language) {
    this.language = this.#server.language = language;
    this.#emit("language");
  }
}

/** @param {HistoryEntry} entry @returns {Turn} */
function fromHistory({ message_id, text, payload, feedback }) {
  return { message_id, asked: text, payload, state: "waiting", outcome: null, messages: [], error: null, verdict: feedback };
}

/** An identifier nobody else draws. `randomUUID` is missing on pages served without TLS. */
function uniqueId() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** @param {() => Promise<void>} task */
async function oneTabAtATime(task) {
  if (!navigator.locks) return task();
  await new Promise((done, failed) => {
    const held = navigator.locks.request("dalil-open", async () => {
      await task().then(done, failed);
      // What one tab stores, others read a moment later: until then none may open a second conversation.
      await new Promise((settled) => setTimeout(settled, SEEN_ELSEWHERE_MS));
    });
    held.catch(failed);
  });
}

/** @param {string} scope @param {(news: any) => void} hear */
function tabChannel(scope, hear) {
  if (!("BroadcastChannel" in window)) return { tell() {}, close() {} };
  const channel = new BroadcastChannel(`dalil:${scope}`);
  channel.onmessage = ({ data }) => hear(data);
  return { tell: (/** @type {object} */ news) => channel.postMessage(news), close: () => channel.close() };
}
