import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` works beside a service that runs: CALLSHEET_URL names it.
const service = process.env.CALLSHEET_URL ?? "http://127.0.0.1:8080";
const proxied = ["/api", "/schemas", "/healthz", "/readyz", "/docs", "/openapi.json"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": here("src"), "markdown-to-jsx/react": here("src/forms/PlainText.tsx") } },
  server: {
    proxy: Object.fromEntries(
      proxied.map((path) => [path, { target: service, changeOrigin: true, headers: { origin: service } }]),
    ),
  },
  worker: { format: "es" },
  build: {
    outDir: here("../src/callsheet/web/dist"),
    emptyOutDir: true,
    // The service's policy forbids data: scripts and styles of others; a file is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    // These have light-dark(); what it is rewritten to for older ones knows nothing of the theme that somebody chose.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
