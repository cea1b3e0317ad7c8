// What stays in the browser between two pages: the key of the conversation, messages not yet sent.
// Where storage is closed or full, the conversation lives as long as its page.

/** @import {Turn} from "./types" */

export class Store {
  #prefix;

  /** @param {string} scope one server, one scope */
  constructor(scope) {
    this.#prefix = `dalil:${scope}:`;
  }

  /** @param {string} key @returns {any} null when nothing readable is there */
  read(key) {
    return attempt(() => JSON.parse(localStorage.getItem(this.#prefix + key) ?? "null")) ?? null;
  }

  /** @param {string} key @param {unknown} value */
  write(key, value) {
    attempt(() => localStorage.setItem(this.#prefix + key, JSON.stringify(value)));
  }

  /** @param {string} key */
  remove(key) {
    attempt(() => localStorage.removeItem(this.#prefix + key));
  }

  /** What the server has not taken yet, oldest first; a key each, so that no tab overwrites another's. */
  outbox() {
    return this.#outKeys().map((key) => this.read(key)).sort((one, other) => one.at - other.at);
  }

  /** @param {Turn} turn */
  keep({ message_id, asked, payload }) {
    this.write(`out:${message_id}`, { message_id, asked, payload, at: Date.now() });
  }

  /** @param {string} id */
  drop(id) {
    this.remove(`out:${id}`);
  }

  /** Forgets the conversation and everything typed in it; the chosen language stays. */
  clear() {
    for (const key of ["conversation", ...this.#outKeys()]) this.remove(key);
  }

  #outKeys() {
    const start = `${this.#prefix}out:`;
    const keys = attempt(() => Object.keys(localStorage)) ?? [];
    return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(this.#prefix.length));
  }
}

/** @template T @param {() => T} task @returns {T | undefined} */
function attempt(task) {
  try {
    return task();
  } catch {
    return undefined;
  }
}
