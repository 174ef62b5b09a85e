/** @returns line and column from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** @returns `:3:11`. */
export function placeAt(text: string, offset: number): string {
  const { line, column } = lineAndColumn(text, offset);
  return `:${line}:${column}`;
}

/** @returns hints that show the line at fault. @param place as `placeAt` returns it. */
export function lineAtFault(text: string, place: string): string[] {
  const line = text.split("\n")[Number(place.split(":")[1]) - 1]?.trim() ?? "";
  if (line === "") return [];
  return ["The line at fault:", `  ${line.length > 120 ? `${line.slice(0, 119)}…` : line}`];
}
