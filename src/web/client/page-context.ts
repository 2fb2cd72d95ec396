/** How components reach what main.tsx built: the market, the preferences, the way out, and frames to draw in. */
import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { assert } from "../../core/assert.ts";
import type { MarketClient, MarketState } from "./market-client.ts";
import type { Preferences, PreferenceValues } from "./preferences.ts";
import type { SignInDoor } from "./sign-in-door.ts";

export interface PageTools {
  readonly market: MarketClient;
  readonly preferences: Preferences;
  readonly door: SignInDoor;
}

export const PageContext = createContext<PageTools | null>(null);

export function useMarket(): MarketClient {
  return usePageTools().market;
}

/** One slow fact of the market; the component renders again when it is another value. */
export function useMarketState<T>(select: (state: MarketState) => T): T {
  const market = useMarket();
  return useSyncExternalStore(market.subscribe, () => select(market.getState()));
}

export function usePreferences(): readonly [PreferenceValues, Preferences] {
  const { preferences } = usePageTools();
  return [useSyncExternalStore(preferences.subscribe, preferences.get), preferences];
}

export function useSignInDoor(): SignInDoor {
  return usePageTools().door;
}

/** Calls `draw` once now and once in every frame in which the market moved; it writes to nodes, not to state. */
export function useFrame(draw: () => void): void {
  const market = useMarket();
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
    market.frames.request();
  });
  useEffect(() => market.frames.subscribe(() => latest.current()), [market]);
}

/** Calls `draw` once now and every `everyMs`: for ages and countdowns, which move without the market. */
export function useClock(everyMs: number, draw: () => void): void {
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
    draw();
  });
  useEffect(() => {
    const timer = setInterval(() => latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

function usePageTools(): PageTools {
  const tools = useContext(PageContext);
  assert(tools !== null, "components stand inside the page's context");
  return tools;
}
