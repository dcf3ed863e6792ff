/** A program as a text, with all that it imports: see programs.base.ts. */
declare module "*?text" {
  const text: string;
  // oxlint-disable-next-line import/no-default-export -- it is what bundlers make of a text
  export default text;
}
