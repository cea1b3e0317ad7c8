// The only module that speaks to the server: calls, and the stream of what comes later.

/** @import {Access, Erased, History, Opened, ReplyBody, StreamEvent, Turn, Writing} from "./types" */

const TIMEOUT_MS = 20_000;
// The server sends a heartbeat every 15 s: three missed ones mean a dead line.
const SILENCE_MS = 45_000;
const STREAM_RETRIES_BEFORE_POLLING = 2;

/** No answer, or "come back later" (then the message says why): worth trying again. */
export class Away extends Error {}

/** The server said no: trying again would change nothing. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether there is no such conversation any more, or none of ours. */
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

  /** @param {string} endpoint */
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

  /** @param {"callback" | "privacy"} name @returns {Promise<{version: string, text: string}>} */
  notice(name) {
    return this.#json("GET", `/notices/${name}?language=${this.language}`);
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
   * Follows the conversation until `signal`: a line that breaks is opened again after the event that
   * `on.last` names; where none can be had, `on.poll` runs in its place.
   * @param {{last: () => string, opened: () => void, event: (event: StreamEvent) => void, poll: () => Promise<void>}} on
   * @param {AbortSignal} signal
   */
  async follow(on, signal) {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const line = new AbortController();
      const hangUp = () => line.abort();
      signal.addEventListener("abort", hangUp);
      let silence = setTimeout(hangUp, SILENCE_MS);
      try {
        const response = await fetch(`${this.#base}${this.#own}/stream`, {
          headers: this.#headers({ "Last-Event-ID": on.last() }), signal: line.signal,
        });
        if (!response.ok || !response.body) throw new Away();
        on.opened();
        failures = 0;
        const heard = () => {
          clearTimeout(silence);
          silence = setTimeout(hangUp, SILENCE_MS);
        };
        for await (const event of eventsOf(response.body, heard)) on.event(event);
      } catch {
        // Whatever broke the line: wait a little and call again.
      } finally {
        clearTimeout(silence);
        signal.removeEventListener("abort", hangUp);
        line.abort();
      }
      if (signal.aborted) return;
      if (failures >= STREAM_RETRIES_BEFORE_POLLING) await on.poll().catch(() => {});
      await pause(Math.min(1000 * 2 ** failures, 8000), signal);
    }
  }

  get #own() {
    if (!this.access) throw new Away();
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
      throw new Away();
    });
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<Response>} */
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
      throw new Away();
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => null);
    const said = problem?.error?.message;
    if (response.status === 429) throw new Away(said);
    if (response.status >= 500) throw new Away();
    throw new Refused(response.status, said ?? `${response.status}`);
  }
}

/**
 * The events of a stream, read here because `EventSource` cannot show a token; `heard` is called for
 * heartbeats too.
 * @param {ReadableStream<Uint8Array>} body @param {() => void} heard
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
    rest = (rest + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n");
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
    setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
