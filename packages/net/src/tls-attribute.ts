import { typedAttribute } from "@anyio/core";
import type { CipherNameAndProtocol, PeerCertificate } from "node:tls";

/** What a {@link TLSStream} can be asked for with `extra()`, beside what the stream under it knows. */
export const TLSAttribute = {
  /** The protocol that both sides agreed on by ALPN; null when none. */
  alpnProtocol: typedAttribute<string | null>("alpnProtocol"),
  /** The version of TLS, such as "TLSv1.3". */
  tlsVersion: typedAttribute<string>("tlsVersion"),
  /** The cipher in use, as Node.js describes it. */
  cipher: typedAttribute<CipherNameAndProtocol>("cipher"),
  /** The other side's certificate, as Node.js describes it; null when it has shown none. */
  peerCertificate: typedAttribute<PeerCertificate | null>("peerCertificate"),
  /** Whether this side is the server. */
  serverSide: typedAttribute<boolean>("serverSide"),
  /** Whether an end without a goodbye is an error: see {@link TLSOptions}. */
  standardCompatible: typedAttribute<boolean>("standardCompatible"),
} as const;
