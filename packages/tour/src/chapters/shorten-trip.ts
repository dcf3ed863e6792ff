// Chapter 25 has this run in a worker thread.
import { fromThread } from "@anyio/threads";

/** A round trip, as it was at first and as it is now. */
export interface Trip {
  readonly before: number;
  readonly after: number;
  readonly tries: number;
}

type City = readonly [x: number, y: number];

/**
 * Looks for a short round trip through cities here and there, for as long as its caller has time: it turns a part of the trip round, and
 * keeps that where the trip gets shorter.
 *
 * @param margin by how much it is to be early, in ms
 */
export function shortenTrip(cities: number, margin: number): Trip {
  const random = randomNumbers();
  const trip = Array.from({ length: cities }, (): City => [random(), random()]);
  const before = lengthOf(trip);
  let tries = 0;
  while (fromThread.remaining() > margin) {
    for (const end = tries + 1_000; tries < end; tries++) {
      tryTurning(trip, Math.floor(random() * cities), Math.floor(random() * cities));
    }
  }
  return { before, after: lengthOf(trip), tries };
}

/** Turns round what lies from one city of the trip to another, if that pays. */
function tryTurning(trip: City[], from: number, to: number): void {
  const at = (n: number): City => trip[(n + trip.length) % trip.length] ?? [0, 0];
  const now = distance(at(from - 1), at(from)) + distance(at(to), at(to + 1));
  const then = distance(at(from - 1), at(to)) + distance(at(from), at(to + 1));
  if (from < to && then < now) trip.splice(from, to - from + 1, ...trip.slice(from, to + 1).reverse());
}

function lengthOf(trip: readonly City[]): number {
  return trip.reduce((sum, city, n) => sum + distance(city, trip[(n + 1) % trip.length] ?? city), 0);
}

function distance([a, b]: City, [x, y]: City): number {
  return Math.hypot(x - a, y - b);
}

/** From 0 to 1, the same ones each time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
