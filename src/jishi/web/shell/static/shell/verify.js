/* The verify page: a bundle, and receipts with it, are checked here at once; the button has the server recompute it. */

import { checkEvidence } from "./evidence.js";

const words = JSON.parse(document.getElementById("verify-words").textContent);
const target = document.querySelector("[data-drop]");
const form = target.closest("form");
const [bundleInput, receiptInput] = ["bundle", "receipt"].map((id) => form.querySelector(`#${id}`));
const shown = document.getElementById("here");
let turn = 0;

for (const kind of ["dragover", "dragleave", "drop"]) {
  target.addEventListener(kind, (event) => {
    event.preventDefault();
    target.classList.toggle("over", kind === "dragover");
  });
}
target.addEventListener("drop", async (event) => {
  const files = await sorted([...event.dataTransfer.files]);
  if (files.bundles.length) bundleInput.files = asList(files.bundles.slice(0, 1));
  if (files.receipts.length) receiptInput.files = asList(files.receipts);
  check(true);
});
bundleInput.addEventListener("change", () => check(true));
receiptInput.addEventListener("change", () => check(true));
form.querySelector("#trust").addEventListener("change", () => bundleInput.files.length && check(false));

/* What was dropped is told apart by what it says it is; what says nothing is taken for the bundle. */
async function sorted(files) {
  const receipts = await Promise.all(files.map(async (file) => isReceipt(await parsed(file))));
  return { bundles: files.filter((_, at) => !receipts[at]), receipts: files.filter((_, at) => receipts[at]) };
}

const isReceipt = (value) => String(value?.format).startsWith("jishi.receipt/");

async function parsed(file) {
  try {
    return JSON.parse(await file.text());
  } catch {
    return null;
  }
}

function asList(files) {
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  return list.files;
}

async function check(moves) {
  turn += 1;
  const mine = turn;
  const checks = await found();
  if (mine !== turn) return; // another file came meanwhile
  show(checks);
  if (moves) shown.scrollIntoView({ block: "nearest" });
}

async function found() {
  const [bundle] = bundleInput.files;
  if (!bundle) return "verify.browser.no_bundle";
  if (!globalThis.crypto?.subtle) return "verify.browser.insecure";
  const receipts = await Promise.all([...receiptInput.files].map(parsed));
  const trust = form.querySelector("#trust").value.trim();
  return checkEvidence(new Uint8Array(await bundle.arrayBuffer()), trust, receipts);
}

/* ---- what was found ---- */

function show(found) {
  const checks = Array.isArray(found) ? found : [];
  const verdict = Array.isArray(found) ? verdictOf(checks) : found;
  const box = shown.querySelector(".verdict");
  box.className = `verdict ${{ "verify.browser.whole": "", "verify.browser.broken": "bad" }[verdict] ?? "warn"}`;
  box.replaceChildren(element("p", sentence(verdict)));
  shown.querySelector(".checks").replaceChildren(...checks.map(line));
  shown.hidden = false;
}

/* The outcome is open in every browser; it alone leaves no doubt about the rest. */
function verdictOf(checks) {
  if (checks.some(({ ok }) => ok === false)) return "verify.browser.broken";
  const isOpen = checks.some(({ name, ok }) => ok === null && name !== "outcome");
  return isOpen ? "verify.browser.open" : "verify.browser.whole";
}

function line({ name, ok, code, params }) {
  const item = element("li");
  item.className = ok === null ? "note" : ok ? "pass" : "fail";
  item.dataset.check = name;
  const said = element("span", sentence(code, params));
  said.className = "small";
  const text = element("div");
  text.append(element("b", sentence(`verify.check.${name}`)), element("br"), said);
  item.append(text);
  return item;
}

function sentence(code, params = {}) {
  return (words[code] ?? code).replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
}

function element(kind, text = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}
