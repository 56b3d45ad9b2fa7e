/* The live room: frames from the event stream into the page. docs/pages.md says what a frame holds.

   A frame is the whole standing, so a lost one costs nothing; only ladder rows add up, by their number.
   Elements take part by data-show (text), data-phases (shown in those phases) and data-due-ms. */

import { learn } from "./clock.js";
import { clockOf, figure, premium, unitPrice } from "./format.js";

const root = document.querySelector("[data-live]");
const words = JSON.parse(document.getElementById("live-words").textContent);
const LIVE = ["scheduled", "free", "question", "rounds"];
const QUIET_MS = 40_000; // the server beats every 15 s; a line may die without the browser noticing
let phase = root.dataset.phase;
let lastBeatMs = Infinity;

const shown = (name) => document.querySelectorAll(`[data-show="${name}"]`);

function put(name, text) {
  for (const element of shown(name)) {
    if (element.textContent === text) continue;
    element.textContent = text;
    element.classList.remove("fresh");
    void element.offsetWidth; // restarts the animation
    element.classList.add("fresh");
  }
}

function showPhase(frame) {
  const code = frame.suspended ? "suspended" : frame.phase;
  const [label, tone] = words[code] || [code, "plain"];
  for (const element of shown("phase")) {
    element.textContent = label;
    element.className = `tag ${tone}`;
  }
  for (const element of document.querySelectorAll("[data-phases]")) {
    element.hidden = !element.dataset.phases.split(" ").includes(code);
  }
  for (const element of root.querySelectorAll("[data-room-clock]")) {
    element.dataset.dueMs = frame.suspended ? "" : frame.due_ms ?? "";
  }
  const over = !LIVE.includes(frame.phase) && LIVE.includes(phase);
  phase = frame.phase;
  if (over) location.reload(); // the result, its reasons and the next steps come from the server
}

function showStanding(frame) {
  const mine = root.dataset.mine;
  put("price", figure(frame.price_fen ?? Number(root.dataset.startFen)));
  put("unit-price", unitPrice(frame.price_fen, Number(root.dataset.areaCm2)));
  put("premium", premium(frame.price_fen, Number(root.dataset.startFen)));
  put("leader", frame.leader ?? "—");
  put("quotes", String(frame.quotes));
  put("registrants", String(frame.registrants));
  put("next", frame.next_bid_fen ? figure(frame.next_bid_fen) : "—");
  const leading = mine && frame.leader === mine;
  const behind = mine && !leading && document.querySelector("[data-ladder] tr.me");
  for (const element of shown("mine")) {
    element.hidden = !(leading || behind);
    element.className = `tag ${leading ? "ok" : "warn"}`;
    element.textContent = leading ? words.leading : words.outbid;
  }
}

function addRow(row, older) {
  const body = document.querySelector("[data-ladder] tbody");
  if (!body || body.querySelector(`[data-seq="${row.seq}"]`)) return;
  const line = document.getElementById("ladder-row").content.firstElementChild.cloneNode(true);
  const [number, time, bidder, price, raise] = line.cells;
  line.dataset.seq = row.seq;
  number.textContent = row.seq;
  time.textContent = clockOf(row.at_ms);
  bidder.firstElementChild.textContent = row.alias;
  if (!row.simulated) bidder.lastElementChild.remove();
  price.textContent = figure(row.price_fen);
  raise.textContent = older ? "+" + figure(row.price_fen - older.price_fen) : "";
  line.classList.toggle("me", row.alias === root.dataset.mine);
  line.classList.add("fresh");
  const below = [...body.rows].find((other) => Number(other.dataset.seq) < row.seq);
  body.insertBefore(line, below ?? null);
  document.querySelector("[data-ladder-empty]")?.remove();
}

function take(frame) {
  learn(frame.server_ms);
  frame.ladder.forEach((row, index) => addRow(row, frame.ladder[index + 1]));
  showStanding(frame);
  showPhase(frame);
  document.dispatchEvent(new CustomEvent("jishi:frame", { detail: frame }));
}

const lost = document.querySelector("[data-lost]");
const setLost = (isLost) => {
  if (lost) lost.hidden = !isLost;
  document.dispatchEvent(new CustomEvent("jishi:line", { detail: !isLost }));
};

function listen() {
  const stream = new EventSource(root.dataset.live); // the browser reconnects and sends Last-Event-ID itself
  const heard = (event) => {
    take(JSON.parse(event.data));
    setLost(false);
  };
  stream.onmessage = heard;
  stream.addEventListener("beat", () => {
    lastBeatMs = Date.now();
    setLost(false);
  });
  stream.onerror = () => {
    setLost(true);
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 2000 + Math.random() * 3000);
  };
}

listen();
setInterval(() => Date.now() - lastBeatMs > QUIET_MS && setLost(true), 1000);
