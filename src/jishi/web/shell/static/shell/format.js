/* Money, instants and spans as readers see them; the same rules as money.py and moment.py. */

export const english = document.documentElement.lang.startsWith("en");
const zoneMinutes = Number(document.body.dataset.zoneMinutes || 480);
const FEN_PER_WAN = 1_000_000;

const grouped = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
const two = (n) => String(n).padStart(2, "0");

/** Write fen as a figure of 万元 (or of yuan in English), without its unit. */
export function figure(fen) {
  const unit = english ? 100 : FEN_PER_WAN;
  const whole = Math.floor(fen / unit);
  const rest = String(fen % unit).padStart(english ? 2 : 6, "0").replace(/0+$/, "");
  return grouped(whole) + (rest ? "." + (english ? rest.padEnd(2, "0") : rest) : "");
}

/** Write fen with its unit. */
export const money = (fen) => (english ? "¥" + figure(fen) : figure(fen) + " 万元");

/** Write fen as yuan with its unit, cents only where there are any. */
export function yuan(fen) {
  const rest = fen % 100;
  const text = grouped(Math.floor(fen / 100)) + (rest ? "." + two(rest) : "");
  return english ? "¥" + text : text + " 元";
}

/** Write a price per square metre and a premium over the start price; a dash where there is none. */
export function unitPrice(fen, areaCm2) {
  if (!fen || !areaCm2) return "—";
  const yuan = grouped(Math.round(((fen / 100) * 10_000) / areaCm2));
  return english ? `¥${yuan}/m²` : `${yuan} 元/㎡`;
}
export function premium(fen, startFen) {
  if (!fen || !startFen) return "—";
  return (Math.round(((fen - startFen) * 1000) / startFen) / 10).toFixed(1) + "%";
}

/** Read an amount typed in 万元 into fen; null when it is not one, or finer than a fen. */
export function readWan(text) {
  const found = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text.replace(/[,，\s]/g, ""));
  return found && Number(found[1]) * FEN_PER_WAN + Number((found[2] || "").padEnd(6, "0"));
}

/** Write fen as it is typed: 万元 without separators. */
export const typedWan = (fen) =>
  Math.floor(fen / FEN_PER_WAN) + ("." + String(fen % FEN_PER_WAN).padStart(6, "0")).replace(/\.?0+$/, "");

/** Write what is left: days and hours, h:mm:ss, or mm:ss. */
export function span(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  if (days) return english ? `${days} d ${hours} h` : `${days} 天 ${hours} 小时`;
  const clock = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours ? `${hours}:${clock}` : clock;
}

const local = (atMs) => new Date(atMs + zoneMinutes * 60_000).toISOString();
/** Write an instant (ms) in the market's zone. */
export const clockOf = (atMs) => local(atMs).slice(11, 23);
export const stampOf = (atMs) => local(atMs).slice(0, 19).replace("T", " ");

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = [[1e8, "亿"], [1e4, "万"], [1000, "仟"], [100, "佰"], [10, "拾"]];

function capitalWhole(number) {
  for (const [size, name] of PLACES) {
    if (number >= size) {
      const rest = number % size;
      const zero = rest > 0 && rest < Math.floor(size / 10) ? "零" : "";
      return capitalWhole(Math.floor(number / size)) + name + zero + (rest ? capitalWhole(rest) : "");
    }
  }
  return DIGITS[number];
}

/** Write fen in financial capitals (大写金额); the same rule as kernel.quantity.money.capital_zh. */
export function capital(fen) {
  const yuan = Math.floor(fen / 100);
  const jiao = Math.floor((fen % 100) / 10);
  const odd = fen % 10;
  if (fen % 100 === 0) return capitalWhole(yuan) + "元整";
  const head = yuan ? capitalWhole(yuan) + "元" : "";
  if (jiao) return head + DIGITS[jiao] + "角" + (odd ? DIGITS[odd] + "分" : "");
  return head + (yuan ? "零" : "") + DIGITS[odd] + "分";
}
