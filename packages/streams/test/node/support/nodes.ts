import { EventEmitter, once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Two ends of one TCP connection; either half of it can be closed by itself. */
export async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [[accepted]] = await Promise.all([once(server, "connection") as Promise<[Socket]>, once(client, "connect")]);
  server.close();
  // Deno: what is written in the turn in which a socket was accepted fails with EPIPE where the peer's end comes in too.
  await new Promise((resolve) => setTimeout(resolve));
  return [client, accepted];
}

/** How many listeners an emitter has, by event. */
export function listenersOf(emitter: EventEmitter): Record<string, number> {
  return Object.fromEntries(
    emitter
      .eventNames()
      .map((name) => [String(name), emitter.listenerCount(name)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** An emitter that emits an error whenever a listener is removed, as long as somebody listens for errors. */
export function failingAsListenersGo(): EventEmitter {
  const emitter = new EventEmitter();
  emitter.on("removeListener", () => {
    if (emitter.listenerCount("error") > 0) emitter.emit("error", new Error("late"));
  });
  return emitter;
}

/** What `later` has more than `earlier`. */
export function added(earlier: Record<string, number>, later: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(later)
      .map(([name, count]) => [name, count - (earlier[name] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk);
}

/** Everything that is received until the end. */
export async function received(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Waits, a turn at a time, for what nobody tells of. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
