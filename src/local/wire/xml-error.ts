/** An error of the query protocol. */
export function queryError(
  code: string,
  message: string,
  requestId: string,
  type: "Sender" | "Receiver" = "Sender",
): string {
  return (
    `<ErrorResponse><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>` +
    `<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`
  );
}

/** An error of S3's REST-XML. */
export function storageError(error: { code: string; message: string; resource: string; requestId: string }): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>` +
    `<Resource>${escapeXml(error.resource)}</Resource><RequestId>${escapeXml(error.requestId)}</RequestId></Error>`
  );
}

export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // XML 1.0 has no way to write these at all.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      // A bare carriage return would reach the reader as a line feed.
      .replace(/[<>&"'\r]/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}
