/** `GET /api/ws-stats`: how few connections serve how many streams, in figures that are counted. */
import { z } from "zod";
import { TIMEFRAMES, type Timeframe } from "../../../core/timeframe.ts";
import {
  type ConnectionStatus,
  efficiency,
  type Statistics,
  statisticsSchema,
} from "../../../protocol/statistics.ts";
import type { OpenMarket } from "../market-gate.ts";
import type { App, HttpParts } from "../parts.ts";
import { answers } from "./answers.ts";

export function statisticsRoute(app: App, { gate }: Pick<HttpParts, "gate">): void {
  app.get(
    "/api/ws-stats",
    {
      config: { access: "public", rows: "shared" },
      schema: {
        summary: "How few connections serve how many streams",
        querystring: z.strictObject({}),
        response: answers(statisticsSchema),
      },
    },
    async () => statisticsOf(gate.current()),
  );
}

function statisticsOf(market: OpenMarket | null): Statistics {
  const streams = market?.hub.streams ?? 0;
  const connections = market?.data.connections() ?? NOT_CONNECTED;
  let sharedWebSockets = 0;
  for (const timeframe of TIMEFRAMES) sharedWebSockets += connections[timeframe].sockets;
  return {
    activeSessions: streams,
    totalSubscriptions: streams * TIMEFRAMES.length,
    sharedWebSockets,
    timeframes: [...TIMEFRAMES],
    efficiency: efficiency(streams, sharedWebSockets),
    market: market?.market.kind ?? "opening",
    connections,
  };
}

const NONE: ConnectionStatus = {
  state: "connecting",
  sockets: 0,
  ageMs: null,
  reconnects: 0,
  repaired: 0,
};

/** While the market opens. */
const NOT_CONNECTED: Readonly<Record<Timeframe, ConnectionStatus>> = {
  "1m": NONE,
  "5m": NONE,
  "15m": NONE,
  "1h": NONE,
  "4h": NONE,
  "1d": NONE,
};
