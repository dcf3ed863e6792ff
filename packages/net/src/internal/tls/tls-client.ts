import type { TLSOptions } from "../../tls-stream.js";

/** How to speak TLS with what is connected to. */
export interface TLSClientOptions {
  /** Whether to speak TLS. Either of the other two implies it. */
  readonly tls?: boolean;
  /** What `TLSStream.wrap` is given. */
  readonly tlsOptions?: Omit<TLSOptions, "serverSide">;
  /** Whom the certificate of the other side has to be for; `host` unless told. */
  readonly serverName?: string;
}

/** Options that leave TLS out. */
export type WithoutTLS =
  | { readonly tls: false }
  | { readonly tls?: false; readonly tlsOptions?: never; readonly serverName?: never };

/** Options that ask for TLS. */
export type WithTLS =
  | { readonly tls: true }
  | { readonly tls?: true; readonly tlsOptions: NonNullable<TLSClientOptions["tlsOptions"]> }
  | { readonly tls?: true; readonly serverName: string };

/** Whether options ask for TLS. */
export function speaksTLS({ tls, tlsOptions, serverName }: TLSClientOptions): boolean {
  return tls ?? (tlsOptions !== undefined || serverName !== undefined);
}

/** What TLS is to be told, where `host` is connected to. */
export function tlsOptionsFor({ tlsOptions, serverName }: TLSClientOptions, host: string | undefined): TLSOptions {
  const hostname = serverName ?? tlsOptions?.hostname ?? host;
  return { ...tlsOptions, ...(hostname === undefined ? {} : { hostname }) };
}
