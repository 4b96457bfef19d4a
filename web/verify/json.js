// Strict JSON (RFC 8259 within I-JSON, RFC 7493): what `ledger.canonical.read` takes, and nothing else. Numbers keep their
// digits, for a browser's own parser rounds what is beyond 2^53; objects are Maps, for a name may be anything.

const MAX_DEPTH = 200;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const LONE = /\p{Surrogate}/u;

export class Digits {
  constructor(text) {
    this.text = text;
  }
}

export class NotJson extends Error {}

/** The value of UTF-8 bytes. Throws NotJson. */
export function read(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotJson("not JSON: the bytes are not UTF-8");
  }
  return new Reader(text).whole();
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(1);
    this.skip();
    if (this.at < this.text.length) this.refuse();
    return value;
  }

  refuse(why = "is the file complete?") {
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    throw new NotJson(`not JSON: line ${line}, column ${this.at - before.lastIndexOf("\n")}; ${why}`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found?.[0];
  }

  skip() {
    this.match(SPACE);
  }

  take(character) {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  value(depth) {
    if (depth > MAX_DEPTH + 1) throw new NotJson(`not JSON that we read: nested deeper than ${MAX_DEPTH}`);
    this.skip();
    const next = this.text[this.at];
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const digits = this.match(NUMBER);
    return digits === undefined ? this.refuse() : new Digits(digits);
  }

  object(depth) {
    const found = new Map();
    this.at++;
    this.skip();
    if (this.take("}")) return found;
    do {
      this.skip();
      if (this.text[this.at] !== '"') this.refuse();
      const name = this.string();
      if (found.has(name)) this.refuse("a name stands twice in one object");
      this.skip();
      if (!this.take(":")) this.refuse();
      found.set(name, this.value(depth + 1));
      this.skip();
    } while (this.take(","));
    return this.take("}") ? found : this.refuse();
  }

  array(depth) {
    const found = [];
    this.at++;
    this.skip();
    if (this.take("]")) return found;
    do {
      found.push(this.value(depth + 1));
      this.skip();
    } while (this.take(","));
    return this.take("]") ? found : this.refuse();
  }

  string() {
    let text = "";
    this.at++;
    for (;;) {
      text += this.match(PLAIN);
      if (this.take('"')) break;
      if (!this.take("\\")) this.refuse();
      text += this.escape();
    }
    if (LONE.test(text)) throw new NotJson("not JSON: a lone surrogate is no character");
    return text;
  }

  escape() {
    const letter = this.text[this.at++];
    if (letter !== "u") return ESCAPES[letter] ?? this.refuse();
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse();
    this.at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }
}
