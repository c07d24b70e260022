/** Keys as they are pressed and as shortcuts write them: `g r`, `?`, `mod+k`. Pure, so that it is tried without a browser. */

/** What of a keyboard event counts. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const MODIFIERS = new Set(["Control", "Meta", "Alt", "AltGraph", "Shift"]);

/**
 * One press as a shortcut writes it; null for a modifier alone. `mod` is Ctrl or Cmd. Shift is a part of the character that
 * comes of it, and is named only beside keys that give none.
 */
export function chord(stroke: Stroke): string | null {
  if (MODIFIERS.has(stroke.key)) return null;
  const printable = [...stroke.key].length === 1;
  const mod = stroke.ctrlKey || stroke.metaKey ? "mod+" : "";
  const alt = stroke.altKey && !(printable && mod) ? "alt+" : "";
  const shift = stroke.shiftKey && !printable ? "shift+" : "";
  const key = stroke.key === " " ? "space" : stroke.key.toLowerCase();
  return `${mod}${alt}${shift}${key}`;
}

/** Whether the chords so far, the last one included, are a shortcut (`whole`), the beginning of one (`part`), or neither. */
export function match(pressed: readonly string[], shortcuts: readonly string[]): "whole" | "part" | "none" {
  const written = pressed.join(" ");
  if (shortcuts.includes(written)) return "whole";
  return shortcuts.some((keys) => keys.startsWith(`${written} `)) ? "part" : "none";
}

const NAMES: Readonly<Record<string, string>> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  enter: "Enter",
  escape: "Esc",
  space: "Space",
  alt: "Alt",
  shift: "Shift",
};

/** The keys as a person reads them, press after press: `[["Ctrl", "K"]]`, `[["g"], ["r"]]`. */
export function legend(keys: string, apple: boolean): readonly (readonly string[])[] {
  return keys.split(" ").map((press) => {
    const parts = press.split(/\+(?=.)/);
    return parts.map((part) => {
      if (part === "mod") return apple ? "⌘" : "Ctrl";
      return NAMES[part] ?? (parts.length > 1 ? part.toUpperCase() : part);
    });
  });
}
