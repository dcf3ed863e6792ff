import { ExceptionGroup } from "@anyio/core";

/** Closes all at once, whatever becomes of each, and waits for all. One error is thrown as it is, several as a group. */
export async function closeAll(resources: readonly { close(): unknown }[]): Promise<void> {
  const results = await Promise.allSettled(resources.map(async (resource) => resource.close()));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length > 1) throw new ExceptionGroup(errors, "closing failed", { cause: errors[0] });
  if (errors.length === 1) throw errors[0];
}
