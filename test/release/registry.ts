import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What npm uploads of a version. */
export interface Uploaded {
  readonly name: string;
  readonly access: string;
  readonly manifest: Readonly<Record<string, unknown>> & {
    readonly version: string;
    readonly dist: { integrity: string };
  };
  readonly tarball: Buffer;
}

interface Upload {
  readonly name: string;
  readonly access: string;
  readonly versions: Readonly<Record<string, Uploaded["manifest"]>>;
  readonly _attachments: Readonly<Record<string, { data: string }>>;
}

/** A registry on this machine, which takes everything and keeps it in memory. */
export class Registry implements AsyncDisposable {
  /** All that was asked, as "GET /name". */
  readonly requests: string[] = [];
  readonly uploads: Uploaded[] = [];
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  static async open(): Promise<Registry> {
    const registry = new Registry();
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  /** What makes npm take this registry for its own. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      [`npm_config_//127.0.0.1:${port}/:_authToken`]: "nobody",
      npm_config_fetch_retries: "0",
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { method = "", url = "" } = request;
    this.requests.push(`${method} ${decodeURIComponent(url)}`);
    if (method === "PUT") {
      this.uploads.push(uploadedIn(JSON.parse(await text(request)) as Upload));
      return { status: 201, body: { ok: true } };
    }
    const found = this.uploads.find(({ name }) => decodeURIComponent(url) === `/${name}`);
    if (!found) return { status: 404, body: { error: "not found" } };
    const { name, manifest } = found;
    return {
      status: 200,
      body: { name, versions: { [manifest.version]: manifest }, "dist-tags": { latest: manifest.version } },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function uploadedIn({ name, access, versions, _attachments }: Upload): Uploaded {
  const [manifest] = Object.values(versions);
  const [attachment] = Object.values(_attachments);
  if (!manifest || !attachment) throw new Error(`${name} was uploaded without a version or a tarball`);
  return { name, access, manifest, tarball: Buffer.from(attachment.data, "base64") };
}

/** As npm has it in `dist.integrity`. */
export function integrityOf(tarball: Buffer): string {
  return `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
}
