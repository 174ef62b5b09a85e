import { PermanentError } from "ai-pipeline/runtime";

/**
 * The text of a document: PDF, Markdown or plain text (UTF-8).
 * @throws PermanentError when there is none to read: no retry can mend that.
 */
export async function documentText(name: string, bytes: Uint8Array): Promise<string> {
  const text = isPdf(bytes) ? await pdfText(name, bytes) : plainText(name, bytes);
  if (text.trim() === "") throw new PermanentError(`${name} holds no text. A scanned PDF needs OCR first.`);
  return text;
}

const isPdf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.subarray(0, 5)) === "%PDF-";

async function pdfText(name: string, bytes: Uint8Array): Promise<string> {
  // Loaded only when a PDF comes: it is the largest part of this worker.
  const { extractText, getDocumentProxy } = await import("unpdf");
  try {
    const pdf = await getDocumentProxy(new Uint8Array(bytes));
    const { text } = await extractText(pdf, { mergePages: false });
    return text.join("\n\n");
  } catch (cause) {
    throw new PermanentError(`${name} cannot be read as a PDF.`, { cause });
  }
}

function plainText(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PermanentError(`${name} is neither a PDF nor UTF-8 text.`, { cause });
  }
}
