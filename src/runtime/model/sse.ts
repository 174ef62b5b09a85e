/** A server-sent event's data longer than this is not a model's delta. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;

/** @returns the `data` of each server-sent event of a stream (WHATWG HTML, "event stream"). */
export async function* readServerSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffer = "";
  let data: string[] = [];
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    if (buffer.length > MAX_EVENT_CHARACTERS) throw new RangeError("The stream has a line without an end.");
    // A carriage return at the very end may be the first half of a line's end.
    for (let end = lineEnd(buffer); end; end = lineEnd(buffer)) {
      const line = buffer.slice(0, end.index);
      buffer = buffer.slice(end.index + end.length);
      if (line === "") {
        if (data.length > 0) yield data.join("\n");
        data = [];
      } else if (line.startsWith("data:")) {
        data.push(line.slice(line[5] === " " ? 6 : 5));
      }
    }
  }
}

function lineEnd(buffer: string): { index: number; length: number } | undefined {
  const match = /\r\n|\n|\r(?!$)/.exec(buffer);
  return match ? { index: match.index, length: match[0].length } : undefined;
}
