/** Connections to the database: their options, and how numbers cross without passing through floats. */
import { Client, type ClientConfig, TypeOverrides } from "pg";
import { type Fixed, formatFixed, parseFixed } from "../../core/fixed.ts";
import type { DatabaseTarget } from "./database-url.ts";
import { faultOf, StorageFault } from "./fault.ts";

/** pg's code for the types: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const INT8 = 20;
const NUMERIC = 1700;

/** Ids, times and counts are whole and safe as numbers; anything beyond is refused, never rounded. */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${text}`);
  return value;
}

function parseMoney(text: string): Fixed {
  const value = parseFixed(text);
  if (value === null) throw new RangeError(`not an amount with eight decimals: ${text}`);
  return value;
}

function columnTypes(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(INT8, parseInteger);
  types.setTypeParser(NUMERIC, parseMoney);
  return types;
}

/** A value as pg sends it. In Outcry a `bigint` is money and nothing else. */
export function parameterOf(value: unknown): unknown {
  if (typeof value === "bigint") return formatFixed(value);
  return Array.isArray(value) ? value.map(parameterOf) : value;
}

/** How long a server may take to answer a new connection, and how long to wait for a free one. */
const CONNECT_WAIT_MS = 5_000;

/** Finds a dead network path after some minutes even where nothing is asked. */
const KEEPALIVE_AFTER_MS = 30_000;

/** A server that has not even cancelled a statement by then is out of reach. */
const ANSWER_GRACE_MS = 5_000;

export interface ConnectionLimits {
  /** A statement that takes longer is cancelled. */
  readonly statementMs: number;
  /** A lock that is not free by then is given up. */
  readonly lockMs: number;
  /** A transaction left open this long without a statement is ended, with its connection. */
  readonly idleInTransactionMs: number;
}

export function clientConfig(target: DatabaseTarget, limits: ConnectionLimits): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    ssl: target.tls.kind === "off" ? false : target.tls.options,
    application_name: "outcry",
    client_encoding: "UTF8",
    types: columnTypes(),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    connectionTimeoutMillis: CONNECT_WAIT_MS,
    statement_timeout: limits.statementMs,
    query_timeout: limits.statementMs + ANSWER_GRACE_MS,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
  };
}

/** What the owner's work at start may take: a migration of a large table is slow, not wrong. */
const OWNER_LIMITS: ConnectionLimits = {
  statementMs: 3_600_000,
  lockMs: 30_000,
  idleInTransactionMs: 3_600_000,
};

/** A connection with the target as it turned out to be: with TLS, or without where that was only preferred. */
export interface OwnerConnection {
  readonly client: Client;
  readonly target: DatabaseTarget;
}

/** One connection of the owner, to be ended by the caller. */
export async function connectOwner(target: DatabaseTarget): Promise<OwnerConnection> {
  try {
    return { client: await connect(target, OWNER_LIMITS), target };
  } catch (error) {
    const canBePlain = target.tls.kind === "preferred" && isWithoutTls(error);
    if (!canBePlain) throw connectFault(target, error);
  }
  const plain: DatabaseTarget = { ...target, tls: { kind: "off" } };
  try {
    return { client: await connect(plain, OWNER_LIMITS), target: plain };
  } catch (error) {
    throw connectFault(plain, error);
  }
}

/** A connection whose loss while idle is found by the next statement, and does not end the process. */
export async function connect(target: DatabaseTarget, limits: ConnectionLimits): Promise<Client> {
  const client = new Client(clientConfig(target, limits));
  client.on("error", () => {});
  await client.connect();
  return client;
}

function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/.test(error.message);
}

function connectFault(target: DatabaseTarget, error: unknown): StorageFault {
  const place = `${target.host}:${target.port}/${target.database} as ${target.user}`;
  const fault = faultOf(error);
  const why = error instanceof Error ? error.message : String(error);
  return new StorageFault({
    reaction: fault?.reaction ?? "halt",
    code: fault?.code ?? "no_connection",
    message: `The database ${place} cannot be reached: ${why}`,
    cause: error,
  });
}

/** A name as SQL takes it, whatever it holds. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL takes it, whatever it holds. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
