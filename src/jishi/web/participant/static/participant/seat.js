/* Make a member's key in the browser and store it as a file; hold a key file to the registered key before it is sent. */

import { canSeal, isMemberKey, makeMemberKey } from "../shell/seal.js";

const maker = document.querySelector("[data-make]");
if (maker && (await canSeal({ suite: maker.dataset.suite }))) {
  const said = maker.querySelector("[data-said]");
  maker.hidden = false;
  maker.querySelector("button").addEventListener("click", async () => {
    try {
      const key = await makeMemberKey();
      store(maker.dataset.name, JSON.stringify(key, null, 2) + "\n");
      document.querySelector("[name=public]").value = key.public;
      said.textContent = said.dataset.done;
    } catch {
      said.textContent = said.dataset.failed;
    }
  });
}

const handing = document.querySelector("[data-hand-over]");
handing?.addEventListener("submit", async (event) => {
  if (handing.dataset.public.length !== 64) return; // a key of the suite sm, which no browser can check
  event.preventDefault();
  const file = handing.querySelector("input[type=file]").files[0];
  const key = await file?.text().then(JSON.parse).catch(() => null);
  if (key?.public === handing.dataset.public && (await isMemberKey(key).catch(() => false))) handing.submit();
  else handing.querySelector("[data-said]").textContent = handing.dataset.wrong;
});

function store(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
