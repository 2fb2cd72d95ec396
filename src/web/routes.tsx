/** The addresses of the page, who may see them, and what stands there when something is missing or breaks. */
import {
  createBrowserHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Suspense, useCallback, useMemo } from "react";
import { RETURN_PATH_PARAMETER, SIGN_IN_PATH } from "../protocol/account.ts";
import { loginsQuery, strategiesQuery } from "./client/account-api.ts";
import { type IdentityParts, identify, knownMe } from "./client/identity.ts";
import { ApiFault } from "./client/server-api.ts";
import { parseSearch, type SelectionSearch } from "./features/market/selection.ts";
import { parseSignInSearch } from "./features/sign-in/sign-in-search.ts";
import { problemText } from "./i18n/problem-text.ts";
import { useWording } from "./i18n/wording.ts";
import { Notice } from "./ui/notice.tsx";

/** A page that takes longer to be decided on says that it is on its way. */
const PATIENCE_MS = 1_000;

const rootRoute = createRootRouteWithContext<IdentityParts>()({
  notFoundComponent: NotFound,
  errorComponent: Broken,
  pendingComponent: OnItsWay,
});

/** Everything behind the sign-in: nothing is shown before it is known to whom. */
const ownRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "own",
  beforeLoad: ({ context, location }) => {
    if (knownMe(context.queries) !== null) return undefined;
    return enter(context, location.href);
  },
  component: Outlet,
});

async function enter(context: IdentityParts, address: string): Promise<void> {
  const identity = await identify(context);
  if (identity.kind === "known") return;
  const search = parseSignInSearch({ [RETURN_PATH_PARAMETER]: address });
  throw redirect({ to: SIGN_IN_PATH, search, replace: true });
}

const marketRoute = createRoute({
  getParentRoute: () => ownRoute,
  path: "/",
  validateSearch: parseSearch,
  component: Market,
});

const accountRoute = createRoute({
  getParentRoute: () => ownRoute,
  path: "/account",
  loader: ({ context }) => context.queries.prefetchQuery(loginsQuery),
  component: lazyRouteComponent(() => import("./features/account/account-page.tsx"), "AccountPage"),
});

const strategiesRoute = createRoute({
  getParentRoute: () => ownRoute,
  path: "/strategies",
  loader: ({ context }) => context.queries.prefetchQuery(strategiesQuery),
  component: lazyRouteComponent(
    () => import("./features/strategies/strategies-page.tsx"),
    "StrategiesPage",
  ),
});

const SignInPage = lazyRouteComponent(
  () => import("./features/sign-in/sign-in-page.tsx"),
  "SignInPage",
);

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: SIGN_IN_PATH,
  validateSearch: parseSignInSearch,
  beforeLoad: async ({ context, search }) => {
    if (search.error !== undefined || search.notice !== undefined) return;
    // A server that cannot say who asks may still sign them in.
    const identity = await Promise.resolve(identify(context)).catch(() => null);
    if (identity?.kind !== "known") return;
    throw redirect({ href: search[RETURN_PATH_PARAMETER] ?? "/", reloadDocument: true });
  },
  component: SignIn,
});

export function createPageRouter(context: IdentityParts) {
  // The largest part is fetched while the server still says who asks.
  if (window.location.pathname === "/") void MarketPage.preload?.();
  return createRouter({
    routeTree: rootRoute.addChildren([
      ownRoute.addChildren([marketRoute, accountRoute, strategiesRoute]),
      signInRoute,
    ]),
    history: createBrowserHistory(),
    context,
    defaultPendingMs: PATIENCE_MS,
    scrollRestoration: true,
  });
}

export type PageRouter = ReturnType<typeof createPageRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: PageRouter;
  }
}

const MarketPage = lazyRouteComponent(
  () => import("./features/market/market-page.tsx"),
  "MarketPage",
);

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
  return (
    <Suspense>
      <MarketPage search={search} onNavigate={onNavigate} />
    </Suspense>
  );
}

function SignIn() {
  const raw = signInRoute.useSearch();
  const search = useMemo(() => parseSignInSearch({ ...raw }), [raw]);
  return <SignInPage search={search} />;
}

function OnItsWay() {
  const { t } = useWording();
  return (
    <main className="blank-page">
      <Notice tone="info">{t("app.onItsWay")}</Notice>
    </main>
  );
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

/** A server that did not answer well is no error of the page, and may answer when asked again. */
function Broken({ error }: ErrorComponentProps) {
  const { t } = useWording();
  const text = error instanceof ApiFault ? problemText(error.problem, t) : t("app.crashed");
  return (
    <main className="blank-page">
      <Notice
        tone="danger"
        action={{ label: t("app.reload"), onClick: () => window.location.reload() }}
      >
        {text}
      </Notice>
    </main>
  );
}
