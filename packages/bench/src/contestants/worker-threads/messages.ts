/** What a thread is to call. */
export interface Order {
  readonly name: string;
  readonly arg: unknown;
  /** What comes back is bytes, which are handed over. */
  readonly transfers: boolean;
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };
