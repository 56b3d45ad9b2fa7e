/* The bid ticket: got before it is needed, renewed before it ends, so that a bid is one short request.

   A ticket that no longer holds is replaced once and the same key sent again: it never bids twice. */

const RENEW_MS = 120_000;
let held = null; // {text, url, endsMs by this page's own clock}
let asking = null;

/** Have a ticket ready; silence if there is none to be had: the bid will say why. */
export function prepare(form) {
  if (!asking && (!held || held.endsMs - performance.now() < RENEW_MS)) get(form).catch(() => {});
}

/** Send a bid; the answer has `accepted`, `sentence`, and `again` where nothing was taken and it may be sent again. */
export async function post(form, attempt) {
  if (!held || held.endsMs - performance.now() < 0) {
    const refused = await get(form);
    if (refused) return refused;
  }
  const response = await send(attempt);
  if (response.status !== 401) return await hear(response);
  held = null;
  return (await get(form)) ?? hear(await send(attempt));
}

async function hear(response) {
  const answer = await response.json();
  return { ...answer, again: response.status === 429 || response.status === 503 };
}

function send(attempt) {
  const input = { type: "bid", price_fen: attempt.price };
  return fetch(held.url, {
    method: "POST",
    credentials: "omit",
    headers: { Authorization: `Bearer ${held.text}`, "Content-Type": "application/json" },
    body: JSON.stringify({ key: attempt.key, input, lang: document.documentElement.lang }),
  });
}

/** Get a ticket; return the refusal if there is one. */
function get(form) {
  asking ??= ask(form).finally(() => {
    asking = null;
  });
  return asking;
}

async function ask(form) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const response = await fetch(form.dataset.ticket, { method: "POST", body, headers: { Accept: "application/json" } });
  const given = await response.json();
  if (!response.ok) return { accepted: false, ...given };
  held = { text: given.ticket, url: given.url, endsMs: performance.now() + given.left_ms };
  return null;
}
