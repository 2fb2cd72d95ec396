/** People's strategies as rows: those that a new person is given, and the list of one's own. */
import { BUILT_IN_STRATEGIES } from "../../core/strategies/catalog.ts";
import { TIMEFRAMES } from "../../core/timeframe.ts";
import { type StrategyAnswer, strategySettingsSchema } from "../../protocol/account.ts";
import type { Storage, Tx } from "../storage/storage.ts";

/** Strategies that one person may have; a page of them all is some 100 kB. */
export const STRATEGIES_MAX = 200;

export interface FirstStrategies {
  readonly userId: number;
  /** `defaults` for a new person, switched off; `all` for the local user, switched on. */
  readonly which: "defaults" | "all";
  readonly symbol: string;
  readonly now: number;
}

/** Adds a new person's strategies in the transaction that makes the person. */
export async function addFirstStrategies(tx: Tx, first: FirstStrategies): Promise<void> {
  const chosen = BUILT_IN_STRATEGIES.filter(({ isDefault }) => isDefault || first.which === "all");
  const rows = chosen.flatMap((strategy) =>
    TIMEFRAMES.map((timeframe) => ({
      user_id: first.userId,
      name: strategy.name,
      symbol: first.symbol,
      timeframe,
      kind: "catalogue" as const,
      catalogue_id: strategy.id,
      definition: JSON.stringify({ settings: strategy.settings(timeframe) }),
      is_enabled: first.which === "all",
      // Its rules are written; no part of the server runs them yet.
      is_runnable: false,
      created_at: first.now,
      updated_at: first.now,
    })),
  );
  await tx.insertInto("strategies").values(rows).execute();
}

export class Strategies {
  readonly #storage: Pick<Storage, "withUser">;

  constructor(storage: Pick<Storage, "withUser">) {
    this.#storage = storage;
  }

  /** One's own, by name, then by timeframe. */
  async list(userId: number): Promise<StrategyAnswer[]> {
    const rows = await this.#storage.withUser(userId, (tx) =>
      tx
        .selectFrom("strategies")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("name")
        .limit(STRATEGIES_MAX)
        .execute(),
    );
    const answers = rows.map((row) => ({
      id: row.id,
      name: row.name,
      symbol: row.symbol,
      timeframe: row.timeframe,
      kind: row.kind,
      catalogueId: row.catalogue_id,
      isEnabled: row.is_enabled,
      isRunnable: row.is_runnable,
      settings: settingsOf(row.definition),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }));
    const order = (answer: StrategyAnswer) => TIMEFRAMES.indexOf(answer.timeframe);
    return answers.sort((a, b) => a.name.localeCompare(b.name, "en") || order(a) - order(b));
  }
}

/** A definition without settings that can be read has all of them off. */
function settingsOf(definition: unknown): StrategyAnswer["settings"] {
  const settings =
    typeof definition === "object" && definition !== null && "settings" in definition
      ? definition.settings
      : null;
  const parsed = strategySettingsSchema.safeParse(settings);
  return parsed.success ? parsed.data : SETTINGS_OFF;
}

const SETTINGS_OFF: StrategyAnswer["settings"] = {
  takeProfitPercent: null,
  stopLossPercent: null,
  maxTimeMs: null,
  cooldownMs: null,
  sizePercent: 10,
};
