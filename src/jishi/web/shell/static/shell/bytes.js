/* Bytes as the evidence writes them: hexadecimal, base64 in its one spelling, SHA-256 by WebCrypto. */

import { Fault } from "./canonical.js";

export const encode = (text) => new TextEncoder().encode(text);

export function join(...pieces) {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), 0);
  return whole;
}

export const sha256 = async (...pieces) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...pieces)));

export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const toBase64 = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

export const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Read base64, of `size` bytes if one is given; throws a Fault for any other spelling of the bytes. */
export function fromBase64(text, size) {
  let data = null;
  try {
    data = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    data = null;
  }
  const wrong = data === null || toBase64(data) !== text || (size !== undefined && data.length !== size);
  if (wrong) throw new Fault("evidence.signature.base64", { size: size ?? "" });
  return data;
}
