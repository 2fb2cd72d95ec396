/** The connections of one login: transactions with an opening that the caller's work cannot leave out. */

import { setTimeout as delay } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  DummyDriver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from "kysely";
import { Pool, type PoolClient } from "pg";
import { assert } from "../../core/assert.ts";
import { type ConnectionLimits, clientConfig, parameterOf } from "./connection.ts";
import type { DatabaseTarget } from "./database-url.ts";
import { faultOf, StorageFault } from "./fault.ts";
import type { Tables, Tx } from "./tables.ts";

/** A statement that runs before any of the work's; without values it travels in one message with `BEGIN`. */
export interface Opening {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Throws when the answer forbids to go on. */
  readonly check?: (rowCount: number) => void;
}

/**
 * The work of a transaction. It may be run again when the database asks for that, so it touches
 * nothing but `tx`, and awaits everything that it asks of it.
 */
export type Work<Result> = (tx: Tx) => Promise<Result>;

export interface LoginPoolOptions {
  readonly target: DatabaseTarget;
  readonly limits: ConnectionLimits;
  readonly connectionsMax: number;
}

/** Waits between tries, the last one again and again: a server that restarts is back within them. */
const RETRY_WAITS_MS: readonly number[] = [20, 80, 200, 400];
const RETRY_WAIT_MS_MAX = 400;

/** How long a transaction is tried; a person waits no longer. */
const RETRY_FOR_MS = 5_000;

/** An idle connection is kept this long; a market is quiet for a minute at most. */
const IDLE_MS = 120_000;

export class LoginPool {
  readonly #pool: Pool;
  readonly #names = new StatementNames();

  constructor(options: LoginPoolOptions) {
    this.#pool = new Pool({
      ...clientConfig(options.target, options.limits),
      max: options.connectionsMax,
      idleTimeoutMillis: IDLE_MS,
      // The opening, the first statement and what follows at once travel together.
      pipeline: true,
    });
    // An idle connection that dies is dropped by the pool; the next transaction makes a new one.
    this.#pool.on("error", () => {});
  }

  /**
   * Runs the work in a transaction and commits it. A fault whose reaction is `retry` is met by
   * running it again, save when the commit's outcome is unknown. Rejects with a `StorageFault`, or
   * with whatever the work threw; the transaction is then rolled back.
   */
  transaction<Result>(openings: readonly Opening[], work: Work<Result>): Promise<Result> {
    return retried(() => this.#once(openings, work));
  }

  /** The same for work that only reads; writing is refused. There is no commit to be waited for. */
  reading<Result>(openings: readonly Opening[], work: Work<Result>): Promise<Result> {
    return retried(() => this.#onceReading(openings, work));
  }

  /** Waits for the work under way. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #once<Result>(openings: readonly Opening[], work: Work<Result>): Promise<Result> {
    const client = await this.#checkOut();
    try {
      const connection = new TransactionConnection(client, this.#names);
      const result = await inTransaction(connection, "BEGIN", openings, work);
      await commit(client);
      return result;
    } finally {
      checkIn(client);
    }
  }

  async #onceReading<Result>(openings: readonly Opening[], work: Work<Result>): Promise<Result> {
    const client = await this.#checkOut();
    try {
      const connection = new TransactionConnection(client, this.#names);
      const result = await inTransaction(connection, "BEGIN READ ONLY", openings, work);
      // Whoever comes next on this connection is behind it on the wire, and needs not wait either.
      sendTogether(client);
      client.query("COMMIT").catch(ignore);
      client.off("error", ignore);
      client.release();
      return result;
    } catch (error) {
      checkIn(client);
      throw error;
    }
  }

  async #checkOut(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    // Without a listener, the death of a connection that is checked out would end the process.
    client.on("error", ignore);
    return client;
  }
}

/** The statement under way, or the next one, tells the same. */
function ignore(): void {}

function checkIn(client: PoolClient): void {
  client.off("error", ignore);
  // Only a connection that stands outside of any transaction serves another tenant.
  client.release(client.getTransactionStatus() !== "I");
}

async function retried<Result>(run: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + RETRY_FOR_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      const waitMs = RETRY_WAITS_MS[tries] ?? RETRY_WAIT_MS_MAX;
      if (!isWorthAnotherTry(fault) || performance.now() + waitMs > deadline) throw fault;
      await delay(waitMs);
    }
  }
}

/** What was cancelled for taking too long will take too long again. */
const STATEMENT_CANCELLED = "57014";

function isWorthAnotherTry(fault: StorageFault): boolean {
  return (
    fault.reaction === "retry" && fault.commit === "none" && fault.code !== STATEMENT_CANCELLED
  );
}

/** Begins, opens and works; what fails is rolled back. */
async function inTransaction<Result>(
  connection: TransactionConnection,
  begin: string,
  openings: readonly Opening[],
  work: Work<Result>,
): Promise<Result> {
  const { client } = connection;
  const opened = open(client, begin, openings);
  // Told below, when the work has ended too.
  opened.catch(ignore);
  try {
    const result = await work(transactionOn(connection)).finally(() => connection.close());
    await opened;
    return result;
  } catch (error) {
    // What cannot be rolled back is on a dead connection, and gone with it.
    await client.query("ROLLBACK").catch(ignore);
    // Where the opening failed, that is why the work did.
    await opened;
    throw error;
  }
}

async function commit(client: PoolClient): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query("COMMIT"));
  } catch (error) {
    const fault = faultOf(error);
    throw fault !== null && LEAVES_COMMIT_UNKNOWN.test(fault.code) ? unknownCommit(fault) : error;
  }
  if (command === "COMMIT") return;
  const message = "a statement failed and the work went on as if it had not";
  throw new StorageFault({ reaction: "halt", code: "swallowed_error", message });
}

/**
 * Holds back what is written until the work has asked its first question: a write to the socket
 * costs more than all else that is done here.
 */
function sendTogether(client: PoolClient): void {
  const { stream } = client.connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** The connection or the server went away; any other refusal of a commit says that there was none. */
const LEAVES_COMMIT_UNKNOWN = /^(connection_lost|08|57P)/;

function unknownCommit(fault: StorageFault): StorageFault {
  const { reaction, code } = fault;
  const message = "the connection was lost while committing: it is not known whether it was kept";
  return new StorageFault({ reaction, code, message, cause: fault }, "unknown");
}

async function open(
  client: PoolClient,
  begin: string,
  openings: readonly Opening[],
): Promise<void> {
  sendTogether(client);
  const bare = openings.filter(({ values }) => values === undefined);
  const first = client.query([begin, ...bare.map(({ text }) => text)].join("; "));
  const others = openings.filter(({ values }) => values !== undefined);
  const answers = others.map(({ text, values = [] }) => client.query(text, [...values]));
  const [together, ...apart] = await Promise.all([first, ...answers]);
  // Several statements in one message are answered by as many results.
  const results = Array.isArray(together) ? together.slice(1) : [];
  for (const [index, { check }] of bare.entries()) check?.(results[index]?.rowCount ?? 0);
  for (const [index, { check }] of others.entries()) check?.(apart[index]?.rowCount ?? 0);
}

/** The parts of kysely that do not depend on the connection. */
const DIALECT: Dialect = {
  createDriver: () => new DummyDriver(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (database) => new PostgresIntrospector(database),
};
const COMPILER = new PostgresQueryCompiler();
const ADAPTER = new PostgresAdapter();
const DRIVER = new DummyDriver();

function transactionOn(connection: TransactionConnection): Tx {
  const executor = new DefaultQueryExecutor(COMPILER, ADAPTER, {
    provideConnection: (consumer) => consumer(connection),
  });
  return new Transaction<Tables>({
    config: { dialect: DIALECT },
    dialect: DIALECT,
    driver: DRIVER,
    executor,
  });
}

/** Statements that a connection keeps prepared, some 20 kB each; the application has fewer. */
const STATEMENTS_MAX = 200;

/**
 * Names for statements, so that each is parsed and planned once a connection. The first ones to come
 * have them; statements whose text varies without end stay unnamed.
 */
class StatementNames {
  readonly #names = new Map<string, string>();

  of(text: string): string | null {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= STATEMENTS_MAX) return null;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/** One transaction's use of a connection: nothing runs on it after the transaction's end. */
class TransactionConnection implements DatabaseConnection {
  readonly client: PoolClient;
  readonly #names: StatementNames;
  #isOpen = true;

  constructor(client: PoolClient, names: StatementNames) {
    this.client = client;
    this.#names = names;
  }

  close(): void {
    this.#isOpen = false;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    assert(this.#isOpen, "a transaction is not used after its end");
    const values = query.parameters.map(parameterOf);
    const name = this.#names.of(query.sql);
    const statement =
      name === null ? { text: query.sql, values } : { name, text: query.sql, values };
    const { rows, rowCount, command } = await this.client.query(statement);
    const changes = CHANGING.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {};
    return { rows, ...changes };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("rows are not streamed: ask for them in pieces");
  }
}

const CHANGING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);
