/** Builds everything once and puts the page into the document. */
import "./client/strict-csp.ts";
import "./ui/mantine.css";
import "./ui/theme.css";
import "./ui/bricks.css";
import "./features/market/market.css";
import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { assert } from "../core/assert.ts";
import { App, createPageRouter } from "./app.tsx";
import { ApiFault } from "./client/market-api.ts";
import { MarketClient } from "./client/market-client.ts";
import { Preferences } from "./client/preferences.ts";
import { createTranslator, preferredLanguage } from "./i18n/language.ts";

/** A question that failed for want of an answer is asked again so often; a refusal is final. */
const RETRIES = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < RETRIES && error instanceof ApiFault && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: false,
    },
  },
});
const preferences = new Preferences();
const translator = createTranslator(
  preferences.get().language ?? preferredLanguage(navigator.languages),
);

/** The document itself, before any component reads its colours. */
function dress(): void {
  const { theme, palette } = preferences.get();
  const root = document.documentElement;
  root.dataset.mantineColorScheme = theme;
  root.dataset.palette = palette;
  root.lang = translator.language;
}
preferences.subscribe(dress);
translator.on("languageChanged", dress);
dress();

const root = document.getElementById("root");
assert(root !== null, "index.html has a root");
const tools = { market: new MarketClient(queries), preferences };
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={translator}>
      <App tools={tools} queries={queries} router={createPageRouter()} />
    </I18nextProvider>
  </StrictMode>,
);
