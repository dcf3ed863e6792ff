import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createNodeServer } from "node:net";
import { connect as connectNodeTls, createServer as createNodeTlsServer, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { BrokenResourceError, EndOfStreamError } from "@anyio/core";
import { connectTcp, createTcpListener, SocketAttribute, TLSListener, TLSStream } from "@anyio/net";
import { BufferedByteStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { caught } from "#support/caught";
import { makeCertificates } from "./support/certificates.js";

const { ca, caFile, server, selfSigned } = makeCertificates();

const running: ChildProcessWithoutNullStreams[] = [];
const seen: string[] = [];

afterEach(() => {
  seen.length = 0;
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

describe.each([true, false])("TLS (standardCompatible: %s) and programs of others", (standardCompatible) => {
  it("answers openssl s_client, and tells it goodbye", async () => {
    const [output] = await serving(echoOneLine, async (port) => {
      const openssl = start("openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...TRUST, "-msg", "-ign_eof");
      openssl.stdin.write("hello\n");
      return outputOf(openssl);
    });

    expect(output).toContain("HELLO\n");
    expect(output).toMatch(/<<< .*Alert.*close_notify/);
  });

  it("answers openssl s_client with TLS 1.2", async () => {
    const [output] = await serving(echoOneLine, async (port) => {
      const openssl = start(
        "openssl",
        "s_client",
        "-tls1_2",
        "-connect",
        `127.0.0.1:${port}`,
        ...TRUST,
        "-quiet",
        "-ign_eof",
      );
      openssl.stdin.write("hello\n");
      return outputOf(openssl);
    });

    expect(output).toBe("HELLO\n");
  });

  it.each(["-tls1_2", "-tls1_3"])("sees the goodbye of openssl s_client %s", async (version) => {
    await serving(everything, async (port) => {
      const openssl = start(
        "openssl",
        "s_client",
        version,
        "-connect",
        `127.0.0.1:${port}`,
        ...TRUST,
        "-quiet",
        "-no_ign_eof",
      );
      openssl.stdin.end("hello\n");
      return outputOf(openssl);
    });

    expect(seen.join("")).toBe("hello\nend");
  });

  it(`${standardCompatible ? "notices" : "does not mind"} that openssl s_client is gone without a goodbye`, async () => {
    const [, errors] = await serving(everything, async (port) => {
      const openssl = start("openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...TRUST, "-quiet", "-ign_eof");
      openssl.stdin.write("hello\n");
      await once(openssl.stdout, "data");
      openssl.kill("SIGKILL");
      return outputOf(openssl);
    });

    expect(seen.join("")).toBe(standardCompatible ? "hello\n" : "hello\nend");
    expect(errors).toEqual(standardCompatible ? [expect.any(BrokenResourceError)] : []);
  });

  it.each(["-tls1_2", "-tls1_3"])("talks to openssl s_server %s, and checks its certificate", async (version) => {
    const port = await freePort();
    const openssl = start(
      "openssl",
      ...`s_server ${version} -accept 127.0.0.1:${port} -cert ${server.certFile} -key ${server.keyFile}`.split(" "),
      ..."-rev -naccept 2".split(" "),
    );
    await listening(openssl);

    const stranger = await connectTcp("127.0.0.1", port);
    const refused = await caught(
      TLSStream.wrap(stranger, { hostname: "localhost", ca: selfSigned.cert, standardCompatible }),
      BrokenResourceError,
    );
    const stream = await TLSStream.wrap(await connectTcp("127.0.0.1", port), {
      hostname: "localhost",
      ca,
      standardCompatible,
    });
    const lines = new BufferedByteStream(stream);
    await stream.send(bytes("hello\n"));

    expect((refused.cause as NodeJS.ErrnoException).code).toMatch(/UNABLE_TO_(GET_ISSUER|VERIFY)|SELF_SIGNED/);
    expect(text(await lines.receiveUntil("\n", 100))).toBe("olleh");
    await stream.close();
  });

  it("answers curl", async () => {
    const [output] = await serving(
      async (stream) => {
        const request = new BufferedByteStream(stream);
        await request.receiveUntil("\r\n\r\n", 10_000);
        await stream.send(bytes("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello from TLS\n"));
      },
      (port) => outputOf(start("curl", "--silent", "--show-error", "--cacert", caFile, `https://127.0.0.1:${port}/`)),
    );

    expect(output).toBe("hello from TLS\n");
  });

  it("is refused by curl where its certificate is not trusted", async () => {
    const [output, errors] = await serving(
      () => {},
      (port) => outputOf(start("curl", "--silent", "--show-error", `https://127.0.0.1:${port}/`), true),
    );

    expect(output).toMatch(/certificate/);
    expect(errors.every((error) => error instanceof BrokenResourceError)).toBe(true);
  });

  it("answers node:tls", async () => {
    const [output] = await serving(echoOneLine, async (port) => {
      const socket = connectNodeTls({ port, host: "127.0.0.1", servername: "localhost", ca });
      socket.write("hello\n");
      let all = "";
      for await (const piece of socket) all += String(piece);
      return all;
    });

    expect(output).toBe("HELLO\n");
  });

  it("talks to node:tls", async () => {
    const nodeServer = createNodeTlsServer({ cert: server.cert, key: server.key }, (socket: TLSSocket) => {
      socket.on("error", () => {});
      socket.on("data", (piece) => socket.end(String(piece).toUpperCase()));
    });
    nodeServer.listen(0, "127.0.0.1");
    await once(nodeServer, "listening");
    const { port } = nodeServer.address() as { port: number };
    const stream = await TLSStream.wrap(await connectTcp("127.0.0.1", port), {
      hostname: "localhost",
      ca,
      standardCompatible,
    });

    await stream.send(bytes("hello"));

    expect(text(await stream.receive())).toBe("HELLO");
    await caught(stream.receive(), EndOfStreamError);
    await stream.close();
    nodeServer.close();
  });

  /** Serves while `use` connects to the port, and gives what that gives, and the errors of handlers and handshakes. */
  async function serving(
    handler: (stream: TLSStream) => unknown,
    use: (port: number) => Promise<string>,
  ): Promise<[string, unknown[]]> {
    const listener = new TLSListener(await createTcpListener({ localHost: "127.0.0.1" }), {
      cert: server.cert,
      key: server.key,
      standardCompatible,
    });
    const errors: unknown[] = [];
    const output = await withTaskGroup(async (tg) => {
      const handled = tg.startSoon(() => listener.serve(handler, { onError: (error) => void errors.push(error) }));
      const result = await use(listener.extra(SocketAttribute.localPort));
      await new Promise((resolve) => setTimeout(resolve, 100));
      handled.cancel();
      return result;
    });
    await listener.close();
    return [output ?? "", errors];
  }
});

const TRUST = ["-CAfile", caFile, "-verify_return_error", "-verify_hostname", "localhost"];

/** Notes everything until the end, and confirms it. */
async function everything(stream: TLSStream): Promise<void> {
  for await (const piece of stream) {
    seen.push(text(piece));
    await stream.send(bytes("seen\n")).catch(() => {});
  }
  seen.push("end");
}

async function echoOneLine(stream: TLSStream): Promise<void> {
  const lines = new BufferedByteStream(stream);
  const line = await lines.receiveUntil("\n", 100);
  await stream.send(bytes(`${text(line).toUpperCase()}\n`));
}

function start(command: string, ...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(command, args);
  child.stdin.on("error", () => {});
  running.push(child);
  return child;
}

/** What a program writes until it ends. */
async function outputOf(child: ChildProcessWithoutNullStreams, withErrors = false): Promise<string> {
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  if (withErrors) child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
  else child.stderr.resume();
  await once(child, "close");
  return Buffer.concat(pieces).toString();
}

async function listening(openssl: ChildProcessWithoutNullStreams): Promise<void> {
  openssl.stderr.resume();
  for await (const piece of openssl.stdout) if (String(piece).includes("ACCEPT")) break;
  openssl.stdout.resume();
}

async function freePort(): Promise<number> {
  const probe = createNodeServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
