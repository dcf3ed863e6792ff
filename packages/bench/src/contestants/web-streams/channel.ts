/** The two ends of an identity transform, which holds `capacity` items; a write settles when its item is in there. */
export function channel<T>(capacity: number): { send: WritableStreamDefaultWriter<T>; readable: ReadableStream<T> } {
  const { readable, writable } = new TransformStream<T, T>(undefined, undefined, { highWaterMark: capacity });
  return { send: writable.getWriter(), readable };
}
