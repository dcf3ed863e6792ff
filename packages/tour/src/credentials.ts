import { generate } from "selfsigned";
import { abandonOnCancel } from "@anyio/core";

/** A private key and the certificate that goes with it, as PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for a name. It trusts itself: whoever is to trust it has to be given it. */
export async function makeCredentials(name: string): Promise<Credentials> {
  const subject = [{ name: "commonName", value: name }];
  const extensions = [{ name: "subjectAltName" as const, altNames: [{ type: 2 as const, value: name }] }];
  const { private: key, cert } = await abandonOnCancel(generate(subject, { keyType: "ec", extensions }));
  return { key, cert };
}
