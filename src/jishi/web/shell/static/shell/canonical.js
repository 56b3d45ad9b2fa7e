/* Canonical JSON, the same bytes as kernel/evidence/canonical.py: keys by code point, no spaces, integers only. */

const MAX_DEPTH = 32;
const encoder = new TextEncoder();

/** A refusal by code, as the kernel raises it; the page has the sentence. */
export class Fault extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** Write a value of null, booleans, safe integers, BigInt, text, arrays and plain objects as its one JSON text. */
export function canonical(value) {
  return write(value, MAX_DEPTH);
}

export const canonicalBytes = (value) => encoder.encode(canonical(value));

function write(value, depth) {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return integer(value);
  if (!Array.isArray(value) && !isPlain(value)) throw new Fault("evidence.canonical.type", { found: typeof value });
  if (!depth) throw new Fault("evidence.canonical.depth", { limit: MAX_DEPTH });
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth - 1)).join(",")}]`;
  const keys = Object.keys(value).sort(byCodePoint);
  return `{${keys.map((key) => `${text(key)}:${write(value[key], depth - 1)}`).join(",")}}`;
}

function isPlain(value) {
  return typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function text(value) {
  if (!value.isWellFormed()) throw new Fault("evidence.canonical.text");
  return JSON.stringify(value);
}

function integer(value) {
  if (!Number.isSafeInteger(value)) throw new Fault("evidence.canonical.type", { found: "float" });
  return String(value);
}

/* The language's own order is by UTF-16 unit, which puts U+10000 before U+FF5E. */
function byCodePoint(one, other) {
  const a = [...one];
  const b = [...other];
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const apart = a[at].codePointAt(0) - b[at].codePointAt(0);
    if (apart) return apart;
  }
  return a.length - b.length;
}
