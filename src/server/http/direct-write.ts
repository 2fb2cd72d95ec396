/** Writing to a socket without a queue: what the kernel takes at once costs one system call and little else. */
import { writeSync } from "node:fs";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** A socket's open file; `fd` is negative once it is closed. */
export interface DirectHandle {
  readonly fd: number;
}

/**
 * The file under a socket, or null where there is none to be had: under TLS, where bytes must be
 * encrypted first, on Windows, or should Node change what it has done since its first versions.
 */
export function directHandle(socket: Socket): DirectHandle | null {
  if (socket instanceof TLSSocket || !("_handle" in socket)) return null;
  const handle = socket._handle;
  if (typeof handle !== "object" || handle === null || !("fd" in handle)) return null;
  return hasDescriptor(handle) && handle.fd >= 0 ? handle : null;
}

function hasDescriptor(handle: { readonly fd: unknown }): handle is DirectHandle {
  return typeof handle.fd === "number";
}

/**
 * How many of the bytes the kernel took: all, some, or none when its buffer is full or the peer has
 * gone. The caller hands the rest to the socket, which waits, or meets the error and reports it.
 * Nothing may wait in the socket, or bytes would overtake it.
 *
 * To write one buffer to thousands of sockets this takes a third of `socket.write`'s time outside
 * the kernel (bench/README.md), because it touches neither the stream's state nor a request object.
 */
export function writeDirectly(handle: DirectHandle, bytes: Buffer): number {
  const { fd } = handle;
  if (fd < 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch {
    return 0;
  }
}
