// What stays in the browser between two pages: the key of the conversation, messages not yet sent.

/** @import {Turn} from "./types" */

export class Store {
  #prefix;
  /** @type {Pick<Storage, "getItem" | "setItem" | "removeItem"> & {keys: () => string[]}} */
  #box;

  /** @param {string} scope one server, one scope */
  constructor(scope) {
    this.#prefix = `dalil:${scope}:`;
    this.#box = durable() ?? fleeting();
  }

  /**
   * @param {string} key
   * @returns {any} null when nothing readable is there
   */
  read(key) {
    try {
      return JSON.parse(this.#box.getItem(this.#prefix + key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {unknown} value */
  write(key, value) {
    try {
      this.#box.setItem(this.#prefix + key, JSON.stringify(value));
    } catch {
      // A full or closed storage must not stop the conversation: it then lives in this page only.
    }
  }

  /** @param {string} key */
  remove(key) {
    this.#box.removeItem(this.#prefix + key);
  }

  /**
   * Messages typed and not yet taken by the server, oldest first. One key each, so that two tabs
   * never overwrite one another's.
   * @returns {Pick<Turn, "message_id" | "asked" | "payload">[]}
   */
  outbox() {
    return this.#keys("out:").map((key) => this.read(key)).filter(Boolean).sort((a, b) => a.at - b.at);
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
    this.remove("conversation");
    for (const key of this.#keys("out:")) this.remove(key);
  }

  /** @param {string} start */
  #keys(start) {
    return this.#box.keys().filter((key) => key.startsWith(this.#prefix + start))
      .map((key) => key.slice(this.#prefix.length));
  }
}

/** The browser's storage, or null where it is forbidden. */
function durable() {
  try {
    const storage = window.localStorage;
    storage.getItem("");
    return {
      getItem: storage.getItem.bind(storage),
      setItem: storage.setItem.bind(storage),
      removeItem: storage.removeItem.bind(storage),
      keys: () => Object.keys(storage),
    };
  } catch {
    return null;
  }
}

/** A storage that ends with the page. */
function fleeting() {
  /** @type {Map<string, string>} */
  const held = new Map();
  return {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void held.set(key, value),
    removeItem: (/** @type {string} */ key) => void held.delete(key),
    keys: () => [...held.keys()],
  };
}
