/** Deals `times` out over `hands`, as evenly as can be. */
export function deal(times: number, hands: number): readonly number[] {
  return Array.from({ length: hands }, (_, index) => Math.floor((times + index) / hands));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Has so many hands work at once, each on its share of `times`; returns how many were done in all. */
export async function inHands(
  times: number,
  hands: number,
  work: (own: number, hand: number) => Promise<number>,
): Promise<number> {
  return sum(await Promise.all(deal(times, hands).map(work)));
}

/** Does something `times` times, one after the other; returns how often it went well. */
export async function inTurn(times: number, once: () => Promise<boolean>): Promise<number> {
  let done = 0;
  for (let i = 0; i < times; i += 1) if (await once()) done += 1;
  return done;
}
