import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, as PEM, and where the two are. */
interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What tests of TLS show each other: certificates made on the spot, and gone when the process ends. */
export interface Certificates {
  /** Who has signed `server`, `client` and `expired`. */
  readonly ca: Buffer;
  readonly caFile: string;
  /** For localhost, 127.0.0.1, ::1 and bücher.example. */
  readonly server: Certificate;
  readonly client: Certificate;
  readonly expired: Certificate;
  /** For the same names as `server`, but signed by somebody who was signed by the authority, and is shown along. */
  readonly chained: Certificate;
  /** For localhost, signed by itself. */
  readonly selfSigned: Certificate;
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "anyio-tls-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const ca = selfSign(folder, "ca", ["-addext", "basicConstraints=critical,CA:TRUE"]);
  const sign = (name: string, dates: string[] = ["-days", "2"]): Certificate =>
    signBy(ca, folder, name, dates, `subjectAltName = ${NAMES}`);
  const deputy = signBy(ca, folder, "deputy", ["-days", "2"], "basicConstraints = critical,CA:TRUE");
  const leaf = signBy(deputy, folder, "leaf", ["-days", "2"], `subjectAltName = ${NAMES}`);
  return {
    ca: ca.cert,
    caFile: ca.certFile,
    server: sign("server"),
    client: sign("client"),
    expired: sign("expired", ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]),
    chained: { ...leaf, cert: Buffer.concat([leaf.cert, deputy.cert]) },
    selfSigned: selfSign(folder, "localhost", ["-addext", `subjectAltName=${NAMES}`]),
  };
}

const NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:xn--bcher-kva.example";

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function selfSign(folder: string, name: string, more: string[]): Certificate {
  const files = filesOf(folder, name);
  openssl("req", "-x509", ...NEW_KEY, "-keyout", files.key, "-out", files.cert, "-subj", `/CN=${name}`, ...more);
  return read(files);
}

function signBy(ca: Certificate, folder: string, name: string, dates: string[], extension: string): Certificate {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  openssl("req", ...NEW_KEY, "-keyout", files.key, "-out", request, "-subj", `/CN=${name}`);
  const authority = join(folder, `${name}.ca`);
  mkdirSync(authority);
  const config = join(authority, "openssl.cnf");
  writeFileSync(join(authority, "index.txt"), "");
  writeFileSync(config, configFor(authority, extension));
  const signer = ["-cert", ca.certFile, "-keyfile", ca.keyFile];
  openssl("ca", "-batch", "-notext", "-config", config, ...signer, ...dates, "-in", request, "-out", files.cert);
  return read(files);
}

function configFor(folder: string, extension: string): string {
  return `[ca]
default_ca = own
[own]
database = ${folder}/index.txt
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = own_extension
[any]
commonName = supplied
[own_extension]
${extension}
`;
}

function filesOf(folder: string, name: string): { cert: string; key: string } {
  return { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

function read(files: { cert: string; key: string }): Certificate {
  return {
    cert: readFileSync(files.cert),
    key: readFileSync(files.key),
    certFile: files.cert,
    keyFile: files.key,
  };
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
