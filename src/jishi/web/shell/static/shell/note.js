/* The checkpoint of a log: a signed note (C2SP signed-note, tlog-checkpoint) that a known key must have signed. */

import { encode, fromBase64, hex, join, isSame, sha256, toBase64 } from "./bytes.js";
import { Fault } from "./canonical.js";
import { isSigned } from "./ed25519.js";

const ED25519 = 1;
const LINE = /^\u2014 (\S+) (\S+)$/u;

/** Return { origin, size, root } of a checkpoint the log's key signed under its origin; throws a Fault by code.

    `canVerify` false leaves the signature unchecked, where the browser cannot. */
export async function openCheckpoint(note, key, canVerify) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Fault("evidence.note.blank");
  const text = note.slice(0, cut + 1);
  const checkpoint = readCheckpoint(text);
  await checkSigned(text, note.slice(cut + 2, -1).split("\n").map(readLine), [checkpoint.origin, key, canVerify]);
  return checkpoint;
}

function readCheckpoint(text) {
  const lines = text.slice(0, -1).split("\n");
  if (lines.length < 3 || lines.some((line) => !line)) throw new Fault("evidence.checkpoint.lines");
  const [origin, size, root] = lines;
  if (!/^(?:0|[1-9]\d{0,19})$/.test(size)) {
    throw new Fault("evidence.checkpoint.size", { found: size, most: String(2n ** 64n - 1n) });
  }
  return { origin, size: BigInt(size), root: fromBase64(root, 32) };
}

function readLine(line) {
  const [, name, body] = LINE.exec(line) ?? [];
  if (!name) throw new Fault("evidence.note.line", { line });
  const raw = fromBase64(body);
  return { name, id: raw.slice(0, 4), signature: raw.slice(4) };
}

async function checkSigned(text, lines, [name, key, canVerify]) {
  const material = join([ED25519], key);
  const id = (await sha256(encode(`${name}\n`), material)).slice(0, 4);
  const known = `${name}+${hex(id)}+${toBase64(material)}`;
  const own = lines.find((line) => line.name === name && isSame(line.id, id));
  if (!own) throw new Fault("evidence.note.unsigned", { keys: known });
  if (canVerify && !(await isSigned(key, encode(text), own.signature))) {
    throw new Fault("evidence.note.wrong", { key: known });
  }
}
