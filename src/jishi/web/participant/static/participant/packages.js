/* Package bids as typed: rows of lots with one price each, added and removed here; none of it has a name to be sent by. */

const rowsOf = (box) => [...box.querySelectorAll("[data-row]")];
const chosen = (row) => [...row.querySelectorAll("[data-lot]:checked")].map((input) => input.value);
const priceOf = (row) => row.querySelector("[data-price]");

/** Let rows be added up to the most the terms allow, and removed down to one. */
export function keepPackages(box) {
  const list = box.querySelector("[data-packages]");
  box.querySelector("[data-add]").addEventListener("click", () => {
    const fresh = list.querySelector("[data-row]").cloneNode(true);
    for (const input of fresh.querySelectorAll("input")) [input.checked, input.value] = [false, input.matches("[data-lot]") ? input.value : ""];
    priceOf(fresh).removeAttribute("aria-invalid");
    list.append(fresh);
    count(box);
    fresh.querySelector("input").focus();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest("[data-row]");
    if (!row) return;
    row.remove();
    count(box);
    box.querySelector("[data-add]").focus();
  });
}

/** Return the bid: every row with something typed, its lots in the order of the notice. Throws what is wrong, said. */
export function readPackages(box, fen) {
  const words = box.querySelector("[data-packages]").dataset;
  const packages = [];
  const stood = new Map();
  rowsOf(box).forEach((row, at) => {
    const lots = chosen(row);
    priceOf(row).removeAttribute("aria-invalid");
    if (!lots.length && !priceOf(row).value.trim()) return;
    if (!lots.length) refuse(row.querySelector("[data-lot]"), words.lotless, at);
    const price_fen = readPrice(row, fen, words, at);
    const set = JSON.stringify(lots);
    if (stood.has(set)) refuse(row.querySelector("[data-lot]"), words.twice, at, stood.get(set));
    stood.set(set, at);
    packages.push({ lots, price_fen });
  });
  if (!packages.length) refuse(box.querySelector("[data-lot]"), words.lotless, 0);
  return { packages };
}

function readPrice(row, fen, words, at) {
  try {
    const price = fen(priceOf(row).value);
    if (price >= 1 && price <= Number(words.mostFen)) return price;
  } catch {
    // said below, like a price out of bounds
  }
  priceOf(row).setAttribute("aria-invalid", "true");
  return refuse(priceOf(row), words.priceless, at);
}

function refuse(input, words, at, before = 0) {
  input.focus();
  const wrong = new Error(words);
  wrong.said = words.replace("{n}", at + 1).replace("{m}", before + 1);
  throw wrong;
}

function count(box) {
  const rows = rowsOf(box);
  rows.forEach((row, at) => {
    row.querySelector("[data-place]").textContent = at + 1;
    row.querySelector("[data-remove]").hidden = rows.length === 1;
  });
  box.querySelector("[data-add]").disabled = rows.length >= Number(box.querySelector("[data-packages]").dataset.most);
}
