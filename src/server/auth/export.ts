/** All that is kept of one person, from every tenant table, as JSON in pieces. */
import { sql } from "kysely";
import { formatFixed } from "../../core/fixed.ts";
import type { Storage, Tx } from "../storage/storage.ts";

/** Every tenant table, with its key after the tenant and what of it is not for giving away. */
export const EXPORTED_TABLES: readonly ExportedTable[] = [
  { name: "users", key: ["id"] },
  // The hash of a login's secret stays here; the login that exports could not read it anyway.
  {
    name: "sessions",
    key: ["id"],
    columns: ["user_id", "id", "device", "created_at", "last_used_at", "expires_at"],
  },
  { name: "strategies", key: ["id"] },
  { name: "facts", key: ["strategy_id", "open_time", "ordinal"] },
  { name: "postings", key: ["strategy_id", "open_time", "ordinal", "line"] },
  { name: "open_positions", key: ["strategy_id"] },
  { name: "completed_trades", key: ["strategy_id", "entry_time"] },
  { name: "equity_marks", key: ["strategy_id", "marked_at"] },
];

export interface ExportedTable {
  readonly name: string;
  readonly key: readonly string[];
  /** Absent: all. */
  readonly columns?: readonly string[];
}

/** Rows of one transaction and one piece: some 200 kB. */
const ROWS_A_PIECE = 1_000;

type Row = Readonly<Record<string, unknown>>;

/** The text of one JSON document. Each piece is read when the one before it was taken. */
export async function* exportText(
  storage: Pick<Storage, "withUser">,
  userId: number,
  now: number,
): AsyncGenerator<string> {
  yield `{"exportedAt":${now},"tables":{`;
  for (const [index, table] of EXPORTED_TABLES.entries()) {
    yield `${index === 0 ? "" : ","}${JSON.stringify(table.name)}:[`;
    let last: Row | null = null;
    for (;;) {
      const after: Row | null = last;
      const rows: readonly Row[] = await storage.withUser(userId, (tx) => page(tx, table, after));
      if (rows.length > 0) yield (after === null ? "" : ",") + rows.map(rowText).join(",");
      last = rows.at(-1) ?? null;
      if (last === null || rows.length < ROWS_A_PIECE) break;
    }
    yield "]";
  }
  yield "}}\n";
}

/** Whose rows they are is for the database to say: the transaction sees no others. */
async function page(tx: Tx, table: ExportedTable, after: Row | null): Promise<readonly Row[]> {
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const columns =
    table.columns === undefined ? sql`*` : sql.join(table.columns.map((column) => sql.ref(column)));
  const from =
    after === null
      ? sql``
      : sql`WHERE (${key}) > (${sql.join(table.key.map((column) => after[column]))})`;
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM ${sql.table(table.name)} ${from} ORDER BY ${key} LIMIT ${ROWS_A_PIECE}
  `.execute(tx);
  return rows;
}

/** Money as decimals in text, so that no reader loses a digit. */
function rowText(row: Row): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    typeof value === "bigint" ? formatFixed(value) : value,
  );
}
