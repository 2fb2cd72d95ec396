/** The page's frame: theme, language, address, and what is shown when something of ours breaks. */
import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createBrowserHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { PageContext, type PageTools, usePreferences } from "./client/page-context.ts";
import { MarketPage } from "./features/market/market-page.tsx";
import { parseSearch, type SelectionSearch } from "./features/market/selection.ts";
import { Format } from "./i18n/format.ts";
import type { Language } from "./i18n/language.ts";
import { SpeechContext, useWording } from "./i18n/wording.ts";
import { Notice } from "./ui/notice.tsx";

const rootRoute = createRootRoute({
  notFoundComponent: NotFound,
  errorComponent: Crashed,
});

const marketRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: parseSearch,
  component: Market,
});

export function createPageRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([marketRoute]),
    history: createBrowserHistory(),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}

interface AppProps {
  readonly tools: PageTools;
  readonly queries: QueryClient;
  readonly router: ReturnType<typeof createPageRouter>;
}

export function App({ tools, queries, router }: AppProps) {
  return (
    <PageContext value={tools}>
      <QueryClientProvider client={queries}>
        <Surroundings>
          <RouterProvider router={router} />
        </Surroundings>
      </QueryClientProvider>
    </PageContext>
  );
}

/** Theme and language. Mantine's variables stand in the style sheet: a style element would break the security policy. */
function Surroundings({ children }: { readonly children: ReactNode }) {
  const [{ theme }] = usePreferences();
  const { i18n } = useTranslation();
  const language: Language = i18n.language === "fr" ? "fr" : "en";
  const speech = useMemo(() => ({ language, format: new Format(language) }), [language]);
  return (
    <MantineProvider forceColorScheme={theme} withCssVariables={false} withGlobalClasses={false}>
      <SpeechContext value={speech}>{children}</SpeechContext>
    </MantineProvider>
  );
}

function Market() {
  // The router lets through what the route does not name, so it is read again here.
  const raw = marketRoute.useSearch();
  const search = useMemo(() => parseSearch({ ...raw }), [raw]);
  const navigate = marketRoute.useNavigate();
  const onNavigate = useCallback(
    (next: SelectionSearch, step: "push" | "replace") => {
      void navigate({ search: next, replace: step === "replace" });
    },
    [navigate],
  );
  return <MarketPage search={search} onNavigate={onNavigate} />;
}

function NotFound() {
  const { t } = useWording();
  return (
    <main className="blank-page">
      <Notice tone="info">{t("app.notFound")}</Notice>
      <a href="/">{t("app.backHome")}</a>
    </main>
  );
}

function Crashed() {
  const { t } = useWording();
  return (
    <main className="blank-page">
      <Notice
        tone="danger"
        action={{ label: t("app.reload"), onClick: () => window.location.reload() }}
      >
        {t("app.crashed")}
      </Notice>
    </main>
  );
}
