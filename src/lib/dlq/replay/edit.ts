import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AbortError } from "../../../contract/errors.ts";
import type { LeasedMessage } from "../../../contract/queue.ts";
import type { Workplace } from "../../services.ts";
import { stateFolder } from "../state-folder.ts";

/** Opens a file for the user to change. Resolves when the editor has ended well. @throws PipelineError. */
export type Editor = (path: string) => Promise<void>;

/** A body in the user's hands. The file stays until it is sent. */
export interface Edit {
  path: string;
  body: string;
  remove(): Promise<void>;
}

/**
 * Lets the user change a body. The file is readable to nobody else: it holds what a prompt holds.
 *
 * @throws AbortError `NOTHING_CHANGED`, and what the editor throws.
 */
export async function editBody(
  { messageId, body }: LeasedMessage,
  ofStage: boolean,
  editor: Editor,
  place: Workplace,
): Promise<Edit> {
  const folder = join(await stateFolder(ofStage, place), "edits");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = readable(body);
  const time = new Date(place.clock.now()).toISOString().slice(0, 19).replaceAll(":", "");
  const path = join(folder, `${messageId}-${time}Z.${before === body ? "txt" : "json"}`);
  await writeFile(path, before, { mode: 0o600, flag: "wx" });
  const remove = () => rm(path, { force: true });
  await editor(path).catch(async (error: unknown) => {
    if ((await readFile(path, "utf8")) === before) await remove();
    throw error;
  });
  const after = await readFile(path, "utf8");
  if (after !== before) return { path, body: before === body ? after : compact(after), remove };
  await remove();
  throw new AbortError("The body was left as it was. Nothing was sent.", {
    code: "NOTHING_CHANGED",
    where: "--edit",
    hint: "Save it with a change, or send it as it is: dlq redrive",
  });
}

/** @returns JSON spread out, with a line break at its end as editors leave it; anything else as it is. */
function readable(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? `${JSON.stringify(value, null, 2)}\n` : body;
  } catch {
    return body;
  }
}

/** What does not parse is left for the check, which says so. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
