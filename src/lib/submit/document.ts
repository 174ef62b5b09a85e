import { readFile, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import type { DocumentUploaded } from "../../contract/operations/submit.ts";
import type { Clock } from "../../contract/clock.ts";
import type { DocumentStore } from "../../contract/ports.ts";
import { thousands } from "../../contract/thousands.ts";

const TYPES: Record<string, string> = {
  ".pdf": "application/pdf",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json",
  ".html": "text/html; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
};

/** A document beyond this goes to the bucket by a tool made for that, and into the task by its address. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** @throws AbortError `DOCUMENT_MISSING` before anything is sent. */
export async function checkDocument(path: string, cwd: string): Promise<void> {
  const full = resolve(cwd, path);
  const info = await stat(full).catch(() => undefined);
  const problem = !info
    ? "does not exist"
    : info.isDirectory()
      ? "is a folder"
      : !info.isFile()
        ? "is not a file"
        : undefined;
  if (problem) {
    throw new AbortError(`The document ${path} ${problem}.`, {
      code: "DOCUMENT_MISSING",
      where: full,
      hint: "Name a file that is there: --doc PATH",
    });
  }
  if (info && info.size > MAX_BYTES) {
    throw new AbortError(`The document ${path} is ${thousands(info.size)} bytes; --doc takes 1 GB.`, {
      code: "DOCUMENT_TOO_LARGE",
      where: full,
      hint: "Copy it to the stage's bucket yourself and name it there: --doc s3://bucket/key",
    });
  }
}

/** Puts a file into the stage's bucket. */
export async function uploadDocument(
  path: string,
  cwd: string,
  documents: DocumentStore,
  clock: Clock,
): Promise<DocumentUploaded> {
  const began = clock.now();
  const body = await readFile(resolve(cwd, path));
  const contentType = TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
  const reference = await documents.put({ name: basename(path), body, contentType });
  return { type: "uploaded", path, bytes: body.length, reference, ms: clock.now() - began };
}
