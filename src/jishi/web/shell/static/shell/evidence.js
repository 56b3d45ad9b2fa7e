/* What a browser can check of a bundle and its receipts: the bytes, who signed, the entries, the log.

   The same checks, codes and parameters as kernel/evidence; only WebCrypto, nothing is sent or fetched. The mechanism
   is not replayed here: the outcome is for the server or the file one carries away. A check is { name, ok, code,
   params }, `ok` null where nothing was found out. */

import { encode, fromBase64, hex, isSame, sha256, toBase64 } from "./bytes.js";
import { Fault, canonicalBytes } from "./canonical.js";
import { hasEd25519, isSigned } from "./ed25519.js";
import { openCheckpoint } from "./note.js";
import { areIncluded, isConsistent, leafHash, rootOf } from "./tree.js";

const FORMATS = ["jishi.bundle/1", "jishi.bundle/2"];
const BUNDLE = {
  format: "str", subject: "str", pack: "dict", entries: "list", outcome: "dict", root: "str", size: "int", signer: "dict",
  signature: "str",
};
const ENTRY = { seq: "int", kind: "str", effective_at: "int", recorded_at: "int", data: "dict" };
const PACK = { id: "str", version: "str", hash: "str" };
const SIGNER = { key: "str", name: "str", simulated: "bool" };
const LOG = { checkpoint: "str", indices: "list", proof: "list", since: "any" };
const SINCE = { checkpoint: "str", proof: "list" };
const RECEIPT = ["format", "stream", "seq", "leaf_hash", "at", "key", "signature"];
const RECEIPTS = { "jishi.receipt/1": RECEIPT, "jishi.receipt/2": [...RECEIPT, "index", "size", "root", "path"] };

/** Check a bundle's bytes and receipts (parsed), against the key the reader trusts if one is given. */
export async function checkEvidence(raw, trust, receipts = []) {
  const checks = [];
  const value = await run(checks, "canonical", () => readCanonical(raw));
  if (!checks[0].ok) return checks;
  const read = await run(checks, "read", () => readBundle(value));
  if (!checks[1].ok) return checks;
  const bundle = { bundle: read, leaves: await leavesOf(read), canVerify: await hasEd25519() };
  await run(checks, "signature", () => checkSignature(bundle));
  await run(checks, "trust", () => checkTrust(bundle, trust));
  for (const [name, check] of Object.entries({ sequence, root, log, clock })) await run(checks, name, () => check(bundle));
  checks.push({ name: "outcome", ok: null, code: "verify.browser.outcome", params: {} });
  for (const receipt of receipts) await checkReceipt(checks, receipt, bundle);
  return checks;
}

/* A check returns the parameters of its success, `code` and `ok` where they are not the usual ones, and what it `read`. */
async function run(checks, name, check) {
  try {
    const { ok = true, code = `verify.${name}.ok`, read, ...params } = await check();
    checks.push({ name, ok, code, params });
    return read;
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault("verify.malformed", { error: error.name });
    checks.push({ name, ok: false, code: fault.code, params: fault.params });
    return null;
  }
}

const cannotVerify = (params) => ({ ok: null, code: "verify.browser.no_ed25519", ...params });

/* ---- the file ---- */

function readCanonical(raw) {
  const text = decode(raw);
  let large = false;
  // A number past 2^53 is read from its digits, where the browser gives them.
  const exact = (key, value, context) => {
    if (typeof value !== "number") return value;
    if (/[.eE]/.test(context?.source ?? "")) throw new Fault("evidence.canonical.type", { found: "float" });
    if (Number.isSafeInteger(value)) return value;
    if (context === undefined) large = true;
    return context === undefined ? value : BigInt(context.source);
  };
  const value = parse(text, exact);
  if (large) return { ok: null, code: "verify.browser.number" };
  const again = canonicalBytes(value);
  if (!isSame(again, raw)) throw new Fault("evidence.canonical.form", { position: firstDifference(again, raw) });
  return { bytes: raw.length, read: value };
}

function decode(raw) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Fault("evidence.canonical.read", { position: 0 });
  }
}

function parse(text, reviver) {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof RangeError) throw new Fault("evidence.canonical.depth", { limit: 32 });
    throw new Fault("evidence.canonical.read", { position: Number(/position (\d+)/.exec(error.message)?.[1] ?? 0) });
  }
}

function firstDifference(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? one.length : at;
}

function readBundle(raw) {
  const second = raw?.format !== FORMATS[0];
  mustFit("bundle", raw, second ? { ...BUNDLE, log: "any" } : BUNDLE);
  if (!FORMATS.includes(raw.format)) throw new Fault("evidence.bundle.format", { found: raw.format, needed: FORMATS[1] });
  if (second && raw.log !== null) mustFitLog(raw.log);
  mustFit("pack", raw.pack, PACK);
  mustFit("signer", raw.signer, SIGNER);
  for (const entry of raw.entries) mustFit("entry", entry, ENTRY, "evidence.entry");
  return { subject: raw.subject, entries: raw.entries.length, read: raw };
}

function mustFitLog(log) {
  mustFit("log", log, LOG);
  if (log.since !== null) mustFit("log.since", log.since, SINCE);
  if (!log.indices.every((each) => kindOf(each) === "int")) throw wrongType("log.indices", "int");
  if (!log.proof.every((each) => kindOf(each) === "str")) throw wrongType("log.proof", "str");
}

const wrongType = (field, needed, room = "evidence.bundle") => new Fault(`${room}.type`, { field, needed });

function mustFit(field, raw, shape, room = "evidence.bundle") {
  const needed = Object.keys(shape).sort();
  const found = kindOf(raw) === "dict" ? Object.keys(raw).sort() : null;
  if (found?.join() !== needed.join()) throw new Fault(`${room}.fields`, { field, needed: needed.join(", ") });
  for (const [name, kind] of Object.entries(shape)) {
    if (kind === "any" || kindOf(raw[name]) === kind) continue;
    throw wrongType(["bundle", "entry"].includes(field) ? name : `${field}.${name}`, kind, room);
  }
}

function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return { string: "str", number: "int", bigint: "int", boolean: "bool", object: "dict" }[typeof value];
}

/* ---- who signed ---- */

async function checkSignature({ bundle, canVerify }) {
  const { key, name } = bundle.signer;
  if (!canVerify) return cannotVerify({});
  const { signature, log: outside, ...signed } = bundle;
  const good = await isSignedText(key, bundle.format, signed, signature);
  if (!good) throw new Fault("verify.signature.wrong", { key });
  return { name, key };
}

async function isSignedText(key, format, signed, signature) {
  const message = encode(`${format}\n${new TextDecoder().decode(canonicalBytes(signed))}`);
  try {
    return await isSigned(fromBase64(key, 32), message, fromBase64(signature, 64));
  } catch {
    return false; // a key or a signature with a second spelling
  }
}

function checkTrust({ bundle }, trust) {
  const { key } = bundle.signer;
  if (!trust) return { ok: null, code: "verify.trust.unknown", key };
  if (key !== trust) throw new Fault("verify.trust.other_key", { key, trusted: trust });
  return { key };
}

/* ---- the entries ---- */

const leavesOf = ({ subject, entries }) =>
  Promise.all(entries.map((entry) => leafHash(canonicalBytes({ stream: subject, ...entry }))));

function sequence({ bundle }) {
  bundle.entries.forEach(({ seq }, at) => {
    if (seq !== at + 1) throw new Fault("verify.sequence.gap", { place: at + 1, seq });
  });
  const [stated, found] = [bundle.size, bundle.entries.length];
  if (stated !== found) throw new Fault("verify.sequence.size", { stated, found });
  return { size: found };
}

async function root({ bundle, leaves }) {
  const found = hex(await rootOf(leaves));
  if (bundle.root !== found) throw new Fault("verify.root.differs", { stated: bundle.root, found });
  return { root: found };
}

function clock({ bundle }) {
  bundle.entries.forEach(({ seq, effective_at: at, recorded_at: recorded }, place, entries) => {
    const before = entries[place - 1]?.effective_at ?? at;
    if (at < before) throw new Fault("verify.clock.back", { seq, at, before });
    if (recorded < at) throw new Fault("verify.clock.early", { seq, at, recorded });
  });
  return { entries: bundle.entries.length };
}

/* ---- the public log ---- */

async function log({ bundle, leaves, canVerify }) {
  const proof = bundle.log ?? null;
  if (proof === null) return { ok: null, code: "verify.log.absent" };
  const key = fromBase64(bundle.signer.key, 32);
  const checkpoint = await openCheckpoint(proof.checkpoint, key, canVerify);
  await mustInclude(proof, leaves, checkpoint);
  await mustContinue(proof.since, noticedCheckpoint(bundle), { checkpoint, key, canVerify });
  const params = { size: String(checkpoint.size) };
  return canVerify ? params : cannotVerify(params);
}

async function mustInclude({ indices, proof }, leaves, { size, root: logRoot }) {
  if (indices.length !== leaves.length || new Set(indices).size !== indices.length) {
    throw new Fault("verify.log.indices", { found: indices.length, needed: leaves.length });
  }
  const records = await Promise.all(leaves.map((leaf) => leafHash(leaf)));
  const held = new Map(indices.map((index, at) => [BigInt(index), records[at]]));
  if (!(await areIncluded(held, size, hashes(proof), logRoot))) {
    throw new Fault("verify.log.not_included", { size: String(size) });
  }
}

async function mustContinue(since, named, { checkpoint, key, canVerify }) {
  if (named !== null && named !== since?.checkpoint) {
    throw new Fault("verify.log.since", { named: toBase64(encode(named).slice(0, 40)) });
  }
  if (since === null) return;
  const before = await openCheckpoint(since.checkpoint, key, canVerify);
  const proof = hashes(since.proof);
  const good = before.size ? await isConsistent(before, checkpoint, proof) : !proof.length;
  if (!good || before.origin !== checkpoint.origin) {
    throw new Fault("verify.log.rewritten", { size: String(checkpoint.size), before: String(before.size) });
  }
}

function noticedCheckpoint({ entries }) {
  return entries.find(({ kind }) => kind === "NoticePublished")?.data.checkpoint ?? null;
}

const hashes = (texts) => texts.map((text) => fromBase64(text, 32));

/* ---- receipts ---- */

async function checkReceipt(checks, receipt, { bundle, leaves, canVerify }) {
  const before = checks.length;
  await run(checks, "receipt_signature", () => receiptSignature(receipt, canVerify));
  if (checks[before].ok === false) return;
  await run(checks, "receipt_signer", () => receiptSigner(receipt, bundle));
  await run(checks, "receipt_entry", () => receiptEntry(receipt, bundle, leaves));
}

async function receiptSignature(receipt, canVerify) {
  const fields = kindOf(receipt) === "dict" ? Object.keys(receipt).sort().join() : "";
  const known = Object.hasOwn(RECEIPTS, String(receipt?.format)) && typeof receipt.format === "string";
  const needed = (known ? RECEIPTS[receipt.format] : RECEIPT).slice().sort();
  if (!known || fields !== needed.join()) throw new Fault("evidence.receipt.fields", { needed: needed.join(", ") });
  if (!canVerify) return cannotVerify({});
  const { signature, ...alone } = receipt;
  const { format, key, root, size } = receipt;
  const shared = format !== "jishi.receipt/1";
  const good = await isSignedText(key, format, shared ? { format, key, root, size } : alone, signature);
  if (!good || (shared && !(await isOfTree(receipt)))) throw new Fault("evidence.receipt.signature", { key: receipt.key });
  return { key: receipt.key };
}

/* Many receipts share one signature, over the root of a tree of what they promise. */
async function isOfTree({ stream, seq, leaf_hash, at, index, size, root, path }) {
  if (kindOf(index) !== "int" || kindOf(size) !== "int" || kindOf(path) !== "list") return false;
  const leaf = await leafHash(canonicalBytes({ stream, seq, leaf_hash, at }));
  let above;
  try {
    above = [root, ...path].map((text) => fromBase64(text, 32));
  } catch {
    return false;
  }
  return areIncluded(new Map([[BigInt(index), leaf]]), BigInt(size), above.slice(1), above[0]);
}

function receiptSigner({ key }, { signer }) {
  if (key !== signer.key) throw new Fault("evidence.receipt.other_key", { key, bundle_key: signer.key });
  return { key };
}

function receiptEntry({ stream, seq, leaf_hash: promised, at }, { subject, entries }, leaves) {
  if (stream !== subject) throw new Fault("evidence.receipt.stream", { stream, subject });
  const found = entries.flatMap((entry, place) => (entry.seq === seq ? [place] : []));
  if (!found.length) throw new Fault("evidence.receipt.absent", { seq, size: entries.length });
  if (found.some((place) => hex(leaves[place]) !== promised)) throw new Fault("evidence.receipt.rewritten", { seq });
  const instant = entries[found[0]].effective_at;
  if (instant !== at) throw new Fault("evidence.receipt.instant", { seq, at, found: instant });
  return { seq, at };
}
