import { randomUUID } from "node:crypto";
import { hash } from "./hash.ts";

/** A user's own folder of the stage's bucket. Hashed: a subject may hold any character, and is nobody else's business. */
export function userPrefix(userId: string): string {
  return `documents/${hash(userId, 32)}/`;
}

/** @param userId absent: of a service. @returns a key that nothing lies under yet, for a document that is called so. */
export function newDocumentKey(name: string, userId = "service"): string {
  return `${userPrefix(userId)}${randomUUID()}/${safeName(name)}`;
}

/** Keeps letters, digits and what is harmless in addresses and shells. */
function safeName(name: string): string {
  const safe = (name.split(/[/\\]/).at(-1) ?? "")
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^\.+/, "_");
  return safe === "" ? "document" : safe;
}
