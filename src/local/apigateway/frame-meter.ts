/**
 * Reads the lengths of WebSocket frames (RFC 6455, 5.2) out of a client's bytes, whatever pieces they come in; the `ws`
 * library tells of whole messages only.
 *
 * @returns takes the next bytes and tells the longest payload of a frame that begins in them.
 */
export function createFrameMeter(): (bytes: Buffer) => number {
  /** Of the header under way. */
  let header: number[] = [];
  /** Of the payload under way. */
  let left = 0;
  return (bytes) => {
    let longest = 0;
    for (let at = 0; at < bytes.length;) {
      if (left > 0) {
        const skipped = Math.min(left, bytes.length - at);
        left -= skipped;
        at += skipped;
        continue;
      }
      header.push(bytes[at] ?? 0);
      at += 1;
      const length = payloadLength(header);
      if (length === undefined) continue;
      header = [];
      left = length;
      longest = Math.max(longest, length);
    }
    return longest;
  };
}

/** @returns undefined while the header is not whole. */
function payloadLength(header: number[]): number | undefined {
  const second = header[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = second & 0x80 ? 4 : 0;
  if (header.length < 2 + extended + mask) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((sum, byte) => sum * 256 + byte, 0);
}
