// The only module that speaks to the server: calls, and the stream of what comes later.

/** @import {Access, Erased, History, Opened, ReplyBody, StreamEvent, Turn, Writing} from "./types" */

const TIMEOUT_MS = 20_000;
// The server sends a heartbeat every 15 s: three missed ones mean a dead line.
const SILENCE_MS = 45_000;
const STREAM_RETRIES_BEFORE_POLLING = 2;

/** The server could not be reached, or asks to come back later: worth trying again. */
export class Away extends Error {}

/** The server understood and said no: trying again would change nothing. */
export class Refused extends Error {
  /** @param {number} status @param {string} message what the visitor can read */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the conversation itself is gone, or no longer ours. */
  get isGone() {
    return [401, 403, 404, 410].includes(this.status);
  }
}

export class Server {
  #base;
  /** @type {Access | null} */
  access = null;
  /** @type {Writing} */
  language = "fr";

  /** @param {string} endpoint where the API lives, without a final slash */
  constructor(endpoint) {
    this.#base = `${endpoint}/api`;
  }

  /** @returns {Promise<Opened>} */
  open() {
    return this.#json("POST", "/conversations", { language: this.language });
  }

  /** @returns {Promise<History>} */
  history() {
    return this.#json("GET", `${this.#own}/messages`);
  }

  /** @param {Turn} turn @returns {Promise<ReplyBody>} */
  send({ message_id, asked, payload }) {
    return this.#json("POST", `${this.#own}/messages`, payload ? { message_id, payload } : { message_id, text: asked });
  }

  /** @param {Writing} language */
  speak(language) {
    return this.#json("PATCH", this.#own, { language });
  }

  /** @param {string} id @param {"helpful" | "not_helpful"} verdict @param {string} [reason] */
  judge(id, verdict, reason) {
    return this.#json("POST", `${this.#own}/messages/${encodeURIComponent(id)}/feedback`, { verdict, reason });
  }

  /** @returns {Promise<{version: string, text: string}>} */
  callbackNotice() {
    return this.#json("GET", `/notices/callback?language=${this.language}`);
  }

  /** @param {Record<string, string>} request @returns {Promise<{id: string, due: string}>} */
  callBack(request) {
    return this.#json("POST", `${this.#own}/callback`, request);
  }

  /** @param {"txt" | "pdf"} format */
  async transcript(format) {
    return (await this.#call("GET", `${this.#own}/transcript.${format}`)).blob();
  }

  /** @returns {Promise<Erased>} */
  erase() {
    return this.#json("DELETE", this.#own);
  }

  /**
   * Follows the conversation until `signal` says stop: each event goes to `on.event`; `on.gap` runs
   * whenever events may have been missed (at each connection, and instead of the stream where it
   * cannot be had).
   * @param {{event: (event: StreamEvent) => void, gap: () => Promise<void>}} on
   * @param {AbortSignal} signal
   */
  async follow(on, signal) {
    let last = "";
    for (let failures = 0; !signal.aborted; failures += 1) {
      const line = new AbortController();
      const hangUp = () => line.abort();
      signal.addEventListener("abort", hangUp);
      let silence = setTimeout(hangUp, SILENCE_MS);
      try {
        const response = await fetch(`${this.#base}${this.#own}/stream`, {
          headers: this.#headers(last ? { "Last-Event-ID": last } : {}), signal: line.signal,
        });
        if (!response.ok || !response.body) throw new Away();
        await on.gap();
        failures = 0;
        const heard = () => {
          clearTimeout(silence);
          silence = setTimeout(hangUp, SILENCE_MS);
        };
        for await (const event of eventsOf(response.body, heard)) {
          last = event.id || last;
          on.event(event);
        }
      } catch {
        // Whatever broke the line, the answer is the same: wait a little and call again.
      } finally {
        clearTimeout(silence);
        signal.removeEventListener("abort", hangUp);
        line.abort();
      }
      if (signal.aborted) return;
      if (failures >= STREAM_RETRIES_BEFORE_POLLING) await on.gap().catch(() => {});
      await pause(Math.min(1000 * 2 ** failures, 8000), signal);
    }
  }

  get #own() {
    if (!this.access) throw new Away("no conversation yet");
    return `/conversations/${this.access.id}`;
  }

  /** @param {Record<string, string>} more @returns {Record<string, string>} */
  #headers(more) {
    return { "Accept-Language": this.language, ...(this.access && { Authorization: `Bearer ${this.access.token}` }), ...more };
  }

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async #json(method, path, body) {
    const response = await this.#call(method, path, body);
    return response.json().catch(() => {
      throw new Away("unreadable answer");
    });
  }

  /**
   * @param {string} method @param {string} path @param {unknown} [body]
   * @returns {Promise<Response>}
   */
  async #call(method, path, body) {
    const line = new AbortController();
    const timer = setTimeout(() => line.abort(), TIMEOUT_MS);
    let response;
    try {
      response = await fetch(this.#base + path, {
        method, signal: line.signal,
        headers: this.#headers(body ? { "Content-Type": "application/json" } : {}),
        body: body ? JSON.stringify(body) : null,
      });
    } catch {
      throw new Away(`${method} ${path}: no answer`);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Away(`${response.status}`);
    const problem = await response.json().catch(() => null);
    throw new Refused(response.status, problem?.error?.message ?? `${response.status}`);
  }
}

/**
 * The events of a server-sent stream. `EventSource` cannot show a token, so the format is read here.
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} heard called for every piece received, heartbeats too
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* eventsOf(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    rest += decoder.decode(value, { stream: true }).replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = { id: "", name: "message", data: "" };
      for (const line of block.split("\n")) {
        const [, field, text] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
        if (field === "id") event.id = text;
        else if (field === "event") event.name = text;
        else if (field === "data") event.data += event.data ? `\n${text}` : text;
      }
      if (event.data) yield event;
    }
  }
}

/** @param {number} ms @param {AbortSignal} signal */
function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done(undefined);
    }, { once: true });
  });
}
