/* Ed25519 by WebCrypto, which not every browser has. A key is imported to learn whether it is there. */

import { fromBase64 } from "./bytes.js";

const A_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // RFC 8032, 7.1: a point any implementation takes

const imported = (raw) => crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);

/** Tell whether this browser has Ed25519. */
export const hasEd25519 = () => imported(fromBase64(A_KEY)).then(() => true, () => false);

/** Tell whether the 64 bytes are the signature of the message under the 32-byte key. */
export async function isSigned(key, message, signature) {
  try {
    return await crypto.subtle.verify("Ed25519", await imported(key), signature, message);
  } catch {
    return false; // no point of the curve
  }
}
