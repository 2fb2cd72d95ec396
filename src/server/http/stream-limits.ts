/** The bounds of the stream hub, each with its reason. */
import { HEARTBEAT_MS } from "../../protocol/stream.ts";

export interface StreamLimits {
  readonly streamsMax: number;
  /** Of one signed-in browser, and of one person; local mode has no such bound. */
  readonly loginMax: number;
  readonly userMax: number;
  /** Shortest time between two writes to the same client; what changes meanwhile goes together. */
  readonly beatMs: number;
  readonly heartbeatMs: number;
  /** The state of the connections is told this often, besides its changes. */
  readonly statusMs: number;
  readonly backlogBytesMax: number;
  readonly behindMs: number;
  /** How long an ended stream waits for its client to take the last words. */
  readonly endMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  /** 12,000 streams × 20 kB are 240 MB, and one beat to all of them some 100 ms. */
  streamsMax: 12_000,
  /** As many as HTTP/1.1 lets a browser open to one origin, and three such browsers. */
  loginMax: 6,
  userMax: 20,
  /** The exchange tells a candle every 1 to 2 s; four times a second looks live. */
  beatMs: 250,
  heartbeatMs: HEARTBEAT_MS,
  statusMs: 5_000,
  /** Some minutes of usual beats, or four snapshots. */
  backlogBytesMax: 262_144,
  behindMs: 15_000,
  /** A quarter of the ten seconds that a stop may take. */
  endMs: 2_500,
};
