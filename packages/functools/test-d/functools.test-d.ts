import { cache, type CacheInfo, lruCache, reduce } from "@anyio/functools";

// A cached function has the type of the function.
const load = cache(async (id: number, name?: string) => ({ id, name }));
(await load(1)).id satisfies number;
load.cacheInfo() satisfies CacheInfo;
load.cacheClear() satisfies void;
// @ts-expect-error -- a number
await load("1");

// Type parameters stay.
const echo = lruCache(async <T>(value: T): Promise<T> => value);
(await echo("text")) satisfies string;
(await echo(7)) satisfies number;

// Overloads stay.
declare function parse(text: string): Promise<number>;
declare function parse(bytes: Uint8Array): Promise<bigint>;
const parsed = lruCache({ maxSize: 10 })(parse);
(await parsed("1")) satisfies number;
(await parsed(new Uint8Array(1))) satisfies bigint;

// So does `this`.
const greet = cache(async function (this: { name: string }) {
  return this.name;
});
(await Object.assign({ name: "Ada" }, { greet }).greet()) satisfies string;
// @ts-expect-error -- nobody to greet
await greet();

// A key is made of the arguments.
lruCache(async (user: { id: number }, _verbose: boolean) => user, { key: (user, verbose) => `${user.id} ${verbose}` });
lruCache({ key: (id: number) => id, ttl: null })(async (id: number) => id);
// @ts-expect-error -- users have no name
lruCache(async (user: { id: number }) => user, { key: (user) => user.name });
// @ts-expect-error -- async functions only
cache((id: number) => id);

(await reduce(async (a, b) => a + b, [1, 2])) satisfies number;
(await reduce((text: string, n: number) => text + n, new Set([1, 2]), "")) satisfies string;
// @ts-expect-error -- a text is no number to begin with
await reduce((a: number, b: number) => a + b, [1, 2], "");
