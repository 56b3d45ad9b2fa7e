/* The live room: frames from the event stream into the page. docs/pages.md says what a frame holds.

   A frame is the whole standing, so a lost one costs nothing; only ladder rows add up, by their number.
   Elements take part by data-show (text), data-fact (a figure of the mechanism), data-phases (shown in those
   phases) and data-due-ms. A listing changes its phases on the page; any other room comes anew from the server when
   a phase ends, because other forms and facts follow. */

import { ask, learn, serverNow } from "./clock.js";
import { clockOf, figure, premium, unitPrice, yuan } from "./format.js";

const root = document.querySelector("[data-live]");
const words = JSON.parse(document.getElementById("live-words").textContent);
const LIVE = ["scheduled", "free", "question", "rounds"];
const isListing = (root.dataset.mechanism ?? "listing") === "listing";
const QUIET_MS = 40_000; // the server beats every 15 s; a line may die without the browser noticing
const LATE_MS = 3_000; // what came so late stood in a queue on its way; a new line has no queue
const LATE_AGAIN_MS = 10_000;
let phase = root.dataset.phase; // of a room that is suspended: "suspended"
let lastSignMs = Infinity;

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
  if (words[code]) {
    for (const element of shown("phase")) [element.textContent, element.className] = [words[code][0], `tag ${words[code][1]}`];
  }
  for (const element of document.querySelectorAll("[data-phases]")) {
    element.hidden = !element.dataset.phases.split(" ").includes(code);
  }
  for (const element of root.querySelectorAll("[data-room-clock]")) {
    element.dataset.dueMs = frame.suspended ? "" : frame.due_ms ?? "";
  }
  const over = isListing ? !LIVE.includes(frame.phase) && LIVE.includes(phase) : code !== phase;
  phase = isListing ? frame.phase : code;
  // the result, its reasons and the next steps come from the server; not everyone asks at the same moment
  // and whoever ended the phase can read the answer to its own bid before
  if (over) setTimeout(() => location.reload(), isListing ? 0 : 800 + Math.random() * 700);
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

const counted = (count) => (count === null || count === undefined ? "—" : String(count).replace(/\B(?=(\d{3})+$)/g, ","));

function showFacts(frame) {
  for (const element of document.querySelectorAll("[data-fact]")) {
    const text = counted(frame.facts[element.dataset.fact]);
    if (element.textContent.trim() !== text) element.textContent = text;
  }
}

function showBook(book) {
  const body = document.querySelector("[data-book-table] tbody");
  if (!body || !book.levels) return;
  body.replaceChildren(
    ...book.levels.map((level) => {
      const line = document.createElement("tr");
      for (const text of [level[1] ? counted(level[1]) : "", yuan(level[0]), level[2] ? counted(level[2]) : ""]) {
        const cell = line.insertCell();
        cell.className = "num";
        cell.textContent = text;
      }
      return line;
    }),
  );
  const price = document.querySelector("[data-book=price]");
  if (price) price.textContent = book.indicative_fen === null ? "—" : yuan(book.indicative_fen);
  const volume = document.querySelector("[data-book=volume]");
  if (volume) volume.textContent = counted(book.indicative_volume);
  if (book.levels.length) document.querySelector("[data-book-empty]")?.remove();
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
  showFacts(frame);
  showBook(frame.book);
  showPhase(frame);
  document.dispatchEvent(new CustomEvent("jishi:frame", { detail: frame }));
}

const lost = document.querySelector("[data-lost]");
const setLost = (isLost) => {
  if (lost) lost.hidden = !isLost;
  document.dispatchEvent(new CustomEvent("jishi:line", { detail: !isLost }));
};

let lastId = "";
let shownId = Number(document.querySelector("[data-ladder] tbody tr")?.dataset.seq ?? -1); // nothing older is shown
let mayHurryMs = 0;

/* The browser reconnects by itself and says which frame it saw last; a stream begun anew says it in its address. */
function listen() {
  const stream = new EventSource(root.dataset.live + (lastId && `?after=${lastId}`));
  let isFirst = true; // it tells what stands, however long it has stood
  const heard = (event) => {
    lastSignMs = Date.now();
    setLost(false);
    if (Number(event.lastEventId) < shownId) return; // of another server process, a moment behind
    const frame = JSON.parse(event.data);
    lastId = event.lastEventId;
    shownId = Number(lastId);
    take(frame);
    if (!isFirst) hurry(stream, frame);
    isFirst = false;
  };
  stream.onmessage = heard;
  stream.onopen = () => setLost(false); // what it missed comes at once, and nothing comes if it missed nothing
  stream.addEventListener("beat", () => {
    lastSignMs = Date.now();
    setLost(false);
  });
  // the server's database was put back: what this page shows may never have been
  stream.addEventListener("anew", () => {
    stream.close();
    setTimeout(() => location.reload(), Math.random() * 2000);
  });
  stream.onerror = () => {
    setLost(true);
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 2000 + Math.random() * 3000);
  };
}

/* Where frames come late, newer ones wait behind them: leave them there and ask for the present one. */
function hurry(stream, frame) {
  if (serverNow() - frame.server_ms < LATE_MS || performance.now() < mayHurryMs) return;
  mayHurryMs = performance.now() + LATE_AGAIN_MS;
  stream.close();
  listen();
}

listen();
ask();
setInterval(ask, 60_000);
document.addEventListener("visibilitychange", () => document.hidden || ask());
setInterval(() => Date.now() - lastSignMs > QUIET_MS && setLost(true), 1000);
