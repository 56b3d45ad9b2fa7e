/* One's own bid: raise buttons, the amount in figures and capitals, a confirmation, and exactly one answer.

   An attempt keeps its key until the server answered it, so a lost answer is asked for again, never bid again.
   Bids go to the live path with a ticket; where the page has none they go to the form's own address. */

import { post as postLive, prepare } from "./ticket.js";
import { capital, money, readWan, typedWan, figure } from "./format.js";

const form = document.querySelector("form[data-bid]");
const dialog = document.getElementById("confirm-bid");
const words = JSON.parse(document.getElementById("live-words").textContent);
const amount = form.elements.price_wan;
const standing = {
  next: Number(form.dataset.nextFen) || null,
  increment: Number(form.dataset.incrementFen),
  cap: Number(form.dataset.capFen) || null,
};
let touched = false;
let waiting = null; // {price, key} of the attempt that has no answer yet

const fill = (text, price) => text.replace("{price}", price);

function say(text, tone) {
  const place = form.querySelector("[data-answer]");
  place.textContent = text;
  place.className = text ? `verdict ${tone}` : "";
}

function describe() {
  const fen = readWan(amount.value);
  const hint = standing.next === null ? "" : fill(words.next, money(standing.next));
  form.querySelector("[data-capital]").textContent = fen ? `${capital(fen)} · ${hint}` : hint;
  form.querySelector("[data-submit]").textContent = fen ? fill(words.bid, money(fen)) : words.enter;
  const wrong = touched && (!fen || (standing.next !== null && fen < standing.next));
  if (wrong) amount.setAttribute("aria-invalid", "true");
  else amount.removeAttribute("aria-invalid");
}

function offer() {
  if (!touched && standing.next !== null) amount.value = typedWan(standing.next);
  for (const button of form.querySelectorAll("[data-raise]")) {
    button.textContent = "+" + figure(Number(button.dataset.raise) * standing.increment);
  }
  describe();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-raise]");
  if (!button || standing.next === null) return;
  const raised = standing.next + (Number(button.dataset.raise) - 1) * standing.increment;
  amount.value = typedWan(standing.cap ? Math.min(raised, standing.cap) : raised);
  touched = true;
  describe();
});
amount.addEventListener("input", () => {
  touched = true;
  describe();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const price = readWan(amount.value);
  touched = true;
  describe();
  if (!price) return amount.focus();
  if (waiting?.price !== price) waiting = { price, key: crypto.randomUUID() };
  dialog.querySelector("[data-confirm-price]").textContent = money(price);
  dialog.querySelector("[data-confirm-capital]").textContent = capital(price);
  warn();
  dialog.showModal();
});

function warn() {
  const passed = waiting && standing.next !== null && waiting.price < standing.next;
  const place = dialog.querySelector("[data-confirm-warning]");
  place.hidden = !passed;
  if (passed) place.textContent = fill(words.passed, money(standing.next));
  dialog.querySelector("[data-confirm]").disabled = Boolean(passed);
}

dialog.querySelector("[data-confirm]").addEventListener("click", async () => {
  dialog.close();
  await send(waiting);
});

async function send(attempt) {
  const button = form.querySelector("[data-submit]");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    hear(await (form.dataset.ticket ? postLive(form, attempt) : post(attempt)), attempt);
  } catch {
    say(words.unknown, "warn"); // the key stays: sending again asks for the answer of the same bid
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

async function post(attempt) {
  const body = new FormData(form);
  body.set("price_fen", attempt.price);
  body.set("key", attempt.key);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  return { ...(await response.json()), again: response.status === 429 || response.status === 503 };
}

function hear(answer, attempt) {
  if (answer.again) return say(answer.sentence, "warn"); // not taken: the key stays
  waiting = null;
  touched = false;
  say(answer.accepted ? fill(words.accepted, money(attempt.price)) : answer.sentence, answer.accepted ? "" : "bad");
  offer();
}

document.addEventListener("jishi:frame", ({ detail: frame }) => {
  standing.next = frame.next_bid_fen;
  standing.increment = frame.increment_fen ?? standing.increment;
  if (form.dataset.ticket && !form.hidden) prepare(form);
  offer();
  if (dialog.open) warn();
});

offer();
if (form.dataset.ticket && !form.hidden) prepare(form);
