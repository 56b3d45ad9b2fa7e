/* Seal a typed bid in the browser and hand in the envelope; what was typed has no name and is never sent. */

import { canSeal, randomBytes, sealBid } from "../shell/seal.js";
import { keepPackages, readPackages } from "./packages.js";

const box = document.querySelector("[data-seal]");
const committee = JSON.parse(document.getElementById("committee").textContent);
const form = document.querySelector("form:has([name=envelope])");

if (box && (await canSeal(committee))) {
  box.hidden = false;
  form.querySelector("[data-other]").open = false;
  box.querySelector("[data-hand]").addEventListener("click", hand);
  if (box.dataset.kind === "packages") keepPackages(box);
}

async function hand(event) {
  const said = box.querySelector("[data-said]");
  said.textContent = "";
  try {
    const envelope = await sealBid(committee, box.dataset.alias, read(box.dataset.kind));
    form.querySelector("[name=envelope]").value = JSON.stringify(envelope);
    event.target.disabled = true;
    form.submit();
  } catch (wrong) {
    said.textContent = wrong.said ?? box.dataset.unsure;
  }
}

function read(kind) {
  if (kind === "price") return { price_fen: fen(box.querySelector("[data-price]").value), ...marks(), ...part() };
  if (kind === "contribution") return contribution();
  if (kind === "packages") return readPackages(box, fen);
  const rows = [...box.querySelectorAll("[data-row]")].filter((row) => row.querySelector("[data-price]").value.trim());
  const typed = rows.map((row) => [fen(row.querySelector("[data-price]").value), whole(row.querySelector("[data-quantity]").value)]);
  if (!typed.length) throw new Error("nothing typed");
  if (kind === "orders") return { orders: typed.map((pair, at) => [rows[at].querySelector("[data-side]").value, ...pair]) };
  return typed.length === 1 ? { price_fen: typed[0][0], quantity: typed[0][1] } : { pairs: typed };
}

const contribution = () => ({ contribution: hex(randomBytes(32)) });

const part = () => (box.hasAttribute("data-draws") ? contribution() : {});

function marks() {
  const given = [...box.querySelectorAll("[data-mark]")].filter((input) => input.value.trim());
  if (!given.length) return {};
  return { marks_attested: Object.fromEntries(given.map((input) => [input.dataset.mark, whole(input.value)])) };
}

function fen(text) {
  const found = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text.replaceAll(/[,，\s]/g, ""));
  if (!found) throw new Error("no amount");
  return whole(found[1] + (found[2] ?? "").padEnd(2, "0"));
}

function whole(text) {
  const number = Number(text.trim());
  if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(number)) throw new Error("no whole number");
  return number;
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
