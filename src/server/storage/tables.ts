/** The tables as TypeScript sees them; `migrations/*.sql` makes them, a test compares the two. */
import type { ColumnType, GeneratedAlways, Transaction } from "kysely";
import type { CandleSource } from "../../core/candle.ts";
import type { Fixed } from "../../core/fixed.ts";
import type { Timeframe } from "../../core/timeframe.ts";

/** UTC milliseconds. */
type Time = number;
/** Read as `unknown`, to be parsed; written as JSON text, so that arrays are not taken for SQL's. */
type Json = ColumnType<unknown, string, string>;
/** May be left out of an insert. */
type Defaulted<T> = ColumnType<T, T | undefined, T>;

export interface UsersTable {
  id: Defaulted<number>;
  issuer: Defaulted<string | null>;
  subject: Defaulted<string | null>;
  email: Defaulted<string | null>;
  display_name: string;
  language: Defaulted<"en" | "fr" | null>;
  theme: Defaulted<"dark" | "light" | null>;
  is_operator: Defaulted<boolean>;
  created_at: Time;
  last_sign_in_at: Defaulted<Time | null>;
}

export interface SessionsTable {
  user_id: number;
  id: GeneratedAlways<number>;
  hash: Buffer;
  device: string;
  created_at: Time;
  last_used_at: Time;
  expires_at: Time;
}

export interface StrategiesTable {
  user_id: number;
  id: GeneratedAlways<number>;
  name: string;
  symbol: string;
  timeframe: Timeframe;
  kind: "catalogue" | "custom";
  catalogue_id: string | null;
  definition: Json;
  is_enabled: boolean;
  is_runnable: boolean;
  created_at: Time;
  updated_at: Time;
}

export interface FactsTable {
  user_id: number;
  strategy_id: number;
  open_time: Time;
  ordinal: number;
  seq: number;
  kind: string;
  payload: Json;
}

export interface PostingsTable {
  user_id: number;
  strategy_id: number;
  open_time: Time;
  ordinal: number;
  line: number;
  account: string;
  asset: string;
  amount: Fixed;
}

export interface OpenPositionsTable {
  user_id: number;
  strategy_id: number;
  symbol: string;
  side: "long" | "short";
  quantity: Fixed;
  entry_time: Time;
  entry_price: Fixed;
  entry_fee: Fixed;
  stop_price: Fixed | null;
  target_price: Fixed | null;
}

export interface CompletedTradesTable {
  user_id: number;
  strategy_id: number;
  entry_time: Time;
  exit_time: Time;
  symbol: string;
  timeframe: Timeframe;
  side: "long" | "short";
  quantity: Fixed;
  entry_price: Fixed;
  exit_price: Fixed;
  fees: Fixed;
  net_profit: Fixed;
  exit_reason: ExitReason;
}

export type ExitReason =
  | "exit_signal"
  | "take_profit"
  | "stop_loss"
  | "trailing_stop"
  | "max_time"
  | "liquidation"
  | "manual";

export interface EquityMarksTable {
  user_id: number;
  strategy_id: number;
  marked_at: Time;
  equity: Fixed;
}

export interface CandlesTable {
  symbol: string;
  timeframe: Timeframe;
  open_time: Time;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  source: CandleSource;
  lateness_ms: number;
}

export type CandleRevisionsTable = Omit<CandlesTable, "lateness_ms">;

export interface CheckpointsTable {
  symbol: string;
  timeframe: Timeframe;
  indicator: string;
  open_time: Time;
  state: number[];
}

export interface MarketCursorTable {
  shard: number;
  symbol: string;
  open_time: Time;
}

export interface MetaTable {
  name: string;
  value: string;
}

export interface LeaseTable {
  name: string;
  epoch: number;
  holder: string;
  expires_at: Time;
}

export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  strategies: StrategiesTable;
  facts: FactsTable;
  postings: PostingsTable;
  open_positions: OpenPositionsTable;
  completed_trades: CompletedTradesTable;
  equity_marks: EquityMarksTable;
  candles: CandlesTable;
  candle_revisions: CandleRevisionsTable;
  checkpoints: CheckpointsTable;
  market_cursor: MarketCursorTable;
  meta: MetaTable;
  lease: LeaseTable;
}

/** What a door hands out: every table, within one transaction and one login's rights. */
export type Tx = Transaction<Tables>;
