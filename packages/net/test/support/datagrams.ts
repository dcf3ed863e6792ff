import { createSocket, type Socket } from "node:dgram";
import { afterEach } from "vitest";

const peers: Socket[] = [];

afterEach(() => {
  for (const peer of peers.splice(0)) {
    try {
      peer.close();
    } catch {}
  }
});

/** A UDP socket of Node's, and what has come to it; closed after the test. */
export class Peer {
  readonly host: string;
  readonly port: number;
  readonly #received: Received[] = [];
  #waiting: ((received: Received) => void) | null = null;

  constructor(readonly socket: Socket) {
    const { address, port } = socket.address();
    this.host = address;
    this.port = port;
    socket.on("message", (bytes, { address, port }) => {
      const received: Received = [[...bytes], [address, port]];
      if (this.#waiting === null) this.#received.push(received);
      else this.#waiting(received);
      this.#waiting = null;
    });
  }

  receive(): Promise<Received> {
    const received = this.#received.shift();
    if (received !== undefined) return Promise.resolve(received);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  send(bytes: number[], [host, port]: readonly [string, number]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(Uint8Array.from(bytes), port, host, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(resolve));
  }
}

type Received = readonly [bytes: number[], from: readonly [host: string, port: number]];

/** Makes a {@link Peer}. */
export async function peer(host = "127.0.0.1", port = 0): Promise<Peer> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  peers.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  return new Peer(socket);
}

/** A port on 127.0.0.1 that nobody receives at. */
export async function deafPort(): Promise<number> {
  const { socket, port } = await peer();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
