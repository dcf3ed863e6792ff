/** A program as a text, with all that it imports: see programs.base.ts. */
declare module "*?text" {
  const text: string;
  export default text;
}
