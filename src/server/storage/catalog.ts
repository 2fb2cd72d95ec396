/** What the database's own catalogue must say so that tenants are held apart; asked at every start. */
import type { Client } from "pg";
import { halt } from "./fault.ts";
import { LOGINS, type LoginNames } from "./logins.ts";

/** One thing that is not as it must be, and the statement that mends it. */
export interface CatalogFault {
  readonly found: string;
  readonly mend: string;
}

/** Refuses a database that would not hold its tenants apart. */
export async function checkCatalog(client: Client, names: LoginNames): Promise<void> {
  const faults = await catalogFaults(client, names);
  if (faults.length === 0) return;
  const lines = faults.map((fault) => `- ${fault.found}. Mend it with: ${fault.mend}`);
  throw halt(
    "database_not_safe",
    `The database does not keep people apart, so Outcry does not start on it:\n${lines.join("\n")}`,
  );
}

export async function catalogFaults(
  client: Client,
  names: LoginNames,
): Promise<readonly CatalogFault[]> {
  const logins = LOGINS.map((kind) => names[kind]);
  const faults: CatalogFault[] = [];
  for (const rule of RULES) {
    const values = rule.values(names, logins);
    const { rows } = await client.query<CatalogFault>(rule.sql, values);
    faults.push(...rows);
  }
  return faults;
}

interface Rule {
  /** Gives one row, `found` and `mend`, for each violation. */
  readonly sql: string;
  readonly values: (names: LoginNames, logins: readonly string[]) => unknown[];
}

const ofLogins: Rule["values"] = (_, logins) => [logins];
const none: Rule["values"] = () => [];

/** Every table of ours, with the column that names its tenant: `id` of users, else `user_id`. */
const TENANT_TABLES = `
  SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum, a.attnotnull, a.attname
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    AND a.attname = CASE c.relname WHEN 'users' THEN 'id' ELSE 'user_id' END
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'm')`;

/** The tenant's predicate as PostgreSQL prints it. */
const TENANT_IS = `format('(%I = (NULLIF(current_setting(''app.user_id''::text, true), ''''::text))::bigint)', t.attname)`;

/** What an extension brought is its own; nobody's rows are in it. */
const NOT_OF_EXTENSION = (catalogue: string, oid: string) => `NOT EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

const loginRules: readonly Rule[] = [
  {
    values: ofLogins,
    sql: `SELECT format('the login %I does not exist', wanted) AS found,
        'restart Outcry with a DATABASE_URL whose login may create roles' AS mend
      FROM unnest($1::text[]) wanted WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)`,
  },
  {
    values: ofLogins,
    sql: `SELECT format('the login %I can bypass row-level security or make logins', rolname) AS found,
        format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION', rolname) AS mend
      FROM pg_roles WHERE rolname = ANY ($1)
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)`,
  },
  {
    values: ofLogins,
    sql: `SELECT format('the login %I is a member of %I', member.rolname, of.rolname) AS found,
        format('REVOKE %I FROM %I', of.rolname, member.rolname) AS mend
      FROM pg_auth_members m
      JOIN pg_roles member ON member.oid = m.member JOIN pg_roles of ON of.oid = m.roleid
      WHERE member.rolname = ANY ($1)`,
  },
  {
    values: ofLogins,
    sql: `SELECT format('the login %I owns %s', rolname, what) AS found,
        format('REASSIGN OWNED BY %I TO CURRENT_USER', rolname) AS mend
      FROM pg_roles JOIN (
        SELECT relowner AS owner, 'the relation ' || oid::regclass AS what FROM pg_class
        UNION ALL SELECT proowner, 'the function ' || oid::regprocedure FROM pg_proc
        UNION ALL SELECT nspowner, 'the schema ' || nspname FROM pg_namespace
        UNION ALL SELECT datdba, 'the database ' || datname FROM pg_database
        UNION ALL SELECT typowner, 'the type ' || oid::regtype FROM pg_type WHERE typrelid = 0
      ) owned ON owner = pg_roles.oid WHERE rolname = ANY ($1)`,
  },
  {
    values: ofLogins,
    sql: `SELECT format('the login %I may make tables in the schema public', rolname) AS found,
        format('REVOKE CREATE ON SCHEMA public FROM PUBLIC, %I', rolname) AS mend
      FROM pg_roles WHERE rolname = ANY ($1) AND has_schema_privilege(oid, 'public', 'CREATE')`,
  },
  {
    values: ofLogins,
    sql: `SELECT format('the login %I may %s on %s', rolname, privilege, c.oid::regclass) AS found,
        format('REVOKE %s ON %s FROM PUBLIC, %I', privilege, c.oid::regclass, rolname) AS mend
      FROM pg_roles, pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
      WHERE rolname = ANY ($1) AND c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p', 'f') AND has_table_privilege(pg_roles.oid, c.oid, privilege)`,
  },
];

const tableRules: readonly Rule[] = [
  {
    values: none,
    sql: `SELECT format('the table %I has row-level security %s', relname,
          CASE WHEN relrowsecurity THEN 'that its owner passes by' ELSE 'switched off' END) AS found,
        format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', relname) AS mend
      FROM (${TENANT_TABLES}) t WHERE NOT (relrowsecurity AND relforcerowsecurity)`,
  },
  {
    values: none,
    sql: `SELECT format('the column %I of the table %I can be null', attname, relname) AS found,
        format('ALTER TABLE %I ALTER COLUMN %I SET NOT NULL', relname, attname) AS mend
      FROM (${TENANT_TABLES}) t WHERE NOT attnotnull`,
  },
  {
    values: none,
    sql: `SELECT format('the table %I has no policy that holds everybody to their own rows', relname) AS found,
        format('CREATE POLICY tenant ON %I USING (…) WITH CHECK (…), as src/server/storage/migrations has it', relname) AS mend
      FROM (${TENANT_TABLES}) t WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid
        AND p.polroles = '{0}' AND p.polcmd = '*' AND p.polpermissive
        AND pg_get_expr(p.polqual, t.oid) = ${TENANT_IS}
        AND pg_get_expr(p.polwithcheck, t.oid) = ${TENANT_IS})`,
  },
  {
    // Policies add up: one more for everybody, or for the app, would open what the tenant's closes.
    values: (names) => [names.app],
    sql: `SELECT format('the policy %I on %I lets everybody or %I see more than their own', polname, relname, $1::text) AS found,
        format('DROP POLICY %I ON %I', polname, relname) AS mend
      FROM (${TENANT_TABLES}) t JOIN pg_policy p ON p.polrelid = t.oid
      WHERE p.polpermissive AND (0 = ANY (p.polroles) OR $1::text::regrole::oid = ANY (p.polroles))
        AND (pg_get_expr(p.polqual, t.oid) IS DISTINCT FROM ${TENANT_IS}
          OR pg_get_expr(p.polwithcheck, t.oid) IS DISTINCT FROM ${TENANT_IS})`,
  },
  {
    values: none,
    sql: `SELECT format('the policy %I on %I checks only what is read or only what is written', polname, relname) AS found,
        format('ALTER POLICY %I ON %I USING (…) WITH CHECK (…)', polname, relname) AS mend
      FROM (${TENANT_TABLES}) t JOIN pg_policy p ON p.polrelid = t.oid
      WHERE p.polcmd IN ('*', 'w') AND (p.polqual IS NULL OR p.polwithcheck IS NULL)`,
  },
  {
    // The people's own keys are the exception: their table is where tenants come from.
    values: none,
    sql: `SELECT format('the unique index %I on %I does not start with the tenant', i.indexrelid::regclass, relname) AS found,
        format('DROP INDEX %I, and make it again with %I first', i.indexrelid::regclass, attname) AS mend
      FROM (${TENANT_TABLES}) t JOIN pg_index i ON i.indrelid = t.oid
      WHERE i.indisunique AND i.indkey[0] <> t.attnum
        AND NOT (relname = 'users' AND i.indexrelid::regclass::text = 'users_issuer_subject_key')`,
  },
  {
    values: none,
    sql: `SELECT format('the foreign key %I of %I does not start with the tenant on both sides', conname, relname) AS found,
        format('ALTER TABLE %I DROP CONSTRAINT %I, and make it again with the tenant first', relname, conname) AS mend
      FROM (${TENANT_TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
      LEFT JOIN (SELECT oid AS key_of, attnum AS key FROM (${TENANT_TABLES}) tenants) target
        ON target.key_of = k.confrelid
      WHERE k.conkey[1] <> t.attnum OR target.key IS DISTINCT FROM k.confkey[1]`,
  },
  {
    // A table that points at people without the tenant's column would escape every rule above.
    values: none,
    sql: `SELECT format('the table %s refers to a person but has no user_id', k.conrelid::regclass) AS found,
        format('ALTER TABLE %s, so that user_id names the tenant', k.conrelid::regclass) AS mend
      FROM pg_constraint k JOIN (${TENANT_TABLES}) target ON target.oid = k.confrelid
      WHERE k.contype = 'f' AND k.conrelid NOT IN (SELECT oid FROM (${TENANT_TABLES}) t)`,
  },
];

const otherRules: readonly Rule[] = [
  {
    // A view reads with its owner's rights, past the tenant's policies.
    values: none,
    sql: `SELECT format('%s is a view, which reads past the policies', c.oid::regclass) AS found,
        format('DROP %s %s', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, c.oid::regclass) AS mend
      FROM pg_class c WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
        AND ${NOT_OF_EXTENSION("pg_class", "c.oid")}`,
  },
  {
    values: none,
    sql: `SELECT format('the function %s runs with its owner''s rights', p.oid::regprocedure) AS found,
        format('ALTER FUNCTION %s SECURITY INVOKER', p.oid::regprocedure) AS mend
      FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace
        AND ${NOT_OF_EXTENSION("pg_proc", "p.oid")}`,
  },
];

const RULES: readonly Rule[] = [...loginRules, ...tableRules, ...otherRules];
