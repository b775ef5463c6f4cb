import { attachmentOf, headersOf, rawMail } from "./mailText.ts";
import type { Mail } from "./mailbox.ts";

/** A message as `users.messages.get` answers it; undefined for an unknown format. */
export function messageJson(mail: Mail, format: string, metadataHeaders: readonly string[]): unknown {
  const raw = rawMail(mail);
  const minimal = {
    id: mail.id,
    threadId: mail.threadId,
    labelIds: mail.labelIds,
    snippet: mail.body.slice(0, 100),
    historyId: "1",
    internalDate: String(mail.date),
    sizeEstimate: raw.length,
  };
  const mimeType = mail.attachment === undefined ? "text/plain" : "multipart/mixed";
  switch (format) {
    case "minimal":
      return minimal;
    case "raw":
      return { ...minimal, raw: raw.toString("base64url") };
    case "metadata": {
      const wanted = metadataHeaders.map((name) => name.toLowerCase());
      const headers = headersOf(mail).filter(({ name }) => wanted.length === 0 || wanted.includes(name.toLowerCase()));
      return { ...minimal, payload: { mimeType, headers } };
    }
    case "full":
      return {
        ...minimal,
        payload: { partId: "", mimeType, filename: "", headers: headersOf(mail), ...content(mail) },
      };
    default:
      return undefined;
  }
}

function content(mail: Mail): object {
  const body = bodyOf(Buffer.from(mail.body));
  const attachment = attachmentOf(mail);
  if (!attachment) return { body };
  return {
    body: { size: 0 },
    parts: [
      { partId: "0", mimeType: "text/plain", filename: "", headers: [], body },
      {
        partId: "1",
        mimeType: "application/octet-stream",
        filename: attachment.filename,
        headers: [],
        // Fetched by users.messages.attachments.get, which is not here.
        body: { attachmentId: `${mail.id}-1`, size: attachment.bytes.length },
      },
    ],
  };
}

function bodyOf(bytes: Buffer): object {
  return { size: bytes.length, data: bytes.toString("base64url") };
}
