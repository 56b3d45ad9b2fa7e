/* Server time and countdowns: <time data-due-ms>, <time data-server-clock>. */

import { span, stampOf } from "./format.js";

const SOON_MS = 3_600_000;
const PROBES = 4;
const DRIFT_MS = 1; // what two clocks may part in the minute between two rounds of asking
const JUMP_MS = 500;

/* How far the server's clock is ahead of this page's own, which no change of the machine's clock moves. A message that
   only arrives says "at least so far": it was sent before. An answer to a question also says "at most so far": it was
   sent after the question. The truth lies between; the closer the two, the better it is known. */
let leastMs = -Infinity;
let mostMs = Infinity;
let wallMs = Date.now() - performance.now();

/** Learn from an instant the server sent; `askedMs` is when this page asked for it, by its own clock. */
export function learn(serverMs, askedMs = -Infinity) {
  forgetAfterSleep();
  leastMs = Math.max(leastMs, serverMs - performance.now());
  mostMs = Math.min(mostMs, serverMs - askedMs);
  if (leastMs > mostMs) relearn(serverMs); // one of the two clocks was set
}

/** Start over. */
export function relearn(serverMs) {
  leastMs = serverMs - performance.now();
  mostMs = Infinity;
}

/** Ask the server for its clock a few times; the quickest answer says most. Silence changes nothing. */
export async function ask() {
  leastMs -= DRIFT_MS;
  mostMs += DRIFT_MS;
  for (let turn = 0; turn < PROBES; turn++) {
    const askedMs = performance.now();
    try {
      const answer = await fetch("/live/clock", { cache: "no-store", credentials: "omit" });
      learn((await answer.json()).server_ms, askedMs);
    } catch {
      return;
    }
  }
}

export const serverNow = () => performance.now() + (mostMs === Infinity ? leastMs : (leastMs + mostMs) / 2);

/* The page's own clock may stand still while the machine sleeps; the machine's does not. */
function forgetAfterSleep() {
  const wall = Date.now() - performance.now();
  if (Math.abs(wall - wallMs) > JUMP_MS) [leastMs, mostMs] = [-Infinity, Infinity];
  wallMs = wall;
}

function show() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-due-ms]")) {
    const left = Number(element.dataset.dueMs) - now;
    say(element, element.dataset.dueMs ? span(left) : "—");
    element.classList.toggle("soon", Boolean(element.dataset.dueMs) && left < Number(element.dataset.soonMs || SOON_MS));
  }
  for (const element of document.querySelectorAll("[data-server-clock]")) say(element, stampOf(now));
}

/* What already stands there is not written again: each writing is drawn anew. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

learn(Number(document.body.dataset.serverMs));
show();
setInterval(show, 250);
