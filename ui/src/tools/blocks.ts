/** MCP's content blocks, read from what a tool sent; it may be anything. */
export type Block =
  | { kind: "text"; text: string; about?: string }
  | { kind: "image"; source: string; mime: string; bytes: number }
  | { kind: "link"; uri: string; href: string | null; name: string }
  | { kind: "withheld"; what: string }
  | { kind: "unknown"; value: unknown };

/** Formats of pixels alone. An SVG is a document: it may hold scripts and load others. */
const RASTER = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MAX_IMAGE = 5_000_000;

export function blockOf(value: unknown): Block {
  const block = record(value);
  const mime = text(block.mimeType) ?? "unknown";
  switch (block.type) {
    case "text":
      return typeof block.text === "string" ? { kind: "text", text: block.text } : { kind: "unknown", value };
    case "image":
      return image(block.data, mime);
    case "audio":
      return { kind: "withheld", what: `Sound (${mime})` };
    case "resource_link":
      return link(text(block.uri) ?? "", text(block.title) ?? text(block.name) ?? "");
    case "resource":
      return resource(record(block.resource), value);
    default:
      return { kind: "unknown", value };
  }
}

function image(data: unknown, mime: string): Block {
  const isShown = typeof data === "string" && RASTER.includes(mime) && data.length <= MAX_IMAGE;
  if (!isShown || !/^[A-Za-z0-9+/\s]*=*\s*$/.test(data)) return { kind: "withheld", what: `A picture (${mime})` };
  return { kind: "image", source: `data:${mime};base64,${data}`, mime, bytes: Math.floor((data.length * 3) / 4) };
}

function link(uri: string, name: string): Block {
  const href = URL.canParse(uri) && ["http:", "https:"].includes(new URL(uri).protocol) ? uri : null;
  return { kind: "link", uri, href, name };
}

function resource(held: Record<string, unknown>, value: unknown): Block {
  const uri = text(held.uri) ?? "";
  if (typeof held.text === "string") return { kind: "text", text: held.text, about: uri };
  return held.blob === undefined ? { kind: "unknown", value } : { kind: "withheld", what: `The resource ${uri}` };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
