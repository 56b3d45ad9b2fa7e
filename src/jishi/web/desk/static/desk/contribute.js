// Fill a field with 32 random bytes of this browser as hexadecimal digits; without the means the button stays hidden.
const button = document.querySelector("[data-make-random]");
const field = document.querySelector("[data-random]");
if (button && field && globalThis.crypto?.getRandomValues) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    field.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}
