/** Storage on a fresh database: opened, used through its doors, opened again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/test-database.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("a fresh database opens", async () => {
  const database = await server.createDatabase();
  const t = performance.now();
  const { storage } = await server.open(database);
  console.log("open", performance.now() - t);
  expect(await storage.withUser(1, (tx) => tx.selectFrom("users").selectAll().execute())).toEqual(
    [],
  );
});
