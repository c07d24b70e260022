import type { ToolSummary } from "@/api/tools";

/** The tools in which every word of the search is found: in the name, the server's name, the title or the description. */
export function found(tools: readonly ToolSummary[], search: string): ToolSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...tools];
  return tools.filter((tool) => {
    const text =
      `${tool.server} ${tool.name} ${String(tool.annotations?.title ?? "")} ${tool.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
