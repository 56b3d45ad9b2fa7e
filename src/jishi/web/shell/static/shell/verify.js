/* Drop a bundle on the page: the form sends it, the server's answer is the page. */

const target = document.querySelector("[data-drop]");
const form = target.closest("form");
const input = form.querySelector('input[type="file"]');

for (const kind of ["dragover", "dragleave", "drop"]) {
  target.addEventListener(kind, (event) => {
    event.preventDefault();
    target.classList.toggle("over", kind === "dragover");
  });
}
target.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  form.requestSubmit();
});
input.addEventListener("change", () => input.files.length && form.requestSubmit());
