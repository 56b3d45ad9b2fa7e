/* Server time and countdowns: <time data-due-ms>, <time data-server-clock>. */

import { span, stampOf } from "./format.js";

const SOON_MS = 3_600_000;
let aheadMs = -Infinity;

/** Learn the server's clock from an instant it sent. A message only arrives late, so the largest lead is the truest. */
export function learn(serverMs) {
  aheadMs = Math.max(aheadMs, serverMs - Date.now());
}

/** Start over, after the machine slept or its own clock was set. */
export function relearn(serverMs) {
  aheadMs = serverMs - Date.now();
}

export const serverNow = () => Date.now() + aheadMs;

function show() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-due-ms]")) {
    const left = Number(element.dataset.dueMs) - now;
    const text = element.dataset.dueMs ? span(left) : "—";
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("soon", Boolean(element.dataset.dueMs) && left < Number(element.dataset.soonMs || SOON_MS));
  }
  for (const element of document.querySelectorAll("[data-server-clock]")) element.textContent = stampOf(now);
}

learn(Number(document.body.dataset.serverMs));
show();
setInterval(show, 250);
