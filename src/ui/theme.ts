/** Glyphs and colours of every screen, in one place. Colours are ANSI names, so that a terminal's own palette holds. */
export const GLYPHS = {
  ok: "✔",
  fail: "✖",
  wait: "◐",
  info: "•",
  warn: "▲",
  barFull: "█",
  barEmpty: "░",
  pointer: "❯",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
} as const;

export type Tone = "ok" | "fail" | "wait" | "info" | "warn";

export const TONE_STYLES = {
  ok: "green",
  fail: "red",
  wait: "cyan",
  info: "gray",
  warn: "yellow",
} as const satisfies Record<Tone, string>;
