// What was said, what is on its way, what still waits: the same in every tab, whatever the network does.

/** @import {HistoryEntry, Message, Receipt, ReplyBody, StreamEvent, Turn, Writing} from "./types" */
/** @import {Server} from "./server.js" */
/** @import {Store} from "./store.js" */

import { Away, Refused } from "./server.js";

const LONGEST_RETRY_MS = 15_000;
const TYPING_MS = 15_000;

/**
 * Events, each a `CustomEvent`: `greeting`; `turn` (detail: the turn, new or changed); `order` (turns
 * were put in the server's order); `status` (`away` or `typing` changed); `language`; `ready` (the
 * server knows the conversation); `reset` (everything was erased).
 */
export class Conversation extends EventTarget {
  /** @type {Map<string, Turn>} in the order they were asked */
  turns = new Map();
  /** @type {Message[]} */
  greeting = [];
  /** Whether the server could not be reached the last time. */
  away = false;
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
  #retry = 0;
  #typingEnd = 0;
  #end = new AbortController();
  /** @type {AbortController | null} */
  #following = null;

  /**
   * @param {Server} server
   * @param {Store} store
   * @param {Writing} language used until the visitor chooses another
   * @param {string} scope names the channel shared by the tabs
   */
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

  /** Loads or opens the conversation, then sends what waits; tries again by itself while the server is away. */
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
    } catch {
      this.#setAway(true);
      this.#retry = window.setTimeout(() => this.resume(), Math.min(1000 * 2 ** this.#failures, LONGEST_RETRY_MS));
      this.#failures += 1;
    } finally {
      this.#working = false;
    }
  }

  /**
   * Asks something. It is written down before anything is sent.
   * @param {string} asked what the visitor sees
   * @param {string | null} [payload] what a button sends
   */
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
    this.dispatchEvent(new CustomEvent("order"));
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
      this.#server.follow({ event: (event) => this.#heard(event), gap: () => this.#lookAgain() }, this.#following.signal);
    }
  }

  /**
   * Erases the conversation, on the server and here.
   * @returns {Promise<Receipt | null>} null when the server holds nothing of it
   */
  async erase() {
    let receipt = null;
    if (this.#server.access) {
      try {
        ({ receipt } = await this.#server.erase());
      } catch (error) {
        if (!(error instanceof Refused && error.isGone)) throw error;
      }
    }
    this.#forget();
    this.turns.clear();
    this.#store.clear();
    this.dispatchEvent(new CustomEvent("reset"));
    this.#channel.tell({ erased: true });
    return receipt;
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
      this.dispatchEvent(new CustomEvent("greeting"));
    });
    this.#ready();
  }

  #ready() {
    this.#loaded = true;
    this.dispatchEvent(new CustomEvent("ready"));
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

  /** After a broken line: what was missed, what still waits, or a conversation erased elsewhere. */
  async #lookAgain() {
    try {
      await this.#catchUp();
    } catch (error) {
      if (error instanceof Refused && error.isGone) this.#forget();
      else this.#setAway(true);
      throw error;
    }
    this.#setAway(false);
    if (this.#firstWaiting()) this.resume();
  }

  async #catchUp() {
    const history = await this.#server.history();
    const known = this.turns;
    this.turns = new Map();
    for (const entry of history.turns) this.turns.set(entry.message_id, known.get(entry.message_id) ?? this.#fromHistory(entry));
    const said = new Set(history.turns.flatMap(({ messages }) => messages.map(({ id }) => id)));
    if (!this.greeting.length) {
      this.greeting = history.greeting;
      this.dispatchEvent(new CustomEvent("greeting"));
    }
    for (const [id, turn] of known) if (!this.turns.has(id) && !said.has(id)) this.turns.set(id, turn);
    for (const entry of history.turns) {
      const onItsWay = entry.outcome === null && this.turns.get(entry.message_id)?.state === "sending";
      if (!onItsWay) this.#settle(entry);
    }
    this.dispatchEvent(new CustomEvent("order"));
  }

  /** @param {HistoryEntry} entry @returns {Turn} */
  #fromHistory({ message_id, text, payload }) {
    return { message_id, asked: text ?? this.#titleOf(payload), payload, state: "waiting", outcome: null, messages: [], error: null };
  }

  /** What the button that sends `payload` said. @param {string | null} payload */
  #titleOf(payload) {
    const shown = [...this.turns.values()].flatMap(({ messages }) => messages).concat(this.greeting);
    return payload && (shown.flatMap(({ buttons }) => buttons).findLast((button) => button.payload === payload)?.title ?? null);
  }

  /** A reply, from the call, the stream or another tab. @param {ReplyBody} body */
  #take(body) {
    const turn = this.turns.get(body.message_id)
      ?? this.#add({ message_id: body.message_id, asked: body.text ?? null, payload: null, state: "sending" });
    this.#settle(body);
    this.#channel.tell({ turn });
  }

  /** Gives a turn what the server says of it. @param {Pick<ReplyBody, "message_id" | "outcome" | "messages">} body */
  #settle({ message_id, outcome, messages }) {
    this.#store.drop(message_id);
    const turn = this.turns.get(message_id);
    if (!turn || turn.state === "answered" && turn.messages.length === messages.length) return;
    turn.asked ??= this.#titleOf(turn.payload);
    turn.state = outcome === null && (turn.asked || turn.payload) ? "kept" : "answered";
    turn.outcome = outcome;
    if (messages.length || turn.state === "answered") turn.messages = messages;
    this.#setTyping(false);
    this.#changed(turn);
  }

  /** @param {StreamEvent} event */
  #heard({ name, data }) {
    const news = JSON.parse(data);
    if (name === "reply") this.#take(news);
    else if (name === "staff") this.#staffSaid(news.message ?? news);
    else if (name === "typing" && this.turns.get(news.message_id)?.state !== "answered") this.#setTyping(true);
  }

  /** @param {Message} message */
  #staffSaid(message) {
    const shown = [...this.turns.values()].some(({ messages }) => messages.some(({ id }) => id === message.id));
    if (!shown) this.#changed(this.#add({ message_id: message.id, asked: null, payload: null, state: "answered", messages: [message] }));
  }

  /** What another tab says. @param {{turn?: Turn, language?: Writing, erased?: boolean}} news */
  #hear({ turn, language, erased }) {
    if (language) this.#setLanguage(language);
    if (erased) {
      this.#forget();
      this.turns.clear();
      this.dispatchEvent(new CustomEvent("reset"));
    }
    if (!turn) return;
    const known = this.turns.get(turn.message_id);
    if (known?.state === "answered") return;
    this.#changed(known ? Object.assign(known, turn) : this.#add(turn));
  }

  #forget() {
    this.listen(false);
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
    this.dispatchEvent(new CustomEvent("turn", { detail: turn }));
  }

  /** @param {boolean} away */
  #setAway(away) {
    if (away === this.away) return;
    this.away = away;
    this.dispatchEvent(new CustomEvent("status"));
  }

  /** @param {boolean} typing */
  #setTyping(typing) {
    clearTimeout(this.#typingEnd);
    if (typing) this.#typingEnd = window.setTimeout(() => this.#setTyping(false), TYPING_MS);
    if (typing === this.typing) return;
    this.typing = typing;
    this.dispatchEvent(new CustomEvent("status"));
  }

  /** @param {Writing} language */
  #setLanguage(language) {
    this.language = this.#server.language = language;
    this.dispatchEvent(new CustomEvent("language"));
  }
}

/** An identifier nobody else draws; `randomUUID` is missing on pages served without TLS. */
function uniqueId() {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {() => Promise<void>} task */
async function oneTabAtATime(task) {
  await (navigator.locks ? navigator.locks.request("dalil-open", task) : task());
}

/** @param {string} scope @param {(news: any) => void} hear */
function tabChannel(scope, hear) {
  if (!("BroadcastChannel" in window)) return { tell() {}, close() {} };
  const channel = new BroadcastChannel(`dalil:${scope}`);
  channel.onmessage = ({ data }) => hear(data);
  return { tell: (/** @type {object} */ news) => channel.postMessage(news), close: () => channel.close() };
}
