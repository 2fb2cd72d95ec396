/** Direct writes on real sockets: all, some or none of the bytes, and never into a stranger's connection. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { directHandle, writeDirectly } from "./direct-write.ts";

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return server;
}

/** Both ends of a connection on loopback. */
async function pair(server?: Server): Promise<{ near: Socket; far: Socket }> {
  const host = server ?? (await listening());
  const address = host.address();
  const far = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1");
  const [near] = (await once(host, "connection")) as [Socket];
  sockets.push(near, far);
  return { near, far };
}

test("takes all bytes while there is room", async () => {
  const { near, far } = await pair();
  const handle = directHandle(near);
  expect(handle).not.toBe(null);
  if (handle === null) return;
  expect(writeDirectly(handle, Buffer.from("one voice"))).toBe(9);
  expect(String(await once(far, "data"))).toBe("one voice");
});

test("takes some, then none, when the peer does not read", async () => {
  const { near, far } = await pair();
  far.pause();
  const handle = directHandle(near);
  if (handle === null) throw new Error("no handle");
  const block = Buffer.alloc(1_000_001);
  let taken = block.length;
  while (taken === block.length) taken = writeDirectly(handle, block);
  expect(taken).toBeGreaterThan(0);
  while (writeDirectly(handle, block) > 0);
  expect(near.destroyed).toBe(false);
});

test("takes nothing once the socket is closed, whoever has its number now", async () => {
  const server = await listening();
  const { near } = await pair(server);
  const handle = directHandle(near);
  if (handle === null) throw new Error("no handle");
  const { fd } = handle;
  expect(writeDirectly(handle, Buffer.from("!"))).toBe(1);
  near.destroy();
  await once(near, "close");
  // The lowest free number goes to the next file, so a few connections suffice to find it again.
  let found = false;
  for (let i = 0; i < 20; i += 1) {
    for (const socket of Object.values(await pair(server))) {
      socket.on("data", () => expect.unreachable());
      found ||= directHandle(socket)?.fd === fd;
    }
  }
  expect(found).toBe(true);
  expect(writeDirectly(handle, Buffer.from("secret"))).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
});

test("takes nothing when the peer has reset the connection", async () => {
  const { near, far } = await pair();
  const handle = directHandle(near);
  if (handle === null) throw new Error("no handle");
  near.on("error", () => {});
  far.resetAndDestroy();
  let taken = 1;
  while (taken > 0) {
    taken = writeDirectly(handle, Buffer.from("hello?"));
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("leaves encrypted sockets alone", async () => {
  const { near } = await pair();
  expect(directHandle(new TLSSocket(near))).toBe(null);
});
