/**
 * What a place is worth in a search: pages that explain come before members of classes, which are many and short. VitePress
 * sends the function to the browser as text, so it knows nothing outside itself.
 *
 * @param place such as `/reference/core#cancel`
 */
export function pagesBeforeMembers(
  place: string,
  _term: string,
  stored?: { readonly title?: string; readonly titles?: readonly string[] },
): number {
  const isMember = (stored?.titles?.length ?? 0) > 1;
  if (place.includes("/reference/")) return isMember ? 0.3 : 1;
  if (/\/guide\/|\/getting-started/.test(place)) return 1.6;
  if (/\/packages\/(?:bench|contributing|runtimes|tour)|\/kernel/.test(place)) return 0.4;
  return 1.2;
}
