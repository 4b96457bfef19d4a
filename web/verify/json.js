// Strict JSON (RFC 8259 within I-JSON, RFC 7493), as `ledger.canonical.read` reads it. A number keeps its digits, because
// JSON.parse rounds beyond 2^53. An object is a Map, because a member may have any name.

/** @import { Json } from "./documents" */
const MAX_DEPTH = 200;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
/** @type {Record<string, string>} */
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
/** @type {[text: string, value: boolean | null][]} */
const LITERALS = [["true", true], ["false", false], ["null", null]];
const LONE = /\p{Surrogate}/u;

/** A number by its digits. */
export class JsonNumber {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** The text is not JSON that `read` accepts. */
export class NotJson extends Error {}

/** The value of UTF-8 bytes. Throws NotJson. @type {(bytes: Uint8Array) => Json} */
export function read(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotJson("not JSON: the bytes are not UTF-8");
  }
  return new Reader(text).document();
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.offset = 0;
  }

  document() {
    const value = this.value(1);
    this.skip();
    if (this.offset < this.text.length) this.refuse();
    return value;
  }

  /** @type {(why?: string) => never} */
  refuse(why = "is the file complete?") {
    const before = this.text.slice(0, this.offset);
    const line = before.split("\n").length;
    throw new NotJson(`not JSON: line ${line}, column ${this.offset - before.lastIndexOf("\n")}; ${why}`);
  }

  /** @type {(pattern: RegExp) => string | undefined} */
  match(pattern) {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.text);
    if (match) this.offset = pattern.lastIndex;
    return match?.[0];
  }

  skip() {
    this.match(SPACE);
  }

  /** @type {(character: string) => boolean} */
  accept(character) {
    if (this.text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  /** @type {(depth: number) => Json} */
  value(depth) {
    if (depth > MAX_DEPTH + 1) throw new NotJson(`not JSON that we read: nested deeper than ${MAX_DEPTH}`);
    this.skip();
    const next = this.text[this.offset];
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"') return this.string();
    const literal = LITERALS.find(([text]) => this.text.startsWith(text, this.offset));
    if (!literal) return new JsonNumber(this.match(NUMBER) ?? this.refuse());
    this.offset += literal[0].length;
    return literal[1];
  }

  /** @type {(depth: number) => Map<string, Json>} */
  object(depth) {
    const members = new Map();
    this.offset++;
    this.skip();
    if (this.accept("}")) return members;
    do {
      this.skip();
      if (this.text[this.offset] !== '"') this.refuse();
      const name = this.string();
      if (members.has(name)) this.refuse("a name stands twice in one object");
      this.skip();
      if (!this.accept(":")) this.refuse();
      members.set(name, this.value(depth + 1));
      this.skip();
    } while (this.accept(","));
    return this.accept("}") ? members : this.refuse();
  }

  /** @type {(depth: number) => Json[]} */
  array(depth) {
    /** @type {Json[]} */
    const items = [];
    this.offset++;
    this.skip();
    if (this.accept("]")) return items;
    do {
      items.push(this.value(depth + 1));
      this.skip();
    } while (this.accept(","));
    return this.accept("]") ? items : this.refuse();
  }

  /** @type {() => string} */
  string() {
    let text = "";
    this.offset++;
    for (;;) {
      text += this.match(PLAIN);
      if (this.accept('"')) break;
      if (!this.accept("\\")) this.refuse();
      text += this.escape();
    }
    if (LONE.test(text)) throw new NotJson("not JSON: a lone surrogate is no character");
    return text;
  }

  /** @type {() => string} */
  escape() {
    const letter = this.text[this.offset++];
    if (letter !== "u") return ESCAPES[letter] ?? this.refuse();
    const digits = this.text.slice(this.offset, this.offset + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse();
    this.offset += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }
}
