/** What every page of ours stands in: its tools, its theme, its language. */
import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { PageContext, type PageTools, usePreferences } from "./client/page-context.ts";
import { Format } from "./i18n/format.ts";
import type { Language } from "./i18n/language.ts";
import { SpeechContext } from "./i18n/wording.ts";
import type { PageRouter } from "./routes.tsx";

interface AppProps {
  readonly tools: PageTools;
  readonly queries: QueryClient;
  readonly router: PageRouter;
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
