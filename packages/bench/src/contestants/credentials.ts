import { generate } from "selfsigned";

export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for `localhost` that trusts itself. */
export async function makeCredentials(): Promise<Credentials> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  return { key, cert };
}
