/* What charts and maps share: the library, the colours of the page, its type. */

const style = getComputedStyle(document.documentElement);
const tone = (name) => style.getPropertyValue(`--${name}`).trim();

export const palette = {
  pine: tone("pine"),
  seal: tone("seal"),
  amber: tone("amber"),
  moss: tone("moss"),
  ink: tone("ink"),
  ink2: tone("ink-2"),
  line: tone("line-2"),
  grid: "#ece9e1",
  series: [tone("pine"), tone("seal"), tone("amber"), tone("moss"), tone("ink-2")],
  land: ["#eef4f2", "#8fbcb3"],
};
export const text = { fontFamily: getComputedStyle(document.body).fontFamily };

let loading = null;

/** Load the charting library once; it is large, so only pages that draw fetch it. */
export function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/echarts.min.js", import.meta.url);
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error("the charting library did not load"));
    document.head.append(script);
  });
  return loading;
}
