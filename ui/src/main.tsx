import "@/app/mantineStyles";
import "@/app/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { queryClient } from "@/api/cache";
import { App } from "@/app/App";
import { watchSession } from "@/session/wiring";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
watchSession(queryClient);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
