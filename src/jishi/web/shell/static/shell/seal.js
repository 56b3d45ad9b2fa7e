/* Seal a bid in the browser, and make a committee member's key: the suite x25519 of docs/sealing.md.

   Only WebCrypto; nothing is sent from here. For one seed, sealBid gives the same bytes as seal_bid of
   kernel/sealing/envelope.py. */

import { Fault, canonicalBytes } from "./canonical.js";

const PRIME = 2n ** 256n + 297n;
const NONCE = new Uint8Array(12); // each key is derived for one message
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));
const PKCS8_X25519 = fromHex("302e020100300506032b656e04220420"); // RFC 8410: what stands before a raw private key
const [SHARE, SALT, COEFFICIENT, MOST_DEPTH] = [33, 32, 48, 8];
const KEM = join("KEM", [0x00, 0x20]);
const HPKE = join("HPKE", [0x00, 0x20, 0x00, 0x01, 0x00, 0x02]); // X25519, HKDF-SHA256, AES-256-GCM
const subtle = globalThis.crypto?.subtle;

/** Draw bytes from the operating system; only a test passes anything else. */
export const randomBytes = (size) => crypto.getRandomValues(new Uint8Array(size));

/** Tell whether this browser can seal for this committee: a secure page, X25519, and a suite it knows. */
export async function canSeal(committee) {
  if (committee.suite !== "x25519" || !subtle) return false;
  return publicOf(randomBytes(32)).then(() => true, () => false);
}

/** Seal a bid, a plain object, to the committee; return the envelope to hand in. Throws a Fault by code. */
export async function sealBid(committee, alias, bid, draw = randomBytes) {
  if (committee.suite !== "x25519") throw new Fault("sealing.suite", { found: committee.suite, known: "x25519" });
  const plaintext = pad(bid, committee.bid_size);
  const seed = draw(32);
  const salt = hex(await derive(seed, "bid salt", [], SALT));
  const header = await headerOf(committee, alias, bid, salt);
  const context = await digest(canonicalBytes(header));
  const payloads = await payloadsOf(committee, seed, context);
  const ephemeral = await derive(seed, "ephemeral", context, 32);
  const shares = await sealEach(committee.members.map(fromHex), context, payloads, ephemeral);
  const commitments = await Promise.all(
    payloads.map((payload, at) => digest(join("jishi.share/1", context, [at + 1], payload))),
  );
  const ciphertext = await encrypt(await derive(seed, "bid key", context, 32), NONCE, plaintext);
  return {
    ...header,
    shares: shares.map(hex),
    share_commitments: commitments.map(hex),
    ciphertext: hex(ciphertext),
  };
}

/** Make a member's key pair for one offering: register `public`, keep the whole object in a file until the opening. */
export async function makeMemberKey(draw = randomBytes) {
  const secret = draw(32);
  return { format: "jishi.member_key/1", suite: "x25519", public: hex(await publicOf(secret)), private: hex(secret) };
}

/** Tell whether a key file is whole and its own, before its public key is registered or its private key published. */
export async function isMemberKey(key) {
  if (key?.format !== "jishi.member_key/1" || key.suite !== "x25519") return false;
  if (!/^[0-9a-f]{64}$/.test(key.private)) return false;
  return hex(await publicOf(fromHex(key.private))) === key.public;
}

async function headerOf(committee, alias, bid, salt) {
  const value = { lot: committee.lot, alias, bid };
  return {
    format: "jishi.envelope/1",
    suite: committee.suite,
    lot: committee.lot,
    alias,
    committee: hex(await digest(canonicalBytes(committee))),
    commitment: hex(await digest(canonicalBytes({ domain: "jishi.bid/1", salt, value }))),
  };
}

/* ---- the bid and its shares ---- */

function pad(bid, size) {
  const isObject = bid !== null && typeof bid === "object" && !Array.isArray(bid);
  if (!isObject) throw new Fault("sealing.bid.type", { found: typeof bid });
  if (!isShallow(bid, MOST_DEPTH)) throw new Fault("sealing.bid.deep", { most: MOST_DEPTH });
  const body = canonicalBytes(bid);
  if (body.length + 4 > size) throw new Fault("sealing.bid.large", { found: body.length, most: size - 4 });
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, body.length);
  padded.set(body, 4);
  return padded;
}

function isShallow(value, levels) {
  if (value === null || typeof value !== "object") return true;
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1));
}

async function payloadsOf(committee, seed, context) {
  const [count, degree] = [committee.members.length, committee.threshold - 1];
  const polynomial = parts(await derive(seed, "polynomial", context, COEFFICIENT * degree), COEFFICIENT);
  const salts = parts(await derive(seed, "share salts", context, SALT * count), SALT);
  const coefficients = [number(seed), ...polynomial.map((part) => number(part) % PRIME)];
  return salts.map((salt, at) => join(bytesOf(valueAt(coefficients, BigInt(at + 1)), SHARE), salt));
}

const valueAt = (coefficients, x) => coefficients.reduceRight((sum, each) => (sum * x + each) % PRIME, 0n);

/* ---- HPKE, RFC 9180, base mode: one ephemeral key, one message to each member ---- */

async function sealEach(publics, info, payloads, ephemeral) {
  const [ours, secret] = [await publicOf(ephemeral), await privateKey(ephemeral)];
  return Promise.all(
    publics.map(async (reader, at) => {
      const { key, nonce } = await schedule(await exchange(secret, reader), join(ours, reader), info);
      return join(ours, await encrypt(key, nonce, payloads[at]));
    }),
  );
}

async function schedule(exchanged, keys, info) {
  const shared = await expand(await extract(KEM, [], "eae_prk", exchanged), KEM, ["shared_secret", keys], 32);
  const hashes = [await extract(HPKE, [], "psk_id_hash", []), await extract(HPKE, [], "info_hash", info)];
  const secret = await extract(HPKE, shared, "secret", []);
  return {
    key: await expand(secret, HPKE, ["key", [0], ...hashes], 32),
    nonce: await expand(secret, HPKE, ["base_nonce", [0], ...hashes], 12),
  };
}

const extract = (suite, salt, label, material) => hmac(salt, join("HPKE-v1", suite, label, material));

async function expand(key, suite, labelled, size) {
  return (await hmac(key, join([0, size], "HPKE-v1", suite, ...labelled, [1]))).slice(0, size);
}

/* ---- WebCrypto ---- */

async function exchange(secret, reader) {
  const key = await subtle.importKey("raw", reader, "X25519", false, []);
  return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: key }, secret, 256));
}

const privateKey = (raw) => subtle.importKey("pkcs8", join(PKCS8_X25519, raw), "X25519", false, ["deriveBits"]);

const publicOf = async (raw) => exchange(await privateKey(raw), BASE_POINT);

const digest = async (data) => new Uint8Array(await subtle.digest("SHA-256", data));

async function derive(seed, label, context, size) {
  const key = await subtle.importKey("raw", seed, "HKDF", false, ["deriveBits"]);
  const info = join(`jishi.envelope/1 ${label}\n`, context);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await subtle.deriveBits(how, key, 8 * size));
}

async function hmac(key, data) {
  // WebCrypto refuses an empty key; HMAC fills a short one with zeros, so one zero byte is the same key.
  const raw = key.length ? key : new Uint8Array(1);
  const imported = await subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, data));
}

async function encrypt(key, iv, plaintext) {
  const imported = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, imported, plaintext));
}

/* ---- bytes ---- */

function join(...pieces) {
  const encoder = new TextEncoder();
  const arrays = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  const whole = new Uint8Array(arrays.reduce((size, array) => size + array.length, 0));
  arrays.reduce((at, array) => (whole.set(array, at), at + array.length), 0);
  return whole;
}

function parts(data, size) {
  return Array.from({ length: data.length / size }, (_, at) => data.slice(at * size, (at + 1) * size));
}

function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const number = (data) => BigInt("0x" + hex(data));

const bytesOf = (value, size) => fromHex(value.toString(16).padStart(2 * size, "0"));
