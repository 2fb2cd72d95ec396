/** Builds everything once and puts the page into the document. */
import "./client/strict-csp.ts";
import "./ui/mantine.css";
import "./ui/theme.css";
import "./ui/bricks.css";
import "./frame/frame.css";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { assert } from "../core/assert.ts";
import { App } from "./app.tsx";
import { knownMe, watchIdentity } from "./client/identity.ts";
import { MarketClient } from "./client/market-client.ts";
import { Preferences } from "./client/preferences.ts";
import { ApiFault, isSignInRequired, SIGN_IN_REQUIRED } from "./client/server-api.ts";
import { SignInDoor } from "./client/sign-in-door.ts";
import { createTranslator, learn, preferredLanguage } from "./i18n/language.ts";
import { createPageRouter } from "./routes.tsx";

/** A question that failed for want of an answer is asked again so often; a refusal is final. */
const RETRIES = 3;

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < RETRIES && error instanceof ApiFault && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: false,
    },
  },
});
const preferences = new Preferences();
const translator = createTranslator();
const door = new SignInDoor((address) => window.location.assign(address));
const market = new MarketClient(queries);

function languageNow() {
  return preferences.get().language ?? preferredLanguage(navigator.languages);
}

/** The language that is wanted now; another may be by the time that its sentences are here. */
async function speak(): Promise<void> {
  const language = languageNow();
  if (translator.language === language) return;
  await learn(translator, language);
  if (languageNow() === language) await translator.changeLanguage(language);
}

/** The document itself, before any component reads its colours. */
function dress(): void {
  const { theme, palette } = preferences.get();
  const root = document.documentElement;
  root.dataset.mantineColorScheme = theme;
  root.dataset.palette = palette;
  root.lang = languageNow();
}
preferences.subscribe(() => {
  dress();
  // Without an answer the page goes on in the language that it knows.
  speak().catch(() => undefined);
});
dress();

/** A login that has ended is noticed by whatever is refused first: a question, or the stream. */
function noticeEnd(fault: unknown): void {
  if (isSignInRequired(fault)) leave();
}
market.subscribe(() => {
  const { link } = market.getState();
  if (link.kind === "refused" && link.problem.code === SIGN_IN_REQUIRED) leave();
});

/** Who was a stranger from the start has nothing to leave: the routes lead to the sign-in page. */
function leave(): void {
  const { pathname, search } = window.location;
  if (knownMe(queries) !== null) door.leave(pathname + search);
}
watchIdentity(queries, () => window.location.reload());

const root = document.getElementById("root");
assert(root !== null, "index.html has a root");
const router = createPageRouter({
  queries,
  adopt: async (look) => {
    preferences.set(look);
    await speak();
  },
});
const page = createRoot(root);
// Not awaited at the top of the module: that would cut the build into many more parts.
speak().then(() =>
  page.render(
    <StrictMode>
      <I18nextProvider i18n={translator}>
        <App tools={{ market, preferences, door }} queries={queries} router={router} />
      </I18nextProvider>
    </StrictMode>,
  ),
);
