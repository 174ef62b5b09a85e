import { randomUUID } from "node:crypto";
import { mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

/** A body in the making. Either `finish` or `discard` must be called. */
export interface BlobWriter {
  write(chunk: Buffer): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Bodies by id, without their names. */
export interface BlobStore {
  create(id: string): Promise<BlobWriter>;
  /** Opens a body at once, so that a later removal does not cut it. Both positions are inclusive. */
  read(id: string, start: number, end: number): Promise<Readable>;
  /** A body that is gone already is no error. */
  remove(id: string): Promise<void>;
}

export const newBlobId = () => randomUUID();

/** Bodies as files below a folder, readable by their owner alone. */
export function fileBlobs(dir: string): BlobStore {
  const folderOf = (id: string) => join(dir, id.slice(0, 2));
  const pathOf = (id: string) => join(folderOf(id), id);
  return {
    async create(id) {
      await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
      const file = await open(pathOf(id), "wx", 0o600);
      return {
        async write(chunk) {
          for (let written = 0; written < chunk.length;) written += (await file.write(chunk, written)).bytesWritten;
        },
        finish: () => file.close(),
        async discard() {
          await file.close();
          await removeFile(pathOf(id));
        },
      };
    },
    async read(id, start, end) {
      if (end < start) return Readable.from([]);
      const file = await open(pathOf(id));
      return file.createReadStream({ start, end });
    },
    remove: (id) => removeFile(pathOf(id)),
  };
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/** Bodies that end with the process. */
export function memoryBlobs(): BlobStore {
  const blobs = new Map<string, Buffer>();
  return {
    async create(id) {
      const chunks: Buffer[] = [];
      return {
        write: async (chunk) => void chunks.push(chunk),
        finish: async () => void blobs.set(id, Buffer.concat(chunks)),
        discard: async () => void (chunks.length = 0),
      };
    },
    async read(id, start, end) {
      const blob = blobs.get(id);
      if (!blob) throw new Error(`The body ${id} is gone.`);
      return end < start ? Readable.from([]) : Readable.from([blob.subarray(start, end + 1)], { objectMode: false });
    },
    remove: async (id) => void blobs.delete(id),
  };
}
