import { createTheme, type MantineColorsTuple } from "@mantine/core";

const ink: MantineColorsTuple = [
  "#eef4fa",
  "#dbe5ef",
  "#b3c8de",
  "#88aacd",
  "#6590be",
  "#4f80b5",
  "#4377b1",
  "#33669b",
  "#285b8c",
  "#164e7d",
];

/** Quiet by default: colour is kept for the status of things. */
export const theme = createTheme({
  primaryColor: "ink",
  colors: { ink },
  primaryShade: { light: 8, dark: 6 },
  autoContrast: true,
  respectReducedMotion: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  components: {
    Button: { defaultProps: { size: "xs" } },
    NavLink: { styles: { label: { fontSize: "var(--mantine-font-size-sm)" } } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // The placeholder takes the focus and is no item, which a menu must not have; without it the first item takes it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Table: { defaultProps: { fz: "sm" } },
  },
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.45rem" }, h2: { fontSize: "1.1rem" }, h3: { fontSize: "0.98rem" } },
  },
});
