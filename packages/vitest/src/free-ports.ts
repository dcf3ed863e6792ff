import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { abandonOnCancel, BrokenResourceError, shield } from "@anyio/core";

/** A TCP port that nobody listens on, on 127.0.0.1 and on ::1 where the machine has it. */
export function freeTcpPort(): Promise<number> {
  return freePort(bindTcp);
}

/** A UDP port that nobody is bound to, on 127.0.0.1 and on ::1 where the machine has it. */
export function freeUdpPort(): Promise<number> {
  return freePort(bindUdp);
}

/** Something bound to a port. */
interface Bound {
  readonly port: number;
  close(): Promise<void>;
}

type Bind = (host: string, port: number) => Promise<Bound>;

/** Cancelled in between it would leave a port bound; and it takes no time. */
function freePort(bind: Bind): Promise<number> {
  return shield(() => search(bind));
}

async function search(bind: Bind): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const first = await abandonOnCancel(bind("127.0.0.1", 0));
    const second = await abandonOnCancel(bind("::1", first.port).catch(codeOf));
    await abandonOnCancel(first.close());
    const isFree = typeof second !== "string";
    if (isFree) await abandonOnCancel(second.close());
    // Handed out once per process: the system likes to give the same port again.
    if ((isFree || NO_IPV6.has(second)) && !given.has(first.port)) {
      given.add(first.port);
      return first.port;
    }
  }
  throw new BrokenResourceError(`there was no free port in ${MOST_TRIES} tries`);
}

const MOST_TRIES = 100;
const given = new Set<number>();
const NO_IPV6: ReadonlySet<string> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETUNREACH"]);

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
}

function bindTcp(host: string, port: number): Promise<Bound> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" ? (address?.port ?? 0) : 0,
        close: () => new Promise((closed) => void server.close(() => closed())),
      });
    });
  });
}

function bindUdp(host: string, port: number): Promise<Bound> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", reject);
    socket.bind(port, host, () =>
      resolve({ port: socket.address().port, close: () => new Promise((closed) => void socket.close(() => closed())) }),
    );
  });
}
