import { validateKey, validateUpdates } from "dynalite/db/index.js";
import updateItem from "dynalite/actions/updateItem.js";
import { toAwsError, validationError } from "./request.ts";
import type { Item, TableDefinition, UpdateItemInput } from "./types.ts";

/** What dynalite's UpdateItem asks of a store; all calls back at once. */
export interface UpdateStore {
  options: { maxItemSize: number };
  getTable(name: string, callback: (error: null, table: TableDefinition) => void): void;
  getItemDb(name: string): {
    lock(key: string, run: (release: <T>(callback: T) => T) => void): void;
    get(key: string, callback: (error: null, item: Item | undefined) => void): void;
    put(key: string, item: Item, callback: (error: null) => void): void;
  };
  getIndexDb(): {
    put(key: string, item: Item, callback: () => void): void;
    del(key: string, callback: () => void): void;
  };
}

/** @returns the refusal of an update that its table cannot take. */
export function checkUpdate(data: UpdateItemInput, table: TableDefinition): Error | null | undefined {
  return validateKey(data.Key, table) ?? validateUpdates(data.AttributeUpdates, data._updates, table);
}

/**
 * Applies an UpdateExpression (or AttributeUpdates) to an item; nothing is stored.
 * @returns the new item, and the attributes that `ReturnValues` asks for.
 */
export function applyUpdate(
  data: UpdateItemInput,
  table: TableDefinition,
  old: Item | undefined,
): { item: Item; attributes: Item | undefined } {
  sortRemovals(data);
  let item: Item | undefined;
  let attributes: Item | undefined;
  const noIndex = {
    put: (_key: string, _item: Item, callback: () => void) => callback(),
    del: (_key: string, callback: () => void) => callback(),
  };
  const store: UpdateStore = {
    // Sizes are checked where items are written, by their bytes.
    options: { maxItemSize: Infinity },
    getTable: (_name, callback) => callback(null, table),
    getIndexDb: () => noIndex,
    getItemDb: () => ({
      lock: (_key, run) => run((callback) => callback),
      get: (_key, callback) => callback(null, old),
      put(_key, written, callback) {
        item = written;
        callback(null);
      },
    }),
  };
  updateItem(store, data, (error, result) => {
    if (error) throw toAwsError(error);
    attributes = result?.Attributes;
  });
  if (!item) throw validationError("The update expression could not be applied.");
  return { item, attributes };
}

/** `REMOVE list[0], list[1]` means positions before any removal: from the end, none shifts another. */
function sortRemovals(data: UpdateItemInput): void {
  const last = (path: (string | number)[]) => {
    const end = path.at(-1);
    return typeof end === "number" ? end : -1;
  };
  const sections = data._updates?.sections;
  if (!sections) return;
  const removals = sections.filter((section) => section.type === "remove").sort((a, b) => last(b.path) - last(a.path));
  let next = 0;
  sections.forEach((section, position) => {
    if (section.type === "remove") sections[position] = removals[next++] ?? section;
  });
}
